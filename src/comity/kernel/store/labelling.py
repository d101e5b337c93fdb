"""The labels of a batch: from each object's features to the number of its label, asked for as seldom as possible.

Objects of equal features have one label, and most features come again with the next batch: their numbers are remembered.
What a marking means can change as long as it is looked up, so that features with such markings are never remembered.
"""

from collections.abc import Callable, Collection, Hashable, Sequence

import msgspec

from comity.kernel.objects.markings import Tlp
from comity.kernel.objects.parsed import Parsed
from comity.kernel.policy.label import Label, Refs, Terms, foreign_markings, label_of, refs_of
from comity.kernel.store.labels import Labels
from comity.kernel.store.types import Batch

MOST_REMEMBERED = 20_000
"""Features of all sources together; then they are learnt anew."""

_NONE, _OPAQUE, _GUESSABLE = int(Refs.NONE), int(Refs.OPAQUE), int(Refs.GUESSABLE)
_ATTRIBUTED, _REVOKED = 4, 8
_RETURNED = "returned"


class Labelling:
    """Numbers labels for batches; any number of threads."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._remembered: dict[tuple[int, int, Tlp, str], dict[Hashable, int]] = {}

    def numbers(
        self,
        batch: Batch,
        default: Tlp,
        guessable: Sequence[tuple[str, ...]],
        circles: Sequence[int],
        look_up: Callable[[Batch], Terms],
        returned: Collection[int] = (),
    ) -> tuple[list[int], Terms | None]:
        """The number of each object's label, and what markings meant, None where none had to be looked up.

        ``default``    the collection's TLP
        ``guessable``  for each object, the ids it refers to that can be computed
        ``circles``    for each object the circle that it is restricted to; empty where none of the batch is restricted
        ``look_up``    finds what the batch's markings mean that are not TLP
        ``returned``   the places of objects under ids of twins of ours
        """
        features = [_features(parsed, ids) for parsed, ids in zip(batch.objects, guessable, strict=True)]
        if circles:
            features = [(each, circle) if circle else each for each, circle in zip(features, circles, strict=True)]
        if returned:
            features = [(each, _RETURNED) if place in returned else each for place, each in enumerate(features)]
        known = self._known((batch.source, batch.collection, default, batch.channel.value))
        new = [place for place, each in enumerate(features) if each not in known]
        if not new:
            return [known[each] for each in features], None
        alike = {features[place]: place for place in new}
        foreign = {each for each, place in alike.items() if foreign_markings(batch.objects[place])}
        terms = look_up(batch) if foreign else None
        labels = {
            each: self._label(batch, place, default, terms or {}, circles, returned) for each, place in alike.items()
        }
        numbers = self._labels.numbers(set(labels.values()))
        found = {each: numbers[label] for each, label in labels.items()}
        answer = [found[each] if each in found else known[each] for each in features]
        known.update((each, number) for each, number in found.items() if each not in foreign)
        return answer, terms

    def _known(self, place: tuple[int, int, Tlp, str]) -> dict[Hashable, int]:
        if sum(map(len, self._remembered.values())) >= MOST_REMEMBERED:
            self._remembered = {}
        return self._remembered.setdefault(place, {})

    @staticmethod
    def _label(
        batch: Batch, place: int, default: Tlp, terms: Terms, circles: Sequence[int], returned: Collection[int]
    ) -> Label:
        parsed = batch.objects[place]
        label = label_of(parsed, batch.source, batch.collection, default, terms, channel=batch.channel.value)
        if circles and circles[place]:
            label = msgspec.structs.replace(label, circle=circles[place])
        return msgspec.structs.replace(label, returned=True) if place in returned else label


def _features(parsed: Parsed, guessable: tuple[str, ...]) -> Hashable:
    """What of an object its label is made from: equal features, equal labels of one source, collection and channel."""
    flags = _GUESSABLE if guessable else _OPAQUE if parsed.refs or refs_of(parsed) else _NONE
    if parsed.created_by is not None:
        flags += _ATTRIBUTED
    if parsed.revoked:
        flags += _REVOKED
    if parsed.type == "marking-definition":  # a handling marking is labelled by what it says itself
        return (parsed.type, flags, parsed.markings, parsed.granular, parsed.digest)
    if parsed.granular:
        return (parsed.type, flags, parsed.markings, parsed.granular)
    return (parsed.type, flags, parsed.markings)
