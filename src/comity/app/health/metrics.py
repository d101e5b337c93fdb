"""The node's numbers as Prometheus reads them (text exposition format 0.0.4).

From three places: requests from the processes' ``tally``, everything that is in the database from the database at the moment
of asking, processes and disk from the system. So they are whole whichever process answers, and none of them is kept twice.
A label never carries what came from a partner: only names of ours and short names that the operator gave.
"""

import os
import shutil
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from comity.app.backup.record import last_backup
from comity.app.health.tally import BOUNDS, totals
from comity.app.node import Node
from comity.app.tls import not_after
from comity.kernel.base.clock import Micros
from comity.kernel.store.vitals import Mirrored

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECOND: Final = 1_000_000
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


def exposition(node: Node) -> bytes:
    """All metrics of the node. Raises NodeError when the database does not answer."""
    registry = CollectorRegistry(auto_describe=False)
    metrics = (*_requests(node.folder.run), *_database(node), *_system(node))
    registry.register(_Given(metrics))
    return generate_latest(registry)


class _Given(Collector):
    """Metrics that have been made already."""

    def __init__(self, metrics: tuple[Metric, ...]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def _requests(run: Path) -> Iterator[Metric]:
    counted = totals(run)
    requests = CounterMetricFamily(
        "comity_requests", "Requests answered since the server started.", labels=("surface", "method", "status")
    )
    for (surface, method, status), count in counted.requests.items():
        requests.add_metric((surface, method, str(status) if status else "other"), count)
    yield requests
    seconds = HistogramMetricFamily(
        "comity_request_seconds", "How long requests took, from the first byte to the last.", labels=("surface",)
    )
    for surface, times in counted.times.items():
        sum_so_far, buckets = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), times.within, strict=True):
            sum_so_far += count
            buckets.append((bound, float(sum_so_far)))
        seconds.add_metric((surface,), buckets, times.micros / _SECOND)
    yield seconds
    yield _gauge("comity_server_processes", "Processes that answer requests.", len(counted.processes))
    memory = GaugeMetricFamily(
        "comity_process_resident_bytes", "Memory of the server's processes.", labels=("process", "role")
    )
    for number, role in ((os.getppid(), "parent"), *((process, "server") for process in counted.processes)):
        resident = _resident(number)
        if resident is not None:
            memory.add_metric((str(number), role), resident)
    yield memory


def _database(node: Node) -> Iterator[Metric]:
    now = node.clock.now()
    fitness = node.store.vitals.fitness()
    amounts = node.store.vitals.amounts(now)
    numbers = amounts.numbers
    yield _counter("comity_claims", "Claims ever written, and their moves in the log.", numbers.claims)
    yield _counter("comity_leaves", "Leaves in the ledger.", numbers.leaves)
    for name, words, value in (
        ("comity_claims_held", "Claims that are held now.", numbers.held),
        ("comity_labels", "Different labels.", numbers.labels),
        ("comity_shapes", "Different shapes.", numbers.shapes),
        ("comity_envelopes_waiting", "Large envelopes that the worker has not completed.", numbers.envelopes),
        ("comity_clocks_waiting", "Clocks that have not fired.", numbers.clocks),
        ("comity_clocks_late", "Clocks that are due and have not fired.", numbers.late),
        ("comity_sessions", "People's sessions that have not expired.", numbers.sessions),
        ("comity_accounts", "Accounts that are not disabled.", numbers.accounts),
        ("comity_tokens", "Tokens that hold.", numbers.tokens),
        ("comity_parties", "Parties.", numbers.parties),
        ("comity_database_bytes", "Size of the database on its disk.", amounts.bytes),
        ("comity_schema_fits", "1 when the schema is the one that this version needs.", int(fitness.fits)),
        ("comity_worker_leads", "1 when a worker holds the lease.", int((fitness.worker or 0) > now)),
    ):
        yield _gauge(name, words, value)
    jobs = GaugeMetricFamily("comity_jobs", "Long jobs by state.", labels=("state",))
    for state, count in amounts.jobs:
        jobs.add_metric((state,), count)
    yield jobs
    yield from _followers(node, now)
    yield from _mirrors(amounts.mirrors, now)
    last = last_backup(node.store.registry)
    if last is not None:
        yield _moment("comity_backup_last", "When the last backup was made.", last.made)
        yield _gauge("comity_backup_last_bytes", "Size of the last backup.", last.size)
        yield _gauge("comity_backup_last_tried", "1 when the last backup was restored for trial.", int(last.tried))


def _followers(node: Node, now: Micros) -> Iterator[Metric]:
    behind = GaugeMetricFamily("comity_follower_behind", "What a follower has before it.", labels=("follower",))
    errors = GaugeMetricFamily("comity_follower_errors", "Failures of a follower in a row.", labels=("follower",))
    stopped = GaugeMetricFamily("comity_follower_stopped", "1 when a follower has stopped.", labels=("follower",))
    silent = GaugeMetricFamily(
        "comity_follower_silent_seconds", "Since when a follower was not heard of.", labels=("follower",)
    )
    for each in node.store.followings.all():
        name = (each.name,)
        if each.behind is not None:
            behind.add_metric(name, each.behind)
        errors.add_metric(name, each.errors)
        stopped.add_metric(name, int(each.stopped))
        silent.add_metric(name, max(0, now - each.seen) / _SECOND)
    yield from (behind, errors, stopped, silent)


def _mirrors(mirrors: tuple[Mirrored, ...], now: Micros) -> Iterator[Metric]:
    labels = ("mirror", "collection")
    errors = GaugeMetricFamily("comity_mirror_errors", "Failures of a mirror in a row.", labels=labels)
    age = GaugeMetricFamily("comity_mirror_age_seconds", "Since a mirror last succeeded.", labels=labels)
    for each in mirrors:
        name = (str(each.id), each.collection)
        errors.add_metric(name, each.errors)
        if each.succeeded is not None:
            age.add_metric(name, max(0, now - each.succeeded) / _SECOND)
    yield from (errors, age)


def _system(node: Node) -> Iterator[Metric]:
    build = GaugeMetricFamily("comity_build_info", "Always 1; its labels say what runs.", labels=("version",))
    build.add_metric((version("comity"),), 1)
    yield build
    yield _gauge("comity_disk_free_bytes", "Room on the disk of the node's folder.", _free(node.folder.path))
    if node.settings.tls_cert:
        moment = not_after(node.settings.tls_cert)
        yield _moment("comity_tls_certificate_expires", "When the certificate expires.", moment)


def _free(path: Path) -> int:
    return shutil.disk_usage(path).free


def _resident(number: int) -> int | None:
    """Where the system has no /proc, there is no such number."""
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return None


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _counter(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value=value)


def _moment(name: str, words: str, at: Micros) -> Metric:
    return GaugeMetricFamily(f"{name}_timestamp_seconds", words, value=at / _SECOND)
