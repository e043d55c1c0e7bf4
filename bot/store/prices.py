"""Prices: what the provider said of a day's dollars. What it does not say is a value of its own, and never zero.

Projects with a contract may be priced nowhere: then the provider tells ``dollars`` as null, leaves them out, or tells
no row at all for what was used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum


class Price(StrEnum):
    """What was said of the dollars of one day of one project."""

    TOLD = "told"  # every amount, or nothing was used
    ZERO = "zero"  # something was used, and nothing is what it is said to have cost
    PARTLY = "partly"  # some amounts: the sum is of those
    UNTOLD = "untold"  # no amount


@dataclass(frozen=True)
class Untold:
    """Days of projects whose dollars are not told, so that a sum is without them.

    ``hidden``: the report could not be read; ``unpriced``: something was used and no amount was told; ``partly``: some
    amounts were; ``zero``: something was used and nothing is what it is said to have cost.
    """

    hidden: int = 0
    unpriced: int = 0
    partly: int = 0
    zero: int = 0

    def __bool__(self) -> bool:
        return any((self.hidden, self.unpriced, self.partly, self.zero))

    def __add__(self, other: Untold) -> Untold:
        return Untold(
            self.hidden + other.hidden,
            self.unpriced + other.unpriced,
            self.partly + other.partly,
            self.zero + other.zero,
        )

    def beside(self, total: Decimal) -> Untold:
        """Return what has to be said beside a sum: among days that cost something, one of nothing may be true."""
        return replace(self, zero=0) if total else self

    @property
    def days(self) -> int:
        """Of how many days that were read no price is told, or not the whole of it."""
        return self.unpriced + self.partly + self.zero


NONE_UNTOLD = Untold()


def told_of(total: Decimal, untold: Untold) -> Decimal | None:
    """Return a sum; None where it is nothing because nothing of it is told."""
    return None if untold and not total else total
