"""Shapes: a label plus the labels it needs. When a shape opens is derived from the openings of its labels, never decided.

What is needed: for each guessable neighbour (a cyber-observable named by its UUIDv5; docs/architecture.md, "Hidden
neighbours") any one of the labels under which it is held; none held, never. Creator and markings are excepted. Openings
are numbered in order of time; 0 is "since the label exists".
"""

from collections.abc import Iterable, Mapping

Needs = tuple[tuple[int, ...], ...]
"""For each needed neighbour the labels of which any one will do; an empty tuple is a neighbour that is not held."""


def needs_of(label: int, neighbours: Iterable[Iterable[int]]) -> Needs:
    """Needs in their one normal form. A neighbour that is also held under the claim's own label is no further need."""
    alternatives = {tuple(sorted(set(labels))) for labels in neighbours}
    return tuple(sorted(labels for labels in alternatives if label not in labels))


def held_needs(needs: Needs) -> Needs:
    """Needs as they bind the people of the party that runs the node: what is not held here hides nothing from them."""
    return tuple(alternatives for alternatives in needs if alternatives)


def opened(label: int, needs: Needs, openings: Mapping[int, int], *, needs_matter: bool) -> int | None:
    """The opening at which a shape opened to a viewer, or None while it is closed.

    ``openings``      label -> its opening, for the labels open to the viewer
    ``needs_matter``  False for a viewer's own claims
    """
    at = openings.get(label)
    if at is None or not needs_matter:
        return at
    for alternatives in needs:
        earliest = min((openings[other] for other in alternatives if other in openings), default=None)
        if earliest is None:
            return None
        at = max(at, earliest)
    return at
