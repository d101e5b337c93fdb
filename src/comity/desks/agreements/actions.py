"""Actions of the agreements desk: keeping drafts is the store's, everything that is signed or ended is the directory's.

Each act of the directory is one transaction with its objects, its leaf and the grants that follow.
"""

from hashlib import sha256

from comity.desks.agreements import rules
from comity.desks.agreements.objects import NewDraft
from comity.kernel.base.errors import Conflict
from comity.kernel.directory.collections import AGREEMENTS
from comity.kernel.directory.directory import Directory
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import Json
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account, AgreementRow, Draft, Party
from comity.web.words import msgid


def begin(store: Store, directory: Directory, new: NewDraft, by: Account) -> None:
    """A new draft, from a template."""
    text = directory.agreements.draft(new.template, new.party or None, name=new.name, communities=new.communities)
    keep(store, new.name, text, by)


def keep(store: Store, name: str, text: str, by: Account) -> None:
    """Keep a draft's text."""
    store.agreements.keep_draft(name, text, by.id)


def amend(store: Store, directory: Directory, name: str, by: Account) -> None:
    """A draft of the agreement's next version, from the text that holds; a draft that there is stays."""
    if store.agreements.draft(name) is None:
        keep(store, name, directory.agreements.get(name).text, by)


def note_saved(store: Store, content: bytes, own: Party, by: Account) -> None:
    """The leaf that an agreement or our signature left as a file; durable before a byte leaves."""
    fields: dict[str, Json] = {
        "by": by.name,
        "collection": AGREEMENTS,
        "count": 1,
        "digest": f"sha256:{sha256(content).hexdigest()}",
        "party": own.slug,
    }
    store.events.record(LeafKind.EXPORTED, fields, by.id)


def give_pseudonyms(store: Store, row: AgreementRow, by: Account) -> int:
    """New pseudonyms for all that goes under an agreement; how many redacted forms get another id."""
    number = store.twins.under(row.name)
    store.twins.rotate(row.name, by=by.name, account=by.id)
    return number


def sign(store: Store, directory: Directory, held: Draft, digest: str, by: Account) -> AgreementRow:
    """Sign a draft for us. Conflict where it is not the text that was looked at."""
    if rules.digest_of(held.text) != digest:
        raise Conflict(msgid("The draft was changed since you looked at it. Look again."), code="draft-changed")
    row = directory.agreements.apply(held.text, by=by.name, account=by.id)
    store.agreements.drop_draft(held.name)
    return row
