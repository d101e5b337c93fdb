"""The browser that asks, as far as it says itself: for the list of a person's sessions, and for counting attempts."""

from ipaddress import ip_address
from typing import Any, Final

from litestar.connection import ASGIConnection

from comity.kernel.directory.accounts import Browser
from comity.kernel.directory.devices import LONGEST as LONGEST_DEVICE
from comity.web.session import CookieNames
from comity.web.words import Told, msgid, outside

_LONGEST_AGENT: Final = 300
_LONGEST_NAME: Final = 60
_BROWSERS: Final = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Whale", "Whale"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS: Final = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def browser_of(connection: ASGIConnection[Any, Any, Any, Any], names: CookieNames, *, proxied: bool) -> Browser:
    """Who asks, as far as a browser says: what it calls itself, its address, and the device cookie.

    Behind a declared proxy the address is the last of ``X-Forwarded-For``, and of the last such line where there are
    several: the one that the proxy itself wrote. What stands before it came from the browser.
    """
    device = connection.cookies.get(names.device, "")
    return Browser(
        agent=connection.headers.get("user-agent", "")[:_LONGEST_AGENT],
        network=_address(connection, proxied=proxied),
        device=device if 0 < len(device) <= LONGEST_DEVICE else None,
    )


def browser_name(agent: str) -> Told:
    """What a person would call the browser that sent this ``User-Agent``; its own words where we know no better."""
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    known = " · ".join(each for each in (browser, system) if each)
    if known or agent.strip():
        return outside(known or agent.strip()[:_LONGEST_NAME])
    return msgid("Browser not known")


def _address(connection: ASGIConnection[Any, Any, Any, Any], *, proxied: bool) -> str:
    lines = connection.headers.getall("x-forwarded-for", [""]) if proxied else [""]
    told = lines[-1].rpartition(",")[2].strip()
    found = told or (connection.client.host if connection.client else "")
    try:
        return str(ip_address(found))
    except ValueError:
        return ""
