"""Queries of the people desk: who there is, what one of them may and has, and what happened."""

from typing import Final
from urllib.parse import urlencode

import msgspec

from comity.desks.people import rules
from comity.desks.people.errors import NoSuchPerson
from comity.desks.people.objects import (
    FILTER,
    PEOPLE,
    RECORD,
    ROLES,
    STATES,
    PeoplePage,
    PersonPage,
    RecordPage,
)
from comity.kernel.directory.accounts import Accounts
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account, Event
from comity.web.browser import browser_name
from comity.web.forms import Choice
from comity.web.tables import (
    At,
    Code,
    Column,
    Link,
    Listed,
    Listing,
    Mark,
    Paging,
    Row,
    Words,
    plain,
)
from comity.web.words import Phrase, Told, msgid, outside

EVENTS_A_PAGE: Final = 50
MOST_SAVED: Final = 10_000

COLUMNS: Final = (
    Column(key="name", title=msgid("Name"), sorts=True),
    Column(key="roles", title=msgid("Roles")),
    Column(key="ways", title=msgid("Signs in with")),
    Column(key="state", title=msgid("State"), sorts=True),
    Column(key="created", title=msgid("Here since"), sorts=True),
)
SESSIONS: Final = (
    Column(key="agent", title=msgid("Browser")),
    Column(key="network", title=msgid("From the address")),
    Column(key="since", title=msgid("Since")),
    Column(key="seen", title=msgid("Last seen")),
)
HAPPENED: Final = (
    Column(key="what", title=msgid("What happened")),
    Column(key="by", title=msgid("Done by")),
    Column(key="at", title=msgid("When")),
    Column(key="leaf", title=msgid("Leaf"), number=True),
)
_TITLES: Final = {each.value: each.label for each in ROLES}


def account(accounts: Accounts, number: int) -> Account:
    """The person of this number."""
    found = accounts.by_id(number)
    if found is None:
        raise NoSuchPerson("There is nobody of this number.")
    return found


def people(accounts: Accounts, asked: Listing) -> PeoplePage:
    """Everyone, in the order asked for."""
    everyone = accounts.all()
    keys = {
        "name": lambda each: each.name.casefold(),
        "state": lambda each: (each.disabled, each.name.casefold()),
        "created": lambda each: each.created,
    }
    rows = [_person(accounts, each) for each in asked.page_of(everyone, keys)]
    return PeoplePage(table=asked.table(msgid("People of this node"), rows, total=len(everyone)))


def person(accounts: Accounts, who: Account, reader: Account) -> PersonPage:
    """One person."""
    sessions = accounts.sessions(who)
    ways = _ways(accounts, who)
    return PersonPage(
        number=who.id,
        name=who.name,
        own=who.id == reader.id,
        disabled=who.disabled,
        roles=tuple(each for each in ROLES if each.value in who.roles),
        ways=ways,
        created=who.created,
        sessions=plain(
            msgid("Sessions of this person"),
            SESSIONS,
            [
                Row((Words(browser_name(each.agent)), Words(_network(each.network)), At(each.created), At(each.seen)))
                for each in sessions
            ],
            empty=msgid("Nowhere at this moment."),
            comes=msgid("A browser stands here from signing in until signing out, at most twelve hours."),
        ),
        signed_in=len(sessions),
        invites=not ways,
        record=f"{RECORD}?{urlencode({'person': who.id})}",
    )


def needs_recovery(accounts: Accounts, who: Account) -> bool:
    """Whether this person has ways in, which a link from somebody else must not go around."""
    return accounts.has_password(who) or bool(accounts.passkeys(who))


def record(store: Store, accounts: Accounts, kind: str, by: str, before: int | None) -> RecordPage:
    """A page of what happened, the latest first."""
    found = events(store, kind, by, before, EVENTS_A_PAGE + 1)
    shown = found[:EVENTS_A_PAGE]
    kept = {name: value for name, value in (("kind", kind), ("person", by)) if value}
    following = {**kept, "before": str(shown[-1].leaf)} if len(found) > len(shown) else {}
    table = plain(
        msgid("What happened"),
        HAPPENED,
        [_happened(each) for each in shown],
        empty=msgid("Nothing of this kind has happened."),
        comes=msgid(
            "Sign-ins, changes of accounts, commands, exports and reads of restricted objects stand here, each "
            "as a leaf that can't be changed."
        ),
    )
    paging = Paging(
        first=_address(kept) if before is not None else "",
        following=_address(following) if following else "",
    )
    kinds = [Choice(each.name.lower(), label) for each, label in rules.KINDS.items()]
    everyone = [Choice(str(each.id), outside(each.name)) for each in accounts.all()]
    form = FILTER.offering("kind", kinds).offering("person", everyone).starting({"kind": kind, "person": by})
    if kept:
        form = form.to(RECORD, cancel=RECORD)
    return RecordPage(
        filter=form, table=msgspec.structs.replace(table, paging=paging), save=_address(kept, f"{RECORD}/save")
    )


def events(store: Store, kind: str, by: str, before: int | None, limit: int) -> tuple[Event, ...]:
    """What happened; a filter that can't be read is none."""
    return store.events.all(limit, before=before, kind=rules.BY_NUMBER.get(kind), account=_number(by))


def saved(found: tuple[Event, ...]) -> bytes:
    """Statements as JSON lines, each with its leaf's number and moment, the latest first."""
    encode = msgspec.json.Encoder().encode
    lines = [
        encode({"leaf": each.leaf, "at": each.at, "statement": msgspec.Raw(each.statement.encode())}) for each in found
    ]
    return b"".join(line + b"\n" for line in lines)


def _person(accounts: Accounts, each: Account) -> Row:
    meaning, word = STATES[each.disabled]
    return Row(
        (
            Link(outside(each.name), f"{PEOPLE}/{each.id}"),
            Listed(tuple(_TITLES.get(role, role) for role in each.roles)),
            Listed(_ways(accounts, each), msgid("no way yet")),
            Mark(meaning, word),
            At(each.created),
        )
    )


def _ways(accounts: Accounts, who: Account) -> tuple[Told, ...]:
    ways: list[Told] = []
    if accounts.has_password(who):
        ways.append(msgid("password and codes") if accounts.has_totp(who) else msgid("password"))
    number = len(accounts.passkeys(who))
    if number:
        ways.append(msgid("passkey") if number == 1 else Phrase(msgid("%(number)s passkeys"), {"number": str(number)}))
    return tuple(ways)


def _happened(event: Event) -> Row:
    line = rules.told(event)
    return Row(
        (Words(line.what, line.detail), Words(line.by), At(event.at), Code(str(event.leaf))), id=f"leaf-{event.leaf}"
    )


def _network(address: str) -> Told:
    return outside(address) if address else msgid("not known")


def _address(asked: dict[str, str], path: str = RECORD) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
