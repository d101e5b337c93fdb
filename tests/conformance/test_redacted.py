"""Whatever redaction makes is STIX 2.1 for others: twins, stubs and tombstones of every type pass stix2-validator."""

import json
import random
from pathlib import Path
from typing import Any

import pytest
from stix2validator import ValidationOptions, validate_instance

from comity.kernel.objects.ids import SCO_TYPES
from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.lens import Lens, Part
from comity.kernel.policy.profile import Profile
from comity.kernel.policy.redaction import Fate, Remade, remake, stub, tombstone
from tests.kernel.objects.samples import SAMPLES
from tests.kernel.policy.redaction.looking import HIDING, KEY, STAMP, Maker, parsed
from tests.kernel.policy.redaction.test_corpora import PROFILES, real
from tests.kernel.policy.redaction.worlds import GREEN, RED, objects, rules

# The validator uses a name of jsonschema that is deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

OPTIONS = ValidationOptions(version="2.1", silent=True)
MEANINGS = {RED: Part(Tlp.RED), GREEN: Part(Tlp.GREEN)}


def errors(raw: bytes) -> list[str]:
    return [str(error) for error in validate_instance(json.loads(raw), OPTIONS).errors]


@pytest.mark.parametrize("kind", sorted(SAMPLES))
def test_stubs_and_tombstones(kind: str) -> None:
    own = HIDING.pseudonym_id(SAMPLES[kind]["id"])
    assert errors(stub(own, STAMP).raw) == []
    last = tombstone(own, STAMP)
    assert (last is None) is (kind in SCO_TYPES or kind == "marking-definition")
    assert last is None or errors(last.raw) == []


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_type_through_every_profile(name: str) -> None:
    lens = Lens("a", profiles=(PROFILES[name],))
    for fate in Fate:
        for held in SAMPLES.values():
            result = remake(parsed(held), lens, Maker(KEY, fate), STAMP)
            assert not isinstance(result, Remade) or errors(result.raw) == []


@pytest.mark.corpora
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(PROFILES))
def test_real_objects(corpora: Path, name: str) -> None:
    lens = Lens("a", profiles=(PROFILES[name],), hidden="dangle")
    chosen = random.Random(7).sample(sorted(real(corpora), key=_raw), 60)
    for each in chosen:
        result = remake(each, lens, HIDING, STAMP)
        if isinstance(result, Remade):
            found = errors(result.raw)
            assert found == [] or errors(each.raw) != [], (each.id, found)


def _raw(each: Parsed) -> bytes:
    return each.raw


def test_random_objects() -> None:
    """Drawn without shrinking: that is done where the same is asked of our own reader."""
    for seed in range(120):
        held, rule = _drawn(seed)
        lens = Lens("a", profiles=(Profile("p", rule),), without=(Part(Tlp.RED),) if seed % 2 else ())
        result = remake(parsed(held), lens, Maker(KEY, list(Fate)[seed % 3]), STAMP, markings=MEANINGS)
        if isinstance(result, Remade):
            found = errors(result.raw)
            assert found == [] or errors(parsed(held).raw) != [], (seed, found)


def _drawn(seed: int) -> tuple[dict[str, Any], tuple[Any, ...]]:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import seed as seeded
    from hypothesis import strategies as st

    drawn: list[tuple[dict[str, Any], tuple[Any, ...]]] = []

    @seeded(seed)
    @settings(
        max_examples=3, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(objects(), st.lists(rules, min_size=1, max_size=3))
    def draw(held: dict[str, Any], chosen: list[Any]) -> None:
        drawn.append((held, tuple(chosen)))

    draw()
    return drawn[-1]
