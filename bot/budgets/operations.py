"""What can be asked about budgets."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar, Literal

from pydantic import Field

from bot.operation import Operation

Scope = Literal["project", "customer", "key"]
MOST_DOLLARS = Decimal(10_000_000)


class SetBudget(Operation):
    """A budget of a calendar month in USD, new or lower than before; ``ref`` as in `bot.store.budgets`.

    ``project_id`` is "" for a customer. ``channel`` None means the direct messages of whoever sets it.
    """

    kind: ClassVar[str] = "budgets.set"

    scope: Scope
    ref: str = Field(min_length=1, max_length=200)
    dollars: Decimal = Field(gt=0, le=MOST_DOLLARS, decimal_places=2)
    channel: str | None = None


class RaiseBudget(Operation):
    """More dollars a month for a budget that is there; ``before`` is what it was when this was asked."""

    kind: ClassVar[str] = "budgets.raise"

    budget_id: str
    dollars: Decimal = Field(gt=0, le=MOST_DOLLARS, decimal_places=2)
    before: Decimal | None = None
    why: str = Field(default="", max_length=300)


class EndBudget(Operation):
    """The end of a budget: it warns no more."""

    kind: ClassVar[str] = "budgets.end"

    budget_id: str
