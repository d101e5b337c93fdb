"""STIX patterns (STIX 2.1 9): whether one is valid, and which observables it looks for.

Three readers, each for what the one before doesn't take: one expression for the single comparison that most indicators
are (``reading.quick``), a linear reader for every plain pattern (``plain``), and the field's own grammar for all the
rest (``full``). The first two only ever say "certainly valid"; what they don't say that of goes to the grammar, so they
can't refuse anything. Invariants: no pattern takes longer than about a second or recurses deeper than its parentheses;
what is accepted here the library accepts too, except hashes in sets and in LIKE and MATCHES, which the library compares
as if they were whole hashes.
"""

from comity.kernel.objects.findings import Finding
from comity.kernel.objects.patterns import plain, reading

LONGEST = plain.LONGEST

__all__ = ["LONGEST", "check", "examine", "observables"]

Pairs = tuple[tuple[str, str], ...]


def check(pattern: str) -> list[Finding]:
    """What is wrong with a pattern; empty where it is valid."""
    if reading.quick(pattern) is not None or plain.comparisons(pattern) is not None:
        return []
    return _by_grammar(pattern)


def observables(pattern: str) -> Pairs:
    """(kind, normal form) pairs that a pattern compares with by ``=`` or ``IN``, sorted; nothing for an invalid one."""
    return examine(pattern)[1]


def examine(pattern: str) -> tuple[list[Finding], Pairs]:
    """``check`` and ``observables`` in one reading."""
    pairs = reading.quick(pattern)
    if pairs is not None:
        return [], pairs
    comparisons = plain.comparisons(pattern)
    if comparisons is not None:
        return [], reading.of_comparisons(comparisons)
    findings = _by_grammar(pattern)
    return findings, () if findings else reading.of_comparisons(plain.scan(pattern))


def _by_grammar(pattern: str) -> list[Finding]:
    from comity.kernel.objects.patterns import full  # noqa: PLC0415  memory: few patterns need the grammar's tables

    return full.check(pattern)
