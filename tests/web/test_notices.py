"""Notices: shown once to whom they belong, and never what somebody else made up."""

import pytest

from comity.web.notices import LONGEST_PART, Notice, opened, sealed
from comity.web.words import Phrase

SAID = Notice(Phrase("%(name)s was invited.", {"name": "Bob <b>"}), "review")


def test_a_notice_comes_back_whole() -> None:
    assert opened(sealed(SAID, "secret"), "secret") == SAID
    assert opened(sealed(Notice("Done."), "secret"), "secret") == Notice("Done.")


@pytest.mark.parametrize(
    "value", ["", ".", "x", "e30=.", "é.é", sealed(SAID, "other"), sealed(SAID, "secret")[:-1], "x" * 9000]
)
def test_what_was_not_sealed_for_this_session_is_no_notice(value: str) -> None:
    assert opened(value, "secret") is None


def test_without_a_secret_nothing_is_opened() -> None:
    assert opened(sealed(SAID, ""), "") is None


def test_long_parts_are_cut_so_that_browsers_take_the_cookie() -> None:
    found = opened(sealed(Notice(Phrase("%(name)s", {"name": "x" * 5000})), "s"), "s")
    assert found is not None
    assert len(str(found.said)) == LONGEST_PART + 1
