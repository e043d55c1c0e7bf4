"""What follows a change at the desk, and what time does: cards, reminders, and the end of what waited too long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.desk import words
from bot.desk.cards import Cards
from bot.desk.drawing import Drawing
from bot.desk.reminding import Reminder
from bot.desk.service import Desk
from bot.operation import Description
from bot.slack.web import SlackWeb
from bot.slack.words import escape, when
from bot.store import changes, requests
from bot.store.database import Database

NOT_KNOWN_YET = (
    "The provider still does not say whether it was done. Keydesk goes on asking and tells you; until then, please "
    "look there before you ask for it again."
)
RUNG = {
    "lapsed": "the approval lapsed, because it was not opened in time. Nothing was made. You can ask again.",
    "approved": "making it was cut short before anybody saw a key. The approval stands: please press once more.",
}
SWEEP_EVERY = timedelta(minutes=5)

Follower = Callable[[str, frozenset[str]], Awaitable[None]]
"""Told, after the cards of a request have followed, whom it concerns: ``(team id, user ids)``."""


class DeskJobs:
    """The desk's jobs; each is a function of a request's id and the business time."""

    def __init__(self, desk: Desk, database: Database, web: SlackWeb, follow: Follower | None = None) -> None:
        self._desk = desk
        self._database = database
        self._web = web
        self._cards = Cards(desk, database, web)
        self._follow = follow

    async def expire(self, ref: str, now: datetime) -> None:
        """End a request that nobody decided in time."""
        await self._database.write(lambda session: self._desk.end_by_time(session, ref, "expired", now))

    async def lapse(self, ref: str, now: datetime) -> None:
        """End an approval that nobody opened in time."""
        await self._database.write(lambda session: self._desk.end_by_time(session, ref, "lapsed", now))

    async def sweep(self, ref: str, now: datetime) -> None:
        """Find what time should have ended, in case its own scheduled job was lost; every few minutes."""

        def find(session: Session) -> None:
            for request in requests.overdue(session, now):
                self._desk.end_by_time(session, request.id, "expired" if request.state == "waiting" else "lapsed", now)
            self._desk.settle_stale(session, now)
            self._desk.owe_again(session, now)
            self._desk.sweep_later(session, "desk.sweep", ref, now + SWEEP_EVERY)

        await self._database.write(find)

    async def tell(self, ref: str, now: datetime) -> None:
        """Tell whoever asked for a change what became of it in the end, or that nobody knows yet."""
        del now
        change = await self._database.read(lambda session: changes.get(session, ref))
        if change is None:
            return
        asked = f"About what you asked for {when(change.started_at)} ({words.named(change.kind)}): "
        became = NOT_KNOWN_YET if change.state in changes.OPEN else change.text or ""
        await self._web.post(await self._web.open_dm(change.actor), f"{asked}{escape(became)}")

    async def ring(self, ref: str, now: datetime) -> None:
        """Tell whoever asked what their card can only show without a sound: a lapse, or a making that was cut short."""
        del now
        request = await self._database.read(lambda session: requests.get(session, ref))
        text = RUNG.get(request.state) if request is not None else None
        if request is not None and text is not None:
            title = escape(Description.model_validate(request.description).title)
            await self._web.post(await self._web.open_dm(request.requester), f"{title}: {text}")

    async def cards(self, ref: str, now: datetime) -> None:
        """Bring every copy of the card to what the rows say, and tell whom it concerns."""
        drawing = None
        try:
            drawing = await self._cards.follow(ref, now)
        finally:
            await self._tell(drawing or await self._cards.read(ref))

    async def _tell(self, drawing: Drawing | None) -> None:
        if drawing is not None and self._follow is not None:
            await self._follow(drawing.request.team_id, drawing.deciders | {drawing.request.requester})

    async def remind(self, ref: str, now: datetime) -> None:
        """Mention those who decide under their cards, and tell the requester who was reached; a job."""
        reminder = Reminder(self._desk, self._database, self._web, self._cards)
        await reminder.remind(ref, now)
