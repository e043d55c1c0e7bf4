"""Who takes figures along as a file stands in the record, as the record promises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlmodel import col, select

from bot.access.access import Access
from bot.billing.closing import MonthClosing
from bot.billing.month_listeners import SENT, MonthListeners
from bot.clock import SetClock
from bot.slack.call import Call
from bot.store.database import Database
from bot.store.record import Entry
from tests.desk.conversations import Conversations
from tests.factories import ANA, NOON, TEAM, actor, rows, set_up
from tests.roles.conftest import role_bench


class Files(Conversations):
    """Slack, as far as a file of one person goes."""

    async def read(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer ``files.getUploadURLExternal``."""
        del method, params
        return {"upload_url": "https://files.slack.com/upload/1", "file_id": "F1"}

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Take the bytes."""

    async def write(self, method: str, body: Mapping[str, Any], *, again: bool = False) -> Mapping[str, Any]:
        """Let the file be seen."""
        del method, body, again
        return {"ok": True}


@pytest.fixture
def listeners(small_store: Database) -> MonthListeners:
    """What answers the buttons of a month."""
    set_up(small_store)
    made, clock = role_bench(small_store, frozenset()), SetClock(NOON)
    return MonthListeners(made.desk, small_store, clock, Files(), MonthClosing(small_store, clock))


@pytest.mark.xfail(
    strict=True, raises=LookupError, reason="row 27: exports are not recorded; one place writes them in the house"
)
async def test_who_takes_a_month_along_as_a_file_stands_in_the_record(
    small_store: Database, listeners: MonthListeners
) -> None:
    screen = Files()
    call = Call("action", "billing.month.csv", TEAM, ANA, {}, screen, screen.post, value="2026-02")
    access = rows(small_store, lambda session: Access.load(session, actor(ANA), None, frozenset()))
    assert await listeners.send_csv(call, access) == SENT
    entry = one_of(small_store, ANA)
    assert "2026-02" in f"{entry.subject} {entry.detail}"
    assert "csv" in str(entry.detail)


def one_of(database: Database, who: str) -> Entry:
    """Return the one entry of this person; `LookupError` where the record has none."""
    found: list[Entry] = rows(
        database, lambda session: list(session.exec(select(Entry).where(col(Entry.actor) == who)))
    )
    if len(found) != 1:
        raise LookupError(f"{len(found)} entries")
    return found[0]
