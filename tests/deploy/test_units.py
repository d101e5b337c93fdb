"""The systemd units: what systemd itself says of them, and that they run what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer

from comity.app.settings import SETTINGS
from comity.cli.main import app
from tests.house.tree import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
EXPOSURE = 20
"""Tenths, of a hundred: systemd calls up to 2.0 well protected."""


@pytest.fixture(scope="module")
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("no systemd-analyze on this machine")
    return found


@pytest.mark.parametrize("unit", [*UNITS, DEPLOY / "comity-backup.timer"], ids=lambda path: path.name)
def test_systemd_reads_every_line(analyze: str, unit: Path, tmp_path: Path) -> None:
    for each in DEPLOY.glob("comity*"):
        text = each.read_text("utf-8").replace("/opt/comity/bin/comity", "/bin/true")
        (tmp_path / each.name).write_text(text, "utf-8")
    done = subprocess.run([analyze, "verify", str(tmp_path / unit.name)], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stderr.splitlines() if unit.name in line]
    assert not complaints
    assert done.returncode == 0 or not complaints


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_what_the_node_does_not_need_it_can_t_do(analyze: str, unit: Path) -> None:
    command = [analyze, "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_they_run_commands_that_there_are(unit: Path) -> None:
    commands = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = re.findall(r"/opt/comity/bin/comity ([a-z-]+)", unit.read_text("utf-8"))
    assert named
    assert set(named) <= commands


def test_what_is_set_are_settings() -> None:
    known = {line.variable for line in SETTINGS} | {"COMITY_BACKUP_KEY", "COMITY_PULL_SECRET"}
    pages = [*DEPLOY.iterdir(), *(ROOT / "docs" / "guides").glob("*.md")]
    named = {name for path in pages for name in re.findall(r"\bCOMITY_[A-Z_]+\b", path.read_text("utf-8"))}
    assert named <= known, f"no such settings: {named - known}"
