"""One table: what was measured, what it came to, and the goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Row:
    """One figure. Without a ``goal`` (the most it should be) it only explains; None could not be measured here."""

    name: str
    value: float | None
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Whether the goal was reached."""
        if self.goal is None:
            return ""
        if self.value is None:
            return "not measured on this system"
        return "hit" if self.value <= self.goal else "MISSED"


HEAD = ("what", "measured", "goal", "", "where it goes, and how sure")


def show(rows: Sequence[Row]) -> None:
    """Print the table."""
    cells = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEAD) - 1)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        click.echo("  ".join([*padded, row[-1]]).rstrip())
    missed = [row.name.strip() for row in rows if row.verdict == "MISSED"]
    click.echo(f"\nMissed: {'; '.join(missed)}" if missed else "\nEvery goal was reached.")


def _cells(row: Row) -> tuple[str, ...]:
    return (row.name, _amount(row.value, row.unit), _amount(row.goal, row.unit), row.verdict, row.note)


def _amount(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:.{digits}f} {unit}"
