"""What no path of the program does: it never leaves a project, and writes no table but through the one that defuses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

BOT = Path(__file__).parents[1] / "bot"


def files(word: str) -> dict[str, ast.Module]:
    """Return every module of the program whose source has this word, by its path."""
    sources = {file.relative_to(BOT).as_posix(): file.read_text(encoding="utf-8") for file in BOT.rglob("*.py")}
    return {path: ast.parse(source) for path, source in sources.items() if word in source}


def texts(tree: ast.Module) -> Iterator[str]:
    """Yield every text of a module that is no docstring."""
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def imported(tree: ast.Module) -> set[str]:
    """Return the names of the modules that a module imports."""
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}


def test_nothing_calls_the_endpoint_that_leaves_a_project() -> None:
    modules = files("leave")
    assert [name for name, tree in modules.items() if any("leave" in text.split("/")[1:] for text in texts(tree))] == []


def test_every_table_is_written_where_cells_are_defused() -> None:
    assert [name for name, tree in files("csv").items() if "csv" in imported(tree)] == ["slack/files.py"]
