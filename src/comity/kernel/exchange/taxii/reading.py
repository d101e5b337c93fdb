"""GET and DELETE: from what a request names and who asks to an ``Answer`` (TAXII 2.1 sections 4 and 5 but 5.5).

Blocking: the driver runs it in a pool, whole, so that a request costs one hop. Everything read starts from
``store.visible``. What is hidden and what is absent give the same answer by the same steps.
"""

from collections.abc import Callable
from typing import Final

from comity.kernel.base.clock import Clock
from comity.kernel.base.errors import NotFound, Refused
from comity.kernel.directory.authenticator import Standing
from comity.kernel.directory.collections import Entry
from comity.kernel.exchange.taxii import endpoints, resources
from comity.kernel.exchange.taxii.endpoints import Right, Target
from comity.kernel.exchange.taxii.filters import Selection, select
from comity.kernel.exchange.taxii.ports import Directory, Store, Visible
from comity.kernel.exchange.taxii.resources import Answer
from comity.kernel.exchange.taxii.settings import TaxiiSettings
from comity.kernel.objects.ids import is_id
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.types import Channel, Page, Query, Records

_Handler = Callable[[Target, bytes, Standing, Entry], Answer]

_NO_PAGE: Final = Page(b"", 0, None, None, None)
_NO_RECORDS: Final = Records((), None, None, None)


class Reading:
    """Answers everything but a POST."""

    def __init__(self, store: Store, directory: Directory, clock: Clock, settings: TaxiiSettings) -> None:
        self._store = store
        self._directory = directory
        self._clock = clock
        self._settings = settings
        self._of_collection: dict[tuple[str, str], _Handler] = {
            ("collection", "GET"): self._collection,
            ("manifest", "GET"): self._manifest,
            ("objects", "GET"): self._objects,
            ("object", "GET"): self._object,
            ("object", "DELETE"): self._delete,
            ("versions", "GET"): self._versions,
        }

    def answer(self, target: Target, method: str, right: Right, query: bytes, standing: Standing) -> Answer:
        """The answer to ``method`` (GET or DELETE) on ``target``; ``right`` is what the endpoint asks for."""
        match target.endpoint.name:
            case "discovery":
                return resources.answer(resources.discovery(self._settings))
            case "api-root":
                return resources.answer(resources.api_root(self._settings))
            case "collections":
                return resources.answer(resources.collections(self._directory.collections.open_to(standing)))
            case "status":
                return self._status(target, standing)
            case name:
                entry = self.entry(target, right, standing)
                return self._of_collection[name, method](target, query, standing, entry)

    def entry(self, target: Target, right: Right, standing: Standing) -> Entry:
        """The collection that ``target`` names, where the party may use it so; raises NotFound or Refused."""
        return endpoints.permit(right, self._directory.collections.entry(standing, target.collection))

    def _status(self, target: Target, standing: Standing) -> Answer:
        """A status is told to the party that sent the objects, to no one else."""
        submission = self._store.submission(target.status.lower(), standing.party.id)
        if submission is None:
            raise NotFound("there is no such status", clause="TAXII 2.1 4.3")
        return resources.answer(resources.status(submission))

    def _collection(self, _target: Target, _query: bytes, _standing: Standing, entry: Entry) -> Answer:
        return resources.answer(resources.collection(entry))

    def _objects(self, _target: Target, query: bytes, standing: Standing, entry: Entry) -> Answer:
        wanted = select(query, "objects", collection=entry.collection.id)
        page = _NO_PAGE
        if not wanted.empty:
            page = self._visible(standing).page(wanted.query, self._limit(wanted), wanted.cursor)
        return _enveloped(page, wanted)

    def _manifest(self, _target: Target, query: bytes, standing: Standing, entry: Entry) -> Answer:
        wanted = select(query, "manifest", collection=entry.collection.id)
        records = _NO_RECORDS
        if not wanted.empty:
            records = self._visible(standing).manifest(wanted.query, self._limit(wanted), wanted.cursor)
        headers = resources.dates_added(records.first, records.last, wanted.query.added_after)
        return resources.answer(resources.manifest(records), headers=headers)

    def _object(self, target: Target, query: bytes, standing: Standing, entry: Entry) -> Answer:
        wanted = select(query, "object", collection=entry.collection.id, object_id=target.object)
        visible = self._visible(standing)
        page = _NO_PAGE
        if not wanted.empty:
            page = visible.page(wanted.query, self._limit(wanted), wanted.cursor)
        if page.count == 0 and not (_goes_on(wanted) and _is_seen(visible, entry, target)):
            raise _no_object()
        return _enveloped(page, wanted)

    def _versions(self, target: Target, query: bytes, standing: Standing, entry: Entry) -> Answer:
        wanted = select(query, "versions", collection=entry.collection.id, object_id=target.object)
        visible = self._visible(standing)
        records = _NO_RECORDS
        if not wanted.empty:
            records = visible.versions(wanted.query, self._limit(wanted), wanted.cursor)
        if not records.records and not (_goes_on(wanted) and _is_seen(visible, entry, target)):
            raise _no_object()
        headers = resources.dates_added(records.first, records.last, wanted.query.added_after)
        return resources.answer(resources.versions(records), headers=headers)

    def _delete(self, target: Target, query: bytes, standing: Standing, entry: Entry) -> Answer:
        """Removes the caller's own claims. What others claim stays theirs: a party that sees it is told so (403)."""
        wanted = select(query, "delete", collection=entry.collection.id, object_id=target.object)
        gone = 0
        if not wanted.empty:
            gone = self._store.delete(
                standing.party.id, entry.collection.id, target.object, wanted.query.versions, self._clock.now()
            )
        if gone == 0:
            if not wanted.empty and self._visible(standing).page(wanted.query, 1).count:
                raise Refused("this object is held for other parties only", clause="TAXII 2.1 5.7")
            raise _no_object()
        return Answer(200, b"")

    def _visible(self, standing: Standing) -> Visible:
        return self._store.visible(Viewer(party=standing.party.id, channel=Channel.TAXII))

    def _limit(self, wanted: Selection) -> int:
        return min(wanted.limit or self._settings.page_default, self._settings.page_max)


def _enveloped(page: Page, wanted: Selection) -> Answer:
    headers = resources.dates_added(page.first, page.last, wanted.query.added_after)
    return Answer(200, resources.envelope(page), (*headers, resources.FINAL))


def _goes_on(wanted: Selection) -> bool:
    """A client that reads on from a moment or a page may meet the end of an object that exists."""
    return not wanted.empty and (wanted.cursor is not None or wanted.query.added_after is not None)


def _is_seen(visible: Visible, entry: Entry, target: Target) -> bool:
    if not is_id(target.object):
        return False
    everything = Query(collection=entry.collection.id, ids=(target.object,), versions=("all",))
    return bool(visible.versions(everything, 1).records)


def _no_object() -> NotFound:
    return NotFound("there is no such object here, or none that you may see", clause="TAXII 2.1 5.6")
