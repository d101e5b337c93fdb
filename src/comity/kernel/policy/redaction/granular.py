"""Granular markings (STIX 2.1 7.2.3): the parts that can't go, and the selectors of what is left.

Lives here: a selector's way through an object, taking out what markings select, and counting anew. A selector selects a value
with all that is in it, so what several markings select goes where any of them can't. What can't be taken out (the type, the
markings themselves, whether it is revoked, a required property) keeps the object from going; what a twin has of its own (its id,
its times, its creator) takes nothing with it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.redaction.outcome import Cannot
from comity.kernel.policy.redaction.tree import GONE

OURS: Final = frozenset({"id", "created", "modified", "created_by_ref"})
"""What a twin has of its own."""
PROTECTED: Final = frozenset({"type", "spec_version", "object_marking_refs", "granular_markings", "revoked"})
"""What an object can't be without, or without which it would say something else."""

_NAMES: Final = ("lang", "marking_ref")

Path = tuple[str | int, ...]


def steps(selector: str) -> Path:
    """The steps of a selector: names, and indices of list elements."""
    return tuple(int(part[1:-1]) if part[0] == "[" else part for part in selector.split("."))


def excluded(held: Mapping[str, Any], lens: Lens, meanings: Mapping[str, Part]) -> list[Path]:
    """The parts of an object that can't go through a lens; where any can't, those too whose marking nobody can read."""
    if not lens.without:
        return []
    return [
        steps(selector)
        for marking in held.get("granular_markings", ())
        if "marking_ref" in marking and meanings.get(marking["marking_ref"], lens.without[0]) in lens.without
        for selector in marking["selectors"]
    ]


def take_out(held: dict[str, Any], path: Path) -> Any:
    """Take out what a path leads to, and give it; None where it has gone already or is not there."""
    first = str(path[0])
    if first in PROTECTED:
        raise Cannot.without(first)
    if first in OURS:
        return None
    holder: Any = held
    for step in path[:-1]:
        holder = _at(holder, step)
    value = _at(holder, path[-1])
    if value is None or value is GONE:
        return None
    holder[path[-1]] = GONE
    return value


def _at(holder: Any, step: str | int) -> Any:
    if isinstance(holder, dict):
        return holder.get(step)
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    return None


def counted_anew(
    markings: list[dict[str, Any]], held: Mapping[str, Any], made: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The granular markings of what is left. ``held`` still has its marks of what is gone, ``made`` is what goes."""
    found = []
    for marking in markings:
        selectors = list(dict.fromkeys(each for one in marking["selectors"] for each in _moved(one, held, made)))
        if selectors:
            # What else somebody wrote into a marking is nobody's to read there.
            left: dict[str, Any] = {"selectors": selectors}
            left.update((name, marking[name]) for name in _NAMES if name in marking)
            found.append(left)
    return found


def _moved(selector: str, held: Mapping[str, Any], made: Mapping[str, Any]) -> Iterator[str]:
    """A selector as it leads to the same value now; nothing where that has gone."""
    holder: Any = held
    left: Any = made
    parts = []
    for step in steps(selector):
        value = _at(holder, step)
        if isinstance(step, int):
            if value is None or value is GONE:
                return
            step = step - sum(each is GONE for each in holder[:step])  # noqa: PLW2901  its place among what is left
            parts.append(f"[{step}]")
        else:
            parts.append(step)
        left = _at(left, step)
        if left is None:
            return
        holder = value
    yield ".".join(parts)
