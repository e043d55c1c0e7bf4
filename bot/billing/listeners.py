"""What people type and press about money."""

from __future__ import annotations

from bot.access.access import Access
from bot.access.places import by, named
from bot.billing import service, views
from bot.clock import Clock
from bot.providers.offers import OffersMoney
from bot.slack.call import Call
from bot.slack.pages import read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape


class BillingListeners:
    """Answers `/billing` and its buttons; reads only."""

    def __init__(self, clock: Clock, reports: OffersMoney) -> None:
        self._clock = clock
        self._reports = reports

    def routes(self) -> Routes:
        """Return what this room answers to."""
        balance = Route(self.balance, "billing.balance", named)
        purchases = Route(self.purchases, "billing.purchases", named)
        turned = by(lambda call: read_page(call.value)[1])
        return Routes(
            commands=(
                Command("billing", "balance", balance, "[project]", "what is left", aliases=("balances",), shows=True),
                Command(
                    "billing", "purchases", purchases, "[project]", "what was bought", aliases=("orders",), shows=True
                ),
            ),
            actions={
                "billing.balance": Route(self.balance, "billing.balance", named, in_place=True),
                "billing.purchases": Route(self.turn_purchases, "billing.purchases", turned, in_place=True),
            },
        )

    async def balance(self, call: Call, access: Access) -> list[views.Block]:
        """Tell what is left in a project now."""
        reading = service.balances(self._reports, access.there, self._clock.now())
        words = f"Reading the balance of {escape(access.there.name)} from {access.vendor.name}…"
        return views.balances(await told_if_slow(reading, call.tell, words), access.vendor)

    async def purchases(self, call: Call, access: Access) -> list[views.Block]:
        """Tell what was bought for a project."""
        return await self._purchases(call, access, 1)

    async def turn_purchases(self, call: Call, access: Access) -> list[views.Block]:
        """Show a page of what was bought."""
        return await self._purchases(call, access, read_page(call.value)[0])

    async def _purchases(self, call: Call, access: Access, number: int) -> list[views.Block]:
        reading = service.orders(self._reports, access.there, number, self._clock.now())
        words = f"Reading the purchases of {escape(access.there.name)} from {access.vendor.name}…"
        return views.orders(await told_if_slow(reading, call.tell, words), access.vendor)
