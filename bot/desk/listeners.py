"""The buttons of the desk's cards."""

from __future__ import annotations

from sqlmodel import Session

from bot.desk import views
from bot.desk.drawing import Drawing, draw, history
from bot.desk.judging import the_request
from bot.desk.service import Desk
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call
from bot.slack.names import Door
from bot.store.database import Database


class DeskListeners:
    """Answers Approve, Deny, Details, Cancel and Remind."""

    def __init__(self, desk: Desk, database: Database, people: People) -> None:
        self._desk = desk
        self._database = database
        self._people = people

    def door(self) -> Door:
        """Return what the desk answers to."""
        return Door(
            actions={
                "desk.approve": self.approve,
                "desk.deny": self.ask_why_not,
                "desk.details": self.details,
                "desk.cancel": self.cancel,
                "desk.remind": self.remind,
            },
            views={"desk.deny": self.deny},
        )

    async def approve(self, call: Call) -> None:
        """Approve: the card itself says that it worked, on every copy."""
        request_id, version = views.read_value(call.value)
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._desk.decide(request_id, version, "approved", actor)

    async def ask_why_not(self, call: Call) -> None:
        """Open the form that asks for the reason, for those who may deny."""
        opened = await call.open(views.notice("Deny request", "One moment…"))
        request_id, version = views.read_value(call.value)
        actor = await self._people.judge(call.team_id, call.user_id)
        drawing = await self._drawn(request_id, actor)
        await self._desk.check_decidable(request_id, version, actor)
        await opened.update(views.deny_form(drawing.card))

    async def deny(self, call: Call) -> None:
        """Deny with the reason that was typed."""
        reason = views.read_deny_form(call.state)
        request_id, version = views.read_value(call.metadata)
        opened = await call.ack_update(views.notice("Deny request", "One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._desk.decide(request_id, version, "denied", actor, reason)
        await opened.update(views.notice("Denied", "Denied. The requester reads your reason."))

    async def details(self, call: Call) -> None:
        """Show everything that is known of a request."""
        opened = await call.open(views.notice("Request", "One moment…"))
        request_id, _ = views.read_value(call.value)
        actor = await self._people.judge(call.team_id, call.user_id)
        drawing = await self._drawn(request_id, actor)
        lines = await self._database.read(lambda session: history(session, drawing.request))
        await opened.update(views.details(drawing.card, lines))

    async def cancel(self, call: Call) -> None:
        """Withdraw one's own request."""
        request_id, _ = views.read_value(call.value)
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._desk.cancel(request_id, actor)

    async def remind(self, call: Call) -> None:
        """Remind those who decide."""
        request_id, _ = views.read_value(call.value)
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._desk.remind(request_id, actor)
        await call.tell("Reminding the people who decide. Keydesk tells you who was reached.")

    async def _drawn(self, request_id: str, actor: Actor) -> Drawing:
        def drawn(session: Session) -> Drawing:
            return draw(self._desk, session, the_request(session, request_id, actor))

        return await self._database.read(drawn)
