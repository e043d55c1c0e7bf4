"""Every fault of the provider × everything that is asked of it: plain words, nothing half done, all of it recorded."""

from __future__ import annotations

from pathlib import Path

import click

from tests.scenarios.grid.desk import grid_desk
from tests.scenarios.grid.page import PAGE, askers, every, page, play
from tests.scenarios.grid.verdict import complaints


async def test_whatever_the_provider_does_people_are_told_and_the_record_is_true(tmp_path: Path) -> None:
    async with grid_desk(tmp_path, askers(every())) as here:
        cells = await play(here, every())
        wrong = [f"{cell.row.name} × {cell.fault}: {what}" for cell in cells for what in complaints(cell)]
        drawn = page(cells)
    click.echo(drawn)
    assert wrong == []
    assert PAGE.read_text(encoding="utf-8") == drawn, "python -m tests.scenarios.grid.page writes it anew"
