"""Stored script: what somebody malicious sends is loaded, and every page is rendered in chromium.

No dialog, no console error, no request to another host, and nothing in the page that the templates did not put there.
"""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from tests.functional.everywhere import Full, full_node, pages
from tests.functional.hostile import MARKUP, SHORT, TEXTS, corpus
from tests.functional.serving import Watch, free_port, served, sign_in, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

# What no page of the node has; what every link and form leads to; and an attribute that would run something.
FOREIGN = """() => {
  const found = [];
  const banned = "iframe, object, embed, base, video, audio, frame, applet, foreignObject, style, textarea + script," +
    "meta[http-equiv=refresh], img:not([src^='/']), link:not([href^='/']), form:not([action^='/']), script:not([src^='/'])";
  for (const each of document.querySelectorAll(banned)) found.push(each.outerHTML.slice(0, 200));
  for (const each of document.querySelectorAll("*")) for (const {name, value} of each.attributes) {
    if (name.startsWith("on") || name === "srcdoc") found.push(`${each.tagName} ${name}`);
    if (["href", "xlink:href", "src", "action", "formaction"].includes(name) &&
        /^\\s*(javascript|data|vbscript):/i.test(value)) found.push(`${each.tagName} ${name}=${value.slice(0, 100)}`);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Full:
    return full_node(tmp_path_factory.mktemp("hostile") / "node", free_port(), list(corpus()), TEXTS[0], SHORT)


@pytest.fixture(scope="module")
def base(full: Full) -> Iterator[str]:
    with served(full.settings) as address:
        yield address


@pytest.fixture(scope="module")
def session(full: Full, base: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Alice's, from a browser that lies about what it is."""
    kept = tmp_path_factory.mktemp("session") / "state.json"
    with browser.new_context(user_agent=SHORT) as context:
        sign_in(context, base, full.secret, kept)
    return kept


def visit(page: Page, watch: Watch, url: str) -> None:
    answer = page.goto(url, wait_until="load")
    assert answer is not None
    assert answer.status < 500, url
    assert page.evaluate(FOREIGN) == [], url
    watch.check()


def test_the_watch_sees_what_it_is_to_see(base: str, browser: Browser) -> None:
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        watch = Watch(page, base)
        page.goto(f"{base}/sign-in")
        page.set_content(
            "<iframe srcdoc=x></iframe><img src=x onerror=alert(1)><script src=//host.invalid/x.js></script>"
            "<a href=' JavaScript:alert(1)'>x</a>"
        )
        page.wait_for_load_state("load")
        found = page.evaluate(FOREIGN)
    assert len(found) >= 5, found
    assert any("a dialog" in each for each in watch.said)
    assert watch.strangers


def test_every_page_of_a_node_full_of_hostile_objects(full: Full, base: str, browser: Browser, session: Path) -> None:
    with window(browser, session) as context:
        page = context.new_page()
        watch = Watch(page, base)
        for path in pages(full):
            visit(page, watch, base + path)


def test_lists_and_searches_of_hostile_objects(base: str, browser: Browser, session: Path) -> None:
    with window(browser, session) as context:
        page = context.new_page()
        watch = Watch(page, base)
        for words in ("alert", "script", "host.invalid", "javascript", "onerror", "\u202egnp"):
            visit(page, watch, f"{base}/intel/search?q={quote(words)}")
            for _ in range(6):
                further = page.locator("a[href*='before=']")
                if not further.count():
                    break
                further.first.click()
                page.wait_for_load_state("load")
                assert page.evaluate(FOREIGN) == []
                watch.check()


def test_what_is_typed_into_addresses_comes_back_as_text(base: str, browser: Browser, session: Path) -> None:
    asked = ("/intel/search?q={}", "/record?kind={0}&person={0}&before={0}", "/people?sort={0}&page={0}", "/nowhere/{}",
             "/sign-in/{}", "/account/confirm?next={}", "/intel/objects/{}", "/mirrors?sort={}", "/components?{}=x")  # fmt: skip
    with window(browser, session) as context:
        page = context.new_page()
        watch = Watch(page, base)
        for text in (" ".join(MARKUP)[:700], SHORT, "javascript:alert(1)", "//host.invalid/x"):
            for each in asked:
                visit(page, watch, base + each.format(quote(text, safe="")))
    with browser.new_context() as stranger:
        page = stranger.new_page()
        watch = Watch(page, base)
        for text in (SHORT, "javascript:alert(1)", "//host.invalid/x"):
            visit(page, watch, f"{base}/sign-in?next={quote(text, safe='')}")
