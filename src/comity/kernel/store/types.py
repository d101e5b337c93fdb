"""What goes through the two doors: the shapes of writing (``Batch``, ``Outcome``) and of reading (``Query``, ``Page``, ``Held``).

Moments are microseconds. Dates-added are those of the viewer who asks (docs/architecture.md, "No one misses what
becomes visible later").
"""

from enum import StrEnum
from typing import Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parsed import Parsed

VersionFilter = Micros | Literal["first", "last", "all"]


class Channel(StrEnum):
    """How something came or goes; part of what the ledger says."""

    TAXII = "taxii"
    FILE = "file"
    FORM = "form"
    PEER = "peer"


class Failure(msgspec.Struct, frozen=True):
    """One object of a submission that was refused (TAXII 2.1 section 4.3.1, ``status-details``)."""

    id: str
    version: str
    message: str


class Submission(msgspec.Struct, frozen=True):
    """What a status resource says of one POST (TAXII 2.1 section 4.3.1)."""

    id: str
    party: int
    requested: Micros
    total: int
    success: int
    pending: int
    failures: tuple[Failure, ...]


class Batch(msgspec.Struct, frozen=True):
    """Objects that one authenticated party hands in together, for one collection. Written whole or not at all.

    ``source``      number of the authenticated party: the label's source, whatever the objects say of themselves
    ``submission``  where set, the status resource that is written in the same transaction
    """

    source: int
    collection: int
    objects: tuple[Parsed, ...]
    channel: Channel
    received: Micros
    submission: Submission | None = None


class Taken(msgspec.Struct, frozen=True):
    """A large envelope that waits: its status, where it goes, how many of its objects are done."""

    submission: Submission
    collection: int
    channel: Channel
    position: int
    body: bytes


class Kept(StrEnum):
    """What became of one object of a batch."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"


class Outcome(msgspec.Struct, frozen=True):
    """``kept`` in the order of ``Batch.objects``. CONFLICT: kept, and another content stands under the same id and modified."""

    kept: tuple[Kept, ...]
    first_leaf: int
    leaves: int


class Query(msgspec.Struct, frozen=True):
    """A filter (TAXII 2.1 section 3.4). Empty means any. ``versions`` empty means ``last``. Several values are alternatives."""

    collection: int | None = None
    added_after: Micros | None = None
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    versions: tuple[VersionFilter, ...] = ()
    spec_versions: tuple[str, ...] = ()


class Page(msgspec.Struct, frozen=True):
    """``objects``: the bytes as their sources sent them, joined by commas, without brackets; empty when ``count`` is 0.

    ``next`` is an opaque cursor, None when nothing more stands behind this page. ``first`` and ``last`` are the
    viewer's dates-added of the page's ends; for an empty page both are None.
    """

    objects: bytes
    count: int
    next: str | None
    first: Micros | None
    last: Micros | None


class Record(msgspec.Struct, frozen=True):
    """A line of a manifest (TAXII 2.1 section 5.3.1): ``version`` is modified, else created, else the date added."""

    id: str
    added: Micros
    version: Micros


class Records(msgspec.Struct, frozen=True):
    """A page of manifest lines or versions."""

    records: tuple[Record, ...]
    next: str | None
    first: Micros | None
    last: Micros | None


class Held(msgspec.Struct, frozen=True):
    """One claim of one version as a viewer may see it.

    ``sources`` of one object may differ; ``conflict`` says that another content is held under the same id and modified;
    ``contested`` that several parties claim this id with different contents; ``latest`` that this source has no newer one.
    """

    id: str
    type: str
    raw: bytes
    modified: Micros
    added: Micros
    source: int
    source_slug: str
    source_name: str
    collection: int
    collection_slug: str
    tlp: Tlp
    assumed: bool
    terms: tuple[str, ...]
    digest: bytes
    leaf: int
    latest: bool
    conflict: bool
    contested: bool


class Found(msgspec.Struct, frozen=True):
    """Search results, newest first. ``more`` says that there are further ones; there is no total (a count can tell on others)."""

    hits: tuple[Held, ...]
    more: bool


class Graph(msgspec.Struct, frozen=True):
    """A walk: ``nodes`` in order of distance; ``edges`` as (from id, property, to id); ``missing`` are ids referred to that
    the viewer does not see.
    """

    nodes: tuple[Held, ...]
    edges: tuple[tuple[str, str, str], ...]
    missing: tuple[str, ...]
    truncated: bool


class Arrival(msgspec.Struct, frozen=True):
    """What came from one party into one collection: how many claims are held, and when the last came."""

    source_slug: str
    source_name: str
    collection_slug: str
    claims: int
    last: Micros


class Party(msgspec.Struct, frozen=True):
    """A party of the directory. ``own`` marks the one that runs this node; ``identity`` is its STIX identity id, where known."""

    id: int
    slug: str
    name: str
    jurisdiction: str
    tlp_max: Tlp
    own: bool
    identity: str | None
    created: Micros


class Collection(msgspec.Struct, frozen=True):
    """A TAXII collection. ``tlp`` is assumed for objects that carry no TLP marking."""

    id: int
    uuid: str
    slug: str
    title: str
    description: str
    tlp: Tlp
    created: Micros


class Access(msgspec.Struct, frozen=True):
    """What one party may do in one collection."""

    collection: int
    party: int
    read: bool
    write: bool


class Token(msgspec.Struct, frozen=True):
    """A token as kept: never the secret, only its hash (SHA-256 of 256 random bits needs no slow hash)."""

    id: int
    party: int
    hash: bytes
    scope: str
    created: Micros
    expires: Micros | None
    last_used: Micros | None
    revoked: Micros | None


class Account(msgspec.Struct, frozen=True):
    """A person of the own party."""

    id: int
    name: str
    role: str
    created: Micros
    disabled: bool


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser, by the hash of its cookie."""

    hash: bytes
    account: int
    created: Micros
    expires: Micros
