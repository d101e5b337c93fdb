"""Plans: what the rules of a lens's profiles come to for objects of one type.

Lives here: which rules speak of a type, which is the strictest where several meet, and what each asks for, apart from any object.
From the mildest: times and networks made coarser, pseudonyms, dropping; of two spans the longer.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final, Literal, TypeVar

import msgspec

from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.redaction.scrub import Act
from comity.kernel.policy.redaction.times import COARSER, Span

Deed = Literal["day", "week", "month", "network", "pseudonymise", "drop"]
"""What is done to a property."""

_STRICTNESS: Final[tuple[Deed, ...]] = ("day", "week", "month", "network", "pseudonymise", "drop")
_RANKS: Final = {deed: rank for rank, deed in enumerate(_STRICTNESS)}
_ADDRESSES: Final = ("ipv4-addr", "ipv6-addr")
_REMEMBERED: Final = 4_000

_Any = TypeVar("_Any", Deed, Act)


class Plan(msgspec.Struct, frozen=True):
    """What is done to objects of a type.

    ``withheld``   by which profile objects of this type don't go at all; "" by none
    ``paths``      properties, each as its steps, and what is done to them, the strictest first
    ``acts``       what is done to values by their kind
    ``span``       to what all moments are cut
    ``as_sector``  an identity becomes its sectors and country
    """

    withheld: str = ""
    paths: tuple[tuple[tuple[str, ...], Deed], ...] = ()
    acts: Mapping[str, Act] = {}
    span: Span | None = None
    as_sector: bool = False

    @property
    def idle(self) -> bool:
        """Nothing is done."""
        return not (self.withheld or self.paths or self.acts or self.span or self.as_sector)


NOTHING: Final = Plan()


def plan_of(profiles: tuple[Profile, ...], kind: str) -> Plan:
    """What these profiles ask for of objects of a type."""
    return _plan(profiles, kind) if profiles else NOTHING


@lru_cache(_REMEMBERED)
def _plan(profiles: tuple[Profile, ...], kind: str) -> Plan:
    rules = [(each.name, rule) for each in profiles for rule in each.rules if not rule.types or kind in rule.types]
    spoken = [rule for _, rule in rules]
    return Plan(
        withheld=next((name for name, rule in rules if rule.do == "drop-object"), ""),
        paths=_paths(spoken),
        acts=_acts(spoken),
        span=_span(spoken),
        as_sector=kind == "identity" and any(rule.to == "sector-and-country" for rule in spoken),
    )


def together(plans: Iterable[Plan]) -> Mapping[str, Act]:
    """What is done to values where several plans speak: the strictest."""
    found: dict[str, Act] = {}
    for plan in plans:
        for kind, act in plan.acts.items():
            found[kind] = _stricter(found.get(kind, act), act)
    return found


def _paths(rules: Iterable[Rule]) -> tuple[tuple[tuple[str, ...], Deed], ...]:
    found: dict[tuple[str, ...], Deed] = {}
    for rule in rules:
        deed = _deed(rule)
        if deed is None:
            continue
        for path in rule.properties:
            steps = tuple(path.split("."))
            found[steps] = _stricter(found.get(steps, deed), deed)
    return tuple(sorted(found.items(), key=lambda item: (-_STRICTNESS.index(item[1]), item[0])))


def _deed(rule: Rule) -> Deed | None:
    if rule.do == "generalise":
        return None if rule.to in {"", "sector-and-country"} else rule.to  # type: ignore[return-value]
    return None if rule.do == "drop-object" else rule.do


def _acts(rules: Iterable[Rule]) -> dict[str, Act]:
    found: dict[str, Act] = {}
    for rule in rules:
        deed = _deed(rule)
        kinds = rule.observables or (_ADDRESSES if deed == "network" and not rule.properties else ())
        for kind in kinds:
            act = _act(deed, kind)
            if act is not None:
                found[kind] = _stricter(found.get(kind, act), act)
    return dict(sorted(found.items()))


def _act(deed: Deed | None, kind: str) -> Act | None:
    """What a deed is to values of a kind; None where it says nothing of them."""
    if deed == "drop" or deed == "pseudonymise":  # noqa: PLR1714  the reader of types follows this only
        return deed
    return "network" if deed == "network" and kind in _ADDRESSES else None


def _span(rules: Iterable[Rule]) -> Span | None:
    """The longest span to which moments are cut, whatever property they stand in."""
    asked = {rule.to for rule in rules if rule.do == "generalise" and not rule.properties}
    return next((span for span in reversed(COARSER) if span in asked), None)


def _stricter(one: _Any, other: _Any) -> _Any:
    """The stricter of two things that are done."""
    return max((one, other), key=_RANKS.__getitem__)
