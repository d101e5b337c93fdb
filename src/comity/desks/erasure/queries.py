"""Queries of the erasure desk, one function per page. An object is looked up through ``store.visible``."""

from urllib.parse import urlencode

from comity.desks.erasure import rules
from comity.desks.erasure.errors import NoSuchObject
from comity.desks.erasure.objects import (
    ORDER,
    RECALL,
    SELECT,
    SELECTED,
    NeedsPanel,
    ObjectPage,
    OrderPage,
    OverviewPage,
)
from comity.kernel.base.clock import Micros
from comity.kernel.base.errors import NodeError
from comity.kernel.directory.directory import Directory
from comity.kernel.objects.ids import is_id
from comity.kernel.policy.viewer import Viewer
from comity.kernel.store.erasure.orders import Outlook, Stage
from comity.kernel.store.store import Store
from comity.kernel.store.types import Held
from comity.web.forms import Form, Typed
from comity.web.portraits.portrait import decode
from comity.web.portraits.text import line
from comity.web.portraits.titles import title
from comity.web.words import Phrase, msgid


def overview(store: Store, viewer: Viewer, now: Micros, *, orders: bool) -> OverviewPage:
    """All of it. Recalls of what whoever asks may not see are left out; holds on it are seen by those who lay holds."""
    visible = store.visible(viewer)
    holds = [each for each in store.holds.all() if orders or each.kind != "object" or visible.held(each.subject)]
    recalled = [each for each in store.recalls.all() if visible.held(each.object)]
    return OverviewPage(
        erasures=rules.erasures(store.erasures.all()),
        holds=rules.holds(holds, now, acts=orders),
        terms=rules.terms(store.retention.due()),
        recalls=rules.recalls(recalled),
        custody=len(visible.in_custody()),
        orders=orders,
    )


def needs(store: Store, _directory: Directory, viewer: Viewer) -> NeedsPanel:
    """What of this needs a person."""
    visible = store.visible(viewer)
    open_ones = [each for each in store.recalls.all() if any(one.at is None for one in each.told)]
    return NeedsPanel(
        to_tell=sum(bool(visible.held(each.object)) for each in open_ones),
        waiting=sum(each.stage is Stage.HELD for each in store.erasures.all()),
    )


def order_page(store: Store, directory: Directory, viewer: Viewer, asked: Typed, form: Form | None = None) -> OrderPage:
    """What would go of what is selected, and the order. ``form``: with what was typed."""
    ask = SELECT.filled(asked)
    given = {name: asked.text(name) for name in SELECTED}
    if not any(given.values()):
        return OrderPage(ask=SELECT, order=None, findings=(), some=(), shared=None)
    try:
        selection = directory.erasing.selection(given.pop("object"), **given)
        hidden = selection.object and not store.visible(viewer).held(selection.object)
        outlook = Outlook(0, 0, (), 0, (), 0, ()) if hidden else directory.erasing.outlook(selection)
    except NodeError as error:
        return OrderPage(ask=ask.refused(error), order=None, findings=(), some=(), shared=None)
    some = tuple(one for one in outlook.some if store.visible(viewer).held(one))
    return OrderPage(
        ask=ask,
        order=form or ORDER.starting({name: asked.text(name) for name in SELECTED}),
        findings=rules.findings(outlook),
        some=some,
        shared=rules.shared([(one, each) for one, each in outlook.shared if one in some]),
    )


def object_page(
    store: Store, viewer: Viewer, object_id: str, now: Micros, form: Form | None, *, recalls: bool
) -> ObjectPage:
    """One object. ``form``: the recall, with what was typed; ``recalls``: whether whoever asks may recall."""
    held = held_of(store, viewer, object_id)
    recall = store.recalls.get(object_id)
    pairs = {(each.source, each.collection) for each in held}
    told = (
        Phrase(msgid("It was recalled: %(why)s (%(order)s)."), {"why": recall.ground, "order": recall.reference})
        if recall
        else None
    )
    empty = RECALL.to(f"{rules.path_of(object_id)}/recall")
    return ObjectPage(
        id=line(object_id),
        called=title(decode(held[0].raw), {}),
        path=f"/intel/objects/{object_id}",
        shared=rules.shared([(object_id, each) for each in store.erasures.shared(object_id)]),
        holds=rules.holds(store.holds.on(object_id, pairs), now, acts=False),
        recalled=told,
        to_tell=rules.to_tell(recall) if recall and recalls else (),
        release=f"{rules.path_of(object_id)}/release" if recall and recalls else "",
        recall=(form or empty) if recalls and recall is None else None,
        erase=f"{rules.PATH}/order?{urlencode({'object': object_id})}",
        hold=f"{rules.PATH}/holds/new?{urlencode({'subject': object_id})}",
        tlp=max(each.tlp for each in held),
    )


def held_of(store: Store, viewer: Viewer, object_id: str) -> tuple[Held, ...]:
    """The claims of an object that whoever asks may see; NoSuchObject where there is none."""
    held = store.visible(viewer).held(object_id) if is_id(object_id) else ()
    if not held:
        raise NoSuchObject("Nothing is held under this id that you may see.")
    return held
