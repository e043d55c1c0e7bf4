"""The answers walk: every change × every answer of the world, done or not; nobody is told “done” of what is not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bot.providers.http import CallLimits
from tests.scenarios.grid.cells import ANSWERS, FALSE, Cell
from tests.scenarios.grid.desk import grid_desk
from tests.scenarios.grid.page import Pairs, askers, play
from tests.scenarios.grid.rows import CHANGES, READINGS
from tests.scenarios.grid.verdict import complaints
from tests.soak.conftest import Tell

PATIENT = CallLimits(read=3, read_total=4, change=3, connect=3)
RELIED_ON = {"keys.create", "keys.end", "projects.delete", "members.remove", "members.scope"}
PAIRS: Pairs = [
    *((row, answer) for row in CHANGES for answer in ANSWERS),
    *((row, answer) for row in CHANGES if row.name in RELIED_ON for answer in FALSE),
    *((row, answer) for row in READINGS for answer in ANSWERS if not answer.endswith(", not done")),
]


def false_words(cell: Cell) -> bool:
    """Whether somebody read at once that it was done when it was not yet."""
    said = cell.words[0].replace("until it has ended.", "")  # a promise
    return any(word in said for word in (" has ended.", " is removed.", " is deleted, ", " is member now."))


@pytest.mark.soak
@pytest.mark.walk
async def test_nobody_is_told_done_of_what_is_not_and_nothing_is_shown_of_no_answer(tmp_path: Path, tell: Tell) -> None:
    async with grid_desk(tmp_path, askers(PAIRS), PATIENT) as here:
        cells = await play(here, PAIRS)
        wrong = [f"{cell.row.name} × {cell.fault}: {what}" for cell in cells for what in complaints(cell)]
        # Believed are an empty answer and an object, where a read agrees; all else is asked about.
        wrong += [
            f"{cell.row.name} × {cell.fault}: told too early: {cell.words[0]}"
            for cell in cells
            if not cell.is_reading and cell.fault not in {"empty", "object"} and false_words(cell)
        ]
        counted = Counter(cell.outcome() for cell in cells)
    tell(f"{len(cells)} cells of the answers walk: {dict(sorted(counted.items()))}")
    assert wrong == []
