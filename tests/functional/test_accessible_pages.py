"""Every page, wide and narrow, light and dark: axe-core finds no serious or critical violation, and nothing sticks out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page

from tests.functional.everywhere import Full, full_node, pages
from tests.functional.serving import free_port, served, sign_in, window
from tests.kernel.objects.samples import SAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(400)]

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
ALL: dict[str, Any] = {"resultTypes": ["violations"]}
CONTRAST: dict[str, Any] = {**ALL, "runOnly": ["color-contrast"]}
# Rules that look at structure need one look at each width; those that look at colours need all four.
LOOKS = ((WIDE, "light", ALL), (WIDE, "dark", CONTRAST), (NARROW, "dark", ALL), (NARROW, "light", CONTRAST))
RUN = """options => axe.run(options).then(
  ({violations}) => violations.filter(({impact}) => impact === "serious" || impact === "critical"))"""
OBJECTS = ("indicator", "malware-analysis", "relationship", "location", "file")
ERRORS = (
    "/nowhere",
    "/sign-in/never-was-one",
    "/intel/objects/campaign--none",
    "/intel/search?before=x",
    "/intel/search?q=no+such+thing",
    "/intel/search?q=Amber",
    "/components?page=2",
    "/agreements/matrix?by=type",
    "/agreements/time?party=carol&on=2026-01-01T00:00",
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Full:
    kinds = sorted(SAMPLES, key=lambda kind: kind not in OBJECTS)
    objects = [json.dumps(SAMPLES[kind]).encode() for kind in kinds]
    said = "The server answered 503 for the third time; it is asked again in four minutes."
    return full_node(tmp_path_factory.mktemp("calm") / "node", free_port(), objects, said, "Estonian Maritime CERT")


@pytest.fixture(scope="module")
def base(full: Full) -> Iterator[str]:
    with served(full.settings) as address:
        yield address


@pytest.fixture(scope="module")
def session(full: Full, base: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = tmp_path_factory.mktemp("session") / "state.json"
    with browser.new_context() as context:
        sign_in(context, base, full.secret, kept)
    return kept


def faults(page: Page) -> set[str]:
    """What is wrong with the page as it stands, at every width and colour."""
    found = set()
    page.evaluate(AXE_SCRIPT)
    for size, scheme, options in LOOKS:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for violation in page.evaluate(RUN, options):
            where = "; ".join(" ".join(map(str, node["target"])) for node in violation["nodes"][:3])
            found.add(f"{page.url} {size['width']} {scheme}: {violation['id']} ({violation['help']}): {where}")
        if page.evaluate("document.documentElement.scrollWidth") > size["width"]:
            found.add(f"{page.url} is wider than {size['width']}")
    return found


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_page_has_a_serious_violation(full: Full, base: str, browser: Browser, session: Path, language: str) -> None:
    found = set()
    every = [*pages(full, objects=len(OBJECTS), others=1), *ERRORS]
    with window(browser, session, locale=language, bypass_csp=True) as context:
        page = context.new_page()
        # Structure does not change with the language; of the Korean pages those with the most words are looked at.
        for path in (
            every if language == "en" else ["/", "/account", "/people", "/agreements/with-carol", "/agreements/matrix"]
        ):
            page.goto(base + path)
            found |= faults(page)
    assert not found, "\n".join(sorted(found))


def test_no_page_before_signing_in_has_a_serious_violation(full: Full, base: str, browser: Browser) -> None:
    found = set()
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        for path in pages(full, objects=0):
            if path.startswith("/sign-in"):
                page.goto(base + path)
                found |= faults(page)
    assert not found, "\n".join(sorted(found))
