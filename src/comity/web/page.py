"""``Page``: what a template is rendered from.

Each template has one struct, its fields are all the template may use besides ``shell`` and the environment's own
functions, and undefined names are errors. Pure, so that desks' ``objects`` can define their pages here.
"""

from typing import ClassVar

import msgspec

from comity.kernel.objects.markings import Tlp


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A page or a fragment of one. ``template`` is addressed by prefix: ``intel/object.html``."""

    template: ClassVar[str]

    def context(self) -> dict[str, object]:
        """The fields by name, as they are (not converted)."""
        return {name: getattr(self, name) for name in self.__struct_fields__}

    def strictest(self) -> Tlp | None:
        """The marking of the page as a whole, for its printed head and foot: that of the strictest thing on it."""
        return None


class Entry(msgspec.Struct, frozen=True):
    """A line of the navigation. ``title`` is a msgid; ``path`` starts with a slash; entries stand in order of ``place``."""

    title: str
    path: str
    place: int


class NavigationItem(msgspec.Struct, frozen=True):
    """An entry as one page shows it; ``current`` where the page lies under it."""

    title: str
    path: str
    current: bool


class Shell(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around every page: whose node this is, who asks, when, and where they can go."""

    node: str
    language: str
    now: int
    account: str | None
    role: str | None
    query: str
    form_token: str
    navigation: tuple[NavigationItem, ...]
    marking: Tlp | None


class ErrorPage(Page, frozen=True, kw_only=True):
    """What happened, why, what to do next."""

    template: ClassVar[str] = "web/error.html"

    status: int
    title: str
    detail: str
    hint: str
