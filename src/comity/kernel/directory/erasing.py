"""Erasure, holds, retention and recall in people's words: slugs, ids, days and grounds, checked and resolved on the way to the
store. Command line and pages ask here, so that both mean the same.
"""

from typing import Final

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.directory.collections import Collections
from comity.kernel.directory.dates import moment_of
from comity.kernel.directory.parties import Parties
from comity.kernel.directory.words import check_name
from comity.kernel.objects import timestamps
from comity.kernel.objects.ids import is_id
from comity.kernel.policy.agreement.dates import read_date
from comity.kernel.store.erasure.orders import Erasure, Ground, Hold, Outlook, Recall, Selection
from comity.kernel.store.store import Store

ON: Final = ("object", "source", "collection")
"""What a hold can be on."""
KEPT: Final = ("source", "collection")
"""What a term of retention can be set for."""


class Erasing:
    """Orders, holds, terms and recalls of one node."""

    def __init__(self, store: Store, parties: Parties, collections: Collections, clock: Clock) -> None:
        self._store = store
        self._parties = parties
        self._collections = collections
        self._clock = clock

    # -- erasure

    def selection(
        self,
        object_id: str = "",
        *,
        version: str = "",
        source: str = "",
        collection: str = "",
        agreement: str = "",
        before: str = "",
    ) -> Selection:
        """What is meant. An object goes alone, or with one of its versions; all else narrows: every word given has to match."""
        given = object_id.strip()
        if given and not is_id(given):
            raise Invalid(f"'{given[:80]}' is no id of an object", code="object-id", where="object")
        if given and (source or collection or agreement or before):
            raise Invalid(
                "an object is erased whole, or one version of it",
                code="erasure-mixed",
                hint="Leave out source, collection, agreement and date, or the object.",
            )
        if version and not given:
            raise Invalid("a version is one of an object", code="erasure-version", where="version")
        if agreement:
            self._store.agreements.get(agreement)
        selection = Selection(
            object=given,
            version=_version(version) if version else None,
            source=self._parties.get(source).id if source else 0,
            collection=self._collections.get(collection).id if collection else 0,
            agreement=agreement,
            before=moment_of(before, self._clock.now()) if before else None,
        )
        if selection.empty:
            raise Invalid(
                "nothing is named, which would mean everything",
                code="erasure-of-everything",
                hint="Name an object, a source, a collection, an agreement or a day.",
            )
        return selection

    @staticmethod
    def ground(reference: str, article: str = "", dated: str = "") -> Ground:
        """By what right."""
        if dated:
            try:
                read_date(dated.strip(), until=False)
            except ValueError as error:
                raise Invalid(f"'{dated[:40]}' is no date", code="date", hint="Write a day like 2026-11-22.") from error
        return Ground(
            check_name(reference, what="reference of the order"),
            check_name(article, what="article") if article.strip() else "",
            dated.strip(),
        )

    def outlook(self, selection: Selection) -> Outlook:
        """What would go, who could have had it, what stands against it."""
        return self._store.erasures.outlook(selection)

    def order(
        self, selection: Selection, ground: Ground, *, for_good: bool, by: str, account: int | None = None
    ) -> Erasure:
        """Give the order; the worker carries it out."""
        return self._store.erasures.order(selection, ground, for_good=for_good, by=by, account=account)

    # -- holds

    def lay(
        self,
        kind: str,
        subject: str,
        *,
        reference: str,
        ground: str,
        until: str = "",
        by: str,
        account: int | None = None,
    ) -> Hold:
        """A legal hold on an object, on what a source gave, or on what lies in a collection; ``until`` the end of a day."""
        if kind not in ON:
            raise Invalid(f"a hold is on one of {', '.join(ON)}", code="hold-kind", where="kind")
        name = subject.strip()
        number = None
        if kind == "object":
            if not is_id(name):
                raise Invalid(f"'{name[:80]}' is no id of an object", code="object-id", where="subject")
        else:
            number = (self._parties.get(name) if kind == "source" else self._collections.get(name)).id
        return self._store.holds.lay(
            kind,
            name,
            number=number,
            reference=check_name(reference, what="reference of the case"),
            ground=check_name(ground, what="ground"),
            until=self._later(until) if until else None,
            by=by,
            account=account,
        )

    def lift(self, number: int, *, by: str, account: int | None = None) -> Hold:
        """A hold stands no longer."""
        return self._store.holds.lift(number, by=by, account=account)

    def _later(self, text: str) -> Micros:
        moment = moment_of(text, self._clock.now())
        if moment <= self._clock.now():
            raise Invalid("the day is over", code="date", where="until", hint="Give a day to come, or none.")
        return moment

    # -- retention

    def keep_for(self, kind: str, slug: str, days: int | None, *, by: str, account: int | None = None) -> None:
        """After how many days what is in a collection, or came from a source, is erased; None: no term of ours."""
        if kind not in KEPT:
            raise Invalid(f"a term is set for one of {', '.join(KEPT)}", code="retention-kind", where="kind")
        subject = (self._parties.get(slug) if kind == "source" else self._collections.get(slug)).id
        self._store.retention.set(kind, subject, days, slug=slug, by=by, account=account)

    # -- recall

    def recall(self, object_id: str, *, reference: str, ground: str, by: str, account: int | None = None) -> Recall:
        """Take an object back from all other parties."""
        return self._store.recalls.recall(
            object_id.strip(),
            reference=check_name(reference, what="reference of the recall"),
            ground=check_name(ground, what="ground"),
            by=by,
            account=account,
        )


def _version(text: str) -> Micros:
    try:
        return timestamps.parse(text.strip())
    except ValueError as error:
        raise Invalid(
            f"'{text[:40]}' is no 'modified' of an object", code="date", hint="Give it as the object has it."
        ) from error
