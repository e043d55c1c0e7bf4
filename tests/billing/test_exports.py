"""Who takes figures along as a file stands in the record, as the record promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import col, select

from bot.access.access import Access
from bot.access.exports import EXPORTED
from bot.billing.closing import MonthClosing
from bot.billing.month_listeners import SENT, MonthListeners
from bot.slack.call import Call
from bot.slack.files import FileNotSent
from bot.slack.web import SlackError
from bot.store.database import Database
from bot.store.record import Entry
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.doors import exports_of
from tests.factories import ANA, NOON, TEAM, actor, rows, set_up
from tests.fake_slack import FakeSlack
from tests.roles.conftest import role_bench

UPLOAD = "files.getUploadURLExternal"


class Files(FakeSlack):
    """Slack, as far as a file of one person goes."""

    async def read(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer ``files.getUploadURLExternal``."""
        del params
        if method in self.refuses:
            raise self.refuses[method]
        return {"upload_url": "https://files.slack.com/upload/1", "file_id": "F1"}

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Take the bytes."""

    async def write(self, method: str, body: Mapping[str, Any], *, again: bool = False) -> Mapping[str, Any]:
        """Let the file be seen."""
        del method, body, again
        return {"ok": True}


@pytest.fixture
def screen() -> Files:
    return Files()


@pytest.fixture
def listeners(small_store: Database, screen: Files) -> MonthListeners:
    """What answers the buttons of a month."""
    set_up(small_store)
    made, clock = role_bench(small_store, frozenset()), SetClock(NOON)
    exports = exports_of(small_store, screen)
    return MonthListeners(made.desk, small_store, clock, exports, MonthClosing(small_store, clock))


def pressed(database: Database, screen: Files) -> tuple[Call, Access]:
    """Return the press of a month's button, by somebody whom the door let pass."""
    access: Access = rows(database, lambda session: Access.load(session, actor(ANA), None, frozenset(), POLICY))
    return Call("action", "billing.month.csv", TEAM, ANA, {}, screen, screen.post, value="2026-02"), access


async def test_who_takes_a_month_along_as_a_file_stands_in_the_record(
    small_store: Database, listeners: MonthListeners, screen: Files
) -> None:
    assert await listeners.send_csv(*pressed(small_store, screen)) == SENT
    (entry,) = exported(small_store, ANA)
    assert "2026-02" in entry.subject
    assert (entry.detail["file"][-4:], entry.detail["outcome"]) == (".csv", "sent")


async def test_what_slack_does_not_take_stands_there_with_why(
    small_store: Database, listeners: MonthListeners, screen: Files
) -> None:
    screen.refuses[UPLOAD] = SlackError(UPLOAD, "storage_limit_reached")
    with pytest.raises(FileNotSent) as problem:
        await listeners.send_csv(*pressed(small_store, screen))
    assert [entry.detail["outcome"] for entry in exported(small_store, ANA)] == [problem.value.text]


def exported(database: Database, who: str) -> list[Entry]:
    """Return what the record says that this person took along."""
    found: list[Entry] = rows(
        database,
        lambda session: list(session.exec(select(Entry).where(col(Entry.actor) == who, col(Entry.name) == EXPORTED))),
    )
    return found
