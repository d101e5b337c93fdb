"""Where text stands in an object: every string that people may have written, with its selector (STIX 2.1 7.2.3.1).

Left out are the few properties whose form the specification fixes for every object, payloads, and strings that are as a whole
a moment, an id or a digest. All else is looked at: custom properties, extensions, and the names of their properties.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from comity.kernel.policy.personal.lists import listed

_COMMON: Final = frozenset(
    listed("type id spec_version created modified revoked lang object_marking_refs granular_markings created_by_ref")
)
_OF_TYPES: Final = {"artifact": frozenset({"payload_bin"}), "email-message": frozenset({"message_id"})}
"""What stands at an object's root and is no text: of all types, and of some."""

_PLAIN: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z|[0-9a-f]{32}(?:[0-9a-f]{8})?(?:[0-9a-f]{24})?(?:[0-9a-f]{64})?|"
    r"[a-z][a-z0-9-]{2,60}--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
)
"""A moment, a digest in lower case, an id."""
_LONGEST_PLAIN: Final = 128
_LONGEST_NAME: Final = 30
_LARGE: Final = 10**9
"""Whole numbers below it are sizes and counts; a telephone number without its plus is larger."""

Place = tuple[str, str]
"""A selector and the text that stands there."""


def places(held: dict[str, Any]) -> Iterator[Place]:
    """The texts of an object, from its decoded form."""
    no_text = _COMMON | _OF_TYPES.get(str(held.get("type")), frozenset())
    waiting: list[tuple[str, Any]] = [(name, value) for name, value in held.items() if name not in no_text]
    yield from _names(held)
    while waiting:
        path, value = waiting.pop()
        if type(value) is str:
            if len(value) > _LONGEST_PLAIN or _PLAIN.fullmatch(value) is None:
                yield path, value
        elif isinstance(value, list):
            waiting += [(f"{path}.[{number}]", inner) for number, inner in enumerate(value)]
        elif isinstance(value, dict):
            waiting += [(f"{path}.{name}", inner) for name, inner in value.items()]
            yield from _names(value, f"{path}.")
        elif type(value) is int and abs(value) >= _LARGE:
            yield path, str(value)


def _names(held: dict[str, Any], before: str = "") -> Iterator[Place]:
    """Names of properties that are more than a name."""
    for name in held:
        odd = len(name) > _LONGEST_NAME or not name.isascii() or "@" in name or name[-1:].isdigit()
        if odd and _PLAIN.fullmatch(name) is None:
            yield f"{before}{name}", name
