"""No room names a vendor: sentences take its words from `bot.providers.port.Vendor`, or say the provider."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

BOT = Path(__file__).parents[1] / "bot"
HOMES = frozenset(path.name for path in (BOT / "providers").iterdir() if (path / "__init__.py").exists())
VENDORS = re.compile("|".join(sorted(HOMES | {"deepgram", "groq"})), re.IGNORECASE)
SET_UP = frozenset(
    {"app.py", "commandline.py", "config.py", "doctor/examining.py", "doctor/providers.py", "install.py"}
)
"""The composition root, and what an operator sets up and looks at: which account, with which key, is the vendor's."""
AT_REST = {"store/columns.py": ["deepgram"]}
"""What rows without a provider are of (`FIRST_PROVIDER`); a migration says what it did then, and stays."""


class Named(NamedTuple):
    """A vendor's name in a file: in which sort of place, in which line, and what stands there."""

    sort: str
    line: int
    what: str


def named(source: str) -> list[Named]:
    """Return where a source names a vendor."""
    found = [*_in_the_tree(ast.parse(source)), *_in_comments(source)]
    return [each for each in found if VENDORS.search(each.what)]


def _in_the_tree(tree: ast.Module) -> Iterator[Named]:
    docstrings = {id(node) for node in _docstrings(tree)}
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        if isinstance(node, ast.Constant):
            yield Named("docstring" if id(node) in docstrings else "text", line, str(node.value))
            continue
        sort = "import" if isinstance(node, ast.Import | ast.ImportFrom | ast.alias) else "identifier"
        for _, value in ast.iter_fields(node):
            names = value if isinstance(value, list) else [value]
            yield from (Named(sort, line, name) for name in names if isinstance(name, str))


def _docstrings(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                yield first.value


def _in_comments(source: str) -> Iterator[Named]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield Named("comment", token.start[0], token.string)


def _files() -> Iterator[tuple[str, Path]]:
    for path in sorted(BOT.rglob("*.py")):
        name = path.relative_to(BOT).as_posix()
        home = name.startswith(("gateway/", *(f"providers/{home}/" for home in HOMES)))  # it stands before one vendor
        if not home and name not in SET_UP and not name.startswith("store/migrations/"):
            yield name, path


def test_nothing_but_its_own_home_and_the_set_up_names_a_vendor() -> None:
    found = [
        f"bot/{name}:{each.line} ({each.sort}): {each.what.strip()[:100]}"
        for name, path in _files()
        for each in named(path.read_text())
        if each.what not in AT_REST.get(name, ())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("sort", "planted"),
    [
        ("import", "from bot.providers.deepgram.client import Client"),
        ("import", "import groq"),
        ("import", "from bot.providers import client as deepgram"),
        ("identifier", "def read(deepgram): pass"),
        ("identifier", "class DeepgramKeys: pass"),
        ("identifier", "answer = self._groq.keys()"),
        ("identifier", "call(groq=1)"),
        ("text", 'TITLE = "Refresh from Deepgram"'),
        ("text", 'title = f"{name} at https://console.groq.com"'),
        ("docstring", 'def read():\n    """Read what Deepgram tells."""'),
        ("comment", "wait = 1  # Groq says so"),
    ],
)
def test_a_planted_name_is_found(sort: str, planted: str) -> None:
    assert {each.sort for each in named(planted)} == {sort}
