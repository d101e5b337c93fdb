"""``Page``: what a template is rendered from.

Each template has one struct, its fields are all the template may use besides ``shell`` and the environment's own
functions, and undefined names are errors. Pure, so that desks' ``objects`` can define their pages here.
"""

from typing import ClassVar

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.web.notices import Notice
from comity.web.words import Told


class Crumb(msgspec.Struct, frozen=True):
    """A step on the way to a page, above its title. Text from outside comes as ``outside(text)``."""

    title: Told
    path: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page or a fragment of one. ``template`` is addressed by prefix: ``intel/object.html``."""

    template: ClassVar[str]

    def context(self) -> dict[str, object]:
        """The fields by name, as they are (not converted)."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    def strictest(self) -> Tlp | None:
        """The marking of the page as a whole, for its printed head and foot: that of the strictest thing on it."""
        return None

    def crumbs(self) -> tuple[Crumb, ...]:
        """The way to this page below its entry in the navigation, without the page itself. The entry comes by itself."""
        return ()


class Entry(msgspec.Struct, frozen=True):
    """A line of the navigation. ``title`` is a msgid; ``path`` starts with a slash; entries stand in order of ``place``.

    Who may see it is not said here: whoever may open the page at its path.
    """

    title: str
    path: str
    place: int


class NavigationItem(msgspec.Struct, frozen=True):
    """An entry as one page shows it; ``current`` where the page lies under it."""

    title: str
    path: str
    current: bool


class NavigationGroup(msgspec.Struct, frozen=True):
    """The entries of one desk that stand together. ``title`` is empty where one entry stands alone."""

    title: str
    items: tuple[NavigationItem, ...]


class Display(msgspec.Struct, frozen=True):
    """How a browser wants its pages: ``theme`` is system, light or dark; ``rows`` is roomy or dense."""

    theme: str = "system"
    rows: str = "roomy"


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every page: whose node this is, who asks, when, and where they can go.

    ``finds``: whether the search field leads somewhere for this person. ``person_path``: their own page, if there is one.
    ``path``: the page's own address, to come back to.
    """

    node: str
    language: str
    now: int
    account: str | None
    roles: tuple[str, ...]
    query: str
    form_token: str
    navigation: tuple[NavigationGroup, ...]
    marking: Tlp | None
    crumbs: tuple[Crumb, ...] = ()
    notice: Notice | None = None
    display: Display = Display()
    finds: bool = False
    person_path: str = ""
    path: str = "/"


class ErrorPage(Page, frozen=True, kw_only=True):
    """What happened, why, what to do next."""

    template: ClassVar[str] = "web/error.html"

    status: int
    title: str
    detail: Told
    hint: str
