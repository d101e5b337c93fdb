"""Parties: ceilings, uniqueness, and grants that follow."""

import pytest

from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NotFound
from comity.kernel.objects.markings import Tlp
from tests.kernel.directory.conftest import Place

IDENTITY = "identity--8c9f0f3e-5d0a-4a8e-9d1b-3f1f6f1d2c3b"


def test_default_ceiling_is_green_and_grants_follow(place: Place) -> None:
    party = place.directory.parties.add("carol", name="Carol CERT", jurisdiction="de")
    assert (party.tlp_max, party.jurisdiction, party.own) == (Tlp.GREEN, "DE", False)
    assert place.regranted == [party.id]
    raised = place.directory.parties.set_ceiling("carol", Tlp.AMBER)
    assert place.directory.parties.get("carol") == raised
    assert raised.tlp_max is Tlp.AMBER
    assert place.regranted == [party.id, party.id]


def test_one_slug_one_identity_one_own(place: Place) -> None:
    parties = place.directory.parties
    parties.add("home", name="Home", jurisdiction="KR", own=True, identity=IDENTITY)
    for slug, more in (("home", {}), ("other", {"identity": IDENTITY}), ("second", {"own": True})):
        with pytest.raises(Conflict):
            parties.add(slug, name="X", jurisdiction="KR", **more)
    assert [party.slug for party in parties.all()] == ["home"]
    assert parties.own().slug == "home"


def test_unknown_says_where_to_look(place: Place) -> None:
    with pytest.raises(NotFound) as caught:
        place.directory.parties.get("nobody")
    assert "comity party list" in caught.value.hint
    assert place.directory.parties.find("nobody") is None
    assert place.directory.parties.by_id(99) is None
    with pytest.raises(Corrupt):
        place.directory.parties.own()


@pytest.mark.parametrize("identity", ["identity--x", "malware--8c9f0f3e-5d0a-4a8e-9d1b-3f1f6f1d2c3b", ""])
def test_identity_refused(place: Place, identity: str) -> None:
    with pytest.raises(Invalid):
        place.directory.parties.add("x", name="X", jurisdiction="KR", identity=identity)
