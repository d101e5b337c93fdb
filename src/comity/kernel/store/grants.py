"""Grants: policy's decisions written down, one row for each label and each party to whom it is released.

A new label is decided for every party before any claim stands under it, so that it is open "since it exists" (opening 0).
What changes later (a ceiling, a community, an agreement, a date that comes) is decided anew in the transaction of the change:

- What closes stops with that commit. What closes at a date that is known today carries it (``until``), and is closed from
  then on to every reader, whether or not the worker has come to write so.
- What opens appears whole behind every cursor: an ``opening``, dated by the clock, which reserves one microsecond for every
  claim that may stand in it. What opens at a date opens when a clock fires.

Key dates: each label and each agreement carries the next date of its own (``due``). One clock waits for the earliest of them
all; when it fires, what is due is decided anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from comity.kernel.base.clock import Clock, Micros
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.binding import Bound
from comity.kernel.policy.agreement.taking import Taking
from comity.kernel.policy.caveats import caveats_of
from comity.kernel.policy.decider import Deciders
from comity.kernel.policy.label import Label, pieces
from comity.kernel.policy.lens import is_notice
from comity.kernel.policy.moments import moments_of, moments_of_label
from comity.kernel.policy.veil import names_others
from comity.kernel.policy.viewer import Standing
from comity.kernel.store.bulk import Bulk
from comity.kernel.store.database import Reader, Row, Sql
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.standings import Everybody, everybody
from comity.kernel.store.timers import Timers

_LABELS = Sql("SELECT id, features FROM label ORDER BY id")
_LABELS_OF_SOURCES = "SELECT id, features FROM label WHERE source"
_DUE_LABELS = Sql("SELECT id, features FROM label WHERE due <= :now")
_DUE_AGREEMENTS = Sql("SELECT name FROM agreement WHERE due <= :now AND superseded IS NULL ORDER BY name")
_NEXT_DUE = (Sql("SELECT min(due) FROM label"), Sql("SELECT min(due) FROM agreement WHERE superseded IS NULL"))
_SET_LABEL_DUE = Sql("UPDATE label SET due = :due WHERE id = :id")
_SET_AGREEMENT_DUE = Sql("UPDATE agreement SET due = :due WHERE name = :name AND superseded IS NULL")
_COUNTERS = Sql("SELECT claim, at FROM counter")
_STANDING = "SELECT party, label, opened, until FROM grants WHERE closed IS NULL AND party"
_LAST_OPENING = Sql("SELECT coalesce(max(id), 0) FROM opening")
_OPEN = Sql("INSERT INTO opening (id, claim, at) VALUES (:id, :claim, :at)")
_CLOSE = Sql(
    "UPDATE grants SET closed = :at, cause = :cause WHERE party = :party AND label = :label AND opened = :opened"
)
_UNTIL = Sql("UPDATE grants SET until = :until WHERE party = :party AND label = :label AND opened = :opened")
_REMEMBER = Sql(
    "INSERT INTO bound_once (agreement, party) VALUES (:agreement, :party) ON CONFLICT (agreement, party) DO NOTHING"
)
_EPOCH_AND_COLLECTIONS = Sql("SELECT epoch, (SELECT coalesce(max(id), 0) FROM collection) FROM counter")
_EPOCH = Sql("UPDATE counter SET epoch = epoch + 1")
_AT = Sql("UPDATE counter SET at = :at, epoch = epoch + 1")
_GRANTS: Final = Bulk("grants", ("party", "label", "opened", "closed", "until", "cause"), "i i i q q b")

CLOCK: Final = "policy"
DATES: Final = "dates"
"""Kind and subject of the clock that waits for the next key date."""


class Grant(msgspec.Struct, frozen=True):
    """An open grant of one label to one party."""

    opened: int
    until: Micros | None


class Changes(msgspec.Struct):
    """What a change of policy does to the grants.

    ``closing``  (party, label, opened, date); ``opening``: (party, label, until)
    ``moving``   (party, label, opened, until) of those that stay open, until another date than was known
    """

    closing: list[tuple[int, int, int, Micros]] = msgspec.field(default_factory=list)
    opening: list[tuple[int, int, Micros | None]] = msgspec.field(default_factory=list)
    moving: list[tuple[int, int, int, Micros | None]] = msgspec.field(default_factory=list)


class Grants:
    """Decides and writes grants, inside the caller's transaction under the write lock."""

    def __init__(self, clock: Clock, timers: Timers) -> None:
        self._clock = clock
        self._timers = timers
        self._known: tuple[Row | None, Everybody] | None = None

    # -- what comes

    def add(self, writer: Reader, labels: Mapping[int, Label]) -> None:
        """Decide new labels, under which nothing stands yet, for every party."""
        on = self._clock.now()
        standings = self._everybody(writer).standings
        deciders = Deciders(standings.values())
        rows = [
            (party, number, 0, None, decider.until(label, on), None)
            for party, decider in ((party, deciders.of(party)) for party in sorted(standings))
            for number, label in labels.items()
            if decider.released(label, on)
        ]
        _GRANTS.write(writer, rows)
        if self._note_dates(writer, labels, on):
            self._wait(writer)

    def _everybody(self, writer: Reader) -> Everybody:
        """Where parties stand, read once for an epoch. Not for what changes it itself: that may yet be rolled back."""
        key = writer.one(_EPOCH_AND_COLLECTIONS)
        known = self._known
        if known is None or known[0] != key:
            known = self._known = (key, everybody(writer))
        return known[1]

    # -- what changes

    def regrant(self, writer: Reader, party: int, cause: str = "") -> None:
        """Decide anew after a change of one party's standing: every label for it and its clients, and for all others what these
        gave.
        """
        held = everybody(writer)
        changes = Changes()
        meant = [party, *(client for client, patron in held.names.clients.items() if patron == party)]
        self._compare(writer, changes, held, meant, _labels(writer.all(_LABELS)))
        if held.enacted:
            others = [other for other in held.standings if other not in meant]
            self._compare(writer, changes, held, others, _labels(rows_of(writer, _LABELS_OF_SOURCES, meant)))
        self._write(writer, changes, cause)
        self._note_agreements(writer, held, held.enacted)
        self._remember(writer, held)

    def regrant_agreement(self, writer: Reader, name: str, before: Everybody) -> None:
        """Decide anew after a change of one agreement: for the parties it binds or bound what it takes or took, and for all
        others what these parties gave.
        """
        held = everybody(writer)
        self._write(writer, self._under(writer, held, name, (before, held)), name)
        self._note_agreements(writer, held, [name])
        self._remember(writer, held)

    def fire(self, writer: Reader) -> None:
        """Decide anew what is due by now, and wait for the next date. Does nothing where nothing is due."""
        now = self._clock.now()
        labels = _labels(writer.all(_DUE_LABELS, {"now": now}))
        names = [name for (name,) in writer.all(_DUE_AGREEMENTS, {"now": now})]
        if labels or names:
            held = everybody(writer)
            for name in names:
                self._write(writer, self._under(writer, held, name, (held,)), name)
            if labels:
                changes = Changes()
                self._compare(writer, changes, held, list(held.standings), labels)
                self._write(writer, changes, "")
            self._note_dates(writer, labels, now)
            self._note_agreements(writer, held, names)
        self._wait(writer)

    # -- deciding

    def _under(self, writer: Reader, held: Everybody, name: str, views: Sequence[Everybody]) -> Changes:
        """What differs of all that an agreement touches, as it stood before and as it stands now."""
        bounds = bounds_of(views, name)
        parties = sorted({party for party, _ in bounds})
        changes = Changes()
        if parties:
            labels = _labels(writer.all(_LABELS))
            touched = touched_labels(labels, [bound for _, bound in bounds])
            self._compare(writer, changes, held, parties, touched)
            others = [party for party in held.standings if party not in parties]
            given = {number: label for number, label in touched.items() if label.source in parties}
            self._compare(writer, changes, held, others, given)
        return changes

    def _compare(
        self, writer: Reader, changes: Changes, held: Everybody, parties: Sequence[int], labels: Mapping[int, Label]
    ) -> None:
        """What differs between the open grants of these parties for these labels and what policy says now."""
        if not parties or not labels:
            return
        on = self._clock.now()
        deciders = Deciders([held.of(party) for party in parties])
        current: dict[int, dict[int, Grant]] = {party: {} for party in parties}
        for party, label, opened, until in rows_of(writer, _STANDING, parties):
            if label in labels:
                current[party][label] = Grant(opened, until)
        for party in parties:
            decider = deciders.of(party)
            grants = current[party]
            wanted = {number: decider.until(one, on) for number, one in labels.items() if decider.released(one, on)}
            for label, grant in grants.items():
                ended = grant.until if grant.until is not None and grant.until <= on else None
                if ended is not None or label not in wanted:
                    changes.closing.append((party, label, grant.opened, on if ended is None else ended))
                elif wanted[label] != grant.until:
                    changes.moving.append((party, label, grant.opened, wanted[label]))
            for label, until in wanted.items():
                standing = grants.get(label)
                if standing is None or (standing.until is not None and standing.until <= on):
                    changes.opening.append((party, label, until))

    # -- writing

    def _remember(self, writer: Reader, held: Everybody) -> None:
        """Keep whom which agreement binds: its word on what that party gave outlives the binding."""
        bound = sorted({(one.name, party) for party, one in held.given} - held.once)
        writer.many(_REMEMBER, [{"agreement": name, "party": party} for name, party in bound])

    def _write(self, writer: Reader, changes: Changes, cause: str) -> None:
        """Close, open, move. The epoch rises in any case: whoever remembers where parties stand looks again."""
        writer.many(
            _UNTIL,
            [
                {"party": party, "label": label, "opened": opened, "until": until}
                for party, label, opened, until in changes.moving
            ],
        )
        if not changes.closing and not changes.opening:
            writer.run(_EPOCH)
            return
        claim, before = writer.one(_COUNTERS) or (0, 0)
        now = self._clock.now()
        at = max(now, before + 1)
        writer.many(
            _CLOSE,
            [
                {"party": party, "label": label, "opened": opened, "at": at if date == now else date, "cause": cause}
                for party, label, opened, date in changes.closing
            ],
        )
        if changes.opening:
            number = writer.value(_LAST_OPENING) + 1
            writer.run(_OPEN, {"id": number, "claim": claim, "at": at})
            rows = [(party, label, number, None, until, None) for party, label, until in sorted(changes.opening)]
            _GRANTS.write(writer, rows)
        writer.run(_AT, {"at": at + claim if changes.opening else at})

    # -- key dates

    def _note_dates(self, writer: Reader, labels: Mapping[int, Label], now: Micros) -> bool:
        """The next dates of labels; whether there are any."""
        due = {
            number: _next(moments_of_label(label), now)
            for number, label in labels.items()
            if label.terms or label.parts
        }
        found = [{"id": number, "due": at} for number, at in due.items()]
        writer.many(_SET_LABEL_DUE, found)
        return any(at is not None for at in due.values())

    def _note_agreements(self, writer: Reader, held: Everybody, names: Iterable[str]) -> None:
        """The next dates of agreements."""
        now = self._clock.now()
        first: dict[str, Bound] = {}
        for standing in held.standings.values():
            for bound in standing.agreements:
                first.setdefault(bound.name, bound)
        for name in names:
            dates = moments_of(_alone(first[name])) if name in first else ()
            writer.run(_SET_AGREEMENT_DUE, {"name": name, "due": _next(dates, now)})
        self._wait(writer)

    def _wait(self, writer: Reader) -> None:
        """Let the clock fire at the next date of all."""
        found = [due for sql in _NEXT_DUE if (due := writer.value(sql)) is not None]
        if found:
            self._timers.set(writer, CLOCK, DATES, min(found))
        else:
            self._timers.cancel(CLOCK, DATES, writer)


def bounds_of(views: Iterable[Everybody], name: str) -> list[tuple[int, Bound]]:
    """How an agreement binds which parties, in any version of which there is a word still."""
    return [(party, bound) for view in views for party, bound in view.given if bound.name == name]


def touched_labels(labels: Mapping[int, Label], bounds: Sequence[Bound]) -> dict[int, Label]:
    """The labels that any of these takes by its scope, whatever stands under them. What its scope does not take, an agreement
    says nothing of; but one that veils changes in which form everything goes that names others.
    """
    if any(not bound.scopes for bound in bounds):
        return dict(labels)
    takings: list[Taking] = []
    for bound in bounds:
        takings += [taking for _, taking in (*bound.scopes, *bound.received) if taking not in takings]
    veils = any(bound.veils for bound in bounds)
    return {
        number: label
        for number, label in labels.items()
        if is_notice(label.lens) or (veils and names_others(label)) or _is_taken(label.plain, takings)
    }


def _is_taken(label: Label, takings: Sequence[Taking]) -> bool:
    return any(
        taking.takes(piece, caveats, unsure=True)
        for _, piece in pieces(label)
        for caveats in (caveats_of(piece.terms),)
        for taking in takings
    )


def _alone(bound: Bound) -> Standing:
    """A party of which nothing is known but that this binds it."""
    return Standing(party=0, own=False, ceiling=Tlp.CLEAR, reads=frozenset(), agreements=(bound,))


def _next(dates: Iterable[Micros], now: Micros) -> Micros | None:
    return min((date for date in dates if date > now), default=None)


def _labels(rows: Iterable[Row]) -> dict[int, Label]:
    return {number: Label.of_features(features) for number, features in rows}
