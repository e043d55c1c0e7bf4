"""A budget, over the wire: set, crossed, told once, raised by approval, and the keys behind it ended."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlmodel import select

from bot.store.budgets import Alert, Budget
from bot.store.collected import CollectedDay
from bot.store.collections import Collection
from bot.store.keys import Key
from bot.store.projects import Project
from tests.scenarios.people import AMARA, LIWEI, SHARED, SPEECH, words_of
from tests.scenarios.test_month import quiet_but
from tests.waiting import until
from tests.world import World, world


async def test_the_story_of_a_budget(sqlite_url: str) -> None:  # noqa: PLR0915 one story, told in one piece
    async with world(sqlite_url, role="owner", figures=True, history=timedelta(days=20)) as here:
        amara, liwei = await here.page(AMARA), await here.page(LIWEI)
        quiet_but(here, "production")
        await _read_the_last_day(here)
        project = _production(here)

        await amara.types("/keydesk budgets list")
        await amara.reads("No budget is set.")
        await amara.types("/keydesk budgets set")
        await amara.reads_in_window("Dollars a month")
        await amara.fills(what="production", dollars="0.07", channel=SHARED)
        await amara.reads_in_window("It is shared outside this workspace")
        await amara.fills(what="production", dollars="0.01", channel=SPEECH)
        await amara.reads_in_window("You are not in it")
        here.slack.state.workspace.channels[SPEECH].members.append(AMARA)
        await amara.fills(what="production", dollars="0.01", channel=SPEECH)
        await amara.reads_in_window("has a budget of $0.01 a month")
        await amara.closes()
        await amara.reads("the budget is spent")  # what was crossed before is said, and the channel is told once

        budget = _budget(here)
        here.move(hours=3)
        await until(lambda: len(_alerts(here, posted=True)) >= 1)
        assert len([text for text in _messages(here) if "Project production: the budget is spent" in text]) == 1

        await amara.presses("I take care of it", SPEECH)
        await amara.reads("takes care of it")
        await amara.types("/keydesk budgets")
        await amara.reads("heading for")
        await amara.chooses("Project production", "Raise…")
        await amara.reads_in_window("New dollars a month")
        assert "at most two decimals" in str(await amara.fills(dollars="0.015", why="more calls"))
        await amara.fills(dollars="5000", why="more calls in the season")
        await amara.reads_in_window("can approve it")
        await amara.closes()
        await liwei.reads("wants to raise the monthly budget of Project production from $0.01 to $5,000.00")
        await liwei.presses("Approve")
        await until(lambda: _budget(here).dollars == Decimal(5000))
        await amara.reads("Raise a budget · Project production: done")

        await amara.types("/keydesk budgets list")
        await amara.reads("of $5,000.00")
        await amara.chooses("of $5,000.00", "Revoke keys…")
        await amara.presses("Revoke keys…")
        live = _live(here, project) - 1  # without the key that Keydesk itself works with
        await amara.reads_in_window(f"Type {live} to revoke")
        assert f"Type {live}, the number of keys" in str(await amara.fills(number=str(live + 1)))
        assert _live(here, project) == live + 1
        await amara.fills(number=str(live))
        await amara.reads_in_window("can approve it; until then these keys work on")
        assert _live(here, project) == live + 1
        await liwei.reads(f"wants to revoke {live} keys of the project production")
        await liwei.presses("Approve")
        await amara.reads("ended or ending")
        await until(lambda: _live(here, project) == 1)
        assert budget.id == _budget(here).id


async def _read_the_last_day(here: World) -> None:
    """Let the clock come to an hour at which the day before is closed, and wait until its figures were read."""
    await until(lambda: _is_planned(here))
    today = here.clock.now().date() + timedelta(days=1)
    moment = datetime.combine(today, time(1), tzinfo=UTC)
    here.clock.advance(moment - here.clock.now())
    await until(lambda: _was_read(here, today - timedelta(days=1)))


def _is_planned(here: World) -> bool:
    with here.database.reading() as session:
        return session.get(Collection, _production(here)) is not None


def _was_read(here: World, day: date) -> bool:
    with here.database.reading() as session:
        found = session.get(CollectedDay, (day, _production(here)))
    return found is not None and found.closed


def _production(here: World) -> str:
    with here.database.reading() as session:
        return session.exec(select(Project.id).where(Project.name == "production")).one()


def _budget(here: World) -> Budget:
    with here.database.reading() as session:
        return session.exec(select(Budget)).one()


def _alerts(here: World, *, posted: bool) -> list[Alert]:
    with here.database.reading() as session:
        return [alert for alert in session.exec(select(Alert)) if (alert.post == "posted") == posted]


def _live(here: World, project_id: str) -> int:
    with here.database.reading() as session:
        return len(session.exec(select(Key).where(Key.project_id == project_id, Key.state == "live")).all())


def _messages(here: World) -> list[str]:
    return [words_of(each.blocks) for each in here.slack.state.workspace.channels[SPEECH].messages.values()]
