"""Approvals: people of the own party decide what goes that goes only after a review, each with a key of their own.

What a person says is a statement about one version of one object in one form; the person signs it, the node signs around it, and
it is kept as an object in the closed collection ``approvals``, in one transaction with its leaf and with what follows
(``store.approvals``). How a review stands is a fold over these (``policy.approval.folding``).

Invariants:

1. What is signed is what was looked at: a statement is made from the item as it stands, and made again when the signature comes
   back; where the two differ nothing is kept.
2. Nobody speaks without a role that an article of the agreement names, nor within a day of having been made or changed by
   another person; the administrator's own role opens nothing here.
3. A second pair of eyes is another person's: two accounts that made each other, or that one and the same person stands behind,
   are not two (``policy.approval.people``).
4. A refusal holds until whoever refused withdraws it. While a source is asked, nothing goes but by its recorded consent.
"""

from collections.abc import Mapping
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import Conflict, Corrupt, Invalid, NotFound, Refused
from comity.kernel.base.ids import uuid4
from comity.kernel.directory.accounts import Accounts
from comity.kernel.directory.collections import APPROVALS
from comity.kernel.directory.kept import Kept
from comity.kernel.directory.signing import Signature
from comity.kernel.directory.signing import verify as holds
from comity.kernel.ledger.signing import sign
from comity.kernel.ledger.signing import verify as verify_node
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.objects.timestamps import parse as parse_timestamp
from comity.kernel.objects.timestamps import render
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.approval.decisions import LONGEST_REASON, LONGEST_REFERENCE, Decision
from comity.kernel.policy.approval.folding import Act, State, may_withdraw, speaks_for
from comity.kernel.policy.approval.people import Person, independent
from comity.kernel.policy.approval.statements import (
    PURPOSE,
    REQUEST_TYPE,
    TYPE,
    Approved,
    Personal,
    Statement,
    decode,
    encode,
)
from comity.kernel.policy.profile import Profile
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.approvals import Kept as KeptForm
from comity.kernel.store.approvals import Said
from comity.kernel.store.proposing import Proposal, Refusal, Wish
from comity.kernel.store.reviewing import Waiting
from comity.kernel.store.types import Account, Batch, Channel, SigningKey

CHANNEL: Final = "approvals"


class Prepared(msgspec.Struct, frozen=True):
    """A statement to be signed, with what it is about. ``proposal``: of a release."""

    waiting: Waiting
    decision: Decision
    statement: Statement
    proposal: Proposal | None
    to: tuple[str, ...]


class Verified(msgspec.Struct, frozen=True):
    """An approval whose signatures all hold: the object's content, whose key, and whether that key still signs."""

    approved: Approved
    key: SigningKey
    account: Account


class Approvals:
    """The reviews of this node. Safe to use from several threads."""

    def __init__(self, kept: Kept, accounts: Accounts) -> None:
        self._kept = kept
        self._accounts = accounts

    # -- looking

    def item(self, account: Account, object_id: str, name: str) -> Waiting:
        """One item as a person sees it; NotFound where nothing asks for it, or it is hidden from that person."""
        found = self._kept.store.visible(self._viewer(account)).review(object_id, name)
        if found is None:
            raise NotFound("nothing waits here for a decision", code="review-unknown", hint="'comity approval list'.")
        return found

    def profiles(self, waiting: Waiting) -> Mapping[str, Profile]:
        """By which profiles it could be redacted further: those of the agreements that ask, then the built-in ones."""
        names = {ground.agreement for ground in waiting.grounds}
        own = {
            profile.name: profile
            for row in self._kept.store.agreements.all()
            if row.name in names
            for profile in row.agreement.profiles
        }
        return {**BUILT_IN, **own}

    def proposal(self, account: Account, waiting: Waiting, decision: Decision) -> Proposal | Refusal:
        """What would go, exactly; or why nothing can in this form."""
        found = self._kept.store.visible(self._viewer(account)).proposal(
            waiting.held.id,
            waiting.name,
            self._wish(waiting, decision),
            self._kept.store.approvals.names,
            self._kept.parties.own().identity,
            self._kept.store.scan.settings,
        )
        if found is None:
            raise NotFound("nothing waits here for a decision", code="review-unknown", hint="'comity approval list'.")
        return found

    def twin(self, account: Account, waiting: Waiting) -> str:
        """The id by which the recipients would know what is not the original."""
        names = self._kept.store.approvals.names
        return self._kept.store.visible(self._viewer(account)).proposed_id(waiting.held.id, waiting.name, names) or ""

    def people(self) -> Mapping[int, Person]:
        """Every account with who stands behind it."""
        return self._kept.store.approvals.people()

    def role(self, account: Account, waiting: Waiting) -> str:
        """Under which of the person's roles the articles let them speak; Refused where under none."""
        asked = dict.fromkeys(role for demand in waiting.demands for role in demand.roles)
        role = next((each for each in asked if each in account.roles), None)
        if role is None:
            raise Refused(
                "the agreement does not ask anybody with your roles",
                code="approval-role",
                hint=f"It asks: {', '.join(asked) or 'nobody, in its present text'}.",
            )
        return role

    def check(self, account: Account, waiting: Waiting) -> str:
        """Whether this person may speak about this item at all; the role. Refused with the reason."""
        role = self.role(account, waiting)
        self._settled(account)
        return role

    # -- saying it

    def prepare(self, account: Account, waiting: Waiting, decision: Decision, at: Micros | None = None) -> Prepared:
        """The statement that the person would sign. ``at``: when it was first prepared, where it is made again.

        Raises Refused, Conflict or Invalid, with the reason why it can't be said.
        """
        proposal = None
        if decision.says == "withdraw":
            role = self._withdrawable(account, waiting, decision)
        else:
            role = self.check(account, waiting)
            if not waiting.latest:
                raise Conflict(
                    "there is a newer version of the object", code="review-superseded", hint="Look at that one instead."
                )
            if decision.says == "release":
                proposal = self._releasable(account, waiting, decision, role)
            else:
                self._objectable(waiting, decision)
        now = self._kept.clock.now() if at is None else at
        kept = None if proposal is None else proposal.kept
        original = parse(waiting.held.raw)
        modified = original.modified if isinstance(original, Parsed) else None
        statement = Statement(
            says=decision.says,
            object_ref=waiting.held.id,
            object_modified="" if modified is None else render(modified),
            object_digest=f"sha256:{waiting.digest.hex()}",
            lens_digest=waiting.lens_digest,
            grounds=waiting.grounds,
            audience=waiting.audience,
            person=account.name,
            role=role,
            at=render(now - now % 1000),
            form="" if kept is None else kept.form,
            profile="" if kept is None else kept.profile,
            content_digest="" if kept is None else f"sha256:{kept.digest.hex()}",
            reference=decision.reference,
            reason=decision.reason,
            withdraws=decision.withdraws,
        )
        return Prepared(waiting, decision, statement, proposal, self._asked(waiting) if decision.says == "ask" else ())

    def again(self, account: Account, waiting: Waiting, decision: Decision, signed: bytes) -> Prepared:
        """The same statement, made anew from how things stand; Conflict where it would be another one by now."""
        try:
            before = msgspec.json.decode(signed, type=Statement)
            prepared = self.prepare(account, waiting, decision, parse_timestamp(before.at))
        except (msgspec.DecodeError, ValueError) as error:
            raise Invalid("this is no statement that was prepared here", code="approval-statement") from error
        if prepared.statement.signed != signed:
            raise Conflict("it stands otherwise by now", code="approval-changed", hint="Look at it again.")
        return prepared

    def sign_with_password(self, account: Account, password: str, prepared: Prepared) -> State:
        """Signs with the person's own key under the password, and keeps it. Unauthorised where it is not the password."""
        signed = prepared.statement.signed
        return self._keep(account, prepared, self._accounts.signing.sign_with_password(account, password, signed))

    def begin_passkey(self, account: Account, prepared: Prepared, host: str) -> tuple[str, str]:
        """Asks for a signature by a passkey of the person's: options for the browser, and a ticket."""
        return self._accounts.signing.begin_passkey(account, prepared.statement.signed, host)

    def finish_passkey(
        self, account: Account, ticket: str, prepared: Prepared, response_json: str, host: str, origin: str
    ) -> State:
        """Keeps what the passkey signed. Unauthorised or Invalid where it did not sign this, or too late."""
        signed = prepared.statement.signed
        found = self._accounts.signing.finish_passkey(account, ticket, signed, response_json, host, origin)
        return self._keep(account, prepared, found)

    def verify(self, raw: bytes) -> Verified:
        """All three signatures of an approval, and that its key is the person's; Invalid where anything does not hold."""
        approved = decode(raw)
        personal, statement = approved.personal, approved.statement
        account = next((each for each in self._accounts.all() if each.name == statement.person), None)
        keys = () if account is None else self._accounts.signing.keys(account)
        key = next((each for each in keys if each.public == personal.public and each.kind == personal.kind), None)
        if account is None or key is None:
            raise _unproven("nobody here has the key that signed it")
        at = parse_timestamp(statement.at)
        if key.retired is not None and key.retired <= at:
            raise _unproven("the key was retired before it signed")
        signature = Signature(key.id, personal.kind, personal.value, personal.authenticator, personal.client)
        if not holds(signature, statement.signed, key):
            raise _unproven("the person's signature does not hold")
        if approved.public.mldsa65 != self._kept.keys().public.mldsa65 or not verify_node(
            approved.public, PURPOSE, approved.enclosed, approved.signatures
        ):
            raise _unproven("the node's signatures do not hold")
        return Verified(approved, key, account)

    # -- parts

    def _viewer(self, account: Account) -> Viewer:
        return Viewer(party=self._kept.parties.own().id, channel=CHANNEL, account=account.id)

    def _wish(self, waiting: Waiting, decision: Decision) -> Wish:
        match decision.form:
            case "as-asked":
                return Wish()
            case "by-hand":
                return Wish(text=decision.text.encode())
            case "profile":
                profile = self.profiles(waiting).get(decision.profile)
                if profile is None:
                    raise Invalid("there is no such profile", code="approval-profile", where="profile")
                return Wish(profile=profile)
            case "as-approved":
                return Wish(kept=self._approved(waiting, decision.content))

    def _approved(self, waiting: Waiting, content: str) -> KeptForm:
        review = waiting.review
        found = None
        if review is not None and review.content and review.content.hex() == content:
            found = self._kept.store.approvals.kept(review.id, review.content)
        if found is None:
            raise Conflict("nobody has approved this form", code="approval-changed", hint="Look at it again.")
        return found

    def _releasable(self, account: Account, waiting: Waiting, decision: Decision, role: str) -> Proposal:
        state = State.WAITING if waiting.review is None else waiting.review.state
        if state is State.REFUSED:
            raise Conflict(
                "it was refused", code="approval-refused", hint="Whoever refused can withdraw that; nothing else helps."
            )
        if state is State.SOURCE and not decision.reference:
            raise Conflict(
                "its source was asked and has not consented yet",
                code="approval-source",
                hint="Record where the consent stands written, or withdraw the request.",
            )
        if len(decision.reference) > LONGEST_REFERENCE:
            raise Invalid("the reference is too long", code="approval-reference", where="reference")
        proposal = self.proposal(account, waiting, decision)
        if isinstance(proposal, Refusal):
            raise Invalid(
                "it can't go like this: " + " ".join(map(str, proposal.reasons)),
                code="approval-form",
                hint="Choose another form, or refuse.",
            )
        content = proposal.kept.digest.hex()
        if decision.content and decision.content != content:
            raise Conflict("what would go has changed meanwhile", code="approval-changed", hint="Look at it again.")
        self._second(account, waiting, content, role)
        return proposal

    def _second(self, account: Account, waiting: Waiting, content: str, role: str) -> None:
        """Whether this person's word adds anything: not one's own a second time, nor one that counts with nobody's."""
        people = self.people()
        standing = _standing(waiting, content, people)
        if any(each.account == account.id for each in standing):
            raise Conflict(
                "you have approved this already",
                code="approval-own",
                hint="Four eyes are two people: somebody else has to.",
            )
        others = [people[each.account] for each in standing]
        mine = people[account.id]
        four_eyes = any(each.four_eyes and speaks_for(each, role, mine) for each in waiting.demands)
        if four_eyes and not mine.known:
            raise _not_two()
        if four_eyes and others and not any(independent(mine, other) for other in others):
            raise _not_two()

    def _settled(self, account: Account) -> None:
        """Nobody decides in the name of an account that is disabled, or that another person made or changed a short while ago."""
        person = self.people()[account.id]
        if person.disabled:
            raise Refused("this account is disabled", code="approval-disabled")
        if person.is_new(self._kept.clock.now()):
            raise Refused(
                "this account was made or changed by another person less than a day ago",
                code="approval-new",
                hint="It may approve a day after that, or when the operator has vouched for it: comity account vouch.",
            )

    def _withdrawable(self, account: Account, waiting: Waiting, decision: Decision) -> str:
        """The role under which something is taken back: one's own words under that in which they were said."""
        review = waiting.review
        acts = {} if review is None else {each.id: each for each in review.acts if each.id in review.counting}
        act = acts.get(decision.withdraws)
        taken = {each.withdraws for each in acts.values()}
        if act is None or act.says == "withdraw" or act.id in taken:
            raise Conflict("this was not said, or does not count any more", code="approval-changed")
        if not may_withdraw(act, account.id, self.people()):
            raise Refused("only whoever said it can withdraw it", code="approval-not-yours")
        _check_reason(decision)
        if act.account != account.id:
            return self.check(account, waiting)
        self._settled(account)
        return act.role

    def _objectable(self, waiting: Waiting, decision: Decision) -> None:
        _check_reason(decision)
        if decision.says == "ask" and not self._asked(waiting):
            raise Conflict(
                "its source has no identity here, or is ourselves: nobody can be asked",
                code="approval-no-source",
                hint="Ask on another way, and cite the consent when you release it.",
            )

    def _asked(self, waiting: Waiting) -> tuple[str, ...]:
        source = next((each for each in self._kept.parties.all() if each.id == waiting.held.source), None)
        return () if source is None or source.own or source.identity is None else (source.identity,)

    def _keep(self, account: Account, prepared: Prepared, signature: Signature) -> State:
        statement, waiting = prepared.statement, prepared.waiting
        key = self._accounts.signing.key(signature.key)
        if key is None or key.account != account.id or not holds(signature, statement.signed, key):
            raise Corrupt("a signature that was just made does not hold", code="signing-key", hint="Nothing was kept.")
        keys = self._kept.keys()
        _, identity = self._kept.own()
        kind = REQUEST_TYPE if statement.says == "ask" else TYPE
        raw = encode(
            statement,
            Personal(key.kind, key.public, signature.value, signature.authenticator, signature.client),
            id=f"{kind}--{uuid4(self._kept.random)}",
            by=identity,
            public=keys.public,
            sign=lambda enclosed: sign(keys, PURPOSE, enclosed),
            to=prepared.to,
        )
        parsed = parse(raw)
        if not isinstance(parsed, Parsed):
            raise Corrupt(
                "an object that this node made is not valid", code="approval-object", hint="Please report it."
            )
        kept = None if prepared.proposal is None else prepared.proposal.kept
        said = Said(
            object=waiting.held.id,
            key=waiting.key,
            digest=waiting.digest,
            lens=waiting.lens.text,
            demands=waiting.demands,
            act=Act(
                id=parsed.id,
                says=statement.says,
                account=account.id,
                role=statement.role,
                at=parse_timestamp(statement.at),
                content="" if kept is None else kept.digest.hex(),
                consent=bool(statement.reference),
                withdraws=statement.withdraws,
            ),
            by=account.name,
            key_used=key.id,
            form=kept,
            to=prepared.to,
        )
        collection = self._kept.collections.closed(APPROVALS)
        own = self._kept.parties.own().id
        batch = Batch(own, collection.id, (parsed,), Channel.FORM, self._kept.clock.now())
        return self._kept.store.approve(batch, said)


def _standing(waiting: Waiting, content: str, people: Mapping[int, Person]) -> list[Act]:
    """The releases of one content that count as things stand."""
    review = waiting.review
    if review is None:
        return []
    taken = {each.withdraws for each in review.acts if each.says == "withdraw"}
    last: dict[int, Act] = {}
    for act in review.acts:
        if act.says == "release" and act.id in review.counting and act.id not in taken and act.account in people:
            last[act.account] = act
    return [each for each in last.values() if each.content == content and not people[each.account].disabled]


def _check_reason(decision: Decision) -> None:
    if not decision.reason or len(decision.reason) > LONGEST_REASON:
        raise Invalid("say why", code="approval-reason", where="reason")


def _not_two() -> Refused:
    return Refused(
        "you and whoever approved it are not two people who came here without each other",
        code="approval-not-two",
        hint="Nobody who added, invited, recovered or changed an account counts beside it, nor do two that one person made. "
        "The operator can vouch for an account: comity account vouch.",
    )


def _unproven(why: str) -> Invalid:
    return Invalid(f"the approval does not hold: {why}", code="approval-unproven")
