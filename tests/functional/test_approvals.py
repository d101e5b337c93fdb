"""Approvals in Chromium: two people release what neither could alone, one with a password and one with a passkey; an
administrator, with whomever she invites, releases nothing.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from comity.app.making import make_node
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.kernel.objects.markings import TLP_IDS, Tlp
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Batch, Channel
from tests.functional.serving import free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PASSWORD = "seven herons at low tide"
FOUR_EYES = 'approvers = ["approver", "legal"]\nfour_eyes = true\n'


class Site:
    """A running node that has an agreement by which incidents go to Estonia when two people have agreed."""

    def __init__(self, base: str, settings: Settings) -> None:
        self.base = base
        self.settings = settings

    def open(self) -> Node:
        return open_node(self.settings)

    def link(self, name: str) -> str:
        with self.open() as node:
            accounts = node.directory.accounts
            return f"{self.base}/sign-in/{accounts.invite(accounts.get(name), purpose='sign-in').secret}"

    def person(self, name: str, *roles: str, password: bool = True) -> str:
        with self.open() as node:
            account = node.directory.accounts.add(name, roles)
            if password:
                node.directory.accounts.set_password(account, None, PASSWORD)
        return name

    def incident(self, number: int, name: str) -> str:
        with self.open() as node:
            return give(node, number, name)

    def sees(self) -> list[str]:
        """What Estonia gets when all that is to be made is made: names of incidents."""
        with self.open() as node:
            node.store.twins.make()
            viewer = Viewer(node.directory.parties.get("estonia").id)
            found = node.store.visible(viewer).recent(100)
            return [json.loads(each.raw)["name"] for each in found if each.type == "incident"]


def give(node: Node, number: int, name: str) -> str:
    held = {
        "type": "incident",
        "spec_version": "2.1",
        "id": f"incident--8e2e2d2b-17d4-4cbf-938f-{number:012d}",
        "created": "2026-11-03T05:07:00.000Z",
        "modified": "2026-11-03T05:07:00.000Z",
        "name": name,
        "description": f"{name}: the ledger of Blue Pier Bank was lost.",
        "object_marking_refs": [TLP_IDS[Tlp.GREEN]],
    }
    parsed = parse(json.dumps(held).encode())
    assert isinstance(parsed, Parsed)
    own, main = node.directory.parties.own(), node.directory.collections.get("main")
    node.store.commit(Batch(own.id, main.id, (parsed,), Channel.FORM, node.clock.now()))
    return parsed.id


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(data=str(tmp_path_factory.mktemp("approvals") / "node"), port=free_port(), workers=1)
    make_node(Path(settings.data), settings, slug="home", name="Home CSIRT", jurisdiction="KR", person="Alice")
    with open_node(settings) as node:
        directory = node.directory
        estonia = directory.parties.add("estonia", name="Estonia", jurisdiction="EE")
        directory.collections.add("main", title="Main", tlp=Tlp.AMBER, read=[estonia])
        text = directory.agreements.draft("bilateral-csirt", "estonia", name="ours")
        text = text.replace('approvers = ["approver", "duty-officer"]\n', FOUR_EYES)
        directory.agreements.apply(text, by="command line: tester")
        directory.accounts.set_roles(directory.accounts.get("Alice"), ["administrator", "approver", "legal"])
        directory.accounts.set_password(directory.accounts.get("Alice"), None, PASSWORD)
    with served(settings) as base:
        yield Site(base, settings)


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def come_in(context: BrowserContext, site: Site, name: str) -> Page:
    page = context.new_page()
    page.goto(site.link(name))
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(re.compile(rf"{re.escape(site.base)}/(?!sign-in)"))
    return page


def authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )


def to_item(page: Page, site: Site, name: str, show: str = "") -> None:
    page.goto(f"{site.base}/approvals{show}")
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(re.compile(r"/approvals/items/"))


def test_two_people_release_what_neither_could_alone(site: Site, browser: Browser) -> None:
    site.incident(1, "Outage of the ferry office")
    site.person("Bora", "approver")
    site.person("Dana", "legal", password=False)
    with browser.new_context() as one, browser.new_context(viewport={"width": 390, "height": 900}) as two:
        bora = come_in(one, site, "Bora")
        to_item(bora, site, "Outage of the ferry office")
        assert bora.get_by_text("It goes to Estonia only when people have agreed.").is_visible()
        assert bora.get_by_text("Two different people, each with one of these roles: Approver, Legal.").count()
        bora.get_by_role("link", name="Release to Estonia in this form").click()
        bora.get_by_label("Password").fill(PASSWORD)
        button(bora, "Sign: it may go")
        bora.wait_for_url(re.compile(r"/approvals/items/[^/]+/[^/]+$"))
        assert bora.get_by_text("It goes when a second person has as well.").is_visible()
        assert site.sees() == []
        bora.get_by_role("link", name="Release to Estonia in this form").click()
        assert bora.get_by_text("You have approved this already.").is_visible()

        dana = come_in(two, site, "Dana")
        authenticator(dana)
        dana.goto(f"{site.base}/account/passkeys/add")
        dana.get_by_label("What to call it").fill("Office laptop")
        button(dana, "Make a passkey")
        dana.wait_for_url(f"{site.base}/account")
        to_item(dana, site, "Outage of the ferry office", "?show=half")
        assert dana.evaluate("document.documentElement.scrollWidth") <= 390
        assert dana.get_by_text("One person has approved the form that is shown.").is_visible()
        dana.get_by_role("link", name="Release to Estonia in this form").click()
        button(dana, "Sign: it may go")
        dana.wait_for_url(re.compile(r"/approvals/items/[^/]+/[^/]+$"))
        assert dana.get_by_text("It is released.").first.is_visible()
        assert dana.get_by_text("Bora approved it, as Approver.").is_visible()
        assert dana.get_by_text("Dana approved it, as Legal.").is_visible()
    assert site.sees() == ["Outage of the ferry office"]


def test_a_tear_line_is_written_and_the_other_sees_exactly_that(site: Site, browser: Browser) -> None:
    site.incident(2, "Theft at the mint")
    site.person("Goran", "approver")
    site.person("Lena", "legal")
    with browser.new_context(java_script_enabled=False) as one, browser.new_context() as two:
        goran = come_in(one, site, "Goran")
        to_item(goran, site, "Theft at the mint")
        goran.get_by_role("link", name="Write another form by hand").click()
        area = goran.get_by_label("The form that goes")
        held = json.loads(area.input_value())
        area.fill(json.dumps({**held, "id": "incident--8e2e2d2b-17d4-4cbf-938f-000000000002"}))
        button(goran, "Check, and show what would go")
        assert goran.get_by_text("Its id has to be").is_visible()
        goran.get_by_label("The form that goes").fill(
            json.dumps({**held, "name": "A theft", "description": "A ledger was lost."})
        )
        button(goran, "Check, and show what would go")
        assert goran.get_by_text("A ledger was lost.").first.is_visible()
        goran.get_by_label("Password").fill(PASSWORD)
        button(goran, "Sign: it may go")
        goran.wait_for_url(re.compile(r"/approvals/items/[^/]+/[^/]+$"))

        lena = come_in(two, site, "Lena")
        to_item(lena, site, "Theft at the mint", "?show=half")
        assert lena.get_by_text("A ledger was lost.").first.is_visible()
        lena.get_by_role("link", name="Release to Estonia in this form").click()
        lena.get_by_label("Password").fill(PASSWORD)
        button(lena, "Sign: it may go")
        lena.wait_for_url(re.compile(r"/approvals/items/[^/]+/[^/]+$"))
    assert "A theft" in site.sees()
    assert "Theft at the mint" not in site.sees()


def test_an_administrator_with_whomever_she_invites_releases_nothing(site: Site, browser: Browser) -> None:
    site.incident(3, "Silence on the line")
    before = site.sees()
    with browser.new_context() as hers, browser.new_context() as inventions:
        alice = come_in(hers, site, "Alice")
        alice.goto(f"{site.base}/people/invite")
        alice.get_by_label("Name").fill("Nobody Real")
        alice.get_by_label("Legal").check()
        alice.get_by_role("main").get_by_role("button").first.click()
        link = alice.locator("code.whole").inner_text().replace("127.0.0.1", "localhost")
        page = inventions.new_page()
        page.goto(link)
        page.get_by_role("main").get_by_role("button").first.click()
        page.wait_for_url(f"{site.base}/account/start")
        page.get_by_role("link", name="Set a password").click()
        page.get_by_label("New password", exact=True).fill(PASSWORD)
        page.get_by_label("New password, once more").fill(PASSWORD)
        button(page, "Set this password")
        page.wait_for_url(f"{site.base}/account")

        to_item(alice, site, "Silence on the line")
        alice.get_by_role("link", name="Release to Estonia in this form").click()
        alice.get_by_label("Password").fill(PASSWORD)
        button(alice, "Sign: it may go")
        alice.wait_for_url(re.compile(r"/approvals/items/[^/]+/[^/]+$"))
        assert alice.get_by_text("It goes when a second person has as well.").is_visible()
        to_item(page, site, "Silence on the line", "?show=half")
        assert page.get_by_text("made or changed by another person less than a day ago").is_visible()
        assert page.get_by_role("link", name="Release to Estonia in this form").count() == 0
        page.goto(f"{page.url}/release/as-approved")
        assert page.get_by_label("Password").count() == 0
    assert site.sees() == before


def test_somebody_refuses_and_it_stays_here(site: Site, browser: Browser) -> None:
    site.incident(4, "A leak of names")
    site.person("Petra", "legal")
    with browser.new_context(color_scheme="dark") as context:
        page = come_in(context, site, "Petra")
        to_item(page, site, "A leak of names")
        page.get_by_role("link", name="Refuse", exact=True).click()
        page.get_by_label("Why").fill("The people concerned were not asked.")
        page.get_by_label("Password").fill(PASSWORD)
        button(page, "Sign: it does not go")
        page.wait_for_url(re.compile(r"/approvals/items/[^/]+/[^/]+$"))
        assert page.get_by_text("People refused to let it go to Estonia.").is_visible()
        assert page.get_by_text("The people concerned were not asked.").is_visible()
        assert page.get_by_role("link", name="Release to Estonia in this form").count() == 0
    assert "A leak of names" not in site.sees()
