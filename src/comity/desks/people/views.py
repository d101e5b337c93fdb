"""Views of the people desk. Whatever changes what somebody may do is asked for on a page of its own, after step-up."""

from typing import Any, Final

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from comity.desks.people import actions, queries
from comity.desks.people.objects import CHANGE_ROLES, INVITE, PEOPLE, RECORD, NewLinkPage, crumb
from comity.kernel.base.errors import Conflict, Invalid
from comity.kernel.directory.accounts import Accounts, Link
from comity.kernel.store.types import Account
from comity.web.forms import ConfirmationPage, Form, FormPage
from comity.web.headers import SANDBOX_POLICY
from comity.web.origin import link_base
from comity.web.visit import Visit
from comity.web.words import Phrase, Told, msgid, plural

MANAGE: Final = "people.manage"
READ_RECORD: Final = "record.read"
MENDABLE: Final = (Invalid, Conflict)
SAID: Final[dict[str, str]] = {
    "account-exists": msgid("This name is taken. Choose another one."),
    "last-administrator": msgid("Nobody else is an administrator. Make somebody else one first."),
}


@get(PEOPLE, opt={"permission": MANAGE}, sync_to_thread=True)
def people(visit: NamedDependency[Visit]) -> Response[Any]:
    """Everyone of the own party."""
    return visit.page(queries.people(_accounts(visit), visit.listing(queries.COLUMNS, usual="name")))


@get(f"{PEOPLE}/invite", opt={"permission": MANAGE, "confirmed": True}, sync_to_thread=False)
def invite(visit: NamedDependency[Visit]) -> Response[Any]:
    """Who comes, and as what."""
    return visit.page(_invite_page(INVITE))


@post(f"{PEOPLE}/invite", opt={"permission": MANAGE, "confirmed": True}, status_code=200, sync_to_thread=True)
def do_invite(visit: NamedDependency[Visit]) -> Response[Any]:
    """Add them, and show the link once."""
    form = INVITE.filled(visit.typed)
    if form.ok:
        try:
            added, link = actions.invite(_accounts(visit), form.value("name"), form.many("roles"), _person(visit))
        except MENDABLE as error:
            field = "roles" if error.code.startswith("role") else "name"
            form = form.failing(SAID[error.code], field) if error.code in SAID else form.refused(error, field)
        else:
            return visit.page(_link_page(visit, added, link, recovery=False))
    return visit.page(_invite_page(form), status=422)


@get(f"{PEOPLE}/{{number:int}}", opt={"permission": MANAGE}, sync_to_thread=True)
def person(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """One person."""
    accounts = _accounts(visit)
    return visit.page(queries.person(accounts, queries.account(accounts, number), _person(visit)))


@get(f"{PEOPLE}/{{number:int}}/roles", opt={"permission": MANAGE, "confirmed": True}, sync_to_thread=True)
def roles(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """What the person may do from now on."""
    who = queries.account(_accounts(visit), number)
    return visit.page(_roles_page(who, CHANGE_ROLES.starting({"roles": tuple(who.roles)})))


@post(
    f"{PEOPLE}/{{number:int}}/roles",
    opt={"permission": MANAGE, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def set_roles(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Give these roles and no others."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    form = CHANGE_ROLES.filled(visit.typed)
    if form.ok:
        try:
            accounts.set_roles(who, form.many("roles"), by=_person(visit).name)
        except MENDABLE as error:
            form = form.failing(SAID[error.code], "roles") if error.code in SAID else form.refused(error, "roles")
    if not form.ok:
        return visit.page(_roles_page(who, form), status=422)
    said = Phrase(msgid("The roles of %(name)s are changed."), {"name": who.name})
    own = who.id == _person(visit).id
    return visit.redirect("/account" if own and "administrator" not in form.many("roles") else _path(who), said)


@get(f"{PEOPLE}/{{number:int}}/disable", opt={"permission": MANAGE, "confirmed": True}, sync_to_thread=True)
def ask_disable(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """What disabling means."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    consequences: list[Told] = [
        msgid("Nobody signs in with this account any more, and its unused links don't hold."),
        _ending(len(accounts.sessions(who))),
        msgid("What the person did stays in the record, and what they signed stays signed."),
    ]
    if who.id == _person(visit).id:
        consequences.append(msgid("This is your own account: you are signed out."))
    return _ask(
        visit,
        who,
        title=Phrase(msgid("Disable %(name)s?"), {"name": who.name}),
        consequences=tuple(consequences),
        undone=msgid(
            "Yes: an administrator can enable the account again, with the roles and ways to sign in that it had."
        ),
        act="disable",
        button=msgid("Disable the account"),
    )


@post(
    f"{PEOPLE}/{{number:int}}/disable",
    opt={"permission": MANAGE, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def disable(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Disable them."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    try:
        accounts.disable(who, by=_person(visit).name)
    except Conflict as error:
        return visit.redirect(_path(who), SAID.get(error.code, str(error)), meaning="wrong")
    return visit.redirect(_path(who), Phrase(msgid("%(name)s is disabled."), {"name": who.name}))


@get(f"{PEOPLE}/{{number:int}}/enable", opt={"permission": MANAGE, "confirmed": True}, sync_to_thread=True)
def ask_enable(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """What enabling means."""
    who = queries.account(_accounts(visit), number)
    return _ask(
        visit,
        who,
        title=Phrase(msgid("Enable %(name)s?"), {"name": who.name}),
        consequences=(
            msgid("The person signs in again with the ways that they had."),
            Phrase(msgid("They have the roles that they had: %(roles)s."), {"roles": ", ".join(who.roles)}),
        ),
        undone=msgid("Yes: the account can be disabled again."),
        act="enable",
        button=msgid("Enable the account"),
        danger=False,
    )


@post(
    f"{PEOPLE}/{{number:int}}/enable",
    opt={"permission": MANAGE, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def enable(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Enable them."""
    accounts = _accounts(visit)
    who = accounts.enable(queries.account(accounts, number), by=_person(visit).name)
    return visit.redirect(_path(who), Phrase(msgid("%(name)s is enabled."), {"name": who.name}))


@get(f"{PEOPLE}/{{number:int}}/link", opt={"permission": MANAGE, "confirmed": True}, sync_to_thread=True)
def ask_link(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """What a new link means: for whoever has ways in, that they go."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    if not queries.needs_recovery(accounts, who):
        return _ask(
            visit,
            who,
            title=Phrase(msgid("A new invitation for %(name)s?"), {"name": who.name}),
            consequences=(
                msgid("The person has no password and no passkey yet. The link signs them in once, within a day."),
                msgid(
                    "You see the link once, on the next page. Whoever opens it first is this person: give it to "
                    "nobody else."
                ),
            ),
            undone=msgid("Yes, until it is used: disable the account, or make another link, which takes its place."),
            act="link",
            button=msgid("Make the link"),
            danger=False,
        )
    return _ask(
        visit,
        who,
        title=Phrase(msgid("A recovery link for %(name)s?"), {"name": who.name}),
        consequences=(
            msgid(
                "Nothing happens until the link is used. Then password, codes and passkeys of this person are "
                "dropped, and all their sessions end."
            ),
            msgid(
                "Their signing key is retired then: nobody can sign as them with it again, and the record shows "
                "that it was recovered."
            ),
            msgid(
                "You see the link once, on the next page. Give it to the person yourself, after you have made "
                "sure that it is them: by voice or face, not by answering a mail."
            ),
        ),
        undone=msgid("Until it is used, yes: another link takes its place. After that, no."),
        act="link",
        button=msgid("Make the recovery link"),
    )


@post(
    f"{PEOPLE}/{{number:int}}/link", opt={"permission": MANAGE, "confirmed": True}, status_code=200, sync_to_thread=True
)
def make_link(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Make it, and show it once."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    link, recovery = actions.make_link(accounts, who, _person(visit))
    return visit.page(_link_page(visit, who, link, recovery=recovery))


@get(f"{PEOPLE}/{{number:int}}/sessions/end", opt={"permission": MANAGE, "confirmed": True}, sync_to_thread=True)
def ask_end_sessions(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """What it means to sign somebody out."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    return _ask(
        visit,
        who,
        title=Phrase(msgid("Sign %(name)s out everywhere?"), {"name": who.name}),
        consequences=(
            _ending(len(accounts.sessions(who))),
            msgid("The person can sign in again. If somebody else has their password, disable the account instead."),
        ),
        undone=msgid("No, but they can sign in again."),
        act="sessions/end",
        button=msgid("End the sessions"),
    )


@post(
    f"{PEOPLE}/{{number:int}}/sessions/end",
    opt={"permission": MANAGE, "confirmed": True},
    status_code=303,
    sync_to_thread=True,
)
def end_sessions(visit: NamedDependency[Visit], number: FromPath[int]) -> Response[Any]:
    """Sign them out."""
    accounts = _accounts(visit)
    who = queries.account(accounts, number)
    ended = accounts.end_all(who, by=_person(visit).name)
    return visit.redirect(_path(who), plural("%(num)s session was ended.", "%(num)s sessions were ended.", ended))


@get(RECORD, opt={"permission": READ_RECORD}, sync_to_thread=True)
def record(visit: NamedDependency[Visit]) -> Response[Any]:
    """What happened, the latest first."""
    kind, by, before = _asked(visit)
    return visit.page(queries.record(visit.store, _accounts(visit), kind, by, before))


@get(f"{RECORD}/save", opt={"permission": READ_RECORD}, sync_to_thread=True)
def save_record(visit: NamedDependency[Visit]) -> Response[Any]:
    """The same as JSON lines, to be kept; that it was saved is itself a leaf."""
    kind, by, before = _asked(visit)
    found = queries.events(visit.store, kind, by, before, queries.MOST_SAVED)
    content = queries.saved(found)
    if visit.request.method != "HEAD":
        own = visit.directory.parties.own().slug
        actions.note_saved(visit.store, content, len(found), own, _person(visit))
    headers = {
        "content-disposition": 'attachment; filename="record.jsonl"',
        "content-security-policy": SANDBOX_POLICY,
    }
    return Response(content, media_type="application/x-ndjson", headers=headers)


def _accounts(visit: Visit) -> Accounts:
    return visit.directory.accounts


def _person(visit: Visit) -> Account:
    if visit.account is None:
        raise LookupError("a view of this desk is not mounted as public")
    return visit.account


def _path(who: Account) -> str:
    return f"{PEOPLE}/{who.id}"


def _asked(visit: Visit) -> tuple[str, str, int | None]:
    """The filters of the record, and where it goes on."""
    asked = visit.asked
    before = asked.get("before", "")
    number = int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None
    return asked.get("kind", ""), asked.get("person", ""), number


def _ending(sessions: int) -> Told:
    if not sessions:
        return msgid("The person is signed in nowhere at this moment.")
    return plural("%(num)s session ends at once.", "%(num)s sessions end at once.", sessions)


def _invite_page(form: Form) -> FormPage:
    sentences = (
        msgid(
            "The next page shows a link, once, by which the person comes in and chooses a password or a "
            "passkey. It lasts a day."
        ),
    )
    return FormPage(title=msgid("Invite a person"), sentences=sentences, form=form)


def _roles_page(who: Account, form: Form) -> FormPage:
    return FormPage(
        title=Phrase(msgid("Roles of %(name)s"), {"name": who.name}),
        sentences=(msgid("They hold from the person's next page on. The change is a leaf of the record."),),
        form=form.to(f"{_path(who)}/roles", cancel=_path(who)),
        trail=(crumb(who.name, who.id),),
    )


def _link_page(visit: Visit, who: Account, link: Link, *, recovery: bool) -> NewLinkPage:
    url = f"{link_base(visit.request, visit.site.services.base_url)}/sign-in/{link.secret}"
    return NewLinkPage(name=who.name, number=who.id, url=url, expires=link.expires, recovery=recovery)


def _ask(
    visit: Visit,
    who: Account,
    *,
    title: Told,
    consequences: tuple[Told, ...],
    undone: Told,
    act: str,
    button: Told,
    danger: bool = True,
) -> Response[Any]:
    """Before an act on a person: what will happen, whether it can be undone, then the button."""
    return visit.page(
        ConfirmationPage(
            title=title,
            consequences=consequences,
            undone=undone,
            form=Form(action=f"{_path(who)}/{act}", button=button, cancel=_path(who), danger=danger),
            trail=(crumb(who.name, who.id),),
        )
    )
