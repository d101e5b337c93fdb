"""The paths of TAXII 2.1 section 3.1, the methods of each, and the right each method needs: one table.

Pure. The table is also what documentation and the permission tests read. Section 8.2.1 fixes discovery at ``/taxii2/``;
the one API root stands below it, at ``/taxii2/root/``.

A request path must end in a slash (3.1); one without it is served alike, since a redirect would lose a POST's body.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import msgspec

from comity.kernel.base.errors import Invalid, NotFound, Refused
from comity.kernel.directory.collections import Entry

MOUNT: Final = "/taxii2"
API_ROOT: Final = f"{MOUNT}/root/"

_LONGEST_SEGMENT: Final = 300


class Right(StrEnum):
    """What a request needs. SEEN: the collection may be read or written. OWN: the status of one's own POST."""

    SIGNED_IN = "signed in"
    OWN = "own"
    SEEN = "seen"
    READ = "read"
    WRITE = "write"
    READ_AND_WRITE = "read and write"


class Endpoint(msgspec.Struct, frozen=True):
    """One row of the table: where, what may be done there, and the clause that defines it."""

    name: str
    path: str
    methods: Mapping[str, Right]
    clause: str

    @property
    def allow(self) -> str:
        """The value of an Allow header: HEAD goes with GET (RFC 9110 9.3.2), OPTIONS is answered everywhere."""
        names = {*self.methods, "OPTIONS"} | ({"HEAD"} if "GET" in self.methods else set())
        return ", ".join(sorted(names))

    def right(self, method: str) -> Right:
        """The right that ``method`` needs here; raises ``MethodNotAllowed``."""
        right = self.methods.get("GET" if method == "HEAD" else method)
        if right is None:
            raise MethodNotAllowed(
                f"{self.path} does not support this method", self.allow, clause=f"TAXII 2.1 {self.clause}"
            )
        return right


class Target(msgspec.Struct, frozen=True):
    """What a path names. ``collection``, ``object`` and ``status`` are as sent: known only once looked up."""

    endpoint: Endpoint
    collection: str = ""
    object: str = ""
    status: str = ""


class MethodNotAllowed(Invalid):
    """The path exists and does not support the method; ``allow`` says what it supports."""

    status = 405
    code = "method-not-allowed"
    title = "Method not allowed"

    def __init__(self, detail: str, allow: str, *, clause: str = "") -> None:
        super().__init__(detail, clause=clause, hint=f"Use one of: {allow}.")
        self.allow = allow


def _endpoint(name: str, path: str, clause: str, **methods: Right) -> Endpoint:
    return Endpoint(name, MOUNT + path, MappingProxyType(methods), clause)


_IN_COLLECTION = "/root/collections/{collection}/"
DISCOVERY: Final = _endpoint("discovery", "/", "4.1", GET=Right.SIGNED_IN)
ROOT: Final = _endpoint("api-root", "/root/", "4.2", GET=Right.SIGNED_IN)
STATUS: Final = _endpoint("status", "/root/status/{status}/", "4.3", GET=Right.OWN)
COLLECTIONS: Final = _endpoint("collections", "/root/collections/", "5.1", GET=Right.SIGNED_IN)
COLLECTION: Final = _endpoint("collection", _IN_COLLECTION, "5.2", GET=Right.SEEN)
MANIFEST: Final = _endpoint("manifest", _IN_COLLECTION + "manifest/", "5.3", GET=Right.READ)
OBJECTS: Final = _endpoint("objects", _IN_COLLECTION + "objects/", "5.4, 5.5", GET=Right.READ, POST=Right.WRITE)
OBJECT: Final = _endpoint(
    "object", _IN_COLLECTION + "objects/{object}/", "5.6, 5.7", GET=Right.READ, DELETE=Right.READ_AND_WRITE
)
VERSIONS: Final = _endpoint("versions", _IN_COLLECTION + "objects/{object}/versions/", "5.8", GET=Right.READ)

ENDPOINTS: Final = (DISCOVERY, ROOT, STATUS, COLLECTIONS, COLLECTION, MANIFEST, OBJECTS, OBJECT, VERSIONS)


def find(path: str) -> Target:
    """What a request path names; raises NotFound."""
    match _segments(path):
        case []:
            return Target(DISCOVERY)
        case ["root"]:
            return Target(ROOT)
        case ["root", "status", status]:
            return Target(STATUS, status=status)
        case ["root", "collections"]:
            return Target(COLLECTIONS)
        case ["root", "collections", collection]:
            return Target(COLLECTION, collection)
        case ["root", "collections", collection, "manifest"]:
            return Target(MANIFEST, collection)
        case ["root", "collections", collection, "objects"]:
            return Target(OBJECTS, collection)
        case ["root", "collections", collection, "objects", object_id]:
            return Target(OBJECT, collection, object_id)
        case ["root", "collections", collection, "objects", object_id, "versions"]:
            return Target(VERSIONS, collection, object_id)
    raise _nothing_here()


def permit(right: Right, entry: Entry | None) -> Entry:
    """The collection, where the party may use it so.

    A collection that it can neither read nor write does not exist for it (5.7's table, and docs/architecture.md,
    "Nothing is told on the side"); one that it may use otherwise is refused.
    """
    if entry is None or not (entry.read or entry.write):
        raise NotFound("there is no such collection, or none that you may use", clause="TAXII 2.1 5.2")
    if right in {Right.READ, Right.READ_AND_WRITE} and not entry.read:
        raise Refused("you may add to this collection and not read it", clause="TAXII 2.1 5.2.1")
    if right in {Right.WRITE, Right.READ_AND_WRITE} and not entry.write:
        raise Refused("you may read this collection and not change it", clause="TAXII 2.1 5.2.1")
    return entry


def _segments(path: str) -> list[str]:
    mount, inner = path[: len(MOUNT)], path[len(MOUNT) :].removesuffix("/")
    if mount != MOUNT or (inner and not inner.startswith("/")):
        raise _nothing_here()
    segments = inner.split("/")[1:]
    # Nothing here has a name outside printable ASCII, and what is not one goes no further than this.
    if any(
        not name or len(name) > _LONGEST_SEGMENT or not (name.isascii() and name.isprintable()) for name in segments
    ):
        raise _nothing_here()
    return segments


def _nothing_here() -> NotFound:
    return NotFound("there is nothing at this path", clause="TAXII 2.1 3.1")
