"""Two who set up the same project at once: nobody's choice is overwritten unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.clock import SetClock
from bot.desk.drawing import version_now
from bot.desk.service import Desk
from bot.engine.inline import InlineEngine
from bot.errors import FormError
from bot.projects.operations import ChangeProjectSettings
from bot.projects.settings_change import ProjectSettingsChange
from bot.store import due, projects
from bot.store.database import Database
from tests.factories import LI, NOON, OWNER, PROJECT, SECOND_OWNER, actor, add, request, rows, set_up
from tests.forms import Screen, people_unreadable


def wish(seen: str, **changes: Any) -> ChangeProjectSettings:
    return ChangeProjectSettings(
        **{"project_id": PROJECT, "recommended_days": 30, "most_days": 90, **changes}, seen=seen
    )


def mark(store: Database) -> str:
    shown: str = rows(store, lambda session: projects.settings(session, PROJECT).mark)
    return shown


def change_of(store: Database, clock: SetClock) -> ProjectSettingsChange:
    desk = Desk(store, InlineEngine(store.transaction, due, clock), clock, frozenset({OWNER, SECOND_OWNER}), {})
    return ProjectSettingsChange(desk, store, clock, people_unreadable(store), Screen())


async def test_other_approvers_stand_on_the_cards_that_wait(store: Database) -> None:
    set_up(store, approvers=[LI])
    add(store, request(id="rq1"))
    change = change_of(store, SetClock(NOON))
    for days in (60, 90):  # the first takes the approver away, the second leaves it so
        await change.execute(wish(mark(store), most_days=days, approvers=()), actor(OWNER))
        assert rows(store, lambda session: version_now(session, "rq1")) == 2


async def test_what_somebody_else_saved_since_the_form_was_opened_is_told_first(store: Database) -> None:
    set_up(store, approvers=[LI])
    clock = SetClock(NOON)
    change = change_of(store, clock)
    shown = mark(store)
    await change.execute(wish(shown, most_days=60), actor(SECOND_OWNER))
    clock.move(timedelta(seconds=1))
    with pytest.raises(FormError, match=r"^@sam saved settings .*: 30 days recommended; 60 days at most\. "):
        await change.execute(wish(shown, recommended_days=7, most_days=14), actor(OWNER))
    assert rows(store, lambda session: projects.settings(session, PROJECT).most_days) == 60
    await change.execute(wish(shown, most_days=60), actor(OWNER))
    await change.execute(wish(mark(store), recommended_days=7, most_days=14), actor(OWNER))
    assert rows(store, lambda session: projects.settings(session, PROJECT).most_days) == 14
