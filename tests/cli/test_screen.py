"""What is printed can't rewrite the terminal, and columns stand under each other in any script."""

import pytest

from comity.cli import screen


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain text", "plain text"),
        ("한국 CERT é", "한국 CERT é"),
        ("a\nb\tc", "a b c"),
        ("\x1b[2J\x1b]0;gone\x07", "�[2J�]0;gone�"),
        ("safe\u202etxt.exe", "safe�txt.exe"),
        ("\x9b31m\x00\u200b", "�31m��"),
        ("\ud800", "�"),
    ],
)
def test_plain(given: str, shown: str) -> None:
    assert screen.plain(given) == shown


@pytest.mark.parametrize(("text", "columns"), [("abc", 3), ("한국", 4), ("e\u0301", 1), ("", 0)])
def test_width(text: str, columns: int) -> None:
    assert screen.width(text) == columns


@pytest.mark.parametrize(("text", "most", "left"), [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("한국어", 5, "한국…")])
def test_cut(text: str, most: int, left: str) -> None:
    assert screen.cut(text, most) == left


def test_table_aligns_and_leaves_no_blanks_at_the_end() -> None:
    shown = screen.table(("party", "name"), [("한국", "A"), ("x", "\x1b[31mB")])
    assert shown.splitlines() == ["party  name", "한국   A", "x      �[31mB"]
