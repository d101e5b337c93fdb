"""Properties by their path: what a profile's rules do to them.

Lives here: finding what a path leads to (``*`` is any name, a list is all of its elements), and dropping it, giving it a
pseudonym or making it coarser. What went is told to the scrubber, so that it doesn't stay elsewhere in the object.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from comity.kernel.objects import forms
from comity.kernel.policy.redaction.anatomy import Place, inside
from comity.kernel.policy.redaction.granular import OURS, PROTECTED
from comity.kernel.policy.redaction.leaves import is_needed, kind_of, put
from comity.kernel.policy.redaction.naming import Naming
from comity.kernel.policy.redaction.needles import is_distinctive
from comity.kernel.policy.redaction.outcome import Cannot
from comity.kernel.policy.redaction.plans import Deed, Plan
from comity.kernel.policy.redaction.scrub import Act, Scrubber, network
from comity.kernel.policy.redaction.times import ENDS, Span, coarser, coarser_in
from comity.kernel.policy.redaction.tree import GONE, Slot, below

_WORDS: Final[dict[Deed, str]] = {"drop": "dropped", "pseudonymise": "pseudonymised"}
_CATALOGUES: Final = frozenset(
    {"mitre-attack", "mitre-mobile-attack", "mitre-ics-attack", "mitre-pre-attack", "mitre-atlas", "mitre-d3fend"}
    | {"capec", "cve", "cwe", "cpe", "nvd", "cisa-kev", "exploit-db", "virustotal", "wikipedia", "malpedia"}
)
"""Names of sources that anybody may cite."""
_NETWORKS: Final[Mapping[str, Act]] = {"ipv4-addr": "network", "ipv6-addr": "network"}


def apply(held: dict[str, Any], place: Place, plan: Plan, scrubber: Scrubber, naming: Naming) -> Iterator[str]:
    """Do to an object what a plan says of its properties; gives a word for everything that was done."""
    for steps, deed in plan.paths:
        for holder, key, at in list(_found(held, place, steps)):
            required = is_needed(holder, key, held, place)
            if _done(holder, key, at, deed, scrubber, naming, required=required):
                yield _WORDS.get(deed, "generalised")


def forget(value: Any, scrubber: Scrubber) -> None:
    """What was taken out must not be left elsewhere either, as far as it is told by more than a common word.

    That a public catalogue was cited tells nothing, and no name of a property does: they stand in many objects.
    """
    for text in _told(value):
        if is_distinctive(text) and text.lower() not in _CATALOGUES:
            scrubber.learn(text, None)


def _told(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _told(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if not forms.is_property_name(name):
                yield name
            yield from _told(each)


def _found(held: dict[str, Any], place: Place, steps: tuple[str, ...]) -> Iterator[Slot]:
    first, *rest = steps
    for name in list(held) if first == "*" else [first] if first in held else []:
        if place.root and name in PROTECTED | OURS:
            if name in PROTECTED and first != "*":
                raise Cannot.without(name)
            continue
        at = inside(place, name, held)
        if held[name] is GONE:
            continue
        if not rest:
            yield held, name, at
        else:
            yield from _within(held[name], at, tuple(rest))


def _within(value: Any, at: Place, steps: tuple[str, ...]) -> Iterator[Slot]:
    if isinstance(value, dict):
        yield from _found(value, at, steps)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _within(each, inside(at, index, value), steps)


def _done(holder: Any, key: Any, at: Place, deed: Deed, scrubber: Scrubber, naming: Naming, *, required: bool) -> bool:
    if deed == "drop":
        forget(holder[key], scrubber)
        put(holder, key, at, GONE, required=required)
        return True
    changed = False
    for slot_holder, slot_key, of in list(below(holder, key, at)):
        value = slot_holder[slot_key]
        if deed == "pseudonymise":
            made = _pseudonym(value, of, scrubber, naming)
        elif deed == "network":
            made = _network(value, of, scrubber, naming)
        else:
            made = _coarser(value, slot_key, of, deed, scrubber)
        if made is not value:
            put(slot_holder, slot_key, of, made, required=required and slot_holder is holder)
            changed = True
    return changed


def _pseudonym(value: Any, at: Place, scrubber: Scrubber, naming: Naming) -> Any:
    """What takes the place of a value; what no pseudonym can be made for goes."""
    if at.kind == "ref":
        return naming.pseudonym_id(value) if isinstance(value, str) and forms.type_of(value) else value
    kind = kind_of(at)
    if isinstance(value, int) and kind == "autonomous-system":
        return int(naming.token(kind, f"AS{value}").removeprefix("AS"))
    if not isinstance(value, str) or not (kind or at.kind in {"text", "any"}):
        if isinstance(value, str) and at.kind not in {"time", "seconds", "term"}:
            forget(value, scrubber)
        return GONE
    token = naming.token(kind or "text", value)
    if is_distinctive(value) or kind:
        scrubber.learn(value, token, word="pseudonymised")
    return token


def _network(value: Any, at: Place, scrubber: Scrubber, naming: Naming) -> Any:
    if not isinstance(value, str):
        return value
    if kind_of(at) in _NETWORKS:
        made = network(value)
        if made is not None and made != value:
            scrubber.learn(value, made, alone=False, word="generalised")
        return GONE if made is None else value if made == value else made
    if at.kind not in {"text", "any"}:
        return value
    own = Scrubber(_NETWORKS, naming)
    return own.clean(value) if own.hits(value) else value


def _coarser(value: Any, key: Any, at: Place, span: Span, scrubber: Scrubber) -> Any:
    if not isinstance(value, str):
        return value
    if at.kind in {"time", "seconds"} or (at.kind == "any" and forms.is_timestamp(value)):
        made = coarser(value, span, ends=key in ENDS)
        if made != value:
            scrubber.learn(value, made[:10], sure=False, word="generalised")
    elif at.kind in {"text", "any"}:
        made = coarser_in(value, span)
    else:
        return value
    return value if made == value else made
