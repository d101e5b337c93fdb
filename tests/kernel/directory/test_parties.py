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


def test_an_identity_can_be_given_later_and_is_one_partys(place: Place) -> None:
    parties = place.directory.parties
    parties.add("carol", name="Carol CERT", jurisdiction="DE")
    parties.add("dave", name="Dave", jurisdiction="FR")
    assert parties.set_identity("carol", IDENTITY).identity == IDENTITY
    assert parties.get("carol").identity == IDENTITY
    assert parties.set_identity("carol", IDENTITY).identity == IDENTITY
    with pytest.raises(Conflict, match="carol"):
        parties.set_identity("dave", IDENTITY)
    with pytest.raises(Invalid):
        parties.set_identity("dave", "identity--X")


def test_whose_client_a_party_is(place: Place) -> None:
    parties = place.directory.parties
    for slug in ("home", "carol", "dave"):
        parties.add(slug, name=slug, jurisdiction="KR", own=slug == "home")
    place.regranted.clear()
    dave = parties.set_client("dave", "carol")
    assert dave.client_of == parties.get("carol").id
    assert place.regranted == [dave.id]
    for slug, of in (("carol", "dave"), ("carol", "carol"), ("home", "carol")):
        with pytest.raises(Invalid):
            parties.set_client(slug, of)
    assert parties.set_client("dave", None).client_of is None
    assert parties.get("dave").client_of is None
