"""In time, too, nothing is told: whether something hidden stands under an id, what is asked or written takes as long.

A simple statistical test: the two kinds of requests in turn, in random order, and the share of pairs in which the one took longer
than the other (the statistic of Mann and Whitney). Alike means a share near one half. In ``make soak``: it wants a quiet machine.
"""

import gc
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import pytest

from comity.kernel.objects.markings import Tlp
from tests.simulator.exits import Exits, exits
from tests.simulator.world import World, address, address_id, made_id, note, world

ROUNDS = 400
TRIES = 4
RESTRICTED = 20
TELLS_APART = 0.1
"""How far from one half a share may lie. With 400 of each, chance alone keeps it within 0.08 in 9,999 cases of 10,000."""

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]


def share(one: Sequence[float], other: Sequence[float]) -> float:
    """In which share of all pairs the one is larger; ties count half."""
    ranked = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    ranks = sum(rank for rank, (_, which) in enumerate(ranked, 1) if which == 0)
    return (ranks - len(one) * (len(one) + 1) / 2) / (len(one) * len(other))


def measured(*asked: Callable[[int], object]) -> tuple[list[float], ...]:
    """How long each took, asked in turn, in an order that changes. The number is one that is not asked twice."""
    rnd = random.Random(1)
    took: tuple[list[float], ...] = tuple([] for _ in asked)
    for each in asked:
        for number in range(20):
            each(-1 - number)
    gc.collect()
    gc.disable()
    try:
        for number in range(ROUNDS):
            for which in rnd.sample(range(len(asked)), len(asked)):
                start = time.perf_counter()
                asked[which](number)
                took[which].append(time.perf_counter() - start)
    finally:
        gc.enable()
    return took


def alike(*asked: Callable[[int], object]) -> None:
    """Fails where the two are told apart in every one of some tries: a difference that is there is there each time."""
    shares = []
    for _ in range(TRIES):
        one, other = measured(*asked)
        shares.append(share(one, other))
        if abs(shares[-1] - 0.5) <= TELLS_APART:
            return
    assert shares == [], f"hidden and absent differ: {shares}; medians {median(one):.6f} and {median(other):.6f} s"


@pytest.fixture
def w(url: str) -> Iterator[World]:
    """Two thousand notes, of which the viewer sees half; ``hidden`` ones it may not see."""
    with world(url) as made:
        made.party("korea", Tlp.RED, own=True)
        made.party("viewer", Tlp.GREEN)
        made.collection("open", Tlp.GREEN, read=["viewer"])
        for start in range(0, 2000, 500):
            levels = [Tlp.GREEN, Tlp.RED]
            made.send("korea", "open", *(note(f"{n}", tlp=levels[n % 2]) for n in range(start, start + 500)))
        made.send("korea", "open", *(note(f"hidden {n}", tlp=Tlp.RED) for n in range(ROUNDS)))
        made.send("korea", "open", *(address(n, tlp=Tlp.RED) for n in range(100)))
        yield made


@pytest.fixture
def out(w: World) -> Iterator[Exits]:
    with exits(w) as made:
        yield made


def by_id(out: Exits, kind: str, rest: str = "") -> Callable[[int], object]:
    def ask(number: int) -> None:
        path = out.of("open", f"objects/{made_id('note', f'{kind} {number % ROUNDS}')}/{rest}")
        assert out.ask("viewer", "GET", path).status_code == 404

    return ask


@pytest.mark.parametrize("rest", ["", "versions/"])
def test_an_id_that_is_hidden_takes_as_long_as_one_that_is_not_there(out: Exits, rest: str) -> None:
    alike(by_id(out, "hidden", rest), by_id(out, "absent", rest))


def test_an_id_that_can_be_guessed_takes_as_long(out: Exits) -> None:
    def ask(first: int) -> Callable[[int], object]:
        return lambda number: out.ask("viewer", "GET", out.of("open", f"objects/{address_id(first + number % 100)}/"))

    alike(ask(0), ask(100))


def test_a_filter_by_id_takes_as_long(out: Exits) -> None:
    def ask(kind: str) -> Callable[[int], object]:
        def one(number: int) -> None:
            wanted = made_id("note", f"{kind} {number % ROUNDS}")
            assert out.ask("viewer", "GET", out.of("open", "objects/"), match_id=wanted).json() == {}

        return one

    alike(ask("hidden"), ask("absent"))


def test_a_search_takes_as_long(w: World, out: Exits) -> None:
    """People search; what is hidden from them is what is restricted to others. A word of one such object, and one of none."""
    w.person("kim")
    w.person("lee")
    for number in range(RESTRICTED):
        w.send("korea", "open", note(f"restricted {number}", content=f"spearwort{number:03}"))
        w.restrict(made_id("note", f"restricted {number}"), "kim")
    w.settle()
    assert "spearwort000" in out.page("kim", "/intel/search?q=spearwort000").text.replace("q=spearwort000", "")

    def ask(word: str) -> Callable[[int], object]:
        def one(number: int) -> None:
            answer = out.page("lee", f"/intel/search?q={word}{number % RESTRICTED:03}")
            assert answer.status_code == 200
            assert made_id("note", f"restricted {number % RESTRICTED}") not in answer.text

        return one

    alike(ask("spearwort"), ask("pennywort"))


def test_a_write_takes_as_long(out: Exits) -> None:
    """Under an id that is held and hidden, and under one that is not."""

    def send(kind: str) -> Callable[[int], object]:
        made = iter(range(10**9))

        def one(number: int) -> None:
            raw = note(f"{kind} {number % ROUNDS}", content=f"mine {next(made)}")
            body = json.dumps({"objects": [json.loads(raw)]}).encode()
            assert out.send("viewer", out.of("open", "objects/"), body).status_code == 202

        return one

    alike(send("hidden"), send("absent"))


def test_a_deletion_takes_as_long(out: Exits) -> None:
    def delete(kind: str) -> Callable[[int], object]:
        def one(number: int) -> None:
            path = out.of("open", f"objects/{made_id('note', f'{kind} {number % ROUNDS}')}/")
            assert out.ask("viewer", "DELETE", path).status_code == 404

        return one

    alike(delete("hidden"), delete("absent"))


def test_a_difference_would_be_found() -> None:
    """A tenth of a millisecond in one."""

    def wait(seconds: float) -> Callable[[int], object]:
        def one(_: int) -> None:
            until = time.perf_counter() + seconds * random.uniform(0.9, 1.1)
            while time.perf_counter() < until:
                pass

        return one

    with pytest.raises(AssertionError, match="hidden and absent differ"):
        alike(wait(0.0010), wait(0.0011))
    alike(wait(0.001), wait(0.001))
