"""What waits for people's decision: a part of the reading door, for the party that runs the node only.

The queue is derived: every label of which policy says "after a review" for somebody, with the form in which its objects would go
(a lens), times the objects under it, less what has been decided. Of each object and form one version is asked about: the latest
under any label that asks for that form. Nothing is listed or counted that the person who asks may not see.

The order is by label, then by arrival: what is alike stands together. A cursor names the place; pages cost the same wherever.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.agreement.articles import Review as ReviewArticle
from comity.kernel.policy.approval.folding import Demand
from comity.kernel.policy.approval.statements import Ground
from comity.kernel.policy.decide import decide
from comity.kernel.policy.decision import Decision
from comity.kernel.policy.label import Label
from comity.kernel.policy.lens import Lens
from comity.kernel.policy.personal.settings import DEFAULT, ScanSettings
from comity.kernel.store.approvals import Names, Review, reviews_of
from comity.kernel.store.arrivals import unseen_of_labels
from comity.kernel.store.candidates import Candidate
from comity.kernel.store.database import Sql
from comity.kernel.store.effects import Asking, Effects
from comity.kernel.store.lookup import rows_of
from comity.kernel.store.plan import ECHO, MANY_CLAIMS, MANY_VERSIONS
from comity.kernel.store.proposing import Proposer
from comity.kernel.store.types import Held
from comity.kernel.store.view import View

MOST_COUNTED: Final = 100_000
"""Beyond so many the queue says that there are more."""
_SEVERAL: Final = MANY_CLAIMS | MANY_VERSIONS | ECHO
"""Flags of claims of which has to be looked up whether they stand for their object; of the others each does."""
_UNDECIDED: Final = (
    "FROM claim c JOIN version v ON v.seq = c.version WHERE c.label = :label AND c.seq > :after AND NOT EXISTS "
    "(SELECT 1 FROM review r WHERE r.key = v.key AND r.lens = :lens AND r.digest = v.digest AND r.state <> 'waiting')"
)
_NEXT = Sql(f"SELECT c.seq, c.version, c.flags {_UNDECIDED} ORDER BY c.seq LIMIT :limit")
_NEXT_SEVERAL = Sql(
    f"SELECT c.seq, c.version, c.flags {_UNDECIDED} AND c.flags & {_SEVERAL} <> 0 ORDER BY c.seq LIMIT :limit"
)
_PLAIN = Sql(
    f"SELECT count(*) FROM (SELECT 1 FROM claim c WHERE c.label = :label AND c.flags & {_SEVERAL} = 0 LIMIT :limit) n"
)
_PLAIN_UNDECIDED = Sql(f"SELECT count(*) FROM (SELECT 1 {_UNDECIDED} AND c.flags & {_SEVERAL} = 0 LIMIT :limit) n")
_PLAIN_DECIDED = Sql(
    "SELECT count(*) FROM review r JOIN held h ON h.key = r.key AND h.body = h.version JOIN version v ON v.seq = h.version "
    "JOIN claim c ON c.version = v.seq WHERE r.lens = :lens AND r.state <> 'waiting' AND v.digest = r.digest "
    f"AND c.label = :label AND c.flags & {_SEVERAL} = 0"
)
_FILLED = Sql("SELECT id FROM label WHERE claims > 0")
_AGREEMENTS = Sql("SELECT name, version, digest FROM agreement WHERE superseded IS NULL AND ours IS NOT NULL")
_DIGESTS = "SELECT seq, digest FROM version WHERE seq"
STEP: Final = 200


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """One object of which people have to decide whether, and in which form, it goes.

    ``name``      what its page is addressed by, beside the object's id: of the version and the form
    ``key``, ``digest``   of the object, of the version; ``label``: of its claim
    ``parties``   whom it would go to, by number; ``audience``: as they are called
    ``decision``  for the first of them, with its reasons
    ``demands``   what each article asks; ``grounds``: the articles
    ``review``    how it stands, where anything was said about it
    ``latest``    whether it is the version that is asked about now
    """

    name: str
    held: Held
    key: bytes
    digest: bytes
    label: Label
    lens: Lens
    parties: tuple[int, ...]
    audience: tuple[str, ...]
    decision: Decision
    demands: tuple[Demand, ...]
    grounds: tuple[Ground, ...]
    review: Review | None
    latest: bool

    @property
    def lens_digest(self) -> str:
        """Of the form in which it is asked for, as statements name it."""
        return f"sha256:{sha256(self.lens.text.encode()).hexdigest()}"


class Queue(msgspec.Struct, frozen=True):
    """A page of what waits. ``next``: where the following one begins, None at the end."""

    items: tuple[Waiting, ...]
    next: str | None


class Counted(msgspec.Struct, frozen=True):
    """How many wait. ``more``: there are more than were counted."""

    number: int
    more: bool


class Place(msgspec.Struct, frozen=True):
    """Where a page begins: behind a claim of a label, in one form."""

    label: int
    lens: str
    claim: int

    @property
    def text(self) -> str:
        """As a cursor."""
        return f"{self.label}-{self.lens}-{self.claim}"

    @staticmethod
    def of(text: str) -> "Place":
        """Of a cursor; of what is none, the beginning."""
        label, _, rest = text.partition("-")
        lens, _, claim = rest.partition("-")
        if label.isdecimal() and claim.isdecimal() and len(text) < 100:
            return Place(int(label), lens, int(claim))
        return Place(0, "", 0)


BEGINNING: Final = Place(0, "", 0)


class Reviewing:
    """One person's questions about what waits, in one snapshot."""

    def __init__(self, view: View, decided: Effects, now: Micros) -> None:
        self._view = view
        self._everybody = decided.everybody
        self._askings = decided.reviewed(view.labels, view.state.label)
        self._now = now

    # -- the queue

    def queue(self, limit: int, cursor: str = "", agreement: str = "", party: int = 0) -> Queue:
        """What nobody has said anything about that counts. ``agreement``, ``party``: only what that one asks for, what would go
        there.
        """
        begin = Place.of(cursor)
        found: list[Chosen] = []
        for label, asking in self._sections(agreement, party, begin):
            after = begin.claim if (label, short(asking.text)) == (begin.label, begin.lens) else 0
            for seq, candidate in self._walk(label, asking, after, limit + 1):
                found.append(Chosen(Place(label, short(asking.text), seq), candidate, asking))
                if len(found) > limit:
                    return Queue(self._described(found[:limit]), found[limit - 1].place.text)
        return Queue(self._described(found), None)

    def counted(self, agreement: str = "", party: int = 0) -> Counted:
        """How many the queue has in all."""
        unseen = unseen_of_labels(self._view)
        number = 0
        for label, asking in self._sections(agreement, party):
            number += self._count(label, asking, whole=not unseen[label])
            if number > MOST_COUNTED:
                return Counted(MOST_COUNTED, more=True)
        return Counted(number, more=False)

    def _count(self, label: int, asking: Asking, *, whole: bool) -> int:
        """``whole``: whoever asks sees all claims of the label."""
        reader = self._view.reader
        values = {"label": label, "lens": asking.text, "after": 0, "limit": MOST_COUNTED + 1}
        if not whole:
            return sum(1 for _ in self._walk(label, asking, 0, STEP))
        number: int = reader.value(_PLAIN, values)
        if number > MOST_COUNTED:
            number = reader.value(_PLAIN_UNDECIDED, values)
        else:
            number -= reader.value(_PLAIN_DECIDED, {"label": label, "lens": asking.text})
        return number + sum(1 for _ in self._walk(label, asking, 0, STEP, _NEXT_SEVERAL))

    def _sections(self, agreement: str, party: int, begin: Place = BEGINNING) -> Iterator[tuple[int, Asking]]:
        """Labels with the forms that they are asked for in, from a place on."""
        filled = {number for (number,) in self._view.reader.all(_FILLED)}
        for label in sorted(filled & self._askings.keys()):
            for asking in self._askings[label]:
                behind = (label, short(asking.text)) < (begin.label, begin.lens)
                named = any(each.split(" ")[0] == agreement for each in asking.lens.reviews)
                if not behind and (named or not agreement) and (not party or party in asking.parties):
                    yield label, asking

    def _walk(
        self, label: int, asking: Asking, after: int, step: int, sql: Sql = _NEXT
    ) -> Iterator[tuple[int, Candidate]]:
        """The claims of a label that are asked about in one form, by arrival."""
        while rows := self._view.reader.all(
            sql, {"label": label, "lens": asking.text, "after": after, "limit": min(step, STEP)}
        ):
            yield from self._standing(label, asking, rows)
            after = rows[-1][0]

    def _standing(
        self, label: int, asking: Asking, rows: Sequence[tuple[int, int, int]]
    ) -> list[tuple[int, Candidate]]:
        """Of claims those that are seen, and that stand for their object in this form."""
        flags = {seq: flag for seq, _, flag in rows}
        seen = self._view.open_claims([version for _, version, _ in rows])
        found = sorted(
            ((one.claim, one) for one in seen if one.label == label and one.claim in flags), key=lambda each: each[0]
        )
        several = [one.key for seq, one in found if flags[seq] & _SEVERAL]
        if not several:
            return found
        chosen = self._chosen_of(several, asking.text)
        return [(seq, one) for seq, one in found if not flags[seq] & _SEVERAL or chosen[one.key].claim == seq]

    def _chosen_of(self, keys: Sequence[bytes], lens: str) -> dict[bytes, Candidate]:
        """For each key the claim that stands for it in a form: of its latest version, the first by label and arrival."""
        alike: dict[bytes, list[Candidate]] = {}
        for one in self._view.claims_of_keys(keys):
            if any(asking.text == lens for asking in self._askings.get(one.label, ())):
                alike.setdefault(one.key, []).append(one)
        digests = self._digests([one for those in alike.values() for one in those])
        return {
            key: min(those, key=lambda one: (-one.dated, digests[one.version], one.label, one.claim))
            for key, those in alike.items()
        }

    # -- one of them

    def item(self, object_id: str, name: str) -> Waiting | None:
        """One object in one version and form, decided or not; None where nothing asks for that, or it is not seen."""
        asked = list(self._asked_of(object_id))
        digests = self._digests([candidate for candidate, _ in asked])
        for candidate, asking in asked:
            if name_of(digests[candidate.version], asking.text) == name:
                chosen = self._chosen_of([candidate.key], asking.text)[candidate.key]
                latest = chosen.version == candidate.version
                return self._described([Chosen(BEGINNING, candidate, asking, latest=latest)])[0]
        return None

    def items(self, object_id: str, party: int = 0) -> tuple[Waiting, ...]:
        """Every form in which an object is asked about now; ``party``: for that one."""
        found: dict[str, Chosen] = {}
        for candidate, asking in self._asked_of(object_id):
            if not party or party in asking.parties:
                chosen = self._chosen_of([candidate.key], asking.text)[candidate.key]
                found.setdefault(asking.text, Chosen(BEGINNING, chosen, asking))
        return self._described(list(found.values()))

    def _asked_of(self, object_id: str) -> Iterator[tuple[Candidate, Asking]]:
        for candidate in self._view.claims_of([object_id]):
            for asking in self._askings.get(candidate.label, ()):
                yield candidate, asking

    def proposer(
        self, object_id: str, name: str, names: Names, by: str | None, scan: ScanSettings = DEFAULT
    ) -> Proposer | None:
        """What makes proposals for one of them; None where there is none. ``by``: our own identity."""
        waiting = self.item(object_id, name)
        original = None if waiting is None else parse(waiting.held.raw)
        if waiting is None or not isinstance(original, Parsed):
            return None
        return Proposer(self._view, waiting.held, original, waiting.lens, names, self._now, by, scan)

    # -- parts

    def _described(self, chosen: Sequence["Chosen"]) -> tuple[Waiting, ...]:
        held = self._view.described([each.candidate for each in chosen])
        digests = self._digests([each.candidate for each in chosen])
        reviews = reviews_of(self._view.reader, [each.candidate.key for each in chosen])
        found = []
        for each, one in zip(chosen, held, strict=True):
            digest = digests[each.candidate.version]
            review = reviews.get((each.candidate.key, digest, each.asking.text))
            found.append(self._waiting(each, one, digest, review))
        return tuple(found)

    def _waiting(self, chosen: "Chosen", held: Held, digest: bytes, review: Review | None) -> Waiting:
        view, candidate, asking = self._view, chosen.candidate, chosen.asking
        lens = asking.lens
        return Waiting(
            name=name_of(digest, asking.text),
            held=held,
            key=candidate.key,
            digest=digest,
            label=view.labels[candidate.label],
            lens=lens,
            parties=asking.parties,
            audience=tuple(self._names[party] for party in asking.parties),
            decision=decide(view.labels[candidate.label], self._everybody.of(asking.parties[0]), self._now),
            demands=tuple(self._demand(*_read(each)) for each in lens.reviews),
            grounds=tuple(self._ground(*_read(each)) for each in lens.reviews),
            review=review,
            latest=chosen.latest,
        )

    def _demand(self, agreement: str, article: int, version: Micros) -> Demand:
        """What an article asks. Of one that is not there, what nobody can give: nothing is released by it."""
        enacted = self._everybody.enacted.get(agreement)
        if enacted is not None and enacted.version == version:
            for each in enacted.agreement.articles:
                if isinstance(each, ReviewArticle) and each.number == article:
                    return Demand(each.approvers, each.four_eyes)
        return Demand(())

    def _ground(self, agreement: str, article: int, version: Micros) -> Ground:
        return Ground(agreement, article, f"sha256:{self._texts.get((agreement, version), b'').hex()}")

    def _digests(self, candidates: Sequence[Candidate]) -> Mapping[int, bytes]:
        """The digests of their versions."""
        rows = rows_of(self._view.reader, _DIGESTS, [each.version for each in candidates])
        return {seq: bytes(digest) for seq, digest in rows}

    @cached_property
    def _names(self) -> Mapping[int, str]:
        return {number: name for number, (_, name) in self._view.parties().items()}

    @cached_property
    def _texts(self) -> Mapping[tuple[str, Micros], bytes]:
        """The digests of what was signed, by name and version."""
        return {(name, version): bytes(digest) for name, version, digest in self._view.reader.all(_AGREEMENTS)}


class Chosen(msgspec.Struct, frozen=True):
    """A claim that people are asked about in one form; where it stands in the queue. ``latest``: see ``Waiting``."""

    place: Place
    candidate: Candidate
    asking: Asking
    latest: bool = True


def short(lens: str) -> str:
    """A lens text as addresses have it: the digest of all that it is."""
    return lens.rpartition("#")[2]


def name_of(digest: bytes, lens: str) -> str:
    """What the page of an item is addressed by, beside the object's id."""
    return f"{digest.hex()[:16]}-{short(lens)}"


def _read(review: str) -> tuple[str, int, Micros]:
    """Agreement, article and version of one entry of a lens's reviews."""
    agreement, article, version = review.split(" ")
    return agreement, int(article), int(version)
