"""Twins: what is made for those who may not have an original as it is, and what becomes of it."""

import json
from random import Random
from typing import Any, Literal
from uuid import UUID

import msgspec
import pytest

from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.policy.agreement.articles import (
    Agreement,
    AnyArticle,
    Attribution,
    Neighbours,
    Parties,
    Redact,
    Selection,
)
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.store import tables
from comity.kernel.store.database import Sql
from comity.kernel.store.dropping import drop_version
from comity.kernel.store.twins import maker
from tests.kernel.store.conftest import SECOND, Cast, address
from tests.kernel.store.pacts import community, enact, pact

DROPS = Profile("no-names", (Rule("drop", types=("indicator",), properties=("description",)),))
SECRET = "Example Ministry"


def redacting(
    *articles: AnyArticle, types: tuple[str, ...] = ("indicator",), party: str = "carol", name: str = "veiled"
) -> Agreement:
    """An agreement that takes descriptions out of indicators."""
    redact = Redact(number=0, profile=DROPS.name, when=Selection(types=types))
    return msgspec.structs.replace(pact(name, party, redact, *articles), profiles=(DROPS,))


class Garden:
    """Objects that refer to one another."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.serial = 100

    def id(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}--{UUID(int=(0x4000 << 64) | (0x8000 << 48) | self.serial)}"

    def common(self, kind: str, *, tlp: Tlp = Tlp.GREEN, **more: Any) -> dict[str, Any]:
        made = {
            "type": kind,
            "spec_version": "2.1",
            "id": self.id(kind),
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "object_marking_refs": [TLP_IDS[tlp]],
        }
        return made | more

    def secret(self, **more: Any) -> dict[str, Any]:
        """An indicator that goes redacted."""
        return self.cast.indicator(description=SECRET, **more)

    def malware(self, **more: Any) -> dict[str, Any]:
        """Something that refers to nothing, and goes as it is."""
        given: dict[str, Any] = {"name": "Gargoyle", "is_family": False}
        return self.common("malware", **given | more)

    def relates(self, source: str, target: str, **more: Any) -> dict[str, Any]:
        return self.common(
            "relationship",
            **({"relationship_type": "related-to", "source_ref": source, "target_ref": target} | more),
        )

    def report(self, *refs: str, **more: Any) -> dict[str, Any]:
        return self.common(
            "report",
            **({"name": "Weekly", "published": "2026-01-01T00:00:00Z", "object_refs": list(refs)} | more),
        )


@pytest.fixture
def garden(cast: Cast) -> Garden:
    """Objects for the cast."""
    return Garden(cast)


def later(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The next version."""
    return one | {"modified": "2026-02-01T00:00:00.000Z"} | changes


def settled(cast: Cast) -> None:
    """Everything that follows the log has caught up."""
    cast.settle()
    cast.store.twins.make()


def by_type(cast: Cast, party: str = "carol", **filters: Any) -> dict[str, list[dict[str, Any]]]:
    """What a party gets, by type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in cast.read(party, **filters):
        found.setdefault(one["type"], []).append(one)
    return found


# -- one object


def test_a_twin_goes_in_the_place_of_its_original(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    assert cast.ids("carol") == []  # withheld until it is made
    settled(cast)
    (twin,) = cast.read("carol")
    assert twin["id"] != one["id"]
    assert SECRET not in json.dumps(twin)
    link = cast.store.twins.original_of(twin["id"])
    assert link is not None
    assert link.original_id == one["id"]
    assert [each.twin_id for each in cast.store.twins.twin_of(one["id"])] == [twin["id"]]
    assert cast.ids("own") == [one["id"]]
    assert cast.ids("alpha") == [one["id"]]
    assert cast.ids("bravo") == [one["id"]]
    status = cast.store.twins.status()
    assert (status.made, status.waiting, status.behind) == (1, 0, 0)


def test_nothing_is_written_while_nobody_asks_for_a_lens(cast: Cast, garden: Garden) -> None:
    enact(cast, pact("plain", "carol"))
    cast.give("alpha", [garden.secret()])
    settled(cast)
    assert not cast.store.twins.step()
    for table in ("twin", "rendition", "twin_label", "twin_todo", "twin_ref", "pseudonym_key"):
        assert cast.scalar(f"SELECT count(*) FROM {table}") == 0
    assert cast.scalar("SELECT count(*) FROM cursor WHERE name = 'twins'") == 0


def test_a_new_version_makes_a_new_version(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (before,) = cast.read("carol")
    cast.give("alpha", [later(one, name="Two")])
    settled(cast)
    (after,) = cast.read("carol")
    assert after["id"] == before["id"]
    assert after["name"] == "Two"
    assert after["created"] == before["created"]
    assert after["modified"] > before["modified"]


def test_equal_content_is_no_new_version(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (before,) = cast.read("carol")
    cast.give("alpha", [later(one, description="Another ministry")])
    cast.give("bravo", [one])
    settled(cast)
    assert cast.read("carol") == [before]


def test_what_was_there_before_the_agreement_is_made_after_it(cast: Cast, garden: Garden) -> None:
    one = garden.secret()
    cast.give("alpha", [one])
    assert cast.ids("carol") == [one["id"]]
    enact(cast, redacting())
    assert cast.ids("carol") == []  # at once
    settled(cast)
    assert len(cast.ids("carol")) == 1
    assert one["id"] not in cast.ids("carol")


def test_a_changed_profile_makes_anew(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    cast.give("alpha", [garden.secret(name="Callous")])
    settled(cast)
    (before,) = cast.read("carol")
    stricter = Profile("no-names", (Rule("drop", types=("indicator",), properties=("description", "name")),))
    enact(cast, msgspec.structs.replace(redacting(), profiles=(stricter,)))
    assert cast.ids("carol") == []  # what was made for another text stops at once
    settled(cast)
    (after,) = cast.read("carol")
    assert after["id"] == before["id"]
    assert "Callous" not in json.dumps(after)
    assert after["modified"] > before["modified"]


# -- references


def test_what_names_only_what_is_open_goes_as_it_is(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    first, second = garden.malware(), garden.malware()
    link = garden.relates(first["id"], second["id"])
    report = garden.report(link["id"], first["id"])
    cast.give("alpha", [report, link, first, second])
    assert set(cast.ids("carol")) == {first["id"], second["id"]}
    settled(cast)
    assert set(cast.ids("carol")) == {one["id"] for one in (first, second, link, report)}
    assert cast.read("carol", ids=(report["id"],)) == [report]


@pytest.mark.parametrize("turned", [False, True])
def test_what_names_what_is_hidden_names_its_pseudonym(cast: Cast, garden: Garden, *, turned: bool) -> None:
    enact(cast, redacting())
    one, two = garden.secret(), garden.malware()
    link = garden.relates(one["id"], two["id"])
    order = [[one, two], [link]]
    for each in reversed(order) if turned else order:
        cast.give("alpha", each)
        settled(cast)
    got = by_type(cast)
    assert got["malware"] == [two]
    (twin,), (made,) = got["indicator"], got["relationship"]
    assert made["id"] != link["id"]
    assert made["source_ref"] == twin["id"]
    assert made["target_ref"] == two["id"]
    assert link["id"] not in json.dumps(got)
    assert one["id"] not in json.dumps(got)


def test_a_ring_is_never_a_pass(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    first, second = garden.report("report--" + str(UUID(int=(0x4000 << 64) | (0x8000 << 48) | 102))), None
    second = garden.report(first["id"])
    assert first["object_refs"] == [second["id"]]
    cast.give("alpha", [first])
    settled(cast)
    cast.give("alpha", [second])
    settled(cast)
    reports = {one["id"]: one for one in by_type(cast)["report"]}
    assert reports.keys().isdisjoint({first["id"], second["id"]})
    assert {one["object_refs"][0] for one in reports.values()} == reports.keys()


@pytest.mark.parametrize("hidden", ["dangle", "stub", "strip", "withhold"])
def test_hidden_neighbours(cast: Cast, garden: Garden, hidden: Literal["dangle", "stub", "strip", "withhold"]) -> None:
    enact(cast, redacting(Neighbours(number=0, hidden=hidden)))
    away = garden.malware(tlp=Tlp.RED)
    near = garden.malware()
    report = garden.report(away["id"], near["id"])
    cast.give("alpha", [report, near, away])
    settled(cast)
    got = by_type(cast)
    assert away["id"] not in json.dumps(got)
    assert near in got["malware"]
    match hidden:
        case "withhold":
            assert "report" not in got
        case "strip":
            assert got["report"][0]["object_refs"] == [near["id"]]
        case "dangle":
            assert got["report"][0]["object_refs"][1] == near["id"]
            assert got["malware"] == [near]
        case "stub":
            (stub,) = [one for one in got["malware"] if one != near]
            assert got["report"][0]["object_refs"] == [stub["id"], near["id"]]


def test_a_stub_goes_when_nobody_names_it(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting(Neighbours(number=0, hidden="stub")))
    away = garden.malware(tlp=Tlp.RED)
    near = garden.malware()
    report = garden.report(away["id"], near["id"])
    cast.give("alpha", [report, near, away])
    settled(cast)
    cast.give("alpha", [later(report, object_refs=[near["id"]])])
    settled(cast)
    got = by_type(cast)
    assert report["id"] in [one["id"] for one in got["report"]]  # the last version is a pass
    assert [one for one in got["malware"] if not one.get("revoked")] == [near]


def test_a_pass_becomes_a_twin_and_back_as_its_neighbour_closes_and_opens(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one, two = garden.malware(), garden.malware()
    link = garden.relates(one["id"], two["id"])
    cast.give("alpha", [link, one, two])
    settled(cast)
    assert link["id"] in cast.ids("carol")
    cast.clock.forward(SECOND)
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, two["id"], (), cast.clock.now())
    assert cast.ids("carol") == [one["id"]]  # at once
    settled(cast)
    (made,) = by_type(cast)["relationship"]
    assert made["source_ref"] == one["id"]
    assert made["target_ref"] not in (two["id"], one["id"])
    cast.give("alpha", [two])
    settled(cast)
    got = {each["id"]: each for each in by_type(cast)["relationship"]}
    assert got[link["id"]] == link
    assert got[made["id"]]["revoked"] is True
    assert "target_ref" in got[made["id"]]
    assert two["id"] not in json.dumps(got[made["id"]])


# -- how it ends


def test_deletion_closes_at_once_and_is_told_after(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    cast.clock.forward(SECOND)
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, one["id"], (), cast.clock.now())
    assert cast.read("carol") == []
    assert cast.scalar("SELECT count(*) FROM version") == 0
    settled(cast)
    (told,) = cast.read("carol")
    assert told["id"] == twin["id"]
    assert told["revoked"] is True
    assert told["modified"] > twin["modified"]
    assert "One" not in json.dumps(told)
    assert cast.read("own") == cast.read("alpha") == cast.read("bravo") == []


def test_an_original_that_comes_again_takes_up_its_twin(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, one["id"], (), cast.clock.now())
    settled(cast)
    cast.give("alpha", [one])
    settled(cast)
    (again,) = cast.read("carol")
    assert again["id"] == twin["id"]
    assert not again.get("revoked")
    assert again["modified"] > twin["modified"]


def test_a_revoked_original_revokes_its_twin(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    cast.give("alpha", [later(one, revoked=True)])
    settled(cast)
    (told,) = cast.read("carol")
    assert (told["id"], told["revoked"]) == (twin["id"], True)


def test_a_later_grant_supersedes_the_twin(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    enact(cast, redacting(types=("report",)))
    settled(cast)
    got = {each["id"]: each for each in cast.read("carol")}
    assert got[one["id"]] == one
    assert got[twin["id"]]["revoked"] is True


def test_restriction_closes_at_once(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one, two = garden.secret(), garden.malware()
    link = garden.relates(two["id"], two["id"])
    cast.give("alpha", [one, two, link])
    settled(cast)
    assert len(cast.ids("carol")) == 3
    with cast.store._database.write() as connection:
        row = {"name": "kim", "roles": "analyst", "created": 0, "disabled": False, "language": ""}
        key = connection.execute(tables.account.insert().values(**row)).inserted_primary_key
    assert key is not None
    person = int(key[0])
    for object_id in (one["id"], two["id"]):
        cast.store.restrict(object_id, [person], by="tester")
        cast.clock.forward(SECOND)
    assert cast.ids("carol") == []
    settled(cast)
    assert all(each.get("revoked") for each in by_type(cast)["indicator"])
    assert two["id"] not in json.dumps(cast.read("carol"))
    cast.store.lift(one["id"], by="tester")
    settled(cast)
    assert [bool(each.get("revoked")) for each in by_type(cast)["indicator"]] == [False]


def test_a_new_key_gives_new_ids_and_revokes_the_old(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one, two = garden.secret(), garden.malware()
    link = garden.relates(one["id"], two["id"])
    cast.give("alpha", [one, two, link])
    settled(cast)
    before = {each["id"] for each in cast.read("carol")} - {two["id"]}
    assert cast.store.twins.under("veiled") == 2
    assert cast.store.twins.rotate("veiled", by="tester") == 2
    settled(cast)
    got = {each["id"]: each for each in cast.read("carol")}
    assert {each for each, held in got.items() if held.get("revoked")} == before
    fresh = {each for each in got if each not in before and each != two["id"]}
    assert len(fresh) == 2
    (made,) = [held for each, held in got.items() if each in fresh and held["type"] == "relationship"]
    assert made["source_ref"] in fresh


def test_two_agreements_share_no_pseudonym(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting(party="carol", name="first"))
    enact(cast, redacting(party="bravo", name="second"))
    one = garden.secret()
    link = garden.relates(one["id"], one["id"])
    cast.give("alpha", [one, link])
    settled(cast)
    mine, its = set(cast.ids("carol")), set(cast.ids("bravo"))
    assert len(mine) == len(its) == 2
    assert mine.isdisjoint(its)


def test_what_comes_back_says_nothing(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    cast.give("bravo", [twin, later(twin, modified="2099-01-01T00:00:00.000Z", name="Mine")])
    settled(cast)
    assert cast.read("carol", versions=("all",)) == [twin]
    assert {each["name"] for each in cast.read("bravo", ids=(twin["id"],))} == {"Mine"}
    assert twin["id"] in cast.ids("own")


# -- order and interruption


def world_of(garden: Garden) -> list[dict[str, Any]]:
    """Some of everything."""
    one, two, three = garden.secret(), garden.malware(), garden.malware(tlp=Tlp.RED)
    host = address("198.51.100.7")
    first = garden.relates(one["id"], two["id"])
    second = garden.relates(two["id"], two["id"])
    report = garden.report(first["id"], second["id"], three["id"], host["id"], description=f"Of {SECRET}")
    ring = garden.report(report["id"])
    return [one, two, three, host, first, second, report, ring, later(one, name="Two"), later(two, name="Gable")]


def said(cast: Cast) -> set[str]:
    """What a party gets, without dates."""
    return {
        json.dumps({name: value for name, value in one.items() if name not in ("created", "modified")}, sort_keys=True)
        for one in cast.read("carol")
        if not one.get("revoked")
    }


@pytest.mark.parametrize("seed", range(4))
def test_any_order_of_arrivals_makes_the_same(cast: Cast, garden: Garden, seed: int) -> None:
    enact(cast, redacting())
    world = world_of(garden)
    cast.give("alpha", world)
    settled(cast)
    whole = said(cast)
    ids = {one["id"] for one in world}
    for object_id in ids:
        cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, object_id, (), cast.clock.now())
    settled(cast)
    assert said(cast) == set()
    random = Random(seed)
    order = [*world, *random.choices(world, k=4)]
    random.shuffle(order)
    for one in order:
        cast.give("alpha", [one])
        if random.random() < 0.5:
            settled(cast)
    settled(cast)
    assert said(cast) == whole
    assert SECRET not in "".join(whole)


def test_an_interrupted_step_is_as_if_not_begun(cast: Cast, garden: Garden, monkeypatch: pytest.MonkeyPatch) -> None:
    enact(cast, redacting())
    cast.give("alpha", world_of(garden))

    def cut_off(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(maker, "done", cut_off)
        with pytest.raises(KeyboardInterrupt):
            settled(cast)
    assert cast.scalar("SELECT count(*) FROM rendition") == 0
    settled(cast)
    ids = cast.ids("carol")
    assert len(ids) == len(set(ids))
    assert cast.store.twins.status().made == len(
        [one for one in cast.read("carol") if one.get("modified", "") > "2026-03"]
    )


def test_rows_claims_and_counts_agree(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    world = world_of(garden)
    cast.give("alpha", world)
    settled(cast)
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, world[0]["id"], (), cast.clock.now())
    settled(cast)
    lost = "SELECT count(*) FROM rendition r WHERE r.claim <> 0 AND NOT EXISTS (SELECT 1 FROM claim c WHERE c.seq = r.claim)"
    strays = (
        "SELECT count(*) FROM claim c JOIN label l ON l.id = c.label WHERE l.features LIKE '%veiled%' "
        "AND NOT EXISTS (SELECT 1 FROM rendition r WHERE r.claim = c.seq)"
    )
    assert cast.scalar(lost) == 0
    assert cast.scalar(strays) == 0
    assert (
        cast.scalar(
            "SELECT count(*) FROM label l WHERE l.claims <> (SELECT count(*) FROM claim c WHERE c.label = l.id "
            "AND c.flags & 16 = 0)"
        )
        == 0
    )


# -- who gets what


def test_a_party_that_joins_later_gets_what_was_made(cast: Cast, garden: Garden) -> None:
    number = community(cast, "isac", "carol")
    articles = (Parties(number=0, communities=("isac",)),)
    enact(cast, redacting(*articles))
    one = garden.secret()
    cast.give("bravo", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    cast.store.registry.join(number, cast.parties["alpha"].id)
    settled(cast)
    assert cast.read("alpha") == [twin] == cast.read("carol")


def test_what_is_not_open_to_all_is_hidden_from_all(cast: Cast, garden: Garden) -> None:
    community(cast, "isac", "carol", "alpha")
    enact(cast, redacting(Parties(number=0, communities=("isac",))))
    mine = garden.malware(tlp=Tlp.RED)  # alpha's own: open to it, and to nobody else
    cast.give("alpha", [mine])
    link = garden.relates(mine["id"], mine["id"])
    cast.give("bravo", [link])
    settled(cast)
    (made,) = by_type(cast)["relationship"]
    assert mine["id"] not in json.dumps(made)
    assert by_type(cast, "alpha")["relationship"] == [made]


def test_each_source_has_its_own_word(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret()
    cast.give("alpha", [one])
    settled(cast)
    (first,) = cast.read("carol")
    cast.give("bravo", [later(one, name="Two")], "side")
    settled(cast)
    (second,) = cast.read("carol", "side")
    assert second["id"] == first["id"]
    assert second["name"] == "Two"
    cast.store.delete(cast.parties["bravo"].id, cast.collections["side"].id, one["id"], (), cast.clock.now())
    settled(cast)
    (third,) = cast.read("carol")
    assert (third["id"], third["name"]) == (first["id"], "One")


def test_the_mildest_of_two_lenses_is_kept(cast: Cast, garden: Garden) -> None:
    strict = Profile("strict", (Rule("drop", types=("indicator",), properties=("name",)),))
    redact = Redact(number=0, profile="strict", when=Selection(types=("indicator",), tlp=("amber",)))
    enact(cast, msgspec.structs.replace(redacting(redact), profiles=(DROPS, strict)))
    one = garden.secret(name="Callous")
    cast.give("alpha", [one])
    cast.give("bravo", [later(one, object_marking_refs=[TLP_IDS[Tlp.AMBER]])])
    settled(cast)
    (twin,) = cast.read("carol")
    assert twin["name"] == "Callous"


def test_a_suspension_closes_and_a_resumption_makes_again(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one = garden.secret(object_marking_refs=[TLP_IDS[Tlp.AMBER]])
    cast.give("alpha", [one])
    settled(cast)
    (twin,) = cast.read("carol")
    cast.store.agreements.suspend("veiled", by="tester")
    assert cast.read("carol") == []
    settled(cast)
    assert cast.read("carol") == []
    cast.store.agreements.resume("veiled", by="tester")
    settled(cast)
    (again,) = cast.read("carol")
    assert again["id"] == twin["id"]
    assert not again.get("revoked")


def test_anonymous_sources(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting(Attribution(number=0, source="anonymous")))
    creator = garden.common("identity", name="Secret Sender", identity_class="organization")
    one = garden.malware(created_by_ref=creator["id"])
    cast.give("alpha", [one, creator])
    settled(cast)
    got = by_type(cast)
    (made,) = got["malware"]
    assert "created_by_ref" not in made
    assert creator["id"] not in json.dumps(made)


def test_an_erased_original_leaves_no_link(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    one, two = garden.secret(), garden.malware()
    link = garden.relates(one["id"], two["id"])
    cast.give("alpha", [one, two, link])
    settled(cast)
    (twin,) = by_type(cast)["indicator"]
    key = cast.store._kinds.key_of(one["id"])
    assert key is not None
    with cast.store._database.writer() as writer:
        cast.store.twins.gone(writer, [key], erased=True)
        for claim in ("DELETE FROM claim WHERE version IN (SELECT version FROM held WHERE key = :key)",):
            writer.run(Sql(claim), {"key": key})
        drop_version(writer, key, 1)
    assert "indicator" not in by_type(cast)
    settled(cast)
    (told,) = by_type(cast)["indicator"]
    assert (told["id"], told["revoked"]) == (twin["id"], True)
    found = cast.store.twins.original_of(twin["id"])
    assert found is not None
    assert found.original_id == ""
    assert cast.store.twins.twin_of(one["id"]) == ()


def test_a_stub_goes_with_what_named_it(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting(Neighbours(number=0, hidden="stub")))
    away = garden.malware(tlp=Tlp.RED)
    report = garden.report(away["id"])
    cast.give("alpha", [report, away])
    settled(cast)
    assert len(by_type(cast)["malware"]) == 1
    cast.store.delete(cast.parties["alpha"].id, cast.collections["main"].id, report["id"], (), cast.clock.now())
    settled(cast)
    assert [one["revoked"] for one in by_type(cast)["malware"]] == [True]


def test_what_names_itself_may_go_as_it_is(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting(Neighbours(number=0, hidden="strip")))
    one = garden.common("identity", name="Harbour Desk", identity_class="organization")
    one["created_by_ref"] = one["id"]
    cast.give("alpha", [one])
    settled(cast)
    assert cast.read("carol") == [one]


def test_a_notice_is_told_once(cast: Cast, garden: Garden) -> None:
    community(cast, "isac", "carol", "alpha")
    enact(cast, redacting(Parties(number=0, communities=("isac",))))
    one = garden.secret()
    cast.give("bravo", [one])
    settled(cast)
    assert len(cast.read("alpha")) == len(cast.read("carol")) == 1
    cast.store.delete(cast.parties["bravo"].id, cast.collections["main"].id, one["id"], (), cast.clock.now())
    settled(cast)
    (told,) = cast.read("carol")
    assert told["revoked"] is True
    assert cast.read("alpha") == [told]
    cast.give("alpha", [one])  # which goes on to nobody, without an article that lets it
    settled(cast)
    assert cast.read("carol") == [told]
    cast.give("own", [one])
    settled(cast)
    (again,) = cast.read("carol")
    assert again["modified"] > told["modified"]
    assert not again.get("revoked")
    assert told in cast.read("alpha")  # which has the original


def test_something_stands_in_for_a_type_that_is_not_held(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting(Neighbours(number=0, hidden="stub")))
    cast.give("alpha", [garden.report(garden.id("campaign"))])
    settled(cast)
    got = by_type(cast)
    assert got["report"][0]["object_refs"] == [got["campaign"][0]["id"]]


def test_a_pass_does_not_count_for_what_is_restricted(cast: Cast, garden: Garden) -> None:
    enact(cast, redacting())
    host = address("198.51.100.7")
    report = garden.report(host["id"])
    cast.give("alpha", [host, report, garden.malware()])
    settled(cast)
    assert report["id"] in cast.ids("carol")
    with cast.store._database.write() as connection:
        row = {"name": "kim", "roles": "analyst", "created": 0, "disabled": False, "language": ""}
        key = connection.execute(tables.account.insert().values(**row)).inserted_primary_key
    assert key is not None
    cast.store.restrict(host["id"], [int(key[0])], by="tester")
    assert [each.claims for each in cast.see("own").arrivals()] == [1]
    settled(cast)
    assert [each.claims for each in cast.see("own").arrivals()] == [1]
