"""The maker is killed in the middle of making, again and again: nothing more is told than may be, nothing is lost, and who goes
on ends where it would have ended.
"""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.simulator.veiled import Veiled, drafted
from tests.simulator.world import SECOND, world

KILLS = int(os.environ.get("COMITY_MAKER_KILLS", "200"))
"""How many in ``make soak``, over both databases."""
ROOT = Path(__file__).absolute().parents[2]


def killed(url: str, seed: int, kills: int) -> int:
    """One world, in which so many makers die; how many were at work then."""
    rnd = random.Random(seed)
    at_work = 0
    with world(url, seed) as w:
        veiled = Veiled(w, seed)
        for _ in range(kills):
            w.clock.forward(SECOND)
            veiled.agree(drafted(rnd, rnd.choice(["accord", "pact"]), veiled.partners))
            for _ in range(3):
                veiled.send()
            at_work += _made_and_killed(url, w.clock.now(), rnd.uniform(0, 0.3))
            veiled.checked()
        veiled.settle()
    return at_work


def _made_and_killed(url: str, now: int, after: float) -> bool:
    """Lets a process make, and kills it once it has begun; whether it had not finished."""
    command = [sys.executable, "-m", "tests.simulator.making", url, str(now)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as maker:
        assert maker.stdout is not None
        assert maker.stdout.readline() == b"ready\n"
        time.sleep(after)
        running = maker.poll() is None
        maker.kill()
    return running


def test_a_maker_that_is_killed_leaves_nothing_half_done(url: str) -> None:
    killed(url, 5, 3)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_hundreds_of_kills(url: str) -> None:
    """COMITY_MAKER_KILLS says how many."""
    assert killed(url, 6_000, KILLS // 2) > KILLS // 8, "too few were at work"
