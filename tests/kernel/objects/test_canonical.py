"""RFC 8785: the published vectors, and what has no canonical form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.base.errors import Invalid
from comity.kernel.objects.canonical import canonical

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_published_vectors(corpora, name):
    folder = corpora / "crypto" / "jcs-rfc8785"
    expected = bytes.fromhex("".join((folder / "outhex" / f"{name}.txt").read_text().split()))
    assert canonical((folder / "input" / f"{name}.json").read_bytes()) == expected


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"b": 1, "a": [True, None, "é"]}, '{"a":[true,null,"é"],"b":1}'),
        (b' { "b" : 1.0 , "a" : 1e-7 } ', '{"a":1e-7,"b":1}'),
        (-0.0, "0"),
        (1e21, "1e+21"),
        (b"9007199254740992", "9007199254740992"),
        (b"123456789012345680000", "123456789012345680000"),
        (9007199254740991, "9007199254740991"),
        ("\u2028\x7f\x1f", '"\u2028\x7f\\u001f"'),
        ({"\ufb33": 2, "\U0001f600": 1}, '{"\U0001f600":1,"\ufb33":2}'),
    ],
)
def test_forms(value, form):
    assert canonical(value) == form.encode()


@pytest.mark.parametrize(
    "value",
    [
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'"\\ud800"',
        b'{"\\ud800":1}',
        b"NaN",
        b"[Infinity]",
        b"[1e400]",
        b"9007199254740993",
        b"-9007199254740993",
        b"1000000000000000000000",
        b"1" * 100_000,
        b"\xff",
        b"\xef\xbb\xbf{}",
        b"{",
        b"",
        b"[" * 100_000,
        b'{"a":' * 5_000,
        float("nan"),
        float("inf"),
        2**53,
        {1: 2},
    ],
)
def test_what_has_no_form_is_refused(value):
    with pytest.raises(Invalid):
        canonical(value)


@given(VALUES)
def test_the_form_is_json_of_the_same_value_and_its_own_form(value):
    form = canonical(value)
    assert canonical(form) == form
    assert json.loads(form, parse_int=float) == json.loads(json.dumps(value), parse_int=float)
