"""Where every party stands with us, from the rows: its ceiling, what it may read, its names, the agreements that bind it."""

from collections.abc import Mapping, Sequence

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Agreement
from comity.kernel.policy.agreement.binding import Bound, Enacted, Names, Relation, bind, bound_as
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.database import Reader, Sql

_PARTIES = Sql("SELECT id, slug, jurisdiction, tlp_max, own, identity, client_of FROM party ORDER BY id")
_READS = Sql("SELECT party, collection FROM access WHERE read = true ORDER BY party")
_COLLECTIONS = Sql("SELECT slug, id FROM collection")
_COMMUNITIES = Sql("SELECT id, slug FROM community")
_MEMBERS = Sql("SELECT community, party FROM community_member")
_ENACTED = Sql(
    "SELECT articles, version, ours, theirs, suspended, withdrawn FROM agreement "
    "WHERE superseded IS NULL AND ours IS NOT NULL ORDER BY name"
)
_COUNTERSIGNED = Sql(
    "SELECT articles, version, ours, theirs, suspended, withdrawn FROM agreement a WHERE ours IS NOT NULL "
    "AND theirs IS NOT NULL AND NOT EXISTS (SELECT 1 FROM agreement n WHERE n.name = a.name AND n.version > a.version "
    "AND n.ours IS NOT NULL AND n.theirs IS NOT NULL) ORDER BY name"
)
_ONCE = Sql("SELECT agreement, party FROM bound_once ORDER BY agreement, party")
NOBODY = 0
_decode = msgspec.json.Decoder(Agreement).decode


class Everybody(msgspec.Struct, frozen=True):
    """All parties as policy sees them.

    ``names``      the directory as an agreement's names are resolved in it
    ``enacted``    the agreements that count, by name
    ``standings``  by the number of the party
    ``given``      how what each party gave may go on. An amendment that we alone have signed releases what is ours: what a
                   party gave under what it has signed itself goes on as that says too, until it has signed the amendment.
                   Whom an agreement has once bound it binds for what it gave, also when it has left
    ``once``       (agreement, party) of those that are remembered
    """

    names: Names
    enacted: Mapping[str, Enacted]
    standings: Mapping[int, Standing]
    given: tuple[tuple[int, Bound], ...]
    once: frozenset[tuple[str, int]]

    def of(self, party: int) -> Standing:
        """Where one party stands. An absent party may nothing."""
        found = self.standings.get(party)
        return found or Standing(party=party, own=False, ceiling=Tlp.CLEAR, reads=frozenset(), home=self.names.home)


def everybody(reader: Reader, proposed: Sequence[Enacted] = ()) -> Everybody:
    """Where every party stands; ``proposed``: agreements in the place of those that are enacted under their names."""
    parties = reader.all(_PARTIES)
    names = names_of(reader)
    enacted = {one.agreement.name: one for one in map(_enacted, reader.all(_ENACTED))}
    enacted |= {one.agreement.name: one for one in proposed}
    numbers = [row[0] for row in parties]
    bound = _bound(names, [enacted[name] for name in sorted(enacted)], numbers)
    amended = [one for one in map(_enacted, reader.all(_COUNTERSIGNED)) if _only_ours(enacted.get(one.agreement.name))]
    given = tuple(
        (party, one)
        for each in (bound, _bound(names, amended, numbers))
        for party, those in each.items()
        for one in those
    )
    once = [(name, party) for name, party in reader.all(_ONCE)]
    today = {(one.name, party) for party, one in given}
    left = [pair for pair in once if pair not in today and pair[0] in enacted]
    given += tuple((party, bound_as(enacted[name], names, Relation.MEMBER)) for name, party in left)
    reads: dict[int, set[int]] = {}
    for party, collection in reader.all(_READS):
        reads.setdefault(party, set()).add(collection)
    standings = {
        party: Standing(
            party=party,
            own=bool(own),
            ceiling=Tlp(ceiling),
            reads=frozenset(reads.get(party, ())),
            jurisdiction=jurisdiction,
            names=_named(names, party, jurisdiction, identity),
            communities=frozenset(f"community:{slug}" for slug in names.communities),
            agreements=tuple(bound.get(party, ())),
            given=given,
            home=names.home,
        )
        for party, _, jurisdiction, ceiling, own, identity, _ in parties
    }
    return Everybody(names, enacted, standings, given, frozenset(once))


def names_of(reader: Reader) -> Names:
    """The directory as an agreement's names are resolved in it."""
    parties = reader.all(_PARTIES)
    communities: dict[int, set[int]] = {number: set() for number, _ in reader.all(_COMMUNITIES)}
    for community, party in reader.all(_MEMBERS):
        communities[community].add(party)
    known = {slug: number for number, slug, *_ in parties}
    known |= {name: number for number, *_, identity, _ in parties if identity for name in (identity, identity.lower())}
    return Names(
        home=next((number for number, _, _, _, own, _, _ in parties if own), NOBODY),
        parties=known,
        collections=dict(reader.all(_COLLECTIONS)),
        communities={slug: frozenset(communities[number]) for number, slug in reader.all(_COMMUNITIES)},
        clients={number: of for number, *_, of in parties if of},
    )


def _bound(names: Names, enacted: Sequence[Enacted], parties: Sequence[int]) -> dict[int, list[Bound]]:
    found: dict[int, list[Bound]] = {}
    for one in enacted:
        for party in parties:
            bound = bind(one, names, party) if party != names.home else None
            if bound is not None:
                found.setdefault(party, []).append(bound)
    return found


def _only_ours(enacted: Enacted | None) -> bool:
    return enacted is not None and enacted.theirs is None


def _named(names: Names, party: int, jurisdiction: str, identity: str | None) -> frozenset[str]:
    """What a list of recipients can name a party by."""
    own = {f"jurisdiction:{jurisdiction}", *([identity.lower()] if identity else [])}
    return frozenset(own | {f"community:{slug}" for slug, members in names.communities.items() if party in members})


def _enacted(row: tuple[str, int, int | None, int | None, int | None, int | None]) -> Enacted:
    articles, version, ours, theirs, suspended, withdrawn = row
    return Enacted(_decode(articles), version, ours, theirs, suspended, withdrawn)
