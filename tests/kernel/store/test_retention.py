"""What is due by a date is erased on it: by an agreement's retention article, also when that has ended, or by a term of ours."""

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.policy.agreement.articles import Retention
from comity.kernel.store.erasure.orders import Cause, Stage
from tests.kernel.store.conftest import Cast
from tests.kernel.store.pacts import DAY, covers, enact, pact, until
from tests.kernel.store.test_erasure import has_nothing_of
from tests.kernel.store.test_holds import carry_on, lay


def test_what_a_partner_gave_goes_after_its_days(cast: Cast) -> None:
    before, one, ours = cast.indicator(), cast.indicator(name="Nightshade"), cast.indicator()
    cast.give("alpha", [before])
    enact(cast, pact("p", "alpha", Retention(number=0, days=30)))
    cast.give("alpha", [one])
    received = cast.clock.now()
    cast.give("own", [ours])
    (due,) = cast.store.retention.due()
    assert (due.subject, due.agreement, due.article, due.days) == ("alpha", "p", 2, 30)
    assert (due.claims, due.due, due.next) == (1, 0, received + 30 * DAY)
    until(cast, received + 29 * DAY)
    assert cast.store.retention.run() == 0
    until(cast, received + 30 * DAY + 1)
    assert cast.store.retention.run() == 1
    assert cast.ids("own") == [before["id"], ours["id"]]
    (done,) = cast.store.erasures.all()
    assert (done.cause, done.stage, done.claims) == (Cause.RETENTION, Stage.DONE, 1)
    assert (done.ground.reference, done.ground.article) == ("agreement p", "article 2: 30 days")
    has_nothing_of(cast, "nightshade")
    assert cast.store.retention.run() == 0


def test_that_an_agreement_ended_does_not_end_the_duty(cast: Cast) -> None:
    one, later = cast.indicator(), cast.indicator()
    enact(cast, pact("p", "alpha", Retention(number=0, days=10)))
    cast.give("alpha", [one])
    cast.clock.forward(DAY)
    cast.store.agreements.withdraw("p", by="tester")
    cast.clock.forward(DAY)
    cast.give("alpha", [later])
    until(cast, cast.clock.now() + 20 * DAY)
    cast.store.retention.run()
    assert cast.ids("own") == [later["id"]]


def test_each_version_counts_for_what_came_under_it(cast: Cast) -> None:
    one, two = cast.indicator(), cast.indicator()
    enact(cast, pact("p", "alpha", Retention(number=0, days=10)))
    cast.give("alpha", [one])
    enact(cast, pact("p", "alpha", Retention(number=0, days=50)))
    cast.give("alpha", [two])
    until(cast, cast.clock.now() + 11 * DAY)
    cast.store.retention.run()
    assert cast.ids("own") == [two["id"]]
    until(cast, cast.clock.now() + 50 * DAY)
    cast.store.retention.run()
    assert cast.ids("own") == []


def test_only_what_the_agreement_speaks_of(cast: Cast) -> None:
    one = cast.indicator()
    enact(cast, pact("p", "alpha", covers(types=("malware",)), Retention(number=0, days=1)))
    cast.give("alpha", [one])
    until(cast, cast.clock.now() + 9 * DAY)
    assert cast.store.retention.run() == 0


@pytest.mark.parametrize("kind", ["source", "collection"])
def test_terms_of_ours(cast: Cast, kind: str) -> None:
    one, beside = cast.indicator(), cast.indicator()
    cast.give("alpha", [one], "main")
    cast.give("bravo", [beside], "side")
    subject, slug = (cast.parties["alpha"].id, "alpha") if kind == "source" else (cast.collections["main"].id, "main")
    with pytest.raises(Invalid):
        cast.store.retention.set(kind, subject, 0, slug=slug, by="tester")
    cast.store.retention.set(kind, subject, 5, slug=slug, by="tester")
    cast.clock.forward(6 * DAY)
    (due,) = cast.store.retention.due()
    assert (due.kind, due.subject, due.due) == (kind, slug, 1)
    cast.store.retention.run()
    assert (cast.ids("own", "main"), cast.ids("own", "side")) == ([], [beside["id"]])
    cast.store.retention.set(kind, subject, None, slug=slug, by="tester")
    assert cast.store.retention.due() == ()


def test_what_is_held_waits(cast: Cast) -> None:
    one, free = cast.indicator(), cast.indicator()
    cast.give("alpha", [one, free])
    cast.store.retention.set("source", cast.parties["alpha"].id, 5, slug="alpha", by="tester")
    hold = lay(cast, "object", one["id"])
    cast.clock.forward(6 * DAY)
    (due,) = cast.store.retention.due()
    assert (due.due, due.held) == (2, 1)
    assert cast.store.retention.run() == 1
    assert cast.ids("own") == [one["id"]]
    assert cast.store.retention.run() == 0  # nothing but what is held
    cast.store.holds.lift(hold.id, by="tester")
    cast.store.retention.run()
    carry_on(cast)
    assert cast.ids("own") == []
