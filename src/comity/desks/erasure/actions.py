"""Actions of the erasure desk: what people order, lay, lift, set and recall. What then happens is the worker's."""

from comity.kernel.directory.directory import Directory
from comity.kernel.store.erasure.orders import Erasure, Hold
from comity.kernel.store.store import Store
from comity.kernel.store.types import Account
from comity.web.forms import Form


def order(directory: Directory, form: Form, by: Account) -> Erasure:
    """An erasure, as the form says."""
    erasing = directory.erasing
    value = form.value
    selection = erasing.selection(
        value("object"),
        version=value("version"),
        source=value("source"),
        collection=value("collection"),
        agreement=value("agreement"),
        before=value("before"),
    )
    ground = erasing.ground(value("reference"), value("article"), value("dated"))
    return erasing.order(selection, ground, for_good=form.ticked("for_good"), by=by.name, account=by.id)


def lay(directory: Directory, form: Form, by: Account) -> Hold:
    """A legal hold, as the form says."""
    return directory.erasing.lay(
        form.value("kind"),
        form.value("subject"),
        reference=form.value("reference"),
        ground=form.value("ground"),
        until=form.value("until"),
        by=by.name,
        account=by.id,
    )


def lift(directory: Directory, number: int, by: Account) -> None:
    """A hold stands no longer."""
    directory.erasing.lift(number, by=by.name, account=by.id)


def keep_for(directory: Directory, form: Form, by: Account) -> None:
    """A term of ours, as the form says."""
    days = form.number("days") or None
    directory.erasing.keep_for(form.value("kind"), form.value("subject"), days, by=by.name, account=by.id)


def recall(directory: Directory, store: Store, object_id: str, form: Form, by: Account) -> None:
    """Take an object back from all other parties."""
    directory.erasing.recall(
        object_id, reference=form.value("reference"), ground=form.value("ground"), by=by.name, account=by.id
    )
    store.settle()


def note_told(store: Store, object_id: str, party: str, by: Account) -> None:
    """A party has been told of a recall."""
    store.recalls.note_told(object_id, party, by=by.name, account=by.id)


def release(store: Store, object_id: str, by: Account) -> None:
    """Policy alone decides again who sees an object."""
    store.recalls.lift(object_id, by=by.name, account=by.id)
    store.settle()
