"""Agreements as people of the own party make them: drafted, checked, looked at before they are signed, signed, ended.

What an agreement says is ``kernel.policy.agreement``'s, what follows from it the store's, how it goes to another node and back
``offers``'. A text is signed only when all of it holds at this node.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, Literal

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Invalid
from comity.kernel.base.ids import uuid4
from comity.kernel.directory.kept import Kept, fingerprint_of, row_of
from comity.kernel.directory.words import check_slug
from comity.kernel.policy.agreement.articles import Agreement, Signatory, Term
from comity.kernel.policy.agreement.binding import Enacted
from comity.kernel.policy.agreement.findings import Finding, UnsoundAgreement
from comity.kernel.policy.agreement.objects import TYPE, Carried, decode_agreement, encode_agreement, milliseconds
from comity.kernel.policy.agreement.reading import examine, read
from comity.kernel.policy.agreement.templates import fill
from comity.kernel.policy.agreement.words import LONGEST_SLUG
from comity.kernel.policy.agreement.writing import write
from comity.kernel.store.answers import Preview, Tally, WentOut
from comity.kernel.store.types import AgreementRow, Party

MILLISECOND: Final[Micros] = 1000
MOST_GONE: Final = 1_000_000

Act = Literal["suspend", "resume", "withdraw"]


class State(StrEnum):
    """How an agreement stands. SIGNED: by us; it releases what it says, and the others are bound when they have signed."""

    IN_FORCE = "in-force"
    SIGNED = "signed-by-us"
    NOT_BEGUN = "not-begun"
    LAPSED = "lapsed"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"


class Endorsement(msgspec.Struct, frozen=True):
    """A signature under a version, for people: whose, since when, by which keys. ``party`` None: no party here any more."""

    party: Party | None
    identity: str
    at: Micros
    fingerprint: str


class Agreements:
    """The agreements of this node. Safe to use from several threads."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    # -- writing the text

    def draft(
        self, template: str, party: str | None = None, *, name: str = "", communities: tuple[str, ...] = ()
    ) -> str:
        """The text of a new agreement, to be edited. ``party``, ``communities``: slugs; ``name`` is made where left out."""
        own = self._kept.parties.own()
        theirs = None if party is None else self._kept.parties.get(party)
        if theirs is None and not communities:
            raise Invalid(
                "an agreement is with a party, or for a community",
                code="audience",
                hint="Name a party with --with, or a community with --community.",
            )
        if theirs is not None and theirs.own:
            raise Invalid(
                "an agreement is with another party than the own one",
                code="audience",
                hint="'comity party list' shows the parties.",
            )
        whom = theirs.slug if theirs is not None else communities[0]
        text = write(
            fill(
                template,
                _signatory(own),
                None if theirs is None else _signatory(theirs),
                name=check_slug(name) if name else f"{template}-{whom}"[:LONGEST_SLUG].rstrip("-"),
                today=self._kept.clock.now(),
                communities=communities,
            )
        )
        read(text)  # a name that pages take, for one
        return text

    def examine(self, text: str) -> tuple[Agreement | None, tuple[Finding, ...]]:
        """The agreement that a text is, None where it may not be signed; and all that is found in it, here at this node."""
        return examine(text, self._kept.store.agreements.names())

    def check(self, text: str) -> tuple[Finding, ...]:
        """All that is found in a text."""
        return self.examine(text)[1]

    def read(self, text: str) -> Agreement:
        """The agreement that a text is; UnsoundAgreement, with all that is found, where it may not be signed."""
        agreement, findings = self.examine(text)
        if agreement is None:
            raise UnsoundAgreement(findings)
        return agreement

    # -- looking

    def all(self) -> tuple[AgreementRow, ...]:
        """The version that counts of each agreement, by name."""
        return self._kept.store.agreements.all()

    def get(self, name: str) -> AgreementRow:
        """The version that counts; NotFound where there is none of this name."""
        return self._kept.store.agreements.get(name)

    def versions(self, name: str) -> tuple[AgreementRow, ...]:
        """All versions, the newest first."""
        return self._kept.store.agreements.versions(name)

    def state(self, row: AgreementRow) -> State:
        """How a version stands now."""
        now = self._kept.clock.now()
        terms = [article for article in row.agreement.articles if isinstance(article, Term)]
        if _past(row.withdrawn, now):
            return State.WITHDRAWN
        if _past(row.suspended, now):
            return State.SUSPENDED
        if any(_past(term.until, now) for term in terms):
            return State.LAPSED
        if any(term.since is not None and term.since > now for term in terms):
            return State.NOT_BEGUN
        alone = len(row.agreement.signatories) == 1
        return State.IN_FORCE if alone or _past(row.theirs, now) else State.SIGNED

    def signatures(self, row: AgreementRow) -> tuple[Endorsement, ...]:
        """Who signed a version, in order of time."""
        parties = self._kept.by_identity()
        signed = self._kept.under(self._kept.carried(row))
        return tuple(Endorsement(parties.get(each.by), each.by, each.at, fingerprint_of(each)) for each in signed)

    # -- before it is done

    def preview(self, text: str) -> Preview:
        """What would be released, withdrawn and withheld if a text were signed now."""
        agreement, now = self.read(text), self._kept.clock.now()
        before = self._kept.found(agreement.name)
        suspended = before.suspended if before is not None and before.withdrawn is None else None
        return self._kept.visible().preview(Enacted(agreement, now, ours=now, suspended=suspended))

    def preview_of(self, name: str, act: Act) -> Preview:
        """What would be if an agreement were suspended, resumed or withdrawn."""
        enacted, now = self.get(name).enacted, self._kept.clock.now()
        changes: Mapping[Act, Mapping[str, Micros | None]] = {
            "suspend": {"suspended": now},
            "resume": {"suspended": None},
            "withdraw": {"withdrawn": now},
        }
        return self._kept.visible().preview(msgspec.structs.replace(enacted, **changes[act]))

    def decided_by(self, name: str) -> Mapping[int, Tally]:
        """The claims that each article decides now, over all parties, by effect."""
        return self._kept.visible().decided_by(name)

    def gone_out(self, name: str) -> tuple[tuple[Party, tuple[WentOut, ...]], ...]:
        """What had been open under an agreement and is no longer, party by party; parties without any are left out."""
        visible = self._kept.visible()
        each = (
            (party, visible.went_out(party.id, name, MOST_GONE)) for party in self._kept.parties.all() if not party.own
        )
        return tuple((party, gone) for party, gone in each if gone)

    # -- doing it

    def apply(self, text: str, *, by: str, account: int | None = None) -> AgreementRow:
        """Sign a text for the own party: what it releases is released when this returns. The same text again changes nothing.

        Raises UnsoundAgreement. A version that follows one that is suspended is suspended too.
        """
        agreement = self.read(text)
        before = self._kept.found(agreement.name)
        if before is not None and before.text == text and before.ours is not None and before.withdrawn is None:
            return before
        now = self._kept.clock.now()
        _, identity = self._kept.own()
        modified = milliseconds(now)
        if before is not None:
            modified = max(modified, milliseconds(before.version) + MILLISECOND)
        earlier = self._ours(agreement.name, identity)
        carried = decode_agreement(
            encode_agreement(
                agreement,
                id=f"{TYPE}--{uuid4(self._kept.random)}" if earlier is None else earlier.id,
                by=identity,
                created=modified if earlier is None else earlier.created,
                modified=modified,
                text=text,
            )
        )
        raws = (carried.raw, self._kept.sign(carried, identity, now))
        return self._kept.enact(row_of(carried, ours=now, before=before), raws, by=by, account=account)

    def suspend(self, name: str, *, by: str, account: int | None = None) -> AgreementRow:
        """From now on it releases nothing, until it is resumed. Conflict where that is so already."""
        self._kept.standing(name)
        return self._kept.store.agreements.suspend(name, by=by, account=account)

    def resume(self, name: str, *, by: str, account: int | None = None) -> AgreementRow:
        """It releases again. Conflict where it is not suspended."""
        self._kept.standing(name)
        return self._kept.store.agreements.resume(name, by=by, account=account)

    def withdraw(self, name: str, *, by: str, account: int | None = None) -> AgreementRow:
        """It releases nothing any more; only a new version, signed anew, would. Conflict where that is so already."""
        return self._kept.store.agreements.withdraw(name, by=by, account=account)

    def _ours(self, name: str, identity: str) -> Carried | None:
        """Our own latest version of an agreement's object: the next one is a version of the same."""
        carried = (self._kept.carried(row) for row in self.versions(name))
        return next((each for each in carried if each.by == identity), None)


def _signatory(party: Party) -> Signatory:
    return Signatory(name=party.name, jurisdiction=party.jurisdiction, identity=party.identity or "", party=party.slug)


def _past(at: Micros | None, now: Micros) -> bool:
    return at is not None and at <= now
