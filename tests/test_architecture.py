"""docs/architecture.md is true: its picture, its table and import-linter's floors tell the same."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, product
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
Floors = Mapping[str, int]


def floors() -> Floors:
    """Return the modules of ``bot``, each with its floor as import-linter has it, counted from the top."""
    linter = ConfigParser()
    linter.read(ROOT / ".importlinter")
    lines = linter["importlinter:contract:floors"]["layers"].split("\n")
    return {name: at for at, line in enumerate(lines) for name in re.findall(r"\w+", line)}


@dataclass(frozen=True)
class Picture:
    """What a mermaid flowchart says: the modules named in each box, and the arrows between boxes."""

    boxes: Mapping[str, frozenset[str]]
    arrows: frozenset[tuple[str, str]]


def picture(text: str) -> Picture:
    """Read a flowchart; a box names modules before it says anything about them."""
    known = floors()
    boxes = {
        name: frozenset(_named(label, known)) for name, label in re.findall(r'^ +(\w+)\["(.+)"\]$', text, re.MULTILINE)
    }
    chains = [[re.findall(r"\w+", part) for part in line.split("-->")] for line in text.split("\n") if "-->" in line]
    return Picture(boxes, frozenset(pair for chain in chains for ends in pairwise(chain) for pair in product(*ends)))


def _named(label: str, known: Floors) -> Iterator[str]:
    for part in label.split(" · "):
        name = part.removesuffix("/")
        if name not in known:
            return
        yield name


def faults(seen: Picture, known: Floors) -> list[str]:
    """Return what is wrong with a picture of these floors; pure."""
    named = Counter(name for names in seen.boxes.values() for name in names)
    missing = [f"{name} stands {named[name]} times" for name in known if named[name] != 1]
    unknown = [f"{end} is no box" for ends in seen.arrows for end in ends if end not in seen.boxes]
    if missing or unknown:
        return sorted(missing + unknown)
    up = [f"{a} → {b} goes up" for a, b in seen.arrows if _lowest(seen, a, known) >= _highest(seen, b, known)]
    return sorted(up) + circles(seen.arrows)


def circles(arrows: frozenset[tuple[str, str]]) -> list[str]:
    """Return a circle of arrows, if there is one."""
    try:
        TopologicalSorter({end: {a for a, b in arrows if b == end} for _, end in arrows}).prepare()
    except CycleError as problem:
        return [f"a circle: {' → '.join(problem.args[1])}"]
    return []


def _lowest(seen: Picture, box: str, known: Floors) -> int:
    return max(known[name] for name in seen.boxes[box])


def _highest(seen: Picture, box: str, known: Floors) -> int:
    return min(known[name] for name in seen.boxes[box])


def drawn() -> str:
    """Return the text of the page's flowchart."""
    return PAGE.partition("```mermaid\nflowchart TD\n")[2].partition("```")[0]


def test_the_picture_has_every_module_once_and_no_arrow_up_and_no_circle() -> None:
    assert faults(picture(drawn()), floors()) == []


PLANTED = {
    "    store --> keys\n": "store → keys goes up",
    "    keys --> who\n": "keys → who goes up",
    "    desk --> access --> desk\n": "a circle: ",
    '    twice["desk/ · again"]\n': "desk stands 2 times",
    "    desk --> cellar\n": "cellar is no box",
}


@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_wrong_with_a_picture_is_found(planted: str) -> None:
    assert any(fault.startswith(PLANTED[planted]) for fault in faults(picture(drawn() + planted), floors()))


def test_a_module_without_a_box_is_found() -> None:
    assert faults(picture(drawn()), {**floors(), "attic": 3}) == ["attic stands 0 times"]


def test_the_table_tells_every_module_once() -> None:
    rows = re.findall(r"^\| (`.+?) \|", PAGE.partition("| place |")[2].partition("\n\n")[0], re.MULTILINE)
    told = Counter(name for row in rows for name in re.findall(r"`(\w+)/?`", row))
    assert told == Counter(floors().keys())
