"""How a digest gets to Slack: once, or twice and marked where nobody can know; and how it is brought up to date, once.

A run is claimed before it is posted. Who dies between the claim and Slack's answer, or gets no clear answer, leaves
a message that may stand there: it is posted one more time, saying so, and never a third time. While Slack refuses, one
job for each run tries again every few minutes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import structlog
from sqlmodel import Session

from bot import audit
from bot.digests import views
from bot.digests.jobs import is_ready
from bot.digests.reading import DigestReading
from bot.digests.service import Digest
from bot.digests.snapshot import as_posted, kept
from bot.digests.subscribing import Owe
from bot.engine.port import Engine, Job
from bot.slack.channels import channel_problem
from bot.slack.codes.sentences import Meaning
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear, SlackWeb
from bot.slack.words import fallback_text
from bot.store import digest_runs, digests, people
from bot.store.database import Database
from bot.store.digest_runs import DigestRun, DigestToPost
from bot.store.digests import Subscription

# By the machine's time: longer than a post, with the looks at its place before, may take.
PATIENCE = timedelta(seconds=20)
REPEAT_AFTER = timedelta(seconds=30)
# By the business's time: for how long a digest waits for figures that are just being read, looking how often.
WAITS, LOOKS_AGAIN = timedelta(minutes=2), timedelta(seconds=2)
TRIES_AGAIN = timedelta(minutes=5)  # after Slack refused for a reason that is not the place

log = structlog.get_logger()


class PlaceLost(Exception):
    """The digest cannot be shown where it was wanted; the text says why."""


class DigestPosting:
    """Posts runs and completes them; ``web`` gives up within seconds and never waits out a rate limit."""

    def __init__(self, database: Database, engine: Engine, web: SlackWeb, reading: DigestReading, owe: Owe) -> None:
        self._database = database
        self._engine = engine
        self._web = web
        self._reading = reading
        self._owe = owe

    async def post(self, ref: str, now: datetime) -> None:
        """Post a run, unless it was posted, somebody is at it, or its subscription is no longer active."""
        told = await self._database.write(partial(_read, run_id=ref, machine_time=datetime.now(UTC)))
        if told is None or told.run.state not in digest_runs.OPEN:
            return
        if told.run.state in ("posting", "repeating"):
            await self._again(ref, now + PATIENCE)
            return
        if told.subscription.state != "active":
            why = f"The digest was {told.subscription.state} before this could be posted."
            await self._database.write(lambda session: digest_runs.give_up(session, ref, why))
            return
        if now < told.run.planned_at + WAITS and await self._reading.comes_soon(told.subscription, told.days):
            await self._again(ref, now + LOOKS_AGAIN)
            return
        await self._tell(told, await self._reading.digest(told.subscription, told.days, now), now)

    async def _tell(self, told: DigestToPost, digest: Digest, now: datetime) -> None:
        if digest.empty and told.subscription.silent_when_empty and told.run.state == "planned":
            await self._be_silent(told, digest)
            return
        try:
            channel = await self._place(told.subscription)
            await self._post(told, channel, digest, now)
        except PlaceLost as lost:
            await self._give_up(told, str(lost), now)
        except SlackRateLimited as problem:
            await self._again(told.run.id, now + timedelta(seconds=problem.retry_after))
        except SlackError as problem:
            log.warning("digests.not_posted", run=told.run.id, why=problem.code)
            await self._later(told, problem, now)

    async def _later(self, told: DigestToPost, problem: SlackError, now: datetime) -> None:
        """Try again in a few minutes, while that is worth it; then give this one digest up, and tell its owner."""
        if now < told.run.planned_at + problem.verdict.patience:
            await self._again(told.run.id, now + TRIES_AGAIN)
            return
        log.error("digests.given_up", run=told.run.id, why=problem.code)
        subscription, why = told.subscription, problem.verdict.words

        def give_up(session: Session) -> None:
            digest_runs.give_up(session, told.run.id, why)
            self._owe(session, subscription.team_id, subscription.owner, views.not_posted(subscription, why), now)

        await self._database.write(give_up)

    async def complete(self, ref: str, now: datetime) -> None:
        """Bring a posted run up to date once its figures are final, or once what was missing could be read.

        While Slack refuses, the next round of ``DigestJobs.follow`` comes back to it.
        """
        told = await self._database.read(partial(digest_runs.told, run_id=ref))
        if told is None or told.run.completed_at is not None or told.run.state not in digest_runs.STANDING:
            return
        completeness = await self._reading.completeness(told.subscription, told.days)
        if told.subscription.state == "ended" or not is_ready(told.run, completeness):
            return
        digest = as_posted(await self._reading.digest(told.subscription, told.days, now), told.run.snapshot)
        try:
            await self._bring_up_to_date(told, digest, now)
        except SlackError as problem:
            log.warning("digests.not_edited", run=ref, why=problem.code)

    async def _bring_up_to_date(self, told: DigestToPost, digest: Digest, now: datetime) -> None:
        run_id, subscription_id = told.run.id, told.subscription.id
        before = await self._database.read(lambda session: digest_runs.told_by(session, run_id))
        edited = await self._edit(told, digest, _change(before, digest.told))
        shown = {"final": digest.final, "complete": not digest.unread} if edited else {}
        # What nobody saw is not told: the next digest compares with what stands there, and says the difference.
        read = digest.told if edited else {day: amount or Decimal() for day, amount in before.items()}

        def note(session: Session) -> bool:
            mine = digest_runs.stays_as_it_is(session, run_id, now, **shown)
            if mine:
                digest_runs.tell(session, subscription_id, read)
            return mine

        mine = await self._database.write(note)
        if mine and edited and told.run.details_ts is None:
            await self._tell_details(told.run, told.run.channel or "", told.run.ts or "", digest, updated=True)

    async def _post(self, told: DigestToPost, channel: str, digest: Digest, now: datetime) -> None:
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
            if problem.meaning is Meaning.CLOSED:
                raise PlaceLost(problem.verdict.words) from problem
            raise
        await self._posted(told, claimed, digest, channel=channel, ts=ts, posted_at=now)
        await self._tell_details(told.run, channel, ts, digest)

    async def _posted(self, told: DigestToPost, claimed: str, digest: Digest, **where: Any) -> None:
        to = "posted_again" if claimed == "repeating" else "posted"

        def note(session: Session) -> None:
            shown = {"final": digest.final, "complete": not digest.unread, "snapshot": kept(digest)}
            digest_runs.move(session, told.run.id, claimed, to, **where, **shown)
            _note_told(session, told, digest)

        await self._database.write(note)

    async def _unclear(self, run_id: str, claimed: str, now: datetime) -> None:
        to = "unclear_again" if claimed == "repeating" else "unclear"
        log.warning("digests.unclear", run=run_id, state=to)
        await self._database.write(lambda session: digest_runs.move(session, run_id, claimed, to))
        if to == "unclear":
            await self._again(run_id, now + REPEAT_AFTER)

    async def _tell_details(
        self, run: DigestRun, channel: str, ts: str, digest: Digest, *, updated: bool = False
    ) -> None:
        """Put the details under the message; the button shows them too, so that a loss costs little."""
        blocks = views.details(digest, updated=updated)
        try:
            details_ts = await self._web.post(channel, fallback_text(blocks), blocks, thread_ts=ts)
        except SlackError as problem:
            log.warning("digests.no_details", why=problem.code)
            return
        await self._database.write(lambda session: digest_runs.note_details(session, run.id, details_ts))

    async def _edit(self, told: DigestToPost, digest: Digest, change: Decimal) -> bool:
        """Edit the message, where it may still be shown; False for one that can never be edited again.

        Raises:
            SlackError: it may not be up to date; trying again helps.
        """
        again = told.run.state == "posted_again"
        blocks = views.message(told.subscription, told.run.id, digest, again=again, change=change)
        why = "The digest goes to another place now."
        try:
            channel = await self._place(told.subscription)
            if channel == told.run.channel:
                await self._web.update(channel, told.run.ts or "", fallback_text(blocks), blocks)
                await self._edit_details(told.run, channel, digest)
                return True
        except PlaceLost as lost:
            why = str(lost)
        except SlackError as problem:
            if not problem.final:
                raise
            why = problem.code
        log.warning("digests.not_completed", run=told.run.id, why=why)
        return False

    async def _edit_details(self, run: DigestRun, channel: str, digest: Digest) -> None:
        """Bring the details in the thread up to date, unless they are gone.

        Raises:
            SlackError: they may not be up to date; trying again helps.
        """
        if run.details_ts is None:
            return
        blocks = views.details(digest, updated=True)
        try:
            await self._web.update(channel, run.details_ts, fallback_text(blocks), blocks)
        except SlackError as problem:
            if not problem.final:
                raise
            log.warning("digests.details_lost", run=run.id, why=problem.code)

    async def _place(self, subscription: Subscription) -> str:
        """Return where to post.

        Raises:
            PlaceLost: nothing may be shown there.
            SlackError: Slack does not say.
        """
        try:
            if subscription.channel is None:
                return await self._direct(subscription)
            problem = channel_problem(await self._web.channel(subscription.channel))
        except SlackError as refused:
            if refused.meaning is Meaning.CLOSED:
                raise PlaceLost(refused.verdict.words) from refused
            raise
        if problem is not None:
            raise PlaceLost(problem)
        return subscription.channel

    async def _direct(self, subscription: Subscription) -> str:
        """Return the direct messages of the owner, who may have become a guest since."""
        wanted = (subscription.team_id, subscription.owner)
        owner = await self._database.read(lambda session: people.get(session, *wanted))
        if owner is None or owner.standing != "member":
            raise PlaceLost("Digests are for full members of this workspace only.")
        return await self._web.open_dm(subscription.owner)

    async def _give_up(self, told: DigestToPost, why: str, now: datetime) -> None:
        """Pause the subscription, and owe its owner one word of it."""
        subscription, team_id = told.subscription, told.subscription.team_id

        def note(session: Session) -> None:
            digest_runs.give_up(session, told.run.id, why)
            if not digests.pause(session, subscription.id, why):
                return
            audit.note(session, audit.KEYDESK, "digests.paused", subscription.id, now, team_id=team_id, why=why)
            self._owe(session, team_id, subscription.owner, views.place_lost(subscription, why), now)

        await self._database.write(note)

    async def _be_silent(self, told: DigestToPost, digest: Digest) -> None:
        def note(session: Session) -> None:
            if digest_runs.move(session, told.run.id, "planned", "silent", final=digest.final, complete=True):
                _note_told(session, told, digest)

        await self._database.write(note)

    async def _again(self, run_id: str, at: datetime) -> None:
        """Come back to a run; whoever wants that too only changes when."""
        again = Job("digests.post", run_id, "again")
        await self._database.write(lambda session: self._engine.later(session, again, at))


def _read(session: Session, run_id: str, machine_time: datetime) -> DigestToPost | None:
    digest_runs.give_up_claims(session, run_id, machine_time - PATIENCE)
    return digest_runs.told(session, run_id)


def _note_told(session: Session, told: DigestToPost, digest: Digest) -> None:
    """Note what people read: of the days themselves, and of those that a correction stood for."""
    digest_runs.tell(session, told.subscription.id, digest.told)
    digest_runs.tell(session, told.subscription.id, {each.day: each.total for each in digest.snapshot.corrections})


def _change(before: Mapping[date, Decimal | None], now: Mapping[date, Decimal | None]) -> Decimal:
    """Return by how much more is told than before; what was unknown before counts as nothing."""
    told, earlier = (sum((each or Decimal() for each in days.values()), Decimal()) for days in (now, before))
    return told - earlier
