"""Every way in, in Chromium: a link, a password with a code, a passkey; confirming, recovering, ending a session.

The passkey is Chromium's own, with an authenticator that it pretends to have (WebAuthn Automation, W3C WebAuthn Level 3
section 12).
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from comity.app.making import make_node
from comity.app.node import open_node
from comity.app.settings import Settings
from comity.kernel.base.clock import SystemClock
from comity.kernel.store.types import Account
from tests.functional.serving import free_port, served

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

PASSWORD = "seven herons at low tide"
SCREENS = [(1440, "light"), (390, "dark")]


class Site:
    """A running node, reached by name."""

    def __init__(self, base: str, settings: Settings) -> None:
        self.base = base
        self.settings = settings

    def person(self, name: str, *roles: str) -> Account:
        with open_node(self.settings) as node:
            return node.directory.accounts.add(name, roles or ("analyst",))

    def link(self, name: str, purpose: str = "sign-in") -> str:
        with open_node(self.settings) as node:
            accounts = node.directory.accounts
            return f"{self.base}/sign-in/{accounts.invite(accounts.get(name), purpose=purpose).secret}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(data=str(tmp_path_factory.mktemp("sign-in") / "node"), port=free_port(), workers=1)
    make_node(Path(settings.data), settings, slug="home", name="Home CSIRT", jurisdiction="KR", person="Alice")
    with served(settings) as base:
        yield Site(base, settings)


@pytest.fixture
def context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[BrowserContext]:
    width, scheme = getattr(request, "param", SCREENS[0])
    with browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if scheme == "dark" else "light"
    ) as made:
        yield made


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def come_in(page: Page, site: Site, name: str) -> None:
    page.goto(site.link(name))
    page.get_by_role("main").get_by_role("button").first.click()
    page.wait_for_url(re.compile(rf"{re.escape(site.base)}/(?!sign-in)"))


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


def fits(page: Page) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width, page.url


@pytest.mark.parametrize("context", SCREENS, indirect=True, ids=str)
def test_somebody_new_makes_a_passkey_and_comes_in_with_it(
    site: Site, context: BrowserContext, request: pytest.FixtureRequest
) -> None:
    name = f"Min-ji {request.node.callspec.id}"
    site.person(name)
    page = context.new_page()
    said: list[str] = []
    strangers: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda asked: strangers.append(asked.url) if not asked.url.startswith(site.base) else None)
    authenticator(page)
    page.goto(site.link(name, "invitation"))
    fits(page)
    button(page, "Sign in")
    page.wait_for_url(f"{site.base}/account/start")
    fits(page)
    page.get_by_role("link", name="Make a passkey").click()
    page.get_by_label("What to call it").fill("Office laptop")
    button(page, "Make a passkey")
    page.wait_for_url(f"{site.base}/account")
    assert page.get_by_role("status").inner_text().endswith("It signs you in without a password.")
    fits(page)
    button(page, "Sign out")
    page.wait_for_url(f"{site.base}/sign-in")
    fits(page)
    button(page, "Sign in with a passkey")
    page.wait_for_url(f"{site.base}/")
    page.goto(f"{site.base}/account/confirm?next=/parties")
    button(page, "Confirm with a passkey")
    page.wait_for_url(f"{site.base}/parties")
    assert said == []
    assert strangers == []


def test_a_passkey_that_is_not_there_is_told_and_asked_for_again(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    authenticator(page)
    page.goto(f"{site.base}/sign-in")
    button(page, "Sign in with a passkey")
    page.get_by_text("there is no passkey here that fits").wait_for()
    assert page.get_by_role("button", name="Ask again").is_visible()
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url(f"{site.base}/sign-in")


def test_a_password_and_a_code_without_any_script(site: Site, browser: Browser) -> None:
    site.person("Dae-jung")
    with browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}) as context:
        page = context.new_page()
        come_in(page, site, "Dae-jung")
        page.goto(f"{site.base}/account/password")
        page.get_by_label("New password", exact=True).fill(PASSWORD)
        page.get_by_label("New password, once more").fill(PASSWORD)
        button(page, "Set this password")
        page.wait_for_url(f"{site.base}/account")
        page.goto(f"{site.base}/account/codes")
        codes = pyotp.TOTP(page.locator("code.whole").inner_text().replace(" ", ""))
        page.get_by_label("The code that the app shows now").fill(codes.now())
        used = codes.now()
        button(page, "Ask for a code from now on")
        page.wait_for_url(f"{site.base}/account")
        button(page, "Sign out")
        page.get_by_label("Name").fill("dae-jung")
        page.get_by_label("Password").fill(PASSWORD)
        button(page, "Sign in")
        page.get_by_label("Code").fill("000000")
        button(page, "Sign in")
        assert page.get_by_text("not the code of this moment").first.is_visible()
        now = SystemClock().now() // 1_000_000
        # The step that set codes up is used; the one after it is within the drift that is allowed.
        page.get_by_label("Code").fill(codes.at(now + 30) if codes.at(now) == used else codes.at(now))
        button(page, "Sign in")
        page.wait_for_url(f"{site.base}/")


def test_without_script_a_passkey_page_says_that_it_needs_it(site: Site, browser: Browser) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.base}/sign-in")
        button(page, "Sign in with a passkey")
        page.wait_for_url(f"{site.base}/sign-in/passkey")
        assert page.get_by_text("A passkey needs script").is_visible()
        assert page.get_by_role("button", name="Ask again").is_hidden()


def test_at_an_address_no_passkey_is_offered(site: Site, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{site.base}/sign-in".replace("localhost", "127.0.0.1"))
    assert page.get_by_role("button", name="Sign in", exact=True).is_visible()
    assert page.get_by_role("button", name="Sign in with a passkey").count() == 0


def test_a_stranger_in_the_list_of_sessions_is_ended(site: Site, browser: Browser) -> None:
    site.person("Ha-eun")
    with browser.new_context() as theirs, browser.new_context() as own:
        stranger, page = theirs.new_page(), own.new_page()
        come_in(stranger, site, "Ha-eun")
        come_in(page, site, "Ha-eun")
        page.goto(f"{site.base}/account")
        rows = page.locator("#sessions tbody tr")
        assert rows.count() == 2
        rows.filter(has_not_text="this browser").get_by_role("button", name="End this session").click()
        page.wait_for_url(f"{site.base}/account")
        assert page.get_by_text("That session is ended.").is_visible()
        stranger.wait_for_timeout(1100)
        stranger.goto(f"{site.base}/account")
        assert stranger.url == f"{site.base}/sign-in?next=/account"


def test_somebody_who_lost_everything_is_helped_back_in(site: Site, browser: Browser) -> None:
    person = site.person("Seo-yeon")
    with open_node(site.settings) as node:
        node.directory.accounts.set_password(person, None, PASSWORD)
    with browser.new_context() as admins, browser.new_context() as own:
        admin, page = admins.new_page(), own.new_page()
        come_in(admin, site, "Alice")
        admin.goto(f"{site.base}/people")
        admin.get_by_role("link", name="Seo-yeon").click()
        admin.get_by_role("link", name="Help them back in").click()
        assert admin.get_by_text("Their signing key is retired then").is_visible()
        button(admin, "Make the recovery link")
        link = admin.locator("code.whole").inner_text().replace("127.0.0.1", "localhost")
        page.goto(link)
        button(page, "Drop the old ways in and sign in")
        page.wait_for_url(f"{site.base}/account/start")
        page.get_by_role("link", name="Set a password").click()
        page.get_by_label("New password", exact=True).fill(f"{PASSWORD} again")
        page.get_by_label("New password, once more").fill(f"{PASSWORD} again")
        button(page, "Set this password")
        page.wait_for_url(f"{site.base}/account")
        assert page.locator("#keys .mark.withheld").get_by_text("Retired").is_visible()
        admin.goto(f"{site.base}/record")
        assert admin.get_by_text("Seo-yeon used a recovery link: the old ways in were dropped").is_visible()


def test_the_keyboard_alone_signs_in(site: Site, context: BrowserContext) -> None:
    person = site.person("Ji-woo")
    with open_node(site.settings) as node:
        node.directory.accounts.set_password(person, None, PASSWORD)
    page = context.new_page()
    page.goto(f"{site.base}/sign-in")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "name":
            break
    page.keyboard.type("Ji-woo")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.base}/")
    assert page.get_by_role("link", name="Ji-woo").is_visible()
