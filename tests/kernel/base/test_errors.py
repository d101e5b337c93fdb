"""Errors say what, where and which clause; each family has its own status and code."""

from comity.kernel.base.errors import Invalid, NodeError


def families(error: type[NodeError] = NodeError) -> list[type[NodeError]]:
    return [each for child in error.__subclasses__() for each in (child, *families(child))]


def test_an_error_says_what_where_and_which_clause() -> None:
    assert (
        str(Invalid("limit is no number", where="limit", clause="TAXII 2.1 3.4"))
        == "limit is no number at limit (TAXII 2.1 3.4)"
    )


def test_families_differ_in_status_and_code() -> None:
    own = [family for family in families() if family.__module__ == "comity.kernel.base.errors"]
    assert len({family.code for family in own}) == len(own)
    assert all(400 <= family.status <= 599 and family.title for family in own)
