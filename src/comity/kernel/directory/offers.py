"""Agreements between nodes: offered as a file, signed there, and the answer brought back. Peers will carry the same files.

What a file holds and whose a signature is says ``files``. Here is what follows: nothing is signed before everybody whose
signature an offer carries is who its text says, and nothing that comes back changes a text.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros, rfc3339
from comity.kernel.base.errors import Conflict, Invalid, NotFound, Refused
from comity.kernel.directory.files import Signer, bundle_of, offered, opened, signer_of
from comity.kernel.directory.kept import Kept, fingerprint_of, row_of
from comity.kernel.objects.findings import Severity
from comity.kernel.policy.agreement.checking import check
from comity.kernel.policy.agreement.findings import Finding, UnsoundAgreement
from comity.kernel.policy.agreement.objects import Carried, Signed
from comity.kernel.store.answers import Preview
from comity.kernel.store.types import AgreementRow, Party

SKEW: Final[Micros] = 3_600_000_000
"""By how much the clock of another node may be ahead of ours."""
_SIGNING: Final = frozenset({"", "signatory"})
"""Fields of findings that keep an offer from being accepted. What else its text names is its writer's: here it means nothing."""


class Offer(msgspec.Struct, frozen=True):
    """An offer that was read, its signatures verified. ``findings``: warnings, of what in its text means nothing at this node."""

    carried: Carried
    signers: tuple[Signer, ...]
    findings: tuple[Finding, ...]


class Offers:
    """Offers and answers. Safe to use from several threads."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept

    def offer(self, name: str) -> bytes:
        """The file by which the others are asked to sign what we signed."""
        row = self._kept.standing(name)
        missing = [each.name for each in row.agreement.signatories if not each.identity]
        if len(row.agreement.signatories) == 1:
            raise Conflict(f"nobody else signs the agreement '{name}'", code="offer", hint="It holds as it is.")
        if missing:
            raise Conflict(
                f"the text of '{name}' has no identity of {', '.join(missing)}, by which another node would know it",
                code="offer-identity",
                hint='Write identity = "identity--..." into the text under [[signatory]], and apply it.',
            )
        carried = self._kept.carried(row)
        return bundle_of((carried.raw, *(each.raw for each in self._kept.under(carried))), self._kept.random)

    def read(self, data: bytes, *, fingerprint: str = "") -> Offer:
        """An offer, with its signatures verified, before anything is signed. Nothing is kept.

        Raises Invalid for what is no offer, Refused for a signature that is not its party's, NotFound for a signer that is no
        party here, Conflict where we are not asked to sign it or have a later version.
        """
        carried, signatures = offered(data)
        if carried.modified > self._kept.clock.now() + SKEW:
            raise Refused(
                f"it is dated {rfc3339(carried.modified)}, which is still to come: no later version could follow it",
                code="offer-date",
                hint="Compare the clocks of both nodes, and ask for it anew.",
            )
        own, identity = self._kept.own()
        asked = _others(carried, own)
        signers = self._signers(signatures, asked | {identity}, fingerprint)
        if not any(each.signed.by in asked for each in signers):
            raise Invalid(
                "nobody but ourselves has signed this offer",
                code="offer",
                hint="It is ours: send it to those who are to sign it.",
            )
        if carried.by not in {each.signed.by for each in signers}:
            raise Invalid(
                f"it is written in the name of {carried.by}, who has not signed it",
                code="offer-author",
                hint="Ask whoever sent it for an offer of their own.",
            )
        findings = check(carried.agreement, self._kept.store.agreements.names())
        if any(each.is_error and each.field in _SIGNING for each in findings):
            raise UnsoundAgreement(findings)
        self._follows(carried, asked)
        warnings = tuple(msgspec.structs.replace(each, severity=Severity.WARNING) for each in findings)
        return Offer(carried, signers, warnings)

    def preview(self, data: bytes, *, fingerprint: str = "") -> Preview:
        """What would be released, withdrawn and withheld here if an offer were accepted now; raises as ``read`` does."""
        carried = self.read(data, fingerprint=fingerprint).carried
        before, now = self._kept.found(carried.agreement.name), self._kept.clock.now()
        return self._kept.visible().preview(row_of(carried, ours=now, theirs=now, before=before).enacted)

    def accept(self, data: bytes, *, by: str, account: int | None = None, fingerprint: str = "") -> bytes:
        """Sign what another node offers; the answer for it. What it releases here is released when this returns.

        ``fingerprint``: of the signer's keys, where a person compared it; other keys are refused then. The same offer again
        gives the same signature.
        """
        offer = self.read(data, fingerprint=fingerprint)
        carried, now = offer.carried, self._kept.clock.now()
        own, identity = self._kept.own()
        held = self._kept.under(carried)
        signed_by = {each.by for each in held}
        raws = [each.signed.raw for each in offer.signers if each.signed.by not in signed_by]
        if identity not in signed_by | {each.signed.by for each in offer.signers}:
            raws.append(self._kept.sign(carried, identity, now))
        before = self._kept.found(carried.agreement.name)
        if before is None or before.digest.hex() != carried.digest:
            raws.insert(0, carried.raw)
        if raws:
            everybody = _others(carried, own) <= signed_by | {each.signed.by for each in offer.signers}
            row = row_of(carried, ours=now, theirs=now if everybody else None, before=before)
            self._kept.enact(row, tuple(raws), by=by, account=account)
        return self.answer(carried.agreement.name)

    def answer(self, name: str) -> bytes:
        """The file that says to whoever offered an agreement that we signed it; made anew from what is held."""
        carried = self._kept.carried(self._kept.standing(name))
        _, identity = self._kept.own()
        ours = [each.raw for each in self._kept.under(carried) if each.by == identity]
        if not ours:
            raise Conflict(
                f"the agreement '{name}' is not signed by us as {identity}",
                code="agreement-signature",
                hint="Apply its text anew: 'comity agreement show NAME --text' prints it.",
            )
        return bundle_of(ours, self._kept.random)

    def answered(self, data: bytes, *, by: str, account: int | None = None, fingerprint: str = "") -> AgreementRow:
        """Take in the signatures that came back. Conflict where they are under a version that does not count any more."""
        agreements, signatures = opened(data)
        if agreements or not signatures:
            raise Invalid(
                "the file is no answer: it has to hold signatures and nothing else",
                code="answer",
                hint="An offer is taken in with 'comity agreement accept'.",
            )
        row, carried = self._answered(signatures)
        own, _ = self._kept.own()
        asked = _others(carried, own)
        signers = self._signers(signatures, asked, fingerprint)
        held = {each.by for each in self._kept.under(carried)}
        raws = tuple(each.signed.raw for each in signers if each.signed.by not in held)
        if not raws:
            return row
        everybody = asked <= held | {each.signed.by for each in signers}
        changed = msgspec.structs.replace(row, theirs=self._kept.clock.now() if everybody else None)
        return self._kept.enact(changed, raws, by=by, account=account)

    def _answered(self, signatures: tuple[Signed, ...]) -> tuple[AgreementRow, Carried]:
        """The version that all the signatures are under, which has to be the one that counts."""
        for row, version in self._every_version():
            carried = self._kept.carried(version)
            if not signatures[0].is_of(carried):
                continue
            if version.version != row.version:
                raise Conflict(
                    f"it answers an earlier version of the agreement '{row.name}'",
                    code="answer-version",
                    hint=f"Offer the present one: comity agreement offer {row.name}",
                )
            if not all(each.is_of(carried) for each in signatures):
                raise Invalid(
                    "the signatures are under different texts",
                    code="answer",
                    hint="Ask whoever sent it for the file anew.",
                )
            return self._kept.standing(row.name), carried
        raise NotFound(
            "it answers no agreement of this node", code="answer-unknown", hint="'comity agreement list' shows them."
        )

    def _every_version(self) -> Iterator[tuple[AgreementRow, AgreementRow]]:
        """Every version with the one that counts."""
        for row in self._kept.store.agreements.all():
            for version in self._kept.store.agreements.versions(row.name):
                yield row, version

    def _signers(self, signatures: tuple[Signed, ...], asked: set[str], fingerprint: str) -> tuple[Signer, ...]:
        """Who signed; each has to be asked to, once, and the keys have to be the party's."""
        identities = [each.by for each in signatures]
        if len(set(identities)) != len(identities):
            raise Invalid(
                "the file holds two signatures of one party",
                code="signer",
                hint="Ask whoever sent it for the file anew.",
            )
        stranger = next((each for each in identities if each not in asked), None)
        if stranger == self._kept.own()[1]:
            raise Invalid("it is our own answer to them", code="signer", hint="Send it to whoever made the offer.")
        if stranger is not None:
            raise Invalid(
                f"it is signed by {stranger}, who is not asked to sign it",
                code="signer",
                hint="Only those whom the text names under [[signatory]] sign it.",
            )
        parties, own, keys = self._kept.by_identity(), self._kept.own()[1], self._keys()
        signers = tuple(
            signer_of(each, parties, keys, compared=fingerprint if each.by != own else "") for each in signatures
        )
        if fingerprint and all(each.fingerprint != fingerprint for each in signers):
            raise Refused(
                "nobody signed it with the keys that were named",
                code="signer-keys",
                hint="Compare the fingerprint with them again. If it differs, the file is not theirs.",
            )
        return signers

    def _keys(self) -> dict[str, frozenset[str]]:
        """The keys that each identity signed with before, as fingerprints. Ours are ours from the start: nobody is the first to
        sign in our name.
        """
        found = {self._kept.own()[1]: {self._kept.fingerprint()}}
        for each in self._kept.signatures():
            found.setdefault(each.by, set()).add(fingerprint_of(each))
        return {identity: frozenset(each) for identity, each in found.items()}

    def _follows(self, carried: Carried, asked: set[str]) -> None:
        """An offer under a name that is in use has to be between the same, and no earlier than what stands."""
        before = self._kept.found(carried.agreement.name)
        if before is None or before.digest.hex() == carried.digest:
            return
        own, _ = self._kept.own()
        if _others(self._kept.carried(before), own) != asked:
            raise Conflict(
                f"an agreement '{before.name}' with others is here already",
                code="agreement-exists",
                hint="Ask whoever offers it to give it another name.",
            )
        if carried.modified <= before.version:
            raise Conflict(
                f"a later version of the agreement '{before.name}' is here already",
                code="agreement-later",
                hint=f"Offer them yours: comity agreement offer {before.name}",
            )


def _others(carried: Carried, own: Party) -> set[str]:
    """The identities of those who sign beside us; Conflict where we are not among the signatories, by our identity."""
    identities = {each.identity for each in carried.agreement.signatories}
    if own.identity not in identities:
        raise Conflict(
            f"{own.slug} is not among those who sign, by its identity {own.identity}",
            code="not-a-signatory",
            hint="Tell whoever offers it your identity: 'comity party list' shows it.",
        )
    return identities - {own.identity}
