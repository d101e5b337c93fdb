"""Words that have no place here: hosts of package registries, paths of somebody's machine, marks of unfinished work."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files, shown

BANNED = {
    "names the host of a package registry": re.compile(
        r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|anaconda|crates|rubygems|debian)\.(?:org|com|io|net)\b", re.IGNORECASE
    ),
    "names a path of somebody's machine": re.compile(
        r"(?<![\w.:/<}-])/(?:root/\.|work/|Users/\w+/|home/(?!comity\b)\w+/)\w"
    ),
    "holds a mark of unfinished work": re.compile(
        r"\b(?:TODO|FIXME|TBD|HACK|NotImplementedError)\b|⟨[a-z-]+⟩|[Ll]orem ipsum"
    ),
}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".html",
    ".css",
    ".js",
    ".json",
    ".po",
    ".pot",
    ".sh",
    ".svg",
    ".yml",
    ".yaml",
    ".mako",
    "",
}
ITSELF = ROOT / "tests" / "house" / "test_words.py"
SPEAKS_OF_THEM = {ROOT / "pyproject.toml", ROOT / ".gitignore"}


def _texts() -> list[Path]:
    return [path for path in files() if path.suffix in TEXT and path != ITSELF and path not in SPEAKS_OF_THEM]


@pytest.mark.parametrize("fault", BANNED)
def test_no_file_has_words_that_do_not_belong(fault: str) -> None:
    found = []
    for path in _texts():
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if match := BANNED[fault].search(line):
                found.append(f"{shown(path)}:{number}: {match[0]}")
    assert not found, f"a file {fault}:\n" + "\n".join(found[:20])


def test_no_name_says_nothing() -> None:
    empty = re.compile(r"(^|_)(utils?|helpers?|common|misc|manager)$")
    found = [shown(path) for path in files() if path.suffix == ".py" and empty.search(path.stem)]
    assert not found, f"name the subject instead of utils, helper, common or manager: {found}"


def test_text_files_end_with_a_newline_and_use_unix_lines() -> None:
    found = []
    for path in _texts():
        content = path.read_bytes()
        if content and (not content.endswith(b"\n") or b"\r\n" in content):
            found.append(shown(path))
    assert not found, f"a text file ends with one newline and has no carriage returns: {found}"
