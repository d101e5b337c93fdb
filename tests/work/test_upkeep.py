"""Upkeep: the standing clock looks, and where there is something a job drops it, cut off and resumed or not."""

from comity.work import upkeep
from comity.work.clocks import NODE, Clocks
from comity.work.jobs import Jobs
from comity.work.upkeep import AT_ONCE, EVERY, Upkeep
from tests.kernel.store.conftest import START
from tests.work.conftest import Bench

DAY = 86_400_000_000


def leave(bench: Bench, count: int, at: int) -> None:
    mark = "%({})s" if bench.url.startswith("postgresql") else ":{}"
    insert = f"INSERT INTO attempt (bucket, used, at) VALUES ({mark.format('bucket')}, 0, {mark.format('at')})"
    with bench.store._database.write() as connection:
        for number in range(count):
            connection.exec_driver_sql(insert, {"bucket": f"{at} {number}".encode(), "at": at})


def test_it_drops_what_is_old_in_steps_and_says_how_much(bench: Bench) -> None:
    sweeping = Upkeep(bench.store.leftovers, bench.store.jobs)
    clocks = Clocks(bench.store.timers, bench.clock, {upkeep.KIND: sweeping.fire}, (sweeping.standing,))
    jobs = Jobs(bench.store.jobs, bench.clock, {upkeep.KIND: sweeping.step})
    clocks.step()
    assert bench.store.jobs.all(10) == (), "nothing to drop, no job"
    leave(bench, 2 * AT_ONCE + 7, START - 2 * DAY)
    leave(bench, 5, START)
    bench.clock.forward(EVERY)
    clocks.step()
    steps = 0
    while jobs.step():
        steps += 1
    assert steps == 3
    (job,) = bench.store.jobs.all(10)
    assert (job.state, job.position, job.total) == ("done", 2 * AT_ONCE + 7, 2 * AT_ONCE + 7)
    with bench.store._database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM attempt").scalar_one() == 5
    timer = bench.store.timers.waiting(upkeep.KIND, NODE)
    assert timer is not None
    assert timer.due == START + 2 * EVERY
