"""The worker's part: clocks ask for pulls, steps never wait for the network, one mirror does not hold up another."""

import threading
import time
from contextlib import suppress

import pytest

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict
from comity.kernel.store.mirrors import KIND
from comity.work.clocks import Clocks
from comity.work.worker import Follower, Worker
from tests.kernel.exchange.mirror.servers import Medallion, OpenTaxii

MINUTE: Micros = 60_000_000


class Hand:
    """A worker with clocks and mirrors, stepped by hand."""

    def __init__(self, world):
        self.world = world
        self.mirroring = world.mirroring()
        clocks = Clocks(world.store.timers, world.clock, {KIND: self.mirroring.fire})
        self.worker = Worker(
            world.store,
            [Follower("clocks", clocks.step), Follower("mirrors", self.mirroring.step, self.mirroring.waiting)],
            world.clock,
            "one",
            world.store.followings,
        )
        self.longest = 0.0

    def turn(self):
        self.world.clock.forward(600_000)
        began = time.monotonic()
        self.worker.turn()
        self.longest = max(self.longest, time.monotonic() - began)

    def until(self, done, seconds=20.0):
        until = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < until, [each.reason for each in self.world.store.mirrors.all()]
            self.turn()
            time.sleep(0.01)


@pytest.fixture
def hand(world):
    made = Hand(world)
    yield made
    made.mirroring.close()


def mirrors(world):
    return world.store.mirrors.all()


def test_a_clock_asks_and_the_follower_pulls_again_and_again(world, hand):
    with Medallion(world.now).serving() as remote:
        remote.post(world.notes(250))
        kept = world.register(remote, every=15 * MINUTE).mirror
        hand.turn()
        assert not mirrors(world)[0].pulling
        world.clock.forward(15 * MINUTE)
        hand.until(lambda: mirrors(world)[0].succeeded is not None)
        assert mirrors(world)[0].new == 250
        clock = world.store.timers.waiting(KIND, str(kept.id))
        assert clock is not None
        assert 0 < clock.due - world.clock.now() <= 15 * MINUTE
        remote.post(world.notes(7))
        world.clock.forward(100 * MINUTE)  # nobody worked for a while: one pull, not six
        asked = len(remote.asked)
        hand.until(lambda: mirrors(world)[0].new == 257)
        hand.until(lambda: not mirrors(world)[0].pulling)
        assert len(remote.asked) <= asked + 4


def test_a_step_does_not_wait_for_a_server_that_hangs(world, hand):
    gate = threading.Event()
    with OpenTaxii(world.now).serving() as slow, Medallion(world.now).serving() as quick:
        slow.broken = lambda _query: gate.wait(30) and None
        slow.post(world.notes(3))
        quick.post(world.notes(5))
        for remote in (slow, quick):
            world.store.mirrors.begin(world.register(remote).mirror.id, world.clock.now())
        hand.until(lambda: mirrors(world)[1].succeeded is not None)
        assert mirrors(world)[0].succeeded is None
        assert hand.longest < 3
        gate.set()
        hand.until(lambda: mirrors(world)[0].succeeded is not None)


def test_a_failure_is_kept_and_tried_again_later_each_time(world, hand):
    with Medallion(world.now).serving() as remote:
        remote.post(world.notes(2))
        remote.broken = lambda _query: 503
        kept = world.register(remote).mirror
        world.store.mirrors.begin(kept.id, world.clock.now())
        waits = []
        for errors in range(1, 5):
            hand.until(lambda errors=errors: mirrors(world)[0].errors == errors)
            waits.append(mirrors(world)[0].not_before - world.clock.now())
            assert mirrors(world)[0].pulling
            world.clock.forward(waits[-1])
        assert waits == sorted(waits)
        assert waits[-1] >= 2 * waits[0]
        remote.broken = lambda _query: None
        hand.until(lambda: mirrors(world)[0].succeeded is not None)
        assert (mirrors(world)[0].errors, mirrors(world)[0].reason) == (0, "")


def test_what_will_not_pass_waits_for_its_next_clock(world, hand):
    with Medallion(world.now).serving() as remote:
        kept = world.register(remote, secret="wrong", every=MINUTE).mirror
        world.store.mirrors.begin(kept.id, world.clock.now())
        hand.until(lambda: mirrors(world)[0].errors == 1)
        assert not mirrors(world)[0].pulling
        assert "401" in mirrors(world)[0].reason
        world.register(remote)
        hand.until(lambda: mirrors(world)[0].succeeded is not None)


def test_a_mirror_that_rests_is_left_alone(world, hand):
    with Medallion(world.now).serving() as remote:
        kept = world.register(remote, every=MINUTE).mirror
        world.store.mirrors.pause(kept.id, paused=True)
        world.clock.forward(10 * MINUTE)
        for _ in range(5):
            hand.turn()
        assert remote.asked == []
        world.store.mirrors.pause(kept.id, paused=False)
        world.clock.forward(MINUTE)
        hand.until(lambda: len(remote.asked) == 1)


def test_a_mirror_that_is_removed_while_it_is_pulled_writes_nothing_more(world, hand):
    gate = threading.Event()
    with Medallion(world.now).serving() as remote:
        remote.post(world.notes(3))
        remote.broken = lambda _query: gate.wait(30) and None
        kept = world.register(remote, every=MINUTE).mirror
        world.store.mirrors.begin(kept.id, world.clock.now())
        hand.turn()
        world.store.mirrors.remove(kept.id)
        gate.set()
        for _ in range(30):
            hand.turn()
            time.sleep(0.01)
        assert world.held() == []
        assert world.store.timers.waiting(KIND, str(kept.id)) is None


def test_of_two_that_pull_one_mirror_one_keeps_each_page(world, hand):
    """The worker and somebody at a terminal: nothing is counted twice, and whoever comes second stops."""
    with Medallion(world.now).serving() as remote:
        sent = world.notes(300)
        for start in range(0, 300, 50):
            remote.post(sent[start : start + 50])
        kept = world.register(remote).mirror
        world.store.mirrors.begin(kept.id, world.clock.now())
        hand.turn()
        with suppress(Conflict):  # whoever comes second stops
            world.pull(kept)
        hand.until(lambda: not mirrors(world)[0].pulling)
        assert mirrors(world)[0].new == 300
        assert len({one["id"] for one in world.held()}) == 300


def test_while_somebody_pulls_at_a_terminal_the_worker_waits(world, hand):
    with Medallion(world.now).serving() as remote:
        kept = world.register(remote).mirror
        world.store.mirrors.begin(kept.id, world.clock.now(), not_before=world.clock.now() + MINUTE)
        for _ in range(5):
            hand.turn()
        assert remote.asked == []
        world.clock.forward(MINUTE)
        hand.until(lambda: remote.asked != [])


def test_a_row_whose_url_was_changed_does_not_send_the_secret_elsewhere(world, hand, run_sql):
    with Medallion(world.now).serving() as remote, Medallion(world.now).serving() as thief:
        kept = world.register(remote).mirror
        run_sql(f"UPDATE mirror SET url = '{thief.url}'")
        world.store.mirrors.begin(kept.id, world.clock.now())
        hand.until(lambda: mirrors(world)[0].errors == 1)
        assert thief.heads == []
        assert "vault" in mirrors(world)[0].reason


def test_mirrors_are_seen_as_a_follower(world, hand):
    with Medallion(world.now).serving() as remote:
        world.store.mirrors.begin(world.register(remote).mirror.id, world.clock.now(), not_before=2**60)
        hand.turn()
        assert hand.mirroring.waiting() == 1
