"""Where something stands in a text is found, or what is around it."""

import pytest

from comity.kernel.policy.agreement.lines import Lines, Place

TEXT = '''\
comity = "agreement/1"
"name" = "x"
title = """
[[article]]
number = 7
"""  # still nothing but a title

[[signatory]]  # the first
name = "One"

[[ signatory ]]
name = "Two"

[[article]]
number = 1
[article.covers]
types = [
  "file",
]
covers.tlp = ["red"]

[[article]]
number = 2
when = { tlp = ["red"] }

[[article.bases]]
kind = "consent"

[[article.bases]]
kind = "adequacy"
# [[article]]

[[article]]
number = 3
[[article.bases]]
kind = "safeguards"
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("comity",), 1),
        (("name",), 2),
        (("title",), 3),
        (("signatory", 0), 8),
        (("signatory", 0, "name"), 9),
        (("signatory", 1), 11),
        (("signatory", 1, "name"), 12),
        (("article", 0), 14),
        (("article", 0, "number"), 15),
        (("article", 0, "covers"), 16),
        (("article", 0, "covers", "types"), 17),
        (("article", 0, "covers", "types", 0), 17),  # what is around it
        (("article", 0, "covers", "channels"), 16),
        (("article", 0, "covers", "covers", "tlp"), 20),
        (("article", 1), 22),
        (("article", 1, "number"), 23),
        (("article", 1, "when", "tlp"), 24),
        (("article", 1, "bases", 0), 26),
        (("article", 1, "bases", 0, "kind"), 27),
        (("article", 1, "bases", 1, "kind"), 30),
        (("article", 2, "number"), 34),
        (("article", 2, "bases", 0, "kind"), 36),
        (("article", 2, "bases", 1, "kind"), 33),
        (("article", 3), 0),
        (("nothing",), 0),
        ((), 0),
    ],
)
def test_a_place_has_its_line(place: Place, line: int) -> None:
    assert Lines(TEXT).of(place) == line


def test_quotes_of_both_kinds_keep_what_is_in_them() -> None:
    text = "a = '''\nb = 1\n'''\nb = 2\nc = \"\"\"\n[d]\n\"\"\"\nd = 3\n"
    lines = Lines(text)
    assert [lines.of((name,)) for name in "abcd"] == [1, 4, 5, 8]


def test_a_list_of_long_texts() -> None:
    lines = Lines('a = ["""x""", """\nb = 1\n"""]\nc = 2\n')
    assert [lines.of((name,)) for name in "abc"] == [1, 0, 4]


def test_no_text_is_too_odd() -> None:
    for text in ("", "\n", "[", "[[", "[[]]", "= 1", "[a.b]\nc = 1", "[[a.b]]\nc=1", '"""', "[ 'a b' ]\nc = 1"):
        assert Lines(text).of(("nothing",)) == 0
    assert Lines("[a.b]\nc = 1").of(("a", "b", "c")) == 2
    assert Lines("[[a.b]]\n[[a.b]]\nc = 1").of(("a", "b", 1, "c")) == 3
