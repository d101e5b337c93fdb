"""The scan for personal data: it works when asked, says how far it is, labels claims where they stand, survives kills."""

import random
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from comity.kernel.objects.ids import sco_id
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Basis, PersonalData, Retention, Selection, Withhold
from comity.kernel.policy.label import Label, Scan
from comity.kernel.policy.personal.finding import Kind
from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings
from comity.kernel.store.agreement import agree
from comity.kernel.store.scan import counts_of
from comity.kernel.store.store import open_store
from tests.kernel.store.conftest import Cast, address
from tests.kernel.store.pacts import enact, pact
from tests.kernel.store.test_relabel import sighting

KIM = "The operator answers at minseo.kim@example.kr, 010-2345-6789."
WITHOUT_BASIS = PersonalData(number=0, bases=())


def scan(cast: Cast, limit: int = 3) -> int:
    """To its end, in small steps, with all that follows; how many steps."""
    steps = 0
    while cast.store.scan.step(limit):
        steps += 1
        cast.settle()
        assert steps < 500
    return steps


def again(cast: Cast, settings: ScanSettings = DEFAULT, **more: Any) -> None:
    """The process starts again."""
    cast.store.close()
    cast.store = open_store(cast.url, cast.clock, scan=settings, **more)


def personal(cast: Cast, name: str = "Personal", **more: Any) -> dict[str, Any]:
    return cast.indicator(name, description=KIM, **more)


def scans(cast: Cast) -> dict[str, int]:
    """Claims by what their label says."""
    status = cast.store.scan.status()
    return {"unscanned": status.unscanned, "clear": status.clear, "personal": status.personal}


def test_without_anybody_asking_nothing_is_scanned(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator(), personal(cast)])
    assert not cast.store.scan.asked()
    assert cast.store.scan.step() == 0
    assert cast.store.scan.behind() == 0
    assert scans(cast) == {"unscanned": 2, "clear": 0, "personal": 0}
    enact(cast, pact("plain", "carol", Withhold(number=0, when=Selection(types=("note",)))))
    assert not cast.store.scan.asked()


def test_the_settings_may_ask(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator(), personal(cast)])
    again(cast, ScanSettings(always=True))
    assert cast.store.scan.behind() == 2
    scan(cast)
    assert scans(cast) == {"unscanned": 0, "clear": 1, "personal": 1}


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_an_agreement_signed_later_withholds_until_all_that_is_held_is_scanned(cast: Cast, limit: int) -> None:
    clear = [cast.indicator(f"Clear {number}") for number in range(5)]
    cast.give("alpha", [*clear[:2], personal(cast), *clear[2:]])
    before = cast.see("carol").page(cast.query(), 100)
    assert before.count == 6
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    assert cast.ids("carol") == []
    assert cast.store.scan.asked()
    assert cast.store.scan.behind() == 6
    scan(cast, limit)
    assert cast.store.scan.behind() == 0
    assert scans(cast) == {"unscanned": 0, "clear": 5, "personal": 1}
    late = cast.read("carol", added_after=before.last)
    assert sorted(one["name"] for one in late) == [f"Clear {number}" for number in range(5)]
    assert agree(cast.url).claims


def test_who_already_sees_it_notices_nothing(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator("One"), personal(cast)])
    enact(cast, pact("data", "dave", WITHOUT_BASIS))
    had = {party: cast.see(party).page(cast.query(), 1) for party in ("own", "alpha", "bravo", "carol")}
    order = {party: cast.ids(party) for party in had}
    whole = {party: cast.see(party).page(cast.query(), 100) for party in had}
    enact(cast, pact("more", "bravo", WITHOUT_BASIS))
    scan(cast, 1)
    for party in ("own", "alpha", "carol"):
        assert cast.ids(party) == order[party]
        assert cast.ids(party, added_after=whole[party].last) == []
        rest = cast.see(party).page(cast.query(), 100, had[party].next)
        assert rest.count == 1
        same = cast.see(party).page(cast.query(), 100)
        assert (same.first, same.last, same.objects) == (whole[party].first, whole[party].last, whole[party].objects)
    # To Bravo, whose agreement asks, what is clear opened behind its cursor, and what is personal closed.
    assert [one["name"] for one in cast.read("bravo", added_after=whole["bravo"].last)] == ["One"]
    assert len(cast.ids("bravo")) == 1
    assert len(cast.see("own").held(order["own"][0])) == 1


def test_what_comes_later_is_scanned_as_it_comes(cast: Cast) -> None:
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    cast.give("alpha", [cast.indicator("Late"), personal(cast)])
    assert cast.ids("carol") == []
    assert cast.store.scan.behind() == 2
    scan(cast)
    assert [one["name"] for one in cast.read("carol")] == ["Late"]


def test_with_a_basis_all_goes_unscanned(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator(), personal(cast)])
    basis = Basis(kind="adequacy", to=("KR",), reference="Decision 1 of 2025")
    enact(cast, pact("data", "carol", PersonalData(number=0, bases=(basis,))))
    assert len(cast.ids("carol")) == 2
    scan(cast)
    assert len(cast.ids("carol")) == 2


def test_with_a_profile_what_is_personal_goes_without_it(cast: Cast) -> None:
    one = personal(cast)
    cast.give("alpha", [one, cast.indicator("One")])
    enact(cast, pact("data", "carol", PersonalData(number=0, bases=(), profile="personal-data")))
    scan(cast)
    cast.store.twins.make()
    held = {found["name"]: found for found in cast.read("carol")}
    assert held.keys() == {"One", "Personal"}
    assert held["Personal"]["id"] != one["id"]
    told = msgspec.json.encode(held["Personal"]).decode()
    assert "minseo" not in told
    assert "6789" not in told
    assert one["id"] in cast.ids("alpha")


def test_the_reasons_name_basis_and_retention(cast: Cast) -> None:
    one = personal(cast)
    cast.give("alpha", [one])
    basis = Basis(kind="adequacy", to=("KR",), reference="Decision 1 of 2025")
    enact(cast, pact("data", "carol", PersonalData(number=0, bases=(basis,)), Retention(number=0, days=90)))
    scan(cast)
    (found,) = cast.see("own").explained(str(one["id"]), cast.parties["carol"].id)
    said = " ".join(str(each.says) for each in found.decision.obligations)
    assert "Decision 1 of 2025" in said
    assert "90" in said


def test_an_agreement_that_has_ended_asks_no_longer_and_a_new_one_goes_on(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator("One")])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    cast.store.agreements.withdraw("data", by="tester")
    assert not cast.store.scan.asked()
    cast.give("alpha", [cast.indicator("Two"), personal(cast)])
    assert cast.store.scan.step() == 0
    assert cast.store.scan.behind() == 0
    assert len(cast.ids("carol")) == 3
    enact(cast, pact("newer", "carol", WITHOUT_BASIS))
    assert cast.store.scan.behind() == 2
    assert [one["name"] for one in cast.read("carol")] == ["One"]
    scan(cast)
    assert sorted(one["name"] for one in cast.read("carol")) == ["One", "Two"]


def test_a_selection_asks_too(cast: Cast) -> None:
    cast.give("alpha", [personal(cast), cast.indicator("One")])
    enact(cast, pact("found", "bravo", Withhold(number=0, when=Selection(personal=True))))
    assert cast.store.scan.asked()
    cast.store.agreements.withdraw("found", by="tester")
    assert not cast.store.scan.asked()
    enact(cast, pact("looked", "carol", Withhold(number=0, when=Selection(unscanned=True))))
    assert cast.store.scan.asked()
    assert cast.ids("carol") == []
    enact(cast, pact("again", "carol", Withhold(number=0, when=Selection(personal=True))))
    scan(cast)
    assert [one["name"] for one in cast.read("carol")] == ["One"]


class KilledError(Exception):
    """The process ends here."""


def test_a_step_that_is_cut_off_is_done_again(cast: Cast) -> None:
    cast.give("alpha", [personal(cast), *(cast.indicator(f"One {number}") for number in range(9))])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    killed = 0

    def kill(_writer: object, _keys: object) -> None:
        nonlocal killed
        killed += 1
        if killed in {1, 3, 4}:
            raise KilledError

    for _ in range(60):
        cast.store.scan._touched = kill
        try:
            if not cast.store.scan.step(4):
                break
        except KilledError:
            again(cast)
            assert agree(cast.url).claims == cast.scalar("SELECT count(*) FROM claim")
        cast.settle()
    assert killed >= 5
    assert scans(cast) == {"unscanned": 0, "clear": 9, "personal": 1}
    assert cast.scalar("SELECT count(*) FROM scan") == 10
    assert len(cast.ids("carol")) == 9


def test_only_counts_are_kept(cast: Cast, run_sql: Callable[[str], None]) -> None:
    cast.give("alpha", [personal(cast), cast.indicator("One")])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    rows = sorted(
        cast.scalar(f"SELECT found FROM scan WHERE version = {version}")
        for version in (cast.scalar("SELECT min(version) FROM scan"), cast.scalar("SELECT max(version) FROM scan"))
    )
    assert rows == ["", "email:1 phone:1"]
    assert counts_of(rows[1]) == {Kind.EMAIL: 1, Kind.PHONE: 1}
    assert counts_of("") == counts_of("?") == {}


def test_other_settings_go_through_the_log_again(cast: Cast) -> None:
    cast.give("alpha", [address("198.51.100.1"), cast.indicator("One")])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    assert len(cast.ids("carol")) == 2
    again(cast, ScanSettings(addresses=True))
    assert cast.store.scan.behind() >= 2
    assert len(cast.ids("carol")) == 2  # what the last one found holds until then
    scan(cast, 1)
    assert [one["type"] for one in cast.read("carol")] == ["indicator"]
    assert cast.store.scan.behind() == 0
    again(cast)
    scan(cast, 1)
    assert len(cast.ids("carol")) == 2
    assert sorted(cast.ids("own")) == sorted(cast.ids("carol"))
    assert agree(cast.url).claims


def test_what_refers_by_a_guessable_id_follows(cast: Cast) -> None:
    one = address("198.51.100.1")
    mail = {
        "type": "email-addr",
        "spec_version": "2.1",
        "id": sco_id("email-addr", {"value": "minseo.kim@example.kr"}),
        "value": "minseo.kim@example.kr",
        "object_marking_refs": one["object_marking_refs"],
    }
    # One before what it needs, one after it.
    cast.give(
        "bravo", [sighting(cast, "before", str(one["id"])), sighting(cast, "of a person", str(mail["id"]))], "side"
    )
    cast.give("alpha", [one, mail])
    cast.give("bravo", [sighting(cast, "after", str(one["id"]))], "side")
    cast.settle()
    assert len(cast.ids("carol", "side")) == 3
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    assert cast.ids("carol", "side") == []
    scan(cast, 1)
    assert sorted(found["content"] for found in cast.read("carol", "side")) == ["after", "before"]
    assert [found["type"] for found in cast.read("carol")] == ["ipv4-addr"]
    assert len(cast.ids("own", "side")) == len(cast.ids("bravo", "side")) == 3


def test_labels_of_the_scan_take_no_room_of_a_source(cast: Cast) -> None:
    again(cast, labels_per_source=2)
    cast.give("alpha", [cast.indicator("One"), personal(cast, tlp=Tlp.CLEAR)])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    again(cast, labels_per_source=2)
    cast.give("alpha", [cast.indicator("Two")])
    scan(cast)
    assert sorted(one["name"] for one in cast.read("carol")) == ["One", "Two"]


def test_what_is_let_out_of_quarantine_is_scanned_then(cast: Cast) -> None:
    again(cast, labels_per_source=1)
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    cast.give("alpha", [cast.indicator("One")])
    cast.give("alpha", [cast.indicator("Two", Tlp.CLEAR), personal(cast, tlp=Tlp.CLEAR)])
    scan(cast)
    assert [one["name"] for one in cast.read("carol")] == ["One"]
    again(cast, labels_per_source=9)
    job = cast.store.relabelling.begin()
    while job is not None and job.open:
        cast.store.jobs.step(job, cast.store.relabelling.step(job))
        job = cast.store.jobs.get(job.id)
    scan(cast)
    assert sorted(one["name"] for one in cast.read("carol")) == ["One", "Two"]
    assert scans(cast) == {"unscanned": 0, "clear": 2, "personal": 1}


def test_what_cannot_be_read_stays_unscanned_and_holds_nothing_up(cast: Cast, run_sql: Callable[[str], None]) -> None:
    cast.give("alpha", [cast.indicator("One"), cast.indicator("Two")])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    text = '\'{"type":"no"}\''
    raw = f"{text}::bytea" if cast.url.startswith("postgres") else f"CAST({text} AS BLOB)"
    run_sql(f"UPDATE version SET raw = {raw} WHERE seq = (SELECT min(seq) FROM version)")
    again(cast)
    scan(cast)
    assert scans(cast) == {"unscanned": 1, "clear": 1, "personal": 0}
    assert [one["name"] for one in cast.read("carol")] == ["Two"]


def test_deletion_takes_the_result_along(cast: Cast) -> None:
    one = personal(cast)
    cast.give("alpha", [one])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    assert cast.scalar("SELECT count(*) FROM scan") == 1
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, str(one["id"]), ("all",), cast.clock.now())
    assert cast.scalar("SELECT count(*) FROM scan") == 0


def test_labels_say_what_was_found(cast: Cast) -> None:
    cast.give("alpha", [personal(cast)])
    enact(cast, pact("data", "carol", WITHOUT_BASIS))
    scan(cast)
    features = cast.scalar("SELECT features FROM label WHERE claims > 0")
    assert Label.of_features(features).scan is Scan.PERSONAL


POLLED = ("alpha", "bravo", "carol", "dave")


@pytest.mark.parametrize("seed", range(6))
def test_whoever_polls_misses_nothing_and_is_given_nothing_twice(cast: Cast, seed: int) -> None:
    """Arrivals, agreements that come and end, and scans in steps of any size, in any order; everybody polls all the time."""
    draws = random.Random(seed)
    polled = {party: _Poller() for party in POLLED}
    made: list[dict[str, Any]] = []
    agreed: list[str] = []
    for turn in range(40):
        act = draws.choice(("give", "give", "give", "scan", "scan", "scan", "sign", "end", "delete"))
        match act:
            case "give":
                fresh = [_any(cast, draws, made) for _ in range(draws.randint(1, 4))]
                made += fresh
                cast.give(draws.choice(("alpha", "bravo")), fresh, draws.choice(("main", "side")))
            case "scan":
                cast.store.scan.step(draws.randint(1, 5))
            case "sign":
                agreed.append(f"pact-{turn}")
                enact(cast, pact(agreed[-1], draws.choice(("bravo", "carol")), WITHOUT_BASIS))
            case "end" if agreed:
                cast.store.agreements.withdraw(agreed.pop(draws.randrange(len(agreed))), by="tester")
            case "delete" if made:
                one, party = draws.choice(made)["id"], draws.choice(("alpha", "bravo"))
                collection = cast.collections[draws.choice(("main", "side"))].id
                cast.store.delete(cast.parties[party].id, collection, one, ("all",), cast.clock.now())
            case _:
                pass
        if draws.random() < 0.5:
            cast.settle()
        cast.clock.forward(1_000_000)
        for party, poller in polled.items():
            for place in ("main", "side"):
                poller.poll(cast, party, place, again=act in {"sign", "delete"})
    scan(cast, 7)
    cast.settle()
    for party, poller in polled.items():
        for place in ("main", "side"):
            poller.poll(cast, party, place)
    assert agree(cast.url).claims == cast.scalar("SELECT count(*) FROM claim")
    _only_what_is_personal_is_withheld(cast, agreed)


def _only_what_is_personal_is_withheld(cast: Cast, agreed: list[str]) -> None:
    """Under an agreement that asks Carol sees nothing personal, and all that she would see without it and that is clear."""
    enact(cast, pact("last", "carol", WITHOUT_BASIS))
    scan(cast, 50)
    cast.settle()
    under = {place: cast.read("carol", place) for place in ("main", "side")}
    for name in (*agreed, "last"):
        cast.store.agreements.withdraw(name, by="tester")
    for place, held in under.items():
        assert not [one for one in held if KIM in (one.get("description"), one.get("content"))]
        without = [
            one["id"] for one in cast.read("carol", place) if KIM not in (one.get("description"), one.get("content"))
        ]
        assert set(without) <= {one["id"] for one in held}


class _Poller:
    """What a party got by asking again and again for what is new since the last date."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.seen: dict[str, set[str]] = {}

    def poll(self, cast: Cast, party: str, place: str, *, again: bool = False) -> None:
        """All that may be seen has come, and nothing that could be seen all the time comes again. ``again``: what somebody saw it
        under is gone (an agreement closed what is unscanned, a claim was deleted), so that it may come by another place.
        """
        before = self.seen.get(place, set())
        page = cast.see(party).page(cast.query(place, added_after=self.last.get(place)), 1000)
        now = set(cast.ids(party, place))
        come = [each["id"] for each in msgspec.json.decode(b"[" + page.objects + b"]")]
        assert len(come) == len(set(come))
        assert again or before.isdisjoint(come), f"{party} was given again what it had seen all the time"
        assert now - before <= set(come), f"{party} missed something"
        self.last[place] = page.last or self.last.get(place, 0)
        self.seen[place] = now


def _any(cast: Cast, draws: random.Random, made: list[dict[str, Any]]) -> dict[str, Any]:
    """An object: clear or not, an indicator, an address, or a note on one of them."""
    addresses = [f"198.51.100.{number}" for number in range(1, 6)]
    tlp = draws.choice((Tlp.CLEAR, Tlp.GREEN, Tlp.AMBER))
    match draws.choice(("indicator", "indicator", "address", "note")):
        case "address":
            return address(draws.choice(addresses), Tlp.GREEN)
        case "note":
            note = sighting(cast, draws.choice(("clear", KIM)), str(address(draws.choice(addresses))["id"]))
            return note | {"object_marking_refs": cast.indicator(tlp=tlp)["object_marking_refs"]}
        case _:
            return personal(cast, tlp=tlp) if draws.random() < 0.5 else cast.indicator(tlp=tlp)
