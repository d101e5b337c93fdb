"""What full-text search may find in an object: names, descriptions, values, labels, and all texts of custom properties.

Lives here: gathering strings and the bound. The properties that count are marked as text on the structs. Invariants: no
NUL, which databases can't store in text, and never longer than ``LONGEST`` characters.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

LONGEST: Final = 20_000


def joined(texts: Iterable[str]) -> str:
    """The texts, blank-separated, up to the bound."""
    text = " ".join(texts)
    if len(text) > LONGEST:
        text = text[:LONGEST]
    return text.replace("\x00", " ") if "\x00" in text else text


def leaves(value: Any) -> Iterator[str]:
    """All strings in a value, in order of appearance, up to the bound in sum; names of properties are not among
    them.
    """
    room = LONGEST
    waiting = [value]
    while waiting and room > 0:
        each = waiting.pop()
        if isinstance(each, str):
            room -= len(each) + 1
            yield each
        elif isinstance(each, list):
            waiting.extend(reversed(each))
        elif isinstance(each, dict):
            waiting.extend(reversed(each.values()))


def of_mapping(held: Mapping[str, Any], marked: Iterable[str], known: Mapping[str, Any]) -> str:
    """The text of a decoded object: properties marked as text first, external references, then what the struct does not
    know.
    """
    texts: list[str] = []
    for name in marked:
        value = held.get(name)
        if type(value) is str:
            texts.append(value)
        elif value is not None:
            texts.extend(leaves(value))
    for each in held["external_references"] if isinstance(held.get("external_references"), list) else ():
        if isinstance(each, dict):
            texts.extend(each[name] for name in ("description", "external_id") if isinstance(each.get(name), str))
    for name, value in held.items():
        if name not in known and name != "type":
            texts.extend((value,) if type(value) is str else leaves(value))
    return joined(texts)


def strings(value: Any) -> Iterator[str]:
    """Every string in a value, names of properties included."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            waiting.extend(each)
        elif isinstance(each, dict):
            waiting.extend(each)
            waiting.extend(each.values())
