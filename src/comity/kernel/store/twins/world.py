"""One snapshot of what a piece of work needs: the originals, everything they mention, what stands for them, who may have what."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.ids import is_id
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label
from comity.kernel.policy.redaction import mentioned
from comity.kernel.store.commit import NEIGHBOURS
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.definitions import Definition, held_definitions
from comity.kernel.store.keys import Kinds, object_id_of
from comity.kernel.store.labels import Labels
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.plan import ECHO
from comity.kernel.store.twins.asking import Asks, Moment
from comity.kernel.store.twins.keys import ScopeKey
from comity.kernel.store.twins.queue import AROUND, LOOK
from comity.kernel.store.twins.rows import Kind, Rendition, Twin, renditions_of, twins_of

MOST_AT_ONCE: Final = 4_000
"""Originals that one piece of work may grow to by what depends on one another."""
REMEMBERED: Final = 4_000
_CLAIMS: Final = (
    "SELECT h.key, c.seq, c.version, c.body, c.label, c.shape, c.source, c.flags, c.leaf, v.modified, v.digest "
    "FROM held h JOIN claim c ON c.version = h.version JOIN version v ON v.seq = h.version "
    "WHERE h.body = h.version AND h.key"
)
_NAMES: Final = Sql("SELECT id, name FROM kind")
_RAW: Final = "SELECT seq, raw FROM version WHERE seq"
_DIGESTS: Final = "SELECT seq, digest FROM version WHERE seq"
_STANDING: Final = (
    "SELECT c.seq, c.label, c.shape, c.flags, s.needs FROM claim c JOIN shape s ON s.id = c.shape WHERE c.seq"
)
_WAITING: Final = f"SELECT key, mark FROM twin_todo WHERE spread = {LOOK} AND key"
_DEPENDENTS: Final = "SELECT t.original FROM twin_ref t WHERE t.target"
# In this form neither database begins with all passes.
_THAT_PASS: Final = (
    f" AND EXISTS (SELECT 1 FROM rendition r WHERE r.original = t.original AND r.kind = {int(Kind.PASS)})"
)
_STUBBED: Final = "SELECT target, original, lens, label FROM twin_stub WHERE target"
_BODIES_OF: Final = "SELECT seq, key, modified, raw FROM version WHERE seq"


class Claimed(msgspec.Struct, frozen=True):
    """A claim of an original, with its version's date and digest."""

    seq: int
    version: int
    body: int
    label: int
    shape: int
    source: int
    flags: int
    leaf: int
    modified: Micros
    digest: bytes

    @property
    def rank(self) -> tuple[Micros, bytes, int]:
        """The best is greatest: the latest, then the smallest digest, then the first that came."""
        return self.modified, bytes(255 - byte for byte in self.digest), -self.seq


class Standing(msgspec.Struct, frozen=True):
    """How a claim of ours stands: its shape as text, and its flags."""

    label: int
    shape: int
    flags: int
    needs: str


class Made(msgspec.Struct, frozen=True):
    """A version of ours: whose id, which date, what bytes."""

    key: bytes
    modified: Micros
    raw: bytes


class World(msgspec.Struct):
    """Everything that is read before anything is worked out.

    ``keys``       the originals, with the mark of each that is in the queue
    ``claims``     theirs, without echoes and renditions
    ``held``       under which labels what is mentioned is held, renditions of those that are no part of this work included
    ``mentions``   by body, the ids that it mentions
    ``renditions``, ``twins``  what stands for the originals; ``standing``, ``made``: those claims, and those versions
    ``stubs``      for which originals and (lens, label) of theirs an empty object of a key stands in
    ``neighbours``   claims of what is mentioned, some steps far, and goes in a form itself
    ``definitions``  of granular markings, where a lens takes parts out
    """

    asks: Asks
    moment: Moment
    scope_keys: Mapping[str, ScopeKey]
    labels: Mapping[int, Label]
    keys: dict[bytes, int]
    claims: dict[bytes, list[Claimed]]
    held: dict[bytes, frozenset[int]]
    parsed: dict[int, Parsed]
    mentions: dict[int, tuple[str, ...]]
    key_of: dict[str, bytes | None]
    renditions: dict[bytes, list[Rendition]]
    twins: dict[bytes, list[Twin]]
    standing: dict[int, Standing]
    made: dict[int, Made]
    stubs: dict[bytes, list[tuple[bytes, str, int]]]
    neighbours: dict[bytes, list[Claimed]]
    definitions: list[Definition]
    names: dict[bytes, str]

    def id_of(self, key: bytes) -> str:
        """The id of a key."""
        return object_id_of(key, self.names)

    def mentioned_keys(self, body: int) -> list[bytes]:
        """The keys of what a body mentions, as far as its types are known."""
        return [key for one in self.mentions[body] if (key := self.key_of[one]) is not None]


class Bodies:
    """Objects by the digest of their bytes, the latest ones remembered."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, tuple[Parsed, tuple[str, ...]]] = OrderedDict()

    def read(self, reader: Reader, bodies: Iterable[int]) -> dict[int, tuple[Parsed, tuple[str, ...]]]:
        """What they are and which ids they mention; what this version of the node can't read is left out. Numbers of bodies that
        were deleted may be given again, so that they are asked for by their digest.
        """
        digests = {body: bytes(digest) for body, digest in rows_of(reader, _DIGESTS, bodies)}
        for _, raw in rows_of(reader, _RAW, [body for body, digest in digests.items() if digest not in self._known]):
            one = parse(bytes(raw))
            if isinstance(one, Parsed):
                # What names itself (an organisation as its own creator) goes under that name just when it is a pass.
                self._known[one.digest] = one, tuple(each for each in mentioned(one) if each != one.id.lower())
        found = {body: self._known[digest] for body, digest in digests.items() if digest in self._known}
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


class Worlds:
    """Reads worlds."""

    def __init__(self, kinds: Kinds, labels: Labels) -> None:
        self._kinds = kinds
        self._labels = labels
        self._bodies = Bodies()

    def read(
        self,
        reader: Reader,
        asks: Asks,
        moment: Moment,
        scope_keys: Mapping[str, ScopeKey],
        wanted: Mapping[bytes, int],
    ) -> World:
        """The world of some originals and of all that they depend on, or that depends on them: what waits of what they
        mention, and passes that mention them.
        """
        labels = self._labels.rows(reader, moment.label)
        names = {number.to_bytes(2, "big"): name for number, name in reader.all(_NAMES)}
        world = World(asks, moment, scope_keys, labels, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, [], names)
        fresh = dict(wanted)
        while fresh:
            self._originals(reader, world, fresh)
            if len(world.keys) >= MOST_AT_ONCE:
                break
            fresh = self._further(reader, world, fresh)
        self._beside(reader, world)
        return world

    def _originals(self, reader: Reader, world: World, keys: Mapping[bytes, int]) -> None:
        world.keys.update(keys)
        claims = claims_of(reader, world.labels, keys)
        world.claims.update(claims)
        asked = {claim.body for those in claims.values() for claim in those if claim.label in world.asks.of}
        for body, (parsed, mentions) in self._bodies.read(reader, asked).items():
            world.parsed[body] = parsed
            world.mentions[body] = mentions
            self._learn(world, mentions)
        if any(lens.hidden == "stub" for lens in world.asks.lenses.values()):
            self._name(world)
        world.renditions.update(renditions_of(reader, keys))

    def _further(self, reader: Reader, world: World, keys: Mapping[bytes, int]) -> dict[bytes, int]:
        """What waits of that which these mention; and passes that mention these, where these are passes themselves or were
        asked to be looked at: what they are may rest on it.
        """
        mentions = {
            key
            for own in keys
            for claim in world.claims.get(own, ())
            if claim.body in world.mentions
            for key in world.mentioned_keys(claim.body)
        }
        waiting = {
            bytes(key): mark
            for key, mark in rows_of(reader, _WAITING, mentions - world.keys.keys())
            if bytes(key) not in world.keys
        }
        resting = [bytes(row[0]) for row in rows_of(reader, _DEPENDENTS, {key[:16] for key in keys}, tail=_THAT_PASS)]
        further = {key: NOT_QUEUED for key in resting if key not in world.keys}
        return further | waiting

    def _beside(self, reader: Reader, world: World) -> None:
        """What stands for the originals, and under which labels everything that they mention is held."""
        world.twins.update(twins_of(reader, world.keys))
        rows = [one for those in world.renditions.values() for one in those]
        for seq, label, shape, flags, needs in rows_of(reader, _STANDING, {one.claim for one in rows}):
            world.standing[seq] = Standing(label, shape, flags, needs)
        versions = {one.version for one in rows if one.kind is not Kind.PASS and one.version}
        for seq, key, modified, raw in rows_of(reader, _BODIES_OF, versions):
            world.made[seq] = Made(bytes(key), modified, bytes(raw))
        for target, original, lens, label in rows_of(reader, _STUBBED, world.keys):
            world.stubs.setdefault(bytes(target), []).append((bytes(original), lens, label))
        mentions = {key for body in world.mentions for key in world.mentioned_keys(body)}
        for key, label in rows_of(reader, NEIGHBOURS, mentions):
            world.held[bytes(key)] = world.held.get(bytes(key), frozenset()) | {label}
        self._neighbours(reader, world, mentions)
        if any(lens.without for lens in world.asks.lenses.values()):
            markings = {one for parsed in world.parsed.values() for one in parsed.granular}
            world.definitions += held_definitions(reader, self._kinds, markings)

    def _neighbours(self, reader: Reader, world: World, mentions: set[bytes]) -> None:
        """What is mentioned and goes in a form itself, and what that mentions, some steps far: what is dropped there is dropped
        here. Not looked at while no lens drops anything.
        """
        if not any(lens.profiles or lens.without for lens in world.asks.lenses.values()):
            return
        fresh = mentions
        for _ in range(AROUND):
            fresh = {
                key
                for key in fresh
                if key not in world.neighbours and not world.asks.of.keys().isdisjoint(world.held.get(key, ()))
            }
            if not fresh or len(world.neighbours) >= MOST_AT_ONCE:
                return
            bodies: set[int] = set()
            for key, claims in claims_of(reader, world.labels, fresh).items():
                world.neighbours[key] = claims
                bodies.update(claim.body for claim in claims)
            for body, (parsed, found) in self._bodies.read(reader, bodies - world.mentions.keys()).items():
                world.parsed[body] = parsed
                world.mentions[body] = found
                self._learn(world, found)
            fresh = {key for body in bodies if body in world.mentions for key in world.mentioned_keys(body)}
            for key, label in rows_of(reader, NEIGHBOURS, fresh - world.held.keys()):
                world.held[bytes(key)] = world.held.get(bytes(key), frozenset()) | {label}

    def _name(self, world: World) -> None:
        """Something stands in also for what is of a type of which nothing is held."""
        types = {ref[:-38] for parsed in world.parsed.values() for ref in parsed.refs}
        self._kinds.learn(types)
        world.key_of = {one: self._kinds.key_of(one) for one in world.key_of}

    def _learn(self, world: World, mentions: Iterable[str]) -> None:
        for one in mentions:
            if one not in world.key_of:
                world.key_of[one] = self._kinds.key_of(one) if is_id(one) else None


NOT_QUEUED: Final = -1
"""The mark of what is worked out beside what is in the queue."""


def claims_of(reader: Reader, labels: Mapping[int, Label], keys: Iterable[bytes]) -> dict[bytes, list[Claimed]]:
    """The claims of some ids, without echoes, renditions and what came back."""
    found: dict[bytes, list[Claimed]] = {}
    for key, seq, version, body, label, shape, source, flags, leaf, modified, digest in rows_of(reader, _CLAIMS, keys):
        claim = Claimed(seq, version, body, label, shape, source, flags, leaf, modified, bytes(digest))
        if not claim.flags & ECHO and not labels[claim.label].lens:
            found.setdefault(bytes(key), []).append(claim)
    return found
