"""Mutation check (`make mutants`): change one thing at a time in a module that judges, and see a test fail.

A mutant that every test lets live is a hole, or changes nothing that anybody could see. Mutants are spread over the
functions of a module, in an order that is the same on every run; docs/mutants.md is written from what came of them.
Each runs in a fork of a process that has imported what is slow to import, with only the tests of its module.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from itertools import islice, zip_longest
from pathlib import Path

import click
import pytest

ROOT = Path(__file__).parents[1]
TESTS = {
    "bot.policy": "tests/test_policy.py tests/test_role_assignments.py",
    "bot.keys.rules": "tests/test_policy.py tests/keys/test_ends.py",
    "bot.desk.deciding": "tests/desk/test_deciding.py",
    "bot.desk.judging": "tests/desk/test_judging.py tests/desk/test_service.py tests/desk/test_deciding.py "
    "tests/desk/test_running.py",
    "bot.budgets.crossing": "tests/budgets/test_crossing.py",
    "bot.usage.figures.sums": "tests/usage/test_figures.py tests/usage/test_against_before.py",
    "bot.digests.schedule": "tests/digests/test_schedule.py tests/digests/test_subscribing.py",
    "bot.keys.making": "tests/keys/test_making.py tests/keys/test_settling.py",
}
EXPLAINED: dict[str, str] = {
    "bot.digests.schedule.the module: `7` → `8`": "one day more is searched, and a weekday is found before it",
}
"""Survivors by module and what was changed (without its line), and why they live."""
_PAIRS = (
    (ast.Lt, ast.LtE), (ast.Gt, ast.GtE), (ast.Eq, ast.NotEq), (ast.Is, ast.IsNot), (ast.In, ast.NotIn),
    (ast.And, ast.Or), (ast.Add, ast.Sub), (ast.BitOr, ast.BitAnd),
)  # fmt: skip
SWAPS: dict[type[ast.AST], ast.AST] = {a: b() for one, other in _PAIRS for a, b in ((one, other), (other, one))}
Change = tuple[str, ast.Module]
"""What was changed, in words, and the module with the change."""


def _mutate(node: ast.AST) -> list[Callable[[], None]]:  # noqa: PLR0911 - one line for each kind of node
    """Return ways to change a node where it stands."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            return [lambda: node.ops.__setitem__(0, SWAPS[type(op)])]  # type: ignore[call-overload] # a swap is of its kind
        case ast.BoolOp() | ast.BinOp() if type(node.op) in SWAPS:
            return [lambda: setattr(node, "op", SWAPS[type(node.op)])]
        case ast.UnaryOp(op=ast.Not()):
            return [lambda: setattr(node, "operand", ast.UnaryOp(ast.Not(), node.operand))]
        case ast.Constant(bool(value)):
            return [lambda: setattr(node, "value", not value)]
        case ast.Constant(int(value)):
            return [lambda: setattr(node, "value", value + 1)]
        case ast.Return(ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            return [lambda: setattr(node, "value", ast.Constant(None))]
        case ast.If() | ast.IfExp():
            return [lambda: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))]
        case ast.Raise():
            return [lambda: setattr(node, "exc", ast.Call(ast.Name("RuntimeError", ast.Load()), [], []))]
        case ast.Expr(ast.Call() | ast.Await()):
            return [lambda: setattr(node, "value", ast.Constant(None))]
    return []


def changes(source: str) -> Iterator[Change]:
    """Yield every change of a module, a function at a time in turns, so that the first of them touch all functions."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inner = {id(each) for one in functions for each in ast.walk(one) if each is not one}
    outermost = [one for one in functions if id(one) not in inner]
    per_function = [list(_of(source, one.name, [*ast.walk(tree)].index(one))) for one in outermost]
    constants = list(_of(source, "the module", 0, [n for n in tree.body if isinstance(n, ast.Assign)]))
    for row in zip_longest(*per_function, constants):
        yield from filter(None, row)


def _of(source: str, name: str, at: int, only: list[ast.Assign] | None = None) -> Iterator[Change]:
    lines = {node.lineno for node in only} if only is not None else None
    whole = [*ast.walk(ast.parse(source))]
    silent = {id(each) for node in ast.walk(whole[at]) for note in _annotations(node) for each in ast.walk(note)}
    for number, node in enumerate(ast.walk(whole[at])):
        if id(node) in silent or (lines is not None and getattr(node, "lineno", None) not in lines):
            continue
        for way in range(len(_mutate(node))):
            tree = ast.parse(source)
            changed = [*ast.walk([*ast.walk(tree)][at])][number]
            before = ast.unparse(copy.deepcopy(changed)).split("\n", 1)[0]
            _mutate(changed)[way]()
            after = ast.unparse(ast.fix_missing_locations(changed)).split("\n", 1)[0]
            yield f"{name}, line {getattr(changed, 'lineno', '?')}: `{before}` → `{after}`", tree


def _annotations(node: ast.AST) -> list[ast.expr]:
    """Return the types beside a node: they are for mypy, and never run."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return [node.returns] if node.returns else []
        case ast.arg() | ast.AnnAssign():
            return [node.annotation] if node.annotation else []
    return []


class _Mutated(SourceFileLoader):
    """Loads one module from a changed tree."""

    def __init__(self, module: str, path: str, tree: ast.Module) -> None:
        super().__init__(module, path)
        self._tree = tree

    def get_code(self, fullname: str) -> object:  # type: ignore[override] # a code object is what it is
        del fullname
        return compile(ast.fix_missing_locations(self._tree), self.path, "exec")


class _Finder:
    def __init__(self, module: str, tree: ast.Module) -> None:
        self._module, self._tree = module, tree

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        path = str(_path(self._module))
        loader = _Mutated(name, path, self._tree)
        return importlib.util.spec_from_file_location(name, path, loader=loader) if name == self._module else None


def _path(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _lives(module: str, tree: ast.Module, patience: int) -> bool:
    """Run the module's tests against a tree of it in a fork; True if all pass."""
    sys.stdout.flush()
    if (child := os.fork()) == 0:
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.meta_path.insert(0, _Finder(module, tree))
        import signal

        signal.alarm(patience)  # a change may loop for ever: that is seen too
        code = pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly", *TESTS[module].split()])
        os._exit(int(code))
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


@click.command()
@click.option("--each", default=10, show_default=True, help="Mutants of each module.")
@click.option("--only", default="", help="Modules whose name has this in it.")
@click.option("--write", is_flag=True, help="Write docs/mutants.md.")
def main(each: int, only: str, write: bool) -> None:
    """Check the modules that judge, and name the mutants that live."""
    with contextlib.suppress(ImportError):
        import deepgram  # noqa: F401 slow to import, the same for all
    rows, left = [], []
    for module in [name for name in TESTS if only in name]:
        begun, lives, number = time.monotonic(), [], 0
        source = _path(module).read_text(encoding="utf-8")
        if not _lives(module, ast.parse(source), 300):
            raise click.ClickException(f"the tests of {module} fail without any change: {TESTS[module]}")
        for what, tree in islice(changes(source), each):
            number += 1
            if _lives(module, tree, 300):
                lives.append(what)
                click.echo(f"{module}: LIVES {what}")
        rows.append(
            f"| `{module}` | {number} | {number - len(lives)} | {len(lives)} | {time.monotonic() - begun:.0f} s |"
        )
        left += [f"- `{module}`, {what}: {_why(module, what)}" for what in lives]
        click.echo(rows[-1])
    if write:
        (ROOT / "docs" / "mutants.md").write_text(_page(rows, left), encoding="utf-8")


def _why(module: str, what: str) -> str:
    function, change = what.split(", line ", 1)
    return EXPLAINED.get(f"{module}.{function}: {change.split(': ', 1)[1]}", "NOT EXPLAINED")


def _page(rows: list[str], left: list[str]) -> str:
    head = (__doc__ or "").split("\n", 1)[0]
    table = "\n".join(["| module | mutants | killed | lived | took |", "|---|---|---|---|---|", *rows])
    lived = "\n".join(left) or "None."
    parts = ("# Mutants", f"{head}\nWritten by `make mutants ARGS=--write`.", table, "## Which lived, and why", lived)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    main()
