"""Who is in Slack's user groups that hold a role: as fresh as a profile, and kept in the store."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.errors import CouldNotCheck
from bot.slack.groups import UserGroup
from bot.slack.web import SlackError
from bot.store import roles
from bot.store.database import Database
from bot.store.roles import GroupRead

FRESH_SECONDS = 60.0

NOT_NOW = (
    "Keydesk could not read this workspace's user groups just now, so nothing changed. Please try again in a minute."
)
NOT_ALLOWED = (
    "Slack does not let Keydesk read this workspace's user groups, so nothing changed. Whoever installed Keydesk can "
    "give it the scope usergroups:read: paste its manifest again at api.slack.com/apps and reinstall the app."
)

ReadGroups = Callable[[], Awaitable[list[UserGroup]]]
"""Reads every user group with its members (``usergroups.list``); raises `SlackError`."""


class Groups:
    """Keeps the stored members of user groups a minute old at most, by the machine's clock."""

    def __init__(self, database: Database, read: ReadGroups, team_id: str) -> None:
        self._database = database
        self._read = read
        self._team_id = team_id
        self._looked: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def keep_fresh(self) -> None:
        """Read the groups if any of them holds a role and the last look is over a minute old.

        Raises:
            CouldNotCheck: Slack did not say; nothing may change.
        """
        if self._is_fresh():
            return
        async with self._one_at_a_time:
            if self._is_fresh():
                return
            looked = time.monotonic()
            if await self._database.read(lambda session: roles.group_holds(session, self._team_id)):
                await self.read_now()
            self._looked = looked

    async def read_now(self) -> list[UserGroup]:
        """Read every group from Slack, keep their members, and return them.

        Raises:
            CouldNotCheck: Slack did not say.
        """
        try:
            found = await self._read()
        except SlackError as problem:
            raise CouldNotCheck(NOT_ALLOWED if problem.code == "missing_scope" else NOT_NOW) from problem
        await self._database.write(lambda session: roles.save_groups(session, self._team_id, self._rows(found)))
        return found

    def _is_fresh(self) -> bool:
        return self._looked is not None and time.monotonic() - self._looked < FRESH_SECONDS

    def _rows(self, found: list[UserGroup]) -> list[GroupRead]:
        now = datetime.now(UTC)
        return [
            GroupRead(
                team_id=self._team_id,
                group_id=group.id,
                handle=group.handle,
                name=group.name,
                members=sorted(group.members),
                read_at=now,
            )
            for group in found
        ]
