"""Queries of the agreements desk, one function per page.

Agreements are the directory's, what follows from them the reading door's: ``store.visible`` of the party that runs the node.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

import msgspec

from comity.desks.agreements import rules
from comity.desks.agreements.errors import NoSuchAgreement, NoSuchCell, NoSuchDraft
from comity.desks.agreements.objects import (
    AGREED,
    DRAFT,
    DRAFTS,
    EFFECT,
    FINDINGS,
    HELD,
    PATH,
    TEXT,
    VERSIONS,
    WENT_OUT,
    AgreementPage,
    AgreementsPage,
    AnswerPage,
    CellPage,
    Change,
    DecidesPanel,
    DraftPage,
    Instance,
    Look,
    MatrixPage,
    NewDraft,
    OfferPage,
    Outlook,
    PartyOutcome,
    PreviewPage,
    Sample,
    Signature,
    SignedBy,
    Standing,
    TextPage,
    TimePage,
    Way,
    WentOutPage,
    asked_time,
    crumb,
    signing,
)
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.directory.agreements import State
from comity.kernel.directory.directory import Directory
from comity.kernel.directory.offers import Offer
from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.agreement.articles import Parties
from comity.kernel.policy.agreement.binding import relation_of
from comity.kernel.policy.agreement.findings import Finding
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.lens_sentences import sentences
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.answers import Explained, Foreseen, Going, Ids, Preview, Rehearsed
from comity.kernel.store.store import Store
from comity.kernel.store.types import AgreementRow, Draft, Held, Party
from comity.kernel.store.visible import Visible
from comity.web.charts import matrix as chart
from comity.web.forms import Act, Choice, ConfirmationPage, Form
from comity.web.portraits.comparison import compared
from comity.web.portraits.kinds import UNKNOWN, kind_of
from comity.web.portraits.portrait import decode
from comity.web.portraits.text import line, short_id
from comity.web.portraits.titles import called_by, short_title, title
from comity.web.tables import At, Cell, Code, Link, Listing, Mark, Marking, Row, Table, Words, plain
from comity.web.words import Phrase, Told, msgid, outside, plural, told_by

MOST_AT_HOME: Final = 5
MOST_TRIED: Final = 12
MOST_PARTIES: Final = 24
MOST_LINES: Final = 60
MOST_SAMPLES: Final = 8
MOST_LISTED: Final = 50
MOST_GONE: Final = 200
LONGEST_LINE: Final = 160
CHANNEL: Final = "then-and-now"
"""The channel by which a partner's sight is looked at here; nothing of it goes out."""
FEATURES: Final[dict[str, tuple[str, str]]] = {
    "tlp": (msgid("Marking"), msgid("Partner")),
    "type": (msgid("Kind of object"), msgid("Partner")),
    "source": (msgid("Source"), msgid("Partner")),
    "collection": (msgid("Collection"), msgid("Partner")),
}


class Door(NamedTuple):
    """What every page of this desk needs: the store, the directory, who reads, and when."""

    store: Store
    directory: Directory
    viewer: Viewer
    now: Micros

    @property
    def visible(self) -> Visible:
        """The reading door."""
        return self.store.visible(self.viewer)


# -- agreements and drafts --------------------------------------------------------------------------------------------


def agreements(door: Door, asked: Listing, *, drafts: bool, signs: bool) -> AgreementsPage:
    """Every agreement and every draft. ``drafts``, ``signs``: whether whoever asks may write, and sign."""
    rows = door.directory.agreements.all()
    keys = {
        "agreement": lambda row: row.title.casefold(),
        "until": lambda row: rules.term_of(row.agreement)[1] or 2**62,
    }
    table = asked.table(
        msgid("Agreements"),
        [_row(door, row) for row in asked.page_of(rows, keys)],
        total=len(rows),
        empty=msgid("Nothing is agreed yet."),
        comes=msgid("Without agreements each party gets what its TLP ceiling and the access lists let it have."),
    )
    return AgreementsPage(
        agreements=table,
        drafts=_drafts(door),
        waiting=sum(rules.waits(row, door.now) for row in rows),
        ending=sum(rules.ends_soon(row, door.now) for row in rows),
        drafts_may=drafts,
        signs_may=signs,
    )


def agreement(door: Door, name: str, *, drafts: bool, signs: bool) -> AgreementPage:
    """One agreement, with what each article decides."""
    row = one(door, name)
    versions = door.directory.agreements.versions(name)
    since, until = rules.term_of(row.agreement)
    ended = row.withdrawn is not None
    counted = rules.decides(row, door.now)
    signatures = _signatures(door, row)
    tallies = door.visible.decided_by(name) if counted else None
    path = rules.path_of(name)
    acts = [
        (signs and not ended and row.suspended is not None, Link(msgid("Resume"), f"{path}/resume")),
        (
            signs and row.ours is not None and not ended and len(signatures) > 1,
            Link(msgid("Save the offer for them"), f"{path}/offer"),
        ),
        (True, Link(msgid("What had gone out"), f"{path}/out")),
    ]
    ends = [
        (signs and bool(door.store.twins.under(name)), Link(msgid("Give new pseudonyms"), f"{path}/pseudonyms")),
        (signs and not ended and row.suspended is None, Link(msgid("Suspend"), f"{path}/suspend")),
        (signs and not ended, Link(msgid("Withdraw"), f"{path}/withdraw")),
    ]
    return AgreementPage(
        name=row.name,
        title=row.title,
        state=rules.state_of(row, door.now),
        sentence=rules.sentence_of(row.agreement, [each.name for each in signatures if not each.ours]),
        notices=rules.notices_of(row, door.now),
        articles=rules.articles_of(row.agreement, tallies),
        profiles=rules.profiles_of(row.agreement, tallies),
        signatures=signatures,
        versions=_versions(versions) if len(versions) > 1 else None,
        version=row.version,
        object_id=row.object,
        digest=row.digest.hex(),
        since=since,
        until=until,
        amend=Act(button=msgid("Write a new version"), action=f"{path}/amend", about=name) if drafts else None,
        acts=tuple(link for there, link in acts if there),
        ends=tuple(link for there, link in ends if there),
        counted=counted,
    )


def pseudonyms(door: Door, name: str) -> ConfirmationPage:
    """What new pseudonyms mean for who has the ones of today."""
    row = one(door, name)
    number = door.store.twins.under(name)
    path = rules.path_of(name)
    return ConfirmationPage(
        title=Phrase(msgid("Give new pseudonyms under “%(title)s”?"), {"title": row.title}),
        consequences=(
            plural(
                "%(num)s redacted form gets another id, and another name for everything that it calls by a pseudonym.",
                "%(num)s redacted forms get other ids, and other names for everything that they call by a pseudonym.",
                number,
            ),
            msgid("The old ones are revoked: whoever has them is told so, and nothing more, at its next question."),
            msgid("Nothing that they have joined to an old id can be joined to the new one by anybody but this node."),
            msgid("Until the new ones are made, nothing goes in their place."),
        ),
        undone=msgid("No. The old key is kept to revoke what it named, and makes nothing new."),
        form=Form(
            id="pseudonyms",
            action=f"{path}/pseudonyms",
            button=msgid("Give new pseudonyms"),
            cancel=path,
            danger=True,
        ),
        marking=AGREED,
        trail=(crumb(row.title, row.name),),
    )


def text(door: Door, name: str) -> TextPage:
    """The text that was signed."""
    row = one(door, name)
    return TextPage(name=row.name, title=row.title, lines=tuple(row.text.rstrip("\n").split("\n")))


def one(door: Door, name: str) -> AgreementRow:
    """The agreement that an address names."""
    try:
        return door.directory.agreements.get(name)
    except NotFound as error:
        raise NoSuchAgreement(msgid("It was never made here, or has another name.")) from error


def draft(door: Door, name: str, form: Form | None = None, *, drafts: bool) -> DraftPage:
    """A draft, with what is to be put right. ``form``: as it was sent, where it was not kept.

    ``drafts``: whether whoever asks may change it.
    """
    held = held_draft(door, name)
    shown = form or text_form(held)
    typed = shown.value("text")
    read, findings = door.directory.agreements.examine(typed)
    return DraftPage(
        name=name,
        by=_person(door, held.account),
        at=held.at,
        form=shown,
        findings=_findings(findings, typed),
        errors=sum(each.is_error for each in findings),
        warnings=sum(not each.is_error for each in findings),
        articles=rules.articles_of(read) if read else (),
        profiles=rules.profiles_of(read) if read else (),
        lines=tuple(typed.rstrip("\n").split("\n")),
        drop=Act(button=msgid("Drop the draft"), action=f"{rules.draft_path(name)}/drop", about=name, danger=True)
        if drafts
        else None,
    )


def held_draft(door: Door, name: str) -> Draft:
    """The draft that an address names."""
    held = door.store.agreements.draft(name)
    if held is None:
        raise NoSuchDraft(msgid("It was signed, or dropped, or never was."))
    return held


def text_form(held: Draft) -> Form:
    """The form with a draft's text. ``seen`` is when it was kept last, as whoever types has seen it."""
    path = rules.draft_path(held.name)
    return TEXT.to(path, cancel=PATH).starting({"text": held.text, "seen": str(held.at)})


def draft_form(door: Door) -> Form:
    """The form for a new draft, with the parties it can be made with."""
    partners = [each for each in door.directory.parties.all() if not each.own]
    communities = [Choice(each.slug, outside(each.name)) for each in door.directory.communities.all()]
    form = DRAFT.offering("party", [Choice(each.slug, outside(each.name)) for each in partners])
    if communities:
        return form.offering("communities", communities)
    return msgspec.structs.replace(form, fields=tuple(each for each in form.fields if each.name != "communities"))


def new_draft(form: Form) -> NewDraft:
    """What was asked for; a name is made where none was given."""
    offered = {each.name for each in form.fields}
    template, party = form.value("template"), form.value("party")
    communities = form.many("communities") if "communities" in offered else ()
    made = "-".join(filter(None, (template, party or next(iter(communities), ""))))
    return NewDraft(template, party, communities, form.value("name") or made[: rules.LONGEST_NAME].rstrip("-"))


def name_fault(door: Door, name: str) -> Told:
    """Why a new draft can't have this name; empty where it can."""
    if fault := rules.name_fault(name):
        return fault
    if any(each.name == name for each in door.directory.agreements.all()):
        return msgid(
            "There is an agreement of this name. Write a new version of it on its page, or choose another name."
        )
    if door.store.agreements.draft(name) is not None:
        return msgid("There is a draft of this name. Go on with that one, or choose another name.")
    return ""


def preview(door: Door, name: str, *, signs: bool) -> PreviewPage:
    """What signing a draft would do."""
    held = held_draft(door, name)
    read = door.directory.agreements.read(held.text)
    foreseen = door.directory.agreements.preview(held.text)
    return PreviewPage(
        name=name,
        title=read.title,
        outlook=outlook(door, foreseen),
        articles=rules.articles_of(read, foreseen.articles),
        profiles=rules.profiles_of(read, foreseen.articles),
        sign=f"{rules.draft_path(name)}/sign" if signs else "",
    )


def outlook(door: Door, foreseen: Preview) -> Outlook:
    """What an act on an agreement would do, as a sentence and for each party, those for whom most changes first."""
    called = Called(door.visible)
    ordered = sorted(foreseen.parties, key=lambda each: (-(each.opening.count + each.closing.count), each.name))
    parties = tuple(_outcome(called, each) for each in ordered[:MOST_PARTIES])
    return Outlook(_finding(foreseen), _forms(foreseen), parties, called.strictest)


def offer(door: Door, data: bytes, bundle: str, form: Form | None = None, *, compared: str = "") -> OfferPage:
    """What others offer, verified and not signed. ``bundle`` is what the next page is sent to sign it.

    ``compared``: the fingerprint of their keys, where a person has compared it.
    """
    found = door.directory.offers.read(data, fingerprint=compared)
    foreseen = door.directory.offers.preview(data, fingerprint=compared)
    agreed = found.carried.agreement
    return OfferPage(
        title=agreed.title,
        signers=tuple(SignedBy(each.party.name, each.fingerprint, each.known) for each in found.signers),
        warnings=tuple(told_by(each.says) for each in found.findings),
        outlook=outlook(door, foreseen),
        articles=rules.articles_of(agreed, foreseen.articles),
        profiles=rules.profiles_of(agreed, foreseen.articles),
        form=form or signing_form(found, compared).starting({"bundle": bundle}),
    )


def signing_form(found: Offer, compared: str) -> Form:
    """The form that signs an offer: a key that was never seen is confirmed with a tick. What was compared stays so."""
    strange = next((each.fingerprint for each in found.signers if not each.known), "")
    return signing(known=not strange).starting({"fingerprint": compared or strange})


def answer(door: Door, name: str) -> AnswerPage:
    """After we signed what others offered."""
    row = one(door, name)
    others = [each.name for each in _signatures(door, row) if not each.ours]
    return AnswerPage(name=name, title=row.title, party=", ".join(others), path=rules.path_of(name))


def went_out(door: Door, name: str) -> WentOutPage:
    """What had been open under an agreement and is open no more."""
    row = one(door, name)
    called = Called(door.visible)
    gone = [(party, each) for party, found in door.directory.agreements.gone_out(name) for each in found]
    gone.sort(key=lambda pair: (-pair[1].closed, pair[0].name))
    rows = [
        Row((*called.cells(each.id, each.type), Words(outside(party.name)), At(each.closed)))
        for party, each in gone[:MOST_GONE]
    ]
    return WentOutPage(
        name=name,
        title=row.title,
        table=plain(
            msgid("What had gone out and is open no more"),
            WENT_OUT,
            rows,
            empty=msgid("Nothing that was open under it has been closed."),
            comes=msgid("When it is suspended, withdrawn, changed or lapses, what closes to whom stands here."),
        ),
        number=len(gone),
        more=max(0, len(gone) - MOST_GONE),
        level=called.strictest,
    )


# -- who gets what ----------------------------------------------------------------------------------------------------


def matrix(door: Door, feature: str) -> MatrixPage:
    """Partners by a feature of what is held."""
    feature = feature if feature in FEATURES else "tlp"
    found = door.visible.matrix(feature)
    parties = {each.id: each for each in door.directory.parties.all()}
    names = {number: each.name for number, each in parties.items()}
    columns = [rules.column_of(feature, value, _slugs(door, feature)) for value in found.columns]
    ordered = sorted(
        (row for row in found.rows if row.party in parties),
        key=lambda row: (-rules.total_of(row).release, names[row.party]),
    )
    lines = [
        chart.Line(
            outside(names[row.party]),
            {value: rules.counts_of(tally) for value, tally in zip(found.columns, row.cells, strict=True)},
            path=f"{PATH}/time?{urlencode({'party': parties[row.party].slug})}",
            cell_path=f"{PATH}/matrix/{quote(parties[row.party].slug, safe='')}/{feature}/",
        )
        for row in ordered[:MOST_LINES]
    ]
    ways = [Way(title, f"{PATH}/matrix?by={key}", key == feature) for key, (title, _) in FEATURES.items()]
    return MatrixPage(
        finding=rules.finding_of(found, names),
        picture=chart.drawn(columns, lines, by_size=feature != "tlp") if columns and lines else None,
        ways=tuple(ways),
        first=FEATURES[feature][1],
        more=max(0, len(ordered) - MOST_LINES),
    )


def cell(door: Door, slug: str, feature: str, value: str, effect: str) -> CellPage:
    """The objects behind one cell of the matrix; ``effect``: only those of which this becomes, all where it is no effect."""
    party = next((each for each in door.directory.parties.all() if each.slug == slug and not each.own), None)
    if party is None or feature not in FEATURES:
        raise NoSuchCell(msgid("No partner of this name, or nothing by which partners are compared."))
    visible = door.visible
    found = visible.matrix(feature)
    row = next((each for each in found.rows if each.party == party.id), None)
    if row is None or value not in found.columns:
        raise NoSuchCell(msgid("Nothing that is held is of this kind."))
    called = Called(visible)
    rows = []
    wanted = Effect(effect) if effect in rules.MEANINGS else None
    for object_id, found_effect in visible.in_cell(feature, value, party.id, wanted, MOST_LISTED):
        mark = Mark(rules.MEANINGS[found_effect.value], rules.EFFECT_WORDS[found_effect.value])
        what, kind, _ = called.cells(object_id)
        rows.append(Row((what, mark, kind, _why(object_id, slug))))
    tally = row.cells[found.columns.index(value)]
    path = f"{PATH}/matrix/{quote(slug, safe='')}/{feature}/{quote(value, safe='')}"
    return CellPage(
        party=party.name,
        what=rules.column_of(feature, value, _slugs(door, feature)).title,
        cell=chart.cell(rules.counts_of(tally)),
        ways=(
            Way(msgid("All"), path, wanted is None),
            *(
                Way(word, f"{path}?effect={each}", wanted is not None and wanted.value == each)
                for each, word in rules.EFFECT_WORDS.items()
                if getattr(tally, each)
            ),
        ),
        cut=len(rows) == MOST_LISTED,
        table=plain(
            msgid("Objects, and what becomes of each"),
            (HELD[0], EFFECT, HELD[1], HELD[-1]),
            rows,
            empty=msgid("Nothing here that you may see."),
            comes=msgid("What is restricted to named people shows to them only."),
        ),
        level=called.strictest,
    )


# -- what could they see ----------------------------------------------------------------------------------------------


def time(door: Door, asked: Mapping[str, str], on: Micros | None) -> TimePage:
    """What a party could see on a day. ``on``: the moment asked for, None for none or for what is no moment."""
    partners = [each for each in door.directory.parties.all() if not each.own]
    form = asked_time(partners)
    given = {name: asked[name][:40] for name in ("party", "on") if asked.get(name)}
    form = form.starting(given)
    party = next((each for each in partners if each.slug == given.get("party")), None)
    if "on" in given and on is None:
        form = form.failing(msgid("Give a day and an hour."), "on")
    if party is None and "on" in given:
        form = form.failing(msgid("Choose one."), "party")
    if party is None or on is None:
        return _no_time(form)
    visible = door.visible
    compared = visible.compared(party.id, on)
    called = Called(visible)
    past = on <= door.now
    tables = [
        _seen(called, caption, nothing, ids, party, given["on"])
        for caption, nothing, ids in (
            (msgid("Seen then and not now"), msgid("Everything seen then is seen now."), compared.only_then),
            (msgid("Seen now and not then"), msgid("Everything seen now is seen then."), compared.only_now),
        )
    ]
    return TimePage(
        form=form,
        party=party.name,
        on=on,
        finding=_could_see(party, compared.then, past=past),
        then=compared.then,
        now_number=compared.now,
        only_then=tables[0],
        only_now=tables[1],
        only_then_number=compared.only_then.count,
        only_now_number=compared.only_now.count,
        latest=_latest(door, called, party, on, given["on"]),
        past=past,
        level=called.strictest,
    )


def _could_see(party: Party, number: int, *, past: bool) -> Phrase:
    if past:
        return plural(
            "%(party)s could see %(num)s object", "%(party)s could see %(num)s objects", number, party=party.name
        )
    return plural("%(party)s will see %(num)s object", "%(party)s will see %(num)s objects", number, party=party.name)


def _no_time(form: Form) -> TimePage:
    nothing = plain(msgid("Nothing asked"), HELD, ())
    return TimePage(
        form=form,
        party="",
        on=None,
        finding="",
        then=0,
        now_number=0,
        only_then=nothing,
        only_now=nothing,
        only_then_number=0,
        only_now_number=0,
        latest=nothing,
        past=True,
        level=None,
    )


def _latest(door: Door, called: "Called", party: Party, on: Micros, typed: str) -> Table:
    """What came to the party last, as it stood then; of it what whoever asks may see now."""
    seen = door.store.visible(Viewer(party=party.id, channel=CHANNEL), on=on).recent(MOST_LISTED)
    rows = [Row((*called.cells(each.id), _why(each.id, party.slug, typed))) for each in seen if called.sees(each.id)]
    return plain(msgid("What came to it last"), HELD, rows, empty=msgid("Nothing that you may see."))


# -- parts ------------------------------------------------------------------------------------------------------------


class Called:
    """What objects are called, as far as this viewer may see them; ``strictest`` of all that were asked for."""

    def __init__(self, visible: Visible) -> None:
        self._visible = visible
        self._held: dict[str, Held | None] = {}

    def title(self, object_id: str) -> Told:
        """A title; of what this viewer may not see only its id."""
        held = self._find(object_id)
        if held is None:
            return outside(short_id(object_id))
        decoded = decode(held.raw)
        ends = {each: self._find(each) for each in called_by(decoded)}
        return title(decoded, {each: short_title(decode(end.raw)) for each, end in ends.items() if end})

    def sees(self, object_id: str) -> bool:
        """Whether this viewer may see it."""
        return self._find(object_id) is not None

    def cells(self, object_id: str, kind: str = "") -> tuple[Cell, Cell, Cell]:
        """What, kind and marking, as cells of a table."""
        held = self._find(object_id)
        what = held.type if held else kind or object_id.partition("--")[0]
        word = kind_of(what)
        called = Words(outside(what) if word is UNKNOWN else word.word)
        if held is None:
            return Words(self.title(object_id)), called, Words(msgid("not held any more"))
        return Link(self.title(object_id), path_of(object_id)), called, Marking(held.tlp, held.assumed)

    @property
    def strictest(self) -> Tlp | None:
        """The strictest marking of all that was found."""
        return max((held.tlp for held in self._held.values() if held), default=None)

    def _find(self, object_id: str) -> Held | None:
        if object_id not in self._held:
            self._held[object_id] = next(iter(self._visible.held(object_id)), None)
        return self._held[object_id]


def path_of(object_id: str) -> str:
    """The path of an object's page."""
    return f"/intel/objects/{quote(object_id, safe='')}"


def _why(object_id: str, slug: str, on: str = "") -> Link:
    """The way to the reasons; ``on``: of that day, as it was typed."""
    asked = f"?{urlencode({'on': on})}" if on else ""
    return Link(msgid("Why"), f"{path_of(object_id)}/audience{asked}#{slug}")


def _row(door: Door, row: AgreementRow) -> Row:
    ceiling = rules.ceiling_of(row.agreement)
    _, until = rules.term_of(row.agreement)
    others = [each.name for each in _signatures(door, row) if not each.ours]
    return Row(
        (
            Link(outside(row.title), rules.path_of(row.name), outside(row.name)),
            rules.state_of(row, door.now),
            Words(outside(", ".join(others))),
            Marking(ceiling) if ceiling is not None else Words(msgid("not known")),
            At(until, never=msgid("when it is withdrawn")),
        ),
        id=row.name,
    )


def _drafts(door: Door) -> Table:
    rows = [
        Row(
            (
                Link(outside(each.name), rules.draft_path(each.name)),
                Words(outside(_person(door, each.account))),
                At(each.at),
            )
        )
        for each in door.store.agreements.drafts()
    ]
    return plain(
        msgid("Drafts"),
        DRAFTS,
        rows,
        empty=msgid("No draft is kept."),
        comes=msgid("What is being written and not signed stands here, for everybody who may write or sign."),
    )


def _versions(rows: Sequence[AgreementRow]) -> Table:
    return plain(
        msgid("Versions, the newest first"),
        VERSIONS,
        [
            Row(
                (
                    At(each.version),
                    At(each.ours, never=msgid("not signed")),
                    At(each.theirs, never=msgid("not signed")),
                    Code(each.digest.hex()),
                )
            )
            for each in rows
        ],
    )


def _signatures(door: Door, row: AgreementRow) -> tuple[Signature, ...]:
    """Every signatory, with its signature where there is one."""
    signed = {each.identity: each for each in door.directory.agreements.signatures(row)}
    own = door.directory.parties.own()
    found = []
    for each in row.agreement.signatories:
        signature = signed.get(each.identity)
        ours = each.identity == own.identity if each.identity else each.party == own.slug
        found.append(
            Signature(
                name=each.name,
                jurisdiction=each.jurisdiction,
                ours=ours,
                at=signature.at if signature else None,
                fingerprint=signature.fingerprint if signature else "",
            )
        )
    return tuple(found)


def _findings(findings: Iterable[Finding], typed: str) -> Table:
    lines = typed.split("\n")
    rows = []
    for each in sorted(findings, key=lambda finding: (not finding.is_error, finding.line)):
        quoted = line(lines[each.line - 1], LONGEST_LINE) if 0 < each.line <= len(lines) else ""
        rows.append(Row((Words(_where(each)), Words(told_by(each.says)), Code(quoted) if quoted else Words(""))))
    return plain(msgid("What is to be put right"), FINDINGS, rows)


def _where(finding: Finding) -> Told:
    parts = {"article": str(finding.article), "line": str(finding.line)}
    if finding.article and finding.line:
        return Phrase(msgid("Article %(article)s, line %(line)s"), parts)
    if finding.line:
        return Phrase(msgid("Line %(line)s"), parts)
    return Phrase(msgid("Article %(article)s"), parts) if finding.article else msgid("The whole text")


def _person(door: Door, account: int) -> str:
    return next((each.name for each in door.directory.accounts.all() if each.id == account), "")


def _slugs(door: Door, feature: str) -> dict[str, str]:
    if feature == "source":
        return {each.slug: each.name for each in door.directory.parties.all()}
    if feature == "collection":
        return {each.slug: each.title or each.slug for each in door.directory.collections.all()}
    return {}


def _finding(foreseen: Preview) -> Told:
    opening = sum(each.opening.count for each in foreseen.parties)
    closing = sum(each.closing.count for each in foreseen.parties)
    parts = {"opening": f"{opening:,}", "closing": f"{closing:,}"}
    if not opening and not closing:
        return msgid("It would change nothing of what anybody sees today.")
    if not closing:
        return plural("It would open %(num)s object.", "It would open %(num)s objects.", opening)
    if not opening:
        return plural("It would close %(num)s object.", "It would close %(num)s objects.", closing)
    return Phrase(msgid("It would open %(opening)s and close %(closing)s objects."), parts)


def _forms(foreseen: Preview) -> Told:
    redacted = sum(each.redacted.count for each in foreseen.parties)
    reviewed = sum(each.reviewed.count for each in foreseen.parties)
    parts = {"redacted": f"{redacted:,}", "reviewed": f"{reviewed:,}"}
    if redacted and reviewed:
        return Phrase(msgid("%(redacted)s would go redacted, and %(reviewed)s when people have agreed."), parts)
    if redacted:
        return plural("%(num)s object would go redacted.", "%(num)s objects would go redacted.", redacted)
    if reviewed:
        return plural(
            "%(num)s object would go when people have agreed.",
            "%(num)s objects would go when people have agreed.",
            reviewed,
        )
    return ""


def _outcome(called: Called, each: Foreseen) -> PartyOutcome:
    changes = [
        ("released", msgid("Opens"), _OPENS, each.opening),
        ("partly", msgid("Redacted"), _REDACTED, each.redacted),
        ("partly", msgid("By what it names"), _REFERRING, each.referring),
        ("review", msgid("Review"), _REVIEWED, each.reviewed),
        ("wrong", msgid("Closes"), _CLOSES, each.closing),
        ("withheld", msgid("Withheld"), _STAYS, each.withheld),
    ]
    shown = tuple(
        Change(
            meaning=meaning,
            word=word,
            said=msgspec.structs.replace(said, parts={"num": f"{ids.count:,}"}, number=ids.count),
            number=ids.count,
            samples=_samples(called, ids),
        )
        for meaning, word, said, ids in changes
        if ids.count
    )
    same = Change(meaning="withheld", word=msgid("The same"), said=msgid("Nothing changes for it."), number=0)
    return PartyOutcome(
        party=each.name,
        path=f"{PATH}/time?{urlencode({'party': each.slug})}",
        sees=each.released,
        changes=shown or (same,),
        looks=tuple(_look(called, each) for each in each.rehearsed),
    )


def _look(called: Called, one: Rehearsed) -> Look:
    does = tuple(map(told_by, (*sentences(one.lens), *((one.reason,) if one.reason is not None else ()))))
    return Look(
        title=called.title(one.id),
        path=path_of(one.id),
        said=does,
        beside=compared(one.before, one.after) if one.after else None,
    )


_OPENS: Final = plural("%(num)s object that it doesn't see today.", "%(num)s objects that it doesn't see today.", 1)
_CLOSES: Final = plural(
    "%(num)s object that it sees today. What was fetched stays fetched.",
    "%(num)s objects that it sees today. What was fetched stays fetched.",
    1,
)
_REDACTED: Final = plural(
    "%(num)s object goes redacted, or without some of its parts.",
    "%(num)s objects go redacted, or without some of their parts.",
    1,
)
_REFERRING: Final = plural(
    "%(num)s object names others or its creator: it goes as it is where all those are open to it, and else under pseudonyms.",
    "%(num)s objects name others or their creators: each goes as it is where all those are open to it, and else under "
    "pseudonyms.",
    1,
)
_REVIEWED: Final = plural(
    "%(num)s object goes when people have agreed.", "%(num)s objects go when people have agreed.", 1
)
_STAYS: Final = plural(
    "%(num)s object that the agreement covers stays back.", "%(num)s objects that the agreement covers stay back.", 1
)


def _samples(called: Called, ids: Ids) -> tuple[Sample, ...]:
    return tuple(Sample(called.title(each), f"{path_of(each)}/audience") for each in ids.some[:MOST_SAMPLES])


def _seen(called: Called, caption: Told, nothing: Told, ids: Ids, party: Party, on: str) -> Table:
    rows = [Row((*called.cells(each), _why(each, party.slug, on))) for each in ids.some[:MOST_LISTED]]
    return plain(caption, HELD, rows, empty=nothing)


# -- on the first page ------------------------------------------------------------------------------------------------


def decides(store: Store, directory: Directory, viewer: Viewer) -> DecidesPanel:
    """What the agreements that hold decide: for the partners under them, and one object for each effect."""
    states = {row.name: directory.agreements.state(row) for row in directory.agreements.all()}
    rows = [row for row in directory.agreements.all() if states.get(row.name) in _HOLD]
    rows.sort(key=lambda row: (states[row.name] != State.IN_FORCE, row.title.casefold()))
    under = _under(store, directory, rows)
    visible = store.visible(viewer)
    called = Called(visible)
    return DecidesPanel(
        agreements=tuple(
            Standing(
                row.title,
                rules.path_of(row.name),
                _HOLD[states[row.name]],
                ", ".join(_others(row, directory.parties.own())),
                rules.term_of(row.agreement)[1],
            )
            for row in rows[:MOST_AT_HOME]
        ),
        more=max(0, len(rows) - MOST_AT_HOME),
        picture=_picture(visible, under),
        party=under[0].name if under else "",
        instances=_instances(visible, called, under[0]) if under else (),
        level=called.strictest,
    )


_HOLD: Final = {
    State.IN_FORCE: Mark("released", msgid("In force")),
    State.SIGNED: Mark("partly", msgid("Signed by us")),
}


def _under(store: Store, directory: Directory, rows: Iterable[AgreementRow]) -> list[Party]:
    """Some of the parties that the agreements bind, those of the first one first."""
    names = store.agreements.names()
    parties = directory.parties.all()
    found = {
        party.id: party
        for row in rows
        for party in parties
        if not party.own and relation_of(row.agreement, names, party.id) is not None
    }
    return list(found.values())[:MOST_AT_HOME]


def _others(row: AgreementRow, own: Party) -> list[str]:
    """Whom an agreement is with: its other signatories, and its communities."""
    signed = [
        each.name
        for each in row.agreement.signatories
        if (each.identity != own.identity if each.identity else each.party != own.slug)
    ]
    return signed + [slug for each in row.agreement.articles if isinstance(each, Parties) for slug in each.communities]


def _picture(visible: Visible, under: Sequence[Party]) -> chart.Picture | None:
    """The matrix of some partners by marking; None where there is nothing to compare."""
    found = visible.matrix("tlp", [party.id for party in under]) if under else None
    if found is None or not found.columns:
        return None
    cells = {row.party: dict(zip(found.columns, row.cells, strict=True)) for row in found.rows}
    lines = [
        chart.Line(
            outside(party.name),
            {value: rules.counts_of(tally) for value, tally in cells[party.id].items()},
            path=f"{PATH}/time?{urlencode({'party': party.slug})}",
            cell_path=f"{PATH}/matrix/{quote(party.slug, safe='')}/tlp/",
        )
        for party in under
        if party.id in cells
    ]
    return chart.drawn([rules.column_of("tlp", value, {}) for value in found.columns], lines, by_size=False)


def _instances(visible: Visible, called: Called, party: Party) -> tuple[Instance, ...]:
    """One object for each effect, of others than the party itself; one that an article or a caveat decided."""
    held = visible.matrix("type", (party.id,))
    tallies = {kind: tally for row in held.rows for kind, tally in zip(held.columns, row.cells, strict=True)}
    found = []
    for meant in Effect:
        order = (*(("identity",) if meant is Effect.REDACT else ()), *_TELLING, *sorted(tallies.keys() - _BESIDE))
        kinds = [kind for kind in dict.fromkeys(order) if kind in tallies]
        chosen = next((each for kind in kinds for each in _tried(visible, party, kind, meant)), None)
        if chosen is not None:
            one, going = chosen
            found.append(
                Instance(
                    rules.MEANINGS[meant.value],
                    rules.EFFECT_WORDS[meant.value],
                    called.title(one.held.id),
                    f"{path_of(one.held.id)}/audience#{party.slug}",
                    rules.shown_why(one.decision, meant),
                    title(decode(going.raw), {}) if going is not None and meant is Effect.REDACT else "",
                )
            )
    return tuple(found)


def _tried(visible: Visible, party: Party, kind: str, meant: Effect) -> Iterator[tuple[Explained, Going | None]]:
    """Objects of a kind that show an effect, each with what goes in its place."""
    for effect in (meant, Effect.REDACT) if meant is Effect.RELEASE else (meant,):
        for object_id, _ in visible.in_cell("type", kind, party.id, effect, MOST_TRIED):
            going = {each.leaf: each for each in visible.going(object_id, party.id)}
            for one in visible.explained(object_id, party.id):
                goes = going.get(one.held.leaf)
                if one.held.source != party.id and rules.shows(one.decision, meant, goes.form if goes else None):
                    yield one, goes


_TELLING: Final = ("report", "incident", "note", "threat-actor", "identity", "indicator", "malware", "vulnerability")
"""Kinds of objects that people know by their titles, in the order in which they are looked through, before all others."""
_BESIDE: Final = frozenset(
    {
        "agreement",
        "agreement-signature",
        "extension-definition",
        "language-content",
        "marking-definition",
        "relationship",
    }
)
"""Kinds that tell little without what they speak of."""
