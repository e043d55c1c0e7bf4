"""What people type and press about money."""

from __future__ import annotations

from sqlmodel import Session

from bot.billing import service, views
from bot.clock import Clock
from bot.desk.entrance import ProjectOf
from bot.desk.service import Desk
from bot.people import People
from bot.providers.deepgram.billing import BillingReports
from bot.slack.call import Call
from bot.slack.names import Command, Door
from bot.slack.pages import read_page
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape, fallback_text
from bot.store.database import Database
from bot.store.projects import Project


class BillingListeners:
    """Answers `/billing` and its buttons; reads only."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        people: People,
        clock: Clock,
        reports: BillingReports,
        project_of: ProjectOf,
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._reports = reports
        self._project_of = project_of

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
        blocks = await self._balance(call, call.text)
        await call.tell(fallback_text(blocks), blocks)

    async def balance_pressed(self, call: Call) -> None:
        """Tell what is left now, in place of what stands there."""
        blocks = await self._balance(call, call.value)
        await call.say_replace(fallback_text(blocks), blocks)

    async def purchases(self, call: Call) -> None:
        """Tell what was bought for a project."""
        blocks = await self._purchases(call, call.text, 1)
        await call.tell(fallback_text(blocks), blocks)

    async def turn_purchases(self, call: Call) -> None:
        """Show a page of what was bought, in place of what stands there."""
        number, project_id = read_page(call.value)
        blocks = await self._purchases(call, project_id, number)
        await call.say_replace(fallback_text(blocks), blocks)

    async def _balance(self, call: Call, wanted: str) -> list[views.Block]:
        project = await self._project(call, wanted, "billing.balance")
        reading = service.balances(self._reports, project, self._clock.now())
        words = f"Reading the balance of {escape(project.name)} from Deepgram…"
        return views.balances(await told_if_slow(reading, call.tell, words))

    async def _purchases(self, call: Call, wanted: str, number: int) -> list[views.Block]:
        project = await self._project(call, wanted, "billing.purchases")
        reading = service.orders(self._reports, project, number, self._clock.now())
        words = f"Reading the purchases of {escape(project.name)} from Deepgram…"
        return views.orders(await told_if_slow(reading, call.tell, words))

    async def _project(self, call: Call, wanted: str, name: str) -> Project:
        """Return the project that is meant, to whoever may read this of it."""
        actor = await self._people.judge(call.team_id, call.user_id)

        def permitted(session: Session) -> Project:
            project = self._project_of(session, actor, wanted)
            self._desk.permit(session, actor, name, project.id)
            return project

        return await self._database.read(permitted)
