"""``Desk``: the manifest by which a desk's folder enters the node. ``app.desks`` lists them; nothing else is edited.

Invariants: every route names one of the desk's permissions, or is public; every panel names one too; every entry of the
navigation leads to a page; slugs are unique in a desk; titles and sentences are msgids.
"""

from collections.abc import Callable

import msgspec
from litestar.handlers import HTTPRouteHandler

from comity.kernel.directory.directory import Directory
from comity.kernel.directory.roles import Role
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.store import Store
from comity.web.page import Entry, Page


class Permission(msgspec.Struct, frozen=True):
    """Something a person may be allowed to do: ``intel.read``. ``roles``: who may."""

    slug: str
    sentence: str
    roles: frozenset[Role]


class EventKind(msgspec.Struct, frozen=True):
    """Something that happens at the desk and that others may follow."""

    slug: str
    sentence: str


class Setting(msgspec.Struct, frozen=True):
    """A setting of the desk; read once, in ``app``."""

    name: str
    default: str
    help: str


class Panel(msgspec.Struct, frozen=True):
    """A part of the home page, for whoever has ``permission``, which is one of the desk's.

    ``load`` gives the struct of a fragment's template; panels stand in order of ``place``.
    """

    slug: str
    place: int
    load: Callable[[Store, Directory, Viewer], Page]
    permission: str


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """A desk. ``package`` is where its ``templates/`` lie; they are addressed by ``slug``."""

    slug: str
    title: str
    sentence: str
    package: str
    routes: tuple[HTTPRouteHandler, ...]
    permissions: tuple[Permission, ...]
    navigation: tuple[Entry, ...] = ()
    events: tuple[EventKind, ...] = ()
    settings: tuple[Setting, ...] = ()
    panels: tuple[Panel, ...] = ()
