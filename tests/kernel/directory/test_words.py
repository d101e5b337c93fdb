"""Slugs, names and jurisdictions: what is taken and what is refused."""

import pytest

from comity.kernel.base.errors import Invalid
from comity.kernel.base.jurisdictions import JURISDICTIONS
from comity.kernel.directory import words


@pytest.mark.parametrize("slug", ["a", "ncsc-north", "8-ball", "isac2", "x" * 63])
def test_slug_taken(slug: str) -> None:
    assert words.check_slug(slug) == slug


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "-a",
        "a-",
        "a--b",
        "A",
        "a b",
        "a:b",
        "a/b",
        "a_b",
        "é",
        "x" * 64,
        "..",
        "a\n",
        "a1b2c3d4-0000-4000-8000-000000000000",
    ],
)
def test_slug_refused(slug: str) -> None:
    with pytest.raises(Invalid) as caught:
        words.check_slug(slug)
    assert caught.value.hint


def test_name_is_normalised() -> None:
    assert words.check_name("  Cafe\u0301 CERT ") == "Caf\u00e9 CERT"


@pytest.mark.parametrize("name", ["", " ", "a\nb", "a\x00b", "\u202ereversed", "x" * 201])
def test_name_refused(name: str) -> None:
    with pytest.raises(Invalid):
        words.check_name(name)


@pytest.mark.parametrize(("given", "code"), [("KR", "KR"), ("kr ", "KR"), ("EU", "EU"), ("UN", "UN"), ("xk", "XK")])
def test_jurisdiction_taken(given: str, code: str) -> None:
    assert words.check_jurisdiction(given) == code


@pytest.mark.parametrize("given", ["", "K", "KOR", "ZZ", "AA", "U1", "EUR"])
def test_jurisdiction_refused(given: str) -> None:
    with pytest.raises(Invalid) as caught:
        words.check_jurisdiction(given)
    assert "ISO 3166-1" in str(caught.value)


def test_all_assigned_codes_are_there() -> None:
    assert len(JURISDICTIONS) == 249 + 2 + 26


def test_uuid_is_lower_case() -> None:
    assert words.check_uuid("A1B2C3D4-0000-4000-8000-000000000000") == "a1b2c3d4-0000-4000-8000-000000000000"
    with pytest.raises(Invalid):
        words.check_uuid("{a1b2c3d4-0000-4000-8000-000000000000}")
