"""Random worlds through every exit of a whole node: what goes out by TAXII, pages and bundles equals what the oracle says, for
every viewer; nothing else is told apart from what is not there.
"""

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import msgspec
import pytest

from comity.cli import reading, viewing
from comity.kernel.base.clock import rfc3339
from comity.kernel.store.types import Query
from tests.simulator.exits import Exits, exits, ids_in, object_path
from tests.simulator.forms import is_marked
from tests.simulator.oracle import raws
from tests.simulator.simulation import COLLECTIONS, Simulation
from tests.simulator.world import address_id, made_id, world

WORLDS = int(os.environ.get("COMITY_SMALL_WORLDS", "20000"))
"""How many small worlds in ``make soak``, over both databases."""
CHUNKS = 20
IDS = [made_id("note", f"n{number}") for number in range(1, 10)] + [address_id(number) for number in range(1, 6)]
NOT_THERE = made_id("note", "nobody ever sends this")


class Comparison:
    """What one world's exits give, against the oracle."""

    def __init__(self, simulation: Simulation, out: Exits) -> None:
        self.s = simulation
        self.out = out
        self.oracle = simulation.oracle
        self.forms = simulation.forms()
        self.node = cast("Any", SimpleNamespace(store=simulation.w.store, directory=out.directory))

    def check(self) -> None:
        """Every exit, every viewer."""
        for slug in self.s.w.parties:
            self._collections(slug)
            for collection in COLLECTIONS:
                if collection in self._reads(slug):
                    self._feed(slug, collection)
                    self._by_id(slug, collection)
                else:
                    self._closed(slug, collection)
            self._bundles(slug)

    def _collections(self, slug: str) -> None:
        listed = self.out.ask(slug, "GET", "collections/").json().get("collections", [])
        assert {one["alias"] for one in listed if one["can_read"]} == self._reads(slug)

    def _reads(self, slug: str) -> set[str]:
        """Where a party may read: the one that runs the node, everywhere."""
        party = self.oracle.parties[slug]
        return set(COLLECTIONS) if party.own else party.reads

    def _feed(self, slug: str, collection: str) -> None:
        """Pages and manifests, whole and by small steps, of all versions and of the last."""
        for versions in (("all",), ("last",)):
            for limit in ("2", "1000"):
                found = self.out.objects(slug, collection, match_version=versions[0], limit=limit)
                self._same(slug, found, raws(self.oracle.feed(slug, versions, collection)))
            lines = [
                line["id"]
                for page in self.out.pages(
                    slug, self.out.of(collection, "manifest/"), match_version=versions[0], limit="3"
                )
                for line in page.get("objects", [])
            ]
            assert sorted(lines) == sorted(json.loads(raw)["id"] for raw in found)
        notes = raws(self.oracle.feed(slug, ("last",), collection, ("note",)))
        self._same(slug, self.out.objects(slug, collection, match_type="note"), notes)

    def _same(self, slug: str, found: Iterable[bytes], wanted: Iterable[bytes]) -> None:
        """Objects as they are; what goes in another form, or passes the veil, the simulation has compared as a whole."""
        passing = {claim.raw for claim in self.forms.passes(slug)}
        plain = [raw for raw in found if raw not in passing and not is_marked(json.loads(raw))]
        due = [raw for raw in wanted if raw not in passing]
        if passing:
            assert set(plain) <= set(raws(self.oracle.feed(slug)))
        else:
            assert sorted(plain) == sorted(due), self.s.why(slug, set(plain) ^ set(due))
        assert set(found) <= set(self.s.known[slug])

    def _by_id(self, slug: str, collection: str) -> None:
        """Each id by itself: what is hidden is answered as what is not there."""
        absent = self.out.ask(slug, "GET", self.out.of(collection, f"objects/{NOT_THERE}/"))
        assert absent.status_code == 404
        passing = {claim.parsed.id for claim in self.forms.passes(slug)}
        for object_id in IDS:
            if object_id in passing:
                continue
            wanted = sorted(raws(self.oracle.feed(slug, ("all",), collection, ids=(object_id,))))
            path = self.out.of(collection, f"objects/{object_id}/")
            answer = self.out.ask(slug, "GET", path, match_version="all")
            versions = self.out.ask(slug, "GET", f"{path}versions/")
            if not wanted:
                for one in (answer, versions):
                    assert _plain(one) == _plain(absent)
                continue
            page = msgspec.json.decode(answer.content, type=dict[str, msgspec.Raw])
            found = [bytes(raw) for raw in msgspec.json.decode(page["objects"], type=list[msgspec.Raw])]
            assert sorted(found) == wanted
            assert len(versions.json()["versions"]) == len(wanted)

    def _closed(self, slug: str, collection: str) -> None:
        """A collection that the party may not read gives nothing by any path."""
        for rest in ("", "objects/", "manifest/", f"objects/{IDS[0]}/", f"objects/{IDS[0]}/versions/"):
            answer = self.out.ask(slug, "GET", self.out.of(collection, rest))
            if rest == "" and answer.status_code == 200:  # one that it may write to
                assert not answer.json()["can_read"]
            else:
                assert answer.status_code in {403, 404}, answer.text

    def _bundles(self, slug: str) -> None:
        """What the command line prints as a party would get it."""
        party = self.out.directory.parties.get(slug)
        reads = self._reads(slug)
        for collection in reads:
            held = self.out.directory.collections.get(collection)
            whole = b"".join(reading.bundle(self.node, held, party, reading.Gone()))
            objects = msgspec.json.decode(whole, type=dict[str, msgspec.Raw]).get("objects", msgspec.Raw(b"[]"))
            found = [bytes(raw) for raw in msgspec.json.decode(objects, type=list[msgspec.Raw])]
            self._same(slug, found, raws(self.oracle.feed(slug, ("all",), collection)))
        wanted = {raw for collection in reads for raw in raws(self.oracle.feed(slug, ("all",), collection))}
        viewed = list(viewing.objects(self.node, party, None))
        self._same(slug, viewed, wanted)

    def pages(self) -> None:
        """People of the own party, who each see what is restricted to them besides."""
        for person in self.s.w.people:
            viewer = f"korea:{person}"
            seen = {json.loads(raw)["id"] for raw in raws(self.oracle.feed(viewer))}
            absent = self.out.page(person, object_path(NOT_THERE))
            assert absent.status_code == 404
            for object_id in IDS:
                for rest in ("", "/raw", "/audience"):
                    answer = self.out.page(person, object_path(object_id) + rest)
                    assert answer.status_code == (200 if object_id in seen else 404), (object_id, rest)
                    if answer.status_code == 200 and rest == "/raw":
                        assert answer.content in {raw for _, _, raw in self.oracle.held(viewer, object_id)}
                    if answer.status_code == 200 and not rest:
                        assert ids_in(answer.text) <= seen | _named(self.oracle.held(viewer, object_id))
            assert ids_in(self.out.page(person, "/").text) <= seen
            for slug in self.s.partners:
                for level in ("clear", "green", "amber", "red"):
                    cell = self.out.page(person, f"/agreements/matrix/{slug}/tlp/{quote(level)}")
                    assert cell.status_code in {200, 404}
                    assert ids_in(cell.text) <= seen
                then = self.out.page(person, f"/agreements/time?party={slug}&on={rfc3339(self.s.w.clock.now())}")
                assert then.status_code == 200
                assert ids_in(then.text) <= {json.loads(raw)["id"] for raw in self.s.known[slug]}
            for word in ("alpha", "beta"):
                found = ids_in(self.out.page(person, f"/intel/search?q={word}").text)
                assert found <= seen


def _plain(answer: Any) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what names the request."""
    body = answer.json()
    body.pop("error_id")
    return answer.status_code, str(body), sorted(answer.headers.items())


def _named(held: set[tuple[str, str, bytes]]) -> set[str]:
    """Ids that an object names itself: a page shows them, whether or not they lead anywhere."""
    return {
        ref
        for _, _, raw in held
        for ref in [*json.loads(raw).get("object_refs", ()), json.loads(raw).get("created_by_ref")]
    }


def run(url: str, seed: int, acts: int, *, pages: bool) -> None:
    with world(url, seed) as w:
        simulation = Simulation(w, seed)
        for _ in range(acts):
            simulation.act()
        simulation.compare()
        with exits(w) as out:
            comparison = Comparison(simulation, out)
            comparison.check()
            if pages:
                comparison.pages()


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_what_goes_out_is_what_the_oracle_says(url: str, seed: int) -> None:
    run(url, seed, 20, pages=seed == 11)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_tens_of_thousands_of_small_worlds(
    request: pytest.FixtureRequest, url: str, tmp_path: Path, chunk: int
) -> None:
    """Each of a few acts; every tenth through the pages of people too. COMITY_SMALL_WORLDS says how many in all."""
    for seed in range(100_000 + chunk, 100_000 + WORLDS // 2, CHUNKS):
        if url.startswith("sqlite"):
            path = tmp_path / "world.db"
            for left in tmp_path.glob("world.db*"):
                left.unlink()
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            run(f"sqlite:///{path}", seed, 8, pages=seed % 10 == 0)
        else:
            run(request.getfixturevalue("emptied")(), seed, 8, pages=seed % 10 == 0)


def test_the_comparison_can_tell(url: str) -> None:
    """An exit that leaves out the last object, or gives one that is hidden, is found."""
    with world(url, 5) as w:
        simulation = Simulation(w, 5)
        for _ in range(20):
            simulation.act()
        simulation.compare()
        with exits(w) as out:
            comparison = Comparison(simulation, out)
            comparison.check()
            party = out.directory.parties.get("korea")
            real = w.store.visible

            def generous(viewer: Any, **more: Any) -> Any:
                """A door that opens to everybody as it does to ourselves."""
                return real(msgspec.structs.replace(viewer, party=party.id), **more)

            w.store.visible = generous  # type: ignore[assignment]
            with pytest.raises(AssertionError):
                comparison.check()
            assert w.eyes("korea").page(Query(versions=("all",)), 10).count
