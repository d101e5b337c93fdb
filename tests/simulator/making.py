"""Makes twins in a process of its own, one by one, until it is killed or nothing is left.

``python -m tests.simulator.making URL NOW``
"""

import random
import sys

from comity.kernel.base.clock import FixedClock
from comity.kernel.store.store import open_store


def main(url: str, now: int) -> None:
    """Says a line before each step."""
    store = open_store(url, FixedClock(now), random.SystemRandom().randbytes)
    print("ready", flush=True)
    while store.twins.step(1):
        print("step", flush=True)
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
