"""What follows a change at the desk: cards posted and kept up to date, reminders, and what time ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from bot import audit
from bot.desk import views, words
from bot.desk.service import Desk
from bot.operation import Description
from bot.slack.channels import channel_problem
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear, SlackWeb
from bot.slack.words import escape, when
from bot.store import cards, decisions, projects, record, requests
from bot.store.cards import Card
from bot.store.database import Database
from bot.store.requests import Request

MOST_DIRECT = 5
CLAIM_PATIENCE = timedelta(seconds=60)
SWEEP_EVERY = timedelta(minutes=5)
ROUNDS = 8
BETWEEN_ROUNDS = 0.2  # seconds

Follower = Callable[[str, frozenset[str]], Awaitable[None]]
"""Told, after the cards of a request have followed, whom it concerns: ``(team id, user ids)``."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Drawing:
    """One reading of a request: what its card says, and which copies exist."""

    request: Request
    card: views.Card
    copies: list[Card]
    deciders: frozenset[str]
    channel: str | None

    @property
    def asks_somebody(self) -> bool:
        """Whether a copy for those who decide is planned already."""
        return any(copy.audience.startswith("approver") for copy in self.copies)


class DeskJobs:
    """The desk's jobs; each is a function of a request's id and the business time."""

    def __init__(self, desk: Desk, database: Database, web: SlackWeb, follow: Follower | None = None) -> None:
        self._desk = desk
        self._database = database
        self._web = web
        self._follow = follow

    async def expire(self, ref: str, now: datetime) -> None:
        """End a request that nobody decided in time."""
        await self._database.write(lambda session: self._desk.end_by_time(session, ref, "expired", now))

    async def lapse(self, ref: str, now: datetime) -> None:
        """End an approval that nobody opened in time."""
        await self._database.write(lambda session: self._desk.end_by_time(session, ref, "lapsed", now))

    async def sweep(self, ref: str, now: datetime) -> None:
        """Find what time should have ended, in case its own due row was lost; every few minutes."""

        def find(session: Session) -> None:
            for request in requests.overdue(session, now):
                self._desk.end_by_time(session, request.id, "expired" if request.state == "waiting" else "lapsed", now)
            self._desk.sweep_later(session, "desk.sweep", ref, now + SWEEP_EVERY)

        await self._database.write(find)

    async def cards(self, ref: str, now: datetime) -> None:
        """Post the copies that are missing and bring every copy to the request's present version."""
        drawing = await self._read(ref)
        if drawing is not None and drawing.request.state == "waiting" and not drawing.asks_somebody:
            await self._plan_for_approvers(drawing)
            drawing = await self._read(ref)
        for _ in range(ROUNDS):
            if drawing is None or await self._show(drawing):
                break
            await asyncio.sleep(BETWEEN_ROUNDS)
            drawing = await self._read(ref)
        else:
            # Somebody else is posting a copy, or died while doing so: their claim runs out.
            await self._database.write(partial(self._desk.refresh_later, request_id=ref, at=now + CLAIM_PATIENCE))
        if drawing is not None and self._follow is not None:
            await self._follow(drawing.request.team_id, drawing.deciders | {drawing.request.requester})

    async def remind(self, ref: str, _now: datetime) -> None:
        """Mention the deciders in the thread under each approvers' copy."""
        drawing = await self._read(ref)
        if drawing is None or drawing.request.state != "waiting":
            return
        everybody = " ".join(f"<@{user_id}>" for user_id in sorted(drawing.deciders))
        for copy in drawing.copies:
            if copy.audience.startswith("approver") and copy.channel and copy.ts:
                mention = everybody if copy.audience == "approvers" else f"<@{copy.place}>"
                text = f"{mention} <@{drawing.request.requester}> is still waiting for a decision on this."
                await self._web.post(copy.channel, text, thread_ts=copy.ts)

    # --- reading ---

    async def _read(self, ref: str) -> Drawing | None:
        def drawn(session: Session) -> Drawing | None:
            request = requests.get(session, ref)
            return draw(self._desk, session, request) if request is not None else None

        return await self._database.read(drawn)

    # --- posting ---

    async def _plan_for_approvers(self, drawing: Drawing) -> None:
        request = drawing.request
        channel, present = await self._usable_channel(drawing)
        direct = sorted(drawing.deciders - present)[:MOST_DIRECT]

        def plan(session: Session) -> None:
            if channel is not None:
                cards.plan(session, request.id, "approvers", channel)
            for user_id in direct:
                cards.plan(session, request.id, "approver", user_id)

        await self._database.write(plan)

    async def _usable_channel(self, drawing: Drawing) -> tuple[str | None, frozenset[str]]:
        """Return the approvals channel if a card may be posted there, with who is in it."""
        if drawing.channel is None:
            return None, frozenset()
        try:
            problem = channel_problem(await self._web.channel(drawing.channel))
            if problem is None:
                members = [user_id async for user_id in self._web.members(drawing.channel)]
                return drawing.channel, frozenset(members)
        except SlackError as unreadable:
            problem = str(unreadable)
        log.warning("desk.channel_not_used", channel=drawing.channel, why=problem)
        return None, frozenset()

    async def _show(self, drawing: Drawing) -> bool:
        """Post or update each copy; True when all show this version and nothing newer came meanwhile."""
        posted = [await self._post(drawing, copy) for copy in drawing.copies if copy.ts is None]
        stale = [copy for copy in drawing.copies if copy.ts and copy.version < drawing.request.version]
        for copy in stale:
            await self._update(drawing, copy)

        def note(session: Session) -> bool:
            version = drawing.request.version
            newest = [cards.shown(session, copy.id or 0, version) for copy in stale]
            return all(newest) and _version(session, drawing.request.id) == version

        return await self._database.write(note) and all(posted)

    async def _post(self, drawing: Drawing, copy: Card) -> bool:
        """Post one copy; False while another process is at it."""
        if copy.audience.startswith("approver") and drawing.request.state != "waiting":
            return True
        copy_id, version, machine_time = copy.id or 0, drawing.request.version, datetime.now(UTC)
        if not await self._database.write(
            lambda session: cards.claim(session, copy_id, machine_time, patience=CLAIM_PATIENCE)
        ):
            return False
        try:
            channel, ts = await self._posted(drawing, copy)
        except SlackUnclear:
            raise  # it may stand there: the claim keeps others from posting it again at once
        except SlackRateLimited:
            await self._database.write(lambda session: cards.release(session, copy_id))
            raise
        except SlackError as problem:
            await self._cannot_post(drawing, copy, problem)
            return False
        await self._database.write(lambda session: cards.posted(session, copy_id, channel, ts, version))
        if copy.audience == "approvers":
            await self._ring(channel, ts, drawing.deciders)
        return True

    async def _posted(self, drawing: Drawing, copy: Card) -> tuple[str, str]:
        known = (other.channel for other in drawing.copies if other.place == copy.place and other.channel)
        direct = next(known, None) if copy.audience != "approvers" else copy.place
        channel = direct or await self._web.open_dm(copy.place)
        return channel, await self._web.post(channel, views.summary(drawing.card), _blocks(drawing, copy))

    async def _cannot_post(self, drawing: Drawing, copy: Card, problem: SlackError) -> None:
        """Give this copy up; what the channel cannot carry goes to the deciders directly."""
        log.warning("desk.copy_not_posted", request=drawing.request.id, place=copy.place, why=problem.code)
        copy_id, direct = copy.id or 0, sorted(drawing.deciders)[:MOST_DIRECT]

        def instead(session: Session) -> None:
            cards.give_up(session, copy_id)
            for user_id in direct if copy.audience == "approvers" else []:
                cards.plan(session, drawing.request.id, "approver", user_id)

        await self._database.write(instead)

    async def _ring(self, channel: str, ts: str, deciders: frozenset[str]) -> None:
        """Mention the deciders in the card's thread: a card itself mentions nobody who has to act."""
        mentions = " ".join(f"<@{user_id}>" for user_id in sorted(deciders)[:MOST_DIRECT])
        await self._web.post(channel, f"{mentions} a request waits for your decision.", thread_ts=ts)

    async def _update(self, drawing: Drawing, copy: Card) -> None:
        try:
            await self._web.update(
                copy.channel or "", copy.ts or "", views.summary(drawing.card), _blocks(drawing, copy)
            )
        except SlackError as problem:
            if problem.code not in ("message_not_found", "channel_not_found", "is_archived", "cant_update_message"):
                raise
            log.warning("desk.copy_lost", request=drawing.request.id, why=problem.code)


def draw(desk: Desk, session: Session, request: Request) -> Drawing:
    """Read everything that the copies of a request's card show."""
    deciders = desk.deciders(session, request)
    return Drawing(
        request=request,
        card=card(desk, session, request, deciders),
        copies=cards.of_request(session, request.id),
        deciders=deciders,
        channel=projects.settings(session, request.project_id).channel,
    )


def card(desk: Desk, session: Session, request: Request, deciders: frozenset[str]) -> views.Card:
    """Read what a card shows."""
    made = decisions.of_request(session, request.id)
    last = made[-1] if made else None
    return views.Card(
        request_id=request.id,
        version=request.version,
        state=request.state,
        requester=request.requester,
        description=Description.model_validate(request.description),
        deciders=words.people_of(session, request.team_id, deciders),
        created_at=request.created_at,
        expires_at=request.expires_at,
        decided=words.people_of(session, request.team_id, [last.user_id]) if last else None,
        decided_at=last.decided_at if last else None,
        reason=last.reason if last else "",
        open_until=request.open_until,
        finished_at=request.finished_at,
        note=request.note or "",
        follow_up=desk.follow_up(session, request),
    )


def _version(session: Session, request_id: str) -> int:
    request = requests.get(session, request_id)
    return request.version if request is not None else 0


def _blocks(drawing: Drawing, copy: Card) -> list[views.Block]:
    if copy.audience.startswith("approver"):
        return views.approver_card(drawing.card)
    newest = copy.audience == "news" or not any(other.audience == "news" for other in drawing.copies)
    return views.requester_card(drawing.card) if newest else views.older_card(drawing.card)


def history(session: Session, request: Request) -> list[str]:
    """Return what happened to a request, a line each, oldest first."""
    return [
        f"{when(entry.at)} · {words.happened(entry.name)} · {people_or_keydesk(session, request.team_id, entry.actor)}"
        for entry in record.of_subject(session, request.id)
    ]


def people_or_keydesk(session: Session, team_id: str, actor: str) -> str:
    """Return the name of whoever acted, escaped."""
    return "Keydesk" if actor == audit.KEYDESK else escape(words.people_of(session, team_id, [actor]))
