"""Labels of claims that are held, as they are now: read again from the bytes, where what they say may have changed since."""

from collections.abc import Iterable

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.policy.label import Label, foreign_markings, label_of
from comity.kernel.store.database import Reader, Sql
from comity.kernel.store.definitions import held_definitions, terms_for
from comity.kernel.store.keys import Kinds
from comity.kernel.store.labels import Labels
from comity.kernel.store.shaping import Claim

UNKNOWN_CHANNEL = ""
"""How something came is not known of what came before labels said it."""

_DEFAULTS = Sql("SELECT id, tlp FROM collection")


def labels_anew(
    reader: Reader, kinds: Kinds, labels: Labels, claims: Iterable[Claim], *, released: bool = False
) -> dict[int, Label]:
    """For each claim's number its label as it is now. ``released``: also of what is in quarantine."""
    held: dict[int, Label] = {}
    again: list[tuple[Claim, Label]] = []
    foreign: set[str] = set()
    for claim in claims:
        held[claim.seq] = label = labels.row(claim.label, reader)
        markings = foreign_markings(claim.parsed) if claim.parsed is not None else ()
        if claim.parsed is not None and (markings or label.stale or (released and label.quarantined)):
            again.append((claim, label))
            foreign.update(markings)
    if not again:
        return held
    definitions = held_definitions(reader, kinds, foreign)
    terms = {source: terms_for(source, definitions) for source in {label.source for _, label in again}}
    defaults = {number: Tlp(tlp) for number, tlp in reader.all(_DEFAULTS)}
    for claim, label in again:
        if claim.parsed is None:
            continue
        read = label_of(
            claim.parsed,
            label.source,
            label.collection,
            defaults[label.collection],
            terms[label.source],
            channel=UNKNOWN_CHANNEL if label.stale or label.quarantined else label.channel,
        )
        held[claim.seq] = msgspec.structs.replace(read, circle=label.circle, scan=label.scan, returned=label.returned)
    return held
