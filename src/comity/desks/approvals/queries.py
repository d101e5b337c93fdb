"""Queries of the approvals desk, one function per page.

What waits, and what would go of it, is asked of the reading door; what was decided is the store's, whether one may decide the
directory's. Nothing is shown here of an object that the reader may not see.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from comity.desks.approvals import rules
from comity.desks.approvals.errors import NoSuchReview
from comity.desks.approvals.objects import (
    DECIDED,
    HIDDEN_TEXT,
    PATH,
    REASON,
    REFERENCE,
    SEEN,
    WAITING,
    WRITE,
    Asked,
    ItemPage,
    Preview,
    QueuePage,
    Reason,
    SignPage,
    WaitsPanel,
    Way,
    Word,
    WritePage,
    ways,
)
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NodeError, NotFound
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.signing import ED25519, PASSKEY
from comity.kernel.policy.approval.decisions import Decision
from comity.kernel.policy.approval.folding import Act, State, may_withdraw
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens_sentences import of_profile, sentences
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.approvals import Review
from comity.kernel.store.proposing import Proposal, Refusal
from comity.kernel.store.reviewing import Waiting, name_of
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account, Held
from comity.kernel.store.visible import Visible
from comity.web.forms import Choice, Field, Form
from comity.web.page import Crumb
from comity.web.portraits.comparison import compared
from comity.web.portraits.kinds import kind_of
from comity.web.portraits.portrait import decode
from comity.web.portraits.titles import short_title, title
from comity.web.tables import At, Link, Marking, Row, Words, plain
from comity.web.words import Phrase, Told, msgid, outside, told_by

ROWS: Final = 50
AT_HOME: Final = 3


class Door(NamedTuple):
    """What every page of this desk needs: the store, the directory, who reads, and when."""

    store: Store
    directory: Directory
    viewer: Viewer
    account: Account
    now: Micros

    @property
    def visible(self) -> Visible:
        """The reading door."""
        return self.store.visible(self.viewer)


# -- lists ------------------------------------------------------------------------------------------------------------


def queue(door: Door, show: str, cursor: str, agreement: str, party: str) -> QueuePage:
    """What waits; or, with ``show``, what was decided in one way."""
    if show in rules.LISTS:
        return _decided(door, show)
    number = next((each.id for each in door.directory.parties.all() if each.slug == party), -1 if party else 0)
    found = door.visible.reviews(ROWS, cursor, agreement=agreement, party=number)
    counted = door.visible.reviews_counted(agreement=agreement, party=number)
    empty, comes = rules.EMPTY[State.WAITING]
    rows = [_waiting_row(each) for each in found.items]
    following = {"next": found.next, "agreement": agreement, "party": party} if found.next else {}
    return QueuePage(
        finding=rules.finding_of(counted.number, more=counted.more),
        ways=_ways(""),
        filters=_filters(door, agreement, party),
        table=plain(msgid("What waits"), WAITING, rows, empty=empty, comes=comes),
        next=rules.list_path(following) if following else "",
        level=max((each.held.tlp for each in found.items), default=None),
    )


def _decided(door: Door, show: str) -> QueuePage:
    state, word = rules.LISTS[show]
    found = _seen(door.store, door.visible, state)
    rows = [_decided_row(door, review, held) for review, held in found]
    empty, comes = rules.EMPTY[state]
    return QueuePage(
        finding=word,
        ways=_ways(show),
        filters=None,
        table=plain(word, DECIDED, rows, empty=empty, comes=comes),
        next="",
        level=max((held.tlp for _, held in found), default=None),
    )


def _seen(store: Store, visible: Visible, state: State) -> list[tuple[Review, Held]]:
    """The latest reviews that stand like this, each with its object: of the version that was looked at, else of any. Those of
    objects that the reader may not see are left out, and are in no count.
    """
    found = []
    for review in store.approvals.in_state(state, ROWS):
        held = visible.held(review.object)
        one = next((each for each in held if each.digest == review.digest), next(iter(held), None))
        if one is not None:
            found.append((review, one))
    return found


def _ways(show: str) -> tuple[Way, ...]:
    lists = [Way(word, rules.list_path({"show": slug}), slug == show) for slug, (_, word) in rules.LISTS.items()]
    return (Way(msgid("Waiting"), PATH, not show), *lists)


def _filters(door: Door, agreement: str, party: str) -> Form | None:
    agreements = [Choice(each.name, outside(each.title)) for each in door.directory.agreements.all()]
    parties = [Choice(each.slug, outside(each.name)) for each in door.directory.parties.all() if not each.own]
    if not agreements:
        return None
    return Form(
        id="filter",
        action=PATH,
        asks="get",
        button=msgid("Show"),
        cancel=PATH if agreement or party else "",
        fields=(
            Field(
                name="agreement",
                kind="select",
                label=msgid("Asked for by"),
                choices=tuple(agreements),
                value=agreement,
                required=False,
            ),
            Field(
                name="party",
                kind="select",
                label=msgid("Would go to"),
                choices=tuple(parties),
                value=party,
                required=False,
            ),
        ),
    )


def _waiting_row(one: Waiting) -> Row:
    decoded = decode(one.held.raw)
    return Row(
        (
            Link(outside(short_title(decoded)), rules.item_path(one.held.id, one.name)),
            Words(kind_of(one.held.type).word),
            Marking(one.held.tlp, one.held.assumed),
            Words(outside(", ".join(one.audience))),
            Words(rules.asked_shortly(one.demands)),
            At(one.held.added),
        ),
        id=one.name,
    )


def _decided_row(door: Door, review: Review, held: Held) -> Row:
    name = name_of(review.digest, review.lens)
    still = door.visible.review(review.object, name) is not None
    path = rules.item_path(review.object, name) if still else rules.object_path(review.object)
    names = {each.id: each.name for each in door.directory.accounts.all()}
    said = dict.fromkeys(names.get(each.account, "") for each in review.acts)
    return Row(
        (
            Link(outside(short_title(decode(held.raw))), path),
            Words(kind_of(held.type).word),
            Marking(held.tlp, held.assumed),
            Words(outside(", ".join(said))),
            At(review.moved),
        ),
        id=name,
    )


def waits(store: Store, _directory: Directory, viewer: Viewer) -> WaitsPanel:
    """What waits, on the first page."""
    visible = store.visible(viewer)
    found, counted = visible.reviews(AT_HOME).items, visible.reviews_counted()
    return WaitsPanel(
        finding=rules.finding_of(counted.number, more=counted.more),
        half=len(_seen(store, visible, State.HALF)),
        items=tuple(
            Link(outside(short_title(decode(each.held.raw))), rules.item_path(each.held.id, each.name))
            for each in found
        ),
        level=max((each.held.tlp for each in found), default=None),
    )


# -- one item ---------------------------------------------------------------------------------------------------------


def find(door: Door, object_id: str, party: str) -> str:
    """The path of an object's item for a party; of the first, where several forms are asked for."""
    number = next((each.id for each in door.directory.parties.all() if each.slug == party), 0)
    found = door.visible.reviews_of(object_id, number)
    if not found:
        raise NoSuchReview(msgid("No agreement asks people about this object for that party."))
    return rules.item_path(found[0].held.id, found[0].name)


def waiting(door: Door, object_id: str, name: str) -> Waiting:
    """The item that an address names."""
    try:
        return door.directory.approvals.item(door.account, object_id, name)
    except NotFound as error:
        raise NoSuchReview(
            msgid("It was never asked for, is asked for otherwise by now, or is not held here.")
        ) from error


def item(door: Door, one: Waiting, form: str, *, decides: bool) -> ItemPage:
    """One item, with what would go in one form. ``decides``: whether whoever asks may decide at all."""
    state = state_of(one)
    path = rules.item_path(one.held.id, one.name)
    approved = one.review is not None and bool(one.review.content)
    shown = form or (rules.AS_APPROVED if approved else rules.AS_ASKED)
    why_not = _why_not(door, one) if decides else ""
    preview = _preview(door, one, rules.release_of(shown, content=_content_of(one)))
    return ItemPage(
        title=title(decode(one.held.raw), {}),
        kind=kind_of(one.held.type).word,
        path=rules.object_path(one.held.id),
        level=one.held.tlp,
        assumed=one.held.assumed,
        source=one.held.source_name,
        state=rules.state_of(state),
        finding=_finding(one, state),
        notices=rules.notices(
            state, "" if one.review is None else one.review.why, latest=one.latest, mine=_mine(door, one)
        ),
        audience=one.audience,
        asked=tuple(
            Asked(
                Phrase(msgid("Article %(article)s of %(agreement)s"), rules.cited(ground)),
                rules.agreement_path(ground.agreement, ground.article),
                rules.asked(demand),
            )
            for ground, demand in zip(one.grounds, one.demands, strict=True)
        ),
        reasons=_reasons(one),
        duties=tuple(told_by(each.says) for each in one.decision.obligations),
        forms=_forms(door, one, path, shown, approved=approved),
        shown=_called(shown),
        preview=preview,
        words=_words(door, one, path, decides=decides),
        acts=_acts(one, state, path, shown, preview) if decides and not why_not and one.latest else (),
        ends=_ends(door, one, state, path) if decides and not why_not and one.latest else (),
        why_not=why_not,
    )


def state_of(one: Waiting) -> State:
    """How an item stands."""
    return State.WAITING if one.review is None else one.review.state


def _finding(one: Waiting, state: State) -> Told:
    parts = {"parties": ", ".join(one.audience)}
    if state is State.RELEASED:
        return Phrase(msgid("People let it go to %(parties)s."), parts)
    if state is State.REFUSED:
        return Phrase(msgid("People refused to let it go to %(parties)s."), parts)
    return Phrase(msgid("It goes to %(parties)s only when people have agreed."), parts)


def _content_of(one: Waiting) -> str:
    """The digest of the form that was approved, where there is one."""
    return one.review.content.hex() if one.review is not None else ""


def approved(one: Waiting, form: str) -> str:
    """The same, where it is that form that is asked for."""
    return _content_of(one) if form == rules.AS_APPROVED else ""


def _mine(door: Door, one: Waiting) -> bool:
    """Whether this person's own approval is what stands."""
    if one.review is None:
        return False
    return any(
        each.account == door.account.id and each.says == "release" and each.content == _content_of(one)
        for each in _counting(one.review)
    )


def _counting(review: Review) -> Sequence[Act]:
    """What was said and not taken back since."""
    taken = {each.withdraws for each in review.acts if each.says == "withdraw"}
    return [each for each in review.acts if each.id in review.counting and each.id not in taken]


def _why_not(door: Door, one: Waiting) -> Told:
    try:
        door.directory.approvals.check(door.account, one)
    except NodeError as error:
        return rules.refusal(error)
    return ""


def _reasons(one: Waiting) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            told_by(each.internal),
            outside(each.clause),
            rules.agreement_path(each.agreement, each.article) if each.agreement else "",
        )
        for each in one.decision.reasons
        if each.effect is not Effect.RELEASE
    )


def _forms(door: Door, one: Waiting, path: str, shown: str, *, approved: bool) -> tuple[Way, ...]:
    found = [rules.AS_APPROVED] if approved else []
    found += [rules.AS_ASKED, *(f"{rules.PROFILE}{each}" for each in door.directory.approvals.profiles(one))]
    return tuple(Way(_called(each), rules.form_path(path, each), each == shown) for each in found)


def _called(form: str) -> Told:
    if form == rules.AS_APPROVED:
        return msgid("As it was approved")
    if form == rules.BY_HAND:
        return msgid("Written by hand")
    if form.startswith(rules.PROFILE):
        return Phrase(msgid("Redacted: %(profile)s"), {"profile": form.removeprefix(rules.PROFILE)})
    return msgid("As the agreement asks")


def _preview(door: Door, one: Waiting, decision: Decision) -> Preview:
    """What would go, exactly; or why nothing can."""
    try:
        found = door.directory.approvals.proposal(door.account, one, decision)
    except NodeError as error:
        return Preview(beside=None, reasons=(_as_phrase(rules.refusal(error)),), does=(), digest="", bytes="")
    if isinstance(found, Refusal):
        return Preview(beside=None, reasons=tuple(map(told_by, found.reasons)), does=(), digest="", bytes="")
    return _shown(door, one, decision, found)


def _shown(door: Door, one: Waiting, decision: Decision, found: Proposal) -> Preview:
    profile = door.directory.approvals.profiles(one).get(decision.profile)
    more = () if profile is None else of_profile(profile)
    return Preview(
        beside=compared(one.held.raw, one.held.raw if found.kept.whole else found.raw),
        reasons=(),
        does=tuple(map(told_by, (*sentences(one.lens), *more))),
        digest=found.kept.digest.hex(),
        bytes=json.dumps(msgspec.json.decode(found.raw), indent=2, ensure_ascii=False),
    )


def _as_phrase(said: Told) -> Phrase:
    return said if isinstance(said, Phrase) else Phrase(said)


def _words(door: Door, one: Waiting, path: str, *, decides: bool) -> tuple[Word, ...]:
    if one.review is None:
        return ()
    names = {each.id: each.name for each in door.directory.accounts.all()}
    people = door.directory.approvals.people()
    counting = {each.id for each in _counting(one.review)}
    found = []
    for act in one.review.acts:
        meaning, word, said = rules.word_of(act, names.get(act.account, ""))
        mine = act.id in counting and act.says != "withdraw" and may_withdraw(act, door.account.id, people)
        found.append(
            Word(
                meaning=meaning,
                word=word,
                said=said,
                reason=_reason_of(door, act.id),
                at=act.at,
                path=rules.object_path(act.id),
                taken=act.says != "withdraw" and act.id not in counting,
                withdraw=f"{path}/withdraw/{act.id}" if decides and mine else "",
            )
        )
    return tuple(found)


def _reason_of(door: Door, object_id: str) -> str:
    """What its object says beside: the reason, or where a consent stands written."""
    held = next(iter(door.visible.held(object_id)), None)
    statement: Mapping[str, object] = decode(held.raw).get("statement", {}) if held is not None else {}
    return str(statement.get("reason") or statement.get("reference") or "")


def _acts(one: Waiting, state: State, path: str, shown: str, preview: Preview) -> tuple[Link, ...]:
    if state in {State.RELEASED, State.REFUSED}:
        return ()
    to = {"parties": ", ".join(one.audience)}
    release = (
        msgid("Record the source's consent, and release to %(parties)s")
        if state is State.SOURCE
        else msgid("Release to %(parties)s in this form")
    )
    found = [Link(Phrase(release, to), f"{path}/release/{shown}")] if preview.beside is not None else []
    return (*found, Link(msgid("Write another form by hand"), f"{path}/by-hand"))


def _ends(door: Door, one: Waiting, state: State, path: str) -> tuple[Link, ...]:
    if state is State.REFUSED:
        return ()
    parties = {each.id: each for each in door.directory.parties.all()}
    source = parties.get(one.held.source)
    found = []
    if state in {State.WAITING, State.HALF} and source is not None and not source.own and source.identity is not None:
        found.append(Link(msgid("Ask its source"), f"{path}/ask"))
    said = msgid("Stop it: refuse after all") if state is State.RELEASED else msgid("Refuse")
    return (*found, Link(said, f"{path}/refuse"))


# -- writing by hand, and signing -------------------------------------------------------------------------------------


def write(door: Door, one: Waiting, form: Form | None = None, faults: tuple[Phrase, ...] = ()) -> WritePage:
    """The text that a person changes, beginning with what the agreement leaves."""
    path = rules.item_path(one.held.id, one.name)
    if form is None:
        found = door.directory.approvals.proposal(door.account, one, rules.release_of(rules.AS_ASKED))
        raw = found.raw if isinstance(found, Proposal) and not found.kept.whole else one.held.raw
        twin = door.directory.approvals.twin(door.account, one)
        text = json.dumps(rules.begun(msgspec.json.decode(raw), twin), indent=2, ensure_ascii=False)
        form = WRITE.to(f"{path}/by-hand", cancel=path).starting({"text": text})
    return WritePage(
        title=title(decode(one.held.raw), {}),
        twin=door.directory.approvals.twin(door.account, one),
        form=form,
        faults=faults,
        original=json.dumps(msgspec.json.decode(one.held.raw), indent=2, ensure_ascii=False),
        level=one.held.tlp,
        trail=trail(one),
    )


def faults(door: Door, one: Waiting, text: str) -> tuple[Phrase, ...]:
    """What is wrong with a form that a person wrote."""
    found = door.directory.approvals.proposal(door.account, one, rules.release_of(rules.BY_HAND, text=text))
    return tuple(map(told_by, found.reasons)) if isinstance(found, Refusal) else ()


def signing(
    door: Door, one: Waiting, decision: Decision, action: str, form: Form | None = None, *, passkeys: bool
) -> SignPage:
    """What a person is about to say, and the form that signs it. ``passkeys``: whether they can be used at this address."""
    preview = _preview(door, one, decision) if decision.says == "release" else None
    consequences, undone, heading = rules.told(decision.says, one.audience)
    shown = form or sign_form(door, one, decision, action, preview.digest if preview else "", passkeys=passkeys)
    statement = ""
    why_not: Told = ""
    try:
        prepared = door.directory.approvals.prepare(door.account, one, rules.to_look_at(decision, state_of(one)))
        statement = json.dumps(msgspec.json.decode(prepared.statement.signed), indent=2, ensure_ascii=False)
    except NodeError as error:
        why_not = rules.refusal(error)
    return SignPage(
        title=heading,
        consequences=consequences,
        undone=undone,
        audience=one.audience,
        preview=preview,
        statement=statement,
        form=None if why_not or shown is None else shown,
        why_not=why_not or ("" if shown is not None else rules.REFUSALS["signing-key-missing"]),
        level=one.held.tlp,
        trail=trail(one),
    )


def sign_form(
    door: Door, one: Waiting, decision: Decision, action: str, digest: str = "", *, passkeys: bool
) -> Form | None:
    """The form that signs; None for a person without a key that signs here."""
    keys = {each.kind for each in door.directory.accounts.signing.keys(door.account) if each.retired is None}
    password, passkey = ED25519 in keys, PASSKEY in keys and passkeys
    if not password and not passkey:
        return None
    fields: tuple[Field, ...] = ()
    if decision.says == "release":
        fields = (REFERENCE,) if state_of(one) is State.SOURCE else ()
        fields = (*fields, SEEN, HIDDEN_TEXT)
    else:
        fields = (REASON,)
    button, danger = rules.BUTTONS[decision.says]
    made = Form(
        id="sign",
        action=action,
        button=button,
        danger=danger,
        cancel=rules.item_path(one.held.id, one.name),
        fields=(*fields, *ways(password=password, passkey=passkey)),
    )
    if decision.says != "release":
        return made
    return made.starting({"content": digest or decision.content, "text": decision.text})


def trail(one: Waiting) -> tuple[Crumb, ...]:
    """The way to a page about an item."""
    return (Crumb(outside(short_title(decode(one.held.raw))), rules.item_path(one.held.id, one.name)),)
