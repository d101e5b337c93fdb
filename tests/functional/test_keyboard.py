"""By keyboard alone: signing in, finding an object, restricting it, ending a session elsewhere, changing to Korean.

The mouse is not touched. Whatever has the focus on the way can be seen to have it.
"""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.functional.everywhere import NAME, Full, full_node
from tests.functional.serving import free_port, served, sign_in
from tests.kernel.directory.people import PASSWORD
from tests.kernel.objects.samples import SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(240)]

MOST_TABS = 120
FOCUS = """() => {
  const focused = document.activeElement, style = getComputedStyle(focused), box = focused.getBoundingClientRect();
  const label = focused.labels && focused.labels.length ? focused.labels[0].innerText : "";
  return {
    name: (focused.getAttribute("aria-label") || label || focused.innerText || focused.value || "").trim(),
    tag: focused.tagName.toLowerCase(), path: focused.getAttribute("href") || "", kind: focused.type || "",
    ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1 || style.boxShadow !== "none",
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Full:
    objects = [json.dumps(each).encode() for each in SAMPLES.values()]
    return full_node(tmp_path_factory.mktemp("keys") / "node", free_port(), objects, "nothing", "Estonian CERT")


@pytest.fixture(scope="module")
def base(full: Full) -> Iterator[str]:
    with served(full.settings) as address:
        yield address


def reach(page: Page, *, name: str = "", tag: str = "", path: str = "", kind: str = "") -> None:
    """Tab by Tab to what has this name, is this element, leads to this path."""
    passed = []
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        if focus["tag"] == "body":
            continue  # the end of the page: the browser itself
        assert focus["ring"], f"{page.url}: nobody sees that {focus} has the focus"
        assert focus["seen"], f"{page.url}: {focus} has the focus and is out of sight"
        passed.append(focus["name"][:40])
        if (
            name in focus["name"]
            and tag in {"", focus["tag"]}
            and focus["path"].startswith(path)
            and kind in {"", focus["kind"]}
        ):
            return
    raise AssertionError(f"{page.url}: Tab does not lead to {name or path or tag}; it leads to {passed}")


def go(page: Page) -> None:
    """Enter, and what it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_a_day_without_a_mouse(full: Full, base: str, browser: Browser) -> None:
    with browser.new_context(user_agent="Mozilla/5.0 (X11; Linux) Firefox/140.0") as elsewhere:
        sign_in(elsewhere, base, full.secret)
        with browser.new_context(viewport={"width": 1440, "height": 900}) as context:
            page = context.new_page()
            page.goto(f"{base}/")
            _signs_in(page, base)
            _skips_to_the_content(page)
            _finds_and_restricts(page)
            _ends_the_session_elsewhere(page)
            _reads_korean(page)
            reach(page, tag="button", name="로그아웃")
            go(page)
            assert page.url.startswith(f"{base}/sign-in")
        left = elsewhere.new_page()
        left.goto(f"{base}/")
        assert "/sign-in" in left.url


def _signs_in(page: Page, base: str) -> None:
    assert page.url.startswith(f"{base}/sign-in")
    reach(page, tag="input", name="Name")
    page.keyboard.type(NAME)
    reach(page, tag="input", name="Password")
    page.keyboard.type(PASSWORD)
    go(page)
    page.wait_for_url(f"{base}/")


def _skips_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["name"] == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def _finds_and_restricts(page: Page) -> None:
    page.reload()
    reach(page, tag="input", kind="search")
    page.keyboard.type("Slate Raven")
    go(page)
    reach(page, tag="a", path="/intel/objects/threat-actor--")
    go(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Slate Raven"
    reach(page, tag="a", path="/intel/objects/threat-actor--", name="Restrict")
    go(page)
    reach(page, kind="checkbox", name="Estonian CERT")  # beside herself, who is ticked already
    page.keyboard.press("Space")
    reach(page, tag="button", name="Restrict")
    go(page)
    assert page.get_by_role("heading", level=1).inner_text() == "Slate Raven"
    assert "Only the people you named see this now" in page.get_by_role("main").inner_text()


def _ends_the_session_elsewhere(page: Page) -> None:
    reach(page, tag="a", path="/account")
    go(page)
    assert "Firefox" in page.get_by_role("main").inner_text()
    reach(page, tag="button", name="End this session")
    go(page)
    assert "Firefox" not in page.get_by_role("main").inner_text()


def _reads_korean(page: Page) -> None:
    reach(page, kind="radio")
    while page.evaluate("document.activeElement.value") != "ko":
        page.keyboard.press("ArrowDown")
    reach(page, tag="button", name="Use this language")
    go(page)
    assert page.evaluate("document.documentElement.lang") == "ko"
