"""Who joins a user group that holds Owner: they wait until Owners have seen them, and Owners hear of it once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.desk.service import Desk
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
        members = await self._database.read(self._members)
        if members:
            await self._database.write(lambda session: self._tell(session, members, now))

    def _members(self, session: Session) -> Mapping[str, Sequence[str]]:
        owning = roles.owning_groups(session, self._team_id)
        return {group.group_id: group.members for group in roles.groups(session, self._team_id, owning)}

    def _tell(self, session: Session, members: Mapping[str, Sequence[str]], now: datetime) -> None:
        team_id = self._team_id
        owners = self._desk.matter(session, team_id, WORKSPACE).owners
        for group_id, joined in group_owners.joined(session, team_id, members).items():
            audit.note(session, audit.KEYDESK, "roles.joined", group_id, now, team_id=team_id, people=[*joined])
            text = told(service.called(session, team_id, "group", group_id), joined)
            self._desk.inform(session, team_id, owners, text, now)


def told(group: str, joined: Sequence[str]) -> str:
    """Say who joined a group that holds Owner (mrkdwn), and what lets it make them one."""
    more = f" and {count(len(joined) - NAMED, 'other')}" if len(joined) > NAMED else ""
    who = listed(user(user_id) for user_id in joined[:NAMED]) + more
    return (
        f"{who} joined {group}, which holds Owner. That makes nobody Owner yet: to confirm it, give the group Owner "
        "anew with `/keydesk roles set`; its card shows everybody who is in it."
    )
