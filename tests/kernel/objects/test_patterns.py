"""Patterns: the three readers agree, rules beyond grammar hold, observables are found, and nothing is slow."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stix2patterns.validator import run_validator

from comity.kernel.objects import patterns
from comity.kernel.objects.patterns import full, plain, reading

MD5 = "cead3f77f6cda6ec00f57d76c9a6879f"
SHA256 = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f"

PATHS = st.sampled_from(
    [
        "ipv4-addr:value",
        "domain-name:value",
        "url:value",
        "file:name",
        "file:hashes.MD5",
        "file:hashes.'SHA-256'",
        "file:hashes.SSDEEP",
        "file:extensions.'windows-pebinary-ext'.sections[*].entropy",
        "x-own:a_b.c[3].d",
        "x:true",
        "true:x",
        "x:IN",
        "x:y",
        "file:parent_directory_ref.path",
    ]
)
TEXTS = st.one_of(
    st.sampled_from([MD5, SHA256, "", "x", "198.51.100.3", "\\'", "\\\\", "a\\b", "é", "x] OR [y", "\n", " "]),
    st.text(max_size=8),
)
LITERALS = st.one_of(
    TEXTS.map(lambda text: f"'{text}'"),
    st.integers(-5, 5).map(str),
    st.sampled_from(
        ["-0", "+1", "1.5", ".5", "01", "1.", "true", "false", "h'ff'", "h'f'", "b'AA=='", "b'A'", "truex"]
    ),
    st.sampled_from(["t'2026-01-01T00:00:00Z'", "t'2026-13-01T00:00:00Z'", "t'2026-01-01T00:00:00.1Z'"]),
)
SPACES = st.sampled_from([" ", " ", " ", " ", "", "  ", "\n", "\t", "\u00a0", "/* x */", "// x\n"])
EQUALITY = st.builds(
    lambda path, left, sign, right, literal: f"{path}{left}{sign}{right}{literal}",
    PATHS,
    SPACES,
    st.sampled_from(["=", "=", "!=", "<", "<=", ">", ">=", "==", "<>"]),
    SPACES,
    LITERALS,
)
WORDS = st.builds(
    lambda path, word, right, literal: f"{path} {word}{right}{literal}",
    PATHS,
    st.sampled_from(["LIKE", "MATCHES", "NOT LIKE", "ISSUBSET", "ISSUPERSET", "NOT =", "IN", "like"]),
    SPACES,
    LITERALS,
)
SETS = st.builds(
    lambda path, word, items: f"{path} {word} ({', '.join(items)})",
    PATHS,
    st.sampled_from(["IN", "NOT IN"]),
    st.lists(LITERALS, max_size=3),
)
EXISTS = st.builds(lambda word, path: f"{word} {path}", st.sampled_from(["EXISTS", "NOT EXISTS"]), PATHS)
COMPARISONS = st.recursive(
    st.one_of(EQUALITY, EQUALITY, WORDS, SETS, EXISTS),
    lambda inner: (
        st.builds(
            lambda one, left, word, right, other: f"{one}{left}{word}{right}{other}",
            inner,
            SPACES,
            st.sampled_from(["AND", "OR", "FOLLOWEDBY"]),
            SPACES,
            inner,
        )
        | inner.map(lambda each: f"({each})")
    ),
    max_leaves=4,
)
QUALIFIERS = st.sampled_from(
    [
        "",
        "",
        "",
        " WITHIN 5 SECONDS",
        " WITHIN 0.5 SECONDS",
        " WITHIN 0 SECONDS",
        " REPEATS 2 TIMES",
        " REPEATS 0 TIMES",
        " WITHIN 5 SECONDS WITHIN 6 SECONDS",
        " REPEATS 5 TIMES WITHIN 1800 SECONDS",
        " START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
        " START t'2026-01-01T00:00:00Z' STOP t'2026-01-32T00:00:00Z'",
        " WITHIN 5SECONDS",
    ]
)
OBSERVATIONS = st.recursive(
    st.builds(lambda inside, qualifier: f"[{inside}]{qualifier}", COMPARISONS, QUALIFIERS),
    lambda inner: (
        st.builds(
            lambda one, left, word, right, other: f"{one}{left}{word}{right}{other}",
            inner,
            SPACES,
            st.sampled_from(["AND", "OR", "FOLLOWEDBY"]),
            SPACES,
            inner,
        )
        | st.builds(lambda each, qualifier: f"({each}){qualifier}", inner, QUALIFIERS)
    ),
    max_leaves=3,
)


@st.composite
def mutated(draw):
    """A generated pattern with some of its characters dropped, doubled or exchanged."""
    text = list(draw(OBSERVATIONS))
    for _ in range(draw(st.integers(0, 3))):
        if not text:
            break
        at = draw(st.integers(0, len(text) - 1))
        text[at : at + 1] = draw(
            st.sampled_from([[], [text[at]] * 2, ["'"], ["\\"], [" "], ["]"], ["("], ["A"], ["-"]])
        )
    return "".join(text)


def accepted_by_the_library(pattern):
    try:
        return not run_validator(pattern, "2.1")
    except (AttributeError, IndexError, UnboundLocalError):  # it falls over an empty text and over hashes[0]
        return False


@settings(max_examples=200)
@given(OBSERVATIONS | mutated())
def test_what_the_fast_readers_accept_the_grammar_and_the_library_accept(pattern):
    if reading.quick(pattern) is not None:
        assert plain.comparisons(pattern) is not None
    if plain.comparisons(pattern) is not None:
        assert full.check(pattern) == []
        assert accepted_by_the_library(pattern) or "hashes" in pattern


@settings(max_examples=200)
@given(OBSERVATIONS | mutated())
def test_what_is_accepted_the_library_accepts(pattern):
    if patterns.check(pattern) == [] and "hashes" not in pattern:
        assert accepted_by_the_library(pattern)


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(text):
    findings, pairs = patterns.examine(text)
    assert findings == patterns.check(text)
    assert pairs == patterns.observables(text)
    assert not (findings and pairs)


def _patterns_in(value):
    if isinstance(value, dict):
        if value.get("type") == "indicator" and value.get("pattern_type") == "stix":
            yield value["pattern"]
        for each in value.values():
            yield from _patterns_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _patterns_in(each)


def test_the_examples_of_the_specification_are_accepted_by_the_fast_reader(corpora):
    lines = (corpora / "stix" / "pattern-examples" / "v21" / "spec_examples.txt").read_text().splitlines()
    assert len(lines) > 20
    for line in lines:
        assert patterns.check(line) == []
        assert full.check(line) == []
        assert plain.comparisons(line) is not None


def test_the_patterns_of_the_corpora_are_accepted_by_the_fast_reader(corpora):
    seen = set()
    for folder in ("oasis-examples", "attack-ics", "schema-examples", "python-stix2-data"):
        for file in (corpora / "stix" / folder).rglob("*.json"):
            try:
                seen.update(_patterns_in(json.loads(file.read_bytes())))
            except ValueError:
                continue  # the corpora hold broken files too
    assert len(seen) > 20
    for pattern in seen:
        assert accepted_by_the_library(pattern) == (patterns.check(pattern) == [])
        assert (plain.comparisons(pattern) is not None) == (patterns.check(pattern) == [])


@pytest.mark.parametrize(
    "pattern",
    [
        "[ipv4-addr:value = '198.51.100.3']",
        "[ipv4-addr:value='198.51.100.3']",
        "[ file:name = 'a\\'b\\\\c' ]",
        "[a:b == 1]",
        "[a:b = 1 /* why */]",
        "[a:b = 1] // why",
        "[a:b NOT = 1]",
        "[a:b = .5]",
        "[a:b = b'YWJj']",
        "[a:b IN ()]",
        "[a:b IN (1, 2.5)]",
        "[a:b = 1 OR c:d = 2]",
        "[(a:b = 1 OR c:d = 2) AND c:e = 3]",
        "[a:b = 1] AND [c:d = 2] OR [e:f = 3] FOLLOWEDBY [g:h = 4]",
        "([a:b == 1] WITHIN 5 SECONDS) WITHIN 5 SECONDS",
        f"[file:hashes.MD5 IN ('{MD5}')]",
        "[file:hashes.MD5 LIKE 'cead%']",
        "[file:hashes[0] = 'x']",
        "[file:hashes.'x-own' = 'x']",
        f"[file:hashes.'SHA-256' = '{SHA256.upper()}']",
    ],
)
def test_valid_patterns(pattern):
    assert patterns.check(pattern) == []


@pytest.mark.parametrize(
    ("pattern", "clause", "says"),
    [
        ("", "9", "not a STIX pattern"),
        ("ipv4-addr:value = '198.51.100.3'", "9", "not a STIX pattern"),
        ("[ipv4-addr:value = '198.51.100.3'", "9", "not a STIX pattern"),
        ("[ipv4-addr:value = '198.51.100.3]", "9", "not a STIX pattern"),
        ("[ipv4-addr:value = 198.51.100.3]", "9", "not a STIX pattern"),
        ('[ipv4-addr:value = "198.51.100.3"]', "9", "not a STIX pattern"),
        ("[ipv4-addr = '198.51.100.3']", "9", "not a STIX pattern"),
        ("[file:name = 'a\\b']", "9", "not a STIX pattern"),
        ("[a:b = 1] and [c:d = 2]", "9", "not a STIX pattern"),
        ("[a:b < true]", "9", "not a STIX pattern"),
        ("[a:b = 1] START '2026-01-01T00:00:00Z' STOP '2026-01-02T00:00:00Z'", "9", "not a STIX pattern"),
        ("[a:b = 1 AND c:d = 2]", "9.5", "no object can satisfy both"),
        ("[(a:b = 1 OR c:d = 2) AND e:f = 3]", "9.5", "no object can satisfy both"),
        ("[a:b = 1] WITHIN 5 SECONDS WITHIN 6 SECONDS", "9.5.1", "twice"),
        ("[a:b = 1] WITHIN 5 SECONDS REPEATS 2 TIMES WITHIN 6 SECONDS", "9.5.1", "twice"),
        ("[a:b = 1] REPEATS 0 TIMES", "9.5.1", "above zero"),
        ("[a:b = 1] WITHIN 0.0 SECONDS", "9.5.1", "above zero"),
        ("[a:b = 1] START t'2026-02-30T00:00:00Z' STOP t'2026-03-01T00:00:00Z'", "9.5.1", "not a timestamp"),
        ("[a:b = t'2026-02-30T00:00:00Z']", "9.2", "not a timestamp"),
        ("[a:b = b'YWJ']", "9", "not a STIX pattern"),
        ("[a:b IN (1, 'x')]", "9.6.1", "different kinds"),
        ("[file:hashes.MD5 = 'cead']", "2.7", "not a MD5 hash"),
        (f"[file:hashes.'SHA-256' IN ('{SHA256}', '{MD5}')]", "2.7", "not a SHA-256 hash"),
        (f"[file:hashes.MD5 = ' {MD5}']", "2.7", "not a MD5 hash"),
    ],
)
def test_invalid_patterns_say_why(pattern, clause, says):
    (finding,) = patterns.check(pattern)
    assert finding.path == "$.pattern"
    assert finding.clause == f"STIX 2.1 {clause}"
    assert says in finding.message
    assert patterns.observables(pattern) == ()


@pytest.mark.parametrize(
    ("pattern", "pairs"),
    [
        ("[ipv4-addr:value = '198.51.100.3']", {("ipv4-addr", "198.51.100.3")}),
        ("[ipv4-addr:value = '198.51.100.3/32']", {("ipv4-addr", "198.51.100.3")}),
        ("[ipv4-addr:value = 'nothing']", set()),
        ("[ipv4-addr:value != '198.51.100.3']", set()),
        ("[ipv4-addr:value LIKE '198.51.100.3']", set()),
        (
            "[domain-name:value IN ('A.example', 'b.example')]",
            {("domain-name", "a.example"), ("domain-name", "b.example")},
        ),
        ("[domain-name:value NOT IN ('a.example')]", set()),
        (f"[file:hashes.'SHA-256' = '{SHA256.upper()}']", {("sha-256", SHA256)}),
        (f"[artifact:hashes.MD5 = '{MD5}']", {("md5", MD5)}),
        (f"[file:content_ref.hashes.'MD5' = '{MD5}']", {("md5", MD5)}),
        (f"[file:hashes.MD5 IN ('{MD5}')]", {("md5", MD5)}),
        ("[network-traffic:dst_ref.value = '2001:DB8::1']", {("ipv6-addr", "2001:db8::1")}),
        ("[network-traffic:dst_ref.value = 'host.example']", {("domain-name", "host.example")}),
        ("[domain-name:resolves_to_refs[0].value = '198.51.100.3']", {("ipv4-addr", "198.51.100.3")}),
        ("[autonomous-system:number = 64500]", {("autonomous-system", "AS64500")}),
        (
            "[autonomous-system:number IN (64500, 64501)]",
            {("autonomous-system", "AS64500"), ("autonomous-system", "AS64501")},
        ),
        ("[windows-registry-key:key = 'HKLM\\\\Own']", {("windows-registry-key", "hkey_local_machine\\own")}),
        ("[mutex:name = 'it\\'s']", {("mutex", "it's")}),
        ("[x-own:value = '198.51.100.3']", set()),
        (
            "[file:name = '] OR [ipv4-addr:value = \\'198.51.100.3\\'']",
            {("file-name", "] or [ipv4-addr:value = '198.51.100.3'")},
        ),
        (
            "[email-message:from_ref.value = 'A@b.example'] FOLLOWEDBY ([url:value = 'http://b.example'] WITHIN 5 SECONDS)",
            {("email-addr", "a@b.example"), ("url", "http://b.example/")},
        ),
    ],
)
def test_observables_of_patterns(pattern, pairs):
    assert patterns.check(pattern) == []
    assert patterns.observables(pattern) == tuple(sorted(pairs))


HOSTILE = {
    "deep parentheses": "[" + "(" * 40_000 + "a:b = 1" + ")" * 40_000 + "]",
    "parentheses that never close": "(" * 90_000,
    "brackets that never close": "[" * 15_000,
    "an unterminated text": "[a:b = '" + "x" * 90_000,
    "an unterminated text of escapes": "[a:b = '" + "\\'" * 45_000,
    "a set that never closes": "[a:b IN (" + "'x'," * 20_000,
    "a long path": "[a:b" + ".c" * 7_900 + " == 1]",
    "a long path of indices": "[file:hashes" + "[1]" * 5_000 + " == 'x']",
    "a huge number": "[a:b = " + "1" * 15_900 + "]",
    "a huge index": "[a:b[" + "1" * 15_900 + "] = 1]",
    "comparisons without spaces": "[" + "a:b=1 OR" * 1_900 + "]",
    "a long OR the grammar must read": "[" + "a:b==1 OR " * 1_590 + "a:b==1]",
    "many observations the grammar must read": "[a:b==1]" + " OR [a:b=1]" * 1_400,
    "many comments": "(/*" * 5_000,
    "many qualifiers": "[a:b=1]" + "/**/REPEATS 1 TIMES" * 800,
    "nots": "[" + "NOT " * 3_900 + "a:b = 1]",
    "the longest of all": "[a:b = 1" + " OR a:b = 1" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_patterns_are_answered_in_time(name):
    started = time.process_time()
    findings = patterns.check(HOSTILE[name])
    assert time.process_time() - started < 1.5
    assert all(len(finding.message) < 300 for finding in findings)


def test_long_plain_patterns_are_valid_and_quick():
    long = "[" + " OR ".join(f"ipv4-addr:value = '198.51.{at // 250}.{at % 250}'" for at in range(1000)) + "]"
    started = time.process_time()
    findings, pairs = patterns.examine(long)
    assert time.process_time() - started < 0.2
    assert findings == []
    assert len(pairs) == 1000


def test_parentheses_are_read_to_a_stated_depth():
    def nested(depth):
        return "[" + "(" * depth + "a:b == 1" + ")" * depth + "]"

    assert patterns.check(nested(full.DEEPEST)) == []
    (finding,) = patterns.check(nested(full.DEEPEST + 1))
    assert "nested deeper than 32" in finding.message


def test_a_pattern_over_the_bound_is_refused_even_where_it_is_plain():
    pattern = "[a:b = '" + "x" * patterns.LONGEST + "']"
    (finding,) = patterns.check(pattern)
    assert "100000" in finding.message
