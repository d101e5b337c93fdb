"""Mirroring the servers that are in use, with their faults: everything arrives, once, whatever breaks on the way."""

import random
from contextlib import suppress
from datetime import timedelta

import pytest

from comity.kernel.base.errors import NodeError
from comity.kernel.exchange.fetch.errors import Away
from comity.kernel.exchange.mirror.pull import UNSETTLED, Endless
from tests.kernel.exchange.mirror.servers import ByDate, Medallion, OpenTaxii

SERVERS = [OpenTaxii, Medallion, ByDate]
A_WHILE = timedelta(microseconds=2 * UNSETTLED)


def ids(objects):
    return sorted(one["id"] for one in objects)


@pytest.fixture(params=SERVERS, ids=lambda kind: kind.__name__)
def remote(request, world):
    with request.param(world.now).serving() as served:
        yield served


def test_everything_arrives_and_then_only_what_is_new(world, remote):
    sent = world.notes(230)
    for start in range(0, 230, 40):
        remote.post(sent[start : start + 40])
        remote.now += timedelta(seconds=1)
    remote.now += A_WHILE
    kept = world.register(remote)
    tally = world.pull(kept.mirror)
    assert tally.new == 230
    assert ids(world.held()) == ids(sent)
    asked = len(remote.asked)
    assert world.pull(kept.mirror).new == 0
    assert len(remote.asked) == asked + 1
    more = world.notes(3)
    remote.post(more)
    assert world.pull(kept.mirror).new == 3
    assert ids(world.held()) == ids(sent + more)


def test_whatever_breaks_on_the_way_everything_arrives(world, remote):
    """Time-outs, 5xx, dropped connections after the server has done its part, a killed puller; objects all the while."""
    rnd = random.Random(3)
    sent = []
    remote.cap = 100
    kept = world.register(remote)
    for _ in range(12):
        some = world.notes(rnd.choice([1, 7, 60]))
        remote.post(some)
        sent += some
        remote.now += timedelta(milliseconds=rnd.choice([2, 3000]))
        world.clock.at = max(world.clock.at, int(remote.now.timestamp()))
        remote.broken = lambda _query: rnd.choice([None, None, None, 500, 503, "drop", (429, {"Retry-After": "1"})])
        with suppress(Away):
            world.pull(kept.mirror)
    remote.broken = lambda _query: None
    remote.now += A_WHILE
    world.pull(kept.mirror)
    held = world.held()
    assert ids(held) == ids(sent)
    assert world.cast.scalar("SELECT count(*) FROM claim") == len(sent)


def test_what_comes_late_under_an_early_date_arrives(world, remote):
    first = world.notes(20)
    remote.post(first)
    kept = world.register(remote)
    world.pull(kept.mirror)
    late = world.notes(2)
    remote.rows[10:10] = [(remote.rows[9][0], one) for one in late]
    world.pull(kept.mirror)
    assert ids(world.held()) == ids(first + late)


def test_the_peers_are_asked_as_they_need_it(world):
    with Medallion(world.now).serving() as remote:
        remote.post(world.notes(250))
        kept = world.register(remote)
        world.pull(kept.mirror)
        assert len(remote.asked) == 3
        for query, heads in zip(remote.asked, remote.heads, strict=True):
            assert query["limit"] == "1000"
            assert query["match[version]"] == "all"
            assert heads["accept"] == "application/taxii+json;version=2.1"
            assert heads["user-agent"].startswith("Comity/")


def test_a_next_that_was_forgotten_is_gone_round(world):
    with Medallion(world.now).serving() as remote:
        sent = world.notes(330)
        for start in range(0, 330, 30):
            remote.post(sent[start : start + 30])
            remote.now += timedelta(seconds=1)
        kept = world.register(remote)

        def forget(query):
            if "next" in query:
                remote.sessions.clear()

        remote.broken = forget
        assert world.pull(kept.mirror).new == 330
        assert ids(world.held()) == ids(sent)


def test_a_next_that_the_server_can_not_read_itself_is_gone_round(world):
    """OpenTAXII writes a date without microseconds in a way that it does not read (one in a million)."""
    with OpenTaxii(world.now.replace(microsecond=0)).serving() as remote:
        sent = world.notes(2500)
        for place, one in enumerate(sent):
            remote.rows.append((remote.now + timedelta(seconds=place), one))
        kept = world.register(remote)
        assert world.pull(kept.mirror).new == 2500


def test_opentaxii_objects_are_put_right_and_it_is_told(world):
    with OpenTaxii(world.now).serving() as remote:
        remote.post(world.notes(5, description='"spec_version": "indicator"'))
        kept = world.register(remote)
        tally = world.pull(kept.mirror)
        assert (tally.new, tally.mended, tally.refused) == (5, 5, 0)
        assert world.store.mirrors.get(kept.mirror.id).mended == 5
        for held in world.held():
            assert held["spec_version"] == "2.1"
            assert held["description"] == '"spec_version": "indicator"'


def test_too_many_objects_under_one_date_are_said_and_not_skipped(world):
    with ByDate(world.now).serving() as remote:
        remote.rows = [(remote.now, one) for one in world.notes(200)]
        kept = world.register(remote)
        with pytest.raises(Endless, match="under one date"):
            world.pull(kept.mirror)
        mirror = world.store.mirrors.get(kept.mirror.id)
        assert mirror.new == 50
        assert not mirror.pulling
        assert "under one date" in mirror.reason
        remote.cap = 5000
        assert world.pull(kept.mirror).new == 150


def test_what_another_server_answers_with_500_is_tried_again_later(world):
    with Medallion(world.now).serving() as remote:
        remote.post([*world.notes(2), {"type": "software", "id": "software--1", "version": "1"}])
        kept = world.register(remote)
        with pytest.raises(NodeError, match="it answered 500"):
            world.pull(kept.mirror)
        mirror = world.store.mirrors.get(kept.mirror.id)
        assert mirror.pulling
        assert mirror.errors >= 3
        assert mirror.not_before > world.clock.now()
        assert world.slept
