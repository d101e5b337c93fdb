"""Texts as they are read: what hides a value is undone, and each character knows where it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.policy.redaction.views import read, readings, views

READ = [
    ("Victim.EXAMPLE", "victim.example"),
    ("victim[.]example", "victim.example"),
    ("victim [.] example", "victim.example"),
    ("victim[[.]]example", "victim.example"),
    ("victim(dot)example", "victim.example"),
    ("victim[.example", "victim.example"),
    ("hxxps://victim[.]example/a", "https://victim.example/a"),
    ("h**p[:]//victim.example", "http://victim.example"),
    ("hxxp[://]victim.example", "http://victim.example"),
    ("ops[at]victim{dot}example", "ops@victim.example"),
    ("victim%2eexample", "victim.example"),
    ("%76%69%63%74%69%6D.example", "victim.example"),
    ("victim%252Eexample", "victim.example"),
    ("victim\\u002eexample", "victim.example"),
    ("\\x76ictim.example", "victim.example"),
    ("victim&#46;example", "victim.example"),
    ("victim&#x2e;example", "victim.example"),
    ("^victim\\.example$", "^victim.example$"),
    ("vic\u200btim.example", "victim.example"),
    ("\uff56ictim\uff0eexample", "victim.example"),
    ("Port\n  Operator\tNorth", "port operator north"),
    ("\u1112\u1161\u11ab빛", "한빛"),
    ("50% off", "50% off"),
]


@pytest.mark.parametrize(("written", "meant"), READ)
def test_what_hides_a_value_is_undone(written, meant):
    assert read(written) == meant
    assert views(written)[-1].text == meant


def test_what_may_be_no_escape_is_read_both_ways():
    assert "like '%decoy.example'" in readings("LIKE '%decoy.example'")


@given(st.text(alphabet=st.sampled_from("aZ0.[](){}%\\&#;x2eu\n @:/dotathxé한\u200b\u1112\u1161"), max_size=60))
def test_both_readers_read_the_same(text):
    assert [each.text for each in views(text)] == list(readings(text))


@given(st.text(alphabet=st.sampled_from("a0.[]%\\&#;x2eu\n @é한"), max_size=40), st.text(max_size=10))
def test_every_character_was_written_somewhere(text, more):
    for seen in views(text + more):
        for at in range(len(seen.text)):
            start, end = seen.span(at, at + 1)
            assert 0 <= start < end <= len(text + more)


@pytest.mark.parametrize(
    "text", ["[" * 20_000, "%2" * 20_000, "\\u" * 20_000, " " * 50_000, "&#" * 20_000, "[.]" * 20_000]
)
def test_no_text_takes_long(text):
    read(text)
    views(text)
