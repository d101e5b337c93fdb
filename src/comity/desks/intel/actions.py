"""Actions of the intel desk: restricting objects to named people, and what is written down when one leaves as a file. What
comes in comes by TAXII or file.
"""

from collections.abc import Iterable

from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import Json
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account, Held, Party


def note_saved(store: Store, held: Held, own: Party, by: Account) -> None:
    """The leaf that an object left as a file."""
    fields: dict[str, Json] = {
        "by": by.name,
        "collection": held.collection_slug,
        "count": 1,
        "digest": f"sha256:{held.digest.hex()}",
        "party": own.slug,
    }
    store.events.record(LeafKind.EXPORTED, fields, by.id)


def restrict(store: Store, object_id: str, people: Iterable[int], by: Account) -> None:
    """Only these people see the object from now on. The store refuses whoever does not see it themselves."""
    store.restrict(object_id, people, by=by.name, account=by.id)


def lift(store: Store, object_id: str, by: Account) -> None:
    """Policy alone decides again who sees the object."""
    store.lift(object_id, by=by.name, account=by.id)
