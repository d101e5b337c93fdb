"""What waits for people's decision: who is asked about what, in which order, how much of it there is; and what was said."""

from hashlib import sha256
from typing import Any

import msgspec
import pytest

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import AnyArticle, Parties, Review, Selection
from comity.kernel.policy.approval.folding import Act, State
from comity.kernel.policy.approval.statements import Says
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store import reviewing
from comity.kernel.store.approvals import Kept, Said
from comity.kernel.store.database import Reader
from comity.kernel.store.reviewing import Waiting
from comity.kernel.store.types import Account, AgreementRow, Batch, Channel
from tests.kernel.store.conftest import Cast, address, parsed
from tests.kernel.store.pacts import community, enact, pact

LATER = "2026-02-01T00:00:00.000Z"
GOES = b'{"it":"goes"}'
INDICATORS = Selection(types=("indicator",))


def agree(cast: Cast, party: str = "carol", *more: AnyArticle, name: str = "", four_eyes: bool = False) -> AgreementRow:
    """An agreement by which indicators go after a review only."""
    review = Review(number=0, when=INDICATORS, approvers=("approver", "legal"), four_eyes=four_eyes)
    return enact(cast, pact(name or f"with-{party}", party, review, *more))


def waits(cast: Cast, **more: Any) -> list[str]:
    """Ids of what waits, page by page."""
    door, found, cursor = cast.see("own"), [], ""
    while True:
        queue = door.reviews(2, cursor, **more)
        found += [each.held.id for each in queue.items]
        if queue.next is None:
            assert door.reviews_counted(**more).number == len(found)
            return found
        cursor = queue.next


def item_of(cast: Cast, object_id: str, account: int | None = None) -> Waiting:
    (found,) = cast.store.visible(Viewer(cast.parties["own"].id, account=account)).reviews_of(object_id)
    return found


def account(cast: Cast, name: str, *roles: str) -> Account:
    with cast.store.people.change() as change:
        made = Account(0, name, roles or ("approver",), cast.clock.now(), disabled=False)
        made = msgspec.structs.replace(made, id=change.add_account(made))
        change.note(made, "added", by="node", actor=None)
    return made


def key_of(cast: Cast, person: Account) -> int:
    with cast.store.people.change() as change:
        return change.add_signing_key(person.id, "ed25519", bytes(32), None, cast.clock.now())


def say(
    cast: Cast,
    person: Account,
    waiting: Waiting,
    says: Says = "release",
    content: bytes = GOES,
    *,
    withdraws: str = "",
    at: Micros | None = None,
) -> tuple[str, State]:
    """A statement as the directory would have it kept; its id, and how the review stands then."""
    cast.clock.forward(1_000_000)
    note = note_at(cast)
    number = key_of(cast, person)
    kept = Kept("whole", "", True, content, sha256(content).digest()) if says == "release" else None
    act = Act(
        id=note["id"],
        says=says,
        account=person.id,
        role="approver",
        at=at or cast.clock.now(),
        content="" if kept is None else kept.digest.hex(),
        withdraws=withdraws,
    )
    said = Said(
        object=waiting.held.id,
        key=waiting.key,
        digest=waiting.digest,
        lens=waiting.lens.text,
        demands=waiting.demands,
        act=act,
        by=person.name,
        key_used=number,
        form=kept,
    )
    return note["id"], cast.store.approve(batch(cast, note), said)


def note_at(cast: Cast) -> dict[str, Any]:
    """Any object that is nothing else's: here it stands for an approval's."""
    second = cast.clock.now() // 1_000_000 % 65_536
    return address(f"198.18.{second // 256}.{second % 256}", Tlp.RED)


def batch(cast: Cast, one: dict[str, Any]) -> Batch:
    own, side = cast.parties["own"].id, cast.collections["side"].id
    return Batch(own, side, (parsed(one),), Channel.FORM, cast.clock.now())


def form(cast: Cast, waiting: Waiting) -> Any:
    with cast.store._database.snapshot() as reader:
        return cast.store.approvals.form(reader, waiting.key, waiting.digest, waiting.lens.text)


# -- the queue


def test_what_an_agreement_lets_go_after_a_review_waits(cast: Cast) -> None:
    first, second = cast.indicator("First"), cast.indicator("Second")
    cast.give("alpha", [first, address("192.0.2.1")])
    assert waits(cast) == []
    row = agree(cast)
    cast.give("alpha", [second])
    assert waits(cast) == [first["id"], second["id"]]
    found = item_of(cast, first["id"])
    assert found.audience == ("Carol",)
    assert found.parties == (cast.parties["carol"].id,)
    assert [each.roles for each in found.demands] == [("approver", "legal")]
    assert [(each.agreement, each.article) for each in found.grounds] == [("with-carol", 2)]
    assert found.grounds[0].digest == f"sha256:{row.digest.hex()}"
    assert found.decision.effect == "review"
    assert found.latest
    assert found.review is None


def test_nobody_else_is_told_what_waits(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator()])
    agree(cast)
    for party in ("alpha", "carol", "dave"):
        assert cast.see(party).reviews(10).items == ()
        assert cast.see(party).reviews_counted().number == 0
        assert cast.see(party).reviews_of(cast.indicator()["id"]) == ()


def test_parties_of_one_agreement_are_one_audience(cast: Cast) -> None:
    cast.give("alpha", [one := cast.indicator()])
    community(cast, "responders", "bravo", "carol")
    agree(cast, "carol", Parties(number=0, communities=("responders",), members="recipients"))
    assert item_of(cast, one["id"]).audience == ("Bravo", "Carol")
    assert waits(cast) == [one["id"]]


def test_two_agreements_ask_twice(cast: Cast) -> None:
    cast.give("alpha", [one := cast.indicator()])
    agree(cast, "carol")
    agree(cast, "bravo")
    assert waits(cast) == [one["id"], one["id"]]
    assert waits(cast, agreement="with-bravo") == [one["id"]]
    assert waits(cast, party=cast.parties["carol"].id) == [one["id"]]
    assert waits(cast, party=cast.parties["dave"].id) == []
    assert len(cast.see("own").reviews_of(one["id"])) == 2
    assert len(cast.see("own").reviews_of(one["id"], cast.parties["bravo"].id)) == 1


def test_of_each_object_the_latest_version_waits(cast: Cast) -> None:
    old = cast.indicator("Old")
    agree(cast)
    cast.give("alpha", [old])
    cast.give("alpha", [{**old, "modified": LATER, "name": "New"}])
    (found,) = cast.see("own").reviews(10).items
    assert b"New" in found.held.raw
    assert waits(cast) == [old["id"]]
    cast.give("alpha", [{**old, "modified": "2026-01-15T00:00:00.000Z", "name": "Late, and older"}])
    assert b"New" in item_of(cast, old["id"]).held.raw


def test_an_older_version_has_a_page_still(cast: Cast) -> None:
    old = cast.indicator("Old")
    agree(cast)
    cast.give("alpha", [old])
    name = item_of(cast, old["id"]).name
    cast.give("alpha", [{**old, "modified": LATER, "name": "New"}])
    found = cast.see("own").review(old["id"], name)
    assert found is not None
    assert not found.latest
    assert cast.see("own").review(old["id"], "0" * 16 + "-" + "0" * 24) is None


def test_one_version_under_two_claims_waits_once(cast: Cast) -> None:
    one = cast.indicator()
    agree(cast)
    cast.give("alpha", [one])
    cast.give("bravo", [one])
    cast.give("alpha", [one], "side")
    assert waits(cast) == [one["id"]]


def test_what_alpha_deletes_waits_no_more(cast: Cast) -> None:
    one = cast.indicator()
    agree(cast)
    cast.give("alpha", [one])
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, one["id"], (), cast.clock.now())
    assert waits(cast) == []


def test_what_is_restricted_to_named_people_waits_for_nobody(cast: Cast) -> None:
    one, other = cast.indicator("One"), cast.indicator("Other")
    person = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one, other])
    cast.store.restrict(one["id"], [person.id], by="tester")
    assert waits(cast) == [other["id"]]
    cast.settle()
    assert waits(cast) == [other["id"]]
    cast.store.lift(one["id"], by="tester")
    cast.settle()
    assert sorted(waits(cast)) == sorted([one["id"], other["id"]])


def test_a_new_version_of_the_agreement_asks_anew(cast: Cast) -> None:
    cast.give("alpha", [one := cast.indicator()])
    agree(cast)
    before = item_of(cast, one["id"])
    agree(cast, four_eyes=True)
    after = item_of(cast, one["id"])
    assert before.lens.text != after.lens.text
    assert cast.see("own").review(one["id"], before.name) is None
    assert after.demands[0].four_eyes


def test_a_suspended_agreement_asks_nothing(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator(tlp=Tlp.AMBER)])
    agree(cast)
    cast.store.agreements.suspend("with-carol", by="tester")
    assert waits(cast) == []


@pytest.mark.parametrize("cursor", ["", "x", "1", "1-", "1--2", "99-zz-1", "-1-aa-1", "9" * 200])
def test_a_cursor_that_names_no_place_is_no_harm(cast: Cast, cursor: str) -> None:
    cast.give("alpha", [cast.indicator()])
    agree(cast)
    assert len(cast.see("own").reviews(10, cursor).items) <= 1


def test_much_is_counted_up_to_a_bound(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    agree(cast)
    cast.give("alpha", [cast.indicator(str(number)) for number in range(7)])
    monkeypatch.setattr(reviewing, "MOST_COUNTED", 5)
    assert cast.see("own").reviews_counted() == reviewing.Counted(5, more=True)


# -- what was said


def test_what_is_decided_waits_no_more(cast: Cast) -> None:
    alice, bob = account(cast, "Alice"), account(cast, "Bob")
    agree(cast, four_eyes=True)
    cast.give("alpha", [one := cast.indicator("One"), other := cast.indicator("Other")])
    _, state = say(cast, alice, item_of(cast, one["id"]))
    assert state is State.HALF
    assert waits(cast) == [other["id"]]
    assert form(cast, item_of(cast, one["id"])) is None
    _, state = say(cast, alice, item_of(cast, one["id"]))
    assert state is State.HALF
    _, state = say(cast, bob, item_of(cast, one["id"]))
    assert state is State.RELEASED
    found = form(cast, item_of(cast, one["id"]))
    assert (found.content, found.whole) == (GOES, True)
    assert cast.store.approvals.counts() == {State.RELEASED: 1}
    assert [each.object for each in cast.store.approvals.in_state(State.RELEASED, 10)] == [one["id"]]


def test_a_refusal_wins_until_it_is_withdrawn(cast: Cast) -> None:
    alice, bob = account(cast, "Alice"), account(cast, "Bob")
    agree(cast)
    cast.give("alpha", [one := cast.indicator()])
    refused, state = say(cast, bob, item_of(cast, one["id"]), "refuse")
    assert state is State.REFUSED
    assert say(cast, alice, item_of(cast, one["id"]))[1] is State.REFUSED
    assert form(cast, item_of(cast, one["id"])) is None
    assert say(cast, alice, item_of(cast, one["id"]), "withdraw", withdraws=refused)[1] is State.REFUSED
    assert say(cast, bob, item_of(cast, one["id"]), "withdraw", withdraws=refused)[1] is State.RELEASED
    assert form(cast, item_of(cast, one["id"])) is not None


def test_a_newer_version_waits_anew(cast: Cast) -> None:
    alice = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one := cast.indicator()])
    assert say(cast, alice, item_of(cast, one["id"]))[1] is State.RELEASED
    assert waits(cast) == []
    cast.give("alpha", [{**one, "modified": LATER, "name": "New"}])
    assert waits(cast) == [one["id"]]
    assert form(cast, item_of(cast, one["id"])) is None


def test_whoever_makes_renditions_is_told_what_changed(cast: Cast) -> None:
    told: list[bytes] = []

    def touched(_writer: Reader, key: bytes) -> None:
        told.append(key)

    cast.store.approvals.touched = touched
    alice, bob = account(cast, "Alice"), account(cast, "Bob")
    agree(cast, four_eyes=True)
    cast.give("alpha", [one := cast.indicator()])
    key = item_of(cast, one["id"]).key
    say(cast, alice, item_of(cast, one["id"]))
    assert told == []
    released, _ = say(cast, bob, item_of(cast, one["id"]))
    assert told == [key]
    say(cast, bob, item_of(cast, one["id"]), "withdraw", withdraws=released)
    assert told == [key, key]


def test_what_does_not_hold_any_more_waits_again(cast: Cast) -> None:
    alice = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one := cast.indicator()])
    say(cast, alice, item_of(cast, one["id"]))
    number = form(cast, item_of(cast, one["id"])).item
    with cast.store._database.writer() as writer:
        cast.store.approvals.void(writer, number, "a neighbour closed")
    assert waits(cast) == [one["id"]]
    found = item_of(cast, one["id"]).review
    assert found is not None
    assert (found.state, found.why, found.counting) == (State.WAITING, "a neighbour closed", ())
    assert form(cast, item_of(cast, one["id"])) is None
    assert say(cast, alice, item_of(cast, one["id"]))[1] is State.RELEASED


def test_a_key_that_was_retired_meanwhile_signs_nothing(cast: Cast) -> None:
    alice = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one := cast.indicator()])
    waiting = item_of(cast, one["id"])
    number = key_of(cast, alice)
    with cast.store.people.change() as change:
        change.retire_signing_keys(alice.id, cast.clock.now())
    act = Act("x", "refuse", alice.id, "approver", cast.clock.now())
    said = Said(one["id"], waiting.key, waiting.digest, waiting.lens.text, waiting.demands, act, "Alice", number)
    note = note_at(cast)
    with pytest.raises(Conflict):
        cast.store.approve(batch(cast, note), said)
    assert cast.see("own").held(note["id"]) == ()
    assert item_of(cast, one["id"]).review is None


def test_every_word_is_a_leaf(cast: Cast) -> None:
    alice = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one := cast.indicator()])
    waiting = item_of(cast, one["id"])
    said, _ = say(cast, alice, waiting)
    (event,) = cast.store.events.all(10, kind=LeafKind.APPROVAL)
    stated = msgspec.json.decode(event.statement)
    assert event.account == alice.id
    assert stated["content"] == f"sha256:{sha256(GOES).hexdigest()}"
    assert {name: stated[name] for name in ("approval", "by", "id", "says", "state", "digest")} == {
        "approval": said,
        "by": "Alice",
        "id": one["id"],
        "says": "release",
        "state": "released",
        "digest": f"sha256:{waiting.digest.hex()}",
    }
    say(cast, alice, waiting, "ask")
    assert len(cast.store.events.all(10, kind=LeafKind.DOWNGRADE)) == 1


def test_what_is_erased_is_forgotten(cast: Cast) -> None:
    alice = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one := cast.indicator()])
    waiting = item_of(cast, one["id"])
    said, _ = say(cast, alice, waiting)
    with cast.store._database.writer() as writer:
        assert cast.store.approvals.erase(writer, waiting.key) == (said,)
    assert cast.store.approvals.of_key(waiting.key) == ()
    assert cast.scalar("SELECT count(*) FROM review_form") == 0
    assert waits(cast) == [one["id"]]


def test_what_people_release_is_read_and_what_they_take_back_is_not(cast: Cast) -> None:
    alice = account(cast, "Alice")
    agree(cast)
    cast.give("alpha", [one := cast.indicator(tlp=Tlp.AMBER)])

    def read() -> list[str]:
        cast.settle()
        cast.store.twins.make()
        return cast.ids("carol")

    assert read() == []
    released, _ = say(cast, alice, item_of(cast, one["id"]))
    assert read() == [one["id"]]
    say(cast, alice, item_of(cast, one["id"]), "withdraw", withdraws=released)
    assert read() == []
    say(cast, alice, item_of(cast, one["id"]))
    assert read() == [one["id"]]
    cast.give("alpha", [{**one, "modified": LATER, "name": "New"}])
    assert all(b"New" not in msgspec.json.encode(each) for each in cast.read("carol"))
