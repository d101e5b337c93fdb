"""``compared``: an object beside what goes in its place, property by property, with every word that was taken out or exchanged.

It looks at the two texts only and asks nobody how one was made of the other: what a page shows is what really goes. Pure.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, Literal

import msgspec

from comity.kernel.objects import timestamps
from comity.kernel.objects.markings import tlp_of
from comity.kernel.policy.redaction import REDACTED
from comity.web.portraits.kinds import kind_of
from comity.web.portraits.labels import LABELS, OF_TYPE
from comity.web.portraits.portrait import decode
from comity.web.portraits.text import defanged, line, short_id, visible
from comity.web.portraits.titles import Names, title
from comity.web.portraits.values import address
from comity.web.words import Phrase, msgid

Change = Literal["same", "gone", "partly", "coarser", "pseudonym", "reference", "creator", "other", "added"]
"""What became of a property: ``gone`` and ``partly`` (taken out whole or in part), ``coarser`` (made less exact), ``pseudonym``
(another name in its place), ``reference`` (a reference under a pseudonym), ``creator`` (another one stands for who made it),
``other`` (changed otherwise)."""

Run = tuple[bool, str]
"""Whether these words differ from the other side, and the words."""

MOST_LINES: Final = 60
MOST_ENTRIES: Final = 40
MOST_WORDS: Final = 3_000
LONGEST_ENTRY: Final = 12_000
DEEPEST: Final = 6

_OURS: Final = frozenset({"id", "created", "modified", "type", "spec_version"})
"""Properties that what goes has of its own, or that say nothing new; the page tells of them in one sentence."""
_FIRST: Final = ("name", "value", "pattern", "description", "abstract", "content", "created_by_ref")
_LABELS: Final[dict[str, str]] = {
    "confidence": msgid("Confidence"),
    "created_by_ref": msgid("Said by"),
    "external_references": msgid("Sources it cites"),
    "extensions": msgid("Extensions"),
    "granular_markings": msgid("Parts marked on their own"),
    "hashes": msgid("Digests"),
    "kill_chain_phases": msgid("Phase of the attack"),
    "labels": msgid("Labels"),
    "lang": msgid("Language"),
    "object_marking_refs": msgid("Markings"),
    "object_refs": msgid("What it names"),
    "pattern": msgid("Pattern"),
    "revoked": msgid("Revoked"),
}
_WORD: Final = re.compile(r"\s+|\w(?:[\w.@:/+%…\[\]-]*\w)?|[^\w\s]")
_IDENTIFIER: Final = re.compile(r"^[a-z0-9-]+--[0-9a-f-]{36}$")
_TOKEN: Final = re.compile(r"\bp-[0-9a-z]{4,}\b|\.pseudonym\.invalid\b|\b2[45]\d(?:\.\d{1,3}){3}\b|\b100::")
_NETWORK: Final = re.compile(r"[0-9a-f.:]+/\d{1,3}\b")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One property on both sides. ``named``: the label is the property's own name, text from outside.

    ``before`` and ``after`` are its values, each as runs of words.
    """

    label: str
    named: bool
    change: Change
    before: tuple[tuple[Run, ...], ...]
    after: tuple[tuple[Run, ...], ...]
    more: int = 0
    exact: bool = False


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides. ``same``: what goes as it is; ``whole``: nothing at all had to be changed."""

    before: Phrase
    after: Phrase
    lines: tuple[Line, ...]
    same: tuple[Line, ...]
    more: int
    whole: bool


def compared(before: bytes, after: bytes, names: Names | None = None) -> Comparison:
    """The object that is held and the one that goes, side by side; ``names`` are titles of what they refer to."""
    if before == after:
        called = title(decode(before), names or {})
        return Comparison(before=called, after=called, lines=(), same=(), more=0, whole=True)
    one, other = decode(before), decode(after)
    kind = str(one.get("type", ""))
    lines = [
        _line(kind, name, one.get(name), other.get(name), names or {})
        for name in _ordered(kind, one, other)
        if not _says_only_that_it_is_redacted(name, one, other)
    ]
    changed = [each for each in lines if each.change != "same"]
    return Comparison(
        before=title(one, names or {}),
        after=title(other, names or {}),
        lines=tuple(changed[:MOST_LINES]),
        same=tuple(each for each in lines if each.change == "same")[:MOST_LINES],
        more=max(0, len(changed) - MOST_LINES),
        whole=False,
    )


def _ordered(kind: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """What people ask for first, then as a portrait has it, then as the object has it."""
    present = [name for name in dict.fromkeys([*one, *other]) if name not in _OURS]
    wanted = [*_FIRST, *kind_of(kind).properties]
    return sorted(present, key=lambda name: wanted.index(name) if name in wanted else len(wanted))


def _says_only_that_it_is_redacted(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether extensions came in that only what goes has: it says of itself that it is a redacted form."""
    return name == "extensions" and name not in one and isinstance(other.get(name), dict)


def _line(kind: str, name: str, before: Any, after: Any, names: Names) -> Line:
    label, named = _label(kind, name)
    exact = name in {"pattern", "hashes"}
    ours, theirs = _entries(kind, name, before, names), _entries(kind, name, after, names)
    left, right = _beside(ours[:MOST_ENTRIES], theirs[:MOST_ENTRIES])
    return Line(
        label=label,
        named=named,
        change=_change(kind, name, before, after, left, right),
        before=left,
        after=right,
        more=max(0, len(ours) - MOST_ENTRIES, len(theirs) - MOST_ENTRIES),
        exact=exact,
    )


def _label(kind: str, name: str) -> tuple[str, bool]:
    if name in _LABELS:
        return _LABELS[name], False
    found = OF_TYPE.get((kind, name)) or LABELS.get(name)
    return (found[0], False) if found else (line(name, 120), True)


# -- values as texts --------------------------------------------------------------------------------------------------


def _entries(kind: str, name: str, value: Any, names: Names) -> list[str]:
    """A property's values, each as one text."""
    if value is None:
        return []
    reading = OF_TYPE.get((kind, name)) or LABELS.get(name)
    if isinstance(value, str) and reading is not None and reading[1] is address:
        return [defanged(line(value, LONGEST_ENTRY))]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each, names, 0)]
    return list(_texts(value, names, 0))


def _texts(value: Any, names: Names, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield _text(value, names)
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int | float):
        yield str(value)
    elif depth >= DEEPEST or value is None:
        yield "…" if value else "null"
    elif isinstance(value, dict):
        parts = [f"{line(name, 80)}: {', '.join(_texts(inner, names, depth + 1))}" for name, inner in value.items()]
        if depth:
            yield f"({'; '.join(parts)})"
        else:
            yield from parts if len(parts) > 3 else ["; ".join(parts)]
    elif isinstance(value, list):
        yield ", ".join(text for each in value for text in _texts(each, names, depth + 1))


def _text(value: str, names: Names) -> str:
    """A text as it reads; an id by what it stands for, where that is known."""
    if _IDENTIFIER.match(value):
        tlp = tlp_of(value)
        if tlp is not None:
            return tlp.label
        called = names.get(value)
        return f"{line(called, 120)} ({short_id(value)})" if called else short_id(value)
    return visible(value[:LONGEST_ENTRY]).strip()


# -- side by side -----------------------------------------------------------------------------------------------------


def _beside(ours: Sequence[str], theirs: Sequence[str]) -> tuple[tuple[tuple[Run, ...], ...], ...]:
    """The values of both sides as runs; those that stand in each other's place are compared word by word."""
    left: list[tuple[Run, ...]] = []
    right: list[tuple[Run, ...]] = []
    for what, low, high, first, last in _steps(ours, theirs):
        if what == "equal":
            left += [((False, each),) for each in ours[low:high]]
            right += [((False, each),) for each in theirs[first:last]]
        elif what == "replace" and high - low == last - first:
            for one, other in zip(ours[low:high], theirs[first:last], strict=True):
                was, became = _words(one, other)
                left.append(was)
                right.append(became)
        else:
            left += [((True, each),) for each in ours[low:high]]
            right += [((True, each),) for each in theirs[first:last]]
    return tuple(left), tuple(right)


def _steps(one: Sequence[str], other: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, one, other, autojunk=False).get_opcodes()


def _words(one: str, other: str) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Two texts as runs of words that are the same and runs that are not."""
    ours, theirs = _WORD.findall(one), _WORD.findall(other)
    if max(len(ours), len(theirs)) > MOST_WORDS or _alike(ours, theirs) < _WORTH:
        return ((True, one),), ((True, other),)
    left: list[Run] = []
    right: list[Run] = []
    for what, low, high, first, last in _steps(ours, theirs):
        _append(left, what != "equal", "".join(ours[low:high]))
        _append(right, what != "equal", "".join(theirs[first:last]))
    return tuple(left), tuple(right)


_WORTH: Final = 0.3
"""Texts that share less than this are another text, not the same one changed."""


def _alike(ours: Sequence[str], theirs: Sequence[str]) -> float:
    return SequenceMatcher(None, ours, theirs, autojunk=False).quick_ratio()


def _append(runs: list[Run], differs: bool, text: str) -> None:
    """Runs that differ and have only a blank between them are one."""
    if not text:
        return
    if runs and runs[-1][0] == differs:
        runs[-1] = (differs, runs[-1][1] + text)
    elif differs and len(runs) > 1 and runs[-1][1].isspace() and runs[-2][0]:
        blank = runs.pop()[1]
        runs[-1] = (True, runs[-1][1] + blank + text)
    else:
        runs.append((differs, text))


# -- what became of it ------------------------------------------------------------------------------------------------


def _change(
    kind: str, name: str, before: Any, after: Any, left: Sequence[Sequence[Run]], right: Sequence[Sequence[Run]]
) -> Change:
    if before == after:
        return "same"
    if after is None:
        return "gone"
    if before is None:
        return "added"
    put = [text for runs in right for differs, text in runs if differs and text.replace(REDACTED, "").strip()]
    if not put:
        return "partly"
    if name.endswith(("_ref", "_refs")):
        return "creator" if name == "created_by_ref" else "reference"
    if (_moment(before) and _moment(after)) or (kind, name) == ("identity", "name"):
        return "coarser"
    written = " ".join(put).replace("[.]", ".").replace("[@]", "@")
    if _TOKEN.search(written) or _digests(before, after):
        return "pseudonym"
    return "coarser" if _NETWORK.search(written) and any(differs for runs in left for differs, _ in runs) else "other"


def _moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(timestamps.parse(value))
    except ValueError:
        return False


def _digests(before: Any, after: Any) -> bool:
    """Whether hexadecimal texts of one length stand in each other's place."""
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(_digests(before[name], after[name]) for name in before)
    return (
        isinstance(before, str)
        and isinstance(after, str)
        and len(before) == len(after) >= 32
        and re.fullmatch(r"[0-9a-fA-F]+", after) is not None
    )
