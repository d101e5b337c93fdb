"""Access lists: what a party meets, and that the rest is not there for it."""

import pytest

from comity.kernel.base.errors import Conflict, Invalid, NotFound
from comity.kernel.directory.authenticator import Standing
from comity.kernel.objects.markings import Tlp
from comity.kernel.store.types import Party
from tests.kernel.directory.conftest import Place

UUID = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"


def standing(party: Party, *, read: bool = True, write: bool = True) -> Standing:
    return Standing(party, 1, read, write)


@pytest.fixture
def cast(place: Place) -> dict[str, Party]:
    add = place.directory.parties.add
    return {
        "alice": add("alice", name="Alice", jurisdiction="KR", own=True),
        "carol": add("carol", name="Carol", jurisdiction="DE"),
        "dave": add("dave", name="Dave", jurisdiction="FR"),
    }


def test_added_with_defaults(place: Place, cast: dict[str, Party]) -> None:
    made = place.directory.collections.add("intel")
    assert (made.tlp, made.title, len(made.uuid)) == (Tlp.AMBER, "intel", 36)
    assert place.directory.collections.get("intel") == made
    assert place.directory.collections.get(made.uuid.upper()) == made


def test_id_may_be_given_once(place: Place, cast: dict[str, Party]) -> None:
    add = place.directory.collections.add
    assert add("intel", uuid=UUID).uuid == UUID
    with pytest.raises(Conflict):
        add("other", uuid=UUID)
    with pytest.raises(Conflict):
        add("intel")
    with pytest.raises(Invalid):
        add("third", uuid="not-one")


def test_each_meets_what_the_list_says(place: Place, cast: dict[str, Party]) -> None:
    collections = place.directory.collections
    place.regranted.clear()
    intel = collections.add("intel", title="B", read=[cast["carol"]], write=[cast["carol"], cast["dave"]])
    drop = collections.add("drop", title="A", write=[cast["dave"]])
    assert place.regranted == [cast["carol"].id, cast["dave"].id, cast["dave"].id]

    assert [(e.collection, e.read, e.write) for e in collections.open_to(standing(cast["carol"]))] == [
        (intel, True, True)
    ]
    assert [(e.collection, e.read, e.write) for e in collections.open_to(standing(cast["dave"]))] == [
        (drop, False, True),
        (intel, False, True),
    ]
    assert [(e.read, e.write) for e in collections.open_to(standing(cast["alice"]))] == [(True, True)] * 2
    assert collections.entry(standing(cast["carol"]), drop.uuid) is None
    assert collections.entry(standing(cast["carol"]), "nothing") is None
    by_slug = collections.entry(standing(cast["carol"]), "intel")
    assert by_slug == collections.entry(standing(cast["carol"]), intel.uuid)


def test_scope_narrows_and_never_widens(place: Place, cast: dict[str, Party]) -> None:
    collections = place.directory.collections
    collections.add("intel", read=[cast["carol"]], write=[cast["carol"]])
    collections.add("drop", write=[cast["carol"]])
    reader = standing(cast["carol"], write=False)
    assert [(e.collection.slug, e.read, e.write) for e in collections.open_to(reader)] == [("intel", True, False)]
    assert collections.entry(reader, "drop") is None
    assert collections.open_to(standing(cast["carol"], read=False, write=False)) == ()


def test_access_taken_away_is_gone_at_once_here_and_in_a_second_elsewhere(place: Place, cast: dict[str, Party]) -> None:
    collections = place.directory.collections
    intel = collections.add("intel", read=[cast["carol"]])
    carol = standing(cast["carol"])
    assert collections.entry(carol, "intel")
    place.regranted.clear()
    collections.grant(intel, cast["carol"], read=False, write=False)
    assert place.regranted == [cast["carol"].id]
    assert collections.entry(carol, "intel") is None

    collections.grant(intel, cast["carol"], read=True, write=False)
    assert collections.entry(carol, "intel")
    assert [(a.party, a.read, a.write) for a in collections.access(intel)] == [(cast["carol"].id, True, False)]
    elsewhere = place.other_process()
    elsewhere.set_access(type(collections.access(intel)[0])(intel.id, cast["carol"].id, read=False, write=False))
    place.clock.forward(1_000_000)
    assert collections.entry(carol, "intel") is None


def test_reads_are_remembered_for_a_second(place: Place, cast: dict[str, Party]) -> None:
    collections = place.directory.collections
    collections.add("intel", read=[cast["carol"]])
    collections.open_to(standing(cast["carol"]))
    before = place.rows.reads
    for _ in range(100):
        collections.entry(standing(cast["carol"]), "intel")
    assert place.rows.reads == before


def test_unknown_says_where_to_look(place: Place) -> None:
    with pytest.raises(NotFound) as caught:
        place.directory.collections.get("nowhere")
    assert "comity collection list" in caught.value.hint
