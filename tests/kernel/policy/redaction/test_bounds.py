"""Hostile objects take time in proportion to their size, however many values they hold and however these are written."""

import time
from typing import Any

import pytest

from comity.kernel.policy.profile import Rule
from comity.kernel.policy.redaction import Remade, remake
from tests.kernel.objects.samples import SAMPLES
from tests.kernel.policy.redaction.looking import HIDING, STAMP, lens, parsed

DROP = Rule("drop", observables=("domain-name", "ipv4-addr", "url", "email-addr"))
MANY = 3_000
# A word of the text may take this long, in seconds: some twenty times what it takes on an idle machine.
EACH = 0.004


def address(at: int) -> str:
    return f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}"


def reference(at: int) -> str:
    return f"malware--{at:08x}-0000-4000-8000-000000000000"


CAMPAIGN, INDICATOR, REPORT = SAMPLES["campaign"], SAMPLES["indicator"], SAMPLES["report"]
NAMES = [f"h{at}.victim{at}.example" for at in range(MANY)]
COMPARED = [f"ipv4-addr:value = '{address(at)}'" for at in range(2_500)]
DEEP: dict[str, Any] = {"def": "a.victim.example"}
for _ in range(55):
    DEEP = {"abc": DEEP, "def": "a.victim.example"}
HOSTILE: dict[str, dict[str, Any]] = {
    "many labels": {**CAMPAIGN, "labels": NAMES},
    "one long text": {**CAMPAIGN, "description": " ".join(NAMES)},
    "one value often": {**CAMPAIGN, "description": "https://h.victim.example/x " * MANY},
    "no blanks": {**CAMPAIGN, "description": "h.victim.example/" * MANY},
    "a long pattern": {**INDICATOR, "pattern": f"[{' OR '.join(COMPARED)} OR mutex:name = 'a']"},
    "many references": {
        **REPORT,
        "object_refs": [reference(at) for at in range(MANY)],
        "description": f"%41 {' '.join(map(reference, range(MANY)))}",
    },
    "escapes": {**CAMPAIGN, "description": "%76[.](at)\\u0041&#46; " * MANY},
    "encoded": {**CAMPAIGN, "description": "dmljdGltLmV4YW1wbGUgaXMgaGVyZQ== " * MANY},
    "one run": {**CAMPAIGN, "description": "dmljdGltLmV4YW1wbGU" * MANY},
    "deep": {**CAMPAIGN, "x_deep": DEEP},
    "other letters": {**CAMPAIGN, "description": "피해자는 victim.example이다. \u1112\u1161\u11ab " * MANY},
}


@pytest.mark.parametrize("name", HOSTILE)
def test_the_time_is_in_proportion(name):
    held = parsed(HOSTILE[name])
    also = tuple(f"secret word {at}" for at in range(MANY))
    begin = time.process_time()
    result = remake(held, lens(DROP), HIDING, STAMP, also=also)
    assert time.process_time() - begin < EACH * 2 * MANY
    assert isinstance(result, Remade)
    assert b"victim.example" not in result.raw
