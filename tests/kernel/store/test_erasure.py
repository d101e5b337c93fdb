"""Erasure: nothing of what was erased is found by any exit, nor in the database's files; what stands beside it stays."""

import json
import sqlite3
from pathlib import Path

import pytest

from comity.kernel.base.errors import Conflict, Invalid
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store import tables
from comity.kernel.store.agreement import agree
from comity.kernel.store.erasure.orders import Erasure, Ground, Selection, Stage
from comity.kernel.store.types import Channel, Failure, Kept, Query, Submission
from comity.kernel.store.words import observable_word
from tests.kernel.store.conftest import SECOND, Cast, address, parsed

GROUND = Ground("Order 7/2026", "Art. 17 GDPR", "2026-11-01")


def erase(cast: Cast, *, for_good: bool = False, **selection: object) -> Erasure:
    """An order, carried out."""
    made = cast.store.erasures.order(Selection(**selection), GROUND, for_good=for_good, by="tester")  # type: ignore[arg-type]
    return cast.store.erasures.run(made.id)


def files(url: str) -> bytes:
    """Everything that SQLite has of the database on the disk."""
    path = Path(url.removeprefix("sqlite:///"))
    return b"".join(each.read_bytes() for each in sorted(path.parent.glob("node.db*")))


def rows_of_tables(cast: Cast) -> str:
    """Every row of every table, as text."""
    with cast.store._database.snapshot() as reader:
        names = reader.cursor.execute(
            "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = current_schema() AND relkind = 'r'"
            if reader.postgres
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        cells = (cell for (name,) in names for row in reader.cursor.execute(f"SELECT * FROM {name}") for cell in row)
        return " ".join(
            bytes(cell).decode("latin-1") if isinstance(cell, (bytes, memoryview)) else str(cell) for cell in cells
        )


def vocabulary(url: str) -> set[str]:
    """Every term of SQLite's full text, which keeps them shortened by what they have in common."""
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search, row)")
        found = {term for (term,) in connection.execute("SELECT term FROM temp.terms")}
    connection.close()
    return found


def has_nothing_of(cast: Cast, *words: str) -> None:
    """In no row and, of SQLite, in no byte of any file."""
    held = rows_of_tables(cast)
    for word in words:
        assert word not in held
    if cast.url.startswith("sqlite"):
        raw = files(cast.url).lower()
        terms = vocabulary(cast.url)
        for word in words:
            assert word.lower().encode() not in raw, word
            assert word.lower() not in terms, word


def test_no_byte_of_it_is_left(cast: Cast) -> None:
    one = cast.indicator(name="Quillwort", description="nothing but sundew " * 700)
    other = cast.indicator(name="Remains")
    cast.give("alpha", [one, other])
    cast.give("bravo", [dict(reversed(one.items()))])
    cast.settle()
    done = erase(cast, object=one["id"])
    assert (done.stage, done.objects, done.claims) == (Stage.DONE, 1, 2)
    for party in ("own", "alpha", "bravo", "carol"):
        assert cast.see(party).held(one["id"]) == ()
        assert cast.see(party).search("Quillwort").hits == ()
    assert cast.ids("carol") == [other["id"]]
    has_nothing_of(cast, one["id"], "quillwort", "sundew", one["id"].split("--")[1].replace("-", ""))
    agree(cast.url)


def test_an_address_is_gone_and_what_refers_to_it_is_shaped_anew(cast: Cast) -> None:
    held = address("198.51.100.77")
    note = cast.indicator() | {}
    seen = {
        "type": "relationship",
        "spec_version": "2.1",
        "id": "relationship--8e2e2d2b-17d4-4cbf-938f-000000000001",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "relationship_type": "based-on",
        "source_ref": note["id"],
        "target_ref": held["id"],
        "object_marking_refs": note["object_marking_refs"],
    }
    cast.give("alpha", [held, note, seen])
    cast.settle()
    assert seen["id"] in cast.ids("carol")
    assert cast.store.erasures.outlook(Selection(object=held["id"])).referrers == 1
    erase(cast, object=held["id"])
    assert cast.ids("carol") == [note["id"]]
    assert seen["id"] in cast.ids("own")
    has_nothing_of(cast, "198.51.100.77", observable_word("ipv4-addr", "198.51.100.77"))
    agree(cast.url)


def test_one_version_goes_and_the_others_stay(cast: Cast) -> None:
    one = cast.indicator(name="v1")
    cast.give("alpha", [one, one | {"modified": "2026-02-01T00:00:00.000Z", "name": "Saxifrage"}])
    erase(cast, object=one["id"], version=parsed(one | {"modified": "2026-02-01T00:00:00.000Z"}).modified)
    assert [read["name"] for read in cast.read("alpha", versions=("all",))] == ["v1"]
    has_nothing_of(cast, "saxifrage")


def test_what_a_source_gave_goes_and_what_others_gave_stays(cast: Cast) -> None:
    mine, both = cast.indicator(name="Butterwort"), cast.indicator(name="Both")
    cast.give("alpha", [mine, both])
    cast.give("bravo", [both])
    done = erase(cast, source=cast.parties["alpha"].id)
    assert (done.claims, done.objects) == (2, 1)
    assert cast.ids("alpha") == [both["id"]]
    assert {held.source_slug for held in cast.see("own").held(both["id"])} == {"bravo"}
    has_nothing_of(cast, "butterwort", mine["id"])
    agree(cast.url)


def test_by_collection_and_by_date(cast: Cast) -> None:
    old, new, beside = cast.indicator(name="Old"), cast.indicator(name="New"), cast.indicator(name="Beside")
    cast.give("alpha", [old])
    cast.give("alpha", [beside], "side")
    cast.clock.forward(SECOND)
    before = cast.clock.now()
    cast.give("alpha", [new])
    assert cast.store.erasures.outlook(Selection(before=before)).claims == 2
    erase(cast, collection=cast.collections["main"].id, before=before)
    assert cast.ids("own") == [new["id"]]
    assert cast.ids("own", "side") == [beside["id"]]


def test_what_comes_after_the_order_is_not_meant(cast: Cast) -> None:
    cast.give("alpha", [cast.indicator()])
    made = cast.store.erasures.order(Selection(source=cast.parties["alpha"].id), GROUND, for_good=False, by="tester")
    later = cast.indicator()
    cast.give("alpha", [later])
    cast.store.erasures.run(made.id)
    assert cast.ids("own") == [later["id"]]


def test_nothing_named_is_refused(cast: Cast) -> None:
    with pytest.raises(Invalid, match="names"):
        cast.store.erasures.order(Selection(), GROUND, for_good=False, by="tester")


def test_more_than_one_step(cast: Cast) -> None:
    many = [cast.indicator(name=f"Many {number}") for number in range(230)]
    cast.give("alpha", many)
    done = erase(cast, source=cast.parties["alpha"].id)
    assert (done.objects, done.claims) == (230, 230)
    assert cast.ids("own") == []
    agree(cast.url)


# -- the ledger ------------------------------------------------------------------------------------------------------------


def test_leaves_say_that_it_happened_and_name_nothing(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    digest = parsed(one).digest.hex()
    erase(cast, object=one["id"])
    ordered, done = reversed(cast.store.events.all(10, kind=LeafKind.ERASED))
    told = json.loads(done.statement)
    assert json.loads(ordered.statement)["act"] == "ordered"
    assert json.loads(ordered.statement)["shared_with"] == ["bravo", "carol"]
    assert (told["act"], told["objects"], told["claims"], told["by"]) == ("done", 1, 1, "tester")
    assert (told["order"], told["article"], told["dated"]) == (GROUND.reference, GROUND.article, GROUND.dated)
    for event in (ordered, done):
        assert one["id"] not in event.statement
        assert digest not in event.statement


def test_the_leaf_of_what_came_stays_as_a_commitment_without_salt(cast: Cast) -> None:
    one, other = cast.indicator(), cast.indicator()
    cast.give("alpha", [one, other])
    commitments = cast.scalar("SELECT count(DISTINCT commitment) FROM leaf")
    erase(cast, object=one["id"])
    assert cast.scalar("SELECT count(*) FROM leaf WHERE salt IS NULL") == 1
    assert cast.scalar("SELECT count(DISTINCT commitment) FROM leaf WHERE seq <= 2") == commitments == 2


# -- what is written elsewhere ---------------------------------------------------------------------------------------------


def test_its_words_are_taken_out_of_what_is_written_elsewhere(cast: Cast) -> None:
    one, stays = cast.indicator(name="Bladderwort"), cast.indicator()
    cast.give("alpha", [one, stays])
    store = cast.store
    store.events.record(LeafKind.COMMAND, {"command": "show", "detail": one["id"], "user": "kim"})
    store.events.record(LeafKind.COMMAND, {"command": "search", "detail": "bladderwort", "user": "kim"})
    store.events.record(LeafKind.COMMAND, {"command": "show", "detail": stays["id"], "user": "kim"})
    failures = (Failure(one["id"], "2026", f"what {one['id']} says"), Failure(stays["id"], "2026", "another"))
    status = Submission("s1", cast.parties["alpha"].id, 0, 2, 0, 0, failures)
    store.enqueue(status, cast.collections["main"].id, Channel.TAXII, b"{}")
    erase(cast, object=one["id"])
    kept = store.submission("s1", cast.parties["alpha"].id)
    assert kept is not None
    assert [failure.id for failure in kept.failures] == ["[erased]", stays["id"]]
    commands = [json.loads(event.statement) for event in store.events.all(10, kind=LeafKind.COMMAND)]
    assert [told.get("detail") for told in commands] == [stays["id"], None, None]
    assert [told.get("erased") for told in commands] == [None, ["detail"], ["detail"]]
    assert {told["user"] for told in commands} == {"kim"}
    has_nothing_of(cast, one["id"], "bladderwort")
    agree(cast.url)


# -- coming again ----------------------------------------------------------------------------------------------------------


def test_by_default_it_may_come_again(cast: Cast) -> None:
    one = cast.indicator(name="Again")
    cast.give("alpha", [one])
    erase(cast, object=one["id"])
    assert cast.give("alpha", [one]).kept == (Kept.NEW,)
    cast.settle()
    assert [hit.id for hit in cast.see("own").search("Again").hits] == [one["id"]]


def test_for_good_it_does_not_come_again_from_anybody(cast: Cast) -> None:
    one, other = cast.indicator(), cast.indicator()
    cast.give("alpha", [one])
    done = erase(cast, object=one["id"], for_good=True)
    assert cast.store.refused(cast.parties["bravo"].id, [parsed(other), parsed(one)]) == {1}
    assert cast.give("bravo", [other, one]).kept == (Kept.NEW, Kept.ERASED)
    assert cast.ids("own") == [other["id"]]
    assert cast.store.erasures.get(done.id).refused == 1
    has_nothing_of(cast, one["id"])
    assert cast.store.erasures.allow_again(done.id, by="tester") == 1
    with pytest.raises(Conflict):
        cast.store.erasures.allow_again(done.id, by="tester")
    assert cast.give("bravo", [one]).kept == (Kept.NEW,)


def test_a_version_for_good_bars_that_version_only(cast: Cast) -> None:
    one = cast.indicator()
    newer = one | {"modified": "2026-02-01T00:00:00.000Z"}
    cast.give("alpha", [one])
    erase(cast, object=one["id"], version=parsed(one).modified, for_good=True)
    assert cast.give("alpha", [one, newer]).kept == (Kept.ERASED, Kept.NEW)


def test_a_source_for_good_bars_what_that_source_had_given(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    erase(cast, source=cast.parties["alpha"].id, for_good=True)
    assert cast.give("alpha", [one]).kept == (Kept.ERASED,)
    assert cast.give("bravo", [one]).kept == (Kept.NEW,)


def test_what_was_never_held_can_be_barred(cast: Cast) -> None:
    one = cast.indicator()
    done = erase(cast, object=one["id"], for_good=True)
    assert (done.stage, done.claims) == (Stage.DONE, 0)
    assert cast.give("alpha", [one]).kept == (Kept.ERASED,)


def test_the_outlook_says_who_could_have_had_it(cast: Cast) -> None:
    one, amber = cast.indicator(), cast.indicator(tlp=None)
    cast.give("alpha", [one, amber])
    told = cast.store.erasures.outlook(Selection(source=cast.parties["alpha"].id))
    assert (told.claims, set(told.some)) == (2, {one["id"], amber["id"]})
    assert {(object_id, each.slug, each.until) for object_id, each in told.shared} == {
        (one["id"], "bravo", None),
        (one["id"], "carol", None),
    }
    assert cast.see("own").page(Query(), 10).count == 2


def test_who_is_not_named_erases_nothing_that_is_restricted(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    with cast.store._database.write() as connection:
        row = {"roles": "legal", "created": 0, "disabled": False, "language": ""}
        numbers = [
            int(key[0])
            for name in ("kim", "lee")
            if (key := connection.execute(tables.account.insert().values(name=name, **row)).inserted_primary_key)
        ]
    cast.store.restrict(one["id"], numbers[:1], by="kim")
    for number, claims in ((numbers[1], 0), (numbers[0], 1)):
        made = cast.store.erasures.order(
            Selection(object=one["id"]), GROUND, for_good=False, by="somebody", account=number
        )
        done = cast.store.erasures.run(made.id)
        assert (done.stage, done.claims, done.held) == (Stage.DONE, claims, 0)
