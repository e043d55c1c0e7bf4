"""What was chosen in the settings form is never lost, whatever Slack says."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.errors import CouldNotCheck, NotUnderstood
from bot.groups import Groups
from bot.people import People
from bot.projects.listeners import ProjectListeners
from bot.projects.settings_change import ProjectSettingsChange
from bot.providers.deepgram.client import Deepgram
from bot.slack.entering import enter
from bot.slack.routes import Route
from bot.store import projects
from bot.store.database import Database
from tests.doors import door_of, exports_of
from tests.factories import LI, NOON, OWNER, PROJECT, TEAM, bench, set_up
from tests.fake_slack import FakeSlack
from tests.forms import people_unreadable, submitted

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


async def sent(database: Database, people: People) -> FakeSlack:
    """Send the settings form to a door that knows people so, and return what its window shows then."""
    made, screen, deepgram = (
        await bench(database, Deepgram(SecretStr("none"))),
        FakeSlack(),
        Deepgram(SecretStr("none")),
    )
    change = ProjectSettingsChange(made.desk, database, made.clock, people, screen)
    listeners = ProjectListeners(
        made.desk, database, made.engine, made.clock, made.projects, deepgram, exports_of(database, screen), change
    )
    route = listeners.routes().views["projects.settings"]
    assert isinstance(route, Route)
    door = door_of(database, people, made.clock, {OWNER})
    await enter(submitted(OWNER, CHOSEN, screen, metadata=PROJECT), route, door)
    return screen


async def test_settings_come_back_as_they_were_chosen_when_nobody_can_say_who_sent_them(database: Database) -> None:
    screen = await sent(database, people_unreadable(database))
    assert screen.shown["callback_id"] == "projects.settings"
    for chosen in ("could not read your Slack profile", "'initial_value': '13'", f"'initial_users': ['{LI}']"):
        assert chosen in str(screen.shown)
    with database.reading() as session:
        assert projects.settings(session, PROJECT).most_days == projects.MOST_DAYS


async def test_settings_of_a_project_that_is_gone_say_so_whoever_sent_them(database: Database) -> None:
    with database.transaction() as session:
        projects.deleted(session, PROJECT, NOON)
    workspace = FakeSlack()
    known = People(database, workspace.user_profile, TEAM, Groups(database, workspace.user_groups, TEAM))
    with pytest.raises(NotUnderstood, match="This project is no longer there"):
        await sent(database, known)
    with pytest.raises(CouldNotCheck, match="could not read your Slack profile"):
        await sent(database, people_unreadable(database))
