"""How much of a labelled set is found, and how much of what is found is right. The set is another one in each run.

``COMITY_SCAN_SEED`` makes a run's set again; the seed is printed, and stands in the message of a failure.
"""

import os
import secrets
from collections import Counter

import pytest

from comity.kernel.policy.personal.settings import DEFAULT
from comity.kernel.policy.personal.text import spans
from tests.kernel.policy.personal.generator import Item, items

ITEMS = 4000
RECALL = 0.99
PRECISION = 0.95


def test_identifiers_are_found_and_little_else(capsys: pytest.CaptureFixture[str]) -> None:
    seed = int(os.environ.get("COMITY_SCAN_SEED") or secrets.randbelow(2**32))
    labelled = items(seed, ITEMS)
    hits, wanted, found = 0, 0, 0
    missed: Counter[str] = Counter()
    wrong: list[str] = []
    for item in labelled:
        got, right = _compare(item, missed, wrong)
        found += got
        hits += right
        wanted += len(item.truths)
    recall, precision = hits / wanted, hits / found
    said = f"seed {seed}: recall {recall:.4f} of {wanted}, precision {precision:.4f} of {found}; missed {dict(missed)}"
    with capsys.disabled():
        print(f"\n{said}")
    assert wanted >= 2000
    assert recall >= RECALL, said
    assert precision >= PRECISION, f"{said}\n" + "\n".join(wrong[:20])


def test_no_kind_is_left_behind(capsys: pytest.CaptureFixture[str]) -> None:
    """What is rare must not hide behind what is frequent."""
    seed = int(os.environ.get("COMITY_SCAN_SEED") or secrets.randbelow(2**32))
    of_maker: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for item in items(seed, ITEMS):
        of_maker.update(truth.made for truth in item.truths)
        _compare(item, missed, [])
    behind = {made: f"{missed[made]} of {count}" for made, count in of_maker.items() if missed[made] > 0.1 * count}
    assert not behind, f"seed {seed}"


def _compare(item: Item, missed: Counter[str], wrong: list[str]) -> tuple[int, int]:
    """How many findings there are in a text, and how many of them are what is to be found."""
    found = spans(item.text, DEFAULT)
    right = 0
    for truth in item.truths:
        if any(each.kind == truth.kind and (each.start, each.end) == (truth.start, truth.end) for each in found):
            right += 1
        else:
            missed[truth.made] += 1
            wrong.append(f"missed {truth.made}: {item.text!r}")
    wrong += [
        f"{each.kind} {item.text[each.start : each.end]!r} in {item.text!r}"
        for each in found
        if (each.start, each.end) not in {(truth.start, truth.end) for truth in item.truths}
    ]
    return len(found), right
