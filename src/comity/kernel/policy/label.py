"""Labels: the set of features of a claim that policy looks at, normalised to policy's own terms.

There are thousands of labels for millions of objects. An unknown statement marking is the term ``statement``, not a label of
its own; a marking that is not held, or says nothing we understand, is the term ``unknown``.

Granular markings (STIX 2.1 7.2.3) are a label's *parts*. Policy looks at an object with parts piece by piece (``pieces``): at
what it is without any of them, and at each part with that.
"""

import re
from collections.abc import Iterable, Mapping
from enum import IntEnum, StrEnum
from typing import Final

import msgspec
from msgspec.structs import replace

from comity.kernel.objects.ids import is_guessable
from comity.kernel.objects.markings import (
    HANDLING_EXTENSION,
    TLP1_IDS,
    TLP_IDS,
    MarkingTerm,
    Tlp,
    iep_statements,
    term_of,
    tlp_of,
)
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.caveats import RECIPIENTS, UNKNOWN, kind_of, names_people, terms_of
from comity.kernel.policy.lens import Part

Terms = Mapping[str, tuple[MarkingTerm, ...]]
"""What each marking id says, under every definition of it that is held. An id without an entry is unknown."""

FORM: Final = "v2"
"""How ``features`` are written. What was written in the first form, which began with a number, is stale: it lacks features."""

MOST_TERMS: Final = 2000
"""Bytes that the terms of a label and its parts may take: what asks for more is not understood (and no index could hold it)."""

_TLP_OBJECTS = frozenset(TLP_IDS.values())
_TLP_MARKINGS = _TLP_OBJECTS | TLP1_IDS.keys()
_GRANULAR: Final = "granular"  # the term that stood, before labels had parts, where there are granular markings
_ids: Final = re.compile(rb"[a-z][a-z0-9-]{0,249}--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").findall
_NOT_HELD = (MarkingTerm("unknown", None, ""),)


class Refs(IntEnum):
    """What an object refers to, its creator and markings excepted: nothing, opaque ids only, ids that can be computed.

    An id in the text of what names nobody otherwise is told as well, and counts as opaque.
    """

    NONE = 0
    OPAQUE = 1
    GUESSABLE = 2


class Scan(StrEnum):
    """What the scan for personal data has found. Asked for by agreements with a personal-data article only."""

    UNSCANNED = "unscanned"
    CLEAR = "clear"
    PERSONAL = "personal"


OURS: Final = -1
"""The circle of everybody of the own party: of what was recalled from all others."""


class Label(msgspec.Struct, frozen=True):
    """Features of a claim. ``assumed`` says that ``tlp`` is the collection's default, the object carrying none.

    ``tlp`` and ``terms`` are of the markings of the whole object; what its granular markings ask beyond these are ``parts``.
    ``circle``: the number of the named people that the object is restricted to, 0 where it is not. The members of a circle
    never change: other people are another circle.

    ``channel``      how it came
    ``attributed``   it names its creator
    ``quarantined``  its source sends more kinds of labels than it may: nothing but this is told of them
    ``stale``        written before policy looked at all of these features
    ``returned``     a claim on the id of a twin that this node made: it came back, and says nothing of its own
    ``lens``         of what this node made of an original to go in its place: the text of that lens (``kernel.policy.lens``)
    """

    source: int
    collection: int
    type: str
    tlp: Tlp
    assumed: bool
    terms: tuple[str, ...]
    circle: int = 0
    channel: str = "file"
    revoked: bool = False
    refs: Refs = Refs.NONE
    attributed: bool = False
    scan: Scan = Scan.UNSCANNED
    quarantined: bool = False
    stale: bool = False
    parts: tuple[Part, ...] = ()
    returned: bool = False
    lens: str = ""

    def features(self) -> str:
        """One text per label: equal labels, equal texts. What few have stands at the end, where they have it."""
        flags = "".join(letter for letter, flag in _FLAGS if getattr(self, flag))
        scan = "" if self.scan is Scan.UNSCANNED else self.scan.value
        more = f"|{_parts_text(self.parts)}|{self.lens}" if self.parts or self.lens else ""
        return (
            f"{FORM}|{self.source}|{self.collection}|{self.type}|{int(self.tlp)}|{','.join(self.terms)}|{self.circle or ''}"
            f"|{self.channel}|{int(self.refs)}|{scan}|{flags}{more}"
        )

    @staticmethod
    def of_features(text: str) -> "Label":
        """The label that ``features`` wrote, also in its first form (0.1.0), in which it lacks features and is stale, as is one
        that says of granular markings no more than that there are some (0.2.0).
        """
        if not text.startswith(f"{FORM}|"):
            return _of_first_form(text)
        _, source, collection, kind, tlp, terms, circle, channel, refs, scan, flags, *more = text.split("|")
        parts, lens = more or ("", "")
        words = tuple(terms.split(",")) if terms else ()
        return Label(
            source=int(source),
            collection=int(collection),
            type=kind,
            tlp=Tlp(int(tlp)),
            assumed="a" in flags,
            terms=words,
            circle=int(circle or 0),
            channel=channel,
            revoked="r" in flags,
            refs=Refs(int(refs)),
            attributed="c" in flags,
            scan=Scan(scan or "unscanned"),
            quarantined="q" in flags,
            stale="s" in flags or _GRANULAR in words,
            parts=_parts_of_text(parts),
            returned="t" in flags,
            lens=lens,
        )

    @property
    def plain(self) -> "Label":
        """The original's label, of what was made through a lens; else itself."""
        return replace(self, lens="") if self.lens else self

    @property
    def names_people(self) -> bool:
        """Whether what may be done with it depends on what a party is called."""
        return names_people(self.terms) or any(names_people(part.terms) for part in self.parts)


_FLAGS: Final = (
    ("a", "assumed"),
    ("r", "revoked"),
    ("c", "attributed"),
    ("q", "quarantined"),
    ("s", "stale"),
    ("t", "returned"),
)


def _of_first_form(text: str) -> Label:
    source, collection, kind, tlp, assumed, terms, *circle = text.split("|")
    return Label(
        source=int(source),
        collection=int(collection),
        type=kind,
        tlp=Tlp(int(tlp)),
        assumed=assumed == "1",
        terms=tuple(terms.split(",")) if terms else (),
        circle=int(circle[0]) if circle else 0,
        stale=True,
    )


def _parts_text(parts: Iterable[Part]) -> str:
    """No term has any of the signs that part it from others."""
    return "&".join(f"{'' if part.tlp is None else int(part.tlp)}:{','.join(part.terms)}" for part in parts)


def _parts_of_text(text: str) -> tuple[Part, ...]:
    found = []
    for part in text.split("&") if text else ():
        tlp, _, terms = part.partition(":")
        found.append(Part(Tlp(int(tlp)) if tlp else None, tuple(terms.split(",")) if terms else ()))
    return tuple(found)


def pieces(label: Label) -> tuple[tuple[Part | None, Label], ...]:
    """What an object with granular parts consists of, each as a label without parts: what is in none of them (None) first, then
    each part with that. A part's own recipients take the place of the object's: they are of whom the part is meant for.
    """
    if not label.parts:
        return ((None, label),)
    bare = replace(label, parts=())
    return ((None, bare), *((part, _with(bare, part)) for part in label.parts))


def _with(bare: Label, part: Part) -> Label:
    tlp = bare.tlp if part.tlp is None else max(bare.tlp, part.tlp)
    terms = set(bare.terms)
    if any(kind_of(term) == RECIPIENTS for term in part.terms):
        terms = {term for term in terms if kind_of(term) != RECIPIENTS}
    terms.update(part.terms)
    return replace(bare, tlp=tlp, assumed=bare.assumed and tlp == bare.tlp, terms=tuple(sorted(terms)))


def part_of(marking: str, terms: Terms) -> Part:
    """What one granular marking makes of what it selects."""
    levels: list[Tlp] = []
    words: set[str] = set()
    _read(marking, terms, levels, words)
    return Part(max(levels, default=None), tuple(sorted(words)))


def quarantine_of(label: Label) -> Label:
    """The label of everything of this source, collection and type beyond its quota; a restriction to named people stays."""
    return Label(
        source=label.source,
        collection=label.collection,
        type=label.type,
        tlp=Tlp.RED,
        assumed=False,
        terms=(),
        circle=label.circle,
        quarantined=True,
    )


def foreign_markings(parsed: Parsed) -> tuple[str, ...]:
    """Marking ids of an object that are not TLP: what they say has to be looked up before it can be labelled."""
    if not parsed.granular and _TLP_MARKINGS.issuperset(parsed.markings):
        return ()
    return tuple(marking for marking in parsed.markings + parsed.granular if tlp_of(marking) is None)


def tells_ids(parsed: Parsed) -> bool:
    """Whether an object that refers to nothing and names no creator tells another's id all the same: somewhere in a text."""
    raw = parsed.raw
    if b"\\u00" in raw:  # an escape may stand for a letter of an id
        raw = msgspec.json.encode(msgspec.json.decode(raw))
    if raw.count(b"--") <= 1 + len(parsed.markings):  # its own and its markings'
        return False
    told = {each.decode() for each in _ids(raw.lower())} - {parsed.id, *parsed.markings, *parsed.granular}
    return not all(each.startswith("extension-definition--") for each in told)


def refs_of(parsed: Parsed) -> Refs:
    """What an object refers to, as policy looks at it."""
    if not parsed.refs:
        return Refs.OPAQUE if parsed.created_by is None and tells_ids(parsed) else Refs.NONE
    return Refs.GUESSABLE if any(map(is_guessable, parsed.refs)) else Refs.OPAQUE


def label_of(
    parsed: Parsed, source: int, collection: int, default: Tlp, terms: Terms, *, channel: str = "file"
) -> Label:
    """The label of a claim by ``source`` in ``collection``, whose TLP is ``default`` where the object carries none.

    Raises nothing: what can't be understood becomes the term ``unknown``, which no rule releases.
    """
    levels: list[Tlp] = []
    words: set[str] = set()
    for marking in parsed.markings:
        _read(marking, terms, levels, words)
    assumed = not levels
    tlp = max(levels) if levels else Tlp.CLEAR if parsed.id in _TLP_OBJECTS else default
    if parsed.type == "marking-definition":
        words.update(_of_itself(parsed))
    parts = {part_of(marking, terms) for marking in parsed.granular}
    if len(f"{','.join(words)}{_parts_text(parts)}".encode()) > MOST_TERMS:
        words, parts = {UNKNOWN}, set()
    bare = Label(
        source=source,
        collection=collection,
        type=parsed.type,
        tlp=tlp,
        assumed=assumed,
        terms=tuple(sorted(words)),
        channel=channel,
        revoked=parsed.revoked,
        refs=refs_of(parsed),
        attributed=parsed.created_by is not None,
    )
    if not parts:
        return bare
    more = (part for part in parts if _with(bare, part) != bare)
    return replace(bare, parts=tuple(sorted(more, key=Part.place)))


def _of_itself(parsed: Parsed) -> tuple[str, ...]:
    """A handling marking says whom it names to everybody who reads it: so it goes where what it marks may go."""
    said = term_of(parsed.raw)
    return terms_of(said) if said.kind == "handling" or said.value == HANDLING_EXTENSION else ()


def _read(marking: str, terms: Terms, levels: list[Tlp], words: set[str]) -> None:
    tlp = tlp_of(marking)
    if tlp is not None:
        levels.append(tlp)
        return
    for term in terms.get(marking) or _NOT_HELD:
        words.update(terms_of(term))
        if term.tlp is not None:
            levels.append(term.tlp)
        elif term.kind == "iep":
            levels.append(Tlp.parse(iep_statements(term.value)["tlp"]))
