"""docs/extensions is what the code publishes."""

import pytest

from tools.reference.extensions import FOLDER, made

FILES = made()


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_what_the_code_says(name: str) -> None:
    path = FOLDER / name
    assert path.is_file(), f"docs/extensions/{name} is missing: run make docs"
    assert path.read_text(encoding="utf-8") == FILES[name], f"docs/extensions/{name} is stale: run make docs"


def test_no_file_is_left_over() -> None:
    gone = sorted(path.name for path in FOLDER.iterdir() if path.name not in FILES)
    assert not gone, f"docs/extensions holds files that nothing makes: {gone}"
