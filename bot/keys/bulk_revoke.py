"""Many keys end at once: a job that goes on where a process left it, and tells its asker in the end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from bot.clock import Clock
from bot.engine.port import Engine, Job
from bot.errors import BotError, CouldNotCheck, RateLimited, Unavailable
from bot.keys.ending import KeyEnding
from bot.keys.operations import EndKey, EndKeys
from bot.operation import Actor
from bot.slack.web import SlackWeb
from bot.slack.words import code, count, cut, escape, when
from bot.store import bulk_revokes, keys
from bot.store.bulk_revokes import BulkRevoke
from bot.store.database import Database
from bot.store.keys import Key

AT_ONCE = 3  # calls; an account takes four at a time, and one is left to people who wait
PASSING = (CouldNotCheck, RateLimited, Unavailable)
TRY_AGAIN = timedelta(minutes=1)
PATIENCE = timedelta(minutes=10)  # with trouble that passes, before it is told
YOU_ARE_TOLD = "You are told in a direct message what became of them; this window may be closed."
PROBLEMS_SHOWN = 40
PROBLEM_SHOWN = 200

Problem = tuple[Key, BotError]

log = structlog.get_logger()


class KeyBulkRevoke:
    """Carries out bulk revokes; what has ended already is not ended again, so that a job may come twice."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, ending: KeyEnding, web: SlackWeb) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._ending = ending
        self._web = web

    async def begin(self, operation: EndKeys, actor: Actor) -> str:
        """Let the keys be ended by a job: however many they are, and whatever happens to this process."""
        await self._database.write(lambda session: self._keep(session, operation, actor))
        return f"Revoking {count(len(operation.key_ids), 'key')}… {YOU_ARE_TOLD}"

    def _keep(self, session: Session, operation: EndKeys, actor: Actor) -> None:
        wish = BulkRevoke(
            id=operation.form,
            team_id=actor.team_id,
            asked_by=actor.user_id,
            key_ids=list(operation.key_ids),
            asked_at=self._clock.now(),
        )
        bulk_revokes.ask(session, wish)
        self._engine.enqueue(session, Job("keys.bulk_revoke", wish.id), wish.asked_at)

    async def carry_out(self, ref: str, now: datetime) -> None:
        """End every key of the bulk revoke ``ref``; each end is recorded like one that was asked for alone."""
        bulk_revoke = await self._database.read(lambda session: bulk_revokes.get(session, ref))
        if bulk_revoke is None or bulk_revoke.finished_at is not None:
            return
        problems = await self._end_all(bulk_revoke)
        passing = any(isinstance(problem, PASSING) for _, problem in problems)
        if passing and now - bulk_revoke.asked_at < PATIENCE:
            log.warning("keys.bulk_revoke.trouble", bulk_revoke=ref, keys=len(problems))
            again = Job("keys.bulk_revoke", ref)
            await self._database.write(lambda session: self._engine.later(session, again, now + TRY_AGAIN))
            return
        text = outcome(len(bulk_revoke.key_ids), problems)
        await self._database.write(partial(self._finish, ref=ref, text=text, now=now))

    async def tell(self, ref: str, now: datetime) -> None:
        """Tell whoever asked what became of it."""
        del now
        bulk_revoke = await self._database.read(lambda session: bulk_revokes.get(session, ref))
        if bulk_revoke is not None and bulk_revoke.text is not None:
            text = f"About the keys that you revoked together {when(bulk_revoke.asked_at)}: {bulk_revoke.text}"
            await self._web.post(await self._web.open_dm(bulk_revoke.asked_by), text)

    async def _end_all(self, bulk_revoke: BulkRevoke) -> list[Problem]:
        actor, slots = Actor(bulk_revoke.team_id, bulk_revoke.asked_by), asyncio.Semaphore(AT_ONCE)

        async def end(key: Key) -> Problem | None:
            async with slots:
                try:
                    await self._ending.by_person(EndKey(project_id=key.project_id, key_id=key.id), actor)
                except BotError as problem:
                    return key, problem
            return None

        wanted = await self._database.read(lambda session: keys.by_ids(session, bulk_revoke.key_ids))
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(end(key)) for key in wanted]
        return [problem for problem in (task.result() for task in tasks) if problem is not None]

    def _finish(self, session: Session, ref: str, text: str, now: datetime) -> None:
        if bulk_revokes.finish(session, ref, now, text):
            self._engine.enqueue(session, Job("keys.tell_bulk_revoke", ref), now)


def outcome(asked: int, problems: Sequence[Problem]) -> str:
    """Say, in mrkdwn, how many keys have ended, and which have not and why."""
    ended = asked - len(problems)
    told = f"{count(ended, 'key')} of {asked} {'is' if ended == 1 else 'are'} ended or ending."
    lines = [
        f"• {code(key.label)}: {escape(cut(problem.text, PROBLEM_SHOWN))}" for key, problem in problems[:PROBLEMS_SHOWN]
    ]
    left = len(problems) - len(lines)
    return "\n".join([told, *lines, *([f"… and {left} more that did not end"] if left else [])])
