"""What our own people ask about policy: why, what would be, what is, what was. The answers are those that the parties meet."""

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Redact, Review, Selection, Term, Withhold
from comity.kernel.policy.agreement.binding import Enacted, Relation
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.answers import Ids, Tally
from comity.kernel.store.types import Account
from tests.kernel.store.conftest import SECOND, Cast, address
from tests.kernel.store.pacts import DAY, covers, enact, pact, until


def note_to(target: str, cast: Cast, tlp: Tlp) -> dict[str, object]:
    """A note on something."""
    made = cast.indicator(tlp=tlp)
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": made["id"].replace("indicator", "note"),
        "created": made["created"],
        "modified": made["modified"],
        "content": "seen",
        "object_refs": [target],
        "object_marking_refs": made["object_marking_refs"],
    }


# -- why


def test_each_claim_is_explained_for_a_party(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [given])
    cast.give("alpha", [given], "side")
    enact(cast, pact("pact", "carol", covers(collections=("main",))))
    found = cast.see("own").explained(given["id"], cast.parties["carol"].id)
    by_source = {each.held.source_slug: each for each in found}
    assert by_source["own"].decision.effect is Effect.RELEASE
    assert by_source["own"].released
    assert by_source["own"].decision.reasons[0].agreement == "pact"
    assert by_source["alpha"].decision.effect is Effect.WITHHOLD
    assert not by_source["alpha"].released
    assert by_source["alpha"].decision.counterfactual is not None


def test_a_neighbour_that_is_missing_is_named(cast: Cast) -> None:
    hidden = address("192.0.2.7", Tlp.RED)
    note = note_to(hidden["id"], cast, Tlp.GREEN)
    cast.give("own", [hidden, note])
    (found,) = cast.see("own").explained(str(note["id"]), cast.parties["carol"].id)
    assert found.decision.effect is Effect.RELEASE
    assert (found.released, found.missing) == (False, (hidden["id"],))
    assert cast.ids("carol") == []
    (own,) = cast.see("own").explained(str(note["id"]), cast.parties["own"].id)
    assert own.released


def test_of_a_day_to_come_it_says_what_holds_then(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [given])
    end = cast.clock.now() + DAY
    enact(cast, pact("pact", "carol", Term(number=0, until=end)))
    carol = cast.parties["carol"].id
    (now,), (then,) = (cast.see("own").explained(given["id"], carol, on) for on in (None, end))
    assert (now.decision.effect, now.released) == (Effect.RELEASE, True)
    assert (then.decision.effect, then.released) == (Effect.WITHHOLD, False)


def test_nobody_else_is_told_anything(cast: Cast) -> None:
    given = cast.indicator()
    cast.give("own", [given])
    enacted = enact(cast, pact("pact", "carol")).enacted
    door, carol = cast.see("carol"), cast.parties["carol"].id
    assert door.explained(given["id"], carol) == ()
    assert door.preview(enacted).parties == ()
    assert door.decided_by("pact") == {}
    assert door.matrix("tlp").rows == ()
    assert door.in_cell("tlp", "green", carol) == ()
    assert door.compared(carol, 0).now == 0
    assert door.went_out(carol) == ()


def test_what_is_restricted_is_told_to_the_named_only(cast: Cast) -> None:
    given, other = cast.indicator(), cast.indicator()
    cast.give("own", [given, other])
    enact(cast, pact("pact", "carol"))
    before = cast.clock.now()
    cast.clock.forward(SECOND)
    with cast.store.people.change() as change:
        person, bob = (
            change.add_account(Account(0, name, ("analyst",), cast.clock.now(), disabled=False))
            for name in ("Ada", "Bob")
        )
    cast.store.restrict(given["id"], [person], by="test")
    cast.settle()
    own, carol = cast.parties["own"].id, cast.parties["carol"].id
    seeing, blind = (cast.store.visible(Viewer(own, account=each)) for each in (person, bob))
    assert len(seeing.explained(given["id"], carol)) == 1
    assert blind.explained(given["id"], carol) == ()
    (row,) = (each for each in seeing.matrix("tlp").rows if each.party == carol)
    assert row.cells == (Tally(release=1, withhold=1),)
    (row,) = (each for each in blind.matrix("tlp").rows if each.party == carol)
    assert row.cells == (Tally(release=1),)
    assert seeing.compared(carol, before).only_then == Ids(1, (given["id"],))
    assert blind.compared(carol, before).only_then == Ids()


# -- what is


def test_articles_are_counted_by_what_they_decide(cast: Cast) -> None:
    cast.give("own", [cast.indicator(tlp=Tlp.AMBER), cast.indicator(tlp=Tlp.AMBER), address("192.0.2.1", Tlp.AMBER)])
    cast.give("own", [cast.indicator(tlp=Tlp.GREEN)])
    enact(
        cast,
        pact(
            "pact",
            "carol",
            covers(types=("indicator",)),
            Review(number=0, when=Selection(tlp=("green",)), approvers=("approver",)),
        ),
    )
    decided = cast.see("own").decided_by("pact")
    assert sum(tally.release for tally in decided.values()) == 2
    assert decided[3] == Tally(review=1)
    assert sum(tally.total for tally in decided.values()) == 3


def test_the_matrix_counts_claims_by_party_and_feature(cast: Cast) -> None:
    cast.give("own", [cast.indicator(tlp=Tlp.GREEN), cast.indicator(tlp=Tlp.AMBER), address("192.0.2.1", Tlp.GREEN)])
    enact(cast, pact("pact", "carol", Redact(number=0, when=Selection(types=("ipv4-addr",)), profile="short")))
    own, carol, dave = cast.see("own"), cast.parties["carol"].id, cast.parties["dave"].id
    matrix = own.matrix("tlp", {carol, dave})
    assert matrix.columns == ("green", "amber")
    assert [row.party for row in matrix.rows] == [carol, dave]
    assert matrix.rows[0].cells == (Tally(release=1, redact=1), Tally(release=1))
    assert matrix.rows[1].cells == (Tally(withhold=2), Tally(withhold=1))
    assert own.matrix("type").columns == ("indicator", "ipv4-addr")
    assert own.matrix("source").columns == ("own",)
    assert own.matrix("collection").columns == ("main",)
    ((found, effect),) = own.in_cell("tlp", "green", carol, Effect.REDACT)
    assert found.startswith("ipv4-addr--")
    assert effect is Effect.REDACT
    assert len(own.in_cell("tlp", "green", carol)) == 2
    assert len(own.in_cell("tlp", "green", carol, limit=1)) == 1
    with pytest.raises(Invalid):
        own.matrix("colour")


# -- what would be


def test_a_preview_is_what_comes_to_pass(cast: Cast) -> None:
    hidden = address("192.0.2.7", Tlp.AMBER)
    note = note_to(hidden["id"], cast, Tlp.GREEN)
    amber, green = cast.indicator(tlp=Tlp.AMBER), cast.indicator(tlp=Tlp.GREEN)
    cast.give("own", [hidden, note, amber, green])
    agreement = pact("pact", "carol", Withhold(number=0, when=Selection(types=("indicator",), tlp=("green",))))
    before = set(cast.ids("carol"))
    now = cast.clock.now()
    preview = cast.see("own").preview(Enacted(agreement, now, ours=now))
    (foreseen,) = preview.parties
    assert foreseen.relation is Relation.PARTY
    enact(cast, agreement)
    after = set(cast.ids("carol"))
    assert foreseen.released == len(after) == 3
    assert (foreseen.opening.count, set(foreseen.opening.some)) == (3, after - before)
    assert (foreseen.closing.count, set(foreseen.closing.some)) == (1, before - after)
    assert set(foreseen.withheld.some) == {green["id"]}
    assert preview.articles == cast.see("own").decided_by("pact")


def test_the_preview_of_a_suspension_is_what_it_closes(cast: Cast) -> None:
    amber = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [amber])
    row = enact(cast, pact("pact", "carol"))
    now = cast.clock.now()
    (foreseen,) = cast.see("own").preview(Enacted(row.agreement, row.version, ours=row.ours, suspended=now)).parties
    assert foreseen.closing == Ids(1, (amber["id"],))
    assert (foreseen.released, foreseen.opening) == (0, Ids())


def test_a_preview_tells_of_third_parties_whose_sources_agree_to_nothing(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.GREEN)
    cast.give("alpha", [given])
    now = cast.clock.now()
    preview = cast.see("own").preview(Enacted(pact("pact", "alpha"), now, ours=now))
    changed = {each.slug: each.closing for each in preview.parties if each.relation is None}
    assert changed == {"bravo": Ids(1, (given["id"],)), "carol": Ids(1, (given["id"],))}


# -- what was


def test_what_went_out_is_listed_with_its_end(cast: Cast) -> None:
    amber, green = cast.indicator(tlp=Tlp.AMBER), cast.indicator(tlp=Tlp.GREEN)
    cast.give("own", [amber, green])
    enact(cast, pact("pact", "carol"))
    own, carol = cast.see("own"), cast.parties["carol"].id
    assert own.went_out(carol) == ()
    cast.clock.forward(SECOND)
    cast.store.agreements.withdraw("pact", by="tester")
    (gone,) = own.went_out(carol, "pact")
    assert (gone.id, gone.type, gone.closed) == (amber["id"], "indicator", cast.clock.now())
    assert own.went_out(carol, "other") == ()
    assert own.went_out(cast.parties["alpha"].id) == ()


def test_the_time_machine_shows_what_was_open_then(cast: Cast) -> None:
    amber = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [amber])
    nothing = cast.clock.now()
    enact(cast, pact("pact", "carol"))
    until(cast, cast.clock.now() + DAY)
    opened = cast.clock.now()
    cast.clock.forward(SECOND)
    cast.store.agreements.suspend("pact", by="tester")
    until(cast, cast.clock.now() + DAY)
    carol = cast.parties["carol"].id

    def then(on: int) -> list[str]:
        door = cast.store.visible(Viewer(carol), on)
        page = door.page(cast.query(), 10)
        held = [each.id for each in door.recent()]
        assert len(held) == page.count == len(door.manifest(cast.query(), 10).records)
        return held

    assert then(nothing) == []
    assert then(opened) == [amber["id"]]
    assert then(cast.clock.now()) == []
    compared = cast.see("own").compared(carol, opened)
    assert (compared.then, compared.now) == (1, 0)
    assert compared.only_then == Ids(1, (amber["id"],))


def test_the_time_machine_knows_what_is_known_of_days_to_come(cast: Cast) -> None:
    amber, green = cast.indicator(tlp=Tlp.AMBER), cast.indicator(tlp=Tlp.GREEN)
    cast.give("own", [amber, green])
    begin = cast.clock.now() + DAY
    enact(cast, pact("pact", "carol", Term(number=0, since=begin, until=begin + DAY)))
    carol = Viewer(cast.parties["carol"].id)

    def then(on: int) -> set[str]:
        return {each.id for each in cast.store.visible(carol, on).recent()}

    assert then(begin - 1) == {green["id"]}
    assert then(begin) == {amber["id"], green["id"]}
    assert then(begin + DAY) == {green["id"]}
    until(cast, begin)
    cast.store.key_date()
    assert then(begin - 1) == {green["id"]}
    assert then(begin) == {amber["id"], green["id"]}


def test_the_time_machine_knows_claims_as_they_stood(cast: Cast) -> None:
    hidden = address("192.0.2.9", Tlp.RED)
    note = note_to(hidden["id"], cast, Tlp.GREEN)
    cast.give("own", [note])
    cast.settle()
    before = cast.clock.now()
    cast.give("own", [address("192.0.2.9", Tlp.GREEN)])
    cast.settle()
    cast.clock.forward(SECOND)
    after = cast.clock.now()
    assert set(cast.ids("carol")) == {note["id"], hidden["id"]}
    carol, own = Viewer(cast.parties["carol"].id), Viewer(cast.parties["own"].id)
    assert cast.store.visible(carol, before).held(str(note["id"])) == ()
    assert [each.id for each in cast.store.visible(own, before).recent()] == [note["id"]]
    assert len(cast.store.visible(carol, after).recent()) == 2
    compared = cast.see("own").compared(carol.party, before)
    assert (compared.then, compared.now, compared.only_now.count) == (0, 2, 2)
