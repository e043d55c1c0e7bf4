"""Who is in Slack's user groups that hold a role: as fresh as a profile, and kept in the store.

A workspace may have no groups at all, or not tell who is in them. Then only what a group gives is refused, once it was
last read too long ago (`bot.store.roles.GROUPS_BELIEVED`); nobody else notices.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from sqlmodel import Session

from bot.errors import CouldNotCheck
from bot.slack.codes.sentences import Meaning
from bot.slack.codes.verdict import judge
from bot.slack.groups import UserGroup
from bot.slack.throttle import in_words, seconds_of
from bot.slack.web import SlackError, SlackRateLimited
from bot.slack.words import count, listed
from bot.store import roles
from bot.store.database import Database
from bot.store.roles import GroupRead

FRESH_SECONDS = 60.0
READ_SECONDS = 4.0
AGAIN_SECONDS = 60.0
PLAN_SECONDS = 900.0
NO_GROUPS = "plan_upgrade_required"
"""Slack's answer of a plan without user groups (docs.slack.dev/reference/methods/usergroups.list)."""

NOT_NOW = "Keydesk could not read this workspace's user groups just now, so nothing changed. Try again in {wait}."
NOT_ALLOWED = (
    "Slack does not let Keydesk read this workspace's user groups, so nothing changed. Whoever installed Keydesk can "
    "give it the scope usergroups:read: paste its manifest again at api.slack.com/apps and reinstall the app."
)
NOT_ON_THIS_PLAN = "This workspace's Slack plan has no user groups, so roles are given to people. Nothing changed."
NONE_TO_CHOOSE = "This workspace's Slack plan has no user groups: roles are given to people."
LATER_TO_CHOOSE = "User groups as Keydesk last read them: Slack does not tell them just now ({code})."

log = structlog.get_logger()

ReadGroups = Callable[[], Awaitable[list[UserGroup]]]
"""Reads every user group with its members (``usergroups.list``); raises `SlackError`."""


@dataclass(frozen=True)
class GroupTrouble:
    """Why Slack did not tell the groups, and until when (by the monotonic clock) nobody asks again."""

    code: str
    until: float

    @property
    def waits(self) -> bool:
        """Whether it is too early to ask again."""
        return time.monotonic() < self.until

    @property
    def text(self) -> str:
        """Say it to whoever needs the groups now."""
        fixed = {NO_GROUPS: NOT_ON_THIS_PLAN, "missing_scope": NOT_ALLOWED}
        if self.code in fixed:
            return fixed[self.code]
        verdict = judge("usergroups.list", self.code)
        if verdict.meaning in (Meaning.DEAD, Meaning.THEIRS, Meaning.OURS):  # no waiting mends it
            return f"Keydesk could not read this workspace's user groups, so nothing changed. {verdict.words}"
        return NOT_NOW.format(wait=self.wait)

    @property
    def remark(self) -> str:
        """Say in a form why no group, or an old list of them, can be chosen."""
        return NONE_TO_CHOOSE if self.code == NO_GROUPS else LATER_TO_CHOOSE.format(code=self.code)

    @property
    def wait(self) -> str:
        """Say how long it is until Slack is asked again."""
        return in_words(self.until - time.monotonic())


class Groups:
    """Keeps the stored members of user groups a minute old at most, by the machine's clock.

    One question at a time; a failure is remembered for as long as Slack says (``Retry-After``), else for a minute.
    """

    def __init__(self, database: Database, read: ReadGroups, team_id: str) -> None:
        self._database = database
        self._read = read
        self._team_id = team_id
        self._looked: float | None = None
        self._trouble: GroupTrouble | None = None
        self._one_at_a_time = asyncio.Lock()

    async def keep_fresh(self) -> None:
        """Read the groups if any of them holds a role and the last look is over a minute old.

        Nobody is refused where Slack does not tell them: they stay as last read, and stop giving power in time.
        """
        if self._is_settled():
            return
        async with self._one_at_a_time:
            if self._is_settled():
                return
            if await self._database.read(lambda session: roles.holding_groups(session, self._team_id)):
                await self._ask()
            else:
                self._looked = time.monotonic()

    async def read_now(self) -> list[UserGroup]:
        """Read every group from Slack, keep their members, and return them.

        Raises:
            CouldNotCheck: Slack did not say, now or a moment ago; the text says when it is worth another try.
        """
        found = await self._found()
        if isinstance(found, GroupTrouble):
            raise CouldNotCheck(found.text)
        return found

    async def offered(self) -> str:
        """Have the groups read for a form in which one can be chosen; return what the form must say of them, or ""."""
        found = await self._found()
        return found.remark if isinstance(found, GroupTrouble) else ""

    async def report(self) -> tuple[bool, str]:
        """Tell whether everybody has what groups give, and in words how it stands; Slack is not asked."""
        holding = await self._database.read(self._holding)
        return report(self._trouble, *holding)

    def _holding(self, session: Session) -> tuple[list[str], list[str]]:
        """Return the groups that hold a role, and the handles of those that give no power now."""
        holding, now = roles.holding_groups(session, self._team_id), datetime.now(UTC)
        kept = roles.groups(session, self._team_id, holding)
        return holding, [f"@{group.handle}" for group in kept if not group.is_believed(now)]

    async def _found(self) -> list[UserGroup] | GroupTrouble:
        async with self._one_at_a_time:
            return self._trouble if self._trouble is not None and self._trouble.waits else await self._ask()

    async def _ask(self) -> list[UserGroup] | GroupTrouble:
        looked = time.monotonic()
        try:
            async with asyncio.timeout(READ_SECONDS):
                found = await self._read()
        except (SlackError, TimeoutError) as problem:
            return self._remember(problem)
        await self._database.write(lambda session: self._keep(session, found))
        self._looked, self._trouble = looked, None
        return found

    def _remember(self, problem: SlackError | TimeoutError) -> GroupTrouble:
        trouble = trouble_of(problem)
        if self._trouble is None or self._trouble.code != trouble.code:  # said once, not at each click
            log.warning("groups.not_read", code=trouble.code)
        self._trouble = trouble
        return trouble

    def _is_settled(self) -> bool:
        fresh = self._looked is not None and time.monotonic() - self._looked < FRESH_SECONDS
        return fresh or (self._trouble is not None and self._trouble.waits)

    def _keep(self, session: Session, found: list[UserGroup]) -> None:
        now = datetime.now(UTC)
        rows = [
            GroupRead(
                team_id=self._team_id,
                group_id=group.id,
                handle=group.handle,
                name=group.name,
                members=sorted(group.members),
                read_at=now,
            )
            for group in found
            if group.members is not None
        ]
        untold = [group.id for group in found if group.members is None]
        roles.save_groups(session, self._team_id, rows, untold, now)


def trouble_of(problem: SlackError | TimeoutError) -> GroupTrouble:
    """Return what is remembered of a failed reading: Slack's own waiting time counts where it names one."""
    code = problem.code if isinstance(problem, SlackError) else "timeout"
    seconds = PLAN_SECONDS if code == NO_GROUPS else AGAIN_SECONDS
    if isinstance(problem, SlackRateLimited):
        seconds = seconds_of(problem)
    return GroupTrouble(code, time.monotonic() + seconds)


def report(trouble: GroupTrouble | None, holding: Collection[str], late: Collection[str]) -> tuple[bool, str]:
    """Say how it stands: ``holding`` are the groups with a role, ``late`` those of them that give no power now."""
    held = f"{count(len(holding), 'group')} with a role"
    if trouble is None:
        return not late, f"{held}; not read for a while: {listed(late)}" if late else held
    if trouble.code == NO_GROUPS:
        mend = f", yet there is {held}: give it to people (/keydesk roles set)" if holding else ": roles go to people"
        return not holding, f"this workspace's Slack plan has none{mend}"
    withheld = f"; what {listed(late)} gives is withheld until then" if late else ""
    return not holding, f"Slack does not tell who is in them ({trouble.code}); asked again in {trouble.wait}{withheld}"
