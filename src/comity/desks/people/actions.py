"""Actions of the people desk. Each is the directory's to do, in one transaction with its leaf; here is who did it."""

from collections.abc import Sequence
from hashlib import sha256

from comity.desks.people import queries
from comity.kernel.directory.accounts import Accounts, Link
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import Json
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account

THE_RECORD = "record"


def invite(accounts: Accounts, name: str, roles: Sequence[str], by: Account) -> tuple[Account, Link]:
    """Somebody new, and the link by which they come in first."""
    added = accounts.add(name, roles, by=by.name)
    return added, accounts.invite(added, by=by.name)


def make_link(accounts: Accounts, who: Account, by: Account) -> tuple[Link, bool]:
    """A link for somebody who can't come in: for whoever has ways in, one that drops them. True where it does."""
    recovery = queries.needs_recovery(accounts, who)
    return accounts.invite(who, purpose="recovery" if recovery else "invitation", by=by.name), recovery


def note_saved(store: Store, content: bytes, count: int, party: str, by: Account) -> None:
    """The leaf that a part of the record left as a file; durable before it leaves."""
    fields: dict[str, Json] = {
        "by": by.name,
        "collection": THE_RECORD,
        "count": count,
        "digest": f"sha256:{sha256(content).hexdigest()}",
        "party": party,
    }
    store.events.record(LeafKind.EXPORTED, fields, by.id)
