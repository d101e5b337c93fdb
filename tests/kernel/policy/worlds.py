"""Random worlds for policy: a small directory, agreements of every kind of article, labels with every kind of caveat.

Five parties: we (1), alpha and bravo, who sign agreements with us, carol, who is in the community north, dave, who is alpha's
client. Dates are small numbers, so that they meet.
"""

from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Basis,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    PersonalData,
    Purposes,
    Redact,
    Retention,
    Review,
    Scope,
    Selection,
    Signatory,
    Term,
    Withhold,
)
from comity.kernel.policy.agreement.binding import Bound, Enacted, Names, bind
from comity.kernel.policy.label import OURS, Label, Refs, Scan
from comity.kernel.policy.lens import Part
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.viewer import Standing

HOME, ALPHA, BRAVO, CAROL, DAVE = 1, 2, 3, 4, 5
SLUGS: Final = {HOME: "home", ALPHA: "alpha", BRAVO: "bravo", CAROL: "carol", DAVE: "dave"}
PARTNERS: Final = (ALPHA, BRAVO, CAROL, DAVE)
MAIN, SIDE = 10, 11
DATES: Final = range(1, 9)
JURISDICTIONS: Final = {HOME: "KR", ALPHA: "EE", BRAVO: "FI", CAROL: "SE", DAVE: "EE"}


def identity(party: int) -> str:
    return f"identity--00000000-0000-4000-8000-00000000000{party}"


NAMES: Final = Names(
    home=HOME,
    parties={slug: party for party, slug in SLUGS.items()} | {identity(party): party for party in SLUGS},
    collections={"main": MAIN, "side": SIDE},
    communities={"north": frozenset({CAROL, BRAVO}), "empty": frozenset()},
    clients={DAVE: ALPHA},
)


PLAIN: Final = Profile("plain", (Rule("drop", properties=("description",)),), "Without its description")
"""The profile that every agreement here defines; ``short`` nobody defines, and ``victims`` is built in."""

COMMUNITIES: Final = frozenset(f"community:{slug}" for slug in NAMES.communities)


def signatory(party: int) -> Signatory:
    return Signatory(SLUGS[party].title(), JURISDICTIONS[party], identity(party), SLUGS[party])


def agreement(*articles: AnyArticle, name: str = "pact", parties: tuple[int, ...] = (HOME, ALPHA)) -> Agreement:
    return Agreement(name, name.title(), tuple(map(signatory, parties)), articles, profiles=(PLAIN,))


def bound(
    *articles: AnyArticle,
    party: int = ALPHA,
    name: str = "pact",
    ours: int | None = 1,
    names: Names = NAMES,
    **state: Any,
) -> Bound:
    """An agreement of home and alpha as it binds a party, in force from 1 on."""
    found = bind(Enacted(agreement(*articles, name=name), 1, ours=ours, **state), names, party)
    assert found is not None
    return found


def standing(party: int = ALPHA, *agreements: Bound, ceiling: Tlp = Tlp.CLEAR, **more: Any) -> Standing:
    """Where a party stands that may read the collection main."""
    plain: dict[str, Any] = {
        "own": party == HOME,
        "reads": frozenset({MAIN}),
        "jurisdiction": JURISDICTIONS[party],
        "names": named(party),
        "communities": COMMUNITIES,
        "home": HOME,
    }
    return Standing(party=party, ceiling=ceiling, agreements=agreements, **(plain | more))


def named(party: int) -> frozenset[str]:
    within = {f"community:{slug}" for slug, members in NAMES.communities.items() if party in members}
    return frozenset({identity(party), f"jurisdiction:{JURISDICTIONS[party]}", *within})


def label(tlp: Tlp = Tlp.GREEN, *terms: str, source: int = HOME, **more: Any) -> Label:
    plain: dict[str, Any] = {"collection": MAIN, "type": "indicator", "assumed": False}
    return Label(source=source, tlp=tlp, terms=tuple(sorted(terms)), **(plain | more))


# -- random ones

_dates = st.sampled_from(DATES)
_maybe = st.none() | _dates
_yes_or_any = st.none() | st.booleans()
_names = st.sampled_from(
    [*(identity(party) for party in PARTNERS), "jurisdiction:EE", "jurisdiction:FI", "community:north", "community:far"]
)
_lists = st.lists(_names, max_size=2, unique=True).map(sorted).map(" ".join)
_purposes = st.lists(st.sampled_from(["network-defence", "research"]), max_size=2, unique=True).map(sorted)
_tlps = st.sampled_from([*(level.word for level in Tlp), "amber+strict", "red"])
_paps = st.sampled_from(["clear", "green", "amber", "red"])
IEP: Final = (
    "affected_party_notifications=may;encrypt_in_transit=must;permitted_actions=none;provider_attribution=may;tlp=green;"
    "unmodified_resale=may"
)

_rare = st.sampled_from([False] * 15 + [True])
caveats: Final = st.one_of(
    st.sampled_from(["unknown", "statement", "orcon", "exercise:lock", "case:one", "case:two"]),
    _lists.map("to:{}".format),
    _lists.map("not-to:{}".format),
    _lists.map("recipients:{}".format),
    _purposes.map(" ".join).map("purposes:{}".format),
    st.lists(st.sampled_from(["EE", "FI"]), max_size=2, unique=True).map(" ".join).map("resides:{}".format),
    _dates.map("embargo:{}".format),
    _paps.map("pap:{}".format),
    st.builds("iep:{};start_date={}".format, st.just(IEP), _dates),
    st.builds("iep:{};end_date={}".format, st.just(IEP), _dates),
)

labels: Final = st.builds(
    Label,
    source=st.sampled_from([HOME, HOME, *SLUGS]),
    collection=st.sampled_from([MAIN, MAIN, MAIN, SIDE]),
    type=st.sampled_from(["indicator", "malware"]),
    tlp=st.sampled_from(list(Tlp)),
    assumed=st.booleans(),
    terms=(st.just(()) | st.lists(caveats, max_size=3, unique=True).map(sorted).map(tuple)),
    circle=st.sampled_from([0] * 15 + [7, OURS]),
    channel=st.sampled_from(["file", "taxii"]),
    revoked=st.booleans(),
    refs=st.sampled_from(Refs),
    attributed=st.booleans(),
    scan=st.sampled_from(Scan),
    quarantined=_rare,
    stale=_rare,
)
"""Of originals without granular parts, given here first."""

parts: Final = st.builds(
    Part,
    tlp=st.none() | st.sampled_from(list(Tlp)),
    terms=st.just(()) | st.lists(caveats, max_size=2, unique=True).map(sorted).map(tuple),
)


@st.composite
def parted(draw: st.DrawFn) -> Label:
    """Labels of originals, also with parts, also of what came back."""
    some = draw(st.lists(parts, max_size=3, unique=True))
    return msgspec.structs.replace(draw(labels), parts=tuple(sorted(some, key=Part.place)), returned=draw(_rare))


originals: Final = labels | parted()

_asked: dict[str, st.SearchStrategy[Any]] = {
    "types": st.sampled_from([("indicator",), ("malware", "tool")]),
    "collections": st.sampled_from([("main",), ("side",), ("nowhere",)]),
    "sources": st.sampled_from([("ourselves",), ("alpha",), ("Bravo", "nobody")]),
    "channels": st.just(("file",)),
    "tlp": st.sampled_from([("green", "amber"), ("red",)]),
    "pap": st.sampled_from([("red",), ("clear", "green")]),
    **{name: st.booleans() for name in ("statement", "personal", "unscanned", "revoked", "exercise")},
}


@st.composite
def selected(draw: st.DrawFn) -> Selection:
    fields = draw(st.lists(st.sampled_from(sorted(_asked)), max_size=2, unique=True))
    return Selection(**{field: draw(_asked[field]) for field in fields})


selections: Final = selected()
_wide = st.sampled_from([Selection(), Selection(exercise=True)]) | selections
_number = st.just(0)  # given when all are there

_basis = st.builds(
    Basis,
    kind=st.just("adequacy"),
    to=st.sampled_from([("EE",), ("FI", "SE"), ("EE", "FI")]),
    reference=st.just("a decision"),
    since=_maybe,
    until=_maybe,
)
_articles: Final = st.one_of(
    st.builds(Withhold, number=_number, when=selections),
    st.builds(Redact, number=_number, when=selections, profile=st.sampled_from(["plain", "short", "victims"])),
    st.builds(Review, number=_number, when=selections, approvers=st.just(("approver",)), four_eyes=st.booleans()),
    st.builds(Neighbours, number=_number, hidden=st.sampled_from(["dangle", "stub", "strip", "withhold"])),
    st.builds(Attribution, number=_number, source=st.sampled_from(["named", "anonymous"])),
    st.builds(
        PersonalData,
        number=_number,
        bases=st.lists(_basis, max_size=2).map(tuple),
        profile=st.sampled_from(["", "", "plain", "short"]),
    ),
    st.builds(Purposes, number=_number, purposes=_purposes.map(tuple)),
    st.builds(Retention, number=_number, days=st.integers(1, 90)),
    st.builds(Term, number=_number, since=_maybe, until=_maybe),
    st.builds(Scope, number=_number, covers=_wide),
    st.builds(
        Onward,
        number=_number,
        to=st.sampled_from(["nobody", "named", "communities", "anybody"]),
        parties=st.sampled_from([(), ("bravo",), ("Alpha", "dave")]),
        communities=st.sampled_from([(), ("north",)]),
    ),
    st.builds(
        Parties,
        number=_number,
        communities=st.sampled_from([(), ("north",), ("empty",)]),
        clients=st.booleans(),
        members=st.sampled_from(["community", "recipients"]),
    ),
)
_ceilings: Final = st.builds(Ceiling, number=_number, tlp=_tlps, pap=_paps)


@st.composite
def enacteds(draw: st.DrawFn, name: str) -> Enacted:
    articles = [draw(_ceilings), *draw(st.lists(_articles, max_size=4))]
    numbered = (
        type(each)(**({field: getattr(each, field) for field in each.__struct_fields__} | {"number": number}))
        for number, each in enumerate(articles, 1)
    )
    parties = draw(
        st.sampled_from([(HOME, ALPHA), (HOME, ALPHA, BRAVO), (HOME, BRAVO), (HOME, ALPHA, BRAVO, CAROL), (HOME,)])
    )
    return Enacted(
        agreement(*numbered, name=name, parties=parties),
        1,
        ours=draw(st.sampled_from([1, 1, 1, 1, 1, 3, None])),
        theirs=draw(_maybe),
        suspended=draw(st.sampled_from([*[None] * 6, 4])),
        withdrawn=draw(st.sampled_from([*[None] * 6, 6])),
    )


@st.composite
def standings(draw: st.DrawFn) -> tuple[Standing, ...]:
    """Where all parties stand, under up to three agreements."""
    agreements = [
        draw(enacteds(name)) for name in ("first", "second", "third")[: draw(st.sampled_from([0, 1, 1, 2, 2, 3]))]
    ]
    binding = {
        party: tuple(found for each in agreements if (found := bind(each, NAMES, party)) is not None) for party in SLUGS
    }
    given = tuple((party, each) for party, those in binding.items() for each in those)
    return tuple(
        Standing(
            party=party,
            own=party == HOME,
            ceiling=draw(st.sampled_from(list(Tlp))),
            reads=draw(
                st.sampled_from([frozenset({MAIN, SIDE}), frozenset({MAIN, SIDE}), frozenset({MAIN}), frozenset()])
            ),
            circles=draw(st.sampled_from([frozenset[int](), frozenset({7})])),
            jurisdiction=JURISDICTIONS[party],
            names=named(party),
            communities=COMMUNITIES,
            cases=draw(st.sampled_from([frozenset[str](), frozenset({"one"})])),
            agreements=binding[party],
            given=given,
            home=HOME,
        )
        for party in SLUGS
    )


def standing_of_one(party: int | None = None) -> st.SearchStrategy[Standing]:
    """Where one party stands; any partner where none is given."""
    wanted = st.sampled_from(PARTNERS) if party is None else st.just(party)
    return st.tuples(standings(), wanted).map(lambda drawn: drawn[0][drawn[1] - 1])
