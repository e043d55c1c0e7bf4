"""Every regular expression of `bot/`, found in its source, and texts that would make a careless one slow."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from re import _parser as parser  # type: ignore[attr-defined]  # what a pattern knows stands nowhere else
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parent.parent
FUNCTIONS = frozenset({"compile", "search", "match", "fullmatch", "sub", "subn", "split", "findall", "finditer"})
ANCHORED = frozenset({"match", "fullmatch"})
MEMBERS = {"category_word": "a_0", "category_digit": "0", "category_space": " \n", "category_not_space": "a"}
ORDINARY = "a_ "


@dataclass(frozen=True)
class Found:
    """A pattern, where it stands, and how it is used: from the first character only, or from every one."""

    where: str
    pattern: re.Pattern[Any]
    anchored: bool

    def run(self, text: str) -> None:
        """Use it as the program does."""
        given: Any = text.encode() if isinstance(self.pattern.pattern, bytes) else text
        if self.anchored:
            self.pattern.fullmatch(given)
            self.pattern.match(given)
        else:
            self.pattern.sub(type(given)(), given)


def every_pattern(made: dict[str, Callable[[], re.Pattern[str]]]) -> list[Found]:
    """Find all of them; ``made`` makes those that no module holds, by where they stand."""
    sources = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "bot").rglob("*.py"))}
    trees = {path: ast.parse(text) for path, text in sources.items() if any(f".{name}(" in text for name in FUNCTIONS)}
    uses = _uses(trees.values())
    found: list[Found] = []
    for path, tree in trees.items():
        where = str(path.relative_to(ROOT))
        module = importlib.import_module(
            ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        )
        names = _names(tree)
        for call in _calls(tree):
            name, function = names.get(call), call.func.attr  # type: ignore[attr-defined]  # `_calls` looked
            pattern = _pattern(call, module, where, made)
            methods = uses.get(name, set()) if name else {function}
            found.append(Found(f"{where}:{name or call.lineno}", pattern, bool(methods) and methods <= ANCHORED))
    return found


def alphabet(pattern: re.Pattern[str], most: int = 100) -> tuple[list[str], list[str]]:
    """Return the characters (``most`` of them, evenly chosen) and the longer literals that a pattern knows."""
    characters: set[str] = set(ORDINARY)
    literals: set[str] = set()
    _read(parser.parse(pattern.pattern, pattern.flags), characters, literals)
    chosen = sorted(characters)[:: max(len(characters) // most, 1)]
    return sorted({*ORDINARY, *chosen}), sorted(literals - characters)


def texts(characters: Sequence[str], literals: Sequence[str], size: int, *, whole: bool) -> Iterator[str]:
    """Make texts of each character, pair and literal, behind a beginning and before an end that fails.

    Not ``whole``: only some of the pairs.
    """
    heads = ["", "a", *literals[:1]]
    tails = ["\x00", "a"] if len(characters) < 30 else ["\x00"]
    for core, head, tail in product([*characters, *literals], heads, tails):
        yield head + core * (size // len(core)) + tail
    some = characters if whole else [*dict.fromkeys([*ORDINARY, *characters[:: max(len(characters) // 4, 1)]])]
    for one, other in product(some, repeat=2):
        yield (one + other) * (size // 2) + "\x00"


def seconds(act: Callable[[str], object], text: str, limit: float) -> float:
    """Measure the processor's time that an act takes, the best of three unless it is far below a limit.

    Other work of the machine hardly counts.
    """
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        act(text)
        best = min(best, time.process_time() - began)
        if best < limit / 2:
            break
    return best


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        if isinstance(node.func.value, ast.Name) and node.func.value.id == "re" and node.func.attr in FUNCTIONS:
            yield node


def _names(tree: ast.Module) -> dict[ast.Call, str]:
    """Return the names that modules give to what they compile."""
    assigned = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)]
    return {node.value: node.targets[0].id for node in assigned if isinstance(node.targets[0], ast.Name)}  # type: ignore[misc]  # both were looked at


def _uses(trees: Any) -> dict[str, set[str]]:
    """Return which methods are called on a name, anywhere."""
    used: dict[str, set[str]] = {}
    for node in (node for tree in trees for node in ast.walk(tree)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.attr in FUNCTIONS:
            used.setdefault(node.value.id, set()).add(node.attr)
    return used


def _pattern(
    call: ast.Call, module: ModuleType, where: str, made: dict[str, Callable[[], re.Pattern[str]]]
) -> re.Pattern[str]:
    if where in made:
        return made[where]()
    held = ast.Expression(call.args[0])
    text = eval(compile(held, where, "eval"), vars(module))  # noqa: S307  the repository's own source
    flags = re.NOFLAG
    for given in [*call.args[1:], *(word.value for word in call.keywords if word.arg == "flags")]:
        if isinstance(given, ast.Attribute):
            flags |= re.RegexFlag[given.attr]
    return text if isinstance(text, re.Pattern) else re.compile(text, flags)


def _read(parsed: Any, characters: set[str], literals: set[str]) -> None:
    """Collect what stands in a parsed pattern: single characters, runs of them, and one of each kind."""
    run = ""
    for operator, argument in parsed:
        name = str(operator).lower()
        if name == "literal":
            characters.add(chr(argument))
            run += chr(argument)
            continue
        if len(run) > 1:
            literals.add(run)
        run = ""
        if name == "in":
            characters.update(letter for member in argument for letter in _members(*member))
        elif name == "not_literal":
            characters.add(chr(argument))
        else:
            for part in _parts(argument):
                _read(part, characters, literals)
    if len(run) > 1:
        literals.add(run)


def _members(operator: Any, argument: Any) -> str:
    name = str(operator).lower()
    if name == "literal":
        return chr(argument)
    if name == "range":
        return "".join(chr(end) for end in argument[:1] if not 0xD800 <= end <= 0xDFFF)
    return MEMBERS.get(str(argument).lower(), "a") if name == "category" else ""


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for each in argument:
            yield from _parts(each)
