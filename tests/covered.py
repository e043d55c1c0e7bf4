"""What `make coverage` prints: how much of each room of `bot/` the tests went through, least first.

A room is a folder of `bot/`, or a file that stands there alone. Statements and branches count alike, as coverage.py
adds them up itself. A line that was run is not yet a line that was judged: `make mutants` looks for that.
"""

from __future__ import annotations

import json
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import click
from coverage import Coverage


@dataclass(frozen=True)
class Counted:
    """Statements and branches: how many there are, and how many were run."""

    all: int = 0
    run: int = 0

    def __add__(self, other: Counted) -> Counted:
        """Add up two of them."""
        return Counted(self.all + other.all, self.run + other.run)

    @property
    def percent(self) -> float:
        """The share that was run; nothing to run is all of it."""
        return 100 * self.run / self.all if self.all else 100.0


def by_room(files: Mapping[str, Mapping[str, Any]]) -> dict[str, Counted]:
    """Add up the files of a coverage report (its `files`) by room; one without a statement is left out."""
    rooms: defaultdict[str, Counted] = defaultdict(Counted)
    for name, file in files.items():
        rooms[PurePosixPath(name).parts[1].removesuffix(".py")] += _counted(file["summary"])
    return {name: counted for name, counted in rooms.items() if counted.all}


def _counted(summary: Mapping[str, int]) -> Counted:
    return Counted(
        summary["num_statements"] + summary["num_branches"], summary["covered_lines"] + summary["covered_branches"]
    )


def lines(rooms: Mapping[str, Counted]) -> list[str]:
    """Return the table, least covered first, and its sum."""
    ordered = sorted(rooms.items(), key=lambda room: (room[1].percent, room[0]))
    return [_line(*room) for room in (*ordered, ("all of bot/", sum(rooms.values(), Counted())))]


def _line(name: str, counted: Counted) -> str:
    return f"{name:<18} {counted.all - counted.run:>6} of {counted.all:>6} not run {counted.percent:>6.1f} %"


def _files() -> dict[str, Any]:
    measured = Coverage()
    measured.load()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        measured.json_report(outfile=str(report))
        read: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))["files"]
    return read


@click.command()
def main() -> None:
    """Print what was measured last, by room."""
    click.echo("\n".join(lines(by_room(_files()))))


if __name__ == "__main__":
    main()
