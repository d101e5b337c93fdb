"""Operations: how far the node is with what goes in the place of originals."""

import html
import re

from comity.kernel.directory.roles import Role
from tests.desks import redacting as story
from tests.desks.cast import Node
from tests.desks.operations.test_pages import browser_of


def section(page: str) -> str:
    part = page[page.index('<section id="forms">') :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part[: part.index("</section>")])).split())


def test_how_many_go_in_which_form_and_how_many_wait(node: Node) -> None:
    story.redacting(node)
    page = browser_of(node, Role.DUTY_OFFICER).get("/operations").text
    status = node.store.twins.status()
    assert (status.waiting, status.failed) == (0, 1)
    assert f"As they are {status.passes}" in section(page)
    assert f"Redacted {status.made}" in section(page)
    assert '<a href="/intel/unmade">1</a>' in page


def test_who_may_read_no_objects_is_led_to_none(node: Node) -> None:
    story.redacting(node)
    page = browser_of(node, Role.ADMINISTRATOR).get("/operations").text
    assert "Withheld: no form can be made 1" in section(page)
    assert "/intel/unmade" not in page


def test_before_anything_is_made_nothing_is_told(node: Node) -> None:
    assert 'id="forms"' not in browser_of(node, Role.DUTY_OFFICER).get("/operations").text
