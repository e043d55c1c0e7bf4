"""What people type and press about money."""

from __future__ import annotations

from bot.billing import service, views
from bot.clock import Clock
from bot.desk.entrance import ProjectEntrance
from bot.providers.deepgram.billing import BillingReports
from bot.slack.call import Call
from bot.slack.names import Command, Door
from bot.slack.pages import read_page
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape


class BillingListeners:
    """Answers `/billing` and its buttons; reads only."""

    def __init__(self, entrance: ProjectEntrance, clock: Clock, reports: BillingReports) -> None:
        self._entrance = entrance
        self._clock = clock
        self._reports = reports

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("billing", "balance", self.balance, "[project]", "what is left", aliases=("balances",)),
                Command("billing", "purchases", self.purchases, "[project]", "what was bought", aliases=("orders",)),
            ),
            actions={"billing.balance": self.balance_pressed, "billing.purchases": self.turn_purchases},
        )

    async def balance(self, call: Call) -> None:
        """Tell what is left in a project."""
        await call.show(await self._balance(call, call.text))

    async def balance_pressed(self, call: Call) -> None:
        """Tell what is left now, in place of what stands there."""
        await call.show_instead(await self._balance(call, call.value))

    async def purchases(self, call: Call) -> None:
        """Tell what was bought for a project."""
        await call.show(await self._purchases(call, call.text, 1))

    async def turn_purchases(self, call: Call) -> None:
        """Show a page of what was bought, in place of what stands there."""
        number, project_id = read_page(call.value)
        await call.show_instead(await self._purchases(call, project_id, number))

    async def _balance(self, call: Call, wanted: str) -> list[views.Block]:
        _, project = await self._entrance.enter(call, "billing.balance", wanted)
        reading = service.balances(self._reports, project, self._clock.now())
        words = f"Reading the balance of {escape(project.name)} from Deepgram…"
        return views.balances(await told_if_slow(reading, call.tell, words))

    async def _purchases(self, call: Call, wanted: str, number: int) -> list[views.Block]:
        _, project = await self._entrance.enter(call, "billing.purchases", wanted)
        reading = service.orders(self._reports, project, number, self._clock.now())
        words = f"Reading the purchases of {escape(project.name)} from Deepgram…"
        return views.orders(await told_if_slow(reading, call.tell, words))
