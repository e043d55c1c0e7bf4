"""What an owner would have set up before: approvers, channels and durations of a few projects."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.store import projects, schema
from bot.store.database import Database
from bot.store.projects import ProjectSettings
from playground.deepgram.state import State

APPROVERS = ["U0PRIYA0003", "U0SOREN0004"]
CHANNEL = "C0APPROVE02"
SET_UP = 3


def prepare_store(database_url: str, deepgram: State) -> None:
    """Bring the bot's database up to date and set up the first projects; the others keep their defaults."""
    database = Database(database_url)
    schema.upgrade(database)
    now = datetime.now(UTC)
    with database.transaction() as session:
        for project in list(deepgram.projects.values())[:SET_UP]:
            if session.get(ProjectSettings, project.project_id) is None:
                session.add(
                    ProjectSettings(project_id=project.project_id, approvers=APPROVERS, channel=CHANNEL, changed_at=now)
                )
        projects.mirror(session, [(project.project_id, project.name) for project in deepgram.projects.values()], now)
    database.close()
