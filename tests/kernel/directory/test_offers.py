"""Agreements between two nodes as files: what is taken, and that nothing else is."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from comity.kernel.base.errors import Conflict, Invalid, NodeError, NotFound, Refused
from comity.kernel.base.ids import system_random
from comity.kernel.directory.agreements import State
from comity.kernel.directory.files import bundle_of
from comity.kernel.ledger.signing import Keys, sign
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.objects import PURPOSE, sign_agreement
from comity.kernel.store.types import Batch, Channel
from tests.kernel.directory.nodes import BY, DAY, IDENTITIES, Side

Bundle = dict[str, Any]


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "home", empty, "home", 1)
    yield side
    side.close()


@pytest.fixture
def harbour(empty: Path, tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "harbour", empty, "harbour", 3)
    yield side
    side.close()


@pytest.fixture
def offer(home: Side) -> bytes:
    home.directory.agreements.apply(home.text(), by=BY)
    return home.directory.offers.offer("ours")


def test_offered_accepted_answered(home: Side, harbour: Side, offer: bytes) -> None:
    there = harbour.give(7, Tlp.AMBER)
    assert harbour.gets() == set()
    read = harbour.directory.offers.read(offer)
    assert [(each.party.slug, each.known) for each in read.signers] == [("home", False)]
    assert read.signers[0].fingerprint == home.keys.public.fingerprint
    (foreseen,) = harbour.directory.offers.preview(offer).parties
    assert foreseen.opening.some == (there,)
    assert harbour.directory.agreements.all() == ()
    answer = harbour.directory.offers.accept(offer, by=BY)
    assert harbour.gets() == {there}
    assert harbour.directory.agreements.state(harbour.directory.agreements.get("ours")) is State.IN_FORCE
    row = home.directory.offers.answered(answer, by=BY)
    assert home.directory.agreements.state(row) is State.IN_FORCE
    both = [each.party.slug for each in home.directory.agreements.signatures(row) if each.party]
    assert sorted(both) == ["harbour", "home"]
    assert home.directory.agreements.get("ours").digest == harbour.directory.agreements.get("ours").digest


def test_again_changes_nothing(home: Side, harbour: Side, offer: bytes) -> None:
    first = json.loads(harbour.directory.offers.accept(offer, by=BY))
    harbour.clock.forward(DAY)
    again = json.loads(harbour.directory.offers.accept(offer, by=BY))
    assert first["objects"] == again["objects"]
    assert json.loads(harbour.directory.offers.answer("ours"))["objects"] == first["objects"]
    answer = json.dumps(first).encode()
    row = home.directory.offers.answered(answer, by=BY)
    home.clock.forward(DAY)
    assert home.directory.offers.answered(answer, by=BY) == row
    assert harbour.directory.offers.read(offer).signers[0].known


def test_a_new_version_is_offered_anew(home: Side, harbour: Side, offer: bytes) -> None:
    answer = harbour.directory.offers.accept(offer, by=BY)
    home.clock.forward(DAY)
    harbour.clock.forward(DAY)
    home.directory.agreements.apply(home.text(**{"days = 730": "days = 30"}), by=BY)
    with pytest.raises(Conflict, match="earlier version"):
        home.directory.offers.answered(answer, by=BY)
    later = home.directory.offers.offer("ours")
    home.directory.offers.answered(harbour.directory.offers.accept(later, by=BY), by=BY)
    assert home.directory.agreements.state(home.directory.agreements.get("ours")) is State.IN_FORCE
    assert len(harbour.directory.agreements.versions("ours")) == 2
    with pytest.raises(Conflict, match="later version"):
        harbour.directory.offers.accept(offer, by=BY)


def test_either_side_may_write_the_next_version(home: Side, harbour: Side, offer: bytes) -> None:
    home.directory.offers.answered(harbour.directory.offers.accept(offer, by=BY), by=BY)
    for side in (home, harbour):
        side.clock.forward(DAY)
    text = harbour.directory.agreements.get("ours").text.replace("days = 730", "days = 10")
    harbour.directory.agreements.apply(text, by=BY)
    answer = home.directory.offers.accept(harbour.directory.offers.offer("ours"), by=BY)
    row = harbour.directory.offers.answered(answer, by=BY)
    assert row.object != home.directory.agreements.versions("ours")[1].object
    assert home.directory.agreements.state(home.directory.agreements.get("ours")) is State.IN_FORCE


def test_keys_are_those_of_before_or_those_compared(home: Side, harbour: Side, offer: bytes) -> None:
    with pytest.raises(Refused, match="not with those that were named"):
        harbour.directory.offers.accept(offer, by=BY, fingerprint="sha256:00")
    harbour.directory.offers.accept(offer, by=BY, fingerprint=home.keys.public.fingerprint)
    for side in (home, harbour):
        side.clock.forward(DAY)
    home.keys = Keys(bytes(32), bytes(32))
    home.directory.agreements.apply(home.text(**{"days = 730": "days = 30"}), by=BY)
    later = home.directory.offers.offer("ours")
    with pytest.raises(Refused, match="other keys than before"):
        harbour.directory.offers.accept(later, by=BY)
    harbour.directory.offers.accept(later, by=BY, fingerprint=home.keys.public.fingerprint)


def _changed(part: int, name: str, value: object) -> Callable[[Bundle], None]:
    def change(held: Bundle) -> None:
        held["objects"][part][name] = value

    return change


def _half(held: Bundle) -> None:
    held["objects"][1]["signatures"] = held["objects"][1]["signatures"][:1]


def _forged(held: Bundle) -> None:
    first, second = held["objects"][1]["signatures"]
    first["value"] = second["value"]


def _twice(held: Bundle) -> None:
    held["objects"].append(held["objects"][1])


def _alone(held: Bundle) -> None:
    del held["objects"][1]


def _more(held: Bundle) -> None:
    held["objects"].append(
        {
            "type": "campaign",
            "spec_version": "2.1",
            "id": "campaign--00000000-0000-4000-8000-000000000001",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "name": "More",
        }
    )


@pytest.mark.parametrize(
    "change",
    [
        _changed(0, "title", "Another"),
        _changed(0, "text", "Another"),
        _changed(0, "modified", "2030-01-01T00:00:00.000Z"),
        _changed(1, "created_by_ref", IDENTITIES["harbour"]),
        _changed(1, "created_by_ref", "identity--33333333-3333-4333-8333-333333333333"),
        _changed(1, "agreement_digest", f"sha256:{'0' * 64}"),
        _changed(1, "created", "2020-01-01T00:00:00.000Z"),
        _half,
        _forged,
        _twice,
        _alone,
        _more,
    ],
)
def test_what_was_changed_on_its_way_is_refused_whole(
    harbour: Side, offer: bytes, change: Callable[[Bundle], None]
) -> None:
    held = json.loads(offer)
    change(held)
    with pytest.raises((Invalid, Refused)):
        harbour.directory.offers.accept(json.dumps(held).encode(), by=BY)
    assert harbour.directory.agreements.all() == ()
    assert harbour.directory.collections.find("agreements") is None


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"type":"bundle"}', b"comity = 1", b"{" * 100_000])
def test_what_is_no_file_of_another_node(harbour: Side, data: bytes) -> None:
    for act in (harbour.directory.offers.accept, harbour.directory.offers.answered):
        with pytest.raises(NodeError) as caught:
            act(data, by=BY)
        assert caught.value.status == 400
        assert caught.value.hint


def test_an_answer_of_nobody_and_of_ourselves(home: Side, harbour: Side, offer: bytes) -> None:
    answer = harbour.directory.offers.accept(offer, by=BY)
    with pytest.raises(Invalid, match="own answer"):
        harbour.directory.offers.answered(answer, by=BY)
    with pytest.raises(Invalid, match="no answer"):
        home.directory.offers.answered(offer, by=BY)
    with pytest.raises(Invalid, match="nobody but ourselves"):
        home.directory.offers.accept(offer, by=BY)
    home.directory.agreements.withdraw("ours", by=BY)
    with pytest.raises(Conflict, match="withdrawn"):
        home.directory.offers.answered(answer, by=BY)


def test_an_answer_to_what_was_never_offered(home: Side, harbour: Side) -> None:
    """Two nodes wrote agreements of the same name: a signature under one is none under the other."""
    home.directory.agreements.apply(home.text(), by=BY)
    offer = home.directory.offers.offer("ours")
    answer = json.loads(harbour.directory.offers.accept(offer, by=BY))
    home.directory.agreements.withdraw("ours", by=BY)
    answer["objects"][0]["agreement_ref"] = "agreement--33333333-3333-4333-8333-333333333333"
    with pytest.raises(NotFound, match="no agreement"):
        home.directory.offers.answered(json.dumps(answer).encode(), by=BY)


def test_a_signer_who_is_no_party_here(home: Side, harbour: Side, offer: bytes) -> None:
    harbour.directory.parties.set_identity("home", "identity--33333333-3333-4333-8333-333333333333")
    with pytest.raises(NotFound) as caught:
        harbour.directory.offers.accept(offer, by=BY)
    assert f"comity party identity PARTY {IDENTITIES['home']}" in caught.value.hint


def test_an_offer_for_somebody_else(home: Side, harbour: Side, offer: bytes) -> None:
    harbour.directory.parties.set_identity("harbour", "identity--33333333-3333-4333-8333-333333333333")
    with pytest.raises(Conflict, match="not among those who sign"):
        harbour.directory.offers.accept(offer, by=BY)


def test_a_name_that_is_taken_by_an_agreement_with_others(home: Side, harbour: Side, offer: bytes) -> None:
    harbour.directory.parties.set_identity("third", "identity--33333333-3333-4333-8333-333333333333")
    harbour.directory.agreements.apply(harbour.directory.agreements.draft("eu-rok", "third", name="ours"), by=BY)
    home.clock.forward(DAY)
    with pytest.raises(Conflict, match="with others"):
        harbour.directory.offers.accept(offer, by=BY)


def test_what_can_not_be_offered(home: Side) -> None:
    agreements, offers = home.directory.agreements, home.directory.offers
    agreements.apply(agreements.draft("eu-rok", "third", name="unknown"), by=BY)
    with pytest.raises(Conflict, match="no identity of Third"):
        offers.offer("unknown")
    home.directory.communities.add("sector", name="Sector")
    home.directory.communities.join("sector", "third")
    agreements.apply(agreements.draft("sector-isac", communities=("sector",), name="sector"), by=BY)
    with pytest.raises(Conflict, match="nobody else signs"):
        offers.offer("sector")
    with pytest.raises(NotFound):
        offers.offer("none")
    agreements.withdraw("unknown", by=BY)
    with pytest.raises(Conflict, match="withdrawn"):
        offers.offer("unknown")


def test_what_its_text_names_and_we_do_not_have_is_a_warning(home: Side, harbour: Side) -> None:
    home.directory.collections.add("korean")
    text = home.text(**{"[article.when]\nstatement = true": '[article.when]\ncollections = ["korean"]'})
    home.directory.agreements.apply(text, by=BY)
    read = harbour.directory.offers.read(home.directory.offers.offer("ours"))
    assert [(each.is_error, "korean" in str(each)) for each in read.findings] == [(False, True)]
    harbour.directory.offers.accept(home.directory.offers.offer("ours"), by=BY)


def test_a_signature_that_others_brought_into_the_collection_is_none(home: Side, harbour: Side, offer: bytes) -> None:
    """A mirror, or who could write there once: what is taken for signed is what we put there ourselves, verified."""
    answer = json.loads(harbour.directory.offers.accept(offer, by=BY))
    collection, row = home.directory.collections.get("agreements"), home.directory.agreements.get("ours")
    forged = parse(json.dumps(answer["objects"][0]).encode())
    assert isinstance(forged, Parsed)
    other = home.directory.parties.get("harbour").id
    home.store.commit(Batch(other, collection.id, (forged,), Channel.TAXII_PULL, home.clock.now()))
    assert [each.identity for each in home.directory.agreements.signatures(row)] == [IDENTITIES["home"]]
    assert home.directory.agreements.state(home.directory.agreements.get("ours")) is State.SIGNED
    home.directory.offers.answered(json.dumps(answer).encode(), by=BY)
    assert len(home.directory.agreements.signatures(row)) == 2


def test_of_three_who_sign_all_have_to(home: Side, harbour: Side) -> None:
    third, keys = "identity--33333333-3333-4333-8333-333333333333", Keys(bytes([9]) * 32, bytes([10]) * 32)
    for side in (home, harbour):
        side.directory.parties.set_identity("third", third)
    another = f'\n[[signatory]]\nname = "Third"\njurisdiction = "FR"\nidentity = "{third}"\n'
    head, articles = home.text().split("\n# ---", 1)
    home.directory.agreements.apply(f"{head}{another}\n# ---{articles}", by=BY)
    offer = home.directory.offers.offer("ours")

    answer = harbour.directory.offers.accept(offer, by=BY)
    assert harbour.directory.agreements.state(harbour.directory.agreements.get("ours")) is State.SIGNED
    assert home.directory.offers.answered(answer, by=BY).theirs is None
    carried = home.directory.offers.read(harbour.directory.offers.offer("ours")).carried
    signed = sign_agreement(
        carried,
        id="agreement-signature--33333333-3333-4333-8333-333333333333",
        by=third,
        at=home.clock.now(),
        public=keys.public,
        sign=lambda statement: sign(keys, PURPOSE, statement),
    )
    row = home.directory.offers.answered(bundle_of((signed,), system_random), by=BY)
    assert home.directory.agreements.state(row) is State.IN_FORCE

    compared = keys.public.fingerprint
    harbour.directory.offers.accept(home.directory.offers.offer("ours"), by=BY, fingerprint=compared)
    assert harbour.directory.agreements.state(harbour.directory.agreements.get("ours")) is State.IN_FORCE
    assert len(harbour.directory.agreements.signatures(harbour.directory.agreements.get("ours"))) == 3


def test_an_offer_from_the_future_is_refused(home: Side, harbour: Side) -> None:
    home.clock.forward(400 * DAY)
    home.directory.agreements.apply(home.text(), by=BY)
    offer = home.directory.offers.offer("ours")
    with pytest.raises(Refused, match="still to come"):
        harbour.directory.offers.accept(offer, by=BY)
    harbour.clock.forward(400 * DAY)
    harbour.directory.offers.accept(offer, by=BY)


@pytest.mark.parametrize("ending", ["\r\n", "\n"])
def test_a_text_keeps_its_line_ends_and_its_script(home: Side, harbour: Side, ending: str) -> None:
    text = home.text(**{'title = "': 'title = "협정 '}).replace("\n", ending)
    home.directory.agreements.apply(text, by=BY)
    harbour.directory.offers.accept(home.directory.offers.offer("ours"), by=BY)
    assert harbour.directory.agreements.get("ours").text == text
    assert harbour.directory.agreements.get("ours").title.startswith("협정 ")
