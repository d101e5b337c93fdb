"""What people released of an original, held against the names and neighbours of today before it is written."""

from collections.abc import Callable

import msgspec

from comity.kernel.base.clock import rfc3339
from comity.kernel.objects.parse import parse
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.approval.byhand import fits
from comity.kernel.policy.redaction import Stamp
from comity.kernel.store.approvals import Form as Released
from comity.kernel.store.database import Reader
from comity.kernel.store.twins.working import Approvals, Approved, Naming, Void, Wish

FormOf = Callable[[Reader, bytes, bytes, str], Released | None]
"""What people released: of the key of an original, the digest of its version, the text of a lens."""


def released(form_of: FormOf) -> Callable[[Reader], Approvals]:
    """As pieces of work ask it, each in its snapshot."""

    def within(reader: Reader) -> Approvals:
        def approved(
            wish: Wish, parsed: Parsed, naming: Naming, also: tuple[str, ...], stamp: Stamp
        ) -> Approved | Void | None:
            form = form_of(reader, wish.key, wish.claim.digest, wish.lens)
            if form is None:
                return None
            if form.whole:
                return Approved(None, form.item)
            against = fits(parsed, form.content, naming, also, stamp.modified, by=stamp.created_by)
            if against:
                return Void(form.item, against[0])
            made = _stamped(form.content, parsed, stamp)
            return Approved(made, form.item) if made is not None else None

        return approved

    return within


def _stamped(content: bytes, original: Parsed, stamp: Stamp) -> Parsed | None:
    held = msgspec.json.decode(content)
    own = msgspec.json.decode(original.raw)
    dates = {"created": stamp.created, "modified": stamp.modified}
    held |= {name: f"{rfc3339(at)[:-4]}Z" for name, at in dates.items() if name in own}
    found = parse(msgspec.json.encode(held, order="sorted"))
    return found if isinstance(found, Parsed) else None
