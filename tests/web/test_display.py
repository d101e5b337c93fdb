"""What a browser wants of its pages, and that its cookie can say nothing else."""

import pytest

from comity.web.display import Wishes, read_display, wished
from comity.web.page import Display
from comity.web.visit import local


def test_wishes_come_back() -> None:
    wishes = wished("dark", "dense", "ko")
    assert read_display(str(wishes)) == wishes == Wishes(Display("dark", "dense"), "ko")


@pytest.mark.parametrize("cookie", ["", ".", "...", "<script>.x.y", "dark" * 100, 'dark"><b>', "..ko\r\nx"])
def test_what_is_not_in_the_lists_is_the_default(cookie: str) -> None:
    found = read_display(cookie)
    assert found.display.theme in {"system", "dark"}
    assert found.display.rows == "roomy"
    assert found.language in {"", "ko"} or found.language.isalnum()


@pytest.mark.parametrize("path", ["/", "/intel/search?q=a%20b&page=2", "/people/7"])
def test_a_path_of_this_node_leads_back(path: str) -> None:
    assert local(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "people",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/a\r\nx: y",
        "/a b",
        "/" * 3000,
    ],
)
def test_anything_else_leads_home(path: str) -> None:
    assert local(path) == "/"
