"""``Visit``: one request, as a view sees it. Who asks, what was typed, through which door they read, and the answer's press."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from litestar import Request, Response
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from markupsafe import Markup

from comity.kernel.base.clock import Micros
from comity.kernel.directory.directory import Directory
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account
from comity.web.display import read_display
from comity.web.forms import Typed
from comity.web.guards import FORM
from comity.web.i18n import choose
from comity.web.moments import read_local
from comity.web.notices import LASTS_SECONDS, Meaning, Notice, opened, sealed
from comity.web.page import Crumb, NavigationGroup, NavigationItem, Page, Shell
from comity.web.session import form_token, secret_of
from comity.web.site import Door, Site
from comity.web.tables import ROWS_A_PAGE, Column, Listing, listing
from comity.web.words import Told

HTML = "text/html"
CHANNEL = "web"
SEARCH: Final = "/intel/search"
PERSON: Final = "/account"
FORM_LASTS_SECONDS: Final = 3600
LONGEST_PATH: Final = 2_000


class Visit:
    """One request. ``viewer`` is the own party's, with the person and the channel named."""

    def __init__(self, site: Site, request: Request[Any, Any, Any]) -> None:
        self.site = site
        self.request = request
        user = request.scope.get("user")
        self.account: Account | None = user if isinstance(user, Account) else None
        self.now = site.services.clock.now()
        self.wishes = read_display(request.cookies.get(site.names.display, ""))
        self.language = self._language()

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

    @property
    def zone(self) -> ZoneInfo:
        """The node's time zone: the one that pages show and that people type moments in."""
        return ZoneInfo(self.site.services.timezone)

    @property
    def typed(self) -> Typed:
        """What the form of this request holds; empty for a request without one."""
        form = self.request.scope["state"].get(FORM)
        return Typed([(name, _content(value)) for name, value in form.multi_items()]) if form is not None else Typed()

    def read_moment(self, text: str) -> Micros | None:
        """Microseconds from a field of kind ``moment``; None for what is no moment."""
        return read_local(text, self.zone)

    # -- what this person may

    def may(self, permission: str) -> bool:
        """Whether whoever asks has this permission. For showing what can be done; the guard decides again when it is."""
        return self.site.permits(permission, self.account)

    def may_open(self, path: str) -> bool:
        """Whether whoever asks may open the page at this path of the navigation."""
        return self.may(self.site.doors[path]) if path in self.site.doors else False

    # -- answers

    def page(self, page: Page, *, status: int = 200, secret: str | None = None) -> Response[str]:
        """The answer that shows a page. ``secret`` ties its forms to a cookie that this very answer sets.

        A browser without any cookie of ours gets one that is good for forms only; a waiting notice is shown and used up.
        """
        names = self.site.names
        bound = secret if secret is not None else secret_of(self.request, names)
        fresh = "" if bound else self.site.services.random(32).hex()
        waiting = self.request.cookies.get(names.notice, "")
        notice = opened(waiting, bound) if waiting else None
        content = self.site.press.page(page, self._shell(page, bound or fresh, notice))
        response = Response(content, media_type=HTML, status_code=status)
        if fresh:
            response.set_cookie(names.cookie(names.form, fresh, lasts=FORM_LASTS_SECONDS))
        if waiting and self.request.method != "HEAD":
            response.set_cookie(names.cookie(names.notice, "", lasts=0))
        return response

    def redirect(
        self, path: str, said: Told = "", *, meaning: Meaning = "released", secret: str | None = None
    ) -> Response[Any]:
        """The answer to a form that did something: on to a page of this node, where ``said`` is shown once.

        ``secret`` is the session's new cookie where this very answer sets one. ``path`` comes from the code, or was
        checked by ``local``.
        """
        response: Response[Any] = Redirect(path, status_code=303)
        if said:
            names = self.site.names
            bound = secret if secret is not None else secret_of(self.request, names)
            value = sealed(Notice(said, meaning), bound)
            response.set_cookie(names.cookie(names.notice, value, lasts=LASTS_SECONDS))
        return response

    def fragments(self, pages: list[Page]) -> tuple[Markup, ...]:
        """Parts of a page that have templates of their own."""
        shells = [self._shell(page, secret_of(self.request, self.site.names), None) for page in pages]
        return tuple(self.site.press.fragment(page, shell) for page, shell in zip(pages, shells, strict=True))

    def listing(
        self, columns: Sequence[Column], *, usual: str, kept: Sequence[str] = (), size: int = ROWS_A_PAGE
    ) -> Listing:
        """The list that this request's address asks for (``web.tables``)."""
        return listing(self.request.scope["path"], self.asked, columns, usual=usual, kept=kept, size=size)

    @property
    def asked(self) -> Mapping[str, str]:
        """The address's parameters, the first of each name."""
        first: dict[str, str] = {}
        for name, value in self.request.query_params.multi_items():
            first.setdefault(name, value)
        return first

    # -- the shell

    def _language(self) -> str:
        """The person's own language, else the one this browser was set to, else what the browser asks for."""
        spoken = self.site.press.languages
        for wanted in (self.account.language if self.account else "", self.wishes.language):
            if wanted in spoken:
                return wanted
        return choose(self.request.headers.get("accept-language", ""), spoken)

    def _shell(self, page: Page, bound: str, notice: Notice | None) -> Shell:
        path = self.request.scope["path"]
        groups = self._navigation(path) if self.account else ()
        return Shell(
            node=self.site.services.name,
            language=self.language,
            now=self.now,
            account=self.account.name if self.account else None,
            roles=self.account.roles if self.account else (),
            query=str(getattr(page, "query", "")),
            form_token=form_token(bound) if bound else "",
            navigation=groups,
            marking=page.strictest(),
            crumbs=(*_entry_above(groups, path), *page.crumbs()),
            notice=notice,
            display=self.wishes.display,
            finds=self.may_open(SEARCH),
            person_path=PERSON if self.may_open(PERSON) else "",
            path=self._address(path),
        )

    def _address(self, path: str) -> str:
        """Where the display form leads back to: this page, with its question, if it is one that can be asked for again."""
        query = self.request.scope["query_string"].decode("latin-1")
        asked = f"{path}?{query}" if query else path
        again = self.request.method in {"GET", "HEAD"} and len(asked) <= LONGEST_PATH
        return local(asked) if again else "/"

    def _navigation(self, path: str) -> tuple[NavigationGroup, ...]:
        """The desks' entries that this person may open; those of one desk stand together under its title, the home alone."""
        open_doors = [door for door in self.site.navigation if self.may(door.permission)]
        current = _current(open_doors, path)
        groups: dict[str, list[NavigationItem]] = {}
        for door in open_doors:
            item = NavigationItem(door.entry.title, door.entry.path, current=door is current)
            groups.setdefault("" if door.entry.path == "/" else door.desk, []).append(item)
        return tuple(NavigationGroup(desk if len(items) > 1 else "", tuple(items)) for desk, items in groups.items())


def _content(value: Any) -> Any:
    """A file that a form sent as its bytes; its name and what the browser says of its kind mean nothing here."""
    if not isinstance(value, UploadFile):
        return value
    value.file.seek(0)
    return value.file.read()


def local(path: str) -> str:
    """A path of this node, or ``/``: an address from outside must never lead a person elsewhere.

    Browsers read a backslash as a slash and drop tabs and line ends before they look, so any of them disqualifies.
    """
    fits = path.startswith("/") and not path.startswith("//") and "\\" not in path
    return path if fits and path.isprintable() and " " not in path and len(path) <= LONGEST_PATH else "/"


def _current(doors: Sequence[Door], path: str) -> Door | None:
    """The entry a page belongs to: the longest whose path the page's begins with, else one with the same first segment."""
    under = [
        door for door in doors if f"{path}/".startswith(f"{door.entry.path.rstrip('/')}/") and door.entry.path != "/"
    ]
    if path == "/":
        under = [door for door in doors if door.entry.path == "/"]
    if under:
        return max(under, key=lambda door: len(door.entry.path))
    return next((door for door in doors if door.entry.path.split("/")[1] == path.split("/")[1]), None)


def _entry_above(groups: Sequence[NavigationGroup], path: str) -> tuple[Crumb, ...]:
    """The navigation's entry as the first step, on pages below it."""
    for group in groups:
        for item in group.items:
            if item.current and item.path != path:
                return (Crumb(item.title, item.path),)
    return ()
