"""The words of agreements are those of the rest of the house, where policy may not look."""

from typing import get_args

from comity.kernel.directory.roles import Role
from comity.kernel.directory.words import LONGEST_SLUG, check_jurisdiction, check_slug
from comity.kernel.objects.markings import PURPOSES
from comity.kernel.policy.agreement import words
from comity.kernel.policy.agreement.articles import Purpose
from comity.kernel.store.types import Channel


def test_roles_channels_purposes_and_jurisdictions() -> None:
    assert set(words.APPROVERS) == {role.value for role in Role} - {Role.AUDITOR.value}
    assert set(words.CHANNELS) == {channel.value for channel in Channel}
    assert set(get_args(Purpose)) == PURPOSES
    for code in ("KR", "EU", "XA"):
        assert words.is_jurisdiction(code)
        assert check_jurisdiction(code) == code
    assert not words.is_jurisdiction("UK")
    assert not words.is_jurisdiction("kr")


def test_slugs() -> None:
    assert words.LONGEST_SLUG == LONGEST_SLUG
    for slug in ("a", "a-b", "1", "x" * 63):
        assert words.is_slug(slug)
        assert check_slug(slug) == slug
    for slug in ("", "-", "a--b", "A", "a_b", "x" * 64, "a b"):
        assert not words.is_slug(slug)


def test_a_party_is_named_by_slug_or_identity() -> None:
    assert words.is_party("one-team")
    assert words.is_party("identity--00000000-0000-4000-8000-000000000001")
    assert not words.is_party("identity--1")
    assert not words.is_party("One Team")


def test_types_are_those_of_stix_and_of_what_is_published() -> None:
    assert {"indicator", "file", "agreement", "agreement-signature"} <= set(words.TYPES)
    assert len(set(words.TYPES)) == len(words.TYPES)


def test_a_reserved_name_is_one_that_a_page_needs() -> None:
    assert all(words.is_slug(name) for name in words.RESERVED)
