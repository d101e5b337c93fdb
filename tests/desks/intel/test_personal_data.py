"""Where personal data were found is told to our own people, while an agreement asks for it; the values stay in the object."""

import html

import msgspec

from comity.kernel.directory.roles import Role
from comity.kernel.policy.personal.settings import ScanSettings
from tests.desks import redacting as story
from tests.desks.cast import Node
from tests.desks.operations.test_pages import browser_of
from tests.desks.sending import Browser


def _page(browser: Browser) -> str:
    return html.unescape(str(browser.get(f"/intel/objects/{story.VICTIM}/audience").text))


def test_kinds_and_places_are_shown_where_a_scan_is_asked_for(node: Node) -> None:
    under = story.redacting(node)
    analyst = browser_of(under, Role.ANALYST)
    assert "<code>contact_information</code>" not in _page(analyst)
    under.store.scan.settings = msgspec.structs.replace(ScanSettings(), always=True)
    page = _page(analyst)
    notice = page[: page.index("<code>contact_information</code>")].rpartition('class="notice')[2]
    assert "Personal data" in notice
    assert "E-mail address" in notice
    assert "night@harbour.example" not in notice
