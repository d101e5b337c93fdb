"""Dates at which a decision may change: of a label's own markings, and of the agreements that bind a party.

Between two of them nothing changes by itself: whoever decides at each of them has decided for always, as far as is known.
"""

from comity.kernel.base.clock import Micros
from comity.kernel.policy.agreement.articles import PersonalData
from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.caveats import Caveats, caveats_of
from comity.kernel.policy.decide import effect
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.label import Label
from comity.kernel.policy.viewer import Standing


def moments(label: Label, standing: Standing) -> tuple[Micros, ...]:
    """All dates at which the decision on a label for a party may change, in order."""
    return tuple(sorted({*moments_of_label(label), *moments_of(standing)}))


def moments_of_label(label: Label) -> tuple[Micros, ...]:
    """The dates that a label's markings name, in order."""
    named = [label.terms, *(part.terms for part in label.parts)]
    dates = {date for terms in named for date in _dates_of_caveats(caveats_of(terms))}
    return tuple(sorted(date for date in dates if date is not None))


def moments_of(standing: Standing) -> tuple[Micros, ...]:
    """The dates of the agreements that bind a party, and of those under which others gave what may go on to it; in order."""
    found = {each for bound in standing.agreements for each in _dates(bound)}
    found.update(bound.since for _, bound in standing.given)
    return tuple(sorted(each for each in found if each is not None))


def until(label: Label, standing: Standing, on: Micros) -> Micros | None:
    """From when on a label that is released at ``on`` is not released any more; None: never, as far as is known."""
    later = (at for at in moments(label, standing) if at > on)
    return next((at for at in later if effect(label, standing, at) is not Effect.RELEASE), None)


def _dates_of_caveats(caveats: Caveats) -> tuple[Micros | None, ...]:
    return (caveats.embargo, caveats.starts, caveats.ends)


def _dates(bound: Bound) -> tuple[Micros | None, ...]:
    bases = [
        date
        for condition in bound.conditions
        if isinstance(condition.article, PersonalData)
        for basis in condition.article.bases
        for date in (basis.since, basis.until)
    ]
    return (bound.since, bound.until, bound.enacted.suspended, bound.enacted.withdrawn, *bases)
