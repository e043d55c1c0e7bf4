"""Faults of the provider × what is asked of it, some of each: plain words, nothing half done, all of it recorded."""

from __future__ import annotations

from pathlib import Path

from tests.scenarios.grid.cells import FAULTS
from tests.scenarios.grid.desk import grid_desk
from tests.scenarios.grid.page import askers, play, some, written
from tests.scenarios.grid.verdict import complaints


async def test_whatever_the_provider_does_people_are_told_and_the_record_is_true(tmp_path: Path) -> None:
    async with grid_desk(tmp_path, askers(some())) as here:
        cells = await play(here, some())
        wrong = [f"{cell.row.name} × {cell.fault}: {what}" for cell in cells for what in complaints(cell)]
        came = {(cell.row.name, cell.fault): cell.outcome() for cell in cells}
    assert {fault for _, fault in came} == set(FAULTS)
    assert wrong == []
    assert came == {(row.name, fault): written(row, fault) for row, fault in some()}
