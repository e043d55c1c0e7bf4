"""A statement to the cent.

Amounts are rounded once, here, by the largest remainder: so printed lines add up to their printed part, and printed
parts to the printed total. The message, the CSV file and the PDF all show what stands here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.billing.statement import Statement, StatementLine, StatementPart
from bot.money import NO_CENTS, to_cents

OF_A_CUSTOMER = ("customer", "theirs")  # other payers have tags too


@dataclass(frozen=True)
class PrintedPart:
    """A part to the cent; ``lines`` pairs each line with its printed cost and charge."""

    part: StatementPart
    cost: Decimal
    charge: Decimal | None
    lines: tuple[tuple[StatementLine, Decimal, Decimal | None], ...]

    @property
    def is_dust(self) -> bool:
        """Whether it is a difference below a cent, as the provider's sums of unrounded amounts have it."""
        return self.part.kind == "difference" and not self.cost


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
        return self.statement.total is not None and not self.is_part and not self.statement.untold

    def told(self, amount: Decimal) -> Decimal | None:
        """Return a sum, or None where it is nothing because nothing of it has a price that is told."""
        return None if self.statement.untold and not amount else amount

    @property
    def cost(self) -> Decimal:
        """The sum of the costs, before any markup."""
        return _sum(part.cost for part in self.parts)

    @property
    def charge(self) -> Decimal:
        """The sum of what is billed for the month itself."""
        return _sum(part.charge for part in self.parts)

    @property
    def corrected(self) -> tuple[Decimal, Decimal]:
        """The sums of the corrections of closed months: what they cost, and what is billed for them."""
        return _sum(part.cost for part in self.adjustments), _sum(part.charge for part in self.adjustments)

    @property
    def due(self) -> Decimal:
        """The sum of what is billed, with the corrections of closed months."""
        return self.charge + self.corrected[1]

    @property
    def drawn(self) -> Printed:
        """What people see of it: a difference that would be “$0.00” is left out, and the sums stay as they are."""
        return self._with(lambda part: not part.is_dust, is_part=self.is_part)

    def ids_of(self, tag: str) -> str:
        """Return what ``only`` takes for all of a customer: what we bill, and what is spent in their own account."""
        parts = (printed.part for printed in self.everything)
        return "+".join(dict.fromkeys(each.id for each in parts if each.kind in OF_A_CUSTOMER and each.tags == (tag,)))

    def only(self, part_ids: str) -> Printed:
        """Return the parts of one payer, with the same cents as in the whole; several ids are joined by “+”."""
        wanted = part_ids.split("+")
        return self._with(lambda part: part.part.id in wanted, is_part=True)

    def _with(self, wanted: Callable[[PrintedPart], bool], *, is_part: bool) -> Printed:
        parts, adjustments, theirs = (
            tuple(filter(wanted, some)) for some in (self.parts, self.adjustments, self.theirs)
        )
        return Printed(self.statement, parts, adjustments, theirs, is_part=is_part)


def printed(statement: Statement) -> Printed:
    """Round a statement for people; the message, the CSV file and the PDF all show these figures."""
    return Printed(statement, _print(statement.parts), _print(statement.adjustments), _print(statement.theirs))


def _print(parts: Sequence[StatementPart]) -> tuple[PrintedPart, ...]:
    costs = to_cents([part.cost for part in parts])
    return tuple(map(_print_part, parts, costs, _charges(parts, costs)))


def _charges(parts: Sequence[StatementPart], costs: Sequence[Decimal]) -> Iterator[Decimal | None]:
    """Round what each part is billed: nothing where it prints as nothing, what it cost where there is no markup."""
    both = list(zip(parts, costs, strict=True))
    dealt = iter(to_cents([part.charge(part.cost) for part, cost in both if part.markup and cost]))
    for part, cost in both:
        marked_up = part.markup and cost
        yield _beyond(cost, next(dealt), part) if marked_up else cost if part.billed else None


def _beyond(cost: Decimal, dealt: Decimal, part: StatementPart) -> Decimal:
    """Keep a markup from taking off, and a discount from adding, where the cost was rounded the other way."""
    farther = (cost > 0) == ((part.markup or 0) > 0)
    return max(cost, dealt) if farther else min(cost, dealt)


def _print_part(part: StatementPart, cost: Decimal, charge: Decimal | None) -> PrintedPart:
    """Round the lines of a part to what it prints as; a line that prints as nothing is billed nothing either."""
    costs: Sequence[Decimal] = to_cents([line.cost for line in part.lines], cost)
    charges: Sequence[Decimal | None] = [None] * len(costs)
    if charge is not None:
        both = list(zip(part.lines, costs, strict=True))
        dealt = iter(to_cents([part.charge(line.cost) for line, printed in both if printed], charge))
        charges = [next(dealt) if printed else NO_CENTS for _, printed in both] if part.markup else costs
    return PrintedPart(part, cost, charge, tuple(zip(part.lines, costs, charges, strict=True)))


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal("0.00"))
