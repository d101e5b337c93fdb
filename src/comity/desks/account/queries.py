"""Queries of the account desk: what a person's own pages show of their account."""

from typing import Final

from comity.desks.account import rules
from comity.desks.account.objects import (
    CONFIRM_CODE,
    CONFIRM_PASSWORD,
    LANGUAGE,
    OWN,
    SET_UP_CODES,
    AccountPage,
    CodesPage,
    ConfirmPage,
    KeyRow,
)
from comity.kernel.directory.accounts import Accounts, PasskeyInfo, SessionInfo
from comity.kernel.store.types import Account
from comity.web.browser import browser_name
from comity.web.forms import Act, Choice, Form
from comity.web.i18n import own_name
from comity.web.origin import Origin
from comity.web.roles import ROLES
from comity.web.tables import Acts, At, Column, Link, Row, Words, plain
from comity.web.words import Told, msgid, outside

SESSIONS: Final = (
    Column(key="browser", title=msgid("Browser")),
    Column(key="way", title=msgid("Signed in with")),
    Column(key="network", title=msgid("From the address")),
    Column(key="since", title=msgid("Since")),
    Column(key="seen", title=msgid("Last seen")),
    Column(key="acts", title=msgid("Acts"), unseen=True),
)
PASSKEYS: Final = (
    Column(key="name", title=msgid("Passkey")),
    Column(key="created", title=msgid("Made")),
    Column(key="used", title=msgid("Last used")),
    Column(key="acts", title=msgid("Acts"), unseen=True),
)


def own_account(
    accounts: Accounts, account: Account, cookie: str, origin: Origin | None, languages: tuple[str, ...]
) -> AccountPage:
    """The whole page."""
    sessions = accounts.sessions(account)
    here = accounts.handle_of(cookie)
    return AccountPage(
        name=account.name,
        roles=tuple(ROLES.get(role, role) for role in account.roles),
        created=account.created,
        has_password=accounts.has_password(account),
        has_codes=accounts.has_totp(account),
        passkeys=plain(
            msgid("Your passkeys"),
            PASSKEYS,
            [_passkey(each) for each in accounts.passkeys(account)],
            empty=msgid("No passkey yet."),
            comes=msgid("A passkey stands here once you have made one. It signs you in without a password."),
        ),
        passkeys_here=origin is not None,
        language=language_form(account, languages),
        sessions=plain(msgid("Your sessions"), SESSIONS, [_session(each, here) for each in sessions]),
        others=Act(button=msgid("End all other sessions"), action=f"{OWN}/sessions/end-others")
        if len(sessions) > 1
        else None,
        keys=tuple(
            KeyRow(
                kind=each.kind,
                fingerprint=accounts.signing.fingerprint(each),
                created=each.created,
                retired=each.retired,
            )
            for each in accounts.signing.keys(account)
        ),
    )


def language_form(account: Account, languages: tuple[str, ...]) -> Form:
    """The choice of a language, with what was chosen."""
    asked = LANGUAGE.fields[0].choices
    spoken = tuple(Choice(each, outside(own_name(each))) for each in languages)
    return LANGUAGE.offering("language", asked + spoken).starting({"language": account.language or asked[0].value})


def confirmation(
    accounts: Accounts, account: Account, origin: Origin | None, then: str, form: Form | None = None
) -> ConfirmPage:
    """The ways in which this person can prove who they are, here."""
    has_passkey = bool(accounts.passkeys(account))
    return ConfirmPage(
        form=form or confirm_form(accounts, account, then),
        passkey=Act(
            button=msgid("Confirm with a passkey"), action="/account/confirm/passkey", hidden={"next": then}, main=True
        )
        if has_passkey and origin is not None
        else None,
        elsewhere=has_passkey and origin is None,
    )


def confirm_form(accounts: Accounts, account: Account, then: str) -> Form | None:
    """The form for whoever has a password, with the code where one is asked for."""
    if not accounts.has_password(account):
        return None
    password, following = CONFIRM_PASSWORD.fields
    code = (CONFIRM_CODE,) if accounts.has_totp(account) else ()
    return Form(
        id=CONFIRM_PASSWORD.id,
        action=CONFIRM_PASSWORD.action,
        button=CONFIRM_PASSWORD.button,
        cancel=OWN,
        fields=(password, *code, following),
    ).starting({"next": then})


def codes_page(secret: str, uri: str, ticket: str, form: Form | None = None) -> CodesPage:
    """The picture for the app, and the form for its first code."""
    import segno  # noqa: PLC0415  memory: loaded where a picture is drawn, which is seldom

    drawn = segno.make(uri, error="m", micro=False)
    matrix = [bytes(row) for row in drawn.matrix]
    return CodesPage(
        size=len(matrix),
        path=rules.outline(matrix),
        secret=rules.spaced(secret),
        uri=uri,
        form=form or SET_UP_CODES.starting({"ticket": ticket, "secret": secret, "uri": uri}),
    )


def _session(each: SessionInfo, here: str) -> Row:
    name = browser_name(each.agent)
    this = each.handle == here
    acts: tuple[Act | Link, ...] = ()
    if not this:
        about = str(name) if not isinstance(name, str) else ""
        acts = (Act(button=msgid("End this session"), action=f"{OWN}/sessions/{each.handle}/end", about=about),)
    return Row(
        (
            Words(name, msgid("this browser") if this else ""),
            Words(rules.WAYS.get(each.method, each.method)),
            Words(_network(each.network)),
            At(each.created),
            At(each.seen),
            Acts(acts),
        )
    )


def _network(address: str) -> Told:
    return outside(address) if address else msgid("not known")


def _passkey(each: PasskeyInfo) -> Row:
    drop = Link(msgid("Remove"), f"{OWN}/passkeys/{each.id}/drop")
    return Row((Words(outside(each.name)), At(each.created), At(each.used), Acts((drop,))))
