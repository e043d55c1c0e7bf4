"""What an owner would have set up before: approvers, channels and durations of a few projects, and customers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bot.store import customers, projects, schema
from bot.store.customers import Customer
from bot.store.database import Database
from bot.store.projects import ProjectSettings
from playground.deepgram.state import State
from playground.slack.seed import OWNERS, TEAM_ID

APPROVERS = ["U0PRIYA0003", "U0SOREN0004"]
CHANNEL = "C0APPROVE02"
SET_UP = 3
FRUIT = {"apple": ("Apple", "20"), "banana": ("Banana", "12.5"), "pear": ("Pear", None)}  # tag: name and markup in %


def prepare_store(database_url: str, deepgram: State) -> None:
    """Bring the bot's database up to date and set up the first projects; the others keep their defaults."""
    database = Database(database_url)
    schema.upgrade(database)
    now = deepgram.now()
    with database.transaction() as session:
        for project in list(deepgram.projects.values())[:SET_UP]:
            if session.get(ProjectSettings, project.project_id) is None:
                session.add(
                    ProjectSettings(project_id=project.project_id, approvers=APPROVERS, channel=CHANNEL, changed_at=now)
                )
        for tag, (name, markup) in FRUIT.items():
            if customers.get(session, TEAM_ID, tag) is None:
                session.add(_customer(tag, name, Decimal(markup) if markup else None, now))
        projects.mirror(session, [(project.project_id, project.name) for project in deepgram.projects.values()], now)
    database.close()


def _customer(tag: str, name: str, markup: Decimal | None, now: datetime) -> Customer:
    contact = f"accounts@{tag}.example"
    return Customer(
        team_id=TEAM_ID, tag=tag, name=name, contact=contact, markup=markup, added_by=OWNERS[0], added_at=now
    )
