"""Communities: who is a member, and that grants follow."""

import pytest

from comity.kernel.base.errors import Conflict, Invalid, NotFound
from tests.kernel.directory.conftest import Place


@pytest.fixture
def sector(place: Place) -> Place:
    for slug in ("carol", "dave"):
        place.directory.parties.add(slug, name=slug.title(), jurisdiction="DE")
    place.directory.communities.add("sector", name="Sector ISAC")
    place.regranted.clear()
    return place


def test_members_come_and_go_and_grants_follow(sector: Place) -> None:
    communities, carol = sector.directory.communities, sector.directory.parties.get("carol")
    assert communities.members("sector") == ()
    assert communities.join("sector", "carol")
    assert not communities.join("sector", "carol")
    assert communities.members("sector") == (carol,)
    assert communities.leave("sector", "carol")
    assert not communities.leave("sector", "carol")
    assert communities.members("sector") == ()
    assert sector.regranted == [carol.id, carol.id]


def test_a_community_has_a_slug_of_its_own(sector: Place) -> None:
    communities = sector.directory.communities
    with pytest.raises(Conflict):
        communities.add("sector", name="Another")
    for slug, name in (("Sector", "X"), ("x", "")):
        with pytest.raises(Invalid):
            communities.add(slug, name=name)
    assert [each.slug for each in communities.all()] == ["sector"]


@pytest.mark.parametrize(
    ("slug", "party", "hint"), [("none", "carol", "community add"), ("sector", "eve", "party add")]
)
def test_unknown_says_where_to_look(sector: Place, slug: str, party: str, hint: str) -> None:
    for act in (sector.directory.communities.join, sector.directory.communities.leave):
        with pytest.raises(NotFound) as caught:
            act(slug, party)
        assert hint in caught.value.hint
