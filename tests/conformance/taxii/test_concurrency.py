"""Readers and workers beside writers, over HTTP and on both databases: nothing is missed, nothing is doubled."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from comity.kernel.base.ids import system_random
from comity.kernel.exchange.taxii.intake import Intake
from tests.conformance.taxii.conftest import indicator

WRITERS = (10_000, 20_000, 30_000, 40_000)


def write(node, first, count=40, size=4):
    for number in range(first, first + count, size):
        node.add(*[indicator(each) for each in range(number, number + size)])


@pytest.mark.timeout(90)
def test_a_reader_that_pages_while_four_write_meets_everything_once(either):
    """It follows ``next`` to the end of what there was, then goes on from the last date it was told."""
    either.add(*[indicator(number) for number in range(30)])
    done = threading.Event()
    seen: list[str] = []

    def read():
        since = None
        while True:
            last_round = done.is_set()
            found = 0
            for page in either.pages(limit=7, **({"added_after": since} if since else {})):
                objects = page.json().get("objects", [])
                seen.extend(each["id"] for each in objects)
                found += len(objects)
                since = page.headers["x-taxii-date-added-last"]
            if last_round and not found:
                return

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor(len(WRITERS)) as writers:
        list(writers.map(lambda first: write(either, first), WRITERS))
    done.set()
    reader.join(60)
    assert not reader.is_alive()
    expected = [*range(30), *(first + each for first in WRITERS for each in range(40))]
    assert sorted(seen) == sorted(indicator(number)["id"] for number in expected)


def test_two_workers_complete_large_envelopes_together_and_nothing_twice(make_node):
    node = make_node(queue_objects=20, chunk=7)
    kept = [node.add(*[indicator(first + each) for each in range(50)]) for first in (0, 100, 200)]
    assert {each["status"] for each in kept} == {"pending"}

    def work():
        worker = Intake(node.store, node.clock, system_random, node.settings)
        while worker.step():
            pass

    with ThreadPoolExecutor(2) as workers:
        for each in [workers.submit(work) for _ in range(2)]:
            each.result()
    for each in kept:
        told = node.ask("GET", f"{node.root}status/{each['id']}/").json()
        assert (told["status"], told["success_count"], told["failure_count"]) == ("complete", 50, 0)
    assert sorted(each["id"] for each in node.read(match_version="all")) == sorted(
        indicator(first + each)["id"] for first in (0, 100, 200) for each in range(50)
    )


def test_a_worker_that_stops_anywhere_is_followed_by_one_that_goes_on(either):
    settings = type(either.settings)(queue_objects=5, chunk=3)
    first = Intake(either.store, either.clock, system_random, settings)
    carol = either.directory.parties.get("carol").id
    shared = either.directory.collections.get("shared").id
    body = json.dumps({"objects": [indicator(number) for number in range(10)]}).encode()
    submission = first.admit(body, party=carol, collection=shared)
    assert first.step()
    assert len(either.read()) == 3
    second = Intake(either.store, either.clock, system_random, settings)
    while second.step():
        pass
    assert not first.step()
    assert either.store.submission(submission.id, carol).success == 10
    assert [each["name"] for each in either.read()] == [f"No {n}" for n in range(10)]
