"""Any sound agreement, for properties. All that ``reading.read`` takes can come out of here, but no words of a directory."""

from typing import Any, get_args
from uuid import UUID

from hypothesis import strategies as st

from comity.kernel.base.clock import Micros
from comity.kernel.base.jurisdictions import JURISDICTIONS
from comity.kernel.policy.agreement import binding, words
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Basis,
    BasisKind,
    Ceiling,
    Neighbours,
    Onward,
    Parties,
    PersonalData,
    Purpose,
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
from comity.kernel.policy.agreement.dates import DAY, FIRST, LAST
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.profile import Profile, Rule

SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}", fullmatch=True)
NAMES = SLUGS.filter(lambda slug: slug not in words.RESERVED)
LINES = (
    st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)
    .filter(lambda text: text.strip())
    .map(str)
)
TITLES = st.just("") | LINES
IDENTITIES = st.integers(0, 2**128 - 1).map(lambda number: f"identity--{UUID(int=number)}")
MOMENTS: st.SearchStrategy[Micros] = st.one_of(
    st.integers(FIRST // DAY, LAST // DAY).map(lambda days: days * DAY), st.integers(FIRST, LAST)
)
OURSELVES = st.just(binding.OURSELVES)


def some(of: st.SearchStrategy[str], most: int = 12) -> st.SearchStrategy[tuple[str, ...]]:
    """At least one, none twice."""
    return st.lists(of, min_size=1, max_size=most, unique=True).map(tuple)


def maybe(of: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | some(of)


def words_of(known: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(known)


FLAGS = st.sampled_from([None, True, False])
SELECTIONS = st.builds(
    Selection,
    types=maybe(words_of(words.TYPES) | st.just("x-sample")),
    collections=maybe(SLUGS),
    sources=maybe(SLUGS | IDENTITIES | OURSELVES),
    channels=maybe(words_of(words.CHANNELS)),
    tlp=maybe(words_of(words.TLP_WORDS)),
    pap=maybe(words_of(words.PAP_WORDS)),
    statement=FLAGS,
    personal=FLAGS,
    unscanned=FLAGS,
    revoked=FLAGS,
    exercise=FLAGS,
)


@st.composite
def spans(draw: st.DrawFn) -> dict[str, Micros | None]:
    """From when until when, each of them or not, in this order."""
    since = draw(st.none() | MOMENTS)
    until = draw(st.none() | MOMENTS)
    if since is not None and until is not None and until <= since:
        since, until = (until, since) if until < since else (since, None)
    return {"since": since, "until": until}


BASES = st.builds(
    lambda span, **given: Basis(**span, **given),
    spans(),
    kind=st.sampled_from(get_args(BasisKind)),
    to=some(st.sampled_from(sorted(JURISDICTIONS)), 40),
    reference=LINES,
)
ONCE: dict[str, st.SearchStrategy[Any]] = {
    "parties": st.builds(
        Parties,
        number=st.just(0),
        title=TITLES,
        communities=maybe(SLUGS),
        clients=st.booleans(),
        members=st.sampled_from(["community", "recipients"]),
    ),
    "term": st.builds(lambda span, title: Term(number=0, title=title, **span), spans(), TITLES),
    "purposes": st.builds(Purposes, number=st.just(0), title=TITLES, purposes=some(st.sampled_from(get_args(Purpose)))),
    "onward": st.one_of(
        st.builds(Onward, number=st.just(0), title=TITLES, to=st.sampled_from(["nobody", "anybody"])),
        st.builds(Onward, number=st.just(0), to=st.just("named"), parties=some(SLUGS | IDENTITIES)),
        st.builds(Onward, number=st.just(0), to=st.just("communities"), communities=some(SLUGS)),
    ),
    "neighbours": st.builds(
        Neighbours,
        number=st.just(0),
        title=TITLES,
        hidden=st.sampled_from(["dangle", "stub", "strip", "withhold"]),
    ),
    "retention": st.builds(Retention, number=st.just(0), title=TITLES, days=st.integers(1, 36_500)),
    "attribution": st.builds(
        Attribution, number=st.just(0), title=TITLES, source=st.sampled_from(["named", "anonymous"])
    ),
    "personal-data": st.builds(
        PersonalData,
        number=st.just(0),
        title=TITLES,
        bases=st.lists(BASES, max_size=3).map(tuple),
        profile=st.just("") | SLUGS,
    ),
}
CEILINGS = st.builds(
    Ceiling, number=st.just(0), title=TITLES, tlp=words_of(words.TLP_WORDS), pap=words_of(words.PAP_WORDS)
)
OFTEN: st.SearchStrategy[AnyArticle] = st.one_of(
    st.builds(Scope, number=st.just(0), title=TITLES, covers=SELECTIONS),
    st.builds(
        Withhold,
        number=st.just(0),
        title=TITLES,
        when=SELECTIONS.filter(lambda held: held != Selection()),
        because=TITLES,
    ),
    st.builds(Redact, number=st.just(0), title=TITLES, when=SELECTIONS, profile=SLUGS),
    st.builds(
        Review,
        number=st.just(0),
        title=TITLES,
        when=SELECTIONS,
        approvers=some(words_of(words.APPROVERS)),
        four_eyes=st.booleans(),
    ),
)
PATHS = st.from_regex(r"x_[a-z]{1,8}(\.([A-Z0-9a-z_-]{1,8}|\*)){0,3}", fullmatch=True)
RULE_TYPES = maybe(words_of(words.TYPES) | st.just("x-sample"))
KINDS = some(words_of(words.OBSERVABLES))
DOING = st.sampled_from(["drop", "pseudonymise"])
RULES: st.SearchStrategy[Rule] = st.one_of(
    st.builds(Rule, do=DOING, types=RULE_TYPES, properties=some(PATHS), observables=st.just(()) | KINDS),
    st.builds(Rule, do=DOING, types=RULE_TYPES, observables=KINDS),
    st.builds(Rule, do=st.just("drop-object"), types=some(words_of(words.TYPES))),
    st.builds(
        Rule,
        do=st.just("generalise"),
        types=RULE_TYPES,
        properties=maybe(PATHS),
        to=st.sampled_from(["day", "week", "month", "network"]),
    ),
    st.builds(
        Rule,
        do=st.just("generalise"),
        observables=st.sampled_from([("ipv4-addr",), ("ipv6-addr", "ipv4-addr")]),
        to=st.just("network"),
    ),
    st.builds(
        Rule,
        do=st.just("generalise"),
        types=st.sampled_from([(), ("identity",)]),
        to=st.just("sector-and-country"),
    ),
)
PROFILES = st.builds(
    Profile,
    name=SLUGS.filter(lambda slug: slug not in BUILT_IN),
    rules=st.lists(RULES, min_size=1, max_size=4).map(tuple),
    title=TITLES,
)


@st.composite
def agreements(draw: st.DrawFn) -> Agreement:
    """A sound agreement between two to four parties."""
    kinds = draw(st.lists(st.sampled_from(sorted(ONCE)), unique=True))
    articles = [draw(CEILINGS), *[draw(ONCE[kind]) for kind in kinds], *draw(st.lists(OFTEN, max_size=4))]
    numbered = []
    for number, article in enumerate(draw(st.permutations(articles)), start=1):
        values = {name: getattr(article, name) for name in article.__struct_fields__}
        numbered.append(type(article)(**{**values, "number": number}))
    slugs = draw(st.lists(SLUGS, min_size=2, max_size=4, unique=True))
    signatories = tuple(
        Signatory(
            name=draw(LINES),
            jurisdiction=draw(st.sampled_from(sorted(JURISDICTIONS))),
            identity=f"identity--{UUID(int=index + 1)}" if index % 2 else "",
            party=slug,
        )
        for index, slug in enumerate(slugs)
    )
    return Agreement(
        name=draw(NAMES),
        title=draw(LINES),
        signatories=signatories,
        articles=tuple(numbered),
        template=draw(st.just("") | SLUGS),
        profiles=tuple(draw(st.lists(PROFILES, max_size=3, unique_by=lambda profile: profile.name))),
    )
