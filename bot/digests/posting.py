"""How a digest gets to Slack: once, or twice and marked where nobody can know; and how it is brought up to date, once.

A run is claimed before it is posted. Who dies between the claim and Slack's answer, or gets no clear answer, leaves
a message that may stand there: it is posted one more time, saying so, and never a third time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import structlog
from sqlmodel import Session

from bot import audit
from bot.desk.places import CLOSED, LOST
from bot.digests import views
from bot.digests.jobs import is_ready
from bot.digests.reading import Reading
from bot.digests.service import Correction, Digest
from bot.engine.port import Engine, Job
from bot.slack.channels import channel_problem
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear, SlackWeb
from bot.slack.words import escape, fallback_text
from bot.store import digest_runs, digests
from bot.store.database import Database
from bot.store.digest_runs import Run, Told
from bot.store.digests import Subscription

# By the machine's time: longer than a post, with the looks at its place before, may take.
PATIENCE = timedelta(seconds=20)
REPEAT_AFTER = timedelta(seconds=30)
# By the business's time: for how long a digest waits for figures that are just being read, looking how often.
WAITS, LOOKS_AGAIN = timedelta(minutes=2), timedelta(seconds=2)

log = structlog.get_logger()


class PlaceLost(Exception):
    """The digest cannot be shown where it was wanted; the text says why."""


class DigestPosting:
    """Posts runs and completes them; ``web`` gives up within seconds and never waits out a rate limit."""

    def __init__(self, database: Database, engine: Engine, web: SlackWeb, reading: Reading) -> None:
        self._database = database
        self._engine = engine
        self._web = web
        self._reading = reading

    async def post(self, ref: str, now: datetime) -> None:
        """Post a run, unless it was posted or somebody is at it.

        Raises:
            SlackError: it certainly was not posted, and trying again may help.
        """
        told = await self._database.write(partial(_read, run_id=ref, machine_time=datetime.now(UTC)))
        if told is None or told.run.state not in digest_runs.OPEN:
            return
        if told.run.state in ("posting", "repeating"):
            await self._again(ref, "claimed", now + PATIENCE)
            return
        if now < told.run.planned_at + WAITS and await self._reading.comes_soon(told.subscription, told.days):
            await self._again(ref, "figures", now + LOOKS_AGAIN)
            return
        digest = await self._reading.digest(told.subscription, told.days, now)
        if digest.empty and told.subscription.silent_when_empty and told.run.state == "planned":
            await self._be_silent(told, digest)
            return
        try:
            channel = await self._place(told.subscription)
            await self._post(told, channel, digest, now)
        except PlaceLost as lost:
            await self._give_up(told, str(lost), now)

    async def complete(self, ref: str, now: datetime) -> None:
        """Bring a posted run up to date once its figures are final, or once what was missing could be read.

        Raises:
            SlackError: it may not be up to date; trying again helps.
        """
        told = await self._database.read(partial(digest_runs.told, run_id=ref))
        if told is None or told.run.completed_at is not None or told.run.state not in digest_runs.STANDING:
            return
        standing = await self._reading.standing(told.subscription, told.days)
        if not is_ready(told.run, standing):
            return
        digest = await self._reading.digest(told.subscription, told.days, now)
        digest = replace(digest, corrections=_corrections(told.run))  # what was said there stays as it was said
        before = await self._database.read(lambda session: digest_runs.told_by(session, ref))
        change = _change(before, digest.told)
        if change or not told.run.complete or not told.run.final:
            await self._update(told, digest, change)
        values = {"final": digest.final, "complete": not digest.unread}

        def note(session: Session) -> None:
            if digest_runs.brought_up_to_date(session, ref, now, **values):
                digest_runs.tell(session, told.subscription.id, digest.told)

        await self._database.write(note)

    async def _post(self, told: Told, channel: str, digest: Digest, now: datetime) -> None:
        run_id, machine_time = told.run.id, datetime.now(UTC)
        claimed = await self._database.write(lambda session: digest_runs.claim(session, run_id, machine_time))
        if claimed is None:
            return
        again = claimed == "repeating"
        blocks = views.message(told.subscription, told.run.id, digest, again=again)
        try:
            ts = await self._web.post(channel, fallback_text(blocks), blocks)
        except SlackUnclear:
            await self._unclear(run_id, claimed, now)
            return
        except SlackError as problem:
            back = "unclear" if again else "planned"
            await self._database.write(lambda session: digest_runs.move(session, run_id, claimed, back))
            if isinstance(problem, SlackRateLimited):
                await self._again(run_id, "limited", now + timedelta(seconds=problem.retry_after))
                return
            if problem.code in CLOSED:
                raise PlaceLost(f"Slack said {problem.code}.") from problem
            raise
        await self._posted(told, claimed, digest, channel=channel, ts=ts, posted_at=now)
        await self._tell_details(channel, ts, digest)

    async def _posted(self, told: Told, claimed: str, digest: Digest, **where: Any) -> None:
        to = "posted_again" if claimed == "repeating" else "posted"

        def note(session: Session) -> None:
            corrections = [[str(each.day), str(each.change), str(each.total)] for each in digest.corrections]
            shown = {"final": digest.final, "complete": not digest.unread, "corrections": corrections}
            digest_runs.move(session, told.run.id, claimed, to, **where, **shown)
            _tell(session, told, digest)

        await self._database.write(note)

    async def _unclear(self, run_id: str, claimed: str, now: datetime) -> None:
        to = "unclear_again" if claimed == "repeating" else "unclear"
        log.warning("digests.unclear", run=run_id, state=to)
        await self._database.write(lambda session: digest_runs.move(session, run_id, claimed, to))
        if to == "unclear":
            await self._again(run_id, "unclear", now + REPEAT_AFTER)

    async def _tell_details(self, channel: str, ts: str, digest: Digest) -> None:
        """Put the details under the message; the button shows them too, so that a loss costs little."""
        blocks = views.details(digest)
        try:
            await self._web.post(channel, fallback_text(blocks), blocks, thread_ts=ts)
        except SlackError as problem:
            log.warning("digests.no_details", why=problem.code)

    async def _update(self, told: Told, digest: Digest, change: Decimal) -> None:
        """Edit the message, where it may still be shown; one that can never be edited again is let go."""
        again = told.run.state == "posted_again"
        blocks = views.message(told.subscription, told.run.id, digest, again=again, change=change)
        try:
            channel = await self._place(told.subscription)
            if channel == told.run.channel:
                await self._web.update(channel, told.run.ts or "", fallback_text(blocks), blocks)
        except PlaceLost as lost:
            log.warning("digests.not_completed", run=told.run.id, why=str(lost))
        except SlackError as problem:
            if problem.code not in LOST:
                raise
            log.warning("digests.not_completed", run=told.run.id, why=problem.code)

    async def _place(self, subscription: Subscription) -> str:
        """Return where to post.

        Raises:
            PlaceLost: nothing may be shown there.
            SlackError: Slack does not say.
        """
        try:
            if subscription.channel is None:
                return await self._web.open_dm(subscription.owner)
            problem = channel_problem(await self._web.channel(subscription.channel))
        except SlackError as refused:
            if refused.code in CLOSED:
                raise PlaceLost(f"Slack said {refused.code}.") from refused
            raise
        if problem is not None:
            raise PlaceLost(problem)
        return subscription.channel

    async def _give_up(self, told: Told, why: str, now: datetime) -> None:
        """Pause the subscription, and tell its owner once."""
        subscription = told.subscription

        def note(session: Session) -> bool:
            for come in ("planned", "unclear"):
                digest_runs.move(session, told.run.id, come, "failed", note=why)
            paused = digests.pause(session, subscription.id, why)
            if paused:
                team = subscription.team_id
                audit.note(session, audit.KEYDESK, "digests.paused", subscription.id, now, team_id=team, why=why)
            return paused

        if not await self._database.write(note) or subscription.channel is None:
            return
        blocks = views.place_lost(subscription, escape(why))
        try:
            await self._web.post(await self._web.open_dm(subscription.owner), fallback_text(blocks), blocks)
        except SlackError as problem:
            log.warning("digests.owner_not_told", subscription=subscription.id, why=problem.code)

    async def _be_silent(self, told: Told, digest: Digest) -> None:
        def note(session: Session) -> None:
            if digest_runs.move(session, told.run.id, "planned", "silent", final=digest.final, complete=True):
                _tell(session, told, digest)

        await self._database.write(note)

    async def _again(self, run_id: str, key: str, at: datetime) -> None:
        await self._database.write(lambda session: self._engine.later(session, Job("digests.post", run_id, key), at))


def _read(session: Session, run_id: str, machine_time: datetime) -> Told | None:
    digest_runs.give_up_claims(session, run_id, machine_time - PATIENCE)
    return digest_runs.told(session, run_id)


def _tell(session: Session, told: Told, digest: Digest) -> None:
    """Note what people read: of the days themselves, and of those that a correction stood for."""
    digest_runs.tell(session, told.subscription.id, digest.told)
    digest_runs.tell(session, told.subscription.id, {each.day: each.total for each in digest.corrections})


def _corrections(run: Run) -> tuple[Correction, ...]:
    return tuple(
        Correction(date.fromisoformat(day), Decimal(change), Decimal(total)) for day, change, total in run.corrections
    )


def _change(before: Mapping[date, Decimal | None], now: Mapping[date, Decimal | None]) -> Decimal:
    """Return by how much more is told than before; what was unknown before counts as nothing."""
    told, earlier = (sum((each or Decimal() for each in days.values()), Decimal()) for days in (now, before))
    return told - earlier
