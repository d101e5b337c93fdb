"""What README and CONTRIBUTING tell people to type exists, and CI does no more than they say."""

import re

import pytest

from tests.house.tree import ROOT

PAGES = ("README.md", "CONTRIBUTING.md")
PROMISED = ("install", "run", "test", "check", "soak", "fix", "bench", "docs")


def _targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_make_command_a_page_names_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE))
    assert named, f"{page} names no make command"
    assert named <= _targets(), f"{page} names make targets that are not there: {sorted(named - _targets())}"


@pytest.mark.parametrize("target", PROMISED)
def test_every_promised_target_is_there_and_explained(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    explained = re.search(rf"^{target}:.* ## \w", makefile, re.MULTILINE)
    assert explained, f"the Makefile has no target {target} with a word of help (##)"


def test_continuous_integration_only_calls_make_check_which_runs_make_test() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert [line for line in script.splitlines() if "make" in line and not line.startswith("#")] == ["exec make check"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    check = re.search(r"^check:(.*?)##", makefile, re.MULTILINE)
    assert check is not None
    assert "test" in check[1].split(), "make check must run make test, exactly as the README says"


def test_the_scripts_can_be_executed() -> None:
    for script in (".ci/run", "tools/parts.sh", "tools/lock.sh"):
        assert (ROOT / script).stat().st_mode & 0o111, f"{script} is not executable"


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.relative_to(ROOT)} -> {target}"
        for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken, f"links that lead nowhere: {broken}"
