"""Leaves of an object, one by one: cleaned, made coarser, given a pseudonym, or taken out where they can't hold what came out.

Lives here: what a leaf of each kind can become. Free text holds anything, so what was dropped leaves a mark in it; a value of a
fixed form is replaced as a whole by one of the same form, or goes; a word of a vocabulary, a reference, a moment and a marking
are nobody's to clean. A citation (an external reference) that tells something goes as a whole: cut in half it cites nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from comity.kernel.objects import forms
from comity.kernel.objects.observables import normalise
from comity.kernel.objects.text import strings
from comity.kernel.policy.redaction.anatomy import Place, inside
from comity.kernel.policy.redaction.needles import is_word_of_stix
from comity.kernel.policy.redaction.outcome import REDACTED, Cannot
from comity.kernel.policy.redaction.patterns import Rewriter, texts_of
from comity.kernel.policy.redaction.scrub import Scrubber
from comity.kernel.policy.redaction.times import ENDS, Span, coarser, coarser_in
from comity.kernel.policy.redaction.tree import GONE, slots

_APART: Final = frozenset({"fixed", "markings", "ref", "time", "seconds", "number", "boolean"})
_FREE: Final = frozenset({"text", "any"})
_KINDS: Final = {
    "url": "url",
    "domain": "domain-name",
    "ipv4": "ipv4-addr",
    "ipv6": "ipv6-addr",
    "mac": "mac-addr",
    "email": "email-addr",
    "cpe": "cpe",
    "registry-key": "windows-registry-key",
}
"""The kind of observable that a value of a form is."""


def readable(held: Mapping[str, Any], place: Place) -> Iterator[str]:
    """Every text of an object that may have to be cleaned, and every name that its sender chose."""
    for holder, key, at in slots(held, place):
        value = holder[key]
        if at.kind == "pattern" and isinstance(value, str) and holder.get("pattern_type") == "stix":
            yield from texts_of(value)
        elif isinstance(value, str) and not _is_apart(value, at):
            yield value
    for holder, at in _dictionaries(held, place):
        for name in holder:
            if name not in at.fields:
                yield name


def _is_apart(value: str, at: Place) -> bool:
    """Whether it is nothing to clean. A custom reference may hold any text (STIX 2.1 3.1 only advises against it)."""
    return at.kind in _APART and (at.kind != "ref" or bool(forms.type_of(value)))


def kind_of(place: Place) -> str:
    """The kind of observable that stands at a place; "" where it is none."""
    return place.observable or _KINDS.get(place.kind, "")


def meet_values(held: Mapping[str, Any], place: Place, scrubber: Scrubber, rewriter: Rewriter) -> None:
    """Tell the scrubber of every observable that stands at a place of its own."""
    for holder, key, at in slots(held, place):
        value = holder[key]
        kind = kind_of(at)
        if kind and isinstance(value, str | int) and not isinstance(value, bool):
            scrubber.meet(kind, str(value))
        elif at.kind == "pattern" and isinstance(value, str):
            rewriter.values(value)


def clean(held: dict[str, Any], place: Place, scrubber: Scrubber, rewriter: Rewriter) -> bool:
    """Clean every leaf and every name of an object; whether anything changed."""
    changed = _citations(held, scrubber) | _names(held, place, scrubber)
    for holder, key, at in slots(held, place):
        value = holder[key]
        if isinstance(value, str):
            made = _cleaned(holder, at, value, scrubber, rewriter)
        elif at.observable in scrubber.acts and isinstance(value, int):  # the number of an autonomous system
            made = _number(value, at.observable, scrubber)
        else:
            continue
        if made is not value:
            # An observable without its value is none: only other texts are marked.
            put(holder, key, at, made, required=not at.observable and is_needed(holder, key, held, place))
            changed = True
    return changed


def _cleaned(holder: Any, at: Place, value: str, scrubber: Scrubber, rewriter: Rewriter) -> Any:
    if at.kind == "pattern":
        return _pattern(holder, value, scrubber, rewriter)
    if _is_apart(value, at) or (at.kind == "term" and is_word_of_stix(value)):
        return value
    kind = kind_of(at)
    if kind in scrubber.acts and normalise(kind, value) is not None:
        normal = normalise(kind, value)
        made = scrubber.made(kind, normal or value)
        if made == normal:
            return value
        scrubber.done(kind)
        return GONE if made is None else made
    if not scrubber.hits(value):
        return value
    made = scrubber.clean(value)
    if at.kind in _FREE or at.kind in {"term", "ref"}:
        return made
    return GONE if REDACTED in made else made


def _pattern(holder: Any, value: str, scrubber: Scrubber, rewriter: Rewriter) -> str:
    if holder.get("pattern_type") == "stix":
        made = rewriter.rewritten(value)
    else:
        # Nobody here knows the language: a rule with a hole in it is no rule.
        made = scrubber.clean(value) if scrubber.hits(value) else value
        if REDACTED in made:
            raise Cannot.without("pattern")
    return value if made == value else made


def _number(value: int, kind: str, scrubber: Scrubber) -> Any:
    made = scrubber.made(kind, f"AS{value}")
    scrubber.done(kind)
    return GONE if made is None else int(made.removeprefix("AS"))


def put(holder: Any, key: Any, at: Place, made: Any, *, required: bool) -> None:
    """Let a leaf become something, or take it out where that can't stand there or says nothing."""
    if isinstance(made, str):
        fits = forms.PREDICATES.get(at.kind, forms.is_string)
        if not fits(made) or (at.kind == "hash" and not forms.hash_fits(str(key), made)):
            made = GONE
        if made == REDACTED and not required:
            made = GONE
    if made is GONE and required and at.kind in _FREE:
        made = REDACTED
    holder[key] = made


def is_needed(holder: Any, key: Any, held: Mapping[str, Any], place: Place) -> bool:
    """Whether an object can't be without a property of its own, by itself or for others that it has."""
    if not place.root or holder is not held:
        return False
    return key in place.required or any(
        rule(lambda name: None if name == key else _there(held, name)) for rule in place.rules
    )


def _there(held: Mapping[str, Any], name: str) -> Any:
    value = held.get(name)
    return None if value is GONE else value


def _citations(held: dict[str, Any], scrubber: Scrubber) -> bool:
    cited = held.get("external_references")
    gone = False
    for index, each in enumerate(cited if isinstance(cited, list) else ()):
        if each is not GONE and any(scrubber.hits(text) for text in strings(_present(each))):
            cited[index] = GONE  # type: ignore[index]
            scrubber.words.add("dropped")
            gone = True
    return gone


def _present(value: Any) -> Any:
    """A value without the marks of what is gone."""
    if isinstance(value, dict):
        return {name: _present(each) for name, each in value.items() if each is not GONE}
    return [_present(each) for each in value if each is not GONE] if isinstance(value, list) else value


def _names(held: dict[str, Any], place: Place, scrubber: Scrubber) -> bool:
    """Take out what stands under a name that tells something."""
    gone = False
    for holder, at in _dictionaries(held, place):
        for name, value in holder.items():
            if name not in at.fields and value is not GONE and scrubber.hits(name):
                holder[name] = GONE
                gone = True
    return gone


def _dictionaries(held: Mapping[str, Any], place: Place) -> Iterator[tuple[dict[str, Any], Place]]:
    waiting: list[tuple[Any, Place]] = [(held, place)]
    while waiting:
        holder, at = waiting.pop()
        if at.kind == "markings":
            continue
        if isinstance(holder, dict):
            yield holder, at
        for key, value in list(holder.items()) if isinstance(holder, dict) else enumerate(holder):
            if isinstance(value, dict | list):
                waiting.append((value, inside(at, key, holder)))


def cut_times(held: dict[str, Any], place: Place, span: Span, ours: frozenset[str], rewriter: Rewriter) -> bool:
    """Make every moment of an object coarser, also those in its texts and patterns; whether anything changed."""
    changed = False
    for holder, key, at in slots(held, place):
        value = holder[key]
        if not isinstance(value, str) or (holder is held and key in ours):
            continue
        if at.kind in {"time", "seconds"} or (at.kind == "any" and forms.is_timestamp(value)):
            made = coarser(value, span, ends=key in ENDS)
        elif at.kind in _FREE:
            made = coarser_in(value, span)
        elif at.kind == "pattern" and holder.get("pattern_type") == "stix":
            made = rewriter.rewritten(value)
        else:
            continue
        if made != value:
            holder[key] = made
            changed = True
    return changed
