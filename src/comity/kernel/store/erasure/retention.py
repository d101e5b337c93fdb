"""Retention: what is erased by its date. A partner's agreement may say for how many days we may keep what it gave us; we may say
so of a collection, or of what a party gives. Days count from receipt; an agreement that has ended goes on asking it.

A clock lets a job look, every few hours; for each rule under which something is due and no hold stands against it, the job
gives an order to erase (``erasures``), in the same transaction. Holds that have run out are looked at again by the same clock.
"""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from sqlalchemy import Connection

from comity.kernel.base.clock import Clock, Micros, rfc3339
from comity.kernel.base.errors import Invalid
from comity.kernel.ledger.leaf import LeafKind
from comity.kernel.store.database import Database, Reader, Sql
from comity.kernel.store.erasure.choosing import of_label, windows
from comity.kernel.store.erasure.erasures import Erasures
from comity.kernel.store.erasure.given import givings
from comity.kernel.store.erasure.holds import Holds
from comity.kernel.store.erasure.orders import Cause, Due, Ground, Selection, Term
from comity.kernel.store.events import Events
from comity.kernel.store.jobs import Effect, Jobs
from comity.kernel.store.labels import Labels
from comity.kernel.store.plan import ECHO
from comity.kernel.store.progress import Job, Progress, Timer

KIND: Final = "retention"
EVERY: Final[Micros] = 3 * 3_600_000_000
DAY: Final[Micros] = 86_400_000_000
LONGEST: Final = 36_500
NODE: Final = "node"
BY: Final = "retention"
_LAST: Final = 2**62
_PAGE: Final = 1_000

_TERMS = Sql("SELECT kind, subject, days, made_by, at FROM retention ORDER BY kind, subject")
_SET = Sql(
    "INSERT INTO retention (kind, subject, days, made_by, at) VALUES (:kind, :subject, :days, :made_by, :at) "
    "ON CONFLICT (kind, subject) DO UPDATE SET days = excluded.days, made_by = excluded.made_by, at = excluded.at"
)
_DROP = Sql("DELETE FROM retention WHERE kind = :kind AND subject = :subject")
_ANY = Sql("SELECT EXISTS (SELECT 1 FROM retention)")
_OPEN = Sql("SELECT selection FROM erasure WHERE cause = 'retention' AND state = 'open'")
_LABEL_COUNT = Sql("SELECT coalesce(max(id), 0) FROM label")
_SLUGS: Final = {
    "source": Sql("SELECT slug FROM party WHERE id = :id"),
    "collection": Sql("SELECT slug FROM collection WHERE id = :id"),
}


class Rule(Term, frozen=True):
    """A term of ours, or one of an agreement (``kind`` "agreement") with the number of its article and of its version."""

    name: str = ""
    article: int = 0
    version: Micros | None = None

    def selection(self, before: Micros | None) -> Selection:
        """What it means, received before a moment."""
        if self.kind == "agreement":
            return Selection(source=self.subject, agreement=self.name, signed=self.version, before=before)
        if self.kind == "source":
            return Selection(source=self.subject, before=before)
        return Selection(collection=self.subject, before=before)


class Retention:
    """Rows of ``retention``, the clock and the job. Safe to use from several threads."""

    def __init__(
        self,
        database: Database,
        labels: Labels,
        holds: Holds,
        erasures: Erasures,
        events: Events,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._database = database
        self._labels = labels
        self._holds = holds
        self._erasures = erasures
        self._events = events
        self._jobs = jobs
        self._clock = clock

    # -- our own terms

    def terms(self) -> tuple[Term, ...]:
        """The terms that we have set."""
        with self._database.snapshot() as reader:
            return tuple(Term(*row) for row in reader.all(_TERMS))

    def set(self, kind: str, subject: int, days: int | None, *, slug: str, by: str, account: int | None = None) -> None:
        """After how many days from receipt it is erased; None: the term is taken back. What an agreement asks stays."""
        if days is not None and not 1 <= days <= LONGEST:
            raise Invalid(f"a term is of 1 to {LONGEST} days", code="retention-days", where="days")
        with self._database.writer() as writer:
            values = {"kind": kind, "subject": subject}
            if days is None:
                writer.run(_DROP, values)
            else:
                writer.run(_SET, {**values, "days": days, "made_by": by, "at": self._clock.now()})
            fields = {
                "act": "set" if days is not None else "dropped",
                "by": by,
                "days": days,
                "on": kind,
                "subject": slug,
            }
            self._events.note(writer, LeafKind.RETENTION, fields, account)

    # -- what is due

    def due(self) -> tuple[Due, ...]:
        """Every rule, what stands under it, and what of that is due."""
        now = self._clock.now()
        with self._database.snapshot() as reader:
            return tuple(self._due(reader, rule, now) for rule in _rules(reader))

    def _due(self, reader: Reader, rule: Rule, now: Micros) -> Due:
        claims = due = held = 0
        first: Micros | None = None
        against = self._holds.against(reader)
        for label, received, key in self._received(reader, rule.selection(None)):
            claims += 1
            at = received + rule.days * DAY
            if at > now:
                first = at if first is None else min(first, at)
                continue
            due += 1
            row = self._labels.row(label, reader)
            held += against.by(key, row.source, row.collection) != 0
        slug = rule.name if rule.kind == "agreement" else str(reader.value(_SLUGS[rule.kind], {"id": rule.subject}))
        if rule.kind == "agreement":
            slug = str(reader.value(_SLUGS["source"], {"id": rule.subject}))
        return Due(rule.kind, slug, rule.days, rule.name, rule.article, claims, due, held, first)

    def _received(self, reader: Reader, selection: Selection) -> Iterator[tuple[int, Micros, bytes]]:
        """Label, receipt and key of every claim that is meant, echoes left out."""
        labels = self._labels.rows(reader, int(reader.value(_LABEL_COUNT))).copy()
        given = givings(reader, selection.agreement, selection.signed) if selection.agreement else []
        for label, window in windows(selection, labels, given).items():
            after = 0
            while rows := of_label(reader, label, window, _LAST, after, _PAGE):
                for one in rows:
                    if not one.claim.flags & ECHO:
                        yield label, one.received, one.claim.key
                after = rows[-1].claim.seq

    # -- clock and job

    def fire(self, connection: Connection, _timer: Timer) -> None:
        """The clock: a job looks where there is any rule; what waited for a hold that has run out goes on."""
        self._holds.wake(connection)
        reader = self._database.beside(connection)
        if reader.value(_ANY) or any(giving.retention for giving in givings(reader)):
            self._jobs.add(KIND, NODE, connection=connection)

    def step(self, job: Job) -> Effect:
        """The job: an order for the next rule under which something is due."""
        now = self._clock.now()
        with self._database.snapshot() as reader:
            rules = _rules(reader)
            place = next((at for at in range(job.position, len(rules)) if self._is_due(reader, rules[at], now)), None)

        def effect(connection: Connection) -> Progress:
            if place is None:
                return Progress(position=max(len(rules), job.position), done=True, total=len(rules))
            writer = self._database.beside(connection)
            rule = rules[place]
            selection = rule.selection(now - rule.days * DAY)
            if not any(selection_text == _same(selection) for selection_text in _open(writer)):
                self._erasures.order(
                    selection, _ground(rule), for_good=False, by=BY, cause=Cause.RETENTION, connection=connection
                )
            return Progress(position=place + 1, done=place + 1 >= len(rules), total=len(rules))

        return effect

    def run(self, told: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        """Look now, and carry out what is due, where no worker does it; how many orders that were."""
        job = self._jobs.add(KIND, NODE)
        before = {one.id for one in self._erasures.all()}
        while job.open:
            self._jobs.step(job, self.step(job))
            job = self._jobs.get(job.id)
        made = [one.id for one in self._erasures.all() if one.id not in before and one.cause is Cause.RETENTION]
        for number in made:
            self._erasures.run(number, told)
        return len(made)

    def _is_due(self, reader: Reader, rule: Rule, now: Micros) -> bool:
        """Whether anything under a rule is due that no hold stands against."""
        against = self._holds.against(reader)
        for label, _, key in self._received(reader, rule.selection(now - rule.days * DAY)):
            row = self._labels.row(label, reader)
            if not against.by(key, row.source, row.collection):
                return True
        return False


def _rules(reader: Reader) -> list[Rule]:
    """Terms of ours, then those of agreements."""
    ours = [Rule(*row) for row in reader.all(_TERMS)]
    theirs = [
        Rule("agreement", giving.party, days, "", 0, giving.bound.name, article, giving.bound.enacted.version)
        for giving in givings(reader)
        if giving.retention is not None
        for article, days in (giving.retention,)
    ]
    return [*ours, *theirs]


def _open(reader: Reader) -> list[tuple[object, ...]]:
    return [_same(msgspec.json.decode(text, type=Selection)) for (text,) in reader.all(_OPEN)]


def _same(selection: Selection) -> tuple[object, ...]:
    """What two orders under one rule have in common."""
    return selection.source, selection.collection, selection.agreement, selection.signed


def _ground(rule: Rule) -> Ground:
    if rule.kind == "agreement":
        return Ground(
            f"agreement {rule.name}", f"article {rule.article}: {rule.days} days", rfc3339(rule.version or 0)[:10]
        )
    return Ground(f"retention of a {rule.kind}", f"{rule.days} days", rfc3339(rule.at)[:10])
