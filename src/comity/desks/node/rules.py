"""Rules of the node desk: the finding that a picture of arrivals shows, in a sentence. Pure."""

from collections.abc import Sequence

from comity.kernel.store.types import Arrival
from comity.web.words import Phrase, msgid


def finding(arrivals: Sequence[Arrival]) -> Phrase | None:
    """What the arrivals show; None where nothing has arrived."""
    counts: dict[str, int] = {}
    for arrival in arrivals:
        counts[arrival.source_name] = counts.get(arrival.source_name, 0) + arrival.claims
    total = sum(counts.values())
    if not total:
        return None
    first = max(sorted(counts), key=lambda name: counts[name])
    parts = {"source": first, "total": f"{total:,}", "parties": str(len(counts))}
    if len(counts) == 1:
        return Phrase(msgid("All %(total)s objects held here came from %(source)s"), parts)
    share = round(100 * counts[first] / total)
    parts["share"] = str(share)
    if share >= 50:
        return Phrase(msgid("Most of what is held came from %(source)s: %(share)s %%"), parts)
    return Phrase(msgid("%(parties)s parties gave what is held; %(source)s gave most, %(share)s %%"), parts)
