"""Rules of the mirrors desk: who may do what, how a mirror fares, what its rhythm is called. Pure."""

from typing import Final
from urllib.parse import urlsplit

from comity.kernel.base.clock import Micros
from comity.kernel.directory.roles import EVERYONE, Role
from comity.kernel.store.types import Mirror
from comity.web.tables import Mark
from comity.web.words import Told, msgid, plural

PATH: Final = "/mirrors"
READ: Final = "mirrors.read"
ACT: Final = "mirrors.act"
READERS: Final = EVERYONE
ACTORS: Final = frozenset({Role.ADMINISTRATOR})

SECOND: Final[Micros] = 1_000_000
SLACK: Final[Micros] = 600 * SECOND
"""A mirror is late when it should have been complete this much earlier, after twice its rhythm."""


def host_of(url: str) -> str:
    """Whose server it is, as people would say it."""
    return urlsplit(url).netloc


def is_late(mirror: Mirror, now: Micros) -> bool:
    """Whether a mirror with a rhythm has not been complete for more than twice as long."""
    if mirror.paused or mirror.every is None:
        return False
    return now - (mirror.succeeded or mirror.created) > 2 * mirror.every + SLACK


def state_of(mirror: Mirror, now: Micros) -> Mark:
    """How a mirror fares."""
    if mirror.paused:
        return Mark("withheld", msgid("Rests"))
    if mirror.errors:
        return Mark("wrong", plural("Failed once", "Failed %(num)s times", mirror.errors))
    if mirror.pulling:
        return Mark("partly", msgid("Pulling"))
    if is_late(mirror, now):
        return Mark("review", msgid("Not complete for long"))
    return Mark("released", msgid("Complete")) if mirror.succeeded is not None else Mark("partly", msgid("New"))


def rhythm_of(mirror: Mirror) -> Told:
    """How often it is pulled."""
    if mirror.every is None:
        return msgid("only when asked")
    seconds = mirror.every // SECOND
    if seconds % 86_400 == 0:
        return plural("every day", "every %(num)s days", seconds // 86_400)
    if seconds % 3_600 == 0:
        return plural("every hour", "every %(num)s hours", seconds // 3_600)
    if seconds % 60 == 0:
        return plural("every minute", "every %(num)s minutes", seconds // 60)
    return plural("every second", "every %(num)s seconds", seconds)


def credentials_of(mirror: Mirror) -> Told:
    """With what the node says who it is; never more than the kind."""
    if mirror.secret is None:
        return msgid("none: it is asked without saying who we are")
    return msgid("a user and a password, kept sealed") if mirror.username else msgid("a token, kept sealed")
