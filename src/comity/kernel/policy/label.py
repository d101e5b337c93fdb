"""Labels: the set of features of a claim that policy looks at, normalised to policy's own terms.

There are thousands of labels for millions of objects. An unknown statement marking is the term ``statement``, not a label of
its own; a marking that is not held, or says nothing we understand, is the term ``unknown``.
"""

from collections.abc import Mapping

import msgspec

from comity.kernel.objects.markings import TLP1_IDS, TLP_IDS, MarkingTerm, Tlp, tlp_of
from comity.kernel.objects.parsed import Parsed

UNKNOWN = "unknown"
GRANULAR = "granular"

Terms = Mapping[str, tuple[MarkingTerm, ...]]
"""What each marking id says, under every definition of it that is held. An id without an entry is unknown."""

_TLP_OBJECTS = frozenset(TLP_IDS.values())
_TLP_MARKINGS = _TLP_OBJECTS | TLP1_IDS.keys()


class Label(msgspec.Struct, frozen=True):
    """Features of a claim. ``assumed`` says that ``tlp`` is the collection's default, the object carrying none.

    ``tlp`` is the strictest of the object's own and of its granular markings: as long as parts can't be taken out, the
    whole goes as its strictest part may. ``circle``: the number of the named people that the object is restricted to, 0
    where it is not. The members of a circle never change: other people are another circle.
    """

    source: int
    collection: int
    type: str
    tlp: Tlp
    assumed: bool
    terms: tuple[str, ...]
    circle: int = 0

    def features(self) -> str:
        """One text per label: equal labels, equal texts."""
        text = f"{self.source}|{self.collection}|{self.type}|{int(self.tlp)}|{int(self.assumed)}|{','.join(self.terms)}"
        return f"{text}|{self.circle}" if self.circle else text

    @staticmethod
    def of_features(text: str) -> "Label":
        """The label that ``features`` wrote."""
        source, collection, kind, tlp, assumed, terms, *circle = text.split("|")
        return Label(
            source=int(source),
            collection=int(collection),
            type=kind,
            tlp=Tlp(int(tlp)),
            assumed=assumed == "1",
            terms=tuple(terms.split(",")) if terms else (),
            circle=int(circle[0]) if circle else 0,
        )


def foreign_markings(parsed: Parsed) -> tuple[str, ...]:
    """Marking ids of an object that are not TLP: what they say has to be looked up before it can be labelled."""
    if not parsed.granular and _TLP_MARKINGS.issuperset(parsed.markings):
        return ()
    return tuple(marking for marking in parsed.markings + parsed.granular if tlp_of(marking) is None)


def label_of(parsed: Parsed, source: int, collection: int, default: Tlp, terms: Terms) -> Label:
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
    return Label(
        source=source,
        collection=collection,
        type=parsed.type,
        tlp=max(levels),
        assumed=assumed,
        terms=tuple(sorted(words)),
    )


def _read(marking: str, terms: Terms, levels: list[Tlp], words: set[str]) -> None:
    tlp = tlp_of(marking)
    if tlp is not None:
        levels.append(tlp)
        return
    for term in terms.get(marking) or (MarkingTerm("unknown", None, ""),):
        if term.tlp is not None:
            levels.append(term.tlp)
        else:
            words.add(f"{term.kind}:{term.value}" if term.kind == "pap" else term.kind)
