"""Rules of the node desk: the finding that a picture of arrivals shows, in a sentence; the table of parties. Pure."""

from collections.abc import Sequence
from typing import Final

from comity.desks.node.objects import PartyRow
from comity.kernel.store.types import Arrival
from comity.web.portraits.text import line
from comity.web.tables import At, Column, Listing, Marking, Number, Row, Table, Words
from comity.web.words import Phrase, Told, msgid, outside

PARTY_COLUMNS: Final = (
    Column(key="party", title=msgid("Party"), sorts=True),
    Column(key="jurisdiction", title=msgid("Jurisdiction"), sorts=True),
    Column(key="ceiling", title=msgid("Ceiling"), sorts=True),
    Column(key="reads", title=msgid("May read")),
    Column(key="writes", title=msgid("May write")),
    Column(key="gave", title=msgid("Gave"), sorts=True, number=True),
    Column(key="last", title=msgid("Last arrival"), sorts=True),
)


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


def parties(asked: Listing, everyone: Sequence[PartyRow]) -> Table:
    """The parties by name, the own one first; or as the address asks for them."""
    keys = {
        "party": lambda each: (not each.own, each.name.casefold()),
        "jurisdiction": lambda each: (each.jurisdiction, each.name.casefold()),
        "ceiling": lambda each: (each.tlp_max, each.name.casefold()),
        "gave": lambda each: each.claims,
        "last": lambda each: each.last,
    }
    rows = [_party(each) for each in asked.page_of(everyone, keys)]
    return asked.table(msgid("Parties that this node knows"), rows, total=len(everyone))


def _party(party: PartyRow) -> Row:
    name, slug = outside(line(party.name, 160)), {"slug": party.slug}
    own = Phrase(msgid("%(slug)s · runs this node"), slug)
    return Row(
        (
            Words(name, own if party.own else outside(party.slug)),
            Words(outside(party.jurisdiction)),
            Marking(party.tlp_max),
            Words(msgid("everything") if party.own else _places(party.reads)),
            Words(msgid("everything") if party.own else _places(party.writes)),
            Number(party.claims),
            At(party.last),
        ),
        id=party.slug,
    )


def _places(collections: Sequence[str]) -> Told:
    return outside(", ".join(collections)) if collections else msgid("nothing")
