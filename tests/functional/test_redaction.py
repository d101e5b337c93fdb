"""Redaction in a browser, on the demo's first node: side by side, at every width and in Korean; found by the partner's id; new
pseudonyms, which the worker makes.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from comity.app.demo.redactions import IN_PARTS, VICTIM, WITH_A_HIDDEN_NEIGHBOUR, WITH_A_PERSON
from comity.app.settings import Settings
from comity.app.staging import Stage, claimed, set_up
from comity.kernel.base.clock import SystemClock
from tests.functional.serving import Watch, free_port, served, sign_in, window
from tests.functional.test_accessible_pages import faults

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

WITHIN = 60
PATHS = (
    f"/intel/objects/{VICTIM}/audience",
    f"/intel/objects/{IN_PARTS}/audience",
    "/intel/unmade",
    "/agreements/korea-estonia",
    "/agreements/korea-estonia/pseudonyms",
    "/agreements/drafts/records-netherlands/preview",
)
OVERFLOWS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    path = tmp_path_factory.mktemp("redaction") / "demo"
    with claimed(path):
        return set_up(path, Settings(data=str(path), port=free_port()), SystemClock()).stages[0]


@pytest.fixture(scope="module")
def base(stage: Stage) -> Iterator[str]:
    with served(stage.settings) as address:
        yield address


@pytest.fixture(scope="module")
def analyst(browser: Browser, stage: Stage, base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signed_in(browser, stage, base, "analyst", tmp_path_factory.mktemp("analyst") / "state.json")


@pytest.fixture(scope="module")
def legal(browser: Browser, stage: Stage, base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return signed_in(browser, stage, base, "legal", tmp_path_factory.mktemp("legal") / "state.json")


def signed_in(browser: Browser, stage: Stage, base: str, role: str, kept: Path) -> Path:
    seat = next(each for each in stage.seats if role in each.roles)
    context = browser.new_context()
    sign_in(context, base, seat.link, kept)
    context.close()
    return kept


def audience(page: Page, base: str, object_id: str) -> Locator:
    """What goes of an object to Estonia."""
    page.goto(f"{base}/intel/objects/{object_id}/audience")
    found = page.locator("#csirt-ee .goes").first
    found.wait_for()
    return found


def left_of(locator: Locator) -> float:
    box = locator.bounding_box()
    assert box is not None
    return box["x"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_held_stands_beside_what_goes(browser: Browser, base: str, analyst: Path, scheme: str) -> None:
    with window(browser, analyst, 1440, scheme) as context:
        page = context.new_page()
        watch = Watch(page, base)
        goes = audience(page, base, VICTIM)
        struck, put = goes.locator("del").first, goes.locator("ins").first
        assert struck.inner_text() == "Haneulbit LNG Terminal"
        assert "energy" in put.inner_text()
        assert left_of(put) > left_of(struck) + 100
        assert goes.get_by_text("Made coarser").is_visible()
        assert goes.locator(".mark.withheld", has_text="Taken out").first.is_visible()
        watch.check()


def test_on_a_telephone_one_stands_above_the_other(browser: Browser, base: str, analyst: Path) -> None:
    with window(browser, analyst, 390) as context:
        page = context.new_page()
        goes = audience(page, base, VICTIM)
        assert abs(left_of(goes.locator("ins").first) - left_of(goes.locator("del").first)) < 20
        said = "element => getComputedStyle(element, '::before').content"
        assert "As it is held" in goes.locator("td").first.evaluate(said)
        for object_id in (VICTIM, IN_PARTS, WITH_A_PERSON, WITH_A_HIDDEN_NEIGHBOUR):
            audience(page, base, object_id)
            assert not page.evaluate(OVERFLOWS), object_id


def test_in_korean(browser: Browser, base: str, analyst: Path) -> None:
    with window(browser, analyst, 1440, locale="ko-KR") as context:
        context.clear_cookies(name="comity-display")
        page = context.new_page()
        page.set_extra_http_headers({"Accept-Language": "ko"})
        goes = audience(page, base, VICTIM)
        assert goes.get_by_text("덜 자세하게").is_visible()
        assert goes.get_by_text("이것이 대신 나갑니다.").is_visible()


def test_every_way_to_go_in_part_is_told(browser: Browser, base: str, analyst: Path) -> None:
    with window(browser, analyst) as context:
        page = context.new_page()
        assert "gate server" in audience(page, base, IN_PARTS).locator("del").all_inner_texts()[0]
        person = audience(page, base, WITH_A_PERSON)
        assert any("eleri" in each for each in person.locator("del").all_inner_texts())
        assert not any("7946" in each for each in person.locator("ins").all_inner_texts())
        hidden = audience(page, base, WITH_A_HIDDEN_NEIGHBOUR)
        assert hidden.get_by_text("Reference under a pseudonym").is_visible()


def test_the_pages_have_no_serious_violation(browser: Browser, base: str, legal: Path) -> None:
    found = set()
    with window(browser, legal, bypass_csp=True) as context:
        page = context.new_page()
        for path in PATHS:
            page.goto(base + path)
            page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
            found |= faults(page)
    assert not found, "\n".join(sorted(found))


def test_the_id_that_a_partner_names_leads_to_the_original(browser: Browser, base: str, analyst: Path) -> None:
    with window(browser, analyst) as context:
        page = context.new_page()
        known = audience(page, base, VICTIM).locator("code.whole").inner_text()
        page.get_by_role("searchbox").fill(known)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(re.escape(f"/intel/objects/{VICTIM}/audience")))


def test_new_pseudonyms(browser: Browser, base: str, analyst: Path, legal: Path) -> None:
    with window(browser, analyst) as context:
        page = context.new_page()
        before = audience(page, base, VICTIM).locator("code.whole").inner_text()
    with window(browser, legal) as context:
        page = context.new_page()
        page.goto(f"{base}/agreements/korea-estonia")
        page.get_by_role("link", name="Give new pseudonyms").click()
        assert page.get_by_text("The old ones are revoked").is_visible()
        page.get_by_role("button", name="Give new pseudonyms").click()
        page.wait_for_url(re.compile(r"/agreements/korea-estonia$"))
        assert page.get_by_text("get other ids; the old ones are revoked.").is_visible()
        until = time.monotonic() + WITHIN
        while audience(page, base, VICTIM).locator("code.whole").all_inner_texts() in ([], [before]):
            assert time.monotonic() < until, "the worker makes the new ones"
            time.sleep(0.5)
