"""What is restricted to named people: only they see it, from the first moment on, by every exit; reading it is a leaf."""

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event

from comity.kernel.base.errors import Invalid, NotFound, Unavailable
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store import tables
from comity.kernel.store.database import Reader
from comity.kernel.store.store import open_store
from comity.kernel.store.types import Query
from comity.kernel.store.visible import Visible
from tests.kernel.store.conftest import SECOND, Cast, address

EVERYTHING = Query(versions=("all",))


@pytest.fixture
def people(cast: Cast) -> dict[str, int]:
    """Kim, Lee and Park of our own party; Moon, whose account is disabled."""
    numbers = {}
    with cast.store._database.write() as connection:
        for name in ("kim", "lee", "park", "moon"):
            row = {"name": name, "roles": "analyst", "created": 0, "disabled": name == "moon", "language": ""}
            key = connection.execute(tables.account.insert().values(**row)).inserted_primary_key
            assert key is not None
            numbers[name] = int(key[0])
    return numbers


def eyes(cast: Cast, account: int) -> Visible:
    """The reading door as one person of ours has it."""
    return cast.store.visible(Viewer(cast.parties["own"].id, account=account))


def ids(door: Visible) -> list[str]:
    page = door.page(EVERYTHING, 1000)
    return [one["id"] for one in json.loads(b"[" + page.objects + b"]")]


def begin(cast: Cast, object_id: str, people: list[int], account: int | None = None) -> None:
    """The short transaction alone: nothing that follows has been done."""
    cast.store._restrictions.restrict(object_id, people, by="test", account=account)


def shows_nothing_of(door: Visible, object_id: str, word: str) -> None:
    """By no exit."""
    assert object_id not in ids(door)
    assert object_id not in {record.id for record in door.manifest(EVERYTHING, 1000).records}
    assert door.held(object_id) == ()
    assert door.search(word).hits == ()
    assert door.search(object_id).hits == ()
    assert object_id not in {held.id for held in door.recent(100)}
    assert door.walk(object_id).nodes == ()
    assert door.restricted_to(object_id) == ()


def grouping(cast: Cast, *refs: str) -> dict[str, Any]:
    made = cast.indicator()
    return {
        **{name: made[name] for name in ("spec_version", "created", "modified", "object_marking_refs")},
        "type": "grouping",
        "id": made["id"].replace("indicator", "grouping"),
        "name": "Seen together",
        "context": "suspicious-activity",
        "object_refs": list(refs),
    }


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "when all is done"])
def test_only_the_named_and_the_source_see_it(cast: Cast, people: dict[str, int], settled: bool) -> None:
    one = cast.indicator(name="Unmistakable")
    cast.give("alpha", [one, cast.indicator()])
    cast.settle()
    begin(cast, one["id"], [people["kim"], people["lee"]])
    if settled:
        cast.settle()
    for name in ("kim", "lee"):
        door = eyes(cast, people[name])
        assert one["id"] in ids(door)
        assert door.held(one["id"])
        assert [hit.id for hit in door.search("Unmistakable").hits] == [one["id"]]
        assert door.restricted_to(one["id"]) == (people["kim"], people["lee"])
    assert one["id"] in cast.ids("alpha")
    shows_nothing_of(eyes(cast, people["park"]), one["id"], "Unmistakable")
    for party in ("own", "bravo", "carol"):
        shows_nothing_of(cast.see(party), one["id"], "Unmistakable")


def test_the_sources_claim_is_the_only_one_it_sees(cast: Cast, people: dict[str, int]) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.give("bravo", [one | {"name": "Other"}])
    begin(cast, one["id"], [people["kim"]])
    for _ in range(2):
        assert [held.source_slug for held in cast.see("alpha").held(one["id"])] == ["alpha"]
        assert not cast.see("alpha").held(one["id"])[0].conflict
        assert {held.source_slug for held in eyes(cast, people["kim"]).held(one["id"])} == {"alpha", "bravo"}
        cast.settle()


def test_what_stays_visible_stays_where_it_was(cast: Cast, people: dict[str, int]) -> None:
    """Whoever goes on seeing it is not given it again: nobody learns by a new date that it was restricted."""
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.give("alpha", [cast.indicator()])
    seen = [cast.see("alpha").manifest(EVERYTHING, 10), eyes(cast, people["kim"]).manifest(EVERYTHING, 10)]
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    cast.settle()
    assert seen == [cast.see("alpha").manifest(EVERYTHING, 10), eyes(cast, people["kim"]).manifest(EVERYTHING, 10)]


def test_what_comes_later_is_restricted_from_its_first_moment(cast: Cast, people: dict[str, int]) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    newer = one | {"name": "Newer", "modified": "2026-02-01T00:00:00.000Z"}
    cast.give("bravo", [newer, cast.indicator(), newer | {"id": cast.indicator()["id"], "name": "Free"}])
    assert len(cast.ids("carol")) == 2
    assert one["id"] not in cast.ids("carol")
    assert len(eyes(cast, people["kim"]).held(one["id"])) == 2


@pytest.mark.parametrize("lifts", [False, True])
def test_a_restriction_that_commits_between_labelling_and_commit_is_not_missed(
    cast: Cast, people: dict[str, int], monkeypatch: pytest.MonkeyPatch, lifts: bool
) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    if lifts:
        cast.store.restrict(one["id"], [people["kim"]], by="test")
        cast.settle()
    committer = cast.store._committer
    label = committer._incoming
    left = [True]

    def label_then_restrict(*arguments: Any) -> Any:
        incoming = label(*arguments)
        if left and left.pop():
            if lifts:
                cast.store.lift(one["id"], by="test")
            else:
                cast.store.restrict(one["id"], [people["kim"]], by="test")
            cast.settle()
        return incoming

    monkeypatch.setattr(committer, "_incoming", label_then_restrict)
    cast.give("bravo", [one | {"modified": "2026-02-01T00:00:00.000Z"}])
    assert not left
    assert (one["id"] in cast.ids("carol")) is lifts


def test_a_referrer_that_was_being_written_meanwhile_is_not_missed(
    cast: Cast, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL looks labels up without a lock; SQLite does so under it, so that there it has to come just before."""
    seen = address("192.0.2.1")
    cast.give("alpha", [seen])
    step = "_try" if cast.url.startswith("sqlite") else "_write_bodies"
    go_on = getattr(cast.store._committer, step)
    left = [True]

    def restrict_then_go_on(*arguments: Any, **more: Any) -> Any:
        if left and left.pop():
            cast.store.restrict(seen["id"], [people["kim"]], by="test")
            cast.settle()
        return go_on(*arguments, **more)

    monkeypatch.setattr(cast.store._committer, step, restrict_then_go_on)
    group = grouping(cast, seen["id"])
    cast.give("bravo", [group])
    assert not left
    assert group["id"] not in cast.ids("carol")
    assert group["id"] not in ids(eyes(cast, people["park"]))
    assert group["id"] in ids(eyes(cast, people["kim"]))


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "when all is done"])
def test_whoever_names_a_restricted_observable_is_hidden_with_it(
    cast: Cast, people: dict[str, int], settled: bool
) -> None:
    """Its id can be guessed from its value: the reference alone would tell it."""
    seen = address("192.0.2.1")
    group, free = grouping(cast, seen["id"]), grouping(cast, address("192.0.2.2")["id"])
    cast.give("alpha", [seen, address("192.0.2.2")])
    cast.give("bravo", [group, free])
    before = {arrival.source_slug: arrival.claims for arrival in eyes(cast, people["park"]).arrivals()}
    begin(cast, seen["id"], [people["kim"]])
    if settled:
        cast.settle()
    for door in (eyes(cast, people["park"]), cast.see("own"), cast.see("carol")):
        shows_nothing_of(door, seen["id"], "192.0.2.1")
        assert group["id"] not in ids(door)
        assert door.held(group["id"]) == ()
        assert free["id"] in ids(door)
        assert seen["id"] not in {node.id for node in door.walk(free["id"]).nodes}
    assert group["id"] in cast.ids("bravo")
    assert {seen["id"], group["id"]} <= set(ids(eyes(cast, people["kim"])))
    counted = {arrival.source_slug: arrival.claims for arrival in eyes(cast, people["park"]).arrivals()}
    assert before == {"alpha": 2, "bravo": 2}
    assert counted == {"alpha": 1, "bravo": 1}
    assert {arrival.claims for arrival in eyes(cast, people["kim"]).arrivals()} == {2}


def test_to_our_own_people_an_observable_that_is_not_held_hides_nothing(cast: Cast, people: dict[str, int]) -> None:
    cast.give("alpha", [cast.indicator()])
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    group = grouping(cast, address("192.0.2.9")["id"])
    cast.give("alpha", [group])
    assert group["id"] in ids(eyes(cast, people["park"]))


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "when all is done"])
def test_arrivals_tell_neither_the_number_nor_the_date_of_what_is_restricted(
    cast: Cast, people: dict[str, int], settled: bool
) -> None:
    cast.give("alpha", [cast.indicator()])
    before = eyes(cast, people["park"]).arrivals()
    one = cast.indicator()
    cast.give("alpha", [one])
    other = cast.indicator()
    cast.give("bravo", [other])
    for each in (one, other):
        begin(cast, each["id"], [people["kim"]])
    if settled:
        cast.settle()
    assert eyes(cast, people["park"]).arrivals() == before
    assert cast.see("own").arrivals() == before
    assert len(eyes(cast, people["kim"]).arrivals()) == 2


def test_lifting_opens_behind_everybodys_place(cast: Cast, people: dict[str, int]) -> None:
    seen = address("192.0.2.1")
    group = grouping(cast, seen["id"])
    cast.give("alpha", [seen])
    cast.give("bravo", [group])
    cast.store.restrict(seen["id"], [people["kim"]], by="test")
    cast.settle()
    cast.give("alpha", [cast.indicator()])
    doors = [cast.see("carol"), eyes(cast, people["park"]), cast.see("own")]
    places = [door.page(EVERYTHING, 100).last for door in doors]
    assert cast.store.lift(seen["id"], by="test")
    cast.settle()
    for door, place in zip(doors, places, strict=True):
        page = door.page(Query(versions=("all",), added_after=place), 100)
        assert {one["id"] for one in json.loads(b"[" + page.objects + b"]")} == {seen["id"], group["id"]}
    assert not cast.store.lift(seen["id"], by="test")
    assert eyes(cast, people["kim"]).restricted_to(seen["id"]) == ()


def test_to_other_people(cast: Cast, people: dict[str, int]) -> None:
    """Who is no longer named sees nothing from the first moment; who is newly named finds it behind their place."""
    one = cast.indicator()
    cast.give("alpha", [one, cast.indicator()])
    cast.store.restrict(one["id"], [people["kim"], people["lee"]], by="test")
    cast.settle()
    place = eyes(cast, people["park"]).page(EVERYTHING, 10).last
    begin(cast, one["id"], [people["lee"], people["park"]])
    assert eyes(cast, people["kim"]).held(one["id"]) == ()
    cast.settle()
    assert eyes(cast, people["kim"]).held(one["id"]) == ()
    assert eyes(cast, people["lee"]).held(one["id"])
    page = eyes(cast, people["park"]).page(Query(added_after=place), 10)
    assert json.loads(page.objects)["id"] == one["id"]


def test_what_our_own_party_gave_is_restricted_too(cast: Cast, people: dict[str, int]) -> None:
    one = cast.indicator(name="Ours")
    cast.give("own", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    cast.settle()
    shows_nothing_of(cast.see("own"), one["id"], "Ours")
    gone = cast.store.delete(cast.parties["own"].id, cast.collections["main"].id, one["id"], (), cast.clock.now())
    assert gone == 0, "the party as a whole took back what only Kim may see"
    assert eyes(cast, people["kim"]).held(one["id"])


def test_a_partner_takes_back_what_it_gave(cast: Cast, people: dict[str, int]) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    where = (cast.parties["alpha"].id, cast.collections["main"].id)
    assert cast.store.delete(*where, one["id"], (), cast.clock.now()) == 1
    cast.give("alpha", [one])
    assert one["id"] not in cast.ids("carol"), "what comes again is restricted as before"


def test_only_who_may_see_it_may_restrict_or_lift(cast: Cast, people: dict[str, int]) -> None:
    """To everybody else it is not there."""
    one, absent = cast.indicator(), cast.indicator()
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="kim", account=people["kim"])
    for object_id in (one["id"], absent["id"], "no-such-type--" + one["id"][-36:], "nonsense"):
        with pytest.raises(NotFound, match="Nothing is held"):
            cast.store.restrict(object_id, [people["park"]], by="park", account=people["park"])
        with pytest.raises(NotFound, match="Nothing is held"):
            cast.store.lift(object_id, by="park", account=people["park"])
    assert cast.store.lift(one["id"], by="kim", account=people["kim"])


def test_nobody_and_unknown_people_are_refused(cast: Cast, people: dict[str, int]) -> None:
    """An empty list would be nobody's, and no list everybody's: neither is what was meant."""
    one = cast.indicator()
    cast.give("alpha", [one])
    for named in ([], [people["kim"], 999], [people["moon"]]):
        with pytest.raises(Invalid):
            cast.store.restrict(one["id"], named, by="test")
    assert cast.ids("carol") == [one["id"]]


def test_the_ledger_says_who_restricted_what_to_whom(cast: Cast, people: dict[str, int]) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["lee"], people["kim"]], by="kim", account=people["kim"])
    cast.store.lift(one["id"], by="command line: root")
    lifted, restricted = cast.store.events.all(10, kind=LeafKind.RESTRICTED)
    assert json.loads(restricted.statement).items() >= {"by": "kim", "id": one["id"], "people": ["kim", "lee"]}.items()
    assert restricted.account == people["kim"]
    assert json.loads(lifted.statement).items() >= {"by": "command line: root", "people": []}.items()


EXITS: dict[str, Callable[[Visible, str], object]] = {
    "held": lambda door, object_id: door.held(object_id),
    "recent": lambda door, _: door.recent(10),
    "search": lambda door, _: door.search("Unmistakable"),
    "walk": lambda door, object_id: door.walk(object_id),
    "page": lambda door, _: door.page(EVERYTHING, 10),
    "page by id": lambda door, object_id: door.page(Query(ids=(object_id,)), 10),
    "manifest": lambda door, _: door.manifest(EVERYTHING, 10),
}


@pytest.mark.parametrize("settled", [False, True], ids=["at once", "when all is done"])
def test_reading_it_is_a_leaf_by_every_exit(cast: Cast, people: dict[str, int], settled: bool) -> None:
    one = cast.indicator(name="Unmistakable")
    cast.give("alpha", [one, cast.indicator()])
    cast.settle()

    def reads() -> list[str]:
        return [each.statement for each in cast.store.events.all(100, kind=LeafKind.READ)]

    for leave in EXITS.values():
        leave(eyes(cast, people["kim"]), one["id"])
    assert cast.store.events.all(10) == ()
    begin(cast, one["id"], [people["kim"]])
    if settled:
        cast.settle()
    for leave in EXITS.values():
        leave(eyes(cast, people["park"]), one["id"])
        leave(cast.see("alpha"), one["id"])
    assert reads() == []
    for number, leave in enumerate(EXITS.values(), 1):
        leave(eyes(cast, people["kim"]), one["id"])
        leave(eyes(cast, people["kim"]), one["id"])
        assert len(reads()) == number, "one page asks several times: one leaf for a minute"
        cast.clock.forward(61 * SECOND)
    assert json.loads(reads()[0]).items() >= {"account": "kim", "id": one["id"]}.items()
    assert {each.account for each in cast.store.events.all(100, kind=LeafKind.READ)} == {people["kim"]}


def test_without_the_leaf_nothing_is_shown(cast: Cast, people: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    one = cast.indicator(name="Unmistakable")
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    cast.settle()

    def full(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(cast.store.events, "note", full)
    for leave in EXITS.values():
        with pytest.raises(Unavailable):
            leave(eyes(cast, people["kim"]), one["id"])


def counted(cast: Cast, act: Callable[[], object]) -> list[str]:
    """The statements that an act sends."""
    sent: list[str] = []

    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = cast.store._database.engine
    event.listen(engine, "before_cursor_execute", before)
    original = {}
    for name in ("all", "one", "run", "many"):
        original[name] = getattr(Reader, name)

        def spy(self: Any, sql: Any, *rest: Any, _call: Any = original[name]) -> Any:
            sent.append(sql.sqlite)
            return _call(self, sql, *rest)

        setattr(Reader, name, spy)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", before)
        for name, call in original.items():
            setattr(Reader, name, call)
    return sent


def many_versions(cast: Cast, number: int) -> tuple[str, list[dict[str, Any]]]:
    one = cast.indicator()
    return one["id"], [
        one | {"name": f"v{place}", "modified": f"2026-02-01T00:00:00.{place:06d}Z"} for place in range(number)
    ]


def test_restricting_costs_the_same_however_much_is_held_and_the_rest_goes_in_steps(
    cast: Cast, people: dict[str, int]
) -> None:
    third, small, large = cast.indicator(), many_versions(cast, 1), many_versions(cast, 700)
    cast.give("alpha", [third])
    cast.give("alpha", small[1])
    cast.give("alpha", large[1])
    begin(cast, third["id"], [people["kim"]])  # the circle is made once
    short = counted(cast, lambda: begin(cast, small[0], [people["kim"]]))
    cast.settle()
    long = counted(cast, lambda: begin(cast, large[0], [people["kim"]]))
    assert len(short) == len(long) < 20
    steps = 0
    while done := cast.store.settle():
        assert done <= 201, "a step holds the lock for as long as it works"
        assert large[0] not in cast.ids("carol", versions=("all",))
        assert cast.see("carol").held(large[0]) == ()
        assert len(eyes(cast, people["kim"]).held(large[0])) == 700
        steps += 1
    assert steps >= 4
    assert len(cast.ids("alpha", versions=("all",))) == 702
    assert cast.scalar("SELECT count(*) FROM relabel") == 0


def test_where_nothing_is_restricted_nothing_is_asked(cast: Cast, people: dict[str, int]) -> None:
    """A commit carries its question in a statement that it sends anyway; a page asks nothing at all."""
    cast.give("alpha", [cast.indicator()])
    doors = [cast.see("carol"), cast.see("own"), eyes(cast, people["kim"])]
    for door in doors:
        door.page(EVERYTHING, 10)
    one = cast.indicator()
    sent = counted(cast, lambda: cast.give("alpha", [one, cast.indicator()]))
    about = [statement for statement in sent if any(word in statement for word in ("restrict", "circle", "relabel"))]
    assert [statement.startswith("SELECT c.uuid, c.tlp, p.slug") for statement in about] == [True]
    pages = [counted(cast, partial(door.page, EVERYTHING, 10)) for door in doors]
    assert not [s for page in pages for s in page if any(word in s for word in ("restrict", "circle", "relabel"))]
    assert len({len(page) for page in pages}) == 1


def test_two_workers_that_shape_the_same_claim_anew_leave_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """A step that was overtaken between reading and writing does nothing."""
    group = grouping(cast, address("192.0.2.1")["id"], address("192.0.2.2")["id"])
    cast.give("alpha", [group])
    reshaper = cast.store._reshaper
    referrers = reshaper.referrers
    left = [True]

    def overtaken(*arguments: Any) -> Any:
        found = referrers(*arguments)
        if left and left.pop():
            while reshaper.step(100):
                pass
        return found

    monkeypatch.setattr(reshaper, "referrers", overtaken)
    cast.give("bravo", [address("192.0.2.1"), address("192.0.2.2")])
    cast.settle()
    assert cast.scalar("SELECT count(*) FROM claim WHERE flags & 16 = 0") == 3
    assert sorted(cast.ids("carol")) == sorted([group["id"], address("192.0.2.1")["id"], address("192.0.2.2")["id"]])


def test_the_marking_of_a_restricted_object_is_still_read(cast: Cast, people: dict[str, int]) -> None:
    """Lifting brings back the label it had: what was over a ceiling stays over it."""
    one = cast.indicator(tlp=Tlp.RED)
    cast.give("alpha", [one])
    cast.store.restrict(one["id"], [people["kim"]], by="test")
    cast.settle()
    cast.store.lift(one["id"], by="test")
    cast.settle()
    assert cast.ids("carol") == []
    assert eyes(cast, people["park"]).held(one["id"])


def test_a_node_that_stopped_half_way_goes_on(cast: Cast, people: dict[str, int]) -> None:
    """Hidden all the time; another process does what is left."""
    one, versions = many_versions(cast, 250)
    cast.give("alpha", versions)
    begin(cast, one, [people["kim"]])
    cast.store.settle(100)
    cast.store.close()
    cast.store = open_store(cast.url, cast.clock)
    assert cast.ids("carol", versions=("all",)) == []
    cast.settle()
    assert cast.ids("carol", versions=("all",)) == []
    assert len(eyes(cast, people["kim"]).held(one)) == len(cast.see("alpha").held(one)) == 250


def test_lifting_before_restricting_is_done_ends_open(cast: Cast, people: dict[str, int]) -> None:
    one, versions = many_versions(cast, 250)
    cast.give("alpha", versions)
    begin(cast, one, [people["kim"]])
    cast.store.settle(100)
    cast.store._restrictions.lift(one, by="test")
    cast.settle()
    assert len(cast.ids("carol", versions=("all",))) == 250
    assert len(eyes(cast, people["park"]).held(one)) == 250
