"""What a test needs and the machine lacks skips it aloud; in CI that is a failure (tests/conftest.py)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

NEEDY = """
def test_needs_a_server(postgres_url: str) -> None:
    pass
"""


@pytest.mark.parametrize(("ci", "said"), [("", "1 skipped"), ("true", "1 error")])
def test_a_missing_part_is_skipped_aloud_and_fails_in_ci(ci: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), encoding="utf-8")
    (tmp_path / "test_needy.py").write_text(NEEDY, encoding="utf-8")
    nobody = "postgresql://postgres@127.0.0.1:9/postgres"  # the discard port: nothing answers there
    command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", "-W", "ignore", str(tmp_path))
    ran = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "CI": ci, "COMITY_TEST_POSTGRES": nobody},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert said in ran.stdout, ran.stdout
    assert "no PostgreSQL server" in ran.stdout
    assert (ran.returncode == 0) == (ci != "true")
