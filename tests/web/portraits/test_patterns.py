"""Patterns in lines: laid out for the eye, and nothing else changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.web.portraits.patterns import DEEPEST, MOST_LINES, laid_out


def shown(pattern: str) -> list[str]:
    return [f"{'  ' * each.depth}{each.text}" for each in laid_out(pattern)]


@pytest.mark.parametrize(
    ("pattern", "lines"),
    [
        ("[ipv4-addr:value = '198.51.100.7']", ["[ipv4-addr:value = '198.51.100.7']"]),
        (
            "[a:b = 'x' AND a:c = 'y AND [z]'] FOLLOWEDBY [d:e = 1] WITHIN 5 SECONDS",
            ["[", "  a:b = 'x'", "  AND a:c = 'y AND [z]'", "]", "FOLLOWEDBY [", "  d:e = 1", "]", "WITHIN 5 SECONDS"],
        ),
        ("[file:hashes.'SHA-256' IN ('aa', 'bb')]", ["[file:hashes.'SHA-256' IN ('aa', 'bb')]"]),
        (r"[a:b = 'it\'s']", [r"[a:b = 'it\'s']"]),
        ("", []),
        ("]]] not a pattern", ["]", "]", "] not a pattern"]),
    ],
)
def test_a_pattern_in_lines(pattern: str, lines: list[str]) -> None:
    assert shown(pattern) == lines


@given(st.text(alphabet=" []()'\\ANDORab:=x\n", max_size=200))
def test_only_blanks_change_and_it_stays_in_bounds(pattern: str) -> None:
    lines = laid_out(pattern)
    assert len(lines) <= MOST_LINES
    assert all(0 <= each.depth <= DEEPEST for each in lines)
    if len(lines) < MOST_LINES:
        assert "".join("".join(each.text.split()) for each in lines) == "".join(pattern.split())
