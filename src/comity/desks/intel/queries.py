"""Queries of the intel desk: one function per screen, each of which starts from ``store.visible``."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlencode

from comity.desks.intel import rules
from comity.desks.intel.errors import NoSuchClaim, NoSuchObject, NotRestricted
from comity.desks.intel.objects import (
    RESTRICT,
    UNMADE,
    Audience,
    AudiencePage,
    Claim,
    Direction,
    Found,
    GranularNote,
    Hit,
    Marking,
    Named,
    NeedsPanel,
    ObjectPage,
    PartyWord,
    Reading,
    RecentPanel,
    Relation,
    RelationGroup,
    Restriction,
    RestrictionPage,
    SearchPage,
    UnmadePage,
    Word,
)
from comity.desks.intel.objects import Standing as StandingWord
from comity.kernel.base.clock import Micros
from comity.kernel.directory.directory import Directory
from comity.kernel.objects.markings import tlp_of
from comity.kernel.objects.observables import guess
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.decision import Effect
from comity.kernel.policy.personal.scanning import scan_object
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.answers import Explained, Going
from comity.kernel.store.store import Store
from comity.kernel.store.twins.book import Failure
from comity.kernel.store.types import Account, Held, Party
from comity.kernel.store.visible import Visible
from comity.web.charts.neighbourhood import Group, Neighbour, Picture, drawn
from comity.web.forms import Choice, ConfirmationPage, Form
from comity.web.page import Crumb
from comity.web.portraits.kinds import kind_of
from comity.web.portraits.portrait import Portrait, decode, portrait
from comity.web.portraits.text import defanged, line, short_id
from comity.web.portraits.titles import Decoded, called_by, short_title, title
from comity.web.tables import At, Link, Row, Words, plain
from comity.web.tables import Marking as MarkingCell
from comity.web.words import Phrase, msgid, outside, told_by

HITS_A_PAGE: Final = 50
RECENT_AT_HOME: Final = 12
LOOKED_AT: Final = 50
MOST_NEEDS: Final = 5
MOST_NEIGHBOURS: Final = 160
MOST_NAMES: Final = 100
MOST_RELATIONS: Final = 100
AT_ONCE: Final = 8
MOST_CLAIMS: Final = 12
MOST_PARTIES: Final = 24
MOST_EXPLAINED: Final = 100
MOST_MISSING: Final = 12
MOST_REASONS: Final = 40
MOST_UNMADE: Final = 200
LONGEST_QUERY: Final = 500


def search(store: Store, directory: Directory, viewer: Viewer, text: str, before: Micros | None) -> SearchPage:
    """What was found for a text, newest first."""
    visible = store.visible(viewer)
    asked = text.strip()[:LONGEST_QUERY]
    found = visible.search(asked, HITS_A_PAGE, before) if asked else None
    hits = found.hits if found else ()
    following = ""
    if found and found.more and hits:
        following = f"/intel/search?{urlencode({'q': asked, 'before': hits[-1].added})}"
    return SearchPage(
        query=line(asked, LONGEST_QUERY),
        readings=tuple(Reading(_reading_word(kind), defanged(line(value))) for kind, value in guess(asked)[:3]),
        hits=_hits(visible, directory, hits),
        following=following,
        continued=before is not None,
    )


def held_by_id(store: Store, viewer: Viewer, text: str) -> str:
    """The path of the object whose id was typed, or an empty text. The id of a redacted form that went out leads to where the
    original is explained: a partner knows it by no other.
    """
    typed = text.strip()
    if "--" not in typed:
        return ""
    visible = store.visible(viewer)
    if visible.held(typed):
        return path_of(typed)
    link = store.twins.original_of(typed)
    return audience_path(link.original_id) if link is not None and visible.held(link.original_id) else ""


def recent(store: Store, directory: Directory, viewer: Viewer) -> RecentPanel:
    """What came last."""
    visible = store.visible(viewer)
    return RecentPanel(hits=_hits(visible, directory, visible.recent(RECENT_AT_HOME)))


def needs(store: Store, directory: Directory, viewer: Viewer) -> NeedsPanel:
    """What came last and is disputed between parties."""
    visible = store.visible(viewer)
    latest = visible.recent(LOOKED_AT)
    disputed = [each for each in latest if rules.disputed(each)]
    return NeedsPanel(
        disputed=_hits(visible, directory, disputed[:MOST_NEEDS]),
        more=max(0, len(disputed) - MOST_NEEDS),
        looked_at=len(latest),
    )


def claim_of(visible: Visible, directory: Directory, object_id: str, leaf: int | None) -> tuple[Held, tuple[Held, ...]]:
    """The claim to show and all that may be seen, newest first."""
    held = visible.held(object_id)
    if not held:
        raise NoSuchObject(f"Nothing is held under {short_id(object_id)}.")
    if leaf is None:
        return rules.shown_claim(held, _identities(directory)), held
    for claim in held:
        if claim.leaf == leaf:
            return claim, held
    raise NoSuchClaim(f"{short_id(object_id)} is not held under this claim.")


def raw(store: Store, directory: Directory, viewer: Viewer, object_id: str, leaf: int | None) -> Held:
    """One claim, with the bytes that its source sent."""
    return claim_of(store.visible(viewer), directory, object_id, leaf)[0]


def object_page(
    store: Store, directory: Directory, viewer: Viewer, object_id: str, leaf: int | None, *, restricts: bool
) -> ObjectPage:
    """One object, whole: its portrait, its neighbours, its claims, and who can see it. ``restricts``: whether whoever asks may
    restrict objects.
    """
    visible = store.visible(viewer)
    shown, held = claim_of(visible, directory, object_id, leaf)
    graph = visible.walk(object_id, 1, MOST_NEIGHBOURS)
    own = decode(shown.raw)
    found = {node.id: node for node in graph.nodes} | {shown.id: shown}
    related = rules.relations_of(object_id, own, {other_id: decode(node.raw) for other_id, node in found.items()})
    names = Names(visible, directory, found)
    names.look_up([*_mentioned(own), *(other for _, _, other, _ in related)])
    likeness = portrait(own, names.titles())
    relations = _relations(related, names)
    audience, parties_more = _audience(store, directory, viewer, shown)
    return ObjectPage(
        id=line(object_id),
        raw_path=f"{path_of(object_id)}/raw?claim={shown.leaf}",
        portrait=likeness,
        tlp=shown.tlp,
        assumed=shown.assumed,
        markings=tuple(_marking(each, names) for each in likeness.markings if tlp_of(each) is None),
        granular=tuple(
            GranularNote(each.selectors, tlp_of(each.marking), _marking(each.marking, names).text or each.language)
            for each in likeness.granular
        ),
        creator=names.of(likeness.creator) if likeness.creator else None,
        claim=_claim(shown, shown),
        claims=tuple(_claim(each, shown) for each in held[:MOST_CLAIMS]),
        claims_more=max(0, len(held) - MOST_CLAIMS),
        contested=shown.contested,
        conflict=shown.conflict,
        superseded=not shown.latest,
        names=names.all(),
        picture=_picture(likeness, own, relations),
        relations=relations,
        relations_cut=graph.truncated,
        audience=audience,
        audience_path=audience_path(object_id),
        parties_more=parties_more,
        restriction=Restriction(
            people=_named_people(visible, directory, object_id),
            path=restriction_path(object_id) if restricts else "",
        ),
    )


def restriction_page(
    store: Store, directory: Directory, viewer: Viewer, object_id: str, form: Form | None, readers: Sequence[Account]
) -> RestrictionPage:
    """To whom an object is restricted and could be: ``readers``. ``form``: with what was typed."""
    visible = store.visible(viewer)
    shown, _ = claim_of(visible, directory, object_id, None)
    named = visible.restricted_to(object_id)
    called = title(decode(shown.raw), {})
    if form is None:
        begin = tuple(map(str, named or [viewer.account or 0]))
        form = restriction_form(object_id, readers).starting({"people": begin})
    return RestrictionPage(
        title=Phrase(msgid("Restrict to named people")),
        called=called,
        back=path_of(object_id),
        people=_named_people(visible, directory, object_id),
        lift=f"{restriction_path(object_id)}/lift" if named else "",
        form=form,
        tlp=shown.tlp,
    )


def restriction_form(object_id: str, readers: Sequence[Account]) -> Form:
    """The form, with everybody who can be named."""
    choices = [Choice(str(each.id), outside(each.name)) for each in readers]
    return RESTRICT.to(restriction_path(object_id), cancel=path_of(object_id)).offering("people", choices)


def lift_page(store: Store, directory: Directory, viewer: Viewer, object_id: str) -> ConfirmationPage:
    """What lifting means; NoSuchObject where there is nothing that is restricted and seen."""
    visible = store.visible(viewer)
    shown, _ = claim_of(visible, directory, object_id, None)
    if not visible.restricted_to(object_id):
        raise NotRestricted(f"{short_id(object_id)} is not restricted.")
    path = restriction_path(object_id)
    return ConfirmationPage(
        title=msgid("Lift the restriction?"),
        consequences=(
            msgid("Everybody at this node who reads objects will find it."),
            msgid("Every party gets it that its marking and the access lists let have it, at its next question."),
        ),
        undone=msgid("Only in part: it can be restricted again, but what has been seen or fetched meanwhile stays so."),
        form=Form(id="lift", action=f"{path}/lift", button=msgid("Lift the restriction"), cancel=path, danger=True),
        marking=shown.tlp,
        trail=(Crumb(title(decode(shown.raw), {}), path_of(object_id)),),
    )


def _named_people(visible: Visible, directory: Directory, object_id: str) -> tuple[str, ...]:
    """The names of those whom an object is restricted to."""
    named = set(visible.restricted_to(object_id))
    return tuple(sorted(each.name for each in directory.accounts.all() if each.id in named)) if named else ()


def restriction_path(object_id: str) -> str:
    """The path of the page where an object is restricted."""
    return f"{path_of(object_id)}/restriction"


def path_of(object_id: str) -> str:
    """The path of an object's page."""
    return f"/intel/objects/{quote(object_id, safe='')}"


def unmade(store: Store, directory: Directory, viewer: Viewer) -> UnmadePage:
    """What stays back because no form of it can be made that may go; of it what the viewer may see."""
    visible = store.visible(viewer)
    names = Names(visible, directory, {})
    failures = store.twins.failures(MOST_UNMADE + 1)
    names.look_up(each.object_id for each in failures)
    rows, levels = [], []
    for each in failures[:MOST_UNMADE]:
        held = names.held(each.object_id)
        if held is not None:
            levels.append(held.tlp)
            rows.append(_unmade(each, held, names))
    return UnmadePage(
        table=plain(
            msgid("Withheld because no form can be made"),
            UNMADE,
            rows,
            empty=msgid("Nothing stays back for this."),
            comes=msgid("What an agreement lets go redacted only, and what can't be made valid or clean, stands here."),
        ),
        number=len(rows),
        more=max(0, len(failures) - MOST_UNMADE),
        level=max(levels, default=None),
    )


def _unmade(failure: Failure, held: Held, names: "Names") -> Row:
    named = names.of(held.id)
    ceiling = failure.scope.startswith("ceiling:")
    under = (
        Words(msgid("the party's ceiling")) if ceiling else Link(outside(failure.scope), f"/agreements/{failure.scope}")
    )
    return Row(
        (
            Link(outside(named.title), audience_path(held.id), named.kind),
            MarkingCell(held.tlp, held.assumed),
            under,
            Words(told_by(failure.reason)),
            At(failure.at),
        )
    )


class Names:
    """What other objects are called, as far as this viewer may see them; each by the claim that its own page would show."""

    def __init__(self, visible: Visible, directory: Directory, found: Mapping[str, Held]) -> None:
        self._visible = visible
        self._identities = _identities(directory)
        self._held: dict[str, Held] = {}
        self._decoded: dict[str, Decoded] = {}
        self._absent: set[str] = set()
        for object_id, held in found.items():
            if held.contested or held.conflict:
                self._keep(object_id)
            else:
                self._held[object_id], self._decoded[object_id] = held, decode(held.raw)

    def look_up(self, wanted: Iterable[str]) -> None:
        """Look up what is not known yet, and what those objects are called by; at most ``MOST_NAMES`` at a time."""
        known = self._held.keys() | self._absent
        fresh = [each for each in dict.fromkeys(wanted) if each not in known][:MOST_NAMES]
        for object_id in fresh:
            self._keep(object_id)
        behind = [other for each in self._decoded.values() for other in called_by(each)]
        for object_id in [each for each in dict.fromkeys(behind) if each not in self._held][: MOST_NAMES - len(fresh)]:
            self._keep(object_id)

    def titles(self) -> dict[str, str]:
        """Short titles by id, composed ones included."""
        plain = {object_id: short_title(decoded) for object_id, decoded in self._decoded.items()}
        return {object_id: short_title(decoded, plain) for object_id, decoded in self._decoded.items()}

    def all(self) -> dict[str, Named]:
        """Everything known, for a page."""
        return {object_id: _named(decoded, title, path_of(object_id)) for object_id, decoded, title in self._titled()}

    def of(self, object_id: str) -> Named:
        """One object. What is absent (or hidden: one answer) has no path; what was not looked up has its id for a name."""
        if object_id in self._decoded:
            return _named(self._decoded[object_id], self.titles()[object_id], path_of(object_id))
        path = "" if object_id in self._absent else path_of(object_id)
        return _named({"type": object_id.partition("--")[0]}, short_id(object_id), path)

    def held(self, object_id: str) -> Held | None:
        """The claim by which an object is called."""
        return self._held.get(object_id)

    def _titled(self) -> list[tuple[str, Decoded, str]]:
        titles = self.titles()
        return [(object_id, decoded, titles[object_id]) for object_id, decoded in self._decoded.items()]

    def _keep(self, object_id: str) -> None:
        held = self._visible.held(object_id)
        if held:
            chosen = rules.shown_claim(held, self._identities)
            self._held[object_id], self._decoded[object_id] = chosen, decode(chosen.raw)
        else:
            self._absent.add(object_id)


def _identities(directory: Directory) -> dict[str, int]:
    """The parties by their own STIX identity."""
    return {party.identity: party.id for party in directory.parties.all() if party.identity}


def _mentioned(own: Decoded) -> list[str]:
    granular = own.get("granular_markings")
    parts = granular if isinstance(granular, list) else []
    markings = own.get("object_marking_refs")
    found = [own.get("created_by_ref"), *(markings if isinstance(markings, list) else [])]
    found += [each.get("marking_ref") for each in parts if isinstance(each, dict)]
    return [each for each in found if isinstance(each, str) and tlp_of(each) is None]


def _named(decoded: Decoded, title: str, path: str) -> Named:
    kind = kind_of(str(decoded.get("type")))
    return Named(title, kind.word, kind.shape, path)


def _marking(marking: str, names: Names) -> Marking:
    named = names.of(marking) if marking else None
    return Marking(named.title, named.path) if named else Marking("", "")


def _hits(visible: Visible, directory: Directory, found: Sequence[Held]) -> tuple[Hit, ...]:
    """Rows of a list; what an object without a name is called by is looked up for all of them."""
    decoded = [decode(each.raw) for each in found]
    names = Names(visible, directory, {})
    names.look_up(target for each in decoded for target in called_by(each))
    titles = names.titles()
    return tuple(_hit(held, each, titles) for held, each in zip(found, decoded, strict=True))


def _hit(held: Held, decoded: Decoded, titles: Mapping[str, str]) -> Hit:
    kind = kind_of(held.type)
    return Hit(
        path=path_of(held.id),
        title=title(decoded, titles),
        kind=kind.word,
        shape=kind.shape,
        tlp=held.tlp,
        assumed=held.assumed,
        source=held.source_name,
        collection=held.collection_slug,
        added=held.added,
        revoked=decoded.get("revoked") is True,
        disputed=rules.disputed(held),
        restricted=held.circle != 0,
    )


def _claim(held: Held, shown: Held) -> Claim:
    return Claim(
        leaf=held.leaf,
        path=f"{path_of(held.id)}?claim={held.leaf}",
        source=held.source_name,
        collection=held.collection_slug,
        tlp=held.tlp,
        assumed=held.assumed,
        modified=held.modified,
        added=held.added,
        digest=held.digest.hex(),
        shown=held.leaf == shown.leaf,
        latest=held.latest,
    )


def _reading_word(kind: str) -> str:
    return kind_of(kind).word if kind_of(kind).properties else kind


def _relations(related: Sequence[rules.Related], names: Names) -> tuple[RelationGroup, ...]:
    """Neighbours by how they are related, each once."""
    groups: dict[tuple[Direction, str], dict[str, str]] = {}
    for direction, word, other_id, via in related:
        groups.setdefault((direction, word), {}).setdefault(other_id, via)
    known = names.all()

    def relation(other_id: str, via: str) -> Relation:
        held = names.held(other_id)
        return Relation(
            other=known.get(other_id) or names.of(other_id),
            tlp=held.tlp if held else None,
            assumed=held is not None and held.assumed,
            via=path_of(via) if via else "",
        )

    def relations(others: Mapping[str, str], start: int, end: int) -> tuple[Relation, ...]:
        return tuple(relation(*pair) for pair in list(others.items())[start:end])

    return tuple(
        RelationGroup(
            direction=direction,
            word=word,
            first=relations(others, 0, AT_ONCE),
            rest=relations(others, AT_ONCE, MOST_RELATIONS),
            more=max(0, len(others) - MOST_RELATIONS),
        )
        for (direction, word), others in groups.items()
    )


def _picture(likeness: Portrait, own: Decoded, relations: Sequence[RelationGroup]) -> Picture | None:
    """The neighbourhood, drawn; None for an object that stands alone."""
    if not relations:
        return None
    sides: dict[Direction, list[Group]] = {"in": [], "out": []}
    for group in relations:
        others = [relation.other for relation in (*group.first, *group.rest)]
        neighbours = tuple(Neighbour(other.title, other.shape, other.path) for other in others)
        sides[group.direction].append(Group(group.word, neighbours))
    return drawn(short_title(own), likeness.shape, sides["in"], sides["out"])


def audience_path(object_id: str) -> str:
    """The path of the page that says in full who can see an object."""
    return f"{path_of(object_id)}/audience"


def audience_page(
    store: Store, directory: Directory, viewer: Viewer, object_id: str, form: Form, on: Micros | None
) -> AudiencePage:
    """Who can see an object, and why, party by party and claim by claim. ``on``: as of that moment, None for now."""
    visible = store.visible(viewer)
    shown, _ = claim_of(visible, directory, object_id, None)
    names = Names(visible, directory, {shown.id: shown})
    partners = [party for party in directory.parties.all() if not party.own]
    explained = {party.id: visible.explained(object_id, party.id, on) for party in partners[:MOST_EXPLAINED]}
    names.look_up(missing for each in explained.values() for one in each for missing in one.missing)
    names.look_up(target for _, target in rules.references(decode(shown.raw)))
    parties = []
    for party in partners[:MOST_EXPLAINED]:
        going = (
            {}
            if on is not None
            else _going(visible, party, explained[party.id], store, directory.parties.own().identity)
        )
        parties.append(_party_word(party, explained[party.id], going, shown, names))
    parties.sort(key=lambda each: (_ORDER[each.standing], each.party))
    return AudiencePage(
        id=object_id,
        called=title(decode(shown.raw), {}),
        finding=rules.finding_of([each.standing for each in parties]),
        form=form,
        on=on,
        parties=tuple(parties),
        more=max(0, len(partners) - MOST_EXPLAINED),
        people=_named_people(visible, directory, object_id),
        tlp=shown.tlp,
        personal=_personal(store, shown),
    )


def _personal(store: Store, shown: Held) -> tuple[Found, ...]:
    """What the scan finds in the version that is shown: found again, since no place is kept. Nothing where nobody asks."""
    parsed = parse(shown.raw) if store.scan.asked() else None
    return rules.found_at(scan_object(parsed, store.scan.settings).findings) if isinstance(parsed, Parsed) else ()


def _going(
    visible: Visible, party: Party, explained: Sequence[Explained], store: Store | None = None, own: str | None = None
) -> dict[int, Going]:
    """What goes to a party in place of claims that don't go as they are, by their leaves. With a store: also what would."""
    asked = next((each for each in explained if each.decision.effect in {Effect.REDACT, Effect.REVIEW}), None)
    if asked is None:
        return {}
    names = store.twins.naming if store is not None else None
    return {each.leaf: each for each in visible.going(asked.held.id, party.id, names, own)}


def _party_word(
    party: Party, explained: Sequence[Explained], going: Mapping[int, Going], shown: Held, names: Names
) -> PartyWord:
    ordered = sorted(explained, key=lambda each: (each.held.leaf != shown.leaf, -each.held.leaf))
    return PartyWord(
        slug=party.slug,
        party=party.name,
        standing=rules.standing_of(explained, shown.leaf, going),
        words=tuple(_word(each, going.get(each.held.leaf), party, names) for each in ordered[:MOST_CLAIMS]),
    )


def _word(each: Explained, going: Going | None, party: Party, names: Names) -> Word:
    decision = each.decision
    changes = decision.counterfactual.changes if decision.counterfactual else ()
    told = dict.fromkeys(reason.disclosable for reason in decision.reasons)
    return Word(
        source=each.held.source_name,
        collection=each.held.collection_slug,
        tlp=each.held.tlp,
        assumed=each.held.assumed,
        path=f"{path_of(each.held.id)}?claim={each.held.leaf}",
        standing=rules.standing_to(each, going) if going else rules.STANDINGS[decision.effect],
        sees=each.released,
        hidden=each.hidden,
        missing=tuple(names.of(missing) for missing in each.missing[:MOST_MISSING]),
        reasons=tuple(map(rules.why, decision.reasons[:MOST_REASONS])),
        duties=tuple(map(rules.duty, decision.obligations)),
        changes=tuple(told_by(change.says) for change in changes),
        told=tuple(map(told_by, told)),
        goes=rules.goes(each, going, review_path(each.held.id, party.slug), names.titles()) if going else None,
    )


def review_path(object_id: str, slug: str) -> str:
    """Where people decide whether an object goes to a party: the approvals desk finds the item."""
    return f"/approvals/of/{quote(object_id, safe='')}?{urlencode({'party': slug})}"


def _audience(store: Store, directory: Directory, viewer: Viewer, shown: Held) -> tuple[tuple[Audience, ...], int]:
    """Where each party stands to the claim that is shown, and the reason that decided."""
    visible = store.visible(viewer)
    partners = [party for party in directory.parties.all() if not party.own]
    rows = [_stands(visible, party, shown) for party in partners[:MOST_PARTIES]]
    rows.sort(key=lambda row: (_ORDER[row.standing], row.party))
    return tuple(rows), max(0, len(partners) - MOST_PARTIES)


_ORDER: Final[dict[StandingWord, int]] = {
    "released": 0,
    "whole": 1,
    "partly": 2,
    "redacted": 3,
    "redact": 4,
    "review": 5,
    "withheld": 6,
}


def _stands(visible: Visible, party: Party, shown: Held) -> Audience:
    explained = visible.explained(shown.id, party.id)
    own = next((each for each in explained if each.held.leaf == shown.leaf), None)
    going = _going(visible, party, explained)
    standing = rules.standing_of(explained, shown.leaf, going)
    reasons = rules.deciding(own, going.get(shown.leaf)) if own else ()
    if standing == "partly":
        source = next(each.held.source_name for each in explained if each.released)
        through = Phrase(msgid("Sees what %(source)s sent, not this claim."), {"source": source})
        reasons = (through, *reasons)
    return Audience(
        party=party.name, standing=standing, reasons=reasons, path=f"{audience_path(shown.id)}#{party.slug}"
    )
