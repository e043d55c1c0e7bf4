"""Every fault of the provider × everything that is asked of it; docs/fault-grid.md is what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.grid.desk import grid_desk
from tests.scenarios.grid.page import PAGE, askers, every, page, play
from tests.scenarios.grid.verdict import complaints
from tests.soak.conftest import Tell

pytestmark = [pytest.mark.soak, pytest.mark.walk]


async def test_every_fault_meets_everything_that_is_asked(tmp_path: Path, tell: Tell) -> None:
    async with grid_desk(tmp_path, askers(every())) as here:
        cells = await play(here, every())
        wrong = [f"{cell.row.name} × {cell.fault}: {what}" for cell in cells for what in complaints(cell)]
        drawn = page(cells)
    tell(f"fault grid: {len(cells)} cells, {len(wrong)} wrong")
    assert wrong == []
    assert PAGE.read_text(encoding="utf-8") == drawn, "python -m tests.scenarios.grid.page writes it anew"
