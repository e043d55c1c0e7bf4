"""A reminder: those who decide are mentioned under cards that stand, and the requester is told whom it reached.

A card that an administrator deleted is posted anew first: a mention below nothing would be read by nobody.
"""

from __future__ import annotations

from datetime import datetime
from functools import partial

import structlog

from bot.desk.cards import Cards
from bot.desk.drawing import Drawing
from bot.desk.places import Places
from bot.desk.service import Desk
from bot.operation import Description
from bot.slack.web import SlackError, SlackWeb
from bot.slack.words import escape, listed, user
from bot.store.cards import Card
from bot.store.database import Database

log = structlog.get_logger()


class Reminder:
    """One round of reminding."""

    def __init__(self, desk: Desk, database: Database, web: SlackWeb, cards: Cards) -> None:
        self._desk = desk
        self._database = database
        self._web = web
        self._cards = cards

    async def remind(self, ref: str, now: datetime) -> None:
        """Mention the deciders in the thread under each approvers' copy; who became one since gets a card.

        Raises:
            SlackError: nobody was reached, and trying again may help.
        """
        drawing = await self._cards.read(ref)
        if drawing is None or not drawing.waits:
            return
        places = Places(self._web)
        standing = await self._standing(drawing, places)
        await self._cards.plan(drawing, places)
        await self._bring(ref, now)
        again = await self._cards.read(ref)
        if again is None or not again.waits:
            return  # somebody has decided meanwhile
        reached = [user_id for copy in standing for user_id in await self._mention(drawing, copy)]
        await self._tell(ref, set(reached), now)

    async def _standing(self, drawing: Drawing, places: Places) -> list[Card]:
        """Return the cards of those who decide that were seen to stand, where they still may."""
        posted = [copy for copy in drawing.copies if copy.channel and copy.ts and _reminded(drawing, copy)]
        return [copy for copy in posted if await self._stands(drawing, copy, places)]

    async def _stands(self, drawing: Drawing, copy: Card, places: Places) -> bool:
        """Tell whether somebody can be mentioned under a copy: not where Slack does not say, or others can read."""
        try:
            if copy.audience == "approvers" and await places.shared(copy.place):
                return False
            return await self._cards.stands(drawing, copy)
        except SlackError as problem:  # raised, it would keep the others from being reminded
            log.warning("desk.not_seen_standing", request=drawing.request.id, place=copy.place, why=problem.code)
            return False

    async def _bring(self, ref: str, now: datetime) -> None:
        """Post what is missing; where that does not work now, a job of its own does: no reminder waits for it."""
        try:
            await self._cards.follow(ref, now)
        except SlackError as problem:
            log.warning("desk.cards_not_right", request=ref, why=problem.code)
            await self._database.write(partial(self._desk.refresh_later, request_id=ref, at=now))

    async def _mention(self, drawing: Drawing, copy: Card) -> list[str]:
        """Mention those who decide under one copy, and return whom that reached."""
        mentioned = _reminded(drawing, copy)
        mentions = " ".join(user(user_id) for user_id in mentioned)
        text = f"{mentions} {user(drawing.request.requester)} is still waiting for a decision on this."
        try:
            await self._web.post(copy.channel or "", text, thread_ts=copy.ts)
        except SlackError as problem:  # raised, it would remind the others again
            log.warning("desk.not_reminded", request=drawing.request.id, place=copy.place, why=problem.code)
            return []
        return mentioned

    async def _tell(self, ref: str, reached: set[str], now: datetime) -> None:
        """Owe the requester a word on who was reached: its failure reminds nobody again."""
        drawing = await self._cards.read(ref)
        if drawing is None or not drawing.waits:
            return
        anew = {user_id for copy in drawing.copies if copy.ts for user_id in _reminded(drawing, copy)} - reached
        title = escape(Description.model_validate(drawing.request.description).title)
        parts = [
            f"{_named(reached)} reminded." if reached else "",
            f"{_named(anew)} asked anew: a card was gone." if anew else "",
        ]
        told = " ".join(part for part in parts if part) or "Nobody could be reached. Ask one of them directly."
        team, requester = drawing.request.team_id, drawing.request.requester
        await self._database.write(lambda session: self._desk.owe(session, team, requester, f"{title}: {told}", now))


def _named(people: set[str]) -> str:
    return listed([user(each) for each in sorted(people)]) + (" was" if len(people) == 1 else " were")


def _reminded(drawing: Drawing, copy: Card) -> list[str]:
    """Return whom to mention under this copy: only who may decide now."""
    if copy.audience == "approvers":
        return sorted(drawing.deciders)
    return [copy.place] if copy.audience == "approver" and copy.place in drawing.deciders else []
