"""How big the house is and what it grew by: rooms counted by the syntax tree, commits by what they were for.

`python -m bench.house 4a04ed7` prints the tables of docs/decisions/011-the-house-in-figures.md.
"""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import click

# Commits are told by how their subjects begin.
MOVED = ("Let what only tests use leave bot/",)
SHAPE = (
    "Let a route ",
    "Let routes read",
    "Let the routes of",
    "Let a late route",
    "Let a verb alone",
    "Let lists be read again",
    "Find a project by",
    "Find the chosen project",
    "Bring a form back",
    "Bring no settings back",
    "Take away the entrance",
    "Let each room declare",
    "Move payers into spending",
    "Ask permission through Access",
    "Ask in one place",
    "Say in one place",
    "Compose the name of a key",
    "Test by the syntax tree",
    "Change rows on a condition",
    "Send files in one place",
    "Make the statements of the sums once",
    "Write the condition of a project's own lines once",
    "Name the module that the order of payers",
)
SECOND_HALF = "Read what the rows of a page need at once"
"""The first commit after issue 8's rows: what comes from there on builds what issue 9 asks for."""

MENDED, BUILT, ALONE, ELSEWHERE = (
    "issue 8's rows mended, and new abilities",
    "the port, names at rest, budgets of statements: built for issue 9",
    "shape alone",
    "what merely moved",
)


@dataclass
class Size:
    """What a part of the tree holds; a docstring's lines are lines too."""

    lines: int = 0
    statements: int = 0
    docstrings: int = 0

    def add(self, text: str) -> None:
        """Count one module."""
        tree = ast.parse(text)
        self.lines += text.count("\n")
        for node in ast.walk(tree):
            self.statements += isinstance(node, ast.stmt)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                self.docstrings += _docstring_lines(node)

    def __str__(self) -> str:
        """Draw it for a table."""
        return f"{self.lines:,} · {self.statements:,} · {self.docstrings / (self.lines or 1):.0%}"


def _docstring_lines(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0] if node.body else None
    if not isinstance(first, ast.Expr) or ast.get_docstring(node, clean=False) is None:
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1


def rooms(revision: str) -> dict[str, Size]:
    """Return the size of each folder of ``bot/`` as a revision has it; single modules together, migrations apart."""
    found: dict[str, Size] = defaultdict(Size)
    for path in _git("ls-tree", "-r", "--name-only", revision, "bot").split("\n"):
        if path.endswith(".py"):
            parts = path.split("/")
            room = "store/migrations" if "migrations" in parts else parts[1] if len(parts) > 2 else "(modules)"
            found[room].add(_git("show", f"{revision}:{path}"))
    return found


def commits(since: str, until: str) -> Iterator[tuple[str, int]]:
    """Return each commit's subject, with the net lines of ``bot/``, migrations left out."""
    for entry in _git("log", "--reverse", "--format=@%s", "--numstat", f"{since}..{until}", "--", "bot").split("@")[1:]:
        subject, *rows = entry.strip().split("\n")
        counted = [row.split("\t") for row in rows if row.endswith(".py") and "/migrations/" not in row]
        yield subject, sum(int(added) - int(gone) for added, gone, _ in counted)


def groups(since: str, until: str) -> dict[str, list[int]]:
    """Return the net lines of each commit, by what it was for."""
    found: dict[str, list[int]] = {name: [] for name in (MENDED, BUILT, ALONE, ELSEWHERE)}
    rest = MENDED
    for subject, lines in commits(since, until):
        rest = BUILT if subject == SECOND_HALF else rest
        found[ELSEWHERE if subject.startswith(MOVED) else ALONE if subject.startswith(SHAPE) else rest].append(lines)
    return found


def _git(*words: str) -> str:
    git = shutil.which("git") or "git"
    return subprocess.run((git, *words), capture_output=True, text=True, check=True).stdout  # noqa: S603 - no shell, and the words are ours


def main(since: str, until: str = "HEAD") -> None:
    """Print both tables."""
    before, after = rooms(since), rooms(until)
    click.echo(f"| folder of bot/ | {since} | {until} | lines |\n|---|---|---|---|")
    total = Size(), Size()
    for room in sorted(before.keys() | after.keys()):
        was, now = before.get(room, Size()), after.get(room, Size())
        click.echo(f"| {room} | {was} | {now} | {now.lines - was.lines:+,} |")
        for whole, part in zip(total, (was, now), strict=True):
            whole.lines += part.lines
            whole.statements += part.statements
            whole.docstrings += part.docstrings
    click.echo(f"| **all** | {total[0]} | {total[1]} | {total[1].lines - total[0].lines:+,} |\n")
    click.echo("| commits that touch bot/ | how many | net lines | of which taken away |\n|---|---|---|---|")
    for group, lines in groups(since, until).items():
        click.echo(f"| {group} | {len(lines)} | {sum(lines):+,} | {sum(each for each in lines if each < 0):,} |")


if __name__ == "__main__":
    main(*sys.argv[1:])
