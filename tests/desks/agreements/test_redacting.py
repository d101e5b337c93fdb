"""Redaction on agreements' pages: profiles as sentences, what would go before anybody signs, and new pseudonyms."""

import html
import re

import pytest

from comity.kernel.directory.roles import Role
from comity.kernel.policy.viewer import Viewer
from tests.desks import redacting as story
from tests.desks.cast import Node
from tests.desks.operations.test_pages import browser_of
from tests.desks.sending import Browser, sent

PAGE = f"/agreements/{story.NAME}"


@pytest.fixture
def legal(node: Node) -> Browser:
    return browser_of(node, Role.LEGAL)


def read(page: str) -> str:
    main = page[page.index("<main") : page.index("</main>")]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def twins_of(node: Node) -> set[str]:
    viewer = Viewer(party=node.directory.parties.get("estonia").id, channel="test")
    return {each.id for each in node.store.visible(viewer).recent(100) if each.type == "identity"}


def test_profiles_stand_in_sentences_with_what_each_touches(node: Node, legal: Browser) -> None:
    story.redacting(node)
    shown = read(legal.get(PAGE).text)
    profiles = shown[shown.index("Redaction profiles") :]
    assert "Opinions without their word without-word · Article 2 · defined in this text" in profiles
    assert "Taken out, wherever it stands: opinion." in profiles
    assert "Who was hit, as sector and country victims · Article 1 · the same in every agreement" in profiles
    assert "Of an identity only its sector and its country are told." in profiles
    assert "1 claim" in profiles


def test_before_signing_it_says_what_would_go_in_which_form(node: Node, legal: Browser) -> None:
    story.filled(node)
    node.store.agreements.keep_draft(story.NAME, story.text_of(node), node.alice.id)
    page = legal.get(f"/agreements/drafts/{story.NAME}/preview").text
    shown = read(page)
    assert "would go redacted, and 1 when people have agreed." in shown
    assert "3 objects go redacted, or without some of their parts." in shown
    assert "1 object goes when people have agreed." in shown
    assert "goes as it is where all those are open to it, and else under pseudonyms." in shown
    assert "<del>Harbour Terminal</del>" in page
    assert "<ins>an organisation of the energy sector</ins>" in page
    assert "made up for this look" in shown
    assert node.store.twins.scopes() == (), "looking makes no key"


def test_new_pseudonyms_are_given_after_a_preview(node: Node, legal: Browser) -> None:
    story.redacting(node)
    before = twins_of(node)
    assert len(before) == 1
    assert f"{PAGE}/pseudonyms" in legal.get(PAGE).text
    asked = read(legal.get(f"{PAGE}/pseudonyms").text)
    assert "Give new pseudonyms under" in asked
    assert re.search(r"\d+ redacted forms get other ids", asked)
    assert twins_of(node) == before, "looking changes nothing"
    answer = sent(legal, f"{PAGE}/pseudonyms")
    assert answer.status_code == 303
    story.made(node)
    after = twins_of(node)
    assert len(after) == 1 or before < after, "the old one is revoked, the new one stands"
    assert after != before


def test_who_may_not_sign_may_not_give_new_pseudonyms(node: Node) -> None:
    story.redacting(node)
    analyst = browser_of(node, Role.ANALYST)
    assert f"{PAGE}/pseudonyms" not in analyst.get(PAGE).text
    assert analyst.get(f"{PAGE}/pseudonyms").status_code in {403, 404}


def test_where_nothing_was_renamed_nothing_is_offered(node: Node, legal: Browser) -> None:
    agreements = node.directory.agreements
    agreements.apply(agreements.draft("bilateral-csirt", "estonia", name=story.NAME), by="somebody")
    assert f"{PAGE}/pseudonyms" not in legal.get(PAGE).text
