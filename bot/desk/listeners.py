"""The buttons of the desk's cards.

Whoever asked, and whoever decides, may press by what they are to the request, not by a role alone: the desk judges it
in the transaction that changes the request, and writes a refusal down beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import Session

from bot.access.access import Access
from bot.access.places import workspace
from bot.desk import views
from bot.desk.drawing import Drawing, draw, history
from bot.desk.judging import the_request
from bot.desk.service import Desk
from bot.operation import Actor
from bot.slack.call import Call
from bot.slack.entering import saying
from bot.slack.router import Routes
from bot.slack.routes import MEMBER, Route
from bot.store.database import Database


class DeskListeners:
    """Answers Approve, Deny, Details, Cancel and Remind."""

    def __init__(self, desk: Desk, database: Database, recorded: Mapping[str, str]) -> None:
        self._desk = desk
        self._database = database
        self._recorded = recorded

    def routes(self) -> Routes:
        """Return what the desk answers to."""
        return Routes(
            actions={
                "desk.approve": Route(self.approve, MEMBER, workspace),
                "desk.deny": Route(self.ask_why_not, MEMBER, workspace, window=views.DENY),
                "desk.details": Route(self.details, MEMBER, workspace, window=views.DETAILS),
                "desk.cancel": Route(self.cancel, MEMBER, workspace),
                "desk.remind": Route(self.remind, MEMBER, workspace),
            },
            views={"desk.deny": Route(self.deny, MEMBER, workspace, window=views.DENY, reads=_read_reason)},
        )

    async def approve(self, call: Call, access: Access) -> None:
        """Approve: the card itself says that it worked, on every copy."""
        request_id, version = views.read_value(call.value)
        await self._desk.decide(request_id, version, "approved", access.actor)

    async def ask_why_not(self, call: Call, access: Access) -> views.Block:
        """Draw the form that asks for the reason, for those who may deny."""
        request_id, version = views.read_value(call.value)
        drawing = await self._drawn(request_id, access.actor)
        await self._desk.check_decidable(request_id, version, access.actor)
        return views.deny_form(drawing.card)

    async def deny(self, call: Call, access: Access) -> views.Block:
        """Deny with the reason that was typed."""
        request_id, version = views.read_value(call.metadata)
        await self._desk.decide(request_id, version, "denied", access.actor, call.form)
        return saying("Denied", "Denied. The requester reads your reason.")

    async def details(self, call: Call, access: Access) -> views.Block:
        """Draw everything that is known of a request."""
        request_id, _ = views.read_value(call.value)
        drawing = await self._drawn(request_id, access.actor)
        lines = await self._database.read(lambda session: history(session, drawing.request, self._recorded))
        return views.details(drawing.card, lines)

    async def cancel(self, call: Call, access: Access) -> None:
        """Withdraw one's own request."""
        request_id, _ = views.read_value(call.value)
        await self._desk.cancel(request_id, access.actor)

    async def remind(self, call: Call, access: Access) -> str:
        """Remind those who decide."""
        request_id, _ = views.read_value(call.value)
        await self._desk.remind(request_id, access.actor)
        return "Reminding the people who decide. Keydesk tells you who was reached."

    async def _drawn(self, request_id: str, actor: Actor) -> Drawing:
        def drawn(session: Session) -> Drawing:
            return draw(self._desk, session, the_request(session, request_id, actor))

        return await self._database.read(drawn)


def _read_reason(call: Call) -> str:
    return views.read_deny_form(call.state)
