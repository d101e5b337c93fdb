"""Which labels a selection takes: its names resolved to the numbers of this node, its words to sets."""

from collections.abc import Callable, Iterable

import msgspec
from msgspec.structs import replace

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Selection
from comity.kernel.policy.caveats import PAP_LEVELS, Caveats
from comity.kernel.policy.label import Label, Scan

Resolve = Callable[[Iterable[str]], frozenset[int]]
"""Numbers of what is named; a name that nothing here answers to has none."""


class Taking(msgspec.Struct, frozen=True):
    """A selection as it is asked of labels. None is "any"; an empty set takes nothing."""

    types: frozenset[str] | None = None
    collections: frozenset[int] | None = None
    sources: frozenset[int] | None = None
    channels: frozenset[str] | None = None
    tlp: frozenset[Tlp] | None = None
    pap: frozenset[str] | None = None
    statement: bool | None = None
    personal: bool | None = None
    unscanned: bool | None = None
    revoked: bool | None = None
    exercise: bool | None = None

    def takes(self, label: Label, caveats: Caveats, *, unsure: bool = False) -> bool:
        """Whether the selection speaks of claims of this label. ``unsure``: also where it is not known how they came, which was
        not kept at first; for selections that forbid.
        """
        return (
            (self.types is None or label.type in self.types)
            and (self.collections is None or label.collection in self.collections)
            and (self.sources is None or label.source in self.sources)
            and (self.channels is None or label.channel in self.channels or (unsure and not label.channel))
            and (self.tlp is None or label.tlp in self.tlp)
            and (self.pap is None or caveats.pap in self.pap)
            and self.statement in {None, caveats.statement}
            and self.personal in {None, label.scan is Scan.PERSONAL}
            and self.unscanned in {None, label.scan is Scan.UNSCANNED}
            and self.revoked in {None, label.revoked}
            and self.exercise in {None, caveats.exercise}
        )


def as_received(selection: Taking) -> Taking:
    """The same as it is asked of what a party gave under it: where that lay at the giver's node, who had given it there and how,
    and what was found in it, is not known here.
    """
    return replace(selection, collections=None, sources=None, channels=None, personal=None, unscanned=None)


def taking(selection: Selection, collections: Resolve, sources: Resolve) -> Taking:
    """A selection resolved. Words that are no level take nothing."""
    return Taking(
        types=frozenset(selection.types) if selection.types else None,
        collections=collections(selection.collections) if selection.collections else None,
        sources=sources(selection.sources) if selection.sources else None,
        channels=frozenset(selection.channels) if selection.channels else None,
        tlp=_levels(selection.tlp) if selection.tlp else None,
        pap=frozenset(map(pap_level, selection.pap)) if selection.pap else None,
        statement=selection.statement,
        personal=selection.personal,
        unscanned=selection.unscanned,
        revoked=selection.revoked,
        exercise=selection.exercise,
    )


def tlp_level(word: str) -> Tlp | None:
    """The TLP level of a word; None for a word that is none."""
    try:
        return Tlp.parse(word)
    except ValueError:
        return None


def pap_level(word: str) -> str:
    """The PAP level of a word as labels have it. White was renamed clear; what is no level is taken for the least."""
    plain = word.lower().removeprefix("pap:")
    return plain if plain in PAP_LEVELS else PAP_LEVELS[0]


def _levels(words: Iterable[str]) -> frozenset[Tlp]:
    return frozenset(level for word in words if (level := tlp_level(word)) is not None)
