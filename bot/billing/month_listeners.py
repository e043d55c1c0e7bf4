"""What people type and press about the month by customer."""

from __future__ import annotations

import asyncio

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import workspace
from bot.billing import month as months
from bot.billing import month_files, month_views, pdf
from bot.billing.closing import MonthClosing
from bot.billing.operations import CloseMonth
from bot.billing.printing import Printed, printed
from bot.billing.statement import Statement, read_typed
from bot.clock import Clock
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.slack.call import Call
from bot.slack.files import csv_bytes
from bot.slack.pages import read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.spending.months import read_month
from bot.spending.periods import Today
from bot.store import customers
from bot.store.customers import Customer
from bot.store.database import Database

READING = "billing.month"
SENT = "The file is in your messages with Keydesk."


class MonthListeners:
    """Answers `/billing month` and its buttons."""

    def __init__(self, desk: Desk, database: Database, clock: Clock, exports: Exports, closing: MonthClosing) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._exports = exports
        self._closing = closing

    def routes(self) -> Routes:
        """Return what this part of the room answers to."""
        usage, month = "[this|last|2026-10] [customer]", Route(self.month, READING, workspace)
        return Routes(
            commands=(
                Command("billing", "month", month, usage, "a month by customer", aliases=("statement",), shows=True),
            ),
            actions={
                "billing.month": Route(self.turn, READING, workspace, in_place=True),
                "billing.month.part": Route(self.turn_part, READING, workspace, in_place=True),
                "billing.month.customer": Route(self.of_customer, READING, workspace),
                "billing.month.csv": Route(self.send_csv, READING, workspace),
                "billing.month.pdf": Route(self.send_pdf, READING, workspace),
                "billing.close": Route(self.close, CloseMonth.kind, workspace),
            },
        )

    async def month(self, call: Call, access: Access) -> list[month_views.Block]:
        """Show a month, or one customer's."""
        month, wanted = read_typed(call.text, self._today(access.actor))
        if wanted:
            return await self._of_customer(call, access, month, wanted)
        return await self._page(call, access, month, 1)

    async def of_customer(self, call: Call, access: Access) -> list[month_views.Block]:
        """Show this month of the customer whose button was pressed."""
        return await self._of_customer(call, access, read_month("", self._today(access.actor)), call.value)

    async def turn(self, call: Call, access: Access) -> list[month_views.Block]:
        """Show another page of a month."""
        number, month = read_page(call.value)
        return await self._page(call, access, self._month(access.actor, month), number)

    async def turn_part(self, call: Call, access: Access) -> list[month_views.Block]:
        """Show a page of one payer's lines."""
        number, value = read_page(call.value)
        month, _, part_ids = value.partition(":")
        seen = await self._printed(call, access, self._month(access.actor, month), part_ids)
        return month_views.part_page(seen, part_ids, number)

    async def send_csv(self, call: Call, access: Access) -> str:
        """Send what is shown as a CSV file."""
        seen = await self._pressed(call, access)
        content = await asyncio.to_thread(lambda: csv_bytes(month_files.HEADER, month_files.rows(seen)))
        return await self._send(access, seen, "csv", content)

    async def send_pdf(self, call: Call, access: Access) -> str:
        """Send what is shown as a PDF file."""
        seen = await self._pressed(call, access)
        drawing = asyncio.to_thread(pdf.render, seen, self._clock.now())
        return await self._send(access, seen, "pdf", await told_if_slow(drawing, call.tell, "Drawing the PDF…"))

    async def close(self, call: Call, access: Access) -> str:
        """Close a month; the button has asked."""
        word, _, seen = call.value.partition(":")
        actor = access.actor
        month = self._month(actor, word)
        wish = await self._closing.as_asked(CloseMonth(month=month, untold_seen=seen), actor)
        outcome = await self._desk.submit(wish, actor)
        said = await self._database.read(lambda session: answer(session, actor, outcome, "the month stays open"))
        await call.show_instead(await self._page(call, access, month, 1))
        return said

    async def _page(self, call: Call, access: Access, month: str, number: int) -> list[month_views.Block]:
        seen = await self._printed(call, access, month)
        return month_views.month_page(seen, number, may_close=_may_close(access, seen.statement))

    async def _of_customer(self, call: Call, access: Access, month: str, wanted: str) -> list[month_views.Block]:
        customer = await self._database.read(lambda session: _the_customer(session, access.actor, wanted))
        seen = await self._printed(call, access, month)
        own = seen.ids_of(customer.tag)
        if not own:
            return month_views.nothing_for(customer.name, seen)
        return month_views.part_page(printed_of(seen, own), own, 1)

    async def _printed(self, call: Call, access: Access, month: str, part_ids: str = "") -> Printed:
        team_id, now = access.actor.team_id, self._clock.now()
        reading = self._database.read(lambda session: months.read(session, team_id, month, now))
        seen = printed(await told_if_slow(reading, call.tell, f"Adding up {month_views.name_of(month)}…"))
        return printed_of(seen, part_ids) if part_ids else seen

    async def _pressed(self, call: Call, access: Access) -> Printed:
        month, _, part_ids = call.value.partition(":")
        return await self._printed(call, access, self._month(access.actor, month), part_ids)

    async def _send(self, access: Access, seen: Printed, extension: str, content: bytes) -> str:
        name = month_files.file_name(seen, seen.everything[0].part.name if seen.is_part else "", extension)
        await self._exports.send(access, name, content, escape(month_files.status(seen)))
        return SENT

    def _month(self, actor: Actor, value: str) -> str:
        return read_month(value or "?", self._today(actor))

    def _today(self, actor: Actor) -> Today:
        return Today.at(self._clock.now(), actor.tz)


def printed_of(seen: Printed, part_ids: str) -> Printed:
    """Return one payer's parts of what was printed, with the same cents.

    Raises:
        NotUnderstood: the month has no such part any more.
    """
    found = seen.only(part_ids)
    if not found.everything:
        raise NotUnderstood("There is nothing of this in the month any more. Type /billing month to see it anew.")
    return found


def _may_close(access: Access, statement: Statement) -> bool:
    if statement.closed or statement.missing or statement.total is None:
        return False
    return access.can(CloseMonth.kind)


def _the_customer(session: Session, actor: Actor, wanted: str) -> Customer:
    found = customers.named(session, actor.team_id, wanted)
    if found is None:
        raise NotUnderstood(f"No customer, or more than one, is called {wanted[:60]}. See /keydesk customers list.")
    return found
