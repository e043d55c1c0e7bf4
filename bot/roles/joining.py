"""Who joins a user group that holds Owner: they wait until Owners have seen them, and Owners hear of it once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.desk.service import Desk
from bot.policy import Role
from bot.roles import service
from bot.slack.words import count, listed, user
from bot.store import group_owners, roles
from bot.store.database import Database
from bot.store.roles import WORKSPACE

NAMED = 10


class GroupJoining:
    """Tells the Owners who joined since they saw the people of a group."""

    def __init__(self, database: Database, desk: Desk, team_id: str) -> None:
        self._database = database
        self._desk = desk
        self._team_id = team_id

    async def tell(self, now: datetime) -> None:
        """Write down who joined, and tell every Owner who can act, once."""
        if await self._database.read(
            lambda session: group_owners.is_news(session, self._team_id, self._members(session))
        ):
            await self._database.write(lambda session: self._tell(session, now))

    def _members(self, session: Session) -> Mapping[str, Collection[str]]:
        """Return who is in the groups that hold Owner and is not Owner anyway, whatever becomes of the group."""
        here = self._desk.roles_in(session, self._team_id).as_last_read()
        owning = roles.owning_groups(session, self._team_id)
        return {
            group.group_id: [each for each in group.members if here.in_workspace(each) is not Role.OWNER]
            for group in roles.groups(session, self._team_id, owning)
        }

    def _tell(self, session: Session, now: datetime) -> None:
        """Do it alone: what somebody confirms just then waits no more. While no Owner can hear it, nothing is done."""
        team_id = self._team_id
        roles.alone(session)
        owners = self._desk.policy_context(session, team_id, WORKSPACE).owners
        if not owners:
            return
        for group_id, joined in group_owners.joined(session, team_id, self._members(session)).items():
            audit.note(session, audit.KEYDESK, "roles.joined", group_id, now, team_id=team_id, people=[*joined])
            text = told(service.called(session, team_id, "group", group_id), joined)
            self._desk.inform(session, team_id, owners, text, now)


def told(group: str, joined: Sequence[str]) -> str:
    """Say who joined a group that holds Owner (mrkdwn), and what lets it make them one."""
    more = f" and {count(len(joined) - NAMED, 'other')}" if len(joined) > NAMED else ""
    who = listed(user(user_id) for user_id in joined[:NAMED]) + more
    return (
        f"{who} joined {group}, which holds Owner. That makes nobody Owner yet: to confirm it, give the group Owner "
        "anew with `/keydesk roles set`; its card shows who becomes one."
    )
