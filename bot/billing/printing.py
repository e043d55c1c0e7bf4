"""A statement to the cent.

Amounts are rounded once, here, by the largest remainder: so printed lines add up to their printed part, and printed
parts to the printed total. The message, the CSV file and the PDF all show what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.billing.statement import Line, Part, Statement
from bot.money import to_cents


@dataclass(frozen=True)
class PrintedPart:
    """A part to the cent; ``lines`` pairs each line with its printed cost and charge."""

    part: Part
    cost: Decimal
    charge: Decimal | None
    lines: tuple[tuple[Line, Decimal, Decimal | None], ...]


@dataclass(frozen=True)
class Printed:
    """A statement to the cent: ``cost`` and ``charge`` are the sums of the parts, ``due`` with the adjustments.

    ``is_part`` tells that it was narrowed to one payer, of whose costs the provider tells no total.
    """

    statement: Statement
    parts: tuple[PrintedPart, ...]
    adjustments: tuple[PrintedPart, ...]
    theirs: tuple[PrintedPart, ...]
    is_part: bool = False

    @property
    def everything(self) -> tuple[PrintedPart, ...]:
        """Every part in the order in which it is shown."""
        return (*self.parts, *self.adjustments, *self.theirs)

    @property
    def is_whole(self) -> bool:
        """Whether ``cost`` is the provider's own total."""
        return self.statement.total is not None and not self.is_part

    @property
    def cost(self) -> Decimal:
        """The sum of the costs, before any markup."""
        return _sum(part.cost for part in self.parts)

    @property
    def charge(self) -> Decimal:
        """The sum of what is billed for the month itself."""
        return _sum(part.charge for part in self.parts)

    @property
    def due(self) -> Decimal:
        """The sum of what is billed, with the corrections of closed months."""
        return self.charge + _sum(part.charge for part in self.adjustments)

    def only(self, part_id: str) -> Printed:
        """Return the parts of one payer, with the same cents as in the whole."""
        parts, adjustments, theirs = (
            tuple(part for part in some if part.part.id == part_id)
            for some in (self.parts, self.adjustments, self.theirs)
        )
        return Printed(self.statement, parts, adjustments, theirs, is_part=True)


def printed(statement: Statement) -> Printed:
    """Round a statement for people; the message, the CSV file and the PDF all show these figures."""
    return Printed(statement, _print(statement.parts), _print(statement.adjustments), _print(statement.theirs))


def _print(parts: Sequence[Part]) -> tuple[PrintedPart, ...]:
    costs = to_cents([part.cost for part in parts])
    charges = iter(to_cents([part.charge(part.cost) for part in parts if part.billed]))
    return tuple(
        _print_part(part, cost, next(charges) if part.billed else None) for part, cost in zip(parts, costs, strict=True)
    )


def _print_part(part: Part, cost: Decimal, charge: Decimal | None) -> PrintedPart:
    costs: Sequence[Decimal] = to_cents([line.cost for line in part.lines], cost)
    charges: Sequence[Decimal | None] = [None] * len(costs)
    if charge is not None:
        charges = to_cents([part.charge(line.cost) for line in part.lines], charge)
    return PrintedPart(part, cost, charge, tuple(zip(part.lines, costs, charges, strict=True)))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))
