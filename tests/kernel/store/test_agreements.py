"""Agreements as rows, and what follows from them: grants that open, close, end at a date, and the leaves that tell of it."""

import json

import msgspec
import pytest

from comity.kernel.base.errors import Conflict, NotFound
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Onward, Parties, Selection, Term, Withhold
from comity.kernel.store.agreement import agree
from comity.kernel.store.grants import CLOCK, DATES
from comity.kernel.store.types import AgreementRow, Batch, Channel
from tests.kernel.store.conftest import SECOND, Cast, address, parsed
from tests.kernel.store.pacts import DAY, community, covers, enact, pact, row_of, until


def test_what_an_agreement_covers_opens_behind_the_cursor_and_only_for_its_party(cast: Cast) -> None:
    amber = [cast.indicator(name=f"a{n}", tlp=Tlp.AMBER) for n in range(5)]
    cast.give("own", amber)
    door = cast.see("carol")
    last = cast.store.registry.party(own=True)
    assert last is not None
    assert cast.ids("carol") == []
    enact(cast, pact("pact", "carol"))
    assert cast.ids("carol") == [one["id"] for one in amber]
    assert cast.ids("alpha") == []
    page = door.page(cast.query(added_after=cast.clock.now() - 1), 10)
    assert page.count == 5
    enacted = cast.store.agreements.get("pact")
    assert (enacted.ours, enacted.made_by, enacted.superseded) == (enacted.version, "tester", None)


def test_suspending_closes_resuming_opens_withdrawing_closes_for_good(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [given])
    enact(cast, pact("pact", "carol"))
    agreements = cast.store.agreements
    for act, seen in (("suspend", []), ("resume", [given["id"]]), ("withdraw", [])):
        cast.clock.forward(SECOND)
        getattr(agreements, act)("pact", by="tester")
        assert cast.ids("carol") == seen, act
    with pytest.raises(Conflict):
        agreements.withdraw("pact", by="tester")
    with pytest.raises(Conflict):
        agreements.resume("pact", by="tester")
    acts = [json.loads(each.statement)["act"] for each in cast.store.events.all(10, kind=LeafKind.AGREEMENT)]
    assert acts == ["withdrawn", "resumed", "suspended", "enacted"]
    agree(cast.url)


def test_what_is_no_agreement_is_not_found(cast: Cast) -> None:
    for act in (cast.store.agreements.suspend, cast.store.agreements.resume, cast.store.agreements.withdraw):
        with pytest.raises(NotFound):
            act("nothing", by="tester")
    with pytest.raises(NotFound):
        cast.store.agreements.get("nothing")
    assert cast.store.agreements.versions("nothing") == ()


def test_a_newer_version_takes_the_place_of_the_one_before(cast: Cast) -> None:
    indicator, other = cast.indicator(tlp=Tlp.AMBER), address("192.0.2.1", Tlp.AMBER)
    cast.give("own", [indicator, other])
    first = enact(cast, pact("pact", "carol", covers(types=("indicator",))))
    assert cast.ids("carol") == [indicator["id"]]
    second = enact(cast, pact("pact", "carol", covers(types=("ipv4-addr",))))
    assert cast.ids("carol") == [other["id"]]
    assert cast.store.agreements.get("pact") == second
    versions = cast.store.agreements.versions("pact")
    assert [each.version for each in versions] == [second.version, first.version]
    assert versions[1].superseded == cast.clock.now()
    assert [each.name for each in cast.store.agreements.all()] == ["pact"]


def test_their_signature_is_added_to_what_is_kept_and_another_text_is_refused(cast: Cast) -> None:
    agreement = pact("pact", "carol")
    row = enact(cast, agreement)
    cast.clock.forward(SECOND)
    signed = msgspec.structs.replace(row_of(agreement, row.version, None), theirs=7)
    answer = cast.store.enact(None, signed, by="tester")
    assert (answer.ours, answer.theirs, answer.made) == (row.ours, 7, row.made)
    with pytest.raises(Conflict):
        cast.store.enact(None, row_of(pact("pact", "carol", ceiling="green"), row.version, 1), by="tester")


def test_a_late_answer_to_an_older_version_brings_it_not_back(cast: Cast) -> None:
    older = row_of(pact("pact", "carol", ceiling="red"), 1_000, 1_000)
    enact(cast, pact("pact", "carol", ceiling="green"))
    cast.give("own", [cast.indicator(tlp=Tlp.AMBER)])
    cast.store.enact(None, older, by="tester")
    assert cast.ids("carol") == []
    assert cast.store.agreements.get("pact").version > 1_000


def test_objects_and_row_are_written_together_or_not_at_all(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    batch = Batch(cast.parties["own"].id, cast.collections["main"].id, (parsed(given),), Channel.FORM, cast.clock.now())
    row = row_of(pact("pact", "carol"), 5, cast.clock.now())
    cast.store.enact(batch, row, by="tester")
    assert cast.ids("carol") == [given["id"]]
    further = cast.indicator(tlp=Tlp.AMBER)
    refused = Batch(
        cast.parties["own"].id, cast.collections["main"].id, (parsed(further),), Channel.FORM, cast.clock.now()
    )
    with pytest.raises(Conflict):
        cast.store.enact(refused, row_of(pact("pact", "carol", ceiling="red"), 5, 1), by="tester")
    assert cast.ids("own") == [given["id"]]
    agree(cast.url)


def test_a_term_that_ends_closes_at_its_moment_though_nobody_writes_so(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [given])
    end = cast.clock.now() + DAY
    enact(cast, pact("pact", "carol", Term(number=0, until=end)))
    until(cast, end - 1)
    assert cast.ids("carol") == [given["id"]]
    until(cast, end)
    assert cast.ids("carol") == []
    cast.store.key_date()
    assert cast.scalar("SELECT closed FROM grants WHERE cause = 'pact'") == end
    until(cast, end + 1)
    assert cast.ids("carol") == []


def test_what_begins_at_a_date_opens_when_the_clock_fires(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [given])
    begin = cast.clock.now() + DAY
    enact(cast, pact("pact", "carol", Term(number=0, since=begin, until=begin + DAY)))
    waiting = cast.store.timers.waiting(CLOCK, DATES)
    assert waiting is not None
    assert waiting.due == begin
    cast.store.key_date()
    assert cast.ids("carol") == []
    until(cast, begin)
    cast.store.key_date()
    assert cast.ids("carol") == [given["id"]]
    waiting = cast.store.timers.waiting(CLOCK, DATES)
    assert waiting is not None
    assert waiting.due == begin + DAY
    until(cast, begin + DAY)
    cast.store.key_date()
    assert cast.ids("carol") == []
    assert cast.store.timers.waiting(CLOCK, DATES) is None


def test_what_came_from_a_party_of_an_agreement_goes_on_only_where_it_allows(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.GREEN)
    cast.give("alpha", [given])
    assert cast.ids("carol") == [given["id"]]
    enact(cast, pact("pact", "alpha"))
    assert cast.ids("carol") == []
    assert cast.ids("alpha") == [given["id"]]
    enact(cast, pact("pact", "alpha", Onward(number=0, to="named", parties=("carol",))))
    assert cast.ids("carol") == [given["id"]]
    assert cast.ids("bravo") == []


def test_what_they_gave_goes_on_by_an_amendment_only_when_they_have_signed_it(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.GREEN)
    cast.give("alpha", [given])
    narrow = enact(cast, pact("pact", "alpha"))
    countersign(cast, narrow)
    assert cast.ids("carol") == []
    wide = enact(cast, pact("pact", "alpha", Onward(number=0, to="anybody")))
    assert cast.ids("carol") == []
    countersign(cast, wide)
    assert cast.ids("carol") == [given["id"]]
    enact(cast, pact("pact", "alpha", covers(types=("note",)), Onward(number=0, to="nobody")))
    assert cast.ids("carol") == [given["id"]]


def test_what_a_member_gave_stays_under_the_agreements_word_when_it_has_left(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.GREEN)
    cast.give("alpha", [given])
    isac = community(cast, "isac", "alpha")
    enact(cast, pact("pact", "bravo", Parties(number=0, communities=("isac",))))
    assert cast.ids("carol") == []
    cast.store.registry.leave(isac, cast.parties["alpha"].id)
    assert cast.ids("carol") == []
    enact(cast, pact("pact", "bravo", Parties(number=0, communities=("isac",)), Onward(number=0, to="anybody")))
    assert cast.ids("carol") == [given["id"]]


def countersign(cast: Cast, row: AgreementRow) -> None:
    cast.clock.forward(SECOND)
    cast.store.enact(None, msgspec.structs.replace(row, theirs=cast.clock.now()), by="tester")


def test_members_come_and_go_with_what_a_community_agreed(cast: Cast) -> None:
    given, amber = cast.indicator(tlp=Tlp.GREEN), cast.indicator(tlp=Tlp.AMBER)
    cast.store.registry.set_ceiling(cast.parties["carol"], Tlp.CLEAR)
    cast.give("own", [given, amber])
    isac = community(cast, "isac")
    enact(cast, pact("pact", "alpha", Parties(number=0, communities=("isac",))))
    assert cast.ids("carol") == []
    assert cast.store.registry.join(isac, cast.parties["carol"].id)
    assert not cast.store.registry.join(isac, cast.parties["carol"].id)
    assert cast.ids("carol") == [given["id"]]
    assert cast.store.registry.leave(isac, cast.parties["carol"].id)
    assert not cast.store.registry.leave(isac, cast.parties["carol"].id)
    assert cast.ids("carol") == []


def test_a_client_receives_what_the_agreement_gives_clients(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.AMBER)
    cast.give("own", [given])
    enact(cast, pact("pact", "alpha", Parties(number=0, clients=True)))
    assert cast.ids("carol") == []
    client = cast.store.registry.set_client(cast.parties["carol"], cast.parties["alpha"].id)
    assert cast.ids("carol") == [given["id"]]
    cast.store.registry.set_client(client, None)
    assert cast.ids("carol") == []


def test_an_article_that_withholds_holds_against_the_ceiling(cast: Cast) -> None:
    given = cast.indicator(tlp=Tlp.GREEN)
    cast.give("own", [given])
    assert cast.ids("carol") == [given["id"]]
    enact(cast, pact("pact", "carol", Withhold(number=0, when=Selection(types=("indicator",)))))
    assert cast.ids("carol") == []


def test_drafts_are_kept_replaced_and_dropped(cast: Cast) -> None:
    agreements = cast.store.agreements
    agreements.keep_draft("pact", "one", 1)
    agreements.keep_draft("pact", "two", 2)
    (draft,) = agreements.drafts()
    assert (draft.name, draft.text, draft.account, draft.at) == ("pact", "two", 2, cast.clock.now())
    assert agreements.draft("pact") == draft
    assert agreements.drop_draft("pact")
    assert not agreements.drop_draft("pact")
    assert agreements.draft("pact") is None
