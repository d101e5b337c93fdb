"""``effect`` for many labels and many parties: what is equal to policy is decided once.

Labels differ in features that no agreement of a party looks at, and parties that stand alike differ in their number and name
only. What policy looks at of a label, for a class of parties, is its *core*: it is decided once. Labels that name people are
decided for each party by itself.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from operator import attrgetter

from msgspec.structs import replace

from comity.kernel.base.clock import Micros
from comity.kernel.policy.agreement.articles import Attribution, PersonalData
from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.agreement.taking import Taking
from comity.kernel.policy.caveats import names_people
from comity.kernel.policy.decide import effect, lens_for
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import Lens, is_notice
from comity.kernel.policy.moments import moments_of, moments_of_label
from comity.kernel.policy.viewer import Standing


class Deciders:
    """Those of some parties, which share what is equal to them. For one run: what was decided is never forgotten."""

    def __init__(self, standings: Iterable[Standing]) -> None:
        classes: dict[Standing, Known] = {}
        self._of: dict[int, Decider] = {}
        for standing in standings:
            alike = class_of(standing)
            if alike not in classes:
                classes[alike] = Known(alike)
            self._of[standing.party] = Decider(standing, classes[alike])

    def of(self, party: int) -> "Decider":
        """One party's; raises KeyError for a party that was not given."""
        return self._of[party]


class Decider:
    """The decisions for one party, remembered."""

    def __init__(self, standing: Standing, shared: "Known | None" = None) -> None:
        self._standing = standing
        self._dates = moments_of(standing)
        self._towards: dict[int, Standing] = {}
        self._texts: dict[Lens, str] = {}
        self._shared = shared or Known(class_of(standing))
        self._alone = Known(class_of(standing)) if shared else self._shared

    def effect(self, label: Label, on: Micros) -> Effect:
        """What ``decide`` says."""
        if label.source == self._standing.party:
            return effect(label, self._standing, on)
        if label.lens:
            return self._effect_of_rendition(label, on)
        known = self._alone if (label.names_people if label.parts else names_people(label.terms)) else self._shared
        effects, core = known.effects[on], known.core(label)
        found = effects.get(core)
        if found is None:
            found = effects[core] = effect(label, self._to(label.source), on)
        return found

    def lens(self, label: Label, on: Micros) -> Lens | None:
        """As ``decide.lens_for``: in which form it goes; None where it goes as it is, or not at all."""
        if self.effect(label, on) not in _IN_A_FORM:
            return None
        known = self._alone if label.names_people else self._shared
        lenses, core = known.lenses[on], known.core(label)
        if core not in lenses:
            lenses[core] = lens_for(label, self._to(label.source), on)
        found = lenses[core]
        return found if found is None or found.scope else replace(found, party=self._standing.party)

    def _effect_of_rendition(self, label: Label, on: Micros) -> Effect:
        if is_notice(label.lens):
            return effect(label, self._standing, on)
        lens = None if self._standing.own else self.lens(label.plain, on)
        return Effect.RELEASE if lens is not None and self._text(lens) == label.lens else Effect.WITHHOLD

    def _text(self, lens: Lens) -> str:
        """A lens's text, which takes a digest to make."""
        if lens not in self._texts:
            self._texts[lens] = lens.text
        return self._texts[lens]

    def _to(self, source: int) -> Standing:
        """Where the party stands to what one source gave: under whose agreements others gave is nothing to it."""
        found = self._towards.get(source)
        if found is None:
            given = tuple(each for each in self._standing.given if each[0] == source)
            found = self._towards[source] = replace(self._standing, given=given)
        return found

    def released(self, label: Label, on: Micros) -> bool:
        """Whether it is released at this date."""
        return self.effect(label, on) is Effect.RELEASE

    def until(self, label: Label, on: Micros) -> Micros | None:
        """As ``moments.until``."""
        dated = label.terms or label.parts
        dates = sorted({*self._dates, *moments_of_label(label)}) if dated else self._dates
        return next((at for at in dates if at > on and not self.released(label, at)), None)


class Known:
    """What was decided for a class of parties: for each date the effect, and the lens, by the core of the label."""

    def __init__(self, standing: Standing) -> None:
        self.core: Callable[[Label], Hashable] = attrgetter(*features_for(standing))
        self.effects: defaultdict[Micros, dict[Hashable, Effect]] = defaultdict(dict)
        self.lenses: defaultdict[Micros, dict[Hashable, Lens | None]] = defaultdict(dict)


def class_of(standing: Standing) -> Standing:
    """A party without what is its own: its number, its names, and whose claims may be given on to it where others' may not."""
    held_back = tuple((source, bound) for source, bound in standing.given if not _lets(bound, standing.party))
    return replace(standing, party=0, names=frozenset(), given=held_back)


def features_for(standing: Standing) -> tuple[str, ...]:
    """The features of a label on which its decision depends, for parties that stand like this; of a label without lens."""
    takings = tuple(_takings(standing))
    articles = [condition.article for bound in standing.agreements for condition in bound.conditions]
    anonymous = any(isinstance(article, Attribution) for article in articles)
    personal = any(isinstance(article, PersonalData) for article in articles)
    veiled = any(bound.veils for bound in standing.agreements)
    asked = {
        "type": any(taking.types is not None for taking in takings),
        "source": anonymous or bool(standing.given) or any(taking.sources is not None for taking in takings),
        "channel": any(taking.channels is not None for taking in takings),
        "revoked": any(taking.revoked is not None for taking in takings),
        "scan": personal or any(taking.personal is not None or taking.unscanned is not None for taking in takings),
        "refs": veiled,
        "attributed": veiled,
    }
    always = ("collection", "tlp", "terms", "circle", "quarantined", "stale", "parts", "returned")
    return (*always, *(name for name, matters in asked.items() if matters))


def _takings(standing: Standing) -> Iterator[Taking]:
    for bound in (*standing.agreements, *(bound for _, bound in standing.given)):
        yield from (taking for _, taking in bound.scopes)
        yield from (condition.when for condition in bound.conditions if condition.when is not None)


_IN_A_FORM = frozenset({Effect.REDACT, Effect.REVIEW})


def _lets(bound: Bound, party: int) -> bool:
    return bound.onward is None or party in bound.onward
