"""Random agreements: every kind of article, every kind of selection, over the names of a small world."""

import random
from collections.abc import Sequence
from typing import Any, cast

import msgspec

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
from comity.kernel.policy.profile import Profile, Rule
from tests.simulator.facts import PAP_ORDER, Micros
from tests.simulator.law import Member
from tests.simulator.world import HOUR

PURPOSES: tuple[Purpose, ...] = ("network-defence", "incident-response", "exercise")


OWN_PROFILES = ("short", "numbers")
PROPERTIES = ("content", "abstract", "authors", "labels")


class Words(msgspec.Struct):
    """What an agreement of this world may speak of."""

    parties: Sequence[Member]
    communities: Sequence[str]
    collections: Sequence[str]
    types: Sequence[str]
    channels: Sequence[str]


class Drafter:
    """Writes agreements at random."""

    def __init__(self, rnd: random.Random, words: Words) -> None:
        self._random = rnd
        self._words = words

    def draft(self, name: str, now: Micros) -> Agreement:
        """One agreement between our party and some others. Its dates lie around now."""
        rnd = self._random
        ours = [party for party in self._words.parties if party.own]
        others = [party for party in self._words.parties if not party.own]
        signed = [*ours, *rnd.sample(others, rnd.choice([0, 1, 1, 1, min(2, len(others))]))]
        articles: list[dict[str, Any]] = []
        for chance, make in (
            (0.6, self._parties),
            (0.35, lambda: self._term(now)),
            (0.55, self._scope),
            (0.2, self._scope),
            (1.0, self._ceiling),
            (0.3, self._purposes),
            (0.5, self._onward),
            (0.25, lambda: {"says": "withhold", "when": self._selection()}),
            (0.2, lambda: {"says": "redact", "when": self._selection(), "profile": self._profile()}),
            (0.2, lambda: {"says": "review", "when": self._selection(), "approvers": ("legal",)}),
            (0.15, lambda: {"says": "neighbours", "hidden": rnd.choice(["dangle", "stub", "strip", "withhold"])}),
            (0.1, lambda: {"says": "retention", "days": 30}),
            (0.15, lambda: {"says": "attribution", "source": rnd.choice(["named", "anonymous"])}),
            (0.2, lambda: self._personal(now)),
        ):
            if rnd.random() < chance:
                articles.append(make())
        return Agreement(
            name=name,
            title=name.title(),
            signatories=tuple(self._signatory(party) for party in signed),
            articles=tuple(_article(number, one) for number, one in enumerate(articles, 1)),
            profiles=tuple(self._defined(name) for name in OWN_PROFILES),
        )

    def _profile(self) -> str:
        """One that the text defines, one that every text may name, or one that nobody has defined."""
        return self._random.choice([*OWN_PROFILES, *OWN_PROFILES, "victims", "nobody's"])

    def _defined(self, name: str) -> Profile:
        return Profile(name, tuple(self._rule() for _ in range(self._random.choice([1, 1, 2]))), title=name.title())

    def _rule(self) -> Rule:
        rnd = self._random
        types = self._some(self._words.types, [0, 1])
        return rnd.choice(
            [
                Rule("drop", types=types, properties=self._some(PROPERTIES, [1, 2])),
                Rule("drop-object", types=types or ("ipv4-addr",)),
                Rule("generalise", types=types, observables=("ipv4-addr",), to="network"),
                Rule("pseudonymise", types=types, observables=("ipv4-addr",)),
            ]
        )

    def _signatory(self, party: Member) -> Signatory:
        slug, identity = self._random.choice([(party.slug, ""), ("", party.identity), (party.slug, party.identity)])
        return Signatory(
            name=f"The {party.slug} agency", jurisdiction=party.jurisdiction, identity=identity, party=slug
        )

    def _parties(self) -> dict[str, Any]:
        return {
            "says": "parties",
            "communities": self._some(self._words.communities, [0, 1, 1, 2]),
            "clients": self._random.random() < 0.5,
            "members": self._random.choice(["community", "recipients"]),
        }

    def _term(self, now: Micros) -> dict[str, Any]:
        since, until = self._dates(now)
        return {"says": "term", "since": since, "until": until}

    def _scope(self) -> dict[str, Any]:
        return {"says": "scope", "covers": self._selection()}

    def _ceiling(self) -> dict[str, Any]:
        rnd = self._random
        return {
            "says": "ceiling",
            "tlp": rnd.choice([*Tlp, Tlp.AMBER, Tlp.AMBER_STRICT]).word,
            "pap": rnd.choice(["red", "red", *PAP_ORDER]),
        }

    def _purposes(self) -> dict[str, Any]:
        return {"says": "purposes", "purposes": self._some(PURPOSES, [1, 1, 2])}

    def _onward(self) -> dict[str, Any]:
        rnd = self._random
        named = [rnd.choice([party.slug, party.identity]) for party in self._words.parties]
        return {
            "says": "onward",
            "to": rnd.choice(["nobody", "named", "communities", "anybody", "anybody"]),
            "parties": self._some(named, [1, 2]),
            "communities": self._some(self._words.communities, [1]),
        }

    def _personal(self, now: Micros) -> dict[str, Any]:
        bases = []
        for _ in range(self._random.choice([0, 1, 2])):
            since, until = self._dates(now)
            to = self._some(["KR", "EE", "SG"], [1, 2])
            bases.append(Basis(kind="adequacy", to=to, reference="a decision", since=since, until=until))
        profile = self._profile() if self._random.random() < 0.3 else ""
        return {"says": "personal-data", "bases": tuple(bases), "profile": profile}

    def _selection(self) -> Selection:
        """Of one field mostly, of two at times, of none now and then."""
        rnd, words = self._random, self._words
        sources = ["ourselves"]
        for party in words.parties:
            sources += [party.slug, party.identity, f"The {party.slug} agency"]
        fields: dict[str, Any] = {
            "types": self._some(words.types, [1, 2]),
            "collections": self._some(words.collections, [1, 2]),
            "sources": self._some(sources, [1, 2, 3]),
            "channels": self._some(words.channels, [1]),
            "tlp": self._some([level.word for level in Tlp], [1, 2, 3]),
            "pap": self._some(PAP_ORDER, [1, 2]),
            "statement": rnd.random() < 0.5,
            "unscanned": rnd.random() < 0.7,
            "personal": rnd.random() < 0.3,
            "revoked": rnd.random() < 0.4,
            "exercise": rnd.random() < 0.7,
        }
        chosen = rnd.sample(sorted(fields), rnd.choice([0, 1, 1, 1, 2]))
        return Selection(**{name: fields[name] for name in chosen})

    def _some(self, of: Sequence[Any], sizes: Sequence[int]) -> tuple[Any, ...]:
        return tuple(self._random.sample(list(of), min(len(of), self._random.choice(sizes))))

    def _dates(self, now: Micros) -> tuple[Micros | None, Micros | None]:
        rnd = self._random
        since = rnd.choice([None, now - HOUR, now, now + HOUR, now + 5 * HOUR])
        until = rnd.choice([None, None, now + 2 * HOUR, now + 3 * HOUR, now + 9 * HOUR])
        if since is not None and until is not None and until <= since:
            until = None
        return since, until


KINDS = {
    "parties": Parties,
    "term": Term,
    "scope": Scope,
    "ceiling": Ceiling,
    "purposes": Purposes,
    "onward": Onward,
    "withhold": Withhold,
    "redact": Redact,
    "review": Review,
    "neighbours": Neighbours,
    "retention": Retention,
    "attribution": Attribution,
    "personal-data": PersonalData,
}


def _article(number: int, fields: dict[str, Any]) -> AnyArticle:
    kind = cast("Any", KINDS[fields.pop("says")])
    made: AnyArticle = kind(number=number, **fields)
    return made
