"""docs/reference says what the code says: every command, setting, route, permission, error code and kind of leaf."""

import pytest

from tools.reference.__main__ import FOLDER, made

PAGES = made()


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_the_code_says(name: str) -> None:
    page = FOLDER / name
    assert page.is_file(), f"docs/reference/{name} is missing: run make docs"
    assert page.read_text(encoding="utf-8") == PAGES[name], f"docs/reference/{name} is stale: run make docs"


def test_no_page_is_left_over() -> None:
    gone = sorted(path.name for path in FOLDER.iterdir() if path.name not in PAGES)
    assert not gone, f"docs/reference holds pages that nothing makes: {gone}"
