"""What a batch will write, worked out from what is held: which bodies are new, which claims, what changes beside them.

A version is (id, modified, content). Equal content under other bytes (RFC 8785 equal) is the same version with a body of its
own; another content under the same id and modified is kept beside the first, and both are flagged. A cyber-observable has
no modified: each content is a version of its own, dated by its arrival.
"""

from collections.abc import Callable

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NodeError
from comity.kernel.objects.canonical import canonical
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Terms
from comity.kernel.store.types import Kept

DIGEST_BYTES = 16
"""How much of a body's SHA-256 stands in the index: enough that nobody finds two bodies that share it."""

MANY_CLAIMS = 1
"""Claim flag: its version has several claims, so that "only the first" has to be looked up."""
MANY_VERSIONS = 2
"""Claim flag: its id has several versions, so that "only the last" has to be looked up."""
LARGE = 4
"""Claim flag: its bytes are so many that a page of such has to be cut by size."""
LARGE_BYTES = 32_768
ECHO = 16
"""Claim flag: the same claim once more, at the place from which it is open to some to whom it was not before (``shaping``)."""
UNDATED = 8
"""Claim flag: its object has no date of its own (a cyber-observable), so that only its arrivals can be compared."""

MOST_COMPARED = 16
"""With how many contents under one id and modified a new one is compared: who sends more of them pays with duplicates."""


class Body(msgspec.Struct):
    """Bytes of one version: held, or to be written by this batch (``fresh``).

    ``seq``   its number; given when it is written
    ``root``  the body that is the version itself, where this one repeats its content in other bytes
    """

    key: bytes
    modified: Micros
    digest: bytes
    seq: int = 0
    root: "Body | None" = None
    fresh: Parsed | None = None
    conflict: bool = False
    creator: int | None = None
    claim: "NewClaim | None" = None

    @property
    def version(self) -> "Body":
        """The version these bytes are of."""
        return self.root or self


class NewClaim(msgspec.Struct):
    """A claim to be written: which object of the batch, under which label, with which bytes."""

    place: int
    body: Body
    label: int
    flags: int


class Incoming(msgspec.Struct):
    """One batch with, for every object, its key, its label, and the keys of its guessable neighbours.

    ``creators``: identity id -> party. ``terms``: what its markings meant when it was labelled,
    None where none has to be looked up. ``circles``: to which circle each of those keys that are restricted is.
    """

    objects: tuple[Parsed, ...]
    keys: list[bytes]
    neighbours: list[tuple[bytes, ...]]
    labels: list[int]
    source: int
    collection: int
    received: Micros
    creators: dict[str, int]
    terms: Terms | None
    circles: dict[bytes, int]


class Holdings(msgspec.Struct):
    """What was held when the batch was looked up.

    ``bodies``   key -> bodies, by modified
    ``claimed``  version -> (source, collection) of its claims
    ``raw``      reads the bytes of a held body, for the rare comparison of contents
    """

    bodies: dict[bytes, list[Body]]
    claimed: dict[int, set[tuple[int, int]]]
    raw: Callable[[int], bytes]


class Plan(msgspec.Struct):
    """Everything a batch changes.

    ``flag_claims``    held versions whose claims are now several
    ``flag_versions``  keys whose held claims now stand beside other versions
    ``conflicts``      held versions that now have another content beside them
    """

    kept: list[Kept]
    bodies: list[Body]
    claims: list[NewClaim]
    flag_claims: set[int]
    flag_versions: set[bytes]
    conflicts: set[int]


def plan(incoming: Incoming, held: Holdings) -> Plan:
    """Work out what a batch writes. Pure but for ``held.raw``."""
    result = Plan([], [], [], set(), set(), set())
    creators, bodies, received = incoming.creators, held.bodies, incoming.received
    for place, (parsed, key, label) in enumerate(zip(incoming.objects, incoming.keys, incoming.labels, strict=True)):
        modified = parsed.modified
        body = Body(key, received if modified is None else modified, parsed.digest[:DIGEST_BYTES], 0, None, parsed)
        if creators and parsed.created_by:
            body.creator = creators.get(parsed.created_by)
        others = bodies.get(key)
        if others is None:
            bodies[key] = [body]
            result.bodies.append(body)
            flags = (LARGE if len(parsed.raw) > LARGE_BYTES else 0) | (UNDATED if modified is None else 0)
            body.claim = claim = NewClaim(place, body, label, flags)
            result.claims.append(claim)
            result.kept.append(Kept.NEW)
        else:
            result.kept.append(_beside(body, others, place, label, incoming, held, result))
    for claim in result.claims:  # else body and claim would hold each other, and wait for the collector of cycles
        claim.body.version.claim = None
    return result


def _beside(
    body: Body, others: list[Body], place: int, label: int, incoming: Incoming, held: Holdings, result: Plan
) -> Kept:
    """An object whose id is held already, or came earlier in this batch."""
    assert body.fresh is not None  # noqa: S101  made so by the caller
    versioned = body.fresh.modified is not None
    rivals = [other for other in others if other.modified == body.modified] if versioned else list(others)
    twin = next((other for other in rivals if other.digest == body.digest), None)
    equal = twin or _equal_content(body.fresh, rivals, held)
    if equal is not None:
        return _known_version(body, twin, equal.version, others, place, label, incoming, held, result)
    if not versioned:
        body.modified = max(body.modified, max(other.modified for other in others) + 1)
    conflict = versioned and bool(rivals)
    if conflict:
        body.conflict = True
        for rival in rivals:
            rival.version.conflict = True
            result.conflicts.add(rival.version.seq)
    for other in others:
        if other.claim is not None:
            other.claim.flags |= MANY_VERSIONS
    result.flag_versions.add(body.key)
    others.append(body)
    result.bodies.append(body)
    body.claim = NewClaim(place, body, label, MANY_VERSIONS | _size(body.fresh))
    result.claims.append(body.claim)
    return Kept.CONFLICT if conflict else Kept.NEW


def _known_version(
    body: Body,
    twin: Body | None,
    version: Body,
    others: list[Body],
    place: int,
    label: int,
    incoming: Incoming,
    held: Holdings,
    result: Plan,
) -> Kept:
    """A content that is held: a claim of its own where this source has none yet, with the bytes it sent."""
    if version.claim is not None or (incoming.source, incoming.collection) in held.claimed.get(version.seq, ()):
        return Kept.KNOWN
    if twin is None:
        body.root = version
        body.modified = version.modified
        others.append(body)
        result.bodies.append(body)
    several = any(other.version is not version for other in others)
    size = _size(body.fresh) if body.fresh else 0
    version.claim = NewClaim(place, twin or body, label, MANY_CLAIMS | (MANY_VERSIONS if several else 0) | size)
    result.flag_claims.add(version.seq)
    result.claims.append(version.claim)
    return Kept.NEW


def _equal_content(parsed: Parsed, rivals: list[Body], held: Holdings) -> Body | None:
    """The body whose content equals this object's, other bytes notwithstanding (RFC 8785)."""
    mine = _canonical(parsed.raw) if rivals else None
    if mine is None:
        return None
    for rival in rivals[-MOST_COMPARED:]:
        if _canonical(rival.fresh.raw if rival.fresh else held.raw(rival.seq)) == mine:
            return rival
    return None


def _size(parsed: Parsed) -> int:
    return (LARGE if len(parsed.raw) > LARGE_BYTES else 0) | (UNDATED if parsed.modified is None else 0)


def _canonical(raw: bytes) -> bytes | None:
    """Canonical form, None where there is none (then only equal bytes are equal)."""
    try:
        return canonical(raw)
    except NodeError:
        return None
