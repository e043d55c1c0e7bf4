"""How a project's reports are told, where the world tells them otherwise than the specification does.

A contract's prices may be null, left out, nothing, or told by no row at all; a grouping may be ignored, or known by
another name only (the vendor writes ``models`` and ``model``); single rows may be nonsense.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.deepgram.refusals import bad_query

Row = dict[str, Any]
Prices = Literal["told", "null", "absent", "no rows", "zero", "some"]
Oddity = Literal["no object", "without a grouping", "odd day", "odd number", "huge number", "odd id"]


class Telling(BaseModel):
    """How reports are told. ``renamed`` maps a grouping to the only name by which it is known."""

    model_config = ConfigDict(extra="forbid")
    prices: Prices = "told"
    ignored: frozenset[str] = frozenset()
    renamed: dict[str, str] = Field(default_factory=dict)
    odd: tuple[Oddity, ...] = ()

    def grouping(self, asked: str | None) -> str | None:
        """Return what a grouping that is asked for means; None for one that is ignored."""
        if asked in self.renamed:
            raise bad_query("grouping")
        meant = next((name for name, other in self.renamed.items() if other == asked), asked)
        return None if meant in self.ignored else meant

    def priced(self, rows: Sequence[Row]) -> list[Row]:
        """Return rows with dollars as the contract has them."""
        match self.prices:
            case "told":
                return list(rows)
            case "no rows":
                return []
            case "some":
                return [row | {"dollars": None} if number % 2 else row for number, row in enumerate(rows)]
            case "absent":
                return [{name: value for name, value in row.items() if name != "dollars"} for row in rows]
            case _:
                return [row | {"dollars": None if self.prices == "null" else 0} for row in rows]

    def with_odd_rows(self, rows: list[Row]) -> list[Row]:
        """Return rows with an odd one of each kind behind them."""
        return [*rows, *(_odd(kind, rows[-1]) for kind in self.odd if rows)]


def _odd(kind: Oddity, like: Row) -> Any:
    grouping = like["grouping"]
    amount = "dollars" if "dollars" in like else "hours"
    odd: dict[Oddity, Any] = {
        "no object": None,
        "without a grouping": {name: value for name, value in like.items() if name != "grouping"},
        "odd day": like | {"grouping": grouping | {"start": "yesterday"}},
        "odd number": like | {amount: "lots"},
        "huge number": like | {amount: 1e300},
        "odd id": like | {"grouping": grouping | {"accessor": {"id": 7}}},
    }
    return odd[kind]
