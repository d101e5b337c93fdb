"""Views of the erasure desk: read the request, ask one query, answer with one page."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from comity.desks.erasure import actions, queries, rules
from comity.desks.erasure.objects import HOLD, ORDER, RECALL, TERM
from comity.desks.erasure.rules import PATH
from comity.kernel.base.errors import Conflict, NodeError
from comity.kernel.store.types import Account
from comity.web.forms import ConfirmationPage, Form, FormPage, Typed
from comity.web.page import Crumb
from comity.web.visit import Visit
from comity.web.words import msgid

OBJECT: Final = f"{PATH}/objects/{{object_id:str}}"
_MOST: Final = 2**31 - 1


@get(PATH, opt={"permission": rules.READ}, sync_to_thread=True)
def overview(visit: NamedDependency[Visit]) -> Response[str]:
    """Erasures, holds, terms, recalls."""
    orders = visit.may(rules.ORDER)
    return visit.page(queries.overview(visit.store, visit.viewer, visit.now, orders=orders))


# -- erasure


@get(f"{PATH}/order", opt={"permission": rules.ORDER, "confirmed": True}, sync_to_thread=True)
def ask_order(visit: NamedDependency[Visit]) -> Response[str]:
    """What would go of what is selected in the address."""
    return visit.page(queries.order_page(visit.store, visit.directory, visit.viewer, Typed(tuple(visit.asked.items()))))


@post(f"{PATH}/order", opt={"permission": rules.ORDER, "confirmed": True}, status_code=303, sync_to_thread=True)
def order(visit: NamedDependency[Visit]) -> Response[Any]:
    """Give the order."""
    form = ORDER.filled(visit.typed)
    if form.ok:
        try:
            made = actions.order(visit.directory, form, _person(visit))
        except NodeError as error:
            form = form.refused(error)
        else:
            return visit.redirect(
                f"{PATH}#erasure-{made.id}", msgid("The erasure was ordered and is being carried out.")
            )
    page = queries.order_page(visit.store, visit.directory, visit.viewer, visit.typed, form)
    return visit.page(page, status=422)


# -- holds


@get(f"{PATH}/holds/new", opt={"permission": rules.ORDER}, sync_to_thread=False)
def ask_hold(visit: NamedDependency[Visit]) -> Response[Any]:
    """What a hold is to be on, for which case."""
    subject = visit.asked.get("subject", "")[:400]
    return _hold_page(visit, HOLD.starting({"subject": subject, "kind": "object"} if subject else {}))


@post(f"{PATH}/holds/new", opt={"permission": rules.ORDER}, status_code=303, sync_to_thread=True)
def lay_hold(visit: NamedDependency[Visit]) -> Response[Any]:
    """Lay it."""
    form = HOLD.filled(visit.typed)
    if form.ok:
        try:
            made = actions.lay(visit.directory, form, _person(visit))
        except NodeError as error:
            form = form.refused(error)
        else:
            return visit.redirect(f"{PATH}#hold-{made.id}", msgid("The hold stands from now on."))
    return _hold_page(visit, form, status=422)


@get(f"{PATH}/holds/{{number:int}}/lift", opt={"permission": rules.ORDER, "confirmed": True}, sync_to_thread=True)
def ask_lift(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """What lifting means."""
    hold = visit.store.holds.get(min(number, _MOST))
    return visit.page(
        ConfirmationPage(
            title=msgid("Lift this hold?"),
            consequences=(
                msgid("What waited for it goes on: erasures that were ordered, terms that have passed."),
                msgid("What its source had deleted meanwhile, and no other hold means, is destroyed."),
            ),
            undone=msgid("No. A new hold keeps only what is still there."),
            form=Form(action=f"{PATH}/holds/{hold.id}/lift", button=msgid("Lift it"), cancel=PATH, danger=True),
        )
    )


@post(
    f"{PATH}/holds/{{number:int}}/lift",
    opt={"permission": rules.ORDER, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def lift_hold(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """It stands no longer."""
    try:
        actions.lift(visit.directory, min(number, _MOST), _person(visit))
    except Conflict:
        return visit.redirect(PATH, msgid("It was lifted before. Nothing was done."), meaning="review")
    return visit.redirect(PATH, msgid("The hold is lifted. What waited for it goes on."))


# -- retention


@get(f"{PATH}/terms/new", opt={"permission": rules.ORDER, "confirmed": True}, sync_to_thread=False)
def ask_term(visit: NamedDependency[Visit]) -> Response[Any]:
    """For what, and how long."""
    return _term_page(visit, TERM)


@post(f"{PATH}/terms/new", opt={"permission": rules.ORDER, "confirmed": True}, status_code=303, sync_to_thread=True)
def set_term(visit: NamedDependency[Visit]) -> Response[Any]:
    """Set it."""
    form = TERM.filled(visit.typed)
    if form.ok:
        try:
            actions.keep_for(visit.directory, form, _person(visit))
        except NodeError as error:
            form = form.refused(error)
        else:
            return visit.redirect(PATH, msgid("The term is set. What is due is erased within a few hours."))
    return _term_page(visit, form, status=422)


# -- one object


@get(OBJECT, opt={"permission": rules.READ}, sync_to_thread=True)
def of_object(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """Who could have had it, its recall, the holds on it."""
    return _object_page(visit, object_id, None)


@get(f"{OBJECT}/recall", opt={"permission": rules.RECALL, "confirmed": True}, sync_to_thread=True)
def ask_recall(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """The same page, for whoever had to prove first who they are."""
    return _object_page(visit, object_id, None)


@post(
    f"{OBJECT}/recall",
    opt={"permission": rules.RECALL, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def recall(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """Take it back from all other parties."""
    form = RECALL.to(f"{rules.path_of(object_id)}/recall").filled(visit.typed)
    queries.held_of(visit.store, visit.viewer, object_id)
    if form.ok:
        try:
            actions.recall(visit.directory, visit.store, object_id, form, _person(visit))
        except NodeError as error:
            form = form.refused(error)
        else:
            said = msgid("It is recalled: no other party finds it any more. Now tell those who could have had it.")
            return visit.redirect(rules.path_of(object_id), said)
    return _object_page(visit, object_id, form, status=422)


@post(f"{OBJECT}/told", opt={"permission": rules.RECALL}, status_code=303, sync_to_thread=True)
def note_told(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """A party has been told."""
    queries.held_of(visit.store, visit.viewer, object_id)
    try:
        actions.note_told(visit.store, object_id, visit.typed.text("party")[:400], _person(visit))
    except NodeError:
        return visit.redirect(rules.path_of(object_id), msgid("Nothing was to be told to them."), meaning="review")
    return visit.redirect(rules.path_of(object_id), msgid("It is written down that they were told."))


@get(f"{OBJECT}/release", opt={"permission": rules.RECALL, "confirmed": True}, sync_to_thread=True)
def ask_release(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """What releasing it again means."""
    queries.held_of(visit.store, visit.viewer, object_id)
    back = rules.path_of(object_id)
    return visit.page(
        ConfirmationPage(
            title=msgid("Release it again?"),
            consequences=(
                msgid("Policy alone decides again who gets it: agreements, markings, ceilings."),
                msgid("Those to whom it opens find it behind their place, as something new."),
            ),
            undone=msgid("It can be recalled again. What was fetched meanwhile stays where it went."),
            form=Form(action=f"{back}/release", button=msgid("Release it again"), cancel=back, danger=True),
            trail=(Crumb(msgid("Who could have had it"), back),),
        )
    )


@post(
    f"{OBJECT}/release",
    opt={"permission": rules.RECALL, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def release(visit: NamedDependency[Visit], object_id: FromPath[str]) -> Response[Any]:
    """Policy alone decides again."""
    queries.held_of(visit.store, visit.viewer, object_id)
    try:
        actions.release(visit.store, object_id, _person(visit))
    except NodeError:
        return visit.redirect(
            rules.path_of(object_id), msgid("It is not recalled. Nothing was done."), meaning="review"
        )
    return visit.redirect(rules.path_of(object_id), msgid("The recall is lifted."))


def _object_page(visit: Visit, object_id: str, form: Form | None, *, status: int = 200) -> Response[Any]:
    recalls = visit.may(rules.RECALL)
    page = queries.object_page(visit.store, visit.viewer, object_id, visit.now, form, recalls=recalls)
    return visit.page(page, status=status)


def _hold_page(visit: Visit, form: Form, *, status: int = 200) -> Response[Any]:
    sentences = (
        msgid("While a hold stands, nothing of what it means is erased: not by order, not by a date."),
        msgid("What its source deletes is gone for everybody, as ever; its bytes stay in custody, and nobody is told."),
    )
    page = FormPage(title=msgid("Lay a legal hold"), sentences=sentences, form=form)
    return visit.page(page, status=status)


def _term_page(visit: Visit, form: Form, *, status: int = 200) -> Response[Any]:
    sentences = (
        msgid("Days count from receipt. What is due is erased within a few hours, unless a hold stands against it."),
        msgid("What an agreement asks holds beside it; the shorter one counts."),
    )
    page = FormPage(title=msgid("Set how long something is kept"), sentences=sentences, form=form)
    return visit.page(page, status=status)


def _person(visit: Visit) -> Account:
    if visit.account is None:
        raise LookupError("a view that acts is not mounted as public")
    return visit.account
