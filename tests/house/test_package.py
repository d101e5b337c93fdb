"""The built package holds all that the node needs: every file of src/comity, so that an installed node is a whole one."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.house.tree import PACKAGE, ROOT, files


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    source, wheels = tmp_path / "source", tmp_path / "wheels"
    expected = {path.relative_to(PACKAGE.parent).as_posix() for path in files() if path.is_relative_to(PACKAGE)}
    for name in expected:
        target = source / "src" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE.parent / name, target)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source / name)
    pip = (sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index")
    built = subprocess.run((*pip, "--wheel-dir", str(wheels), str(source)), capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = wheels.glob("comity-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    missing = sorted(expected - held)
    assert not missing, f"the wheel lacks {missing}: add their kind to [tool.setuptools.package-data] in pyproject.toml"
    assert any(name.endswith("licenses/LICENSE") for name in held), "the wheel lacks the licence"
