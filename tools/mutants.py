"""Mutation testing of policy: does a test fail when a rule is changed?

    python -m tools.mutants [WORD ...]    the rules and agreements of kernel/policy, or modules whose path contains a word

Every module is changed in one place at a time (a comparison, a condition, a number, a branch: ``changes``), and its tests are
run until one fails. A change that no test notices is a *survivor*. Texts are not changed: what policy says is held by other
tests. It fails where fewer than ``LEAST`` of a hundred are noticed, or where a survivor among the rules is not in
``SURVIVORS.md`` with the reason why it may live; what reads and writes texts of agreements decides nothing, and is counted only.
It takes half an hour, so it runs in ``make soak``. What makes redacted forms and what finds personal data is measured on objects
(``tests/simulator``, the corpora), and changed here only where a word names it.
"""

import argparse
import ast
import importlib
import os
import sys
import time
from collections.abc import Iterator
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Final, NamedTuple

import hypothesis
import pytest

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = ROOT / "src"
POLICY: Final = SOURCE / "comity" / "kernel" / "policy"
TESTS: Final = ROOT / "tests" / "kernel" / "policy"
SURVIVORS: Final = TESTS / "SURVIVORS.md"
APART: Final = frozenset({"redaction", "personal", "approval"})
"""Folders whose modules are changed only where a word names them."""
TESTED_BY: Final = {
    "lens": "renditions",
    "profiling": "profiles",
    "judging": "decide",
    "question": "permissions",
    "decision": "decide",
    "denial": "words",
    "sentence": "words",
}
LEAST: Final = 90
JOBS: Final = 2
# Loaded once, before the tests of each mutant are run in a process of its own.
HEAVY: Final = (
    *("hypothesis.strategies", "psycopg", "sqlalchemy", "stix2validator", "_pytest.assertion", "_pytest.python"),
    *("comity.kernel.objects.parse", "comity.kernel.objects.extensions", "comity.kernel.ledger.signing"),
)


# Without the project's settings and plugins, which take longer to load than the tests to run.
FLAGS: Final = (
    "-x",
    "-q",
    "-p",
    "no:cacheprovider",
    "-c",
    os.devnull,
    "--rootdir",
    str(ROOT),
    "--import-mode=importlib",
)


class Mutant(NamedTuple):
    """One change: the whole module as it would be, and where it differs."""

    path: Path
    line: int
    where: str
    change: str
    text: str

    @property
    def name(self) -> str:
        """What it is listed by: nothing in it moves when other lines do."""
        return f"{self.path.relative_to(POLICY)} {self.where}: {self.change}"


def main() -> None:
    """Runs them all and says what survived."""
    arguments = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    arguments.add_argument("words", nargs="*", help="parts of paths of modules; all modules where none is given")
    words: list[str] = arguments.parse_args().words
    found = [mutant for path in sorted(POLICY.rglob("*.py")) if _meant(path, words) for mutant in mutants_of(path)]
    _prepare()
    begun = time.monotonic()
    everything = sorted({path for mutant in found for tests in _tests(mutant) for path in tests})
    if _status(_start(None, [everything])):
        sys.exit("the tests fail without any change: put that right first")
    longest = 10 + 5 * (time.monotonic() - begun)
    survivors = list(_survivors(found, longest))
    listed = {line[2:].split(" · ")[0].strip("`") for line in _lines() if line.startswith("- ")}
    unlisted = [mutant for mutant in survivors if mutant.name not in listed and not _is_text(mutant.path)]
    killed = len(found) - len(survivors)
    print(f"{killed} of {len(found)} changes were noticed ({100 * killed / max(1, len(found)):.1f} %).")
    for mutant in unlisted:
        print(f"  {mutant.path.relative_to(ROOT)}:{mutant.line}  not noticed, not listed: {mutant.name}")
    for name in sorted(listed - {mutant.name for mutant in survivors}) if not words else ():
        print(f"  listed, but noticed or gone: {name}")
    if unlisted or 100 * killed < LEAST * len(found):
        sys.exit(1)


def _meant(path: Path, words: list[str]) -> bool:
    place = path.relative_to(POLICY)
    return any(word in str(place) for word in words) if words else place.parts[0] not in APART


def _is_text(path: Path) -> bool:
    return path.stem == "lens_sentences" or (path.parent.name == "agreement" and path.stem not in {"binding", "taking"})


def _lines() -> list[str]:
    return SURVIVORS.read_text(encoding="utf-8").splitlines() if SURVIVORS.exists() else []


# -- making mutants

_SWAPS: Final[dict[type[ast.AST], tuple[type[ast.AST], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.BitOr: (ast.BitAnd,),
    ast.BitAnd: (ast.BitOr,),
}
_NAMES: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}
# Not what a module does: types, decorators, how classes are made.
_LEFT_ALONE: Final = {"annotation", "returns", "decorator_list", "bases", "keywords_of_class"}


def mutants_of(path: Path) -> Iterator[Mutant]:
    """Every change of one module, each by itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for where, owner, field, place, node in _places(tree, ()):
        for other in changes(node):
            before = _short(_seen(owner, node))
            _put(owner, field, place, other)
            text = ast.unparse(ast.fix_missing_locations(tree))
            after = _short(_seen(owner, other)) if other is not None else "nothing"
            _put(owner, field, place, node)
            line = getattr(node, "lineno", getattr(owner, "lineno", 0))
            yield Mutant(path, line, ".".join(where) or "module", f"{before} -> {after}", text)


def changes(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    for swap in _SWAPS.get(type(node), ()):
        yield swap()
    match node:
        case ast.BoolOp(op=op, values=values) if len(values) > 1:
            for left_out in values:
                rest = [value for value in values if value is not left_out]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op=op, values=rest)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(value=not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value=value + 1)
        case ast.If(test=test, body=body, orelse=orelse):
            yield ast.If(test=_negated(test), body=body, orelse=orelse)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test=_negated(test), body=body, orelse=orelse)
        case ast.comprehension(ifs=[_, *_]):
            yield ast.comprehension(target=node.target, iter=node.iter, ifs=[], is_async=node.is_async)
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield ast.Return(value=ast.Constant(value=None))
        case ast.Name(id=name) if name in _NAMES:
            yield ast.Name(id=_NAMES[name], ctx=ast.Load())
        case ast.match_case(guard=guard) if guard is not None:
            yield ast.match_case(pattern=node.pattern, guard=None, body=node.body)
            yield ast.match_case(pattern=node.pattern, guard=_negated(guard), body=node.body)
        case ast.Expr(value=value) if not isinstance(value, ast.Constant):
            yield ast.Pass()
        case ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break():
            yield ast.Pass()
        case _:
            pass


_Place = tuple[tuple[str, ...], ast.AST, str, int | None, ast.AST]


def _places(owner: ast.AST, where: tuple[str, ...]) -> Iterator[_Place]:
    """Every node with where it stands: names around it, its owner, field and place in it."""
    for field, value in ast.iter_fields(owner):
        if field in _LEFT_ALONE or (field == "keywords" and isinstance(owner, ast.ClassDef)):
            continue
        nodes = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for place, node in nodes:
            if isinstance(node, ast.AST):
                inner = (*where, node.name) if isinstance(node, ast.FunctionDef | ast.ClassDef) else where
                yield inner, owner, field, place, node
                yield from _places(node, inner)


def _put(owner: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(owner, field, node)
    else:
        getattr(owner, field)[place] = node


def _seen(owner: ast.AST, node: ast.AST) -> ast.AST:
    """What is shown of a change: an operator with what it stands between."""
    return owner if isinstance(node, ast.cmpop | ast.boolop | ast.operator) else node


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(ast.fix_missing_locations(node)).split())
    return text if len(text) <= 90 else f"{text[:87]}..."


def _negated(test: ast.expr) -> ast.expr:
    return ast.UnaryOp(op=ast.Not(), operand=test)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


# -- running tests against one


class _Instead(MetaPathFinder, Loader):
    """Gives a module's changed text in the place of its own."""

    def __init__(self, mutant: Mutant) -> None:
        self._module = ".".join(mutant.path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
        self._mutant = mutant

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> ModuleSpec | None:
        """The changed module's, and no other's."""
        if fullname != self._module:
            return None
        package = self._mutant.path.name == "__init__.py"
        return ModuleSpec(fullname, self, origin=str(self._mutant.path), is_package=package)

    def exec_module(self, module: ModuleType) -> None:
        """Runs the changed text."""
        exec(compile(self._mutant.text, str(self._mutant.path), "exec"), module.__dict__)  # noqa: S102  our own text


def _prepare() -> None:
    """Once for all: heavy libraries, and Hypothesis without the search for the smallest example."""
    for name in HEAVY:
        importlib.import_module(name)
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    checks = list(hypothesis.HealthCheck)
    hypothesis.settings.register_profile(
        "mutants", max_examples=30, derandomize=True, deadline=None, phases=phases, suppress_health_check=checks
    )
    # The tests' conftest looks for the one, pytest for the other.
    os.environ |= {"COMITY_HYPOTHESIS": "mutants", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # noqa: TID251


def _survivors(mutants: list[Mutant], longest: float) -> Iterator[Mutant]:
    """Those that no test notices. What does not end is noticed."""
    waiting = list(reversed(mutants))
    running: dict[int, tuple[Mutant, float]] = {}
    while waiting or running:
        while waiting and len(running) < JOBS:
            mutant = waiting.pop()
            running[_start(mutant, _tests(mutant))] = (mutant, time.monotonic())
        for process, (mutant, begun) in list(running.items()):
            ended, status = os.waitpid(process, os.WNOHANG)
            if not ended and time.monotonic() - begun > longest:
                os.kill(process, 9)
                ended, status = os.waitpid(process, 0)
            if ended:
                del running[process]
                print(
                    "." if status else f"\n{mutant.path.relative_to(ROOT)}:{mutant.line} lives: {mutant.change}",
                    end="",
                    flush=True,
                )
                if status == 0:
                    yield mutant
        time.sleep(0.005)
    print()


def _start(mutant: Mutant | None, runs: list[list[Path]]) -> int:
    """A process that runs tests against a mutant, one run after the other, and ends with 0 where all pass."""
    process = os.fork()
    if process:
        return process
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    if mutant is not None:
        sys.meta_path.insert(0, _Instead(mutant))
    os._exit(next((code for tests in runs if (code := int(pytest.main([*FLAGS, *map(str, tests)])))), 0))


def _tests(mutant: Mutant) -> list[list[Path]]:
    """Of a changed module first its own, then all of its folder and of policy's."""
    folder = TESTS / mutant.path.parent.relative_to(POLICY)
    own = folder / f"test_{TESTED_BY.get(mutant.path.stem, mutant.path.stem)}.py"
    others = {*folder.glob("test_*.py"), *TESTS.glob("test_*.py")} - {own}
    return [[own], sorted(others)] if own.exists() else [sorted(others)]


def _status(process: int) -> int:
    return os.waitpid(process, 0)[1]


if __name__ == "__main__":
    main()
