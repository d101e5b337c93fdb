"""Envelopes: from a body to the raw slices of its objects, without re-encoding any.

Lives here: the TAXII envelope (TAXII 2.1 3.7), the STIX bundle (STIX 2.1 section 8) and the single object, and the
guards that hold for a whole body: size, number of values, encoding, nesting, repeated keys. What is inside an object is
``objects.parse``'s, one by one, so that one bad object never spoils the others. Invariants: a slice is exactly the
bytes that came; memory stays within a small multiple of the body; nothing but ``Invalid`` and ``TooLarge`` is raised.
Clauses: RFC 8259, RFC 7493.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from comity.kernel.base.errors import Invalid, TooLarge
from comity.kernel.objects.guards import MAX_DEPTH
from comity.kernel.objects.ids import is_id

_MEBIBYTE: Final = 1 << 20
_BEGINNING: Final = 64


class Limits(msgspec.Struct, frozen=True):
    """Bounds of one body.

    ``max_bytes``   of the body
    ``max_objects``  in it
    ``max_values``  JSON values in it, told by its commas: many tiny ones take far more memory than their bytes
    """

    max_bytes: int = 100 * _MEBIBYTE
    max_objects: int = 200_000
    max_values: int = 5_000_000


DEFAULT: Final = Limits()


class Envelope(msgspec.Struct, frozen=True):
    """A body taken apart.

    ``objects``  the raw slices, in order
    ``kind``     ``envelope``, ``bundle`` or ``object``
    ``id``       a bundle's identifier
    ``more`` and ``next``  of a TAXII envelope that is one page of several
    """

    objects: list[bytes]
    kind: str = "envelope"
    id: str | None = None
    more: bool = False
    next: str | None = None


_members = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_surrogate = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}").sub
_elements = msgspec.json.Decoder(list[msgspec.Raw]).decode


def split(body: bytes, *, limits: Limits = DEFAULT) -> Envelope:
    """A TAXII envelope. Anything else, a bundle too, is refused."""
    text, members = _checked(body, limits)
    if "type" in members or "id" in members:
        raise Invalid(
            "expected a TAXII envelope, got a STIX object or bundle",
            code="not-an-envelope",
            where="$.type",
            clause="TAXII 2.1 3.7",
            hint='Send {"objects": [...]}.',
        )
    return _envelope(body, text, members, limits)


def split_bundle(body: bytes, *, limits: Limits = DEFAULT) -> Envelope:
    """A STIX bundle, a TAXII envelope, or one object alone."""
    text, members = _checked(body, limits)
    if "type" not in members:
        if "id" in members:
            raise Invalid("the required property type is missing", code="no-type", where="$", clause="STIX 2.1 3.2")
        return _envelope(body, text, members, limits)
    if bytes(members["type"]) != b'"bundle"' and _value(members["type"], "$.type") != "bundle":
        return Envelope([body], "object")
    own = _value(members["id"], "$.id") if "id" in members else None
    if not isinstance(own, str) or not is_id(own) or not own.startswith("bundle--"):
        raise Invalid("a bundle's id must be bundle--UUID", code="bundle-id", where="$.id", clause="STIX 2.1 8.1")
    objects = _objects(body, text, members, limits, clause="STIX 2.1 8.1")
    if not objects and "objects" in members:
        raise Invalid("an empty list is prohibited", code="empty-list", where="$.objects", clause="STIX 2.1 2.12")
    return Envelope(objects, "bundle", own)


def _envelope(body: bytes, text: bytes, members: dict[str, msgspec.Raw], limits: Limits) -> Envelope:
    clause = "TAXII 2.1 3.7"
    # Custom properties (TAXII 2.1 6.1) are passed over; another name is more likely a mistake that would lose objects.
    unknown = sorted(name for name in members.keys() - {"objects", "more", "next"} if not name.startswith("x_"))
    if unknown:
        raise Invalid(
            f"an envelope has no property {unknown[0][:80]!r}", code="envelope-property", where="$", clause=clause
        )
    more = _value(members["more"], "$.more") if "more" in members else False
    following = _value(members["next"], "$.next") if "next" in members else None
    if not isinstance(more, bool):
        raise Invalid("more must be true or false", code="envelope-more", where="$.more", clause=clause)
    if following is not None and not isinstance(following, str):
        raise Invalid("next must be a string", code="envelope-next", where="$.next", clause=clause)
    return Envelope(_objects(body, text, members, limits, clause=clause), "envelope", None, more, following)


def _checked(body: bytes, limits: Limits) -> tuple[bytes, dict[str, msgspec.Raw]]:
    """The text that was read, and the members of its object, after the guards that need no look inside."""
    # 1. Bounds, before anything is taken apart.
    if len(body) > limits.max_bytes:
        raise TooLarge(f"the body has {len(body)} bytes, {limits.max_bytes} are allowed", code="body-size")
    if len(body) > limits.max_values and body.count(b",") > limits.max_values:
        raise TooLarge(f"the body has more than {limits.max_values} values", code="body-values")
    # 2. Encoding: UTF-8 without a byte order mark.
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")) or b"\x00" in body[:4]:
        raise Invalid(
            "UTF-8 without a byte order mark is expected", code="encoding", where="byte 0", clause="RFC 8259 8.1"
        )
    # 3. One JSON object, not nested beyond what the decoder follows.
    try:
        return body, _decoded(body)
    except Invalid:
        # The grammar allows the escape of a lone surrogate (RFC 8259 8.2), the decoder stops at it. With another escape
        # of the same length in its place the body comes apart at the same places, and only the object that holds it is
        # refused.
        text = _surrogate(rb"\\ufffd", body)
        if text == body:
            raise
        return text, _decoded(text)


def _decoded(body: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _members(body)
    except RecursionError as error:
        raise Invalid(f"nested deeper than {MAX_DEPTH}", code="nesting", where="$", clause="RFC 8259 9") from error
    except UnicodeDecodeError as error:
        raise Invalid("not UTF-8", code="encoding", where="$", clause="RFC 8259 8.1") from error
    except msgspec.ValidationError as error:
        raise Invalid("expected a JSON object", code="not-an-object", where="$", clause="RFC 8259 4") from error
    except msgspec.DecodeError as error:
        raise Invalid(str(error)[:200], code="not-json", where="$", clause="RFC 8259") from error


def _objects(body: bytes, text: bytes, members: dict[str, msgspec.Raw], limits: Limits, *, clause: str) -> list[bytes]:
    raw = members.get("objects")
    if raw is None:
        _once(text, members)
        return []
    try:
        slices = _elements(raw)
    except msgspec.ValidationError as error:
        raise Invalid("objects must be a list", code="objects-list", where="$.objects", clause=clause) from error
    if len(slices) > limits.max_objects:
        raise TooLarge(
            f"{len(slices)} objects, {limits.max_objects} are allowed", code="too-many-objects", where="$.objects"
        )
    # The text with a 0 in place of the list: what is left to look at for repeated keys.
    outer = bytes(raw)
    at = _place(text, outer)
    _once(text[:at] + b"0" + text[at + len(outer) :], members)
    return [bytes(each) for each in slices] if text is body else list(_same_places(body, text, slices, at))


def _place(text: bytes, part: bytes) -> int:
    """Where a part of the text begins: found by its beginning, since to search for all of a long part costs a pass over it."""
    at = text.find(part[:_BEGINNING])
    while not text.startswith(part, at):
        at = text.find(part[:_BEGINNING], at + 1)
    return at


def _same_places(body: bytes, text: bytes, slices: list[msgspec.Raw], at: int) -> Iterator[bytes]:
    """The slices of ``body`` that stand where these stand in ``text``, which differs in single characters only."""
    for each in slices:
        # Between two elements there are only blanks and a comma, so the next place where it stands is its own.
        at = text.index(bytes(each), at + 1)
        yield body[at : at + len(bytes(each))]
        at += len(bytes(each)) - 1


def _once(skeleton: bytes, members: dict[str, msgspec.Raw]) -> None:
    """No key of the outermost object stands twice (RFC 7493 2.3): with two lists of objects, one would be lost in
    silence.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        held = dict(found)
        if len(held) != len(found):
            raise Invalid("a key is repeated in one object", code="repeated-key", where="$", clause="RFC 7493 2.3")
        return held

    try:
        outer = json.loads(skeleton, object_pairs_hook=pairs, parse_int=str)
        if outer.keys() != members.keys():
            raise Invalid("the envelope is not sound JSON", code="not-json", where="$", clause="RFC 8259")
    except UnicodeDecodeError as error:
        raise Invalid("not UTF-8", code="encoding", where="$", clause="RFC 8259 8.1") from error
    except (ValueError, RecursionError) as error:
        raise Invalid("the envelope is not sound JSON", code="not-json", where="$", clause="RFC 8259") from error


def _value(raw: msgspec.Raw, where: str) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Invalid("can't be read", code="not-json", where=where, clause="RFC 8259") from error
