"""Alerts on their way into Slack: each posted once, after an unclear answer at most twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session

from bot.budgets import service, views
from bot.engine.port import Engine, Job
from bot.slack.channels import channel_problem
from bot.slack.web import SlackError, SlackUnclear, SlackWeb
from bot.slack.words import fallback_text
from bot.store import budgets
from bot.store.budgets import Alert
from bot.store.database import Database

PATIENCE = timedelta(seconds=60)
MOST_TRIES = 2
LOST = frozenset({"channel_not_found", "not_in_channel", "is_archived", "user_not_found", "cannot_dm_bot"})

log = structlog.get_logger()


class AlertPosting:
    """Posts alerts; a job of an alert's id."""

    def __init__(self, database: Database, engine: Engine, web: SlackWeb) -> None:
        self._database = database
        self._engine = engine
        self._web = web

    async def post(self, ref: str, now: datetime) -> None:
        """Post an alert, unless it was posted or somebody is at it.

        Raises:
            SlackError: it was certainly not posted, and trying again may help.
        """
        machine_time = datetime.now(UTC)
        mine = await self._database.write(lambda session: budgets.claim(session, ref, machine_time, PATIENCE))
        read = await self._database.read(lambda session: _read(session, ref))
        if read is None or read[0].post != "wanted":
            return
        if not mine:
            await self._again(ref, now)
            return
        await self._post(*read, now)

    async def _post(self, alert: Alert, about: str, budget_id: str, now: datetime) -> None:
        blocks = views.alert(alert, about, budget_id)
        try:
            channel = await self._place(alert)
            ts = await self._web.post(channel, fallback_text(blocks), blocks)
        except SlackUnclear:
            if alert.tries >= MOST_TRIES:  # posted twice perhaps: a third time would be noise
                await self._told(alert, "posted")
            else:
                await self._again(alert.id, now)
        except SlackError as problem:
            if problem.code not in LOST:
                raise
            log.error("budgets.alert_lost", alert=alert.id, place=alert.place, why=problem.code)  # noqa: TRY400 its code says it all
            await self._told(alert, "lost")
        else:
            await self._told(alert, "posted", channel=channel, ts=ts)

    async def _place(self, alert: Alert) -> str:
        """Return the conversation: the channel while it is ours alone, else a person's direct messages."""
        if alert.place.startswith(("U", "W")):
            return await self._web.open_dm(alert.place)
        problem = channel_problem(await self._web.channel(alert.place))
        if problem is None:
            return alert.place
        log.warning("budgets.channel_not_used", channel=alert.place, why=problem)
        return await self._web.open_dm(await self._database.read(lambda session: _fallback(session, alert)))

    async def _told(self, alert: Alert, post: str, **where: str) -> None:
        await self._database.write(lambda session: budgets.told(session, alert.id, post, **where))

    async def _again(self, ref: str, now: datetime) -> None:
        await self._database.write(
            lambda session: self._engine.later(session, Job("budgets.post", ref, "again"), now + PATIENCE)
        )


def _read(session: Session, alert_id: str) -> tuple[Alert, str, str] | None:
    alert = budgets.alert(session, alert_id)
    if alert is None:
        return None
    budget = service.budget_of(session, alert)
    return alert, service.about(session, alert), budget.id if budget is not None else ""


def _fallback(session: Session, alert: Alert) -> str:
    """Return who hears of it where the channel may not: whoever set the budget."""
    budget = service.budget_of(session, alert)
    return budget.set_by if budget is not None else alert.place
