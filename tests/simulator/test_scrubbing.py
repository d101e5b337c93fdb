"""The engine alone: a garden's objects through every profile and every fate of their references, held to the search for atoms
and to the validator of the field.
"""

import json
import os
import random
from collections import Counter
from typing import Any

import pytest
from stix2validator import ValidationOptions, validate_instance

from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.redaction import Fate, Pseudonyms, Remade, Stamp, content_of, dropped_of, remake
from tests.simulator.atoms import atoms
from tests.simulator.forms import Forms, is_marked
from tests.simulator.law import Glass
from tests.simulator.oracle import Oracle
from tests.simulator.planting import VERSIONS, Garden, uuid_of
from tests.simulator.veiled import PROFILES
from tests.simulator.world import START, parsed

GARDENS = int(os.environ.get("COMITY_GARDENS", "300"))
"""How many in ``make soak``."""
OPTIONS = ValidationOptions(version="2.1")


class Fates:
    """A naming that draws what becomes of each id."""

    def __init__(self, rnd: random.Random) -> None:
        self._random = rnd
        self._pseudonyms = Pseudonyms(rnd.randbytes(32))
        self.drawn: dict[str, Fate] = {}

    def reference(self, object_id: str) -> Fate:
        chances = [Fate.KEEP, Fate.KEEP, Fate.PSEUDONYM, Fate.PSEUDONYM, Fate.STRIP]
        return self.drawn.setdefault(object_id, self._random.choice(chances))

    def pseudonym_id(self, object_id: str) -> str:
        return self._pseudonyms.pseudonym_id(object_id)

    def token(self, kind: str, value: str) -> str:
        return self._pseudonyms.token(kind, value)


def faults(seed: int, size: int = 20) -> tuple[list[str], Counter[str]]:
    """What is wrong with what is made of a garden, and how much was made."""
    rnd = random.Random(seed)
    garden = Garden(seed, size)
    forms = Forms(Oracle(lambda: 0), garden)
    found: list[str] = []
    counts: Counter[str] = Counter()
    for plant in garden.plants:
        profiles = tuple(rnd.sample(PROFILES, rnd.choice([0, 1, 1, 2, 3])))
        lens = Lens(scope="pact", profiles=profiles, hidden="dangle", anonymous=rnd.random() < 0.3)
        glass = Glass(scope="pact", profiles=profiles)
        original = parsed(garden.raw(plant.number, rnd.randrange(VERSIONS)))
        around = [parsed(garden.raw(number)) for number in plant.refers]
        naming = Fates(rnd)
        gone = _marks(forms, original, glass) | {mark for one in around for mark in _marks(forms, one, glass)}
        also = tuple(value for one in around for value in dropped_of(one, lens))
        stamp = Stamp(created=START, modified=START + 1_000, created_by=None)
        made = remake(original, lens, naming, stamp, also=also, markings={})
        counts[type(made).__name__] += 1
        if isinstance(made, Remade):
            where = f"{[each.name for each in profiles]} of {original.raw.decode()} is {made.raw.decode()}"
            found += [f"{each}: {where}" for each in _wrong(original, made, naming, gone, lens)]
    return found, counts


def _marks(forms: Forms, one: Parsed, glass: Glass) -> set[str]:
    claim: Any = type("Claim", (), {"raw": one.raw, "parsed": one})
    return {each.mark for each in forms.dropped(claim, glass)}


def _wrong(original: Parsed, made: Remade, naming: Fates, gone: set[str], lens: Lens) -> list[str]:
    told = atoms(made.raw)
    hidden = {uuid_of(name) for name, fate in naming.drawn.items() if fate is not Fate.KEEP}
    wrong = [f"tells {mark}" for mark in sorted(told & (gone | hidden | {uuid_of(original.id)}))]
    again = parse(made.raw)
    if again != made.parsed:
        wrong.append(f"reads as {again}")
    checked = validate_instance(json.loads(made.raw), OPTIONS)
    if not checked.is_valid:
        wrong.append(f"is not valid: {checked.errors}")
    if made.parsed.id != naming.pseudonym_id(original.id):
        wrong.append("is not under the pseudonym")
    if made.how and not is_marked(json.loads(made.raw)):
        wrong.append("does not say that it is a twin")
    if not lens.profiles:
        kept = {mark for mark in atoms(original.raw) if mark.startswith("qz")} - told
        wrong += [f"has lost {mark}" for mark in sorted(kept)]
    if content_of(made.raw) == content_of(original.raw):
        wrong.append("is the original")
    return wrong


@pytest.mark.parametrize("seed", range(6))
def test_nothing_dropped_is_left_and_what_is_left_is_valid(seed: int) -> None:
    found, counts = faults(seed)
    assert not found, "\n".join(found[:3])
    assert counts["Remade"] > counts["Unmade"]


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("chunk", range(4))
def test_hundreds_of_gardens(chunk: int) -> None:
    """COMITY_GARDENS says how many."""
    for seed in range(1_000 + chunk, 1_000 + GARDENS, 4):
        found, _ = faults(seed, 40)
        assert not found, "\n".join([f"garden {seed}", *found[:3]])


def test_the_search_would_find_what_is_left() -> None:
    """An engine that drops nothing is caught."""
    garden = Garden(3, 20)
    forms = Forms(Oracle(lambda: 0), garden)
    glass = Glass(scope="pact", profiles=PROFILES)
    originals = [parsed(garden.raw(plant.number)) for plant in garden.plants]
    assert all(_marks(forms, one, glass) <= atoms(one.raw) for one in originals)
    assert sum(bool(_marks(forms, one, glass)) for one in originals) > len(originals) * 0.8
