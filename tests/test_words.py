"""Words that the code has let go: no module, class, function, variable or screen brings one back."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from bot.app import unconnected

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for path in (ROOT / "bot").rglob("*.py") if "versions" not in path.parts)
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
SCREENS = sorted((ROOT / "tests" / "__snapshots__").rglob("*.json"))

# Each old word, and what is said instead. As a part of any name, in snake_case or CamelCase:
INSTEAD = {
    "clearance": "bulk revoke",
    "clearing": "bulk revoke",
    "clearings": "bulk revokes",
    "entrance": "request context",
    "happenings": "events",
    "knowable": "capability matrix",
    "lane": "lease",
    "lanes": "leases",
    "matter": "policy context",
    "matters": "policy contexts",
    "powers": "permissions",
    "ranks": "role assignments",
    "rereading": "recollection",
    "spans": "rollups",
    "straggler": "orphan",
    "stragglers": "orphans",
}
# As a whole name, because its parts are words of every day:
WHOLE = {
    "Door": "Routes, or Door of access",
    "Due": "ScheduledJob",
    "DueRow": "ScheduledRow",
    "DueRows": "ScheduledRows",
    "EntryDoor": "Door",
    "Floor": "SlackApp",
    "KnownDays": "DayCoverage",
    "LostKeys": "OrphanedKeys",
    "Names": "Router",
    "Ring": "Keyring",
    "Seen": "Delivery",
    "Standing": "CredentialIdentity",
    "lacking": "denial",
    "learn": "load profiles",
    "meet": "require profiles",
    "permit": "require",
    "small_print": "footnotes",
}
ELSEWHERE = {  # the same word for another thing, by module
    "Door": {"bot.access.door", "bot.rooms"},
    "Names": {"bot.usage.figures.naming", "bot.usage.figures.service"},
}
RIGHTS = {"lacking", "permit"}  # old only where rights are judged: days are lacking, and a lease permits a call
JUDGES = ("bot.access", "bot.desk", "bot.keys", "bot.policy")
MODULES = {
    "asking",
    "due",
    "holding",
    "known_days",
    "lost",
    "moment",
    "offering",
    "seen",
    "small_print",
    "splitting",
    "standing",
    "wording",
}
SAID = re.compile(
    r"\b(lanes?|stragglers?|clearings?|clearances?|happenings|knowable|small print|rereading|due rows?|known_days)\b",
    re.IGNORECASE,
)


def parts_of(name: str) -> set[str]:
    """Return the words of a name."""
    return {part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)}


def names_in(tree: ast.Module) -> Iterator[str]:
    """Yield every name that a source defines or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.keyword(arg=str(name)) | ast.alias(asname=str(name)):
                yield name


def old_words(module: str, source: str) -> list[str]:
    """Return the old words among a module's names, and in its own name."""
    found = []
    for name in {*names_in(ast.parse(source)), module.rpartition(".")[2]}:
        found += [f"{module}: {name}, say {INSTEAD[part]}" for part in parts_of(name) & INSTEAD.keys()]
        about = name not in RIGHTS or module.startswith(JUDGES)
        if name in WHOLE and about and module not in ELSEWHERE.get(name, ()):
            found.append(f"{module}: {name}, say {WHOLE[name]}")
    return sorted(found) + [f"{module}: is called so" for part in module.split(".") if part in MODULES]


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def test_no_name_in_the_code_is_an_old_word() -> None:
    found = [each for path in SOURCES for each in old_words(dotted(path), path.read_text())]
    assert found == []


def test_no_page_and_no_screen_says_an_old_word() -> None:
    written = {path.name: path.read_text().replace("keys.straggler.reported", "") for path in (*PAGES, *SCREENS)}
    said = [f"{name}: {found[0]}" for name, text in written.items() for found in SAID.finditer(text)]
    assert said == []


def test_no_help_says_an_old_word() -> None:
    commands = [command for routes in unconnected().routes for command in routes.commands]
    assert commands
    texts = [f"{each.noun} {each.verb} {each.usage} {each.summary}" for each in commands]
    assert [text for text in texts if SAID.search(text)] == []


def said_twice(sources: Iterable[tuple[str, str]]) -> list[str]:
    """Return the public classes that several places of these sources, (place, text), define."""
    places = defaultdict[str, set[str]](set)
    for place, source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(place)
    return sorted(f"{name}: {', '.join(sorted(where))}" for name, where in places.items() if len(where) > 1)


def test_the_name_of_a_class_says_of_which_room_it_is() -> None:
    rooms = {path.parent for path in SOURCES if path.name == "room.py"} - {ROOT / "bot"}
    assert said_twice((dotted(path), path.read_text()) for path in SOURCES if rooms & {*path.parents}) == []
    assert said_twice([("bot.keys", "class Row: ..."), ("bot.members", "class Row: ...")]) == [
        "Row: bot.keys, bot.members"
    ]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("bot.store.lanes", ""),
        ("bot.digests.moment", ""),
        ("bot.keys.ending", "class KeyClearance: ..."),
        ("bot.keys.ending", "def straggler(): ..."),
        ("bot.policy", "def decide(matter): ..."),
        ("bot.policy", "POLICY.lacking('keys.end')"),
        ("bot.slack.router", "class Door: ..."),
        ("bot.app", "start(ranks=1)"),
    ],
)
def test_an_old_word_that_comes_back_is_found(module: str, source: str) -> None:
    assert len(old_words(module, source)) == 1


@pytest.mark.parametrize("text", ["all lanes rest", "A straggler in the log", "its due row", "the small print"])
def test_an_old_word_that_is_said_again_is_found(text: str) -> None:
    assert SAID.search(text)
    assert not SAID.search("Keys that are due, and what the planes carry")
