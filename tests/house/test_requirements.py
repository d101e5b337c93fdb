"""The lock: everything pinned, everything hashed, no index named; and it leads from what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PINNED = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+))? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def _pins(lock: Path) -> dict[str, str]:
    pins = {}
    for line in lock.read_text(encoding="utf-8").splitlines():
        if match := PINNED.match(line):
            pins[match["name"]] = match["version"]
    return pins


def _asked(*groups: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = [*project["project"]["dependencies"]]
    for group in groups:
        wanted += project["dependency-groups"][group]
    return {re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-") for line in wanted}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_a_pin_or_a_hash(lock: Path) -> None:
    strange = [
        line for line in lock.read_text(encoding="utf-8").splitlines() if not (PINNED.match(line) or HASH.match(line))
    ]
    assert not strange, (
        f"{lock.name} holds something else than pinned packages and their hashes (an index, a path?): {strange[:5]}"
    )


@pytest.mark.parametrize(("name", "groups"), [("run", ["build"]), ("dev", ["build", "dev"])])
def test_what_the_project_asks_for_is_pinned(name: str, groups: list[str]) -> None:
    missing = sorted(_asked(*groups) - set(_pins(ROOT / "requirements" / f"{name}.txt")))
    assert not missing, f"requirements/{name}.txt does not pin {missing}: run make lock"


def test_both_locks_pin_the_same_versions() -> None:
    run, dev = (_pins(ROOT / "requirements" / f"{name}.txt") for name in ("run", "dev"))
    differing = sorted(name for name in run if dev.get(name) != run[name])
    assert not differing, f"requirements/run.txt and dev.txt differ in {differing}: run make lock"
