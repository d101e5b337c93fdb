"""``Parsed``: what the rest of the node knows of one object, taken from its bytes once."""

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.findings import Finding


class Parsed(msgspec.Struct, frozen=True, gc=False):
    """A valid STIX 2.1 object. ``raw`` is exactly what came; everything else is derived from it and can be derived again.

    ``uuid``         the 16 bytes of the id's UUID
    ``modified``     microseconds; ``created`` where the type has no ``modified`` (marking-definition); None for
                     cyber-observables and custom objects without either
    ``created_by``   ``created_by_ref`` or None
    ``revoked``      the ``revoked`` property
    ``markings``     ``object_marking_refs``, in order, without repeats
    ``granular``     marking ids named by granular markings, sorted, without repeats
    ``refs``         ids this object refers to, in order of appearance, without repeats and without itself, its creator
                     and its markings
    ``observables``  (kind, normalised value) pairs found in a cyber-observable or in an indicator's pattern, sorted
    ``text``         what full-text search may find: names, descriptions, values, labels; blank-separated, bounded
    ``digest``       SHA-256 of ``raw``
    ``warnings``     findings that do not refuse it
    """

    raw: bytes
    type: str
    id: str
    uuid: bytes
    modified: Micros | None
    created_by: str | None
    revoked: bool
    markings: tuple[str, ...]
    granular: tuple[str, ...]
    refs: tuple[str, ...]
    observables: tuple[tuple[str, str], ...]
    text: str
    digest: bytes
    warnings: tuple[Finding, ...] = ()


class Rejected(msgspec.Struct, frozen=True):
    """An object that was refused, one by one: the others go on. ``id`` and ``version`` as far as they could be read."""

    id: str
    version: Micros | None
    findings: tuple[Finding, ...]

    def reason(self) -> str:
        """All errors in one line, for a status resource or a report."""
        return "; ".join(str(finding) for finding in self.findings if finding.severity == "error")
