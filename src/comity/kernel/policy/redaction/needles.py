"""Needles: the values that must not be left, each with what takes its place, and how it is looked for.

Lives here: what is distinctive enough to be looked for at all, and in which way. A *strong* needle is looked for everywhere,
within words too, and in every encoding; in what goes it occurs nowhere. A *weak* one (short, or one plain word) is replaced
where it stands as a word of its own; to look for it everywhere would break other words. What is shorter still, a word of STIX
(types, properties, vocabularies), a number or a moment tells nothing by itself and is not looked for.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import msgspec

from comity.kernel.objects import forms
from comity.kernel.objects.structs.catalogue import CATALOGUE
from comity.kernel.objects.structs.core import Part
from comity.kernel.objects.structs.kinds import KNOWN_TYPES
from comity.kernel.objects.vocabularies import VOCABULARIES
from comity.kernel.policy.redaction.traces import encoded
from comity.kernel.policy.redaction.views import read

_REMEMBERED: Final = 2_000
_SHORTEST: Final = 3
_STRONG: Final = 8
_STRONG_MIXED: Final = 6
_STRONG_WIDE: Final = 4
_PLAIN_WORD: Final = 9
_NAME: Final = 5
_DIGITS: Final = 7
_SHORTEST_WIDE: Final = 2
_LONGEST_ENCODED: Final = 500
_ENCODED: Final = 60

_FEW: Final = 32
_GRAM: Final = 3
_CODE_GRAM: Final = 7

_runs = re.compile(r"[A-Za-z0-9+/_-]{7,}+={0,2}").finditer
_is_word = re.compile(r"[a-z]+").fullmatch
_is_number = re.compile(r"[0-9 .,+-]+").fullmatch
_is_edge = re.compile(r"[a-z0-9]").fullmatch


def _words() -> frozenset[str]:
    """The words of STIX itself."""
    words = {*["true", "false", "none", "null", "unknown", "[redacted]", "extension_type", "selectors"], *KNOWN_TYPES}
    for terms in VOCABULARIES.values():
        words.update(terms)
    for entry in CATALOGUE.values():
        words.update(entry.struct.__struct_fields__)
    for part in Part.__subclasses__():
        words.update(part.__struct_fields__)
    return frozenset(read(word) for word in words)


_COMMON: Final = _words()


class Needle(msgspec.Struct, frozen=True):
    """A value as it is looked for.

    ``text``      as it is read (``redaction.views``)
    ``strong``    looked for everywhere and in every encoding
    ``encodings`` its encodings
    """

    text: str
    strong: bool
    encodings: tuple[str, ...] = ()

    def spans(self, text: str) -> Iterable[tuple[int, int]]:
        """Where it stands in a text as it is read."""
        at = text.find(self.text)
        while at >= 0:
            end = at + len(self.text)
            if self.strong or _stands_alone(text, at, end):
                yield at, end
            at = text.find(self.text, end)


def _stands_alone(text: str, start: int, end: int) -> bool:
    before = start and _is_edge(text[start]) and _is_edge(text[start - 1])
    after = end < len(text) and _is_edge(text[end - 1]) and _is_edge(text[end])
    return not (before or after)


Found = tuple[int, int, Needle]
"""Where a needle stands."""
Forms = dict[str, dict[int, dict[str, Needle]]]
"""Needles by the first characters of a form of theirs, then by its length."""


class Index:
    """Needles, to be looked for all at once: a few one by one, many in a time that does not grow with their number."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self.needles = tuple(needles)
        self._shortest = min((len(code) for each in self.needles for code in each.encodings), default=0)
        self._many = len(self.needles) > _FEW
        self._one_by_one = [each for each in self.needles if not self._many or len(each.text) < _GRAM]
        self._texts: Forms = {}
        self._codes: Forms = {}
        if self._many:
            for each in self.needles:
                _enter(self._texts, each.text, _GRAM, each)
                for code in each.encodings:
                    _enter(self._codes, code, _CODE_GRAM, each)

    def occur(self, seen: Iterable[str], written: str) -> dict[Needle, None]:
        """Those that stand in a reading of a text, or are encoded in it as it is written."""
        found: dict[Needle, None] = {}
        for text in seen:
            found.update((each, None) for each in self._one_by_one if each.text in text)
            found.update((each, None) for _, _, each in _matches(self._texts, text, _GRAM))
        found.update((each, None) for _, _, each in self.encoded(written))
        return found

    def places(self, text: str) -> Iterator[Found]:
        """Where they stand in a text as it is read."""
        for each in self._one_by_one:
            yield from ((start, end, each) for start, end in each.spans(text))
        for start, end, each in _matches(self._texts, text, _GRAM):
            if each.strong or _stands_alone(text, start, end):
                yield start, end, each

    def encoded(self, text: str) -> Iterator[Found]:
        """Where something is encoded in a text that holds one of them: a run of letters and digits, with what ends it."""
        for match in _runs(text) if self._shortest else ():
            if match.end() - match.start() >= self._shortest:
                run = match[0]
                if self._many:
                    told = next((each for _, _, each in _matches(self._codes, run, _CODE_GRAM)), None)
                else:
                    told = next((each for each in self.needles if any(code in run for code in each.encodings)), None)
                if told is not None:
                    yield match.start(), match.end(), told


def _enter(forms: Forms, form: str, length: int, each: Needle) -> None:
    if len(form) >= length:
        forms.setdefault(form[:length], {}).setdefault(len(form), {})[form] = each


def _matches(forms: Forms, text: str, length: int) -> Iterator[Found]:
    if not forms:
        return
    for at in range(len(text) - length + 1):
        lengths = forms.get(text[at : at + length])
        if lengths is not None:
            for size, known in lengths.items():
                each = known.get(text[at : at + size])
                if each is not None:
                    yield at, at + size, each


def needle(value: str) -> Needle | None:
    """How a value is looked for; None where it is too short to be. A long text is looked for as it is read only."""
    if len(value) > _LONGEST_ENCODED:
        return Needle(read(value).strip(), strong=True)
    return _needle(value)


@lru_cache(_REMEMBERED)
def _needle(value: str) -> Needle | None:
    text = read(value).strip()
    if len(text) < (_SHORTEST if text.isascii() else _SHORTEST_WIDE):
        return None
    strong = _is_strong(text)
    return Needle(text, strong, _encodings(value, text) if strong else ())


def _encodings(value: str, text: str) -> tuple[str, ...]:
    # Where a long value is encoded its beginning is.
    beginning = value[:_ENCODED]
    written = dict.fromkeys((beginning, beginning.lower(), beginning.upper(), text[:_ENCODED]))
    return tuple(dict.fromkeys(code for each in written for code in encoded(each)))


def is_word_of_stix(value: str) -> bool:
    """Whether a text is a word of STIX itself: a type, a property, a term of a vocabulary."""
    return read(value) in _COMMON


def is_distinctive(value: str) -> bool:
    """Whether a text that was taken out is worth looking for elsewhere: a name, an address, a sentence; not a common word."""
    if len(value) > 40 and forms.type_of(value):
        return False
    text = read(value).strip()
    if len(text) < _SHORTEST or text in _COMMON or forms.is_timestamp(value):
        return False
    if _is_number(text):
        return sum(each.isdigit() for each in text) >= _DIGITS
    if not text.isascii():
        return True
    if _is_word(text):
        return len(text) >= (_NAME if value.strip() != text else _PLAIN_WORD)
    return len(text) >= _STRONG_MIXED


def _is_strong(text: str) -> bool:
    if not text.isascii():
        return len(text) >= _STRONG_WIDE
    if text.isalpha():
        return len(text) >= _STRONG and text not in _COMMON
    return len(text) >= _STRONG_MIXED
