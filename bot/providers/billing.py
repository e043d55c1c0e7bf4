"""Money as values: balances, what was spent per day, and what was bought. Amounts are Decimals of the digits told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bot.providers.deployments import MaybeDeployment
from bot.providers.ids import MaybeId
from bot.providers.lenient import Lenient, MaybeDay, MaybeDecimal, MaybeMoment, MaybeText, Text, Texts, text_or_none
from bot.providers.tags import MaybeTagSet

BillingGrouping = Literal["accessor", "deployment", "line_item", "tags"]
MOST_ORDERS = 1000
# Written "usd" and "USD", "hour" and "hours" in different places.
Units = Annotated[str, BeforeValidator(lambda value: (text_or_none(value) or "").strip().lower().removesuffix("s"))]


class Balance(Lenient):
    """What is left; ``units`` is "usd" or "hour", empty if not told. ``amount`` None means unknown, not zero."""

    balance_id: Text
    amount: MaybeDecimal = None
    units: Units = ""
    purchase_order_id: MaybeText = None


class Spending(Lenient):
    """Dollars of one day, or of one group of one day; what was not grouped by is None. ``tags`` is a set.

    ``dollars`` None is not told, as of projects with a contract; ``odd`` says that something could not be read.
    """

    dollars: MaybeDecimal = None
    start: MaybeDay = None
    end: MaybeDay = None
    accessor: MaybeId = None
    deployment: MaybeDeployment = None
    line_item: MaybeText = None
    tags: MaybeTagSet = None
    odd: bool = False


class Billing(Lenient):
    """The spending of a period, as its provider delimits it; ``units`` and ``amount`` are the length of a bucket."""

    start: MaybeDay = None
    end: MaybeDay = None
    units: MaybeText = None
    amount: MaybeDecimal = None
    results: tuple[Spending, ...] = ()

    @property
    def dollars(self) -> Decimal | None:
        """Return the sum, or None if any part of it is unknown."""
        parts = [result.dollars for result in self.results]
        known = [part for part in parts if part is not None]
        return sum(known, Decimal()) if len(known) == len(parts) else None


class BillingFields(Lenient):
    """What occurred in a period; ``line_items`` maps an identifier to its name."""

    accessors: Texts = ()
    deployments: Texts = ()
    tags: MaybeTagSet = None
    line_items: Mapping[str, str] = Field(default_factory=dict)


class Purchase(Lenient):
    """An order; ``units`` is "usd" or "hour"."""

    order_id: Text
    amount: MaybeDecimal = None
    units: Units = ""
    order_type: MaybeText = None
    created: MaybeMoment = None
    expiration: MaybeMoment = None


class Purchases(Lenient):
    """The orders; not ``complete`` if there may be more, for which there is no way to ask."""

    orders: tuple[Purchase, ...]
    complete: bool


def dollars_left(balances: Iterable[Balance]) -> Decimal | None:
    """Add up what is left in US dollars; None where nothing is, or where not every amount was told."""
    amounts = [balance.amount for balance in balances if balance.units == "usd"]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal()) if known and len(known) == len(amounts) else None
