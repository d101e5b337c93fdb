"""Random worlds: what the store shows to each viewer equals what a slow oracle works out, after every act, by every way of
asking; what goes out through the exits on top of it, ``test_exits`` holds against the same oracle.
"""

import os
from collections.abc import Sequence

import pytest

from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parsed import Parsed
from comity.kernel.store import feed
from tests.simulator.simulation import Simulation
from tests.simulator.world import note, parsed, world

WORLDS = int(os.environ.get("COMITY_WORLDS", "500"))
"""How many for each database and way of reading in ``make soak``."""


def run(url: str, seed: int, acts: int, *, agreeing: bool = True) -> None:
    with world(url, seed) as w:
        simulation = Simulation(w, seed, agreeing=agreeing)
        for _ in range(acts):
            simulation.act()
            simulation.compare()


@pytest.fixture(params=["dense", "sparse"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small worlds never reach the store's way of reading for viewers who see little, unless its bound is lowered."""
    if request.param == "sparse":
        monkeypatch.setattr(feed, "DENSE_ROWS", 3)
        monkeypatch.setattr(feed, "SPARSE_GROWTH", 2)


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("agreeing", [True, False], ids=["agreeing", "ceilings only"])
@pytest.mark.parametrize("seed", range(3))
def test_the_store_shows_what_the_oracle_says(url: str, seed: int, agreeing: bool) -> None:
    run(url, seed, 25 if url.startswith("sqlite") else 12, agreeing=agreeing)


@pytest.mark.soak
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("seed", range(1_000, 1_000 + WORLDS))
def test_thousands_of_worlds(url: str, seed: int) -> None:
    """COMITY_WORLDS says how many for each database and way of reading."""
    run(url, seed, 60, agreeing=seed % 4 != 0)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_a_long_world(url: str) -> None:
    run(url, 77, 600)


def test_the_oracle_can_tell(url: str) -> None:
    """The comparison is worth something only if it fails when a rule is broken."""
    with world(url) as w:
        simulation = Simulation(w, 5)
        for _ in range(15):
            simulation.act()
        simulation.compare()
        hidden: Sequence[Parsed] = [parsed(note("told to nobody", tlp=Tlp.CLEAR))]
        simulation.oracle.send("korea", "case", hidden)
        with pytest.raises(AssertionError):
            simulation.compare()
