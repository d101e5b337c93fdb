"""The full grammar of STIX patterns, by the library ``stix2-patterns``, with bounds and the rules beyond grammar.

Rules beyond grammar: operands of AND in one observation share a type (9.5), no qualifier of a kind twice and none with
zero (9.5.1), timestamps that exist (9.2), sets of one kind of constant (9.6.1), hashes that can be hashes (2.7).
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from stix2patterns.exceptions import ParseException
from stix2patterns.v21.grammars.STIXPatternParser import STIXPatternParser
from stix2patterns.v21.pattern import Pattern

from comity.kernel.objects import timestamps
from comity.kernel.objects.findings import Finding
from comity.kernel.objects.patterns import lexicon, plain

LONGEST: Final = plain.LONGEST
# The grammar reads some twenty thousand words a second; this many characters keep it within a second.
LONGEST_FOR_GRAMMAR: Final = 16_000
DEEPEST: Final = plain.DEEPEST

_CLAUSE: Final = "STIX 2.1 9"
_MARKS: Final = re.compile(rf"{lexicon.STRING}|[()]")

Node = Any  # of the library, which has no types


def check(pattern: str) -> list[Finding]:
    """Findings of the grammar and of the rules, in order, without repeats."""
    refusal = _over_bounds(pattern)
    if refusal is not None:
        return [refusal]
    root = _Root()
    try:
        Pattern(pattern).visit(root)
        return sorted(set(_broken_rules(root.tree)))
    except ParseException as error:
        return [_finding(f"not a STIX pattern: {_shorten(str(error))}")]
    except RecursionError:
        return [_finding("nested too deeply to be read")]


class _Root:
    """A visitor that keeps the tree: the library's own walks recurse, and a long OR is a deep tree."""

    tree: Node = None

    def visit(self, tree: Node) -> None:
        self.tree = tree


def _over_bounds(pattern: str) -> Finding | None:
    if len(pattern) > LONGEST:
        return _finding(f"{len(pattern)} characters; no pattern over {LONGEST} is read")
    if len(pattern) > LONGEST_FOR_GRAMMAR:
        return _finding(f"not a plain pattern, and over the {LONGEST_FOR_GRAMMAR} characters to which others are read")
    depth = deepest = 0
    for mark in _MARKS.findall(pattern):
        depth += {"(": 1, ")": -1}.get(mark, 0)
        deepest = max(deepest, depth)
    return _finding(f"parentheses are nested deeper than {DEEPEST}") if deepest > DEEPEST else None


def _broken_rules(tree: Node) -> Iterator[Finding]:
    types: dict[int, frozenset[str]] = {}
    for node in _leaves_first(tree):
        held = [types[id(child)] for child in node.children or () if id(child) in types]
        if isinstance(node, STIXPatternParser.ObjectTypeContext):
            types[id(node)] = frozenset((node.getText(),))
        elif isinstance(node, STIXPatternParser.ComparisonExpressionAndContext) and len(held) == 2:
            shared = held[0] & held[1]
            if not shared:
                yield _finding("AND joins comparisons of different object types; no object can satisfy both", "9.5")
            types[id(node)] = shared or held[0] | held[1]
        elif held:
            types[id(node)] = frozenset().union(*held)
        rule = _RULES.get(type(node).__name__)
        if rule is not None:
            yield from rule(node)


def _leaves_first(tree: Node) -> Iterator[Node]:
    order = []
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "children"):
            order.append(node)
            waiting.extend(node.children or ())
    return reversed(order)


def _hash_rule(node: Node) -> Iterator[Finding]:
    name = lexicon.hash_name(node.objectPath().getText())
    if name is None:
        return
    for literal in _strings(node.children[-1].getText()):
        if not lexicon.is_hash(name, lexicon.unquoted(literal)):
            yield _finding(f"{_shorten(literal)} is not a {_shorten(name)} hash", "2.7")


def _set_rule(node: Node) -> Iterator[Finding]:
    kinds = {_kind(child) for child in node.primitiveLiteral()}
    if len(kinds) > 1:
        yield _finding("a set holds constants of different kinds", "9.6.1")


def _constant_rule(node: Node) -> Iterator[Finding]:
    text = node.getText()
    if node.TimestampLiteral() and not _is_timestamp(text):
        yield _finding(f"{_shorten(text)} is not a timestamp", "9.2")


def _count_rule(node: Node) -> Iterator[Finding]:
    text = node.children[1].getText()
    if not text.strip("+0."):
        yield _finding(f"{node.children[0].getText()} needs a number above zero", "9.5.1")


def _span_rule(node: Node) -> Iterator[Finding]:
    for literal in node.TimestampLiteral():
        if not _is_timestamp(literal.getText()):
            yield _finding(f"{_shorten(literal.getText())} is not a timestamp", "9.5.1")


def _once_rule(node: Node) -> Iterator[Finding]:
    # As the library has it: for an observation in brackets, not for a group in parentheses.
    kind, inner = type(node), node.observationExpression()
    while isinstance(inner, _QUALIFIED):
        if isinstance(inner, kind):
            simple = inner
            while isinstance(simple, _QUALIFIED):
                simple = simple.observationExpression()
            if isinstance(simple, STIXPatternParser.ObservationExpressionSimpleContext):
                yield _finding("a qualifier of one kind stands twice at one observation", "9.5.1")
            return
        inner = inner.observationExpression()


_QUALIFIED: Final = (
    STIXPatternParser.ObservationExpressionWithinContext,
    STIXPatternParser.ObservationExpressionRepeatedContext,
    STIXPatternParser.ObservationExpressionStartStopContext,
)
_RULES: Final[dict[str, Callable[[Node], Iterator[Finding]]]] = {
    "PropTestEqualContext": _hash_rule,
    "PropTestSetContext": _hash_rule,
    "SetLiteralContext": _set_rule,
    "OrderableLiteralContext": _constant_rule,
    "WithinQualifierContext": _count_rule,
    "RepeatedQualifierContext": _count_rule,
    "StartStopQualifierContext": _span_rule,
    **{kind.__name__: _once_rule for kind in _QUALIFIED},
}


def _kind(node: Node) -> str:
    text = node.getText()
    if text in {"true", "false"}:
        return "boolean"
    mark = text[0]
    return {"'": "string", "t": "timestamp", "h": "hex", "b": "binary"}.get(mark, "number")


def _strings(text: str) -> Iterator[str]:
    return (match[0] for match in lexicon.STRINGS.finditer(text))


def _is_timestamp(literal: str) -> bool:
    try:
        timestamps.parse(literal[2:-1])
    except ValueError:
        return False
    return True


def _finding(message: str, section: str = "") -> Finding:
    return Finding(path="$.pattern", clause=f"STIX 2.1 {section}" if section else _CLAUSE, message=message)


def _shorten(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}..."
