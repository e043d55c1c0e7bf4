"""docs/fault-grid.md, drawn from a run of the grid: ``python -m tests.scenarios.grid.page`` rewrites it."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from playground.deepgram.seed import made_up_id
from playground.deepgram.state import Project
from tests.factories import actor
from tests.scenarios.grid.cells import FAULTS, INGRID, LOPEZ, OURSELVES, PRIYA, SOMTO, Cell, Row
from tests.scenarios.grid.desk import GridDesk, grid_desk
from tests.scenarios.grid.rows import CHANGES, READINGS

PAGE = Path(__file__).parents[3] / "docs" / "fault-grid.md"
AT_ONCE = 3  # so that no call waits for another one's slot
HEAD = """# What Deepgram's faults come to

Every fault that the emulated Deepgram can cause, met by everything that Keydesk asks of it. This page is written by
the run that proves it (`python -m tests.scenarios.grid.page`); `tests/soak/test_fault_grid.py` fails where a new run
differs from it, and `tests/scenarios/test_fault_grid.py` plays some cells of each row and each column. Of every cell
the run asserts that

- whoever asked reads plain words, privately: no markup, no JSON, no trace, and whether something changed;
- the provider holds what it held before, or all that was asked for (one exception below), and our copy agrees;
- the record has the intent and what became of it; a change whose answer was unclear is settled by asking, and its
  asker hears the end exactly once;
- the call was sent once: a second time only where the first was certainly refused, or where repeating does no harm
  (ending a key). No invitation is mailed twice.

"""
LEGEND = """
- **refused**: nothing changed, and the asker is told so with the reason.
- **done**: the provider did it and said so: by an empty answer, or by a JSON object without an error. That a key has
  ended, a member is removed, a scope is lower or a project is deleted is believed only once a read agrees.
- **asked: done**, **asked: not done**: the answer was unclear; Keydesk said so, asked the provider later, and told.
- **tried again, done**: certainly not done the first time; what was approved, and the end of a key, is tried again.
- **undone**: a key that was perhaps made is found by its mint id and ended before anybody has its secret; the approval
  still stands.
- **half, told**: Deepgram has no resending, so it is a taking back and a new mail. The first half happened; the asker
  is told that the old invitation was taken back and no new one was sent.
- **told, nothing shown**: a reading says that it could not be read; nothing is shown for it, and our copy stays.
"""


Pairs = list[tuple[Row, str]]


def every() -> Pairs:
    """Return every row with every fault of the page."""
    return [(row, fault) for row in CHANGES + READINGS for fault in FAULTS]


def some() -> Pairs:
    """Return three faults for each row, chosen so that each fault meets rows of both kinds."""
    rows, faults = CHANGES + READINGS, list(FAULTS)
    return [(row, faults[(3 * at + more) % len(faults)]) for at, row in enumerate(rows) for more in range(3)]


def written(row: Row, fault: str) -> str:
    """Return what the page says of a cell."""
    line = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith(f"| `{row.name}` |"))
    return line.split(" | ")[1 + list(FAULTS).index(fault)].removesuffix(" |")


async def play(here: GridDesk, pairs: Pairs) -> list[Cell]:
    """Play these cells, and let everything come to rest."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(cell: Cell) -> None:
        async with room:
            await cell.play()

    cells = _cells(here, pairs)
    for cell in cells:
        cell.prepare()
    await asyncio.gather(*(one(cell) for cell in cells))
    await here.let_time_pass()
    for cell in cells:
        cell.hear_the_end()
    return cells


def askers(pairs: Pairs) -> list[str]:
    """Return one asker for each cell."""
    return [f"UASKER{number:03}" for number in range(len(pairs))]


def _cells(here: GridDesk, pairs: Pairs) -> list[Cell]:
    return [
        Cell(row, fault, here, actor(asker), _project(here, f"project of {asker}"))
        for asker, (row, fault) in zip(askers(pairs), pairs, strict=True)
    ]


def _project(here: GridDesk, name: str) -> Project:
    members = {OURSELVES: ["owner"], INGRID: ["owner"], PRIYA: ["admin"], SOMTO: ["member"]}
    project = Project(made_up_id(name), name, members=members, invites={LOPEZ: "member"})
    return here.emulator.state.add_project(project)


def page(cells: list[Cell]) -> str:
    """Return the page: a table of the changes, one of the readings, and how often each outcome came."""
    outcomes = {(cell.row.name, cell.fault): cell.outcome() for cell in cells}
    rows = [
        f"| `{row.name}` | " + " | ".join(outcomes[row.name, fault] for fault in FAULTS) + " |"
        for row in CHANGES + READINGS
    ]
    head = f"| asked for | {' | '.join(FAULTS)} |\n|---|{'---|' * len(FAULTS)}\n"
    counted = Counter(outcomes.values())
    sums = ", ".join(f"{number} {word}" for word, number in sorted(counted.items()))
    return f"{HEAD}{len(cells)} cells: {sums}.\n\n{head}" + "\n".join(rows) + f"\n{LEGEND}"


async def _write() -> None:
    with TemporaryDirectory() as folder:
        async with grid_desk(Path(folder), askers(every())) as here:
            PAGE.write_text(page(await play(here, every())), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_write())
