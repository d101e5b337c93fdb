"""Grants are policy's decisions written down: whatever is done, and whenever one looks."""

from collections.abc import Callable
from random import Random

import pytest

from comity.kernel.objects.markings import HANDLING_EXTENSION, Tlp
from comity.kernel.policy.agreement.articles import AnyArticle, Onward, Parties, Selection, Term, Withhold
from comity.kernel.policy.decide import effect
from comity.kernel.policy.decision import Effect
from comity.kernel.store.agreement import agree
from comity.kernel.store.standings import everybody
from comity.kernel.store.types import Access
from tests.kernel.store.conftest import SECOND, Cast, address
from tests.kernel.store.pacts import DAY, community, covers, enact, pact

PARTIES = ("own", "alpha", "bravo", "carol", "dave")
STEPS = 25


def open_grants(cast: Cast) -> set[tuple[int, int]]:
    """What the rows say is open at this moment."""
    with cast.store._database.snapshot() as reader:
        rows = reader.cursor.execute("SELECT party, label, until FROM grants WHERE closed IS NULL").fetchall()
    now = cast.clock.now()
    return {(party, label) for party, label, until in rows if until is None or until > now}


def decided(cast: Cast) -> set[tuple[int, int]]:
    """What policy says at this moment, decided one by one."""
    with cast.store._database.snapshot() as reader:
        labels = cast.store._labels.rows(reader, 2**31).items()
        standings = everybody(reader).standings
    now = cast.clock.now()
    return {
        (party, number)
        for party, standing in standings.items()
        for number, label in labels
        if effect(label, standing, now) is Effect.RELEASE
    }


def embargo(cast: Cast, until: str) -> dict[str, object]:
    """A marking that says not before when."""
    made = cast.indicator()
    return {
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": made["id"].replace("indicator", "marking-definition"),
        "created": made["created"],
        "extensions": {HANDLING_EXTENSION: {"extension_type": "property-extension", "not_before": until}},
    }


class Steps:
    """What may happen to a store, chosen by a random generator."""

    def __init__(self, cast: Cast, random: Random) -> None:
        self.cast = cast
        self.random = random
        self.isac = community(cast, "isac", "alpha")
        self.held: list[dict[str, object]] = []

    def give(self) -> None:
        tlp = self.random.choice(list(Tlp))
        one = self.random.choice([self.cast.indicator(tlp=tlp), address(f"192.0.2.{self.random.randrange(9)}", tlp)])
        self.cast.give(self.random.choice(PARTIES), [one], self.random.choice(["main", "side"]))
        self.held.append(one)

    def agree(self) -> None:
        now = self.cast.clock.now()
        articles: list[AnyArticle] = self.random.sample(
            [
                covers(types=("indicator",)),
                covers(tlp=("green", "amber")),
                Term(number=0, since=now + self.random.randrange(-2, 3) * DAY),
                Term(number=0, until=now + self.random.randrange(1, 4) * DAY),
                Withhold(number=0, when=Selection(sources=("bravo",))),
                Onward(number=0, to="anybody"),
                Onward(number=0, to="named", parties=("dave",)),
                Parties(number=0, communities=("isac",), clients=True),
                Parties(number=0, communities=("isac",), members="recipients"),
            ],
            self.random.randrange(4),
        )
        party = self.random.choice(PARTIES[1:])
        enact(self.cast, pact(f"with-{party}", party, *articles, ceiling=self.random.choice(["green", "amber", "red"])))

    def change(self) -> None:
        rows = self.cast.store.agreements.all()
        if not rows:
            return
        row = self.random.choice(rows)
        agreements = self.cast.store.agreements
        if row.suspended is not None:
            agreements.resume(row.name, by="tester")
        elif self.random.random() < 0.5 and row.withdrawn is None:
            agreements.suspend(row.name, by="tester")
        elif row.withdrawn is None:
            agreements.withdraw(row.name, by="tester")

    def people_move(self) -> None:
        registry, party = self.cast.store.registry, self.cast.parties[self.random.choice(PARTIES[1:])]
        act: Callable[[], object] = self.random.choice(
            [
                lambda: registry.join(self.isac, party.id),
                lambda: registry.leave(self.isac, party.id),
                lambda: registry.set_client(party, self.cast.parties["bravo"].id),
                lambda: registry.set_client(party, None),
                lambda: registry.set_ceiling(party, self.random.choice(list(Tlp))),
                lambda: registry.set_access(
                    Access(self.cast.collections["main"].id, party.id, self.random.random() < 0.7, write=True)
                ),
            ]
        )
        act()

    def time_passes(self) -> None:
        self.cast.clock.forward(self.random.choice([SECOND, DAY // 2, DAY]))
        self.cast.store.key_date()


@pytest.mark.parametrize("seed", range(6))
def test_grants_are_what_policy_decides_at_any_time(cast: Cast, seed: int) -> None:
    random = Random(seed)
    steps = Steps(cast, random)
    acts = (steps.give, steps.give, steps.agree, steps.change, steps.people_move, steps.time_passes)
    for number in range(STEPS):
        act = random.choice(acts)
        act()
        assert open_grants(cast) == decided(cast), (number, act.__name__)
    agree(cast.url)


def test_what_will_end_is_known_beforehand_and_ends_though_nobody_writes_so(cast: Cast) -> None:
    steps = Steps(cast, Random(7))
    for _ in range(8):
        steps.give()
    enact(cast, pact("pact", "carol", Term(number=0, until=cast.clock.now() + DAY)))
    for _ in range(3):
        cast.clock.forward(DAY // 2)
        assert open_grants(cast) <= decided(cast)


def test_an_embargo_opens_when_its_day_has_come(cast: Cast) -> None:
    marking = embargo(cast, "2030-01-01T00:00:00Z")
    given = cast.indicator()
    given["object_marking_refs"] = [*given["object_marking_refs"], marking["id"]]
    cast.give("own", [marking, given])
    cast.settle()
    assert given["id"] not in cast.ids("carol")
    cast.clock.forward(1_893_456_000_000_000 - cast.clock.now())
    cast.store.key_date()
    assert given["id"] in cast.ids("carol")
    assert open_grants(cast) == decided(cast)


def test_a_change_raises_the_epoch_even_where_nothing_opens(cast: Cast) -> None:
    before = cast.scalar("SELECT epoch FROM counter")
    enact(cast, pact("pact", "carol", ceiling="clear"))
    assert cast.scalar("SELECT epoch FROM counter") > before
