"""What every test may use: the corpora, a PostgreSQL database of its own, chromium; and the rules for all of them.

- No test reaches beyond this machine: connections go to the loopback addresses only (pytest-socket, set in pyproject).
- What a test needs and the machine lacks (PostgreSQL, chromium, the corpora) skips it aloud; with ``CI=true`` such a
  skip is a failure.
- Hypothesis runs under a profile: ``ci`` is repeatable and bounded, ``soak`` is large; ``COMITY_HYPOTHESIS`` chooses.
"""

import os
import secrets
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
PARTS = {"postgres": "postgres_url", "browser": "chromium", "corpora": "corpora", "nginx": "nginx"}  # marker -> fixture

settings.register_profile(
    "ci", max_examples=50, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("soak", max_examples=5000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("COMITY_HYPOTHESIS", "ci"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a test that was skipped for want of a system part has failed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and _needs_a_part(item):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: in CI this must run. {reason}"
    return report


def _needs_a_part(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return any(fixture in fixtures or item.get_closest_marker(marker) for marker, fixture in PARTS.items())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever uses a part's fixture carries its marker, so that ``-m 'not postgres'`` means what it says. What takes long
    comes first: the workers of a run end together then, instead of waiting for the last long test.
    """
    items.sort(key=lambda item: "functional" not in item.path.parts and item.get_closest_marker("slow") is None)
    for item in items:
        for marker, fixture in PARTS.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(marker)


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of public corpora: ``COMITY_CORPORA``, else ``../shared/corpora`` beside the checkout."""
    folder = Path(os.environ.get("COMITY_CORPORA", ROOT.parent / "shared" / "corpora"))
    if not (folder / "stix").is_dir():
        pytest.skip("the corpora are absent: set COMITY_CORPORA to their folder")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """A PostgreSQL database from which others can be created: ``COMITY_TEST_POSTGRES``, else the local server's."""
    url = os.environ.get("COMITY_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        pytest.skip(f"no PostgreSQL server (COMITY_TEST_POSTGRES names one): {error}")
    return url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A new, empty PostgreSQL database of the test's own; it is dropped afterwards, whoever is still connected."""
    name = f"comity_test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_server, autocommit=True) as server:
        server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a chromium that playwright can drive (``executable_path=``)."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no chromium: apt-get install chromium")
    return found
