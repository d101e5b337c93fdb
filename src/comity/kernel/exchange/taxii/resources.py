"""What TAXII sends: the resources of sections 3.6.1, 3.7, 4 and 5 as structs, and the ``Answer`` that carries one.

Pure. Lists are never empty and absent properties are left out, as section 2 (``list``) and each table demand. Pages of
objects are joined bytes: nothing a source sent is decoded or encoded again. ``next`` in manifests and versions is ours
(7.1 lets a server add properties): without it a client could not follow ``more`` past equal dates.
"""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.directory.collections import Entry
from comity.kernel.exchange.taxii import endpoints
from comity.kernel.exchange.taxii.negotiation import MEDIA_TYPE, STIX_MEDIA_TYPE
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.objects import timestamps
from comity.kernel.store.types import Failure, Page, Record, Records, Submission

Header = tuple[bytes, bytes]

_COMMON: Final[tuple[Header, ...]] = (
    (b"content-type", MEDIA_TYPE.encode()),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
_encode = msgspec.json.Encoder().encode


class Answer(msgspec.Struct, frozen=True):
    """A response, ready to send: ``headers`` are those beyond the ones that every answer carries."""

    status: int
    body: bytes
    headers: tuple[Header, ...] = ()

    def all_headers(self) -> list[Header]:
        """Every header of the answer, the length of its body among them."""
        return [*_COMMON, (b"content-length", b"%d" % len(self.body)), *self.headers]


class Discovery(msgspec.Struct, frozen=True):
    """Section 4.1.1."""

    title: str
    description: str | UnsetType
    contact: str | UnsetType
    default: str
    api_roots: tuple[str, ...]


class ApiRoot(msgspec.Struct, frozen=True):
    """Section 4.2.1."""

    title: str
    description: str | UnsetType
    versions: tuple[str, ...]
    max_content_length: int


class CollectionResource(msgspec.Struct, frozen=True):
    """Section 5.2.1. ``alias`` is the collection's slug: it stands for the id in every path."""

    id: str
    title: str
    description: str | UnsetType
    alias: str
    can_read: bool
    can_write: bool
    media_types: tuple[str, ...] = (STIX_MEDIA_TYPE,)


class Collections(msgspec.Struct, frozen=True):
    """Section 5.1.1."""

    collections: tuple[CollectionResource, ...] | UnsetType


class StatusDetails(msgspec.Struct, frozen=True):
    """Section 4.3.1, ``status-details``."""

    id: str
    version: str
    message: str


class Status(msgspec.Struct, frozen=True):
    """Section 4.3.1."""

    id: str
    status: str
    request_timestamp: str
    total_count: int
    success_count: int
    failure_count: int
    pending_count: int
    failures: tuple[StatusDetails, ...] | UnsetType


class ManifestRecord(msgspec.Struct, frozen=True):
    """Section 5.3.1, ``manifest-record``."""

    id: str
    date_added: str
    version: str
    media_type: str = STIX_MEDIA_TYPE


class Manifest(msgspec.Struct, frozen=True):
    """Section 5.3.1."""

    more: bool | UnsetType
    next: str | UnsetType
    objects: tuple[ManifestRecord, ...] | UnsetType


class Versions(msgspec.Struct, frozen=True):
    """Section 5.8.1."""

    more: bool | UnsetType
    next: str | UnsetType
    versions: tuple[str, ...] | UnsetType


class ErrorDetails(msgspec.Struct, frozen=True):
    """What stands in ``details`` of an error message; the standard leaves it to the server."""

    where: str | UnsetType = UNSET
    clause: str | UnsetType = UNSET
    hint: str | UnsetType = UNSET
    failures: tuple[StatusDetails, ...] | UnsetType = UNSET


class ErrorMessage(msgspec.Struct, frozen=True):
    """Section 3.6.1."""

    title: str
    description: str | UnsetType
    error_id: str
    error_code: str
    http_status: str
    details: ErrorDetails | UnsetType = UNSET


def answer(resource: msgspec.Struct, *, status: int = 200, headers: tuple[Header, ...] = ()) -> Answer:
    """A response whose body is ``resource``."""
    return Answer(status, _encode(resource), headers)


def discovery(settings: TaxiiSettings) -> Discovery:
    """The one API root, by a relative URL (4.1.1), so that it is right behind any proxy."""
    return Discovery(
        title=settings.title,
        description=settings.description or UNSET,
        contact=settings.contact or UNSET,
        default=endpoints.API_ROOT,
        api_roots=(endpoints.API_ROOT,),
    )


def api_root(settings: TaxiiSettings) -> ApiRoot:
    """The API root's resource."""
    return ApiRoot(
        title=settings.title,
        description=settings.description or UNSET,
        versions=(MEDIA_TYPE,),
        max_content_length=settings.max_content_length,
    )


def collection(entry: Entry) -> CollectionResource:
    """A collection as one party sees it."""
    held = entry.collection
    return CollectionResource(
        id=held.uuid,
        title=held.title or held.slug,
        description=held.description or UNSET,
        alias=held.slug,
        can_read=entry.read,
        can_write=entry.write,
    )


def collections(entries: tuple[Entry, ...]) -> Collections:
    """The collections that a party may read or write."""
    return Collections(tuple(collection(entry) for entry in entries) or UNSET)


def status(submission: Submission) -> Status:
    """A POST's fate so far. ``total_count`` is the number of objects sent, from the first answer on."""
    failed = submission.total - submission.success - submission.pending
    return Status(
        id=submission.id,
        status="pending" if submission.pending else "complete",
        request_timestamp=rfc3339(submission.requested),
        total_count=submission.total,
        success_count=submission.success,
        failure_count=failed,
        pending_count=submission.pending,
        failures=failures(submission.failures) or UNSET,
    )


def failures(refused: tuple[Failure, ...]) -> tuple[StatusDetails, ...]:
    """Refused objects, each with its reason."""
    return tuple(StatusDetails(each.id, each.version, each.message) for each in refused)


def envelope(page: Page) -> bytes:
    """Section 3.7, around the bytes that the sources sent."""
    if page.count == 0:
        return b"{}"
    if page.next is None:
        return b'{"objects":[' + page.objects + b"]}"
    return b"".join((b'{"more":true,"next":', _encode(page.next), b',"objects":[', page.objects, b"]}"))


def manifest(records: Records) -> Manifest:
    """One page of manifest lines."""
    lines = tuple(ManifestRecord(each.id, rfc3339(each.added), _version(each)) for each in records.records)
    more = records.next is not None and bool(lines)
    return Manifest(more or UNSET, records.next if more and records.next else UNSET, lines or UNSET)


def versions(records: Records) -> Versions:
    """One page of an object's versions."""
    lines = tuple(_version(each) for each in records.records)
    more = records.next is not None and bool(lines)
    return Versions(more or UNSET, records.next if more and records.next else UNSET, lines or UNSET)


FINAL: Final[Header] = (b"x-comity-dates", b"final")
"""Says with each page of objects that nothing will ever stand at or before a date which the client has passed
(docs/architecture.md, "Position"): a mirror need not read the last minutes again (docs/decisions/0016).
"""


def dates_added(first: Micros | None, last: Micros | None, since: Micros | None) -> tuple[Header, ...]:
    """The two X-TAXII headers that every page must carry (3.2).

    An empty page names the moment the client asked from, never the present one: what is being written meanwhile gets a
    later date, and a client that goes on from here misses nothing. A client that named none may begin at the beginning.
    """
    start = 0 if since is None else since
    return (
        (b"x-taxii-date-added-first", rfc3339(start if first is None else first).encode()),
        (b"x-taxii-date-added-last", rfc3339(start if last is None else last).encode()),
    )


def _version(record: Record) -> str:
    return timestamps.render(record.version)
