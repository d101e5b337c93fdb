"""One snapshot as one viewer sees it: what the reading door's parts (``walk``, ``search``, ``describe``) work on."""

from collections.abc import Iterable, Sequence

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.ids import is_id
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label
from comity.kernel.store import candidates as claims
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.openset import OpenSet, Scope, State
from comity.kernel.store.types import Held

EVERYTHING = Scope()

_NAMES = Sql("SELECT id, name FROM kind")
_PARTIES = Sql("SELECT id, slug, name FROM party")
_COLLECTIONS = Sql("SELECT id, slug FROM collection")
_KEYS_OF_CLAIMS = "SELECT v.key, c.label FROM claim c JOIN version v ON v.seq = c.version WHERE c.seq"
_BODIES = "SELECT seq, raw, digest FROM version WHERE seq"


class View(msgspec.Struct):
    """One snapshot: the viewer's open set, the counters, the labels. ``restricted``: the ids of what was described here and is
    restricted to named people. ``then``: what makes statements speak of the claims of an earlier day (``past``).
    """

    reader: Reader
    opened: OpenSet
    state: State
    labels: dict[int, Label]
    kinds: Kinds
    then: str = ""
    restricted: set[str] = msgspec.field(default_factory=set)

    def open_claims(self, versions: Iterable[int], scope: Scope = EVERYTHING) -> list[Candidate]:
        """Open claims of some versions, by date."""
        return self._stood(claims.open_claims(self.reader, self.opened, self.labels, scope, versions, self.then))

    def claims_of(self, object_ids: Iterable[str], scope: Scope = EVERYTHING) -> list[Candidate]:
        """Open claims of some ids, by date; what is no id, or not held, has none."""
        keys = [key for one in object_ids if is_id(one) and (key := self.kinds.key_of(one)) is not None]
        return self.claims_of_keys(keys, scope) if keys else []

    def claims_of_keys(self, keys: Iterable[bytes], scope: Scope = EVERYTHING) -> list[Candidate]:
        """Open claims of what is held under some keys, by date."""
        return self._stood(claims.open_claims_of(self.reader, self.opened, self.labels, scope, keys, self.then))

    def _stood(self, found: list[Candidate]) -> list[Candidate]:
        return found if self.opened.on is None else claims.stood(self.reader, found, self.state, self.as_of)

    @property
    def as_of(self) -> Micros:
        """The last date at which anything stands here: what opened at the moment of which this is has dates behind it."""
        on = self.opened.on
        if on is None:
            return self.state.at
        return min(self.state.at, max([on, *(opening.until() for opening in self.opened.openings)]))

    def names(self) -> dict[bytes, str]:
        """The names of types by the last two bytes of a key."""
        return {number.to_bytes(2, "big"): name for number, name in self.reader.all(_NAMES)}

    def parties(self) -> dict[int, tuple[str, str]]:
        """Slug and name of every party."""
        return {number: (slug, name) for number, slug, name in self.reader.all(_PARTIES)}

    def collections(self) -> dict[int, str]:
        """Slug of every collection."""
        return dict(self.reader.all(_COLLECTIONS))

    def raw(self, bodies: Iterable[int]) -> dict[int, bytes]:
        """Bytes by the number of the body."""
        return {seq: bytes(raw) for seq, raw, _ in rows_of(self.reader, _BODIES, bodies)}

    def parsed(self, body: int) -> Parsed | None:
        """An object as it is held."""
        found = parse(self.raw([body])[body])
        return found if isinstance(found, Parsed) else None

    def described(self, chosen: Sequence[Candidate]) -> tuple[Held, ...]:
        """Claims as people are shown them."""
        if not chosen:
            return ()
        names, parties, collections = self.names(), self.parties(), self.collections()
        bodies = {
            seq: (raw, digest) for seq, raw, digest in rows_of(self.reader, _BODIES, [one.body for one in chosen])
        }
        siblings: dict[bytes, list[Candidate]] = {}
        keys = {one.key for one in chosen}
        for candidate in self.claims_of_keys(keys):
            siblings.setdefault(candidate.key, []).append(candidate)
        found = tuple(
            _held(
                candidate,
                siblings[candidate.key],
                self.labels[candidate.label],
                self.circle_of(candidate.key, candidate.label),
                object_id_of(candidate.key, names),
                parties[candidate.source],
                collections[self.labels[candidate.label].collection],
                bodies[candidate.body],
            )
            for candidate in chosen
        )
        self.restricted.update(held.id for held in found if held.circle)
        return found

    def shown(self, claims: Iterable[int]) -> None:
        """These claims are about to be shown as they are. Looked at for a person only to whom something restricted is open."""
        if not self.opened.circles:
            return
        names = self.names()
        self.restricted.update(
            object_id_of(bytes(key), names)
            for key, label in rows_of(self.reader, self.then + _KEYS_OF_CLAIMS, claims)
            if self.circle_of(bytes(key), label)
        )

    def circle_of(self, key: bytes, label: int) -> int:
        """The circle of named people that an object is restricted to, also while its label does not say so yet; 0 for none."""
        return max(0, self.labels[label].circle or self.opened.restricting.get(key, 0))


def newest_first(candidate: Candidate) -> tuple[int, int]:
    """Order by version, then by arrival, the newest first."""
    return (-candidate.dated, -candidate.claim)


def latest_added(candidate: Candidate) -> Micros:
    """Order by date added."""
    return candidate.added


def _held(
    candidate: Candidate,
    siblings: Sequence[Candidate],
    label: Label,
    circle: int,
    object_id: str,
    party: tuple[str, str],
    collection: str,
    body: tuple[bytes, bytes],
) -> Held:
    others = [other for other in siblings if other.version != candidate.version]
    return Held(
        id=object_id,
        type=label.type,
        raw=bytes(body[0]),
        modified=candidate.dated,
        added=candidate.added,
        source=candidate.source,
        source_slug=party[0],
        source_name=party[1],
        collection=label.collection,
        collection_slug=collection,
        tlp=label.tlp,
        assumed=label.assumed,
        terms=label.terms,
        digest=bytes(body[1]),
        leaf=candidate.leaf,
        latest=not claims.superseded(candidate, siblings),
        conflict=candidate.conflict and any(other.modified == candidate.modified for other in others),
        contested=any(other.source != candidate.source for other in others),
        circle=circle,
    )
