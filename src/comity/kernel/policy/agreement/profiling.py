"""Whether the profiles of an agreement hold: each of its own name, each rule with a subject that its ``do`` can be done to."""

from collections.abc import Iterator
from typing import Final

from comity.kernel.objects.findings import Severity
from comity.kernel.policy.agreement.articles import Agreement, PersonalData, Redact
from comity.kernel.policy.agreement.findings import Finding
from comity.kernel.policy.agreement.profiles import BUILT_IN
from comity.kernel.policy.agreement.words import FIXED
from comity.kernel.policy.profile import Rule
from comity.kernel.policy.sentence import Sentence, says

ADDRESSES: Final = frozenset({"ipv4-addr", "ipv6-addr"})
"""Kinds of values that have a network."""


def profile_faults(agreement: Agreement) -> Iterator[Finding]:
    """All that is wrong with its profiles, in order."""
    named = {each.profile for each in agreement.articles if isinstance(each, Redact | PersonalData)}
    before: set[str] = set()
    for index, profile in enumerate(agreement.profiles):
        place = f"profile.{index}"
        if profile.name in before:
            yield Finding(says("More than one profile is called '%(name)s'.", name=profile.name), field=f"{place}.name")
        elif profile.name in BUILT_IN:
            yield Finding(
                says("'%(name)s' is a profile that every node knows: call this one otherwise.", name=profile.name),
                field=f"{place}.name",
            )
        elif profile.name not in named:
            unused = says("No article names the profile '%(name)s'.", name=profile.name)
            yield Finding(unused, field=place, severity=Severity.WARNING)
        before.add(profile.name)
        for number, rule in enumerate(profile.rules):
            for field, fault in _faults(rule):
                yield Finding(fault, field=f"{place}.rule.{number}.{field}")


def _faults(rule: Rule) -> Iterator[tuple[str, Sentence]]:
    """By the field that each is about."""
    for path in rule.properties:
        if path.partition(".")[0] in FIXED:
            yield "properties", says("'%(word)s' is of every object: no rule speaks of it.", word=path)
        elif path.startswith("*"):
            yield "properties", says("'%(word)s' would be every property: name the first step.", word=path)
    if rule.do == "generalise":
        yield from _generalising(rule)
    elif rule.to:
        yield "to", says("to means nothing where do is '%(do)s'.", do=rule.do)
    if rule.do == "drop-object":
        if not rule.types:
            yield "types", says("types is missing: without it no object would go at all.")
        yield from _meaningless(rule, "properties", "observables")
    elif rule.do in {"drop", "pseudonymise"} and not rule.properties and not rule.observables:
        yield "do", says("The rule has no subject: name properties, observables, or both.")


def _generalising(rule: Rule) -> Iterator[tuple[str, Sentence]]:
    match rule.to:
        case "":
            yield "to", says("to is missing: how coarse it is made.")
        case "sector-and-country":
            yield from _meaningless(rule, "properties", "observables")
            for other in sorted(set(rule.types) - {"identity"}):
                yield "types", says("Only an identity has a sector and a country: '%(word)s' has none.", word=other)
        case "network":
            for other in sorted(set(rule.observables) - ADDRESSES):
                yield "observables", says("Only addresses have a network: '%(word)s' has none.", word=other)
        case "day" | "week" | "month":
            yield from _meaningless(rule, "observables")


def _meaningless(rule: Rule, *fields: str) -> Iterator[tuple[str, Sentence]]:
    what = rule.to or rule.do
    for field in fields:
        if getattr(rule, field):
            yield field, says("%(field)s means nothing in a rule of '%(what)s'.", field=field, what=what)
