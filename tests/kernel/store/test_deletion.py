"""A party takes back its own claims, nobody else's; what goes is gone from every index."""

from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.types import VersionFilter
from tests.kernel.store.conftest import Cast, address, parsed


def delete(cast: Cast, party: str, object_id: str, *versions: VersionFilter, collection: str = "main") -> int:
    return cast.store.delete(
        cast.parties[party].id,
        cast.collections[collection].id,
        object_id,
        versions,
        cast.clock.now(),
    )


def test_only_own_claims_go(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    assert delete(cast, "bravo", one["id"]) == 0
    cast.give("bravo", [one])
    assert delete(cast, "alpha", one["id"]) == 1
    assert cast.ids("carol") == [one["id"]]
    assert {held.source_slug for held in cast.see("own").held(one["id"])} == {"bravo"}


def test_only_in_the_collection_named(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one], "main")
    cast.give("alpha", [one], "side")
    assert delete(cast, "alpha", one["id"], collection="side") == 1
    assert cast.ids("alpha", "main") == [one["id"]]
    assert cast.ids("alpha", "side") == []


def test_versions_choose_what_goes(cast: Cast) -> None:
    one = cast.indicator()
    versions = [one | {"modified": f"2026-02-0{day}T00:00:00.000Z"} for day in range(1, 5)]
    cast.give("alpha", versions)
    assert delete(cast, "alpha", one["id"], "first") == 1
    assert delete(cast, "alpha", one["id"], "last") == 1
    moment = parsed(versions[1]).modified
    assert moment is not None
    assert delete(cast, "alpha", one["id"], moment) == 1
    assert [read["modified"] for read in cast.read("alpha", versions=("all",))] == [versions[2]["modified"]]
    assert delete(cast, "alpha", one["id"]) == 1
    assert delete(cast, "alpha", one["id"]) == 0


def test_when_the_last_goes_the_one_before_is_the_last_again(cast: Cast) -> None:
    one = cast.indicator(name="v1")
    cast.give("alpha", [one, one | {"modified": "2026-02-01T00:00:00.000Z", "name": "v2"}])
    delete(cast, "alpha", one["id"], "last")
    assert [read["name"] for read in cast.read("alpha")] == ["v1"]


def test_the_last_claim_takes_bytes_and_index_with_it(cast: Cast) -> None:
    one = cast.indicator(name="Unmistakable")
    cast.give("alpha", [one, address("192.0.2.9")])
    cast.settle()
    assert cast.see("own").search("Unmistakable").hits
    delete(cast, "alpha", one["id"])
    delete(cast, "alpha", address("192.0.2.9")["id"])
    assert cast.see("own").search("Unmistakable").hits == ()
    assert cast.see("own").search("192.0.2.9").hits == ()
    for table in ("version", "held", "claim", "waiting"):
        assert cast.scalar(f"SELECT count(*) FROM {table}") == 0


def test_it_can_be_given_again(cast: Cast) -> None:
    one = cast.indicator(name="Again")
    cast.give("alpha", [one])
    delete(cast, "alpha", one["id"])
    cast.give("alpha", [one])
    cast.settle()
    assert cast.ids("carol") == [one["id"]]
    assert [hit.id for hit in cast.see("own").search("Again").hits] == [one["id"]]


def test_other_bytes_of_the_same_content_stay_whole(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    cast.give("bravo", [dict(reversed(one.items()))])
    delete(cast, "alpha", one["id"])
    assert cast.ids("carol") == [one["id"]]
    delete(cast, "bravo", one["id"])
    assert cast.scalar("SELECT count(*) FROM version") == 0


def test_a_leaf_says_that_it_happened(cast: Cast) -> None:
    one = cast.indicator()
    cast.give("alpha", [one])
    delete(cast, "alpha", one["id"])
    assert cast.scalar("SELECT kind FROM leaf ORDER BY seq DESC LIMIT 1") == LeafKind.DELETED
    assert cast.scalar("SELECT count(*) FROM leaf") == cast.scalar("SELECT leaf FROM counter") == 2
