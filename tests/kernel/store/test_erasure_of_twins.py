"""Erasing and recalling what went to others in another form: the form goes with it, and those who had it are told that it did."""

from comity.kernel.store.agreement import agree
from comity.kernel.store.erasure.orders import Stage
from tests.kernel.store.conftest import Cast
from tests.kernel.store.pacts import enact
from tests.kernel.store.test_erasure import erase, has_nothing_of
from tests.kernel.store.test_recall import recall
from tests.kernel.store.test_twins import redacting, settled


def test_no_byte_of_a_twin_stays_but_its_notice(cast: Cast) -> None:
    enact(cast, redacting())
    one = cast.indicator(name="zqtwinzq", description="secret")
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    assert twin["id"] != one["id"]
    assert twin["name"] == "zqtwinzq"
    (shared,) = (each for each in cast.store.erasures.shared(one["id"]) if each.slug == "carol")
    assert shared.twin == twin["id"]
    assert erase(cast, object=one["id"]).stage is Stage.DONE
    settled(cast)
    (notice,) = cast.read("carol")
    assert notice["id"] == twin["id"]
    assert notice["revoked"] is True
    assert notice["modified"] > twin["modified"]
    assert cast.store.twins.original_of(twin["id"]) is None or not cast.store.twins.original_of(twin["id"]).original_id  # type: ignore[union-attr]
    has_nothing_of(cast, "zqtwinzq", one["id"])
    agree(cast.url)


def test_a_recalled_original_revokes_its_twin_at_once(cast: Cast) -> None:
    enact(cast, redacting())
    one = cast.indicator(name="zqtwinzq", description="secret")
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    made = recall(cast, one["id"])
    assert ("carol", twin["id"]) in {(each.party, each.twin) for each in made.told}
    assert [each for each in cast.read("carol") if not each.get("revoked")] == []
    settled(cast)
    (notice,) = cast.read("carol")
    assert (notice["id"], notice["revoked"]) == (twin["id"], True)
    cast.store.recalls.lift(one["id"], by="tester")
    settled(cast)
    assert [(each["id"], each.get("revoked", False)) for each in cast.read("carol")] == [(twin["id"], False)]


def test_what_a_source_gave_goes_from_the_form_too(cast: Cast) -> None:
    enact(cast, redacting())
    one = cast.indicator(name="old", description="secret")
    newer = one | {"modified": "2026-02-01T00:00:00.000Z", "name": "zqnewerzq"}
    cast.give("bravo", [one])
    cast.give("alpha", [newer])
    settled(cast)
    erase(cast, source=cast.parties["alpha"].id)
    settled(cast)
    assert {each["name"] for each in cast.read("carol") if not each.get("revoked")} <= {"old"}
    has_nothing_of(cast, "zqnewerzq")
    agree(cast.url)
