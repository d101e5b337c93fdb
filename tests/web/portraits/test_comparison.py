"""An object beside what goes in its place: every change is told, named by its kind, and nothing else is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.web.portraits.comparison import MOST_ENTRIES, MOST_LINES, Change, Comparison, Line, Run, compared

ID = "--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f"
OTHER = "--0d9f1f7a-2c6e-4b51-9a5d-3be2a1e0c7d4"


def beside(before: dict[str, Any], after: dict[str, Any], kind: str = "malware") -> Comparison:
    head = {"type": kind, "id": kind + ID}
    return compared(json.dumps(head | before).encode(), json.dumps(head | {"id": kind + OTHER} | after).encode())


def one(before: Any, after: Any, name: str = "description", kind: str = "malware") -> Line:
    found = beside(
        {} if before is None else {name: before}, {"name": "n"} | ({} if after is None else {name: after}), kind
    )
    return next(line for line in (*found.lines, *found.same) if line.label and not _is_name(line, name))


def _is_name(line: Line, asked: str) -> bool:
    return asked != "name" and line.label == "Name"


def text(entries: tuple[tuple[Run, ...], ...]) -> str:
    return "|".join("".join(f"<{words}>" if differs else words for differs, words in runs) for runs in entries)


@pytest.mark.parametrize(
    ("before", "after", "change", "name", "kind"),
    [
        ("same", "same", "same", "description", "malware"),
        ("told", None, "gone", "description", "malware"),
        (None, "told", "added", "description", "malware"),
        ("seen at the terminal in Busan today", "seen at the terminal today", "partly", "description", "malware"),
        ("write to kim@host.example today", "write to p-6vq2hd@pseudonym.invalid today", "pseudonym", "description", "malware"),
        ("the host was 192.0.2.7 then", "the host was 240.0.2.7 then", "pseudonym", "description", "malware"),
        ("a.example", "p-6vq2hd.pseudonym.invalid", "pseudonym", "value", "domain-name"),
        ({"MD5": "0" * 32}, {"MD5": "f" * 32}, "pseudonym", "hashes", "file"),
        ("[ipv4-addr:value = '192.0.2.7']", "[ipv4-addr:value ISSUBSET '192.0.2.0/24']", "coarser", "pattern", "indicator"),
        ("2026-11-03T05:07:00Z", "2026-11-02T00:00:00Z", "coarser", "first_seen", "malware"),
        ("Harbour Terminal", "Transportation, Estonia", "coarser", "name", "identity"),
        (f"identity{ID}", f"identity{OTHER}", "creator", "created_by_ref", "malware"),
        ([f"identity{ID}", f"malware{ID}"], [f"malware{ID}"], "partly", "object_refs", "report"),
        (["a", "b", "c"], ["a", "c"], "partly", "aliases", "malware"),
        ("one thing", "another matter altogether", "other", "description", "malware"),
        (7, 8, "other", "confidence", "malware"),
    ],
)  # fmt: skip
def test_what_became_of_a_property(before: Any, after: Any, change: Change, name: str, kind: str) -> None:
    assert one(before, after, name, kind).change == change


def test_only_the_words_that_differ_are_marked() -> None:
    line = one("Two berths. The shift answers at night@harbour.example, on 3 November.", "Two berths. The shift answers at "
               "p-6vq2hd@pseudonym.invalid, on 3 November.")  # fmt: skip
    assert text(line.before) == "Two berths. The shift answers at <night@harbour.example>, on 3 November."
    assert text(line.after) == "Two berths. The shift answers at <p-6vq2hd@pseudonym.invalid>, on 3 November."


def test_values_of_a_list_are_compared_one_by_one() -> None:
    line = one(["a", "b", "c"], ["a", "c"], "aliases")
    assert (text(line.before), text(line.after)) == ("a|<b>|c", "a|c")


def test_ids_are_called_by_what_they_stand_for() -> None:
    head = {"type": "report", "id": f"report{ID}"}
    before, after = (
        json.dumps(head | {"object_refs": refs}).encode() for refs in ([f"malware{ID}"], [f"malware{OTHER}"])
    )
    found = compared(before, after, {f"malware{ID}": "SILT"})
    assert "SILT" in text(found.lines[0].before)
    assert "SILT" not in text(found.lines[0].after)


def test_what_goes_whole_says_so_and_what_is_its_own_is_not_told_as_a_change() -> None:
    raw = json.dumps({"type": "malware", "id": f"malware{ID}", "name": "SILT"}).encode()
    assert compared(raw, raw).whole
    found = beside({"name": "SILT", "modified": "2026-01-01T00:00:00Z"}, {"name": "SILT", "modified": "2026-02-01T00:00:00Z",
                   "extensions": {f"extension-definition{ID}": {"extension_type": "property-extension"}}})  # fmt: skip
    assert (found.lines, found.whole) == ((), False)
    assert [each.label for each in found.same] == ["Name"]


def test_what_could_be_clicked_is_defanged_and_what_is_hidden_is_written_out() -> None:
    line = one("evil.example", "p-6vq2hd.pseudonym.invalid", "value", "domain-name")
    assert text(line.before) == "<evil[.]example>"
    assert "⟨U+202E⟩" in text(one("a\u202eb", "a", "description").before)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(
    st.sampled_from(
        ["name", "description", "object_refs", "hashes", "pattern", "created_by_ref", "x_any", "extensions"]
    ),
    json_values,
)


@given(objects, objects)
def test_anything_can_be_compared_with_anything(before: dict[str, Any], after: dict[str, Any]) -> None:
    found = beside(before, after)
    assert len(found.lines) <= MOST_LINES
    for line in (*found.lines, *found.same):
        assert max(len(line.before), len(line.after)) <= MOST_ENTRIES
        if line.change == "same":
            assert not any(differs for runs in line.after for differs, _ in runs)


def test_long_texts_and_lists_are_bounded() -> None:
    found = beside({"aliases": [str(number) for number in range(500)]}, {"aliases": ["x"]})
    assert found.lines[0].more == 500 - MOST_ENTRIES
    huge = one("word " * 60_000, "other " * 60_000)
    assert len(text(huge.before)) < 20_000
