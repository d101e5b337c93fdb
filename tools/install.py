"""Prepares ``.venv`` from a lock file: ``install.py run`` for using Comity, ``install.py dev`` for working on it.

The Makefile calls this before everything else. It writes down what it installed from (lock, project file, Python, place
of the checkout) and returns at once while that still holds; what is stale, moved or half made is mended or made anew.
Standard library only: it runs before anything is installed.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
SETS = {"run": ("run", "dev"), "dev": ("dev",)}  # what is wanted: which installed sets will do
OLDEST = (3, 11)
BASE = getattr(sys, "_base_executable", sys.executable)  # not the Python of a .venv that is about to be removed


def main(wanted: str) -> None:
    """Make sure that the wanted set is installed in ``.venv``."""
    if sys.version_info < OLDEST:
        sys.exit(f"Comity needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable})")
    if (
        any(_stamp(name).is_file() and _stamp(name).read_text() == _fingerprint(name) for name in SETS[wanted])
        and _works()
    ):
        return
    if not _fits():
        print("Making .venv", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        _run(BASE, "-m", "venv", str(VENV))
    for name in ("run", "dev"):
        _stamp(name).unlink(missing_ok=True)
    print(f"Installing what requirements/{wanted}.txt pins", flush=True)
    pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input")
    _run(*pip, "--require-hashes", "--requirement", str(_lock(wanted)))
    _run(*pip, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    _stamp(wanted).write_text(_fingerprint(wanted))


def _lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def _stamp(name: str) -> Path:
    return VENV / f"installed-{name}"


def _fingerprint(name: str) -> str:
    """What an installation depends on: when one of these changes, it is done again."""
    files = (_lock(name), ROOT / "pyproject.toml", Path(__file__))
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    return "\n".join([*digests, str(ROOT), sys.version, ""])


def _works() -> bool:
    return (VENV / "bin" / "comity").is_file() and _fits()


def _fits() -> bool:
    """Whether ``.venv`` has a Python that starts, has pip, is of this version, and stands where it was made."""
    if not PYTHON.exists():
        return False
    asked = "import pip, sys; print(sys.version); print(sys.prefix)"
    answer = subprocess.run((str(PYTHON), "-c", asked), capture_output=True, text=True, check=False)
    pip = VENV / "bin" / "pip"
    made_here = pip.is_file() and str(VENV) in pip.read_text().splitlines()[0]
    return answer.returncode == 0 and answer.stdout == f"{sys.version}\n{VENV}\n" and made_here


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False)
    if done.returncode:
        sys.exit(f"install: this command failed, its message stands above:\n  {' '.join(command)}")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in SETS:
        sys.exit("usage: install.py run|dev")
    main(sys.argv[1])
