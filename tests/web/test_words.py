"""Sentences: those of policy are told in the reader's language, and every one of them can be found for the catalogue."""

import ast
from pathlib import Path

import pytest

import comity
from comity.kernel.policy.sentence import says
from comity.web.extraction import extracted
from comity.web.words import Phrase, told_by

POLICY = Path(comity.__file__).parent / "kernel" / "policy"


def _calls() -> list[tuple[str, ast.Call]]:
    found = []
    for path in sorted(POLICY.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [
            (f"{path.relative_to(POLICY)}:{call.lineno}", call)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "says"
        ]
    return found


CALLS = _calls()


def test_what_policy_says_is_told_as_a_phrase() -> None:
    said = says("%(party)s may not read it.", party="100 % of them")
    assert told_by(said) == Phrase("%(party)s may not read it.", {"party": "100 % of them"})
    assert str(told_by(said)) == str(said)


def test_words_of_ours_in_a_gap_are_told_in_the_readers_language() -> None:
    said = told_by(says("For %(purposes)s.", purposes="research, law-enforcement"))
    assert said.filled(str.upper) == {"purposes": "RESEARCH, LAW ENFORCEMENT"}
    strange = told_by(says("For %(purposes)s.", purposes="research, none"))
    assert strange.filled(str.upper) == {"purposes": "research, none"}


def test_policy_says_something() -> None:
    assert len(CALLS) > 50


@pytest.mark.parametrize(("at", "call"), CALLS, ids=[at for at, _ in CALLS])
def test_every_sentence_of_policy_stands_whole_where_it_is_said(at: str, call: ast.Call) -> None:
    (frame,) = call.args
    assert isinstance(frame, ast.Constant), f"{at}: the frame is no text, so the catalogue can't have it"
    assert isinstance(frame.value, str)
    given = {keyword.arg for keyword in call.keywords}
    # Where they are spread out of a mapping, or all filled where the sentence is picked, only saying it shows.
    if given and None not in given:
        assert "%(" not in frame.value % dict.fromkeys(given, "x")


def test_what_policy_says_is_in_the_catalogue() -> None:
    held = {message.id for message in extracted() if isinstance(message.id, str)}
    frames = {call.args[0].value for _, call in CALLS if isinstance(call.args[0], ast.Constant)}
    assert frames <= held
