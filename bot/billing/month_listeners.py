"""What people type and press about the month by customer."""

from __future__ import annotations

import asyncio

from sqlmodel import Session

from bot.billing import month as months
from bot.billing import month_files, month_views, pdf
from bot.billing.closing import MonthClosing
from bot.billing.operations import CloseMonth
from bot.billing.printing import Printed, printed
from bot.billing.statement import Statement, read_typed
from bot.clock import Clock
from bot.desk.entrance import answer
from bot.desk.service import Desk
from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call
from bot.slack.files import csv_bytes, send_file
from bot.slack.names import Command, Door
from bot.slack.pages import read_page
from bot.slack.waiting import told_if_slow
from bot.slack.web import SlackWeb
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

    def __init__(
        self, desk: Desk, database: Database, people: People, clock: Clock, background: SlackWeb, closing: MonthClosing
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._background = background
        self._closing = closing

    def door(self) -> Door:
        """Return what this part of the room answers to."""
        usage = "[this|last|2026-10] [customer]"
        return Door(
            commands=(Command("billing", "month", self.month, usage, "a month by customer", aliases=("statement",)),),
            actions={
                "billing.month": self.turn,
                "billing.month.part": self.turn_part,
                "billing.month.customer": self.of_customer,
                "billing.month.csv": self.send_csv,
                "billing.month.pdf": self.send_pdf,
                "billing.close": self.close,
            },
        )

    async def month(self, call: Call) -> None:
        """Show a month, or one customer's."""
        actor = await self._people.judge(call.team_id, call.user_id)
        month, wanted = read_typed(call.text, self._today(actor))
        await self._tell(call, actor, month, wanted)

    async def of_customer(self, call: Call) -> None:
        """Show this month of the customer whose button was pressed."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._tell(call, actor, read_month("", self._today(actor)), call.value)

    async def turn(self, call: Call) -> None:
        """Show another page of a month."""
        number, month = read_page(call.value)
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show_instead(await self._page(call, actor, self._month(actor, month), number))

    async def turn_part(self, call: Call) -> None:
        """Show a page of one payer's lines."""
        number, value = read_page(call.value)
        month, _, part_ids = value.partition(":")
        actor = await self._people.judge(call.team_id, call.user_id)
        seen = await self._printed(call, actor, self._month(actor, month), part_ids)
        await call.show_instead(month_views.part_page(seen, part_ids, number))

    async def send_csv(self, call: Call) -> None:
        """Send what is shown as a CSV file."""
        seen = await self._pressed(call)
        content = await asyncio.to_thread(lambda: csv_bytes(month_files.HEADER, month_files.rows(seen)))
        await self._send(call, seen, "csv", content)

    async def send_pdf(self, call: Call) -> None:
        """Send what is shown as a PDF file."""
        seen = await self._pressed(call)
        drawing = asyncio.to_thread(pdf.render, seen, self._clock.now())
        await self._send(call, seen, "pdf", await told_if_slow(drawing, call.tell, "Drawing the PDF…"))

    async def close(self, call: Call) -> None:
        """Close a month; the button has asked."""
        actor = await self._people.judge(call.team_id, call.user_id)
        word, _, seen = call.value.partition(":")
        month = self._month(actor, word)
        wish = CloseMonth(month=month, untold_seen=seen)
        if await self._database.read(lambda session: self._desk.may(session, actor, CloseMonth.kind)):
            wish = await self._closing.as_asked(wish, actor)  # of whoever may not, the desk refuses it, on the record
        outcome = await self._desk.submit(wish, actor)
        said = await self._database.read(lambda session: answer(session, actor, outcome, "the month stays open"))
        await call.show_instead(await self._page(call, actor, month, 1))
        await call.tell(escape(said))

    async def _tell(self, call: Call, actor: Actor, month: str, wanted: str) -> None:
        if not wanted:
            await call.show(await self._page(call, actor, month, 1))
        else:
            customer = await self._database.read(lambda session: _the_customer(session, actor, wanted))
            await call.show(await self._of_customer(call, actor, month, customer))

    async def _page(self, call: Call, actor: Actor, month: str, number: int) -> list[month_views.Block]:
        seen = await self._printed(call, actor, month)
        return month_views.month_page(seen, number, may_close=await self._may_close(actor, seen.statement))

    async def _of_customer(self, call: Call, actor: Actor, month: str, customer: Customer) -> list[month_views.Block]:
        seen = await self._printed(call, actor, month)
        own = seen.ids_of(customer.tag)
        if not own:
            return month_views.nothing_for(customer.name, seen)
        return month_views.part_page(printed_of(seen, own), own, 1)

    async def _printed(self, call: Call, actor: Actor, month: str, part_ids: str = "") -> Printed:
        now = self._clock.now()

        def reading(session: Session) -> Statement:
            self._desk.permit(session, actor, READING)
            return months.read(session, actor.team_id, month, now)

        words = f"Adding up {month_views.name_of(month)}…"
        seen = printed(await told_if_slow(self._database.read(reading), call.tell, words))
        return printed_of(seen, part_ids) if part_ids else seen

    async def _pressed(self, call: Call) -> Printed:
        actor = await self._people.judge(call.team_id, call.user_id)
        month, _, part_ids = call.value.partition(":")
        return await self._printed(call, actor, self._month(actor, month), part_ids)

    async def _send(self, call: Call, seen: Printed, extension: str, content: bytes) -> None:
        name = month_files.file_name(seen, seen.everything[0].part.name if seen.is_part else "", extension)
        await send_file(self._background, call.user_id, name, content, escape(month_files.status(seen)))
        await call.tell(SENT)

    async def _may_close(self, actor: Actor, statement: Statement) -> bool:
        if statement.closed or statement.missing or statement.total is None:
            return False
        return await self._database.read(lambda session: self._desk.may(session, actor, CloseMonth.kind))

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


def _the_customer(session: Session, actor: Actor, wanted: str) -> Customer:
    found = customers.named(session, actor.team_id, wanted)
    if found is None:
        raise NotUnderstood(f"No customer, or more than one, is called {wanted[:60]}. See /keydesk customers list.")
    return found
