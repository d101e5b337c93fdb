"""What goes in the place of an object: side by side, why, and under which id; found again by that id; and what stays back."""

import html
import json
import re

import pytest

from comity.kernel.directory.roles import Role
from comity.kernel.policy.viewer import Viewer
from tests.desks import redacting as story
from tests.desks.cast import Node
from tests.desks.operations.test_pages import browser_of
from tests.desks.sending import Browser


@pytest.fixture
def under(node: Node) -> Node:
    return story.redacting(node)


@pytest.fixture
def analyst(under: Node) -> Browser:
    return browser_of(under, Role.ANALYST)


def page_of(browser: Browser, object_id: str) -> str:
    return str(browser.get(f"/intel/objects/{object_id}/audience").text)


def to_estonia(page: str) -> str:
    part = page[page.index('id="estonia"') :]
    return part[: part.index("</section>")]


def read(part: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)).split())


def gets(node: Node, slug: str = "estonia") -> dict[str, dict[str, object]]:
    """What a party gets, by id."""
    viewer = Viewer(party=node.directory.parties.get(slug).id, channel="test")
    return {each.id: json.loads(each.raw) for each in node.store.visible(viewer).recent(100)}


def test_what_goes_stands_beside_what_is_held(under: Node, analyst: Browser) -> None:
    shown = to_estonia(page_of(analyst, story.VICTIM))
    assert "Redacted" in read(shown)
    assert "<del>Harbour Terminal</del>" in shown
    assert "<del>night@harbour.example</del>" in shown
    assert "<ins>an organisation of the energy sector</ins>" in shown
    assert "redacted by the profile “victims”" in read(shown)
    assert "Article 1 of ours-estonia" in read(shown)
    twin = re.search(r"identity--[0-9a-f-]{36}(?=</code>)", shown)
    assert twin
    assert twin[0] in gets(under)
    assert story.VICTIM not in gets(under)


def test_the_id_that_a_partner_knows_leads_to_the_original(under: Node, analyst: Browser) -> None:
    (twin,) = (each for each in gets(under) if each.startswith("identity--"))
    answer = analyst.get(f"/intel/search?q={twin}", follow_redirects=False)
    assert answer.headers["location"] == f"/intel/objects/{story.VICTIM}/audience"


def test_what_a_restriction_hides_is_not_found_by_its_twin(under: Node, analyst: Browser) -> None:
    (twin,) = (each for each in gets(under) if each.startswith("identity--"))
    under.store.restrict(story.VICTIM, [under.alice.id], by="Alice")
    story.made(under)
    answer = analyst.get(f"/intel/search?q={twin}", follow_redirects=False)
    assert answer.status_code == 200
    assert "Harbour Terminal" not in answer.text


def test_a_reference_to_what_they_do_not_get_is_under_a_pseudonym(under: Node, analyst: Browser) -> None:
    shown = to_estonia(page_of(analyst, story.REPORT))
    assert "Reference under a pseudonym" in read(shown)
    assert re.search(r"<del>Harbour Terminal[^<]*</del>", shown)
    assert re.search(r"<del>Broker[^<]*</del>", shown)
    (report,) = (each for each in gets(under).values() if each["type"] == "report")
    assert story.WHOLE in report["object_refs"]  # type: ignore[operator]


def test_a_part_is_taken_out_and_the_rest_goes(under: Node, analyst: Browser) -> None:
    shown = to_estonia(page_of(analyst, story.IN_PARTS))
    assert "parts that are marked resides_in KR are taken out" in read(shown)
    assert "<del>Springs</del>" in shown
    assert "Neap" in read(shown)


def test_what_goes_as_it_is_says_so(under: Node, analyst: Browser) -> None:
    shown = to_estonia(page_of(analyst, story.WHOLE))
    assert "Released" in read(shown)
    assert "It goes as it is: nothing of it had to be changed." in read(shown)
    assert story.WHOLE in gets(under)


def test_what_waits_for_people_leads_to_them_and_shows_what_they_would_agree_to(under: Node, analyst: Browser) -> None:
    shown = to_estonia(page_of(analyst, story.ACTOR))
    assert "Nothing goes until people have agreed." in read(shown)
    assert f'href="/approvals/of/{story.ACTOR}?party=estonia"' in shown
    assert analyst.get(f"/approvals/of/{story.ACTOR}?party=estonia").status_code == 200


def test_what_cannot_be_made_says_why_and_is_listed(under: Node, analyst: Browser) -> None:
    shown = to_estonia(page_of(analyst, story.OPINION))
    assert "No form of it can be made that may go." in read(shown)
    assert "its property opinion" in read(shown)
    listed = analyst.get("/intel/unmade").text
    assert "1 object stays back" in read(listed)
    assert f"/intel/objects/{story.OPINION}/audience" in listed


def test_the_list_names_nothing_that_is_restricted(under: Node, analyst: Browser) -> None:
    under.store.restrict(story.OPINION, [under.alice.id], by="Alice")
    assert story.OPINION not in analyst.get("/intel/unmade").text


def test_until_it_is_made_the_page_shows_what_would_go(node: Node) -> None:
    story.filled(node)
    node.directory.agreements.apply(story.text_of(node), by="somebody")
    shown = to_estonia(page_of(browser_of(node, Role.ANALYST), story.VICTIM))
    assert "Nothing goes yet." in read(shown)
    assert "<ins>an organisation of the energy sector</ins>" in shown
    assert not any(each.startswith("identity--") for each in gets(node))


def test_nothing_of_it_is_told_to_whom_nothing_is_redacted(under: Node, analyst: Browser) -> None:
    page = page_of(analyst, story.VICTIM)
    isac = page[page.index('id="isac"') :]
    assert 'class="goes' not in isac[: isac.index("</section>")]


def test_an_object_page_says_that_what_a_partner_sent_is_a_redacted_form(node: Node) -> None:
    twin = {
        "extension-definition--e01c43f1-fa63-44ac-81f0-f267f8ff84df": {
            "extension_type": "property-extension",
            "how": ["dropped"],
        }
    }
    node.give("estonia", story.sdo(story.VICTIM, name="an organisation", extensions=twin))
    shown = read(browser_of(node, Role.ANALYST).get(f"/intel/objects/{story.VICTIM}").text)
    assert "This is a redacted form: Estonia gives it in the place of an original that it keeps." in shown
    assert "parts are taken out" in shown
