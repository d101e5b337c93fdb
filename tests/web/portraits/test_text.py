"""Text from outside, made fit to be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.web.portraits.text import (
    confidence_words,
    defanged,
    line,
    short_id,
    shortened,
    size_words,
    visible,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("two\r\nlines\rthree", "two\nlines\nthree"),
        ("a\u202egnp.exe", "a⟨U+202E⟩gnp.exe"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("nul\x00esc\x1b", "nul⟨U+0000⟩esc⟨U+001B⟩"),
        ("joined\u200dup", "joined\u200dup"),
        ("회색 조류 · sügis", "회색 조류 · sügis"),
        ("lone \ud800", "lone ⟨U+D800⟩"),
    ],
)
def test_nothing_invisible_stays_invisible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_every_invisible_character_of_unicode_is_written_out() -> None:
    drawn = {0x06DD, 0x070F, 0x0890, 0x0891, 0x08E2, 0x110BD, 0x110CD, *range(0x0600, 0x0606), *range(0x13430, 0x13440)}
    kept = {0x09, 0x0A, 0x0D, 0x200C, 0x200D} | drawn
    for point in range(0x110000):
        if unicodedata.category(chr(point)) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} and point not in kept:
            assert visible(chr(point)) == f"⟨U+{point:04X}⟩"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user@host.example/a.b", "hxxps://user[@]host[.]example/a.b"),
        ("http://host.example", "hxxp://host[.]example"),
        ("HTTP://host.example", "hxxp://host[.]example"),
        ("host.example", "host[.]example"),
        ("198.51.100.7", "198[.]51[.]100[.]7"),
        ("a@host.example", "a[@]host[.]example"),
        ("gopher://host.example", "gopher://host[.]example"),
        ("javascript:alert(1)", "javascript:alert(1)"),
    ],
)
def test_addresses_are_shown_so_that_nothing_makes_them_clickable(address: str, shown: str) -> None:
    assert defanged(address) == shown


@given(st.text(max_size=600))
def test_a_line_is_one_line_and_bounded(text: str) -> None:
    shown = line(text, 100)
    assert len(shown) <= 100
    assert "\n" not in shown
    assert visible(shown) == shown


@given(st.text(max_size=200))
def test_what_is_shortened_is_whole_again_when_copied(text: str) -> None:
    assert "".join(shortened(text)) == text


def test_words() -> None:
    assert words_of("remote-access-trojan") == "remote access trojan"
    assert short_id("campaign--8e2e2d2b-17d4-4cbf-938f-98ee46b3") == "campaign--8e2e…46b3"
    assert short_id("odd") == "odd"
    assert [confidence_words(each) for each in (0, 1, 29, 30, 69, 70, 100)] == [
        "none", "low", "low", "medium", "medium", "high", "high",
    ]  # fmt: skip
    assert size_words(512) == "512 bytes"
    assert size_words(4096) == "4,096 bytes (4.0 KiB)"
