"""What was given to us under an agreement, and when: for duties that outlive it. Each version that we signed counts for what
came while it was in force; that it ended, was withdrawn or superseded ends none of what it asks for what came before.
"""

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Agreement, Retention
from comity.kernel.policy.agreement.binding import Bound, Enacted, Relation, bind, bound_as
from comity.kernel.policy.label import Label
from comity.kernel.policy.question import asked
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.standings import names_of

_SIGNED = Sql(
    "SELECT articles, version, ours, theirs, suspended, withdrawn, superseded FROM agreement "
    "WHERE ours IS NOT NULL AND (:name = '' OR name = :name) ORDER BY name, version"
)
_PARTIES = Sql("SELECT id FROM party WHERE own = false ORDER BY id")
_ONCE = Sql("SELECT party FROM bound_once WHERE agreement = :name")
_NOBODY = Standing(party=0, own=False, ceiling=Tlp.CLEAR, reads=frozenset())
_decode = msgspec.json.Decoder(Agreement).decode


class Giving(msgspec.Struct, frozen=True):
    """That a party gave us things under one version of an agreement, from ``since`` until before ``until``."""

    party: int
    bound: Bound
    since: Micros
    until: Micros | None

    @property
    def retention(self) -> tuple[int, int] | None:
        """Article and days of its retention, the fewest; None where it says nothing of that."""
        found = [(one.days, one.number) for one in self.bound.enacted.agreement.articles if isinstance(one, Retention)]
        return (min(found)[1], min(found)[0]) if found else None

    def takes(self, label: Label) -> bool:
        """Whether what stands under a label was given under it, as far as that can be told here."""
        return label.source == self.party and asked(label, _NOBODY, 0).within(self.bound.received) is not None


def givings(reader: Reader, name: str = "", version: Micros | None = None) -> list[Giving]:
    """All, or those under one agreement, or under one version of it."""
    names = names_of(reader)
    parties = [number for (number,) in reader.all(_PARTIES)]
    found = []
    for articles, signed, ours, theirs, suspended, withdrawn, superseded in reader.all(_SIGNED, {"name": name}):
        if version is not None and signed != version:
            continue
        enacted = Enacted(_decode(articles), signed, ours, theirs, suspended, withdrawn)
        once = {party for (party,) in reader.all(_ONCE, {"name": enacted.agreement.name})}
        for party in parties:
            bound = bind(enacted, names, party) or (
                bound_as(enacted, names, Relation.MEMBER) if party in once else None
            )
            if bound is not None and bound.since is not None:
                ends = [end for end in (bound.until, superseded) if end is not None]
                found.append(Giving(party, bound, bound.since, min(ends, default=None)))
    return found
