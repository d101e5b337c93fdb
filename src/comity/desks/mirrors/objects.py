"""Page structs of the mirrors desk."""

from typing import ClassVar

from comity.kernel.base.clock import Micros
from comity.kernel.store.types import Mirror
from comity.web.forms import Act
from comity.web.page import Crumb, Page
from comity.web.tables import Column, Mark, Table
from comity.web.words import Told, msgid, outside

MIRRORS = (
    Column(key="mirror", title=msgid("Remote collection")),
    Column(key="state", title=msgid("State")),
    Column(key="complete", title=msgid("Last complete")),
    Column(key="into", title=msgid("Kept in")),
    Column(key="source", title=msgid("As claims of")),
    Column(key="new", title=msgid("New"), number=True),
    Column(key="refused", title=msgid("Refused"), number=True),
)
REFUSALS = (
    Column(key="object", title=msgid("Object")),
    Column(key="reason", title=msgid("Reason")),
    Column(key="at", title=msgid("When")),
)


class MirrorsPage(Page, frozen=True, kw_only=True):
    """All mirrors. ``failing``: how many need a look; ``late``: how many have not been complete for long."""

    template: ClassVar[str] = "mirrors/mirrors.html"

    mirrors: Table
    failing: int
    late: int
    count: int


class MirrorPage(Page, frozen=True, kw_only=True):
    """One mirror. ``again``: when it is tried again, ``due``: when it is pulled next by its rhythm."""

    template: ClassVar[str] = "mirrors/mirror.html"

    mirror: Mirror
    mark: Mark
    host: str
    collection: str
    party: str
    credentials: Told
    rhythm: Told
    again: Micros | None
    due: Micros | None
    refusals: Table
    acts: tuple[Act, ...]

    def crumbs(self) -> tuple[Crumb, ...]:
        """Its own step, after the list's."""
        return (Crumb(outside(self.host), f"/mirrors/{self.mirror.id}"),)
