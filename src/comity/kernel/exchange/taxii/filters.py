"""The query string (TAXII 2.1 sections 3.4 and 3.5) read into a ``Query`` of the store.

Pure. What a parameter may be is fixed per endpoint by ``FIELDS`` (the tables of sections 5.3 to 5.8). A malformed
parameter is 400 as 3.4 demands, and so is a ``match`` field that is unknown or has no meaning at that endpoint: to pass
over a filter would widen the answer, or on DELETE remove more than was asked. Parameters of other names are nobody's
filter and are passed over.

Values that are well-formed and can match nothing (an id that is no STIX id, a specification version we do not hold) are
no error: the selection is then ``empty``.
"""

import re
from typing import Final
from urllib.parse import unquote_to_bytes

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.objects import timestamps
from comity.kernel.objects.ids import is_id
from comity.kernel.store.types import Query, VersionFilter

CLAUSE: Final = "TAXII 2.1 3.4"
MOST_VALUES: Final = 500

_LONGEST_VALUE: Final = 300
_LONGEST_CURSOR: Final = 2_048
_MOST_PARAMETERS: Final = 64
_INTEGER = re.compile(r"[0-9]{1,20}")
_LARGEST_INTEGER: Final = 2**53 - 1
_SPEC_VERSION = re.compile(r"[0-9]{1,3}\.[0-9]{1,3}")
_HELD_SPEC: Final = "2.1"
_MATCH = re.compile(r"match\[(.*)\]", re.DOTALL)

_PAGED: Final = frozenset({"added_after", "limit", "next"})
FIELDS: Final = {
    "objects": _PAGED | {"match[id]", "match[type]", "match[version]", "match[spec_version]"},
    "manifest": _PAGED | {"match[id]", "match[type]", "match[version]", "match[spec_version]"},
    "object": _PAGED | {"match[version]", "match[spec_version]"},
    "versions": _PAGED | {"match[spec_version]"},
    "delete": frozenset({"match[version]", "match[spec_version]"}),
}


class Selection(msgspec.Struct, frozen=True):
    """What a request asks for. ``empty``: well-formed, and nothing can match. ``limit`` None: the client set none."""

    query: Query
    limit: int | None = None
    cursor: str | None = None
    empty: bool = False


def select(raw: bytes, endpoint: str, *, collection: int, object_id: str | None = None) -> Selection:
    """Read the query string of a request to one of ``FIELDS``; raises Invalid.

    A DELETE without ``match[version]`` means the whole object (5.7: afterwards it is not found), versions are all
    listed unless asked otherwise (5.8), and elsewhere the latest is meant (3.4.1).
    """
    given = _parameters(raw, FIELDS[endpoint]) if raw else {}
    ids = (object_id,) if object_id is not None else _values(given, "match[id]")
    held_ids = tuple(value for value in ids if is_id(value))
    spec_versions = _spec_versions(_values(given, "match[spec_version]"))
    everything = endpoint in {"delete", "versions"}
    return Selection(
        Query(
            collection=collection,
            added_after=_added_after(given),
            ids=held_ids,
            types=_values(given, "match[type]"),
            versions=_versions(_values(given, "match[version]")) or (("all",) if everything else ()),
            spec_versions=spec_versions,
        ),
        limit=_limit(given),
        cursor=given.get("next"),
        empty=bool(ids and not held_ids) or bool(spec_versions and _HELD_SPEC not in spec_versions),
    )


def _parameters(raw: bytes, allowed: frozenset[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    pairs = raw.split(b"&")
    if len(pairs) > _MOST_PARAMETERS:
        raise Invalid(f"more than {_MOST_PARAMETERS} URL query parameters", clause=CLAUSE)
    for pair in pairs:
        name_raw, _, value_raw = pair.partition(b"=")
        name = _text(name_raw)
        if name not in allowed:
            _pass_over(name, allowed)
            continue
        if name in given:
            raise Invalid(
                f"{name} is given more than once", where=name, clause=CLAUSE, hint="Separate values by a comma."
            )
        given[name] = _checked(name, _text(value_raw))
    return given


def _pass_over(name: str, allowed: frozenset[str]) -> None:
    """Raise where ``name`` is a filter that this endpoint would have to honour and does not."""
    meaningful = name in FIELDS["objects"]
    if not meaningful and _MATCH.fullmatch(name) is None:
        return
    known = ", ".join(sorted(allowed))
    raise Invalid(f"{_short(name)} is no filter of this endpoint", clause=CLAUSE, hint=f"Filters here: {known}.")


def _text(raw: bytes) -> str:
    try:
        return unquote_to_bytes(raw.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise Invalid("a URL query parameter is not UTF-8", clause="TAXII 2.1 1.6.7") from None


def _checked(name: str, value: str) -> str:
    """A value that is there and holds no white space or control character (3.4: values stand without any spaces)."""
    if not value:
        raise Invalid(f"{name} has no value", where=name, clause=CLAUSE)
    if not value.isprintable() or " " in value:
        raise Invalid(f"{name} holds white space or a control character", where=name, clause=CLAUSE)
    if name == "next" and len(value) > _LONGEST_CURSOR:
        raise Invalid("next is longer than any value given out here", where=name, clause=CLAUSE)
    return value


def _values(given: dict[str, str], name: str) -> tuple[str, ...]:
    """The comma-separated values of a field, each once, in order."""
    if name not in given:
        return ()
    values = given[name].split(",")
    if len(values) > MOST_VALUES:
        raise Invalid(f"{name} has more than {MOST_VALUES} values", where=name, clause=CLAUSE)
    if not all(0 < len(value) <= _LONGEST_VALUE for value in values):
        raise Invalid(f"{name} has an empty or overlong value", where=name, clause=CLAUSE)
    if name == "match[version]":
        return tuple(values)
    return tuple(dict.fromkeys(values))


def _added_after(given: dict[str, str]) -> Micros | None:
    """A moment. TAXII writes six digits after the second; clients that write fewer, or none, mean the same moment."""
    text = given.get("added_after")
    return None if text is None else _moment("added_after", text, "TAXII 2.1 2 and 3.4")


def _versions(values: tuple[str, ...]) -> tuple[VersionFilter, ...]:
    versions: tuple[VersionFilter, ...] = tuple(_version(value) for value in values)
    if len(set(versions)) < len(versions):
        raise Invalid("match[version] names a version twice", where="match[version]", clause="TAXII 2.1 3.4.1")
    if "all" in versions and len(versions) > 1:
        raise Invalid("all stands alone in match[version]", where="match[version]", clause="TAXII 2.1 3.4.1")
    return versions


def _version(value: str) -> VersionFilter:
    if value == "last":
        return "last"
    if value == "first":
        return "first"
    if value == "all":
        return "all"
    return _moment("match[version]", value, "TAXII 2.1 3.4.1")


def _moment(name: str, text: str, clause: str) -> Micros:
    try:
        return timestamps.parse(text)
    except ValueError as error:
        raise Invalid(f"{_short(text)} is {error}", where=name, clause=clause) from None


def _spec_versions(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if _SPEC_VERSION.fullmatch(value) is None:
            raise Invalid(
                f"{_short(value)} is no specification version such as 2.1",
                where="match[spec_version]",
                clause="TAXII 2.1 3.4.1",
            )
    return values


def _limit(given: dict[str, str]) -> int | None:
    """A positive integer of at most 53 bits (section 2). How much of it is given is the server's (3.4)."""
    text = given.get("limit")
    if text is None:
        return None
    if _INTEGER.fullmatch(text) is None or not 0 < (limit := int(text)) <= _LARGEST_INTEGER:
        raise Invalid(f"{_short(text)} is no positive integer", where="limit", clause=CLAUSE)
    return limit


def _short(text: str) -> str:
    shown = text if len(text) <= 60 else f"{text[:60]}…"
    return repr(shown)
