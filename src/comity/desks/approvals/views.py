"""Views of the approvals desk: read the request, ask one query, answer with one page.

Whatever is said is looked at first on a page of its own, which shows exactly what goes to whom, after step-up; then it is signed
with a key of the person's own, by password or by passkey.
"""

import base64
import binascii
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from comity.desks.approvals import actions, queries, rules
from comity.desks.approvals.objects import PASSKEY, PATH, WRITE, CeremonyPage
from comity.desks.approvals.queries import Door
from comity.desks.approvals.rules import DECIDE, READ
from comity.kernel.base.errors import Conflict, Invalid, NotFound, Refused, TooMany, Unauthorised
from comity.kernel.policy.approval.decisions import Decision
from comity.kernel.policy.approval.folding import State
from comity.kernel.store.reviewing import Waiting
from comity.kernel.store.types import Account
from comity.web.forms import Form
from comity.web.headers import SCRIPT_POLICY
from comity.web.origin import Origin, passkey_origin
from comity.web.visit import Visit
from comity.web.words import Told, msgid

MENDABLE: Final = (Invalid, Conflict, Refused, Unauthorised, NotFound, TooMany)
A_TEXT: Final = 1_000_000
ONE: Final = f"{PATH}/items/{{object_id:str}}/{{name:str}}"
SAID: Final[dict[State, str]] = {
    State.WAITING: msgid("It is taken back. It waits again."),
    State.HALF: msgid("You have approved it. It goes when a second person has as well."),
    State.SOURCE: msgid("It waits for its source."),
    State.RELEASED: msgid("It is released. It goes as it was shown, at their next question."),
    State.REFUSED: msgid("It is refused, and does not go."),
}


# -- looking ----------------------------------------------------------------------------------------------------------


@get(PATH, opt={"permission": READ}, sync_to_thread=True)
def queue(
    visit: NamedDependency[Visit],
    show: FromQuery[str] = "",
    next: FromQuery[str] = "",  # noqa: A002  the address's own word
    agreement: FromQuery[str] = "",
    party: FromQuery[str] = "",
) -> Response[Any]:
    """What waits, or what was decided."""
    return visit.page(queries.queue(_door(visit), show, next, agreement, party))


@get(f"{PATH}/of/{{object_id:str}}", opt={"permission": READ}, sync_to_thread=True)
def find(visit: NamedDependency[Visit], object_id: FromPath[str], party: FromQuery[str] = "") -> Response[Any]:
    """On to the item of an object, for a party."""
    return visit.redirect(queries.find(_door(visit), object_id, party))


@get(ONE, opt={"permission": READ}, sync_to_thread=True)
def item(
    visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str], form: FromQuery[str] = ""
) -> Response[Any]:
    """One item, with what would go."""
    door = _door(visit)
    return visit.page(queries.item(door, queries.waiting(door, object_id, name), form, decides=visit.may(DECIDE)))


# -- writing by hand --------------------------------------------------------------------------------------------------


@get(f"{ONE}/by-hand", opt={"permission": DECIDE, "confirmed": True}, sync_to_thread=True)
def write(visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """A form to be written."""
    door = _door(visit)
    return visit.page(queries.write(door, queries.waiting(door, object_id, name)))


@post(
    f"{ONE}/by-hand",
    opt={"permission": DECIDE, "confirmed": True},
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=A_TEXT,
)
def written(visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """What is wrong with it; or what would go, to be signed."""
    door = _door(visit)
    one = queries.waiting(door, object_id, name)
    path = rules.item_path(object_id, name)
    form = WRITE.to(f"{path}/by-hand", cancel=path).filled(visit.typed)
    faults = queries.faults(door, one, form.value("text")) if form.ok else ()
    if faults or not form.ok:
        return visit.page(queries.write(door, one, form, faults), status=422)
    decision = rules.release_of(rules.BY_HAND, text=form.value("text"))
    return _asked(visit, one, decision, f"{path}/release/{rules.BY_HAND}")


# -- saying it --------------------------------------------------------------------------------------------------------


@get(f"{ONE}/release/{{form:str}}", opt={"permission": DECIDE, "confirmed": True}, sync_to_thread=True)
def ask_release(
    visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str], form: FromPath[str]
) -> Response[Any]:
    """What releasing it means."""
    path = rules.item_path(object_id, name)
    if form == rules.BY_HAND:
        return visit.redirect(f"{path}/by-hand")
    one = queries.waiting(_door(visit), object_id, name)
    return _asked(visit, one, rules.release_of(form, content=queries.approved(one, form)), f"{path}/release/{form}")


@post(
    f"{ONE}/release/{{form:str}}",
    opt={"permission": DECIDE, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=A_TEXT,
)
def release(
    visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str], form: FromPath[str]
) -> Response[Any]:
    """Release it."""
    typed = visit.typed
    decision = rules.release_of(
        form, content=typed.text("content"), text=typed.text("text"), reference=typed.text("reference")
    )
    return _said(visit, object_id, name, decision, f"release/{form}")


@get(f"{ONE}/refuse", opt={"permission": DECIDE, "confirmed": True}, sync_to_thread=True)
def ask_refuse(visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """What refusing means."""
    one = queries.waiting(_door(visit), object_id, name)
    return _asked(visit, one, Decision("refuse"), f"{rules.item_path(object_id, name)}/refuse")


@post(f"{ONE}/refuse", opt={"permission": DECIDE, "confirmed": True}, status_code=303, sync_to_thread=True)
def refuse(visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """Refuse it."""
    return _said(visit, object_id, name, Decision("refuse", reason=visit.typed.text("reason")), "refuse")


@get(f"{ONE}/ask", opt={"permission": DECIDE, "confirmed": True}, sync_to_thread=True)
def ask_source(visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """What asking its source means."""
    one = queries.waiting(_door(visit), object_id, name)
    return _asked(visit, one, Decision("ask"), f"{rules.item_path(object_id, name)}/ask")


@post(f"{ONE}/ask", opt={"permission": DECIDE, "confirmed": True}, status_code=303, sync_to_thread=True)
def request(visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """Ask its source to consent."""
    return _said(visit, object_id, name, Decision("ask", reason=visit.typed.text("reason")), "ask")


@get(f"{ONE}/withdraw/{{said:str}}", opt={"permission": DECIDE, "confirmed": True}, sync_to_thread=True)
def ask_withdraw(
    visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str], said: FromPath[str]
) -> Response[Any]:
    """What taking it back means."""
    one = queries.waiting(_door(visit), object_id, name)
    path = f"{rules.item_path(object_id, name)}/withdraw/{said}"
    return _asked(visit, one, Decision("withdraw", withdraws=said), path)


@post(
    f"{ONE}/withdraw/{{said:str}}", opt={"permission": DECIDE, "confirmed": True}, status_code=303, sync_to_thread=True
)
def withdraw(
    visit: NamedDependency[Visit], object_id: FromPath[str], name: FromPath[str], said: FromPath[str]
) -> Response[Any]:
    """Take back what was said."""
    decision = Decision("withdraw", reason=visit.typed.text("reason"), withdraws=said)
    return _said(visit, object_id, name, decision, f"withdraw/{said}")


# -- parts ------------------------------------------------------------------------------------------------------------


def _door(visit: Visit) -> Door:
    return Door(visit.store, visit.directory, visit.viewer, _person(visit), visit.now)


def _person(visit: Visit) -> Account:
    if visit.account is None:
        raise LookupError("a view of this desk is not mounted as public")
    return visit.account


def _place(visit: Visit) -> Origin | None:
    return passkey_origin(visit.request, visit.site.services.base_url)


def _asked(
    visit: Visit, one: Waiting, decision: Decision, action: str, form: Form | None = None, *, status: int = 200
) -> Response[Any]:
    """The page that says what will happen, with the form that signs it."""
    passkeys = _place(visit) is not None
    page = queries.signing(_door(visit), one, decision, action, form, passkeys=passkeys)
    return visit.page(page, status=status)


def _said(visit: Visit, object_id: str, name: str, decision: Decision, act: str) -> Response[Any]:
    """Sign and keep it; with a passkey, first ask the browser."""
    door, typed, place = _door(visit), visit.typed, _place(visit)
    one = queries.waiting(door, object_id, name)
    path = rules.item_path(object_id, name)
    action = f"{path}/{act}"
    empty = queries.sign_form(door, one, decision, action, passkeys=place is not None)
    if empty is None:
        return _asked(visit, one, decision, action, status=422)
    form = empty.filled(typed)
    if form.ok:
        try:
            if place is not None and typed.text("ticket"):
                state = _finish(visit, one, decision, place)
            elif place is not None and form.value("way") == PASSKEY:
                return _ceremony(visit, one, decision, place, action)
            else:
                prepared = door.directory.approvals.prepare(door.account, one, decision)
                state = actions.sign(door.directory, door.account, prepared, typed.raw("password"))
        except MENDABLE as error:
            field = "password" if error.code == "confirm" else ""
            form = form.failing(_why(error), field)
        else:
            return visit.redirect(path, SAID[state])
    return _asked(visit, one, decision, action, form, status=422)


def _why(error: Any) -> Told:
    return rules.too_many(error.retry_after) if isinstance(error, TooMany) else rules.refusal(error)


def _finish(visit: Visit, one: Waiting, decision: Decision, place: Origin) -> State:
    typed = visit.typed
    try:
        statement = base64.b64decode(typed.text("statement").encode(), validate=True)
    except (binascii.Error, ValueError):
        statement = b""
    return actions.finish(
        visit.directory,
        _person(visit),
        one,
        decision,
        place,
        ticket=typed.text("ticket"),
        statement=statement,
        response=typed.raw("response"),
    )


def _ceremony(visit: Visit, one: Waiting, decision: Decision, place: Origin, action: str) -> Response[Any]:
    """The page that has the browser sign; one of the few on which a script of ours may run."""
    prepared = visit.directory.approvals.prepare(_person(visit), one, decision)
    options, hidden = actions.begin(visit.directory, _person(visit), prepared, place)
    typed = visit.typed
    kept = {name: typed.raw(name) for name in ("content", "text", "reference", "reason") if typed.has(name)}
    page = CeremonyPage(
        action=action,
        options=options,
        hidden={**kept, **hidden, "way": PASSKEY},
        cancel=rules.item_path(one.held.id, one.name),
        level=one.held.tlp,
        trail=queries.trail(one),
    )
    response = visit.page(page)
    response.set_header("content-security-policy", SCRIPT_POLICY)
    return response
