"""Views of the agreements desk: read the request, ask one query, answer with one page.

Whatever signs or ends an agreement is looked at first on a page of its own, which says what it would do, after step-up.
"""

import base64
import binascii
from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from comity.desks.agreements import actions, queries, rules
from comity.desks.agreements.objects import (
    AGREEMENTS,
    ANSWERED,
    OFFERED,
    PATH,
    DecidePage,
    crumb,
)
from comity.desks.agreements.queries import Door
from comity.desks.agreements.rules import DRAFT, READ, SIGN
from comity.kernel.base.errors import Conflict, Invalid, NodeError, NotFound, Refused
from comity.kernel.policy.agreement.findings import UnsoundAgreement
from comity.kernel.store.answers import Preview
from comity.kernel.store.types import Account, AgreementRow
from comity.web.forms import Field, Form, FormPage
from comity.web.headers import SANDBOX_POLICY
from comity.web.page import Crumb
from comity.web.visit import Visit
from comity.web.words import Phrase, Told, msgid, outside, plural

MENDABLE: Final = (Invalid, Conflict, NotFound)
UNSIGNABLE: Final = (*MENDABLE, Refused)
"""What may be wrong with a file from the other side: it is no offer, or a signature in it is not its party's."""
A_TEXT: Final = 1_000_000
A_FILE: Final = 4_500_000
DRAFTS: Final = f"{PATH}/drafts/{{name:str}}"
ONE: Final = f"{PATH}/{{name:str}}"


# -- reading ----------------------------------------------------------------------------------------------------------


@get(PATH, opt={"permission": READ}, sync_to_thread=True)
def agreements(visit: NamedDependency[Visit]) -> Response[Any]:
    """All agreements, and the drafts."""
    asked = visit.listing(AGREEMENTS, usual="agreement")
    return visit.page(queries.agreements(_door(visit), asked, drafts=visit.may(DRAFT), signs=visit.may(SIGN)))


@get(ONE, opt={"permission": READ}, sync_to_thread=True)
def agreement(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """One agreement as people read it."""
    return visit.page(queries.agreement(_door(visit), name, drafts=visit.may(DRAFT), signs=visit.may(SIGN)))


@get(f"{ONE}/text", opt={"permission": READ}, sync_to_thread=True)
def text(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """The text as it was signed."""
    return visit.page(queries.text(_door(visit), name))


@get(f"{ONE}/text/file", opt={"permission": READ}, sync_to_thread=True)
def text_file(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The text, to be kept."""
    row = queries.one(_door(visit), name)
    return _saved(visit, row.text.encode(), f"{row.name}.toml", "application/toml")


@get(f"{ONE}/out", opt={"permission": READ}, sync_to_thread=True)
def went_out(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What had gone out under it and is open no more."""
    return visit.page(queries.went_out(_door(visit), name))


@get(f"{PATH}/matrix", opt={"permission": READ}, sync_to_thread=True)
def matrix(visit: NamedDependency[Visit], by: FromQuery[str] = "tlp") -> Response[Any]:
    """Partners by what is held."""
    return visit.page(queries.matrix(_door(visit), by))


@get(f"{PATH}/matrix/{{party:str}}/{{feature:str}}/{{value:str}}", opt={"permission": READ}, sync_to_thread=True)
def cell(
    visit: NamedDependency[Visit],
    party: FromPath[str],
    feature: FromPath[str],
    value: FromPath[str],
    effect: FromQuery[str] = "",
) -> Response[Any]:
    """The objects behind a cell of the matrix."""
    return visit.page(queries.cell(_door(visit), party, feature, value, effect))


@get(f"{PATH}/time", opt={"permission": READ}, sync_to_thread=True)
def time(visit: NamedDependency[Visit]) -> Response[Any]:
    """What a partner could see on a day."""
    asked = visit.asked
    return visit.page(queries.time(_door(visit), asked, visit.read_moment(asked.get("on", ""))))


# -- drafts -----------------------------------------------------------------------------------------------------------


@get(f"{PATH}/new", opt={"permission": DRAFT}, sync_to_thread=True)
def new(visit: NamedDependency[Visit]) -> Response[Any]:
    """From which template, with whom."""
    return visit.page(_new_page(queries.draft_form(_door(visit))))


@post(f"{PATH}/new", opt={"permission": DRAFT}, status_code=303, sync_to_thread=True)
def begin(visit: NamedDependency[Visit]) -> Response[Any]:
    """Write the draft, and go on to it."""
    door = _door(visit)
    form = queries.draft_form(door).filled(visit.typed)
    asked = queries.new_draft(form)
    if form.ok and not asked.party and not asked.communities:
        form = form.failing(msgid("Choose a party or a community."), "party")
    if form.ok and (fault := queries.name_fault(door, asked.name)):
        form = form.failing(fault, "name")
    if form.ok:
        try:
            actions.begin(visit.store, visit.directory, asked, _person(visit))
        except MENDABLE as error:
            form = form.failing(rules.refusal(error))
    if not form.ok:
        return visit.page(_new_page(form), status=422)
    return visit.redirect(rules.draft_path(asked.name), msgid("The draft is written. Nothing is signed."))


@post(f"{ONE}/amend", opt={"permission": DRAFT}, status_code=303, sync_to_thread=True)
def amend(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """A draft of its next version."""
    row = queries.one(_door(visit), name)
    actions.amend(visit.store, visit.directory, row.name, _person(visit))
    said = msgid("This is the draft of a new version. The agreement holds as it is until the draft is signed.")
    return visit.redirect(rules.draft_path(name), said)


@get(DRAFTS, opt={"permission": READ}, sync_to_thread=True)
def draft(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """A draft, with what is to be put right."""
    return visit.page(queries.draft(_door(visit), name, drafts=visit.may(DRAFT)))


@post(DRAFTS, opt={"permission": DRAFT}, status_code=303, sync_to_thread=True, request_max_body_size=A_TEXT)
def keep(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Keep the text, sound or not."""
    door = _door(visit)
    held = queries.held_draft(door, name)
    form = queries.text_form(held).filled(visit.typed)
    if form.ok and form.value("seen") != str(held.at):
        said = msgid(
            "Somebody kept another text meanwhile. Yours stands below and is not kept; send it again to replace theirs."
        )
        form = form.starting({"seen": str(held.at)}).failing(said)
    if not form.ok:
        return visit.page(queries.draft(door, name, form, drafts=True), status=422)
    actions.keep(visit.store, name, f"{_lines(form.value('text'))}\n", _person(visit))
    return visit.redirect(rules.draft_path(name), msgid("The draft is kept."))


@get(f"{DRAFTS}/file", opt={"permission": READ}, sync_to_thread=True)
def draft_file(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[bytes]:
    """The draft's text, to be kept."""
    held = queries.held_draft(_door(visit), name)
    return _file(held.text.encode(), f"{held.name}.toml", "application/toml")


@post(f"{DRAFTS}/drop", opt={"permission": DRAFT}, status_code=303, sync_to_thread=True)
def drop(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Drop the draft."""
    held = queries.held_draft(_door(visit), name)
    visit.store.agreements.drop_draft(held.name)
    return visit.redirect(PATH, Phrase(msgid("The draft %(name)s is dropped."), {"name": held.name}))


@get(f"{DRAFTS}/preview", opt={"permission": READ}, sync_to_thread=True)
def preview(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What signing it would do."""
    try:
        return visit.page(queries.preview(_door(visit), name, signs=visit.may(SIGN)))
    except UnsoundAgreement:
        return _unsound(visit, name)


@get(f"{DRAFTS}/sign", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=True)
def ask_sign(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What signing means."""
    door = _door(visit)
    held = queries.held_draft(door, name)
    try:
        title = visit.directory.agreements.read(held.text).title
        foreseen = visit.directory.agreements.preview(held.text)
    except UnsoundAgreement:
        return _unsound(visit, name)
    return _decide(
        visit,
        Phrase(msgid("Sign “%(title)s” for us?"), {"title": title}),
        foreseen,
        consequences=(
            msgid("The node signs it with both its keys, in your name. The record says that it was you."),
            msgid("What it lets go goes to its parties from this moment on, at their next question."),
            msgid("What it asks of them binds them when they have signed: give them the offer then."),
        ),
        undone=msgid("It can be suspended or withdrawn at any time. What was fetched meanwhile stays fetched."),
        form=Form(
            id="sign",
            action=f"{rules.draft_path(name)}/sign",
            button=msgid("Sign, and put it into force"),
            cancel=f"{rules.draft_path(name)}/preview",
            fields=(Field(name="digest", label="", kind="hidden", value=rules.digest_of(held.text)),),
        ),
        trail=(Crumb(outside(title), rules.draft_path(name)),),
    )


@post(f"{DRAFTS}/sign", opt={"permission": SIGN, "confirmed": True}, status_code=303, sync_to_thread=True)
def sign(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Sign it for us."""
    held = queries.held_draft(_door(visit), name)
    try:
        row = actions.sign(visit.store, visit.directory, held, visit.typed.text("digest"), _person(visit))
    except UnsoundAgreement:
        return _unsound(visit, name)
    except (Conflict, NotFound) as error:
        return visit.redirect(f"{rules.draft_path(name)}/preview", rules.refusal(error), meaning="wrong")
    said = Phrase(msgid("%(title)s is signed by us and in force."), {"title": row.title})
    return visit.redirect(rules.path_of(row.name), said)


# -- what ends, and begins again --------------------------------------------------------------------------------------


@get(f"{ONE}/suspend", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=True)
def ask_suspend(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What suspending means."""
    row = queries.one(_door(visit), name)
    return _ask(
        visit,
        row,
        "suspend",
        Phrase(msgid("Suspend “%(title)s”?"), {"title": row.title}),
        visit.directory.agreements.preview_of(name, "suspend"),
        consequences=(
            msgid("What only this agreement opens closes at once, for everybody under it."),
            msgid("What its articles keep back stays back."),
            msgid("What had gone out is listed on its page."),
        ),
        undone=msgid("Yes: it can be resumed, and opens what it opened. What was fetched meanwhile stays fetched."),
        button=msgid("Suspend the agreement"),
    )


@post(f"{ONE}/suspend", opt={"permission": SIGN, "confirmed": True}, status_code=303, sync_to_thread=True)
def suspend(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Suspend it."""
    return _end(visit, name, "suspend", msgid("%(title)s is suspended. This is what had gone out."))


@get(f"{ONE}/resume", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=True)
def ask_resume(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What resuming means."""
    row = queries.one(_door(visit), name)
    return _ask(
        visit,
        row,
        "resume",
        Phrase(msgid("Resume “%(title)s”?"), {"title": row.title}),
        visit.directory.agreements.preview_of(name, "resume"),
        consequences=(msgid("It opens again what it lets go, from this moment on."),),
        undone=msgid("It can be suspended again. What was fetched meanwhile stays fetched."),
        button=msgid("Resume the agreement"),
        danger=False,
    )


@post(f"{ONE}/resume", opt={"permission": SIGN, "confirmed": True}, status_code=303, sync_to_thread=True)
def resume(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Resume it."""
    return _end(visit, name, "resume", msgid("%(title)s holds again."))


@get(f"{ONE}/withdraw", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=True)
def ask_withdraw(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What withdrawing means."""
    row = queries.one(_door(visit), name)
    return _ask(
        visit,
        row,
        "withdraw",
        Phrase(msgid("Withdraw “%(title)s”?"), {"title": row.title}),
        visit.directory.agreements.preview_of(name, "withdraw"),
        consequences=(
            msgid("What only this agreement opens closes at once, for everybody under it, for good."),
            msgid("What they gave us under it goes on to nobody but whom it allowed."),
            msgid("What had gone out is listed on its page."),
        ),
        undone=msgid("No. It can only be agreed and signed anew."),
        button=msgid("Withdraw the agreement"),
    )


@post(f"{ONE}/withdraw", opt={"permission": SIGN, "confirmed": True}, status_code=303, sync_to_thread=True)
def withdraw(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Withdraw it."""
    return _end(visit, name, "withdraw", msgid("%(title)s is withdrawn. This is what had gone out."))


@get(f"{ONE}/pseudonyms", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=True)
def ask_pseudonyms(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What new pseudonyms mean."""
    return visit.page(queries.pseudonyms(_door(visit), name))


@post(f"{ONE}/pseudonyms", opt={"permission": SIGN, "confirmed": True}, status_code=303, sync_to_thread=True)
def give_pseudonyms(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Give new pseudonyms."""
    row = queries.one(_door(visit), name)
    try:
        number = actions.give_pseudonyms(visit.store, row, _person(visit))
    except NotFound:
        said = msgid("No pseudonyms were made under it yet.")
        return visit.redirect(rules.path_of(row.name), said, meaning="review")
    told = plural(
        "%(num)s redacted form gets another id; the old one is revoked.",
        "%(num)s redacted forms get other ids; the old ones are revoked.",
        number,
    )
    return visit.redirect(rules.path_of(row.name), told)


# -- signatures as files ----------------------------------------------------------------------------------------------


@get(f"{ONE}/offer", opt={"permission": SIGN}, sync_to_thread=True)
def offer(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """The agreement and our signature, for the other side."""
    row = queries.one(_door(visit), name)
    try:
        content = visit.directory.offers.offer(row.name)
    except MENDABLE as error:
        return visit.redirect(rules.path_of(row.name), rules.refusal(error), meaning="wrong")
    return _saved(visit, content, f"{row.name}.offer.json", "application/json")


@get(f"{PATH}/accept", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=False)
def ask_accept(visit: NamedDependency[Visit]) -> Response[Any]:
    """Which file."""
    return visit.page(_accept_page(OFFERED))


@post(
    f"{PATH}/accept",
    opt={"permission": SIGN, "confirmed": f"{PATH}/accept"},
    status_code=200,
    sync_to_thread=True,
    request_max_body_size=A_FILE,
)
def read_offer(visit: NamedDependency[Visit]) -> Response[Any]:
    """What the file says and would do; nothing is signed."""
    typed = visit.typed
    form = OFFERED.filled(typed)
    if form.ok:
        data = typed.files["file"]
        try:
            bundle = base64.b64encode(data).decode()
            return visit.page(queries.offer(_door(visit), data, bundle, compared=form.value("fingerprint")))
        except UNSIGNABLE as error:
            form = form.failing(rules.refusal(error), "file")
    return visit.page(_accept_page(form), status=422)


@post(
    f"{PATH}/accept/sign",
    opt={"permission": SIGN, "confirmed": f"{PATH}/accept"},
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=A_FILE,
)
def accept(visit: NamedDependency[Visit]) -> Response[Any]:
    """Sign what others offer."""
    door, person, typed = _door(visit), _person(visit), visit.typed
    bundle = typed.text("bundle")
    try:
        data = base64.b64decode(bundle.encode(), validate=True)
        compared = typed.text("fingerprint")
        found = visit.directory.offers.read(data, fingerprint=compared)
        form = queries.signing_form(found, compared).filled(typed)
        if not form.ok:
            page = queries.offer(door, data, bundle, form, compared=compared)
            return visit.page(page, status=422)
        visit.directory.offers.accept(data, by=person.name, account=person.id, fingerprint=compared)
    except binascii.Error:
        return visit.page(_accept_page(OFFERED.failing(msgid("Choose a file."), "file")), status=422)
    except UNSIGNABLE as error:
        return visit.page(_accept_page(OFFERED.failing(rules.refusal(error), "file")), status=422)
    return visit.redirect(f"{rules.path_of(found.carried.agreement.name)}/signed")


@get(f"{ONE}/signed", opt={"permission": SIGN}, sync_to_thread=True)
def signed(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """What is to be given back."""
    return visit.page(queries.answer(_door(visit), name))


@get(f"{ONE}/answer", opt={"permission": SIGN}, sync_to_thread=True)
def answer(visit: NamedDependency[Visit], name: FromPath[str]) -> Response[Any]:
    """Our answer to their offer."""
    row = queries.one(_door(visit), name)
    try:
        content = visit.directory.offers.answer(row.name)
    except NodeError as error:
        return visit.redirect(rules.path_of(row.name), rules.refusal(error), meaning="wrong")
    return _saved(visit, content, f"{row.name}.answer.json", "application/json")


@get(f"{PATH}/answered", opt={"permission": SIGN, "confirmed": True}, sync_to_thread=False)
def ask_answered(visit: NamedDependency[Visit]) -> Response[Any]:
    """Which file."""
    return visit.page(_answered_page(ANSWERED))


@post(
    f"{PATH}/answered",
    opt={"permission": SIGN, "confirmed": f"{PATH}/answered"},
    status_code=303,
    sync_to_thread=True,
    request_max_body_size=A_FILE,
)
def answered(visit: NamedDependency[Visit]) -> Response[Any]:
    """Take in the other side's signature."""
    typed, person = visit.typed, _person(visit)
    form = ANSWERED.filled(typed)
    if form.ok:
        try:
            row = visit.directory.offers.answered(
                typed.files["file"], by=person.name, account=person.id, fingerprint=form.value("fingerprint")
            )
        except UNSIGNABLE as error:
            form = form.failing(rules.refusal(error), "file")
        else:
            said = Phrase(msgid("%(title)s is signed by all sides now, and binds all of them."), {"title": row.title})
            return visit.redirect(rules.path_of(row.name), said)
    return visit.page(_answered_page(form), status=422)


# -- parts ------------------------------------------------------------------------------------------------------------


def _door(visit: Visit) -> Door:
    return Door(visit.store, visit.directory, visit.viewer, visit.now)


def _person(visit: Visit) -> Account:
    if visit.account is None:
        raise LookupError("a view of this desk is not mounted as public")
    return visit.account


def _saved(visit: Visit, content: bytes, name: str, media_type: str) -> Response[bytes]:
    """What was signed, as a file. That it left is a leaf first."""
    if visit.request.method != "HEAD":
        actions.note_saved(visit.store, content, visit.directory.parties.own(), _person(visit))
    return _file(content, name, media_type)


def _file(content: bytes, name: str, media_type: str) -> Response[bytes]:
    """Bytes to be saved, in a sandbox where a browser opens them anyway. Names of agreements are slugs."""
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": SANDBOX_POLICY,
    }
    return Response(content, media_type=media_type, headers=headers)


def _lines(text: str) -> str:
    """Line ends as files have them; browsers send others (HTML 4.10.22.7)."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _unsound(visit: Visit, name: str) -> Response[Any]:
    said = msgid("The draft is not sound yet: what is to be put right stands below.")
    return visit.redirect(rules.draft_path(name), said, meaning="wrong")


def _new_page(form: Form) -> FormPage:
    sentences = (
        msgid("A draft is a text with numbered articles that you change as you like. Nothing is signed by writing it."),
    )
    return FormPage(title=msgid("Write an agreement"), sentences=sentences, form=form)


def _accept_page(form: Form) -> FormPage:
    sentences = (msgid("The other side has signed an agreement with us and gave you the file, on whatever way."),)
    return FormPage(title=msgid("Sign what others offer"), sentences=sentences, form=form)


def _answered_page(form: Form) -> FormPage:
    sentences = (msgid("You gave them our offer, they have signed it, and gave you their answer as a file."),)
    return FormPage(title=msgid("Take in an answer"), sentences=sentences, form=form)


def _decide(
    visit: Visit,
    title: Told,
    foreseen: Preview,
    *,
    consequences: tuple[Told, ...],
    undone: Told,
    form: Form,
    trail: tuple[Crumb, ...],
) -> Response[Any]:
    page = DecidePage(
        title=title,
        consequences=consequences,
        undone=undone,
        outlook=queries.outlook(_door(visit), foreseen),
        form=form,
        trail=trail,
    )
    return visit.page(page)


def _ask(
    visit: Visit,
    row: AgreementRow,
    act: str,
    title: Told,
    foreseen: Preview,
    *,
    consequences: tuple[Told, ...],
    undone: Told,
    button: Told,
    danger: bool = True,
) -> Response[Any]:
    path = rules.path_of(row.name)
    form = Form(id=act, action=f"{path}/{act}", button=button, cancel=path, danger=danger)
    return _decide(
        visit,
        title,
        foreseen,
        consequences=consequences,
        undone=undone,
        form=form,
        trail=(crumb(row.title, row.name),),
    )


def _end(visit: Visit, name: str, act: str, said: str) -> Response[Any]:
    """Suspend, resume or withdraw; then on to what had gone out, or to the agreement that holds again."""
    row, person = queries.one(_door(visit), name), _person(visit)
    acts = visit.directory.agreements
    path = rules.path_of(row.name)
    try:
        {"suspend": acts.suspend, "resume": acts.resume, "withdraw": acts.withdraw}[act](
            name, by=person.name, account=person.id
        )
    except Conflict as error:
        return visit.redirect(path, rules.refusal(error), meaning="wrong")
    return visit.redirect(path if act == "resume" else f"{path}/out", Phrase(said, {"title": row.title}))
