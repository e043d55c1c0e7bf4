"""An approver sees what was spent lately, and by whom, as far as the figures tell."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot.keys.evidence import evidence
from bot.store import fact_rows, tag_sets
from bot.store.collected import CollectedDay
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, SpendOf
from tests.factories import ANA, PROJECT, add, create_key, key, rows, set_up, small_database
from tests.test_toy_provider import PLAYTHINGS, toy_beside

CLOSED = date(2026, 11, 20)
READ = datetime(2026, 11, 21, 6, tzinfo=UTC)


def spend(database: Database, day: date, **by_key: str) -> None:
    lines = {SpendOf(name, "nova", tag_sets.NO_TAGS, "hosted"): Decimal(each) for name, each in by_key.items()}
    total = sum(lines.values(), Decimal())
    with database.transaction() as session:
        fact_rows.replace(session, PROJECT, {day: DayFacts(lines)})
        session.merge(
            CollectedDay(
                project_id=PROJECT,
                day=day,
                spend_total=total,
                spend_rows=total,
                read_at=READ,
                same_since=READ,
                closed=True,
            )
        )


def told(database: Database, project_id: str = PROJECT) -> dict[str, str]:
    return dict(rows(database, lambda session: evidence(session, create_key(project_id=project_id), ANA)))


def test_spending_and_its_trend_stand_on_the_card(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    assert told(database)["Project, 30 days"] == "– (no figures were read yet)"
    mine = key(1)
    add(database, mine)
    spend(database, CLOSED, **{mine.provider_key_id: "30.40", "other": "9.60"})
    assert told(database)["Requester's keys, 30 days"] == "$30.40, nothing in the 30 days before"
    assert told(database)["Project, 30 days"] == "$40.00; the 30 days before are not known"
    spend(database, CLOSED - timedelta(days=30), **{mine.provider_key_id: "15.20", "other": "64.80"})
    assert told(database) == {
        "Live keys of the requester here": "1",
        "Live keys in the project": "1",
        "Requester's keys, 30 days": "$30.40, ↑ 100 %",
        "Project, 30 days": "$40.00, ↓ 50 %",
        "Last similar request": "none",
    }
    database.close()


def test_no_amount_is_told_of_what_a_provider_tells_no_dollars_of(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    toy_beside(database)
    mine = key(1)
    spend(database, CLOSED, **{mine.provider_key_id: "30.40"})
    add(database, key(2, project_id=PLAYTHINGS, provider="toybox"))
    assert told(database, PLAYTHINGS)["Project, 30 days"] == "– (Toybox does not offer it)"
    assert told(database)["Requester's keys, 30 days"] == "– (Toybox does not offer it)"
    add(database, mine)
    assert told(database)["Requester's keys, 30 days"].startswith("$30.40, ")
    assert told(database)["Requester's keys, 30 days"].endswith(" (without keys at Toybox)")
    database.close()
