"""Worlds of planted secrets: nothing that is dropped, and no id of what a party does not get, comes out by any exit, in any way
of writing, before, while and after the worker does what follows; what goes is valid, and is all that is due.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from stix2validator import ValidationOptions, validate_instance

from comity.cli import reading, viewing
from tests.simulator.atoms import atoms
from tests.simulator.exits import Exits, exits
from tests.simulator.forms import Forms, is_marked
from tests.simulator.planting import uuid_of
from tests.simulator.veiled import COLLECTIONS, Veiled
from tests.simulator.world import address_id, made_id, world

WORLDS = int(os.environ.get("COMITY_VEILED_WORLDS", "1000"))
"""How many in ``make soak``, over both databases."""
CHUNKS = 10
OPTIONS = ValidationOptions(version="2.1")
NOT_THERE = made_id("note", "nobody ever sends this")


class Ears:
    """All that one party can hear of a node, by every exit."""

    def __init__(self, veiled: Veiled, out: Exits, slug: str) -> None:
        self.v = veiled
        self.out = out
        self.slug = slug
        self.node = cast("Any", SimpleNamespace(store=veiled.w.store, directory=out.directory))

    def heard(self) -> Iterator[tuple[str, str]]:
        """How it was asked, and all that was answered. What the party itself said in asking is not told to it."""
        yield from self._taxii()
        yield from self._command_line()
        yield from self._explained()

    def _taxii(self) -> Iterator[tuple[str, str]]:
        for path in ("../", "", "collections/"):
            yield path, _all_of(self.out.ask(self.slug, "GET", path))
        for collection in COLLECTIONS:
            yield collection, _all_of(self.out.ask(self.slug, "GET", self.out.of(collection)))
            for kind in ("objects/", "manifest/"):
                for versions, limit in (("all", "4"), ("last", "1000"), ("first", "1000")):
                    yield from self._pages(self.out.of(collection, kind), match_version=versions, limit=limit)
            for object_id in self._ids():
                for rest in ("", "versions/"):
                    path = self.out.of(collection, f"objects/{object_id}/{rest}")
                    answer = _all_of(self.out.ask(self.slug, "GET", path))
                    yield path, answer.replace(object_id, "ASKED")
            yield (
                "a wrong cursor",
                _all_of(self.out.ask(self.slug, "GET", self.out.of(collection, "objects/"), next="x")),
            )

    def _ids(self) -> list[str]:
        """What it may try: every original's id, those of its own twins, one that is not there."""
        given = [json.loads(raw)["id"] for raw in self.v.w.everything(self.slug)]
        return [*self.v.garden.by_id, *given, NOT_THERE, address_id(200)]

    def _pages(self, path: str, **query: str) -> Iterator[tuple[str, str]]:
        more: dict[str, str] = {}
        for _ in range(200):
            answer = self.out.ask(self.slug, "GET", path, **query, **more)
            yield f"{path} {query}", _all_of(answer)
            if answer.status_code != 200 or not answer.json().get("more"):
                return
            more = {"next": answer.json()["next"]}
        raise AssertionError("no end")

    def _command_line(self) -> Iterator[tuple[str, str]]:
        party = self.out.directory.parties.get(self.slug)
        yield "comity view", b"\n".join(viewing.objects(self.node, party, None)).decode()
        for collection in COLLECTIONS:
            if collection in self.v.oracle.parties[self.slug].reads:
                held = self.out.directory.collections.get(collection)
                yield "comity export", b"".join(reading.bundle(self.node, held, party, reading.Gone())).decode()

    def _explained(self) -> Iterator[tuple[str, str]]:
        """What may be told the party of why it gets something, or not."""
        own = self.v.w.eyes("korea")
        for object_id in self.v.garden.by_id:
            for one in own.explained(object_id, self.v.w.parties[self.slug].id):
                for reason in one.decision.reasons:
                    yield f"why {object_id}", str(reason.disclosable)


def _all_of(answer: httpx.Response) -> str:
    return f"{answer.status_code} {sorted(answer.headers.items())} {answer.text}"


def listened(veiled: Veiled, out: Exits) -> None:
    """Every party, by every exit."""
    forms = veiled.forms()
    for slug in veiled.partners:
        allowed = forms.allowed(slug)
        for how, told in Ears(veiled, out, slug).heard():
            more = (atoms(told) & veiled.garden.known) - allowed
            assert not more, f"{slug} hears by {how}: {veiled.where(more, slug)}"


def valid(veiled: Veiled) -> None:
    """What is made for others is valid; so is, with that, all that leaves, for the garden's own objects are."""
    for slug in veiled.partners:
        for raw in veiled.w.everything(slug):
            held = json.loads(raw)
            if is_marked(held):
                checked = validate_instance(held, OPTIONS)
                assert checked.is_valid, f"{raw.decode()}: {checked.errors}"


def run(url: str, seed: int, acts: int, *, ears: bool = True, size: int = 24) -> Forms:
    """One world: some agreements first, mostly."""
    with world(url, seed) as w:
        veiled = Veiled(w, seed, size)
        for _ in range(seed % 3):
            veiled.agree()
        for _ in range(acts):
            veiled.act()
        valid(veiled)
        if ears:
            with exits(w) as out:
                listened(veiled, out)
        return veiled.forms()


@pytest.mark.parametrize("seed", range(3))
def test_nothing_dropped_or_hidden_is_told(url: str, seed: int) -> None:
    run(url, seed, 12 if url.startswith("sqlite") else 6)


def test_worlds_have_what_is_to_be_shown(sqlite_copy: str) -> None:
    """Twins, passes, replaced references and dropped secrets: else the proof would be of nothing."""
    with world(sqlite_copy, 2) as w:
        veiled = Veiled(w, 2)
        veiled.agree()
        for _ in range(25):
            veiled.act()
        forms = veiled.forms()
        shown = {slug: [json.loads(raw) for raw in w.everything(slug)] for slug in veiled.partners}
        assert any(is_marked(one) for those in shown.values() for one in those)
        assert any(forms.forbidden(slug) for slug in veiled.partners)


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_thousands_of_worlds(request: pytest.FixtureRequest, url: str, tmp_path: Path, chunk: int) -> None:
    """COMITY_VEILED_WORLDS says how many in all; every fifth by every exit."""
    fresh = databases(request, url, tmp_path)
    for seed in range(10_000 + chunk, 10_000 + WORLDS // 2, CHUNKS):
        run(fresh(), seed, 25, ears=seed % 5 == 0, size=30)


def databases(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Callable[[], str]:
    """Empty databases of the kind of ``url``, one after the other."""
    if not url.startswith("sqlite"):
        emptied: Callable[[], str] = request.getfixturevalue("emptied")
        return emptied

    def fresh() -> str:
        for left in tmp_path.glob("world.db*"):
            left.unlink()
        shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "world.db")
        return f"sqlite:///{tmp_path}/world.db"

    return fresh


def test_a_leak_is_found(sqlite_copy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that makes twins of what it is given, changing but the id, is caught."""
    with world(sqlite_copy, 2) as w:
        veiled = Veiled(w, 2)
        veiled.agree()
        caught = False
        monkeypatch.setattr(Forms, "faults", lambda *_: iter(()))
        monkeypatch.setattr(Forms, "allowed", lambda self, _: {uuid_of(one) for one in self.garden.by_id})
        try:
            for _ in range(25):
                veiled.act()
        except AssertionError:
            caught = True
        assert caught
