"""What this room needs of the store and of the directory, as protocols: no more than is used here."""

from collections.abc import Sequence
from typing import Protocol

from comity.kernel.base.clock import Micros
from comity.kernel.directory.authenticator import Standing
from comity.kernel.directory.collections import Entry
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Batch, Channel, Outcome, Page, Query, Records, Submission, Taken, VersionFilter


class Visible(Protocol):
    """What one viewer may see."""

    def page(self, query: Query, limit: int, cursor: str | None = None) -> Page: ...
    def manifest(self, query: Query, limit: int, cursor: str | None = None) -> Records: ...
    def versions(self, query: Query, limit: int, cursor: str | None = None) -> Records: ...


class Store(Protocol):
    """The two doors, and what goes with a submission. All of it blocks."""

    def visible(self, viewer: Viewer) -> Visible: ...
    def commit(self, batch: Batch) -> Outcome: ...
    def refused(self, source: int, objects: Sequence[Parsed]) -> frozenset[int]: ...
    def delete(
        self, party: int, collection: int, object_id: str, versions: tuple[VersionFilter, ...], at: Micros
    ) -> int: ...
    def submission(self, submission_id: str, party: int) -> Submission | None: ...
    def enqueue(self, submission: Submission, collection: int, channel: Channel, body: bytes) -> None: ...
    def take_intake(self) -> Taken | None: ...
    def advance_intake(self, batch: Batch, position: int, to: int) -> Outcome: ...


class Authenticator(Protocol):
    """From an Authorization header to who is asking. ``known`` never waits; ``party_of`` may read the database."""

    def known(self, header: str | None) -> Standing | None: ...
    def party_of(self, header: str | None) -> Standing | None: ...


class Collections(Protocol):
    """Where a party may read and write."""

    def open_to(self, standing: Standing) -> tuple[Entry, ...]: ...
    def entry(self, standing: Standing, key: str) -> Entry | None: ...


class Directory(Protocol):
    """Who is who, and who may do what where."""

    @property
    def authenticator(self) -> Authenticator: ...
    @property
    def collections(self) -> Collections: ...
