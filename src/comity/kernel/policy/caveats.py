"""Caveats: what the markings of a claim ask beside its TLP, read from the terms of its label.

A term is ``statement``, ``unknown``, ``pap:LEVEL``, ``iep:STATEMENTS``, or a caveat of a handling marking
(``kernel.objects.markings``) as it stands there. ``terms_of`` writes them, ``caveats_of`` reads them.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from comity.kernel.base.clock import Micros
from comity.kernel.objects.markings import MarkingTerm, iep_statements

UNKNOWN: Final = "unknown"
STATEMENT: Final = "statement"
RECIPIENTS: Final = "recipients"

PAP_LEVELS: Final = ("clear", "green", "amber", "red")
"""From the widest to the strictest."""

_REMEMBERED = 10_000


class Caveats(msgspec.Struct, frozen=True):
    """What a label's terms ask. Where several markings say something, each of them has to be kept.

    ``unknown``     a marking that is not held or not understood
    ``statement``   a statement marking
    ``pap``         the strictest level, empty where there is none
    ``to``          for each list of whom it may go to: the names
    ``not_to``      names that it may not go to
    ``named``       its recipients by name, of all lists together; None where nobody lists any
    ``controlled``  its originator decides about every release
    ``purposes``    for each limit: what it may be used for
    ``resides``     for each limit: jurisdictions in which it may be held
    ``embargo``     before which it is not released
    ``starts``, ``ends``  of its IEP policies: the latest start, the earliest end
    ``cases``, ``exercise``  cases that it belongs to; whether it is of an exercise
    ``policies``    the statements of each IEP policy
    """

    unknown: bool = False
    statement: bool = False
    pap: str = ""
    to: tuple[frozenset[str], ...] = ()
    not_to: frozenset[str] = frozenset()
    named: frozenset[str] | None = None
    controlled: bool = False
    purposes: tuple[frozenset[str], ...] = ()
    resides: tuple[frozenset[str], ...] = ()
    embargo: Micros | None = None
    starts: Micros | None = None
    ends: Micros | None = None
    cases: frozenset[str] = frozenset()
    exercise: bool = False
    policies: tuple[Mapping[str, str], ...] = ()


NONE: Final = Caveats()


def terms_of(said: MarkingTerm) -> tuple[str, ...]:
    """What one marking adds to a label's terms; its TLP is not among them. Statements are all one term."""
    match said.kind:
        case "tlp":
            return ()
        case "handling":
            return tuple(filter(None, said.value.split(";")))
        case "pap" | "iep":
            return (f"{said.kind}:{said.value}",)
        case "statement" | "unknown":
            return (said.kind,)


@lru_cache(_REMEMBERED)
def caveats_of(terms: tuple[str, ...]) -> Caveats:
    """What the terms of a label ask. A term that is not one of ours is ``unknown``."""
    by_kind: dict[str, list[str]] = {}
    for term in terms:
        kind, _, value = term.partition(":")
        by_kind.setdefault(kind, []).append(value)
    policies = tuple(iep_statements(value) for value in by_kind.get("iep", ()) if value)
    return Caveats(
        unknown=not _KINDS.issuperset(by_kind) or "" in by_kind.get("iep", ()),  # as the first form of labels had it
        statement=STATEMENT in by_kind,
        pap=max(by_kind.get("pap", [""]), key=("", *PAP_LEVELS).index),
        to=_sets(by_kind.get("to", ())),
        not_to=frozenset().union(*_sets(by_kind.get("not-to", ()))),
        named=frozenset().union(*_sets(by_kind[RECIPIENTS])) if RECIPIENTS in by_kind else None,
        controlled="orcon" in by_kind,
        purposes=_sets(by_kind.get("purposes", ())),
        resides=_sets(by_kind.get("resides", ())),
        embargo=max(map(int, by_kind.get("embargo", ())), default=None),
        starts=max((int(each["start_date"]) for each in policies if "start_date" in each), default=None),
        ends=min((int(each["end_date"]) for each in policies if "end_date" in each), default=None),
        cases=frozenset(by_kind.get("case", ())),
        exercise="exercise" in by_kind,
        policies=policies,
    )


@lru_cache(_REMEMBERED)
def names_people(terms: tuple[str, ...]) -> bool:
    """Whether any term depends on what a party is called."""
    return not _NAMING.isdisjoint(map(kind_of, terms))


def kind_of(term: str) -> str:
    """Which caveat a term is: what stands before its colon."""
    return term.partition(":")[0]


def understood(terms: tuple[str, ...]) -> tuple[str, ...]:
    """The terms that are understood."""
    return tuple(term for term in terms if not caveats_of((term,)).unknown)


def _sets(values: Iterable[str]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(value.split()) for value in values)


_NAMING: Final = frozenset({"to", "not-to", RECIPIENTS, "orcon"})
_KINDS: Final = frozenset(
    {STATEMENT, "pap", "iep", "to", "not-to", RECIPIENTS, "orcon", "purposes", "resides", "embargo"}
    | {"case", "exercise"}
)
