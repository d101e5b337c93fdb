"""People decide what goes only after a review: with keys of their own, two where two are asked, and never one as two."""

import json
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.kernel.base.errors import Conflict, Invalid, NotFound, Refused, Unauthorised
from comity.kernel.directory.accounts import RECOVERY
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.canonical import canonical
from comity.kernel.objects.extensions import REDACTION
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.approval.decisions import Decision
from comity.kernel.policy.approval.folding import State
from comity.kernel.policy.approval.people import NEW_FOR
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.proposing import Proposal, Refusal
from comity.kernel.store.reviewing import Waiting
from comity.kernel.store.types import Account, Batch, Channel, Query
from tests.kernel.directory.authenticator import SoftKey
from tests.kernel.directory.nodes import BY, Side
from tests.kernel.directory.people import HOST, ORIGIN, PASSWORD

FOUR_EYES = {'"duty-officer"]\n': '"legal"]\nfour_eyes = true\n'}
RELEASE = Decision("release")


class Home(Side):
    """Our node: Alice administers it; Bob and Carol approve, Dana is a lawyer, Finn an analyst. The operator added all."""

    def __init__(self, folder: Path, empty: Path) -> None:
        super().__init__(folder, empty, "home", 1)
        self.approvals = self.directory.approvals
        self.accounts = self.directory.accounts
        self.alice = self.person("Alice", "administrator", "approver")
        self.bob = self.person("Bob", "approver")
        self.carol = self.person("Carol", "approver")
        self.dana = self.person("Dana", "legal")
        self.finn = self.person("Finn", "analyst")

    def person(self, name: str, *roles: str, by: str = BY) -> Account:
        account = self.accounts.add(name, roles, by=by)
        self.accounts.set_password(account, None, PASSWORD)
        return account

    def agree(self, more: str = "", **changes: str) -> None:
        text = self.text(**changes)
        assert text != self.text() or not changes
        self.directory.agreements.apply(text + more, by=BY)
        self.clock.forward(1_000_000)

    def incident(self, number: int = 1, **more: Any) -> str:
        return self.put("incident", number, name=f"Incident {number} at Blue Pier Bank", **more)

    def put(self, kind: str, number: int, source: str = "home", **more: Any) -> str:
        """An object of some party's in ``feed``; its id."""
        self.clock.forward(1_000_000)
        name = f"{kind}--00000000-0000-4000-8000-{number:012d}"
        held = {
            "type": kind,
            "spec_version": "2.1",
            "id": name,
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "object_marking_refs": [TLP_IDS[Tlp.GREEN]],
            **more,
        }
        parsed = parse(json.dumps(held).encode())
        assert isinstance(parsed, Parsed), parsed
        giver = self.directory.parties.get(source).id
        self.store.commit(Batch(giver, self.feed.id, (parsed,), Channel.FILE, self.clock.now()))
        return name

    def item(self, account: Account, object_id: str) -> Waiting:
        viewer = Viewer(self.directory.parties.own().id, account=account.id)
        (found,) = self.store.visible(viewer).reviews_of(object_id)
        return self.approvals.item(account, object_id, found.name)

    def say(self, account: Account, object_id: str, decision: Decision = RELEASE) -> State:
        self.clock.forward(1_000_000)
        prepared = self.approvals.prepare(account, self.item(account, object_id), decision)
        return self.approvals.sign_with_password(account, PASSWORD, prepared)

    def said(self, object_id: str) -> tuple[str, ...]:
        review = self.item(self.finn, object_id).review
        return () if review is None else tuple(each.id for each in review.acts)

    def raw(self, object_id: str) -> bytes:
        (held,) = self.store.visible(Viewer(self.directory.parties.own().id)).held(object_id)
        return held.raw

    def goes(self) -> list[dict[str, Any]]:
        """What the other party gets, when all that is to be made is made."""
        self.store.twins.make()
        viewer = Viewer(self.directory.parties.get(self.other).id)
        page = self.store.visible(viewer).page(Query(types=("incident", "identity", "note", "campaign")), 100)
        found: list[dict[str, Any]] = json.loads(b"[" + page.objects + b"]")
        return found


@pytest.fixture
def home(tmp_path: Path, empty: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home", empty)
    yield made
    made.close()


# -- one person, two people


def test_what_a_person_approves_goes_as_it_is(home: Home) -> None:
    home.agree()
    one = home.incident()
    assert home.goes() == []
    assert home.say(home.bob, one) is State.RELEASED
    assert [each["id"] for each in home.goes()] == [one]
    assert home.goes()[0] == json.loads(home.raw(one))


def test_two_people_release_what_asks_for_two(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    assert home.say(home.bob, one) is State.HALF
    assert home.goes() == []
    assert home.say(home.dana, one) is State.RELEASED
    assert [each["id"] for each in home.goes()] == [one]


def refused(home: Home, account: Account, object_id: str, decision: Decision = RELEASE) -> str:
    with pytest.raises((Conflict, Invalid, Refused)) as error:
        home.say(account, object_id, decision)
    return error.value.code


def test_one_person_twice_is_not_two(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    home.say(home.bob, one)
    assert refused(home, home.bob, one) == "approval-own"
    assert home.goes() == []


def test_nobody_speaks_without_a_role_that_is_asked_for(home: Home) -> None:
    home.agree()
    one = home.incident()
    assert refused(home, home.finn, one) == "approval-role"
    only = home.person("Gwen", "administrator")
    assert refused(home, only, one) == "approval-role"


def test_an_administrator_and_whom_she_added_are_not_two(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    invented = home.person("Invented", "approver", by="Alice")
    home.clock.forward(NEW_FOR)
    assert home.say(invented, one) is State.HALF
    assert refused(home, home.alice, one) == "approval-not-two"
    assert home.goes() == []
    assert home.say(home.bob, one) is State.RELEASED


def test_two_whom_one_administrator_added_are_not_two(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    first, second = home.person("First", "approver", by="Alice"), home.person("Second", "legal", by="Alice")
    home.clock.forward(NEW_FOR)
    assert home.say(first, one) is State.HALF
    assert refused(home, second, one) == "approval-not-two"
    home.accounts.vouch(second, by=BY)
    assert home.say(second, one) is State.RELEASED


def test_a_recovered_account_is_whoever_recovered_it(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    link = home.accounts.invite(home.bob, purpose=RECOVERY, by="Alice")
    assert home.accounts.enter(link.secret)
    home.accounts.set_password(home.bob, None, PASSWORD)
    assert refused(home, home.bob, one) == "approval-new"
    home.clock.forward(NEW_FOR)
    assert home.say(home.alice, one) is State.HALF
    assert refused(home, home.bob, one) == "approval-not-two"


def test_a_role_that_an_administrator_gives_is_hers_for_a_day(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.accounts.set_roles(home.finn, ("analyst", "approver"), by="Alice")
    finn = home.accounts.get("Finn")
    assert refused(home, finn, one) == "approval-new"
    home.clock.forward(NEW_FOR)
    assert home.say(finn, one) is State.RELEASED


def test_she_can_give_herself_none_either(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    home.accounts.set_roles(home.alice, ("administrator", "approver", "legal"), by="Alice")
    assert refused(home, home.accounts.get("Alice"), one) == "approval-new"


def test_only_the_operator_vouches(home: Home) -> None:
    with pytest.raises(Refused):
        home.accounts.vouch(home.bob, by="Alice")
    with pytest.raises(Refused):
        home.accounts.vouch(home.bob, by="Bob")


def test_of_whom_the_record_says_nothing_is_not_one_of_two(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    with home.store._database.writer() as writer:
        writer.cursor.execute('DELETE FROM event WHERE statement LIKE \'%"account":"Bob"%\'')
    assert refused(home, home.bob, one) == "approval-not-two"


def test_who_is_disabled_after_half_an_approval_does_not_count(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    home.say(home.bob, one)
    home.accounts.disable(home.bob, by=BY)
    assert home.say(home.carol, one) is State.HALF
    assert home.say(home.dana, one) is State.RELEASED


# -- what is signed


def test_an_approval_is_an_object_that_proves_itself(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one)
    (said,) = home.said(one)
    verified = home.approvals.verify(home.raw(said))
    statement = verified.approved.statement
    assert verified.account.name == "Bob"
    assert (statement.says, statement.form, statement.role) == ("release", "whole", "approver")
    assert statement.object_ref == one
    assert statement.audience == ("Harbour",)
    assert statement.object_modified == "2026-01-01T00:00:00.000Z"
    (ground,) = statement.grounds
    row = home.directory.agreements.get("ours")
    assert (ground.agreement, ground.article, ground.digest) == ("ours", 7, f"sha256:{row.digest.hex()}")
    content = json.loads(home.raw(one))
    del content["created"], content["modified"]
    assert statement.content_digest == f"sha256:{sha256(canonical(content)).hexdigest()}"
    assert len(home.store.events.all(10, kind=LeafKind.APPROVAL)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"person": "Carol"},
        {"object_ref": "incident--00000000-0000-4000-8000-000000000009"},
        {"content_digest": f"sha256:{'00' * 32}"},
        {"audience": ["Harbour", "Third"]},
        {"role": "legal"},
    ],
)
def test_a_word_changed_is_no_approval(home: Home, change: dict[str, Any]) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one)
    held = json.loads(home.raw(home.said(one)[0]))
    held["statement"] |= change
    with pytest.raises(Invalid) as error:
        home.approvals.verify(json.dumps(held).encode())
    assert error.value.code == "approval-unproven"


def test_neither_signature_does_without_the_other(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one)
    held = json.loads(home.raw(home.said(one)[0]))
    for broken in (
        {**held, "person_signature": {**held["person_signature"], "value": "AAAA"}},
        {**held, "signatures": [held["signatures"][0], {**held["signatures"][1], "value": "AAAA"}]},
    ):
        with pytest.raises(Invalid):
            home.approvals.verify(json.dumps(broken).encode())


def test_a_retired_key_signs_nothing_and_what_it_signed_still_holds(home: Home) -> None:
    home.agree()
    one, other = home.incident(1), home.incident(2)
    home.say(home.bob, one)
    home.clock.forward(1_000_000)
    link = home.accounts.invite(home.bob, purpose=RECOVERY, by=BY)
    assert home.accounts.enter(link.secret)
    with pytest.raises(Conflict):
        home.say(home.bob, other)
    home.accounts.set_password(home.bob, None, PASSWORD)
    assert home.say(home.bob, other) is State.RELEASED
    assert home.approvals.verify(home.raw(home.said(one)[0])).key.retired is not None


def test_the_wrong_password_signs_nothing(home: Home) -> None:
    home.agree()
    one = home.incident()
    prepared = home.approvals.prepare(home.bob, home.item(home.bob, one), RELEASE)
    with pytest.raises(Unauthorised):
        home.approvals.sign_with_password(home.bob, "not the password at all", prepared)
    assert home.said(one) == ()


def test_a_passkey_signs_what_was_looked_at(home: Home) -> None:
    home.agree()
    one, key = home.incident(), SoftKey(1)
    options, ticket = home.accounts.add_passkey_begin(home.bob, HOST)
    home.accounts.add_passkey_finish(home.bob, ticket, key.create(options, ORIGIN), HOST, ORIGIN, "laptop")
    prepared = home.approvals.prepare(home.bob, home.item(home.bob, one), RELEASE)
    options, ticket = home.approvals.begin_passkey(home.bob, prepared, HOST)
    home.clock.forward(30_000_000)
    again = home.approvals.again(home.bob, home.item(home.bob, one), RELEASE, prepared.statement.signed)
    state = home.approvals.finish_passkey(home.bob, ticket, again, key.get(options, ORIGIN), HOST, ORIGIN)
    assert state is State.RELEASED
    assert home.approvals.verify(home.raw(home.said(one)[0])).key.kind == "passkey"


def test_what_changed_between_looking_and_signing_is_looked_at_again(home: Home) -> None:
    home.agree()
    one = home.incident()
    before = home.approvals.prepare(home.bob, home.item(home.bob, one), RELEASE).statement.signed
    with pytest.raises(Conflict):
        home.approvals.again(home.carol, home.item(home.carol, one), RELEASE, before)
    with pytest.raises(Conflict):
        home.approvals.again(home.bob, home.item(home.bob, one), Decision("refuse", reason="No."), before)
    with pytest.raises(Invalid):
        home.approvals.again(home.bob, home.item(home.bob, one), RELEASE, b"{}")
    assert refused(home, home.bob, one, Decision("release", content="00" * 32)) == "approval-changed"


# -- what ends an approval


def test_a_new_version_of_the_object_is_asked_about_anew(home: Home) -> None:
    home.agree()
    one = home.incident()
    before = home.item(home.bob, one)
    home.say(home.bob, one)
    home.goes()
    home.incident(1, modified="2026-02-01T00:00:00.000Z", description="More is known.")
    assert home.item(home.bob, one).review is None
    assert all("description" not in each for each in home.goes())
    with pytest.raises(Conflict) as error:
        home.approvals.prepare(home.carol, home.approvals.item(home.carol, one, before.name), RELEASE)
    assert error.value.code == "review-superseded"


def test_a_changed_agreement_is_asked_about_anew(home: Home) -> None:
    home.agree()
    one = home.incident()
    before = home.item(home.bob, one)
    home.say(home.bob, one)
    assert len(home.goes()) == 1
    home.agree(**FOUR_EYES)
    assert home.goes() == []
    assert home.item(home.bob, one).review is None
    with pytest.raises(NotFound):
        home.approvals.item(home.bob, one, before.name)


def test_a_refusal_closes_what_was_released(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one)
    assert len(home.goes()) == 1
    assert home.say(home.carol, one, Decision("refuse", reason="The bank asked us not to.")) is State.REFUSED
    assert home.goes() == []
    assert refused(home, home.bob, one) == "approval-refused"
    (_, refusal) = home.said(one)
    assert refused(home, home.bob, one, Decision("withdraw", reason="x", withdraws=refusal)) == "approval-not-yours"
    state = home.say(home.carol, one, Decision("withdraw", reason="They agreed.", withdraws=refusal))
    assert state is State.RELEASED
    assert len(home.goes()) == 1


def test_one_takes_ones_own_word_back_without_the_role_too(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one, Decision("refuse", reason="No."))
    home.accounts.set_roles(home.bob, ("analyst",), by=BY)
    bob = home.accounts.get("Bob")
    assert refused(home, bob, one) == "approval-role"
    withdrawal = Decision("withdraw", reason="Yes.", withdraws=home.said(one)[0])
    assert refused(home, home.finn, one, withdrawal) == "approval-not-yours"
    assert home.say(bob, one, withdrawal) is State.WAITING


def test_the_word_of_somebody_who_is_gone_is_taken_back_by_whoever_is_asked(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one, Decision("refuse", reason="No."))
    home.accounts.disable(home.bob, by=BY)
    withdrawal = Decision("withdraw", reason="He is gone.", withdraws=home.said(one)[0])
    assert refused(home, home.finn, one, withdrawal) == "approval-role"
    assert home.say(home.carol, one, withdrawal) is State.WAITING


def test_taking_ones_approval_back_closes_it(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident()
    home.say(home.bob, one)
    home.say(home.dana, one)
    assert len(home.goes()) == 1
    mine = home.said(one)[0]
    assert home.say(home.bob, one, Decision("withdraw", reason="Too early.", withdraws=mine)) is State.HALF
    assert home.goes() == []
    assert refused(home, home.bob, one, Decision("withdraw", reason="x", withdraws=mine)) == "approval-changed"


@pytest.mark.parametrize("says", ["refuse", "ask"])
def test_why_is_always_said(home: Home, says: Any) -> None:
    home.agree()
    one = home.put("incident", 1, "third", name="Theirs")
    assert refused(home, home.bob, one, Decision(says)) == "approval-reason"
    assert refused(home, home.bob, one, Decision(says, reason="x" * 2001)) == "approval-reason"


# -- the source's consent


def test_a_source_is_asked_and_its_consent_releases(home: Home) -> None:
    home.directory.parties.set_identity("third", "identity--33333333-3333-4333-8333-333333333333")
    home.agree()
    one = home.put("incident", 1, "third", name="Theirs")
    assert home.say(home.bob, one, Decision("ask", reason="Harbour is hit as well.")) is State.SOURCE
    (said,) = home.said(one)
    asked = home.approvals.verify(home.raw(said)).approved
    assert said.startswith("downgrade-request--")
    assert asked.to == ("identity--33333333-3333-4333-8333-333333333333",)
    assert refused(home, home.carol, one) == "approval-source"
    assert home.goes() == []
    assert home.say(home.carol, one, Decision("release", reference="Letter 12/2026")) is State.RELEASED
    assert [each["id"] for each in home.goes()] == [one]
    assert len(home.store.events.all(10, kind=LeafKind.DOWNGRADE)) == 1


def test_nobody_is_asked_where_nobody_is_known(home: Home) -> None:
    home.agree()
    ours, theirs = home.incident(1), home.put("incident", 2, "third", name="Theirs")
    ask = Decision("ask", reason="Please.")
    assert refused(home, home.bob, ours, ask) == "approval-no-source"
    assert refused(home, home.bob, theirs, ask) == "approval-no-source"


# -- forms


def proposed(home: Home, account: Account, object_id: str, decision: Decision) -> Proposal:
    found = home.approvals.proposal(account, home.item(account, object_id), decision)
    assert isinstance(found, Proposal), found
    return found


def test_what_was_shown_is_what_goes(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident(1, created_by_ref=home.put("identity", 5, name="Blue Pier Bank", identity_class="organization"))
    times = Decision("release", "profile", profile="times")
    shown = proposed(home, home.bob, one, times)
    assert home.say(home.bob, one, times) is State.HALF
    review = home.item(home.dana, one).review
    assert review is not None
    seconding = Decision("release", "as-approved", content=review.content.hex())
    assert proposed(home, home.dana, one, seconding).kept.digest == shown.kept.digest
    assert home.say(home.dana, one, seconding) is State.RELEASED
    gone = [each for each in home.goes() if each["type"] == "incident"]
    assert len(gone) == 1
    del gone[0]["created"], gone[0]["modified"]
    assert canonical(gone[0]) == shown.kept.content


def test_two_different_forms_are_not_approved_by_two(home: Home) -> None:
    home.agree(**FOUR_EYES)
    one = home.incident(1, description="Seen at 192.0.2.7 and 198.51.100.9.")
    home.say(home.bob, one)
    state = home.say(home.dana, one, Decision("release", "profile", profile="networks"))
    assert state is State.HALF
    assert home.goes() == []


def by_hand(home: Home, object_id: str, **changes: Any) -> str:
    """A text that a person wrote, from the original."""
    held = json.loads(home.raw(object_id))
    twin = home.approvals.twin(home.bob, home.item(home.bob, object_id))
    made = {**held, "id": twin, **changes}
    return json.dumps({name: value for name, value in made.items() if value is not None})


def test_a_tear_line_goes_in_place_of_the_original(home: Home) -> None:
    home.agree()
    one = home.incident(1, description="Blue Pier Bank lost its ledger.")
    text = by_hand(home, one, name="An incident at a bank", description="A ledger was lost.")
    decision = Decision("release", "by-hand", text=text)
    shown = proposed(home, home.bob, one, decision)
    assert home.say(home.bob, one, decision) is State.RELEASED
    (gone,) = home.goes()
    assert gone["id"] != one
    assert gone["name"] == "An incident at a bank"
    assert gone["extensions"][REDACTION]["how"] == ["by-hand"]
    assert b"Blue Pier" not in json.dumps(gone).encode()
    del gone["created"], gone["modified"]
    assert canonical(gone) == shown.kept.content
    link = home.store.twins.original_of(gone["id"])
    assert link is not None
    assert link.original_id == one


WRONG: dict[str, dict[str, Any]] = {
    "another type": {"type": "campaign"},
    "the original's id": {"id": "incident--00000000-0000-4000-8000-000000000001"},
    "another id": {"id": "incident--00000000-0000-4000-8000-000000000099"},
    "a lower marking": {"object_marking_refs": [TLP_IDS[Tlp.CLEAR]]},
    "no marking": {"object_marking_refs": None},
    "what is not valid": {"confidence": 4000},
    "a hidden object by its id": {
        "description": "See campaign--00000000-0000-4000-8000-000000000077.",
    },
    "its creator": {"created_by_ref": "identity--00000000-0000-4000-8000-000000000078"},
    "extensions that are none": {"extensions": []},
}


@pytest.mark.parametrize("changes", WRONG.values(), ids=WRONG)
def test_a_tear_line_is_held_to_what_may_go(home: Home, changes: dict[str, Any]) -> None:
    home.agree()
    one = home.incident()
    found = home.approvals.proposal(
        home.bob, home.item(home.bob, one), Decision("release", "by-hand", text=by_hand(home, one, **changes))
    )
    assert isinstance(found, Refusal)
    assert found.reasons
    decision = Decision("release", "by-hand", text=by_hand(home, one, **changes))
    assert refused(home, home.bob, one, decision) == "approval-form"


@pytest.mark.parametrize("text", ["", "{", "[]", '"x"', "null", '{"type":"incident","type":"incident"}'])
def test_what_is_no_object_is_no_tear_line(home: Home, text: str) -> None:
    home.agree()
    one = home.incident()
    found = home.approvals.proposal(home.bob, home.item(home.bob, one), Decision("release", "by-hand", text=text))
    assert isinstance(found, Refusal)


def test_what_the_agreement_takes_out_is_not_written_back(home: Home) -> None:
    """An agreement redacts and asks people: by hand nobody puts back what it drops, in whatever writing."""
    home.agree(
        """
[[article]]
number = 11
says = "redact"
profile = "quiet"

[article.when]
types = ["incident"]

[[profile]]
name = "quiet"

[[profile.rule]]
do = "drop"
types = ["incident"]
properties = ["description"]
"""
    )
    one = home.incident(1, description="jdoe@bluepier.example paid")
    shown = proposed(home, home.bob, one, RELEASE)
    assert b"bluepier" not in shown.raw
    encoded = b64encode(b"jdoe@bluepier.example paid").decode()
    for written in ("jdoe@bluepier.example paid", "JDOE@bluepier.example paid", encoded):
        text = by_hand(home, one, description=None, name=f"It was {written}")
        found = home.approvals.proposal(home.bob, home.item(home.bob, one), Decision("release", "by-hand", text=text))
        assert isinstance(found, Refusal), written
    assert home.say(home.bob, one) is State.RELEASED
    (gone,) = home.goes()
    assert "description" not in gone


def test_another_key_of_pseudonyms_ends_what_was_written_under_the_old(home: Home) -> None:
    """A tear line goes under a pseudonym: with another key it would be another id, so people are asked anew, and told why."""
    home.agree()
    one = home.incident()
    home.say(home.bob, one, Decision("release", "by-hand", text=by_hand(home, one, name="An incident")))
    (before,) = home.goes()
    home.store.twins.rotate("ours", by=BY)
    assert [each["id"] for each in home.goes() if not each.get("revoked")] == []
    review = home.item(home.bob, one).review
    assert review is not None
    assert review.state is State.WAITING
    assert review.why
    assert home.say(home.bob, one, Decision("release", "by-hand", text=by_hand(home, one))) is State.RELEASED
    after = [each["id"] for each in home.goes() if not each.get("revoked")]
    assert after
    assert before["id"] not in after


def test_an_unknown_profile_is_refused(home: Home) -> None:
    home.agree()
    one = home.incident()
    assert refused(home, home.bob, one, Decision("release", "profile", profile="nothing")) == "approval-profile"
    assert {"victims", "times"} <= home.approvals.profiles(home.item(home.bob, one)).keys()
    assert refused(home, home.bob, one, Decision("release", "as-approved", content="00")) == "approval-changed"


# -- where it is kept


def test_approvals_are_kept_where_nobody_else_reads(home: Home) -> None:
    home.agree()
    one = home.incident()
    home.say(home.bob, one)
    (said,) = home.said(one)
    for party in ("harbour", "third"):
        viewer = Viewer(home.directory.parties.get(party).id)
        assert home.store.visible(viewer).held(said) == ()
    collection = home.directory.collections.get("approvals")
    with pytest.raises(Refused):
        home.directory.collections.grant(collection, home.directory.parties.get("harbour"), read=True, write=False)


def test_restricted_objects_are_hidden_from_whoever_is_not_named(home: Home) -> None:
    home.agree()
    one = home.incident()
    name = home.item(home.bob, one).name
    home.store.restrict(one, [home.carol.id], by=BY)
    with pytest.raises(NotFound):
        home.approvals.item(home.bob, one, name)


def test_statements_name_no_content(home: Home) -> None:
    home.agree()
    one = home.incident(1, description="Blue Pier Bank lost its ledger.")
    home.say(home.bob, one, Decision("release", "by-hand", text=by_hand(home, one, description=None)))
    assert b"Blue Pier" not in home.raw(home.said(one)[0])
    assert msgspec.json.decode(home.raw(home.said(one)[0]))["statement"]["form"] == "by-hand"
