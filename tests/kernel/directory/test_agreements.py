"""Agreements made here: what may be signed, what follows at once, what a version does to the one before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NotFound, Refused
from comity.kernel.directory.agreements import State
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.findings import UnsoundAgreement
from tests.kernel.directory.conftest import Place
from tests.kernel.directory.nodes import BY, DAY, IDENTITIES, Side


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Iterator[Side]:
    side = Side(tmp_path / "home", empty, "home", 1)
    yield side
    side.close()


def test_a_draft_may_be_signed_as_it_is(home: Side) -> None:
    agreements = home.directory.agreements
    for template in ("bilateral-csirt", "law-enforcement", "eu-rok", "sector-isac", "open-community"):
        text = agreements.draft(template, "harbour")
        agreement, findings = agreements.examine(text)
        assert agreement is not None, [str(each) for each in findings]
        assert agreement.name == f"{template}-harbour"
        assert {each.identity for each in agreement.signatories} == set(IDENTITIES.values())


@pytest.mark.parametrize(
    ("template", "party", "name", "error"),
    [
        ("none", "harbour", "", NotFound),
        ("eu-rok", "nobody", "", NotFound),
        ("eu-rok", "home", "", Invalid),
        ("eu-rok", None, "", Invalid),
        ("eu-rok", "harbour", "No slug", Invalid),
        ("eu-rok", "harbour", "matrix", Invalid),
    ],
)
def test_a_draft_that_can_not_be(
    home: Side, template: str, party: str | None, name: str, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        home.directory.agreements.draft(template, party, name=name)
    assert getattr(caught.value, "hint", "")


def test_applying_releases_at_once_and_keeps_what_was_signed(home: Side) -> None:
    amber, red = home.give(1, Tlp.AMBER), home.give(2, Tlp.RED)
    assert home.gets() == set()
    row = home.directory.agreements.apply(home.text(), by=BY)
    assert home.gets() == {amber}
    assert red not in home.gets()
    assert (row.name, row.made_by, row.theirs) == ("ours", BY, None)
    assert home.directory.agreements.state(row) is State.SIGNED
    (signed,) = home.directory.agreements.signatures(row)
    assert signed.party is not None
    assert (signed.party.slug, signed.fingerprint) == ("home", home.keys.public.fingerprint)
    assert home.gets("third") == set()


def test_the_same_text_again_changes_nothing_and_another_is_a_version(home: Side) -> None:
    agreements = home.directory.agreements
    amber = home.give(1, Tlp.AMBER)
    first = agreements.apply(home.text(), by=BY)
    home.clock.forward(DAY)
    assert agreements.apply(first.text, by=BY) == first
    second = agreements.apply(home.text(**{'tlp = "amber"': 'tlp = "green"'}), by=BY)
    assert second.object == first.object
    assert second.version > first.version
    assert home.gets() == set()
    assert [each.version for each in agreements.versions("ours")] == [second.version, first.version]
    assert agreements.versions("ours")[1].superseded is not None
    home.clock.forward(DAY)
    ((party, gone),) = agreements.gone_out("ours")
    assert (party.slug, [each.id for each in gone]) == ("harbour", [amber])


def test_preview_says_what_then_happens(home: Side) -> None:
    agreements = home.directory.agreements
    green, amber = home.give(1, Tlp.GREEN), home.give(2, Tlp.AMBER)
    incident = home.give(3, Tlp.GREEN, "incident")
    assert home.gets() == {green, incident}
    (foreseen,) = agreements.preview(home.text()).parties
    assert (foreseen.slug, foreseen.opening.some, foreseen.closing.some) == ("harbour", (amber,), (incident,))
    agreements.apply(home.text(), by=BY)
    assert home.gets() == {green, amber}
    (foreseen,) = agreements.preview_of("ours", "suspend").parties
    assert (set(foreseen.opening.some), set(foreseen.closing.some)) == (set(), {amber})
    agreements.suspend("ours", by=BY)
    assert home.gets() == {green}, "what it keeps back it keeps back, suspended or not"
    (foreseen,) = agreements.preview_of("ours", "resume").parties
    assert set(foreseen.opening.some) == {amber}
    (foreseen,) = agreements.preview_of("ours", "withdraw").parties
    assert set(foreseen.opening.some) == {incident}
    agreements.withdraw("ours", by=BY)
    assert home.gets() == {green, incident}


def test_ends(home: Side) -> None:
    agreements = home.directory.agreements
    amber = home.give(1, Tlp.AMBER)
    text = home.text()
    agreements.apply(text, by=BY)
    assert agreements.state(agreements.suspend("ours", by=BY)) is State.SUSPENDED
    assert home.gets() == set()
    with pytest.raises(Conflict):
        agreements.suspend("ours", by=BY)
    home.clock.forward(DAY)
    changed = agreements.apply(text.replace("days = 730", "days = 30"), by=BY)
    assert agreements.state(changed) is State.SUSPENDED
    assert home.gets() == set()
    agreements.resume("ours", by=BY)
    assert home.gets() == {amber}
    assert agreements.state(agreements.withdraw("ours", by=BY)) is State.WITHDRAWN
    assert home.gets() == set()
    for act in (agreements.suspend, agreements.resume, agreements.withdraw):
        with pytest.raises(Conflict):
            act("ours", by=BY)
    home.clock.forward(DAY)
    again = agreements.apply(text, by=BY)
    assert (agreements.state(again), home.gets()) == (State.SIGNED, {amber})


def test_states_by_date(home: Side) -> None:
    agreements = home.directory.agreements
    text = home.text()
    begin = next(line for line in text.splitlines() if line.startswith("from = "))
    row = agreements.apply(text.replace(begin, "from = 2027-06-01"), by=BY)
    assert agreements.state(row) is State.NOT_BEGUN
    home.clock.forward(800 * DAY)
    assert agreements.state(row) is State.LAPSED


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ('tlp = "amber"', 'tlp = "ambr"', "ambr"),
        (IDENTITIES["harbour"], "identity--99999999-9999-4999-8999-999999999999", "Harbour"),
        (IDENTITIES["home"], "identity--99999999-9999-4999-8999-999999999999", "not among"),
        ("[article.when]\nstatement = true", '[article.when]\ncollections = ["nowhere"]', "nowhere"),
    ],
)
def test_what_does_not_hold_here_is_not_signed(home: Side, before: str, after: str, says: str) -> None:
    text = home.text(**{before: after})
    assert any(says in str(each) for each in home.directory.agreements.check(text))
    with pytest.raises(UnsoundAgreement, match=says):
        home.directory.agreements.apply(text, by=BY)
    assert home.directory.agreements.all() == ()


def test_agreements_are_kept_where_nobody_else_reads(home: Side) -> None:
    home.directory.agreements.apply(home.text(), by=BY)
    collection = home.directory.collections.get("agreements")
    assert home.directory.collections.access(collection) == ()
    other = home.directory.parties.get("harbour")
    for right in ({"read": True, "write": False}, {"read": False, "write": True}):
        with pytest.raises(Refused, match="no other party"):
            home.directory.collections.grant(collection, other, **right)
    assert home.directory.collections.access(collection) == ()


def test_agreements_are_not_kept_where_others_read_already(home: Side) -> None:
    other = home.directory.parties.get("harbour")
    collection = home.directory.collections.add("agreements", read=[other])
    with pytest.raises(Conflict) as caught:
        home.directory.agreements.apply(home.text(), by=BY)
    assert "comity collection access agreements" in caught.value.hint
    home.directory.collections.grant(collection, other, read=False, write=False)
    home.directory.agreements.apply(home.text(), by=BY)


def test_a_directory_without_a_store_has_none(place: Place) -> None:
    for name in ("agreements", "offers"):
        with pytest.raises(Corrupt):
            getattr(place.directory, name)
