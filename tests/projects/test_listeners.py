"""What was chosen in the settings form is never lost, whatever Slack says."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.projects.listeners import ProjectListeners
from bot.projects.settings_change import ProjectSettingsChange
from bot.providers.deepgram.client import Deepgram
from bot.slack.entering import enter
from bot.slack.routes import Route
from bot.store import projects
from bot.store.database import Database
from tests.doors import door_of, exports_of
from tests.factories import LI, OWNER, PROJECT, bench, set_up
from tests.forms import Screen, people_unreadable, submitted

CHOSEN = {
    "approvers": {"approvers": {"selected_users": [LI]}},
    "channel": {"channel": {"selected_conversation": None}},
    "recommended_days": {"recommended_days": {"value": "5"}},
    "most_days": {"most_days": {"value": "13"}},
}


@pytest.fixture
def database(small_store: Database) -> Database:
    set_up(small_store)
    return small_store


async def test_settings_come_back_as_they_were_chosen_when_nobody_can_say_who_sent_them(database: Database) -> None:
    made, screen = await bench(database, Deepgram(SecretStr("none"))), Screen()
    people = people_unreadable(database)
    deepgram = Deepgram(SecretStr("none"))
    change = ProjectSettingsChange(made.desk, database, made.clock, people, screen)
    listeners = ProjectListeners(
        made.desk, database, made.engine, made.clock, made.projects, deepgram, exports_of(database, screen), change
    )
    route = listeners.door().views["projects.settings"]
    assert isinstance(route, Route)
    door = door_of(database, people, made.clock, {OWNER})
    await enter(submitted(OWNER, CHOSEN, screen, metadata=PROJECT), route, door)
    assert screen.shown["callback_id"] == "projects.settings"
    for chosen in ("could not read your Slack profile", "'initial_value': '13'", f"'initial_users': ['{LI}']"):
        assert chosen in str(screen.shown)
    with database.reading() as session:
        assert projects.settings(session, PROJECT).most_days == projects.MOST_DAYS
