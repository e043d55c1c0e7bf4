"""Times are aware UTC on the way in and on the way out, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect
from sqlalchemy.exc import StatementError

from bot.store.columns import UTCDateTime
from bot.store.database import Database
from bot.store.requests import Request
from tests.factories import add, request

DIALECT = sqlite_dialect()


@given(st.datetimes(timezones=st.timezones()))
def test_any_moment_comes_back_as_the_same_moment_in_utc(moment: datetime) -> None:
    stored = UTCDateTime().process_bind_param(moment, DIALECT)
    assert stored is not None
    read = UTCDateTime().process_result_value(stored.replace(tzinfo=None), DIALECT)
    assert read is not None
    assert (read, read.utcoffset()) == (moment.astimezone(UTC), timedelta())


@given(st.datetimes())
def test_a_naive_time_is_refused(moment: datetime) -> None:
    with pytest.raises(ValueError, match="without a zone"):
        UTCDateTime().process_bind_param(moment, DIALECT)


def test_no_time_stays_no_time() -> None:
    assert UTCDateTime().process_bind_param(None, DIALECT) is None
    assert UTCDateTime().process_result_value(None, DIALECT) is None


def test_both_databases_give_back_utc(store: Database) -> None:
    for zone in (UTC, timezone(timedelta(hours=5, minutes=45)), ZoneInfo("America/St_Johns")):
        moment = datetime(2026, 3, 9, 2, 30, 15, 123456, tzinfo=zone)
        request_id = f"rq{zone}"
        add(store, request(id=request_id, created_at=moment))
        with store.reading() as session:
            found = session.get(Request, request_id)
        assert found is not None
        assert (found.created_at, found.created_at.tzinfo) == (moment, UTC)


def test_both_databases_refuse_a_naive_time(store: Database) -> None:
    naive = datetime(2026, 3, 8, 2, 30)  # noqa: DTZ001 this is what must be refused
    with pytest.raises(StatementError, match="without a zone"):
        add(store, request(created_at=naive))
