"""What was compared, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.soak.oracle.ledger import CENT, NOTHING


@dataclass(frozen=True)
class Difference:
    """A figure that is not what it must be."""

    where: str
    told: object
    right: object

    def __str__(self) -> str:
        return f"{self.where}: told {self.told}, right {self.right}"


@dataclass
class Surface:
    """What was compared on one surface: amounts, and printed columns with the sums below them."""

    name: str
    amounts: int = 0
    columns: int = 0
    differences: list[Difference] = field(default_factory=list)

    def exactly(self, where: str, told: object, right: object) -> None:
        """Hold one figure against what it must be, to the last digit."""
        self.amounts += 1
        if told != right:
            self._differs(where, told, right)

    def printed(self, where: str, told: Decimal | None, right: Decimal | None, within: Decimal = CENT) -> None:
        """Hold one printed figure against an exact one: cents that are dealt lie less than a cent away."""
        self.amounts += 1
        if told is None or right is None or abs(told - right) >= within:
            self._differs(where, told, right)

    def between(self, where: str, told: Decimal, one: Decimal, other: Decimal) -> None:
        """Hold one figure that goes on changing against what it was right before and right after."""
        self.amounts += 1
        if not min(one, other) - CENT < told < max(one, other) + CENT:
            self._differs(where, told, (one, other))

    def column(self, where: str, parts: Iterable[Decimal], told: Decimal | None) -> None:
        """Hold a printed column against the sum that is printed below it, the parts of which are held one by one."""
        self.columns += 1
        right = sum(parts, NOTHING)
        if told != right:
            self._differs(f"{where}, the column", told, right)

    def parts(self, where: str, told: Mapping[str, Decimal], right: Mapping[str, Decimal], *, exact: bool) -> None:
        """Hold a whole split against what it must be; what comes to nothing may be left out."""
        for name in {*told, *(name for name, amount in right.items() if amount)}:
            compare = self.exactly if exact else self.printed
            compare(f"{where}: {name}", told.get(name), right.get(name, NOTHING))

    def _differs(self, where: str, told: object, right: object) -> None:
        self.differences.append(Difference(f"{self.name}, {where}", told, right))


@dataclass
class Tally:
    """Every surface that was looked at."""

    surfaces: dict[str, Surface] = field(default_factory=dict)

    def on(self, name: str) -> Surface:
        """Return what was compared on a surface so far."""
        return self.surfaces.setdefault(name, Surface(name))

    @property
    def faults(self) -> list[Difference]:
        """Everything that differs."""
        return [each for surface in self.surfaces.values() for each in surface.differences]

    def lines(self) -> list[str]:
        """Say how much was compared on each surface and in all, and what differs."""
        named = [f"{each.name}: {each.amounts} amounts, {each.columns} columns" for each in self.surfaces.values()]
        amounts = sum(each.amounts for each in self.surfaces.values())
        columns = sum(each.columns for each in self.surfaces.values())
        whole = f"{amounts} amounts and {columns} printed columns compared, {len(self.faults)} differ"
        return [*named, whole]
