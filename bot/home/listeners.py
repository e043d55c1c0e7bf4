"""App Home, and `/keydesk status`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from importlib.metadata import version

import structlog

from bot.access.access import Access
from bot.access.places import workspace
from bot.clock import Clock
from bot.desk.service import Desk
from bot.errors import CouldNotCheck, NotAllowed
from bot.home import service, views
from bot.home.status import Status, credential, permissions
from bot.operation import Actor
from bot.people import People
from bot.providers.provider import Provider
from bot.room import Quick
from bot.slack import blocks
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from bot.slack.routes import MEMBER, Admit, Route
from bot.slack.web import SlackError, SlackWeb
from bot.slack.words import count
from bot.store import people as people_rows
from bot.store.database import Database

OPEN_FOR = timedelta(hours=8)

log = structlog.get_logger()


class HomeListeners:
    """Publishes each person's page when they open it, and when something on it changes."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        people: People,
        clock: Clock,
        web: SlackWeb,
        status: Status,
        provider: Provider,
        quick: Sequence[Quick],
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._web = web
        self._status = status
        self._provider = provider
        self._quick = quick

    def routes(self) -> Routes:
        """Return what this room answers to."""
        status = Route(self.status, "keydesk.status", workspace)
        opened = Route(self.opened, MEMBER, workspace, late=True)
        return Routes(
            commands=(Command("status", "", status, "", "how Keydesk itself is doing"),),
            actions={"home.refresh": opened},
            events={"app_home_opened": opened, "user_change": self.changed},
        )

    async def opened(self, call: Call, admit: Admit) -> None:
        """Publish the page of whoever opened it; a refusal stands on it, too."""
        if call.kind == "event" and call.payload.get("tab", "home") != "home":
            return
        try:
            access: Access = await admit()
        except (NotAllowed, CouldNotCheck) as refusal:
            await self._web.publish_home(call.user_id, blocks.home([blocks.section(blocks.plain(refusal.text))]))
            return
        await self._publish(access.actor)

    async def changed(self, call: Call) -> None:
        """Note the new profile of somebody; a deactivated approver stops counting now, not within the hour."""
        user = call.payload.get("user")
        if isinstance(user, dict) and user.get("id"):
            await self._people.changed(call.team_id, user)

    async def status(self, _call: Call, access: Access) -> list[blocks.Block]:
        """Say how Keydesk is doing."""
        found, problem = await credential(self._provider)
        lines = [problem]
        if found is not None:
            role = found.role or "unknown"
            lines = [f"role {role}, {count(found.projects, 'project')} visible", *permissions(found)]
        return views.status(await self._status.checks(), lines, access.vendors, version("keydesk"))

    async def follow(self, team_id: str, user_ids: frozenset[str]) -> None:
        """Publish again for those of these people who have their page open."""
        since = self._clock.now() - OPEN_FOR
        present = await self._database.read(lambda session: people_rows.at_home(session, team_id, since))
        for user_id in user_ids.intersection(present):
            await self._follow(Actor(team_id, user_id))

    async def refreshed(self, ref: str, now: datetime) -> None:
        """Publish again for one person (``ref`` is a user id), if they have their page open; a job for all rooms."""
        found = await self._database.read(lambda session: people_rows.who_is_home(session, ref, now - OPEN_FOR))
        for person in found:
            await self._follow(Actor(person.team_id, person.user_id, person.name, person.tz))

    async def _follow(self, actor: Actor) -> None:
        try:
            await self._publish(actor)
        except SlackError as problem:
            log.warning("home.not_published", code=problem.code)

    async def _publish(self, actor: Actor) -> None:
        now = self._clock.now()
        page = await self._database.read(lambda session: service.read(session, self._desk, actor, now, self._quick))
        await self._web.publish_home(actor.user_id, views.home(page))
        await self._database.write(lambda session: people_rows.saw_home(session, actor.team_id, actor.user_id, now))
