"""A lens as people read it: what becomes of an object that is looked at through it, in sentences. For our own people: internal.

Lives here: the words for a lens and for what profiles do. Which lens a party gets is ``decide``'s, what it makes of an object
``redaction``'s.
"""

from collections.abc import Iterator
from typing import Final

from comity.kernel.policy.caveats import kind_of
from comity.kernel.policy.lens import Hidden, Lens, Part
from comity.kernel.policy.profile import Profile, Rule
from comity.kernel.policy.sentence import Sentence, says


def sentences(lens: Lens) -> tuple[Sentence, ...]:
    """What it asks for, in the order in which it is done; empty for one that asks for nothing."""
    return tuple(_sentences(lens))


def of_profile(profile: Profile) -> tuple[Sentence, ...]:
    """What each rule of a profile does."""
    return tuple(map(_of_rule, profile.rules))


def _sentences(lens: Lens) -> Iterator[Sentence]:
    for part in lens.without:
        yield _without(part)
    for profile in lens.profiles:
        yield says("It is redacted by the profile “%(profile)s”.", profile=profile.title or profile.name)
    if lens.cleared:
        yield says("No personal data may be left in it.")
    if lens.anonymous:
        yield says("Who made it is left out.")
    if lens.hidden in _HIDDEN:
        yield _HIDDEN[lens.hidden]


def _without(part: Part) -> Sentence:
    words = [part.tlp.label] if part.tlp is not None else []
    marked = ", ".join([*words, *map(_term, part.terms)])
    return says("Its parts that are marked %(marked)s are taken out.", marked=marked or "otherwise")


def _term(term: str) -> str:
    """A caveat as a mark: ``resides KR``; statements of a policy are not repeated."""
    _, _, value = term.partition(":")
    kind = kind_of(term)
    word = _TERMS.get(kind, kind)
    return word if kind in {"iep", "orcon", "embargo"} or not value else f"{word} {value}"


_TERMS: Final = {
    "embargo": "not_before",
    "iep": "IEP",
    "not-to": "not_releasable_to",
    "orcon": "originator_control",
    "pap": "PAP",
    "resides": "resides_in",
    "to": "releasable_to",
}
"""What caveats are called where they stand written: by the handling marking's properties (docs/extensions)."""

_HIDDEN: Final[dict[Hidden, Sentence]] = {
    "dangle": says("References to what the recipient does not get go under a pseudonym."),
    "stub": says("References to what the recipient does not get lead to an empty object under a pseudonym."),
    "strip": says("References to what the recipient does not get are taken out."),
    "withhold": says("If it refers to anything that the recipient does not get, it does not go."),
}


def _of_rule(rule: Rule) -> Sentence:
    what, types = ", ".join((*rule.properties, *rule.observables)), ", ".join(rule.types)
    parts = {name: value for name, value in (("types", types), ("what", what)) if value}
    match rule.do:
        case "drop-object":
            return says("Objects of these types do not go at all: %(types)s.", types=types)
        case "drop":
            return (_TAKEN_IN if types else _TAKEN).filled(**parts)
        case "pseudonymise":
            return (_RENAMED_IN if types else _RENAMED).filled(**parts)
        case "generalise" if rule.to == "sector-and-country":
            return says("Of an identity only its sector and its country are told.")
        case "generalise" if rule.to == "network":
            return _NETWORKS[bool(types), bool(what)].filled(**parts)
        case "generalise":
            return _TIMES[bool(types), bool(what)].filled(grain=rule.to, **parts)


_TAKEN: Final = says("Taken out, wherever it stands: %(what)s.")
_TAKEN_IN: Final = says("Taken out of %(types)s: %(what)s.")
_RENAMED: Final = says("Replaced by a pseudonym, wherever it stands: %(what)s.")
_RENAMED_IN: Final = says("Replaced by a pseudonym in %(types)s: %(what)s.")
_NETWORKS: Final = {
    (False, False): says("Addresses are told by their network only."),
    (False, True): says("These addresses are told by their network only: %(what)s."),
    (True, False): says("Addresses in %(types)s are told by their network only."),
    (True, True): says("These addresses in %(types)s are told by their network only: %(what)s."),
}
_TIMES: Final = {
    (False, False): says("Times are told to the %(grain)s only."),
    (False, True): says("These times are told to the %(grain)s only: %(what)s."),
    (True, False): says("Times in %(types)s are told to the %(grain)s only."),
    (True, True): says("These times in %(types)s are told to the %(grain)s only: %(what)s."),
}
"""Both by whether the rule names types, and what in them."""
