"""Response headers of everything the web surface answers.

The policy allows what pages need and nothing more: styles and pictures of the node's own, forms to the node itself. Pages
work without script, so none is allowed, but on the few that ask the browser for a passkey: there the node's own files may
run (``SCRIPT_POLICY``), and still nothing that stands in a page. Nothing is cached but static files (they set their own
Cache-Control), since a page shows what one person may see at one moment.
"""

from typing import Final

from litestar.datastructures import MutableScopeHeaders
from litestar.enums import HttpMethod, ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SCRIPT_POLICY: Final = f"{CONTENT_SECURITY_POLICY}; script-src 'self'"
SANDBOX_POLICY: Final = "default-src 'none'; frame-ancestors 'none'; sandbox"

HEADERS: Final[dict[str, str]] = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}


def with_headers(app: ASGIApp) -> ASGIApp:
    """Middleware: every answer carries ``HEADERS``; what a handler has set itself stays."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return

        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                message.setdefault("headers", [])
                headers = MutableScopeHeaders.from_message(message)
                for name, value in HEADERS.items():
                    if name not in headers:
                        headers[name] = value
            elif message["type"] == "http.response.body" and scope["method"] == HttpMethod.HEAD:
                message["body"] = b""  # RFC 9110 9.3.2: the headers of a GET, and no content
            await send(message)

        await app(scope, receive, send_with)

    return answer
