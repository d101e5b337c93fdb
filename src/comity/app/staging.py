"""The demonstration set up: two nodes in a folder of their own, into which ``app.telling`` tells the story.

    DIR/                 the demo's folder
      this-is-a-demo     the mark: what made it, and for which port; held under a lock while the demo runs
      korea/             the node of Demo CSIRT Korea, on the port that was asked for
      estonia/           the node of Demo CSIRT Estonia, on the next one; it mirrors what Korea lets it read

What is there is kept from one start to the next; links and the shown token are made anew each time. Only a folder with
the mark is ever emptied, and never while a demo runs in it.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from comity.app.demo.cast import CASE, ESTONIA
from comity.app.demo.pact import DAY, EXAMPLES, Example
from comity.app.node import Node, open_node
from comity.app.settings import Settings
from comity.app.telling import IN_ESTONIA, IN_KOREA, Place, Say, tell
from comity.app.upkeep import outstanding
from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Conflict, Invalid, NodeError
from comity.kernel.directory.tokens import Scope
from comity.kernel.store.types import Collection

MARK: Final = "this-is-a-demo"
LAYOUT: Final = 3
"""Rises when what is staged changes, so that an older demo is made anew."""


class Seat(msgspec.Struct, frozen=True):
    """A person's way in: ``link`` is the secret of a link that signs in once."""

    name: str
    roles: tuple[str, ...]
    link: str


class Stage(msgspec.Struct, frozen=True):
    """One node that is ready to be served."""

    settings: Settings
    party: str
    seats: tuple[Seat, ...]


class Partner(msgspec.Struct, frozen=True):
    """A party that may read over TAXII, for whoever wants to try: its token (for a day) and what it reads."""

    slug: str
    secret: str
    collection: Collection


class Demo(msgspec.Struct, frozen=True):
    """Both nodes, Korea's first. ``made`` is when the story was told; ``anew`` says whether that was just now.

    ``examples`` are objects of the first node that show what is decided towards the partner.
    """

    stages: tuple[Stage, Stage]
    partner: Partner
    examples: tuple[Example, ...]
    made: Micros
    anew: bool


class Mark(msgspec.Struct, frozen=True):
    """What the mark says of the demo that stands: one of another making, or for another port, is made anew."""

    version: str
    layout: int
    port: int
    made: Micros
    whole: bool = False

    def serves(self, other: "Mark") -> bool:
        """Whether what stands under this mark is what the other asks for."""
        return self.whole and (self.version, self.layout, self.port) == (other.version, other.layout, other.port)


def places(path: Path, settings: Settings) -> tuple[Settings, Settings]:
    """The settings of both nodes, from those that were given. The second fetches from the first, which is on loopback."""
    if settings.port == 65535:
        raise Invalid(
            "the demo takes two ports, and there is none after 65535", code="demo-port", hint="Choose a lower --port."
        )
    first, second = (
        msgspec.structs.replace(
            settings,
            data=str(path / place.folder),
            port=settings.port + place.above,
            timezone=place.timezone,
            base_url="",
            tls_cert="",
            tls_key="",
            fetch=msgspec.structs.replace(settings.fetch, private=True),
        )
        for place in (IN_KOREA, IN_ESTONIA)
    )
    return first, second


@contextmanager
def claimed(path: Path) -> Iterator[int]:
    """The demo's folder, made if need be and held against a second demo; gives the handle that holds it."""
    _make(path)
    handle = os.open(path / MARK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(
                f"a demo runs already in {path}", code="demo-runs", hint="Stop it, or name another folder with --data."
            ) from error
        yield handle
    finally:
        os.close(handle)


def _make(path: Path) -> None:
    if path.exists() and not (path / MARK).is_file() and (not path.is_dir() or any(path.iterdir())):
        raise Conflict(
            f"{path} is there and is not a demo's folder", code="not-a-demo", hint="Name another one with --data."
        )
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def set_up(path: Path, settings: Settings, clock: Clock, *, reset: bool = False, say: Say = lambda _: None) -> Demo:
    """Both nodes, ready to be served: those that stand there, or new ones. The folder is claimed by the caller."""
    asked = Mark(version("comity"), LAYOUT, settings.port, clock.now())
    stands = _read_mark(path)
    first, second = places(path, settings)
    anew = reset or not stands.serves(asked) or not (_fits(first) and _fits(second))
    if anew:
        _clear(path)
        _write_mark(path, asked)
        tell(first, second, asked.made, clock, say)
        stands = msgspec.structs.replace(asked, whole=True)
        _write_mark(path, stands)
    with open_node(first, clock=clock) as node:
        korea, partner = _opened(node, IN_KOREA), _partner(node, clock)
    with open_node(second, clock=clock) as node:
        estonia = _opened(node, IN_ESTONIA)
    return Demo((korea, estonia), partner, EXAMPLES, stands.made, anew)


def _fits(settings: Settings) -> bool:
    """Whether a node stands there as this version has it: a demo of another one is told anew, not brought up to date."""
    try:
        return not outstanding(settings).needed
    except NodeError:
        return False


def _clear(path: Path) -> None:
    """Empties the folder but for its mark, whose lock is held."""
    for each in path.iterdir():
        if each.name == MARK:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(each)
        else:
            each.unlink()


def _read_mark(path: Path) -> Mark:
    """The mark; one that can't be read is that of a demo to be made anew."""
    with suppress(msgspec.DecodeError):
        return msgspec.json.decode((path / MARK).read_bytes(), type=Mark)
    return Mark("", 0, 0, 0)


def _write_mark(path: Path, mark: Mark) -> None:
    """Into the file that is there: another file would be without the lock."""
    (path / MARK).write_bytes(msgspec.json.encode(mark))


def _opened(node: Node, place: Place) -> Stage:
    """The node with a link for each of its people, the administrator last, who sees the least of the story.

    Links of earlier starts run out by themselves.
    """
    accounts = node.directory.accounts
    seats = []
    for person in (*place.people[1:], place.people[0]):
        account = accounts.get(person.name)
        seats.append(Seat(account.name, account.roles, accounts.invite(account, purpose="sign-in").secret))
    return Stage(node.settings, node.file.name, tuple(seats))


def _partner(node: Node, clock: Clock) -> Partner:
    """A partner of the first node with a token for a day: what the line for ``curl`` shows."""
    party = node.directory.parties.get(ESTONIA)
    issued = node.directory.tokens.issue(party, scope=Scope.READ, expires=clock.now() + DAY)
    return Partner(party.slug, issued.secret, node.directory.collections.get(CASE))
