"""Queries of the mirrors desk: one function per screen. Of objects only what was refused is told, by id and reason."""

from comity.desks.mirrors import rules
from comity.desks.mirrors.errors import MirrorGone
from comity.desks.mirrors.objects import MIRRORS, REFUSALS, MirrorPage, MirrorsPage
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NotFound
from comity.kernel.directory.directory import Directory
from comity.kernel.store.mirrors import KIND
from comity.kernel.store.store import Store
from comity.kernel.store.types import Mirror
from comity.web.forms import Act
from comity.web.tables import At, Code, Link, Number, Row, Words, plain
from comity.web.words import msgid, outside

SHOWN = 100
MOST = 2**31 - 1


def mirrors(store: Store, directory: Directory, now: Micros) -> MirrorsPage:
    """Every mirror, what needs a look first."""
    held = sorted(store.mirrors.all(), key=lambda each: (not each.errors, not rules.is_late(each, now), each.id))
    collections = {each.id: each.title or each.slug for each in directory.collections.all()}
    parties = {each.id: each.name for each in directory.parties.all()}
    rows = [
        Row(
            (
                Link(outside(rules.host_of(each.url)), f"{rules.PATH}/{each.id}", outside(each.url)),
                rules.state_of(each, now),
                At(each.succeeded),
                Words(outside(collections.get(each.collection, ""))),
                Words(outside(parties.get(each.party, ""))),
                Number(each.new),
                Number(each.refused),
            ),
            id=f"mirror-{each.id}",
        )
        for each in held
    ]
    return MirrorsPage(
        mirrors=plain(
            msgid("Collections of others that are kept here"),
            MIRRORS,
            rows,
            empty=msgid("Nothing of others is mirrored."),
            comes=msgid("A mirror is made on the command line: comity pull URL --collection SLUG --every 15m."),
        ),
        failing=sum(bool(each.errors) and not each.paused for each in held),
        late=sum(rules.is_late(each, now) and not each.errors for each in held),
        count=len(held),
    )


def mirror(store: Store, directory: Directory, number: int, now: Micros, *, acts: bool) -> MirrorPage:
    """One mirror, and what of it was refused."""
    held = one(store, number)
    collection = next((each for each in directory.collections.all() if each.id == held.collection), None)
    party = directory.parties.by_id(held.party)
    clock = store.timers.waiting(KIND, str(held.id))
    refusals = store.mirrors.refusals(held.id, SHOWN)
    return MirrorPage(
        mirror=held,
        mark=rules.state_of(held, now),
        host=rules.host_of(held.url),
        collection="" if collection is None else collection.title or collection.slug,
        party="" if party is None else party.name,
        credentials=rules.credentials_of(held),
        rhythm=rules.rhythm_of(held),
        again=held.not_before if held.pulling and held.errors and held.not_before > now else None,
        due=None if clock is None or held.paused else clock.due,
        refusals=plain(
            msgid("Objects that were refused, the latest first"),
            REFUSALS,
            [Row((Code(each.object or "-"), Words(outside(each.reason)), At(each.at))) for each in refusals],
            empty=msgid("Nothing was refused."),
            comes=msgid("An object that is not valid STIX 2.1 is refused by itself and stands here with the reason."),
        ),
        acts=_acts(held) if acts else (),
    )


def one(store: Store, number: int) -> Mirror:
    """The mirror of a number that an address names."""
    try:
        return store.mirrors.get(min(max(number, 0), MOST))
    except NotFound as error:
        raise MirrorGone(msgid("It was removed, or never was.")) from error


def _acts(mirror: Mirror) -> tuple[Act, ...]:
    path = f"{rules.PATH}/{mirror.id}"
    if mirror.paused:
        return (Act(button=msgid("Let it go on"), action=f"{path}/resume", about=mirror.url),)
    return (
        Act(button=msgid("Pull now"), action=f"{path}/pull", about=mirror.url),
        Act(button=msgid("Let it rest"), action=f"{path}/pause", about=mirror.url),
    )
