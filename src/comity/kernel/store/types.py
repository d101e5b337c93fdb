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
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.agreement.binding import Enacted

VersionFilter = Micros | Literal["first", "last", "all"]


class Channel(StrEnum):
    """How something came or goes; part of what the ledger says."""

    TAXII = "taxii"
    TAXII_PULL = "taxii-pull"
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
    ERASED = "erased"


class Outcome(msgspec.Struct, frozen=True):
    """``kept`` in the order of ``Batch.objects``. CONFLICT: kept, and another content stands under the same id and modified.
    ERASED: not kept, since it was erased for good.
    """

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
    ``contested`` that several parties claim this id with different contents; ``latest`` that this source has no newer one;
    ``circle`` is the number of the named people that the object is restricted to, 0 where it is not.
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
    circle: int = 0


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
    """A party of the directory. ``own`` marks the one that runs this node; ``identity`` is its STIX identity id, where known;
    ``client_of`` the number of the party whose client it is, where it is one.
    """

    id: int
    slug: str
    name: str
    jurisdiction: str
    tlp_max: Tlp
    own: bool
    identity: str | None
    created: Micros
    client_of: int | None = None


class Community(msgspec.Struct, frozen=True):
    """A named set of parties, which agreements and handling caveats can speak of."""

    id: int
    slug: str
    name: str
    created: Micros


class AgreementRow(msgspec.Struct, frozen=True, kw_only=True):
    """An agreement in one version, as this node keeps it.

    ``version``      the ``modified`` of its object
    ``object``       the STIX id of its object; ``digest``: what was signed
    ``made``         when it came to stand here, ``made_by`` by whose word
    ``ours``, ``theirs``   since when it is signed by us, and by all the others
    ``suspended``, ``withdrawn``, ``superseded``   since when
    """

    name: str
    version: Micros
    title: str
    text: str
    agreement: Agreement
    object: str
    digest: bytes
    made: Micros = 0
    made_by: str = ""
    ours: Micros | None = None
    theirs: Micros | None = None
    suspended: Micros | None = None
    withdrawn: Micros | None = None
    superseded: Micros | None = None

    @property
    def enacted(self) -> Enacted:
        """As policy takes it."""
        return Enacted(
            agreement=self.agreement,
            version=self.version,
            ours=self.ours,
            theirs=self.theirs,
            suspended=self.suspended,
            withdrawn=self.withdrawn,
        )


class Draft(msgspec.Struct, frozen=True):
    """The text of an agreement that nobody has signed: who wrote it (an account), and when."""

    name: str
    text: str
    account: int
    at: Micros


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
    """A person of the own party. ``roles``: slugs, sorted. Nothing here is secret; credentials are rows of their own types."""

    id: int
    name: str
    roles: tuple[str, ...]
    created: Micros
    disabled: bool
    language: str = ""


class Session(msgspec.Struct, frozen=True):
    """A signed-in browser, by the hash of its cookie.

    ``method``     how the person came in: link, password, passkey
    ``confirmed``  when they last proved who they are; dangerous acts ask for a recent one
    """

    hash: bytes
    account: int
    created: Micros
    expires: Micros
    method: str = "link"
    seen: Micros = 0
    confirmed: Micros | None = None
    agent: str = ""
    network: str = ""


class Credentials(msgspec.Struct, frozen=True):
    """What an account is checked against; read where it is checked and never passed on.

    ``password``   Argon2id, encoded with its parameters
    ``totp``       the secret, sealed by the vault
    ``totp_step``  the last time step that was used
    """

    account: Account
    password: str | None
    totp: bytes | None
    totp_step: int | None


class Passkey(msgspec.Struct, frozen=True):
    """A WebAuthn credential: its id, whose it is, its public key as COSE_Key, how often it says it was used."""

    id: bytes
    account: int
    public: bytes
    count: int
    name: str
    created: Micros
    used: Micros | None
    transports: str


class SigningKey(msgspec.Struct, frozen=True):
    """The public half of what a person signs with.

    ``kind``     "ed25519" (``public``: 32 bytes, RFC 8032) or "passkey" (``public``: COSE_Key, RFC 9052 section 7)
    ``retired``  since when it signs nothing any more; what it signed before can still be verified
    """

    id: int
    account: int
    kind: str
    public: bytes
    created: Micros
    retired: Micros | None


class Challenge(msgspec.Struct, frozen=True):
    """What a step of a ceremony left for the next one: taken once, and not after it expires."""

    account: int | None
    purpose: str
    content: bytes
    expires: Micros


class Event(msgspec.Struct, frozen=True):
    """Something that happened, as its leaf states it. ``statement`` is canonical JSON (``kernel.ledger.leaf``)."""

    leaf: int
    kind: int
    account: int | None
    at: Micros
    statement: str


class Mirror(msgspec.Struct, frozen=True, kw_only=True):
    """A collection of another server that is kept here too, and how far its pulling is.

    ``url``          of the remote collection, ending in a slash
    ``party``        whose claims they become: whoever runs that server
    ``secret``       sealed by the vault
    ``every``        microseconds from one pull to the next; None: when asked
    ``pulling``      a pull was asked for and is not done
    ``final``        its server says that nothing comes under a date that it has passed
    ``added_after``  where the next pull begins; ``reached``: the date of the last page kept by the pull under way
    ``turn``         how many pages were kept: of two that pull at a time, one keeps each
    ``seen``, ``new``, ``refused``, ``mended``  objects: that came, that became claims, that were not valid, that were put right
    ``tried``, ``succeeded``  when a pull last began, and when one was last complete
    ``errors``, ``reason``, ``not_before``  failures in a row, why the last time, when to try again
    """

    id: int
    url: str
    collection: int
    party: int
    username: str
    secret: bytes | None
    every: Micros | None
    paused: bool = False
    pulling: bool = False
    final: bool = False
    added_after: Micros | None = None
    reached: Micros | None = None
    turn: int = 0
    seen: int = 0
    new: int = 0
    refused: int = 0
    mended: int = 0
    tried: Micros | None = None
    succeeded: Micros | None = None
    errors: int = 0
    reason: str = ""
    not_before: Micros = 0
    created: Micros


class Refusal(msgspec.Struct, frozen=True):
    """An object of a mirror that was refused: what it called itself, by which bytes it is known again, and why."""

    digest: bytes
    object: str
    reason: str
    at: Micros


class Advance(msgspec.Struct, frozen=True, kw_only=True):
    """What keeping a piece of a page changes in its mirror. ``done``: it was the last one of this pull; ``not_before``: until
    then nobody else goes on with it.
    """

    turn: int
    added_after: Micros | None
    reached: Micros | None
    final: bool
    seen: int
    mended: int
    refusals: tuple[Refusal, ...]
    at: Micros
    done: bool
    not_before: Micros = 0
