"""``Visit``: one request, as a view sees it. Who asks, through which door they read, and the press for the answer."""

from typing import Any

from litestar import Request, Response
from markupsafe import Markup

from comity.kernel.directory.directory import Directory
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account
from comity.web.i18n import choose
from comity.web.page import NavigationItem, Page, Shell
from comity.web.session import form_token, secret_of
from comity.web.site import Site

HTML = "text/html"
CHANNEL = "web"


class Visit:
    """One request. ``viewer`` is the own party's, with the person and the channel named."""

    def __init__(self, site: Site, request: Request[Any, Any, Any]) -> None:
        self.site = site
        self.request = request
        user = request.scope.get("user")
        self.account: Account | None = user if isinstance(user, Account) else None
        self.now = site.services.clock.now()
        self.language = choose(request.headers.get("accept-language", ""), site.press.languages)

    @property
    def store(self) -> Store:
        """The store; reading starts from ``store.visible(visit.viewer)``."""
        return self.site.services.store

    @property
    def directory(self) -> Directory:
        """Parties, collections and accounts."""
        return self.site.services.directory

    @property
    def viewer(self) -> Viewer:
        """Who reads. Only for signed-in requests: there is no anonymous reader."""
        if self.account is None:
            raise LookupError("a view that reads is not mounted as public")
        own = self.site.services.directory.parties.own()
        return Viewer(party=own.id, channel=CHANNEL, account=self.account.id)

    def page(self, page: Page, *, status: int = 200, secret: str | None = None) -> Response[str]:
        """The answer that shows a page. ``secret`` ties its forms to a cookie that this very answer sets."""
        content = self.site.press.page(page, self._shell(page, secret))
        return Response(content, media_type=HTML, status_code=status)

    def fragments(self, pages: list[Page]) -> tuple[Markup, ...]:
        """Parts of a page that have templates of their own."""
        return tuple(self.site.press.fragment(page, self._shell(page, None)) for page in pages)

    def _shell(self, page: Page, secret: str | None) -> Shell:
        path = self.request.scope["path"]
        bound = secret if secret is not None else secret_of(self.request, self.site.names)
        return Shell(
            node=self.site.services.name,
            language=self.language,
            now=self.now,
            account=self.account.name if self.account else None,
            role=self.account.role if self.account else None,
            query=str(getattr(page, "query", "")),
            form_token=form_token(bound) if bound else "",
            navigation=self._navigation(path) if self.account else (),
            marking=page.strictest(),
        )

    def _navigation(self, path: str) -> tuple[NavigationItem, ...]:
        return tuple(
            NavigationItem(entry.title, entry.path, current=_under(path, entry.path)) for entry in self.site.navigation
        )


def _under(path: str, entry: str) -> bool:
    """Whether a page belongs to an entry: both begin with the same segment."""
    return path.split("/")[1] == entry.split("/")[1]
