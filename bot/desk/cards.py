"""The copies of a request's card: wanted, posted, kept up to date, and moved where a place is lost.

Each copy is on its own: one that fails keeps no other from being right, and is tried again with the job.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from bot.desk import views
from bot.desk.drawing import MOST_DIRECT, Drawing, draw, version_now
from bot.desk.places import Places
from bot.desk.service import Desk
from bot.slack.codes.sentences import Meaning
from bot.slack.web import SlackError, SlackUnclear, SlackWeb
from bot.store import cards, requests
from bot.store.cards import Card
from bot.store.database import Database
from bot.store.requests import Request

CLAIM_PATIENCE = timedelta(seconds=60)
ROUNDS = 8
BETWEEN_ROUNDS = 0.2  # seconds

log = structlog.get_logger()


class Cards:
    """Brings what stands in Slack to what stands in the rows."""

    def __init__(self, desk: Desk, database: Database, web: SlackWeb) -> None:
        self._desk = desk
        self._database = database
        self._web = web

    async def read(self, ref: str) -> Drawing | None:
        """Return what the cards of this request show now, or None if there is no such request."""

        def drawn(session: Session) -> Drawing | None:
            request = requests.with_project(session, ref)
            return draw(self._desk, session, request) if request is not None else None

        return await self._database.read(drawn)

    async def follow(self, ref: str, now: datetime) -> Drawing | None:
        """Post the copies that are missing, bring every copy to the request's present version, and return that.

        Raises:
            SlackError: some copy is not right yet, and trying again may help; the others are.
        """
        places = Places(self._web)
        drawing = await self.read(ref)
        if drawing is not None and drawing.waits and not drawing.asks_somebody:
            planned = await self.plan(drawing, places)
            drawing = replace(drawing, copies=planned) if planned is not None else await self.read(ref)
        for _ in range(ROUNDS):
            if drawing is None or await self._show(drawing, places, now):
                return drawing
            await asyncio.sleep(BETWEEN_ROUNDS)
            drawing = await self.read(ref)
        # Somebody else is posting a copy, or died while doing so: their claim runs out.
        await self._database.write(partial(self._desk.refresh_later, request_id=ref, at=now + CLAIM_PATIENCE))
        return drawing

    # --- who is asked where ---

    async def plan(self, drawing: Drawing, places: Places) -> list[Card] | None:
        """Want a copy in the approvals channel and one for each decider whom it does not reach; return all copies."""
        channel, present = await self._carrier(drawing, places)
        direct = drawing.unasked(present)

        def note(session: Session) -> list[Card] | None:
            if version_now(session, drawing.request.id) != drawing.request.version:
                return None
            if channel is not None:
                cards.plan(session, drawing.request.id, "approvers", channel)
            return self._ask_directly(session, drawing.request, direct)

        return await self._database.write(note)

    async def _carrier(self, drawing: Drawing, places: Places) -> tuple[str | None, frozenset[str]]:
        """Return the approvals channel if a card may stand there, with who is in it."""
        channel = drawing.channel
        given_up = {copy.place for copy in drawing.copies if copy.audience == "approvers" and copy.ts == ""}
        if channel is None or channel in given_up:
            return None, frozenset()
        try:
            problem, present = await places.usable(channel)
        except SlackError as unreadable:
            problem, present = str(unreadable), frozenset()
        if problem is None:
            return channel, present
        log.warning("desk.channel_not_used", channel=channel, why=problem)
        return None, frozenset()

    def _ask_directly(self, session: Session, request: Request, people: list[str]) -> list[Card]:
        """Want copies for these people; for the owners where no copy reaches anybody. Return all copies."""
        for user_id in people:
            cards.plan(session, request.id, "approver", user_id)
        copies = cards.of_request(session, request.id)
        asked = [copy for copy in copies if copy.audience.startswith("approver")]
        if any(copy.ts != "" for copy in asked):
            return copies
        owners = sorted(self._desk.owners(session, request))[:MOST_DIRECT]
        log.error("desk.nobody_reached", request=request.id, asked=[copy.place for copy in asked], owners=owners)
        for user_id in owners:
            cards.plan(session, request.id, "approver", user_id)
        return cards.of_request(session, request.id)

    # --- showing ---

    async def _show(self, drawing: Drawing, places: Places, now: datetime) -> bool:
        """Bring each copy to this version; True when all show it and nothing newer came meanwhile."""
        done, failures = True, list[SlackError]()
        shown = [copy.version for copy in drawing.copies]
        rings = drawing.rings(now, self._desk.limits.rings_after)
        for copy in drawing.copies:
            stands = False
            try:
                if copy.audience != "approver" or copy.ts is not None or rings:
                    stands = await self._bring(drawing, copy, places)
                    done &= stands
                if copy.audience == "approvers" and copy.ts and stands and rings and drawing.waits:
                    await self._ring(drawing, copy, now)
            except SlackError as failure:
                log.warning("desk.copy_not_right", request=drawing.request.id, place=copy.place, why=failure.code)
                failures.append(failure)
        if failures:
            raise max(failures, key=lambda failure: failure.tries)  # one that will never do must not end the others
        if not done or shown != [copy.version for copy in drawing.copies]:  # none is noted but as the newest
            return done
        newest = await self._database.read(lambda session: version_now(session, drawing.request.id))
        return newest == drawing.request.version

    async def _bring(self, drawing: Drawing, copy: Card, places: Places) -> bool:
        """Bring one copy to this version; False when it has to be looked at again."""
        unwanted = copy.audience.startswith("approver") and copy.ts is None and not drawing.waits
        if copy.ts == "" or unwanted:
            return True
        if copy.audience == "approvers" and await places.shared(copy.place):
            await self._withdraw(drawing, copy)
            return False
        if copy.ts is None:
            return await self._post(drawing, copy)
        return copy.version >= drawing.request.version or await self._update(drawing, copy)

    async def _post(self, drawing: Drawing, copy: Card) -> bool:
        """Post one copy; False while another process is at it, and when it is given up for others."""
        copy_id, version, machine_time = copy.id or 0, drawing.request.version, datetime.now(UTC)
        if not await self._database.write(
            lambda session: cards.claim(session, copy_id, machine_time, patience=CLAIM_PATIENCE)
        ):
            return False
        try:
            channel, ts = await self._posted(drawing, copy)
        except SlackUnclear:
            raise  # it may stand there: the claim keeps others from posting it again at once
        except SlackError as problem:
            if not problem.final:
                await self._database.write(lambda session: cards.release(session, copy_id))
                raise
            await self._give_up(drawing, copy, problem.code)
            return False
        copy.channel, copy.ts = channel, ts
        copy.version = await self._database.write(lambda session: cards.posted(session, copy_id, channel, ts, version))
        return copy.version == version

    async def _posted(self, drawing: Drawing, copy: Card) -> tuple[str, str]:
        known = (other.channel for other in drawing.copies if other.place == copy.place and other.channel)
        direct = next(known, None) if copy.audience != "approvers" else copy.place
        channel = direct or await self._web.open_dm(copy.place)
        return channel, await self._web.post(channel, views.summary(drawing.card), drawing.blocks(copy))

    async def _ring(self, drawing: Drawing, copy: Card, now: datetime) -> None:
        """Mention the deciders once in the card's thread: a card itself mentions nobody who has to act.

        Raises:
            SlackError: nobody was mentioned, and trying again may help.
        """
        mentions = " ".join(f"<@{user_id}>" for user_id in sorted(drawing.deciders)[:MOST_DIRECT])
        if not mentions or not await self._database.write(lambda session: cards.rings(session, copy.id or 0, now)):
            return
        text = f"{mentions} a request waits for your decision."
        try:
            await self._web.post(copy.channel or "", text, thread_ts=copy.ts)
        except SlackUnclear:
            raise  # it may have rung: twice is worse than an answer that is late
        except SlackError as problem:
            log.warning("desk.not_rung", request=drawing.request.id, why=problem.code)
            if not problem.final:
                await self._database.write(lambda session: cards.not_rung(session, copy.id or 0))
                raise

    async def _update(self, drawing: Drawing, copy: Card) -> bool:
        """Edit one copy and note it; False if it has to be looked at again: somebody else noted an edit, or it is gone.

        A copy that is gone is wanted anew: whoever was to read it still is.
        """
        if not await self._drawn_again(drawing, copy):
            return False
        before, version = copy.version, drawing.request.version
        copy.version = await self._database.write(lambda session: cards.shown(session, copy.id or 0, before, version))
        return copy.version == version

    async def stands(self, drawing: Drawing, copy: Card) -> bool:
        """Tell whether a copy is still in Slack, by drawing it once more; one that is gone is wanted anew.

        Raises:
            SlackError: Slack does not say.
        """
        if not await self._drawn_again(drawing, copy):
            return False
        newest = await self._database.read(lambda session: version_now(session, drawing.request.id))
        if newest != drawing.request.version:  # an older drawing may have landed last: it is drawn again
            await self._database.write(lambda session: cards.shown(session, copy.id or 0, -1, 0))
        return True

    async def _drawn_again(self, drawing: Drawing, copy: Card) -> bool:
        """Edit one copy; False for one that is gone, which is wanted anew."""
        if await self._edit(drawing, copy, views.summary(drawing.card), drawing.blocks(copy)):
            return True
        await self._database.write(lambda session: cards.lost(session, copy.id or 0, copy.ts or ""))
        copy.channel, copy.ts = None, None  # nobody is mentioned below what is gone
        return False

    async def _edit(self, drawing: Drawing, copy: Card, text: str, blocks: list[views.Block]) -> bool:
        """Edit a message; False for one that is gone, or can never be edited again.

        Raises:
            SlackError: it was not edited, and trying again may help.
        """
        try:
            await self._web.update(copy.channel or "", copy.ts or "", text, blocks)
        except SlackError as problem:
            if not problem.final:
                raise
            log.warning("desk.copy_not_edited", request=drawing.request.id, place=copy.place, why=problem.code)
            return problem.meaning is Meaning.OURS  # it stands there as it was
        return True

    # --- places that are lost ---

    async def _withdraw(self, drawing: Drawing, copy: Card) -> None:
        """Take a card out of a channel that others can read now."""
        if copy.ts:
            await self._edit(drawing, copy, views.MOVED, [])
        await self._give_up(drawing, copy, "shared outside the workspace")

    async def _give_up(self, drawing: Drawing, copy: Card, why: str) -> None:
        """Let this copy go; what the channel cannot carry goes to the deciders directly."""
        log.warning("desk.copy_given_up", request=drawing.request.id, place=copy.place, why=why)
        direct = sorted(drawing.deciders)[:MOST_DIRECT] if copy.audience == "approvers" else []

        def note(session: Session) -> None:
            cards.give_up(session, copy.id or 0)
            if drawing.waits and copy.audience.startswith("approver"):
                self._ask_directly(session, drawing.request, direct)

        await self._database.write(note)
        copy.ts = ""  # nobody is mentioned there any more
