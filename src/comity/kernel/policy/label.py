"""Labels: the set of features of a claim that policy looks at, normalised to policy's own terms.

There are thousands of labels for millions of objects. An unknown statement marking is the term ``statement``, not a label of
its own; a marking that is not held, or says nothing we understand, is the term ``unknown``.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

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
from comity.kernel.policy.caveats import GRANULAR, UNKNOWN, terms_of

Terms = Mapping[str, tuple[MarkingTerm, ...]]
"""What each marking id says, under every definition of it that is held. An id without an entry is unknown."""

FORM: Final = "v2"
"""How ``features`` are written. What was written in the first form, which began with a number, is stale: it lacks features."""

MOST_TERMS: Final = 2000
"""Bytes that the terms of a label may take: what asks for more than that is not understood (and no index could hold it)."""

_TLP_OBJECTS = frozenset(TLP_IDS.values())
_TLP_MARKINGS = _TLP_OBJECTS | TLP1_IDS.keys()
_NOT_HELD = (MarkingTerm("unknown", None, ""),)


class Refs(IntEnum):
    """What an object refers to, its creator and markings excepted: nothing, opaque ids only, ids that can be computed."""

    NONE = 0
    OPAQUE = 1
    GUESSABLE = 2


class Scan(StrEnum):
    """What the scan for personal data has found. Asked for by agreements with a personal-data article only."""

    UNSCANNED = "unscanned"
    CLEAR = "clear"
    PERSONAL = "personal"


class Label(msgspec.Struct, frozen=True):
    """Features of a claim. ``assumed`` says that ``tlp`` is the collection's default, the object carrying none.

    ``tlp`` is the strictest of the object's own and of its granular markings: as long as parts can't be taken out, the
    whole goes as its strictest part may. ``circle``: the number of the named people that the object is restricted to, 0
    where it is not. The members of a circle never change: other people are another circle.

    ``channel``      how it came
    ``attributed``   it names its creator
    ``quarantined``  its source sends more kinds of labels than it may: nothing but this is told of them
    ``stale``        written before policy looked at all of these features
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

    def features(self) -> str:
        """One text per label: equal labels, equal texts."""
        flags = "".join(letter for letter, flag in _FLAGS if getattr(self, flag))
        scan = "" if self.scan is Scan.UNSCANNED else self.scan.value
        return (
            f"{FORM}|{self.source}|{self.collection}|{self.type}|{int(self.tlp)}|{','.join(self.terms)}|{self.circle or ''}"
            f"|{self.channel}|{int(self.refs)}|{scan}|{flags}"
        )

    @staticmethod
    def of_features(text: str) -> "Label":
        """The label that ``features`` wrote, also in its first form (0.1.0), in which it lacks features and is stale."""
        if not text.startswith(f"{FORM}|"):
            return _of_first_form(text)
        _, source, collection, kind, tlp, terms, circle, channel, refs, scan, flags = text.split("|")
        return Label(
            source=int(source),
            collection=int(collection),
            type=kind,
            tlp=Tlp(int(tlp)),
            assumed="a" in flags,
            terms=tuple(terms.split(",")) if terms else (),
            circle=int(circle or 0),
            channel=channel,
            revoked="r" in flags,
            refs=Refs(int(refs)),
            attributed="c" in flags,
            scan=Scan(scan or "unscanned"),
            quarantined="q" in flags,
            stale="s" in flags,
        )


_FLAGS: Final = (("a", "assumed"), ("r", "revoked"), ("c", "attributed"), ("q", "quarantined"), ("s", "stale"))


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


def refs_of(parsed: Parsed) -> Refs:
    """What an object refers to, as policy looks at it."""
    if not parsed.refs:
        return Refs.NONE
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
    if assumed:
        levels.append(Tlp.CLEAR if parsed.id in _TLP_OBJECTS else default)
    if parsed.granular:
        words.add(GRANULAR)
        for marking in parsed.granular:
            _read(marking, terms, levels, words)
    if parsed.type == "marking-definition":
        words.update(_of_itself(parsed))
    if len(",".join(words).encode()) > MOST_TERMS:
        words = {UNKNOWN}
    return Label(
        source=source,
        collection=collection,
        type=parsed.type,
        tlp=max(levels),
        assumed=assumed,
        terms=tuple(sorted(words)),
        channel=channel,
        revoked=parsed.revoked,
        refs=refs_of(parsed),
        attributed=parsed.created_by is not None,
    )


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
