"""Alerts on their way into Slack: each posted once, after an unclear answer at most twice.

An alert whose place is closed goes to a person: to whoever set the budget, else to an approver, else to an owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session

from bot.budgets import service, views
from bot.budgets.ways import Ways, of_alert
from bot.engine.port import Engine, Job
from bot.policy import PolicyContext
from bot.slack.channels import channel_problem
from bot.slack.web import SlackError, SlackUnclear, SlackWeb
from bot.slack.words import fallback_text
from bot.store import budgets, people
from bot.store.budgets import Alert
from bot.store.database import Database

PATIENCE = timedelta(seconds=60)
MOST_TRIES = 2

ContextOf = Callable[[Session, str, str], PolicyContext]
"""Says who approves in a project of a workspace, and who owns it (``Desk.policy_context``)."""

log = structlog.get_logger()


@dataclass(frozen=True)
class AlertToPost:
    """An alert, what it is about, its budget's id or "", what can be done about that, and where it may go, in order."""

    alert: Alert
    about: str
    budget_id: str
    ways: Ways
    places: tuple[str, ...]


class AlertPosting:
    """Posts alerts; a job of an alert's id."""

    def __init__(self, database: Database, engine: Engine, web: SlackWeb, context: ContextOf) -> None:
        self._database = database
        self._engine = engine
        self._web = web
        self._context = context

    async def post(self, ref: str, now: datetime) -> None:
        """Post an alert, unless it was posted or somebody is at it."""
        machine_time = datetime.now(UTC)
        mine = await self._database.write(lambda session: budgets.claim(session, ref, machine_time, PATIENCE))
        told = await self._database.read(lambda session: self._read(session, ref))
        if told is None or told.alert.post != "wanted":
            return
        if not mine:
            await self._again(ref, now)
        elif told.alert.tries > MOST_TRIES:  # posted twice perhaps: a third time would be noise
            await self._note(ref, "posted")
        else:
            await self._post(told, now)

    async def _post(self, told: AlertToPost, now: datetime) -> None:
        try:
            for place in told.places:
                if await self._posted(told, place):
                    return
        except SlackUnclear:
            await self._again(told.alert.id, now)
        except SlackError as problem:
            log.warning("budgets.alert_not_posted", alert=told.alert.id, why=problem.code)
            await self._later(told, problem, now)
        else:
            log.error("budgets.alert_lost", alert=told.alert.id, places=told.places)
            await self._note(told.alert.id, "lost")

    async def _later(self, told: AlertToPost, problem: SlackError, now: datetime) -> None:
        """Try again in a minute, while that is worth it."""
        if now >= told.alert.raised_at + problem.verdict.patience:
            log.error("budgets.alert_given_up", alert=told.alert.id, why=problem.code)
            await self._note(told.alert.id, "lost")
            return
        await self._database.write(lambda session: budgets.give_back(session, told.alert.id))
        await self._again(told.alert.id, now)

    async def _posted(self, told: AlertToPost, place: str) -> bool:
        """Post in one place; False where that is closed to it, or does not take it.

        Raises:
            SlackUnclear: it may stand there.
            SlackError: it certainly was not posted, and trying again may help.
        """
        blocks = views.alert(told.alert, told.about, told.budget_id, told.ways)
        try:
            channel = await self._conversation(place)
            ts = await self._web.post(channel, fallback_text(blocks), blocks) if channel is not None else None
        except SlackError as problem:
            if not problem.final:
                raise
            log.warning("budgets.place_closed", alert=told.alert.id, place=place, why=problem.code)
            return False
        if channel is None or ts is None:
            return False
        await self._note(told.alert.id, "posted", channel=channel, ts=ts)
        return True

    async def _conversation(self, place: str) -> str | None:
        """Return the channel while it is ours alone, or a person's direct messages; None where nothing may be shown."""
        if _is_person(place):
            return await self._web.open_dm(place)
        problem = channel_problem(await self._web.channel(place))
        if problem is not None:
            log.warning("budgets.channel_not_used", channel=place, why=problem)
        return place if problem is None else None

    def _read(self, session: Session, alert_id: str) -> AlertToPost | None:
        alert = budgets.alert(session, alert_id)
        if alert is None:
            return None
        budget = service.budget_of(session, alert)
        context = self._context(session, alert.team_id, alert.project_id)
        setter = [budget.set_by] if budget is not None else []
        wanted = dict.fromkeys((alert.place, *setter, *sorted(context.approvers), *sorted(context.owners)))
        gone = people.unable(session, alert.team_id, wanted)
        places = tuple(place for place in wanted if place not in gone)
        budget_id, ways = budget.id if budget is not None else "", of_alert(session, alert, budget)
        return AlertToPost(alert, service.about(session, alert), budget_id, ways, places)

    async def _note(self, alert_id: str, post: str, **where: str) -> None:
        await self._database.write(lambda session: budgets.told(session, alert_id, post, **where))

    async def _again(self, ref: str, now: datetime) -> None:
        await self._database.write(
            lambda session: self._engine.later(session, Job("budgets.post", ref, "again"), now + PATIENCE)
        )


def _is_person(place: str) -> bool:
    return place.startswith(("U", "W"))
