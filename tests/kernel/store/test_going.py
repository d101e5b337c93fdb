"""What goes in place of a claim, as our own people see it; how a preview and the matrix count what goes in another form."""

import json
from typing import Any

import msgspec
import pytest

from comity.kernel.policy.agreement.articles import Agreement, AnyArticle, Redact, Review, Selection
from comity.kernel.policy.agreement.binding import Enacted
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.store.answers import Foreseen, Going
from tests.kernel.store.conftest import Cast
from tests.kernel.store.pacts import enact, pact

DROPS = Profile("no-text", (Rule("drop", properties=("description",)),))
TEXT = "Example Ministry, third floor"


def redacting(*articles: AnyArticle, name: str = "pact") -> Agreement:
    redacts = Redact(number=0, profile=DROPS.name, when=Selection(types=("indicator",)))
    return msgspec.structs.replace(pact(name, "carol", redacts, *articles), profiles=(DROPS,))


def going(cast: Cast, object_id: str, party: str = "carol", *, foreseen: bool = True) -> tuple[Going, ...]:
    names = cast.store.twins.naming if foreseen else None
    return cast.see("own").going(object_id, cast.parties[party].id, names)


def note(about: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": "note--8e2e2d2b-17d4-4cbf-938f-000000000001",
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "content": "On the indicator.",
        "object_refs": [about],
        **more,
    }


def foreseen(cast: Cast, agreement: Agreement) -> Foreseen:
    now = cast.clock.now()
    found = cast.see("own").preview(Enacted(agreement, now, ours=now))
    return next(each for each in found.parties if each.slug == "carol")


@pytest.fixture
def secret(cast: Cast) -> str:
    """An indicator with a text that may not go, a note on it, one that says nothing."""
    one, plain = cast.indicator(description=TEXT), cast.indicator(name="Plain")
    cast.give("own", [one, plain, note(one["id"])], collection="side")
    cast.settle()
    return str(one["id"])


def test_before_it_is_made_what_would_go_is_shown_and_nothing_is_written(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    before = cast.scalar("SELECT count(*) FROM version")
    (one,) = going(cast, secret)
    assert (one.form, one.id, one.made) == ("waiting", "", None)
    assert TEXT not in one.raw.decode()
    assert json.loads(one.raw)["name"] == "One"
    assert cast.scalar("SELECT count(*) FROM version") == before
    (unlooked,) = going(cast, secret, foreseen=False)
    assert unlooked.raw == b""


def test_what_is_made_is_what_the_party_gets(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    cast.settle()
    cast.store.twins.make()
    (one,) = going(cast, secret)
    assert one.form == "made"
    assert json.loads(one.raw) in cast.read("carol", "side")
    assert one.id in cast.ids("carol", "side")
    assert one.made is not None


def test_what_needs_no_change_goes_whole(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    cast.settle()
    cast.store.twins.make()
    whole = [each for each in cast.read("carol", "side") if each.get("name") == "Plain"]
    (one,) = going(cast, whole[0]["id"])
    assert (one.form, one.id) == ("whole", whole[0]["id"])


def test_of_an_older_version_nothing_goes(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    newer = cast.indicator("Newer", description=TEXT) | {"id": secret, "modified": "2026-02-01T00:00:00.000Z"}
    cast.give("own", [newer], collection="side")
    cast.settle()
    cast.store.twins.make()
    (one,) = going(cast, secret)
    assert json.loads(one.raw)["name"] == "Newer"


def test_nobody_else_is_told(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    for party in ("alpha", "carol"):
        assert cast.see(party).going(secret, cast.parties["carol"].id) == ()


def test_what_is_released_or_withheld_has_no_other_form(cast: Cast, secret: str) -> None:
    assert going(cast, secret) == ()
    enact(cast, redacting())
    assert going(cast, secret, "dave") == ()


def test_what_waits_for_people_shows_what_they_would_agree_to(cast: Cast, secret: str) -> None:
    asks = Review(number=0, when=Selection(types=("indicator",)), approvers=("approver",))
    enact(cast, redacting(asks))
    cast.settle()
    cast.store.twins.make()
    (one,) = going(cast, secret)
    assert one.form == "waiting"
    assert TEXT not in one.raw.decode()


def test_a_preview_counts_the_forms_apart(cast: Cast, secret: str) -> None:
    asks = Review(number=0, when=Selection(types=("note",)), approvers=("approver",))
    plain, asked = foreseen(cast, redacting()), foreseen(cast, redacting(asks))
    assert (plain.redacted.count, plain.referring.count, plain.reviewed.count) == (2, 1, 0)
    assert (asked.redacted.count, asked.referring.count, asked.reviewed.count) == (2, 0, 1)
    assert plain.closing.count == 0, "what goes on in another form does not close"
    assert asked.closing.count == 1
    assert plain.released == 3
    assert secret in plain.redacted.some


def test_a_preview_shows_some_as_they_would_go_and_makes_no_key(cast: Cast, secret: str) -> None:
    looks = {each.id: each for each in foreseen(cast, redacting()).rehearsed}
    assert TEXT in looks[secret].before.decode()
    assert TEXT not in looks[secret].after.decode()
    assert cast.store.twins.scopes() == ()


def test_the_matrix_counts_what_goes_whole_as_released(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    cast.settle()
    cast.store.twins.make()
    found = cast.see("own").matrix("type", [cast.parties["carol"].id])
    cells = dict(zip(found.columns, found.rows[0].cells, strict=True))
    assert (cells["indicator"].release, cells["indicator"].redact) == (1, 1)
    assert (cells["note"].release, cells["note"].redact) == (0, 1), "it names what goes under another id"


def test_articles_count_what_they_decide_not_what_only_the_veil_is_over(cast: Cast, secret: str) -> None:
    enact(cast, redacting())
    decided = cast.see("own").decided_by("pact")
    assert decided[2].redact == 2
    assert decided[0].redact == 1
