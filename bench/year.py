"""Questions over a year of a thousand projects of twenty keys each, answered from the store."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import insert, text, true
from sqlmodel import Session, SQLModel

from bench import asking
from bench.table import Row
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.store import collected, facts, rollups, schema
from bot.store.columns import FIRST_PROVIDER
from bot.store.customers import Customer
from bot.store.database import Database
from bot.store.fact_rows import DOLLARS, MEASURES, SPEND, SPEND_LINES, USAGE, USAGE_LINES, SpendOf, UsageOf, line_id
from bot.store.facts import Which
from bot.store.keys import Key
from bot.store.tag_sets import text_of
from bot.vendors import Vendors

TEAM = asking.OWNER.team_id
PROJECTS = 1_000
KEYS = 20
DAYS = 365
LAST = date(2026, 11, 20)
FIRST = LAST - timedelta(days=DAYS - 1)
EARLIEST = FIRST - timedelta(days=DAYS)  # a year is compared with the year before
TIMES = 5
GOAL = 300.0
LINE_ITEMS = ("streaming::nova-3", "batch::nova-3", "speak::aura-2", "agent::standard")
CUSTOMERS = 200
PROJECTS_TABLE = SQLModel.metadata.tables["projects"]
YEAR = Which(FIRST, LAST)
ODD = Which(FIRST + timedelta(days=9), LAST - timedelta(days=6))


def _largest_by_hours(session: Session) -> object:
    return facts.largest_usage(session, ODD, "accessor", ("hours",), top=10)


def _hours_by_key(session: Session) -> object:
    return facts.usage_by(session, ODD, "accessor", by_project=True, measures=("hours", "requests"))


Question = Callable[[Session], object]
QUESTIONS: dict[str, Question] = {
    "dollars in all": lambda session: facts.total_spend(session, YEAR),
    "dollars by day": lambda session: facts.spend_by(session, YEAR, "day"),
    "dollars by project": lambda session: facts.spend_by(session, YEAR, "project"),
    "dollars of the ten largest of 20,000 keys": lambda session: facts.largest_spend(session, ODD, "key", top=10),
    "dollars by tag set and line item": lambda session: facts.spend_by(session, ODD, "tags", "line_item"),
    "dollars by day and key, one project": lambda session: facts.spend_by(session, _one(), "day", "key"),
    "hours by day": lambda session: facts.usage_by(session, YEAR, "total", by_day=True),
    "hours of the ten largest of 20,000 keys": _largest_by_hours,
    "coverage": lambda session: facts.coverage(session, YEAR, [FIRST_PROVIDER]),
}
# Nobody reads twenty thousand rows on a page, so these have no goal.
EXPORTS: dict[str, Question] = {
    "export of dollars by key": lambda session: facts.spend_by(session, ODD, "project", "key"),
    "export of hours by key": _hours_by_key,
}


async def questions(name: str, database_url: str) -> list[Row]:
    """Fill an empty database with a year of facts and time each question."""
    database = Database(database_url, info=Vendors((DEEPGRAM,)).info)
    rows = await asyncio.to_thread(_questions, name, database)
    rows += await asking.answers(name, database, FIRST, LAST, GOAL)
    database.close()
    return rows


def _questions(name: str, database: Database) -> list[Row]:
    schema.upgrade(database)
    begun = time.perf_counter()
    fill(database)
    filled = time.perf_counter() - begun
    rows = [_timed(f"{name}: {what}, a year", question, database, GOAL) for what, question in QUESTIONS.items()]
    exports = [_timed(f"{name}: {what}, 20,000 rows", question, database) for what, question in EXPORTS.items()]
    note = f"{2 * PROJECTS * KEYS * DAYS:,} facts and their sums written in {filled:.0f} s"
    slowest = Row(f"{name}: the slowest of these questions", max(row.value or 0 for row in rows), "ms", GOAL, note)
    return [*rows, slowest, *exports]


def _timed(name: str, question: Question, database: Database, goal: float | None = None) -> Row:
    taken = []
    with database.reading() as session:
        for _ in range(TIMES):
            begun = time.perf_counter()
            question(session)
            taken.append((time.perf_counter() - begun) * 1000)
    note = f"median of {TIMES}, the slowest {max(taken):.0f} ms"
    return Row(name, statistics.median(taken), "ms", goal, note)


def fill(database: Database) -> None:
    """Write facts, sums and totals, with statements over whole tables."""
    spend = list(_spend_lines())
    usage = {(project_id, UsageOf("accessor", of.key_id)) for project_id, of in spend}
    usage |= {(project_id, UsageOf("tags", of.tags)) for project_id, of in spend}
    usage |= {(project_id, UsageOf("total", "")) for project_id, _ in spend}
    with database.transaction() as session:
        if database.is_sqlite:
            session.execute(text("PRAGMA cache_size = -400000"))
        session.execute(insert(PROJECTS_TABLE), [_project(number) for number in range(PROJECTS)])
        session.add_all(
            Customer(
                team_id=TEAM,
                tag=_tag(number),
                name=f"Customer {number}",
                added_by="U0OWNER",
                added_at=datetime.now(UTC),
            )
            for number in range(CUSTOMERS)
        )
        session.add_all(_key(number, project_id, of) for number, (project_id, of) in enumerate(spend))
        for table, lines in ((SPEND_LINES, spend), (USAGE_LINES, usage)):
            session.execute(insert(table), [_line(project_id, of) for project_id, of in lines])
        for number in range(2 * DAYS):
            day = {"day": (EARLIEST + timedelta(days=number)).toordinal(), "settled": number < 2 * DAYS - 3}
            for statement in _FILL_A_DAY:
                session.execute(text(statement), day)
        for month in sorted({(EARLIEST + timedelta(days=number)).replace(day=1) for number in range(2 * DAYS)}):
            collected.add_up(session, month)
        rollups.add_up(session, rollups.Sums(SPEND, DOLLARS, true()), EARLIEST, LAST)
        rollups.add_up(session, rollups.Sums(USAGE, MEASURES, true()), EARLIEST, LAST)
    if not database.is_sqlite:  # PostgreSQL does this by itself, in time
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


# Money in ten-billionths of a dollar, days as numbers (bot/store/columns.py).
_FILL_A_DAY = (
    """
    INSERT INTO spend_facts (span, day, line_id, dollars)
    SELECT 1, :day, id, (abs(id % 9973) + :day % 31) * 10000000 FROM spend_lines ORDER BY id
    """,
    """
    INSERT INTO usage_facts (dimension, span, day, line_id, hours, total_hours, agent_hours,
        tokens_in, tokens_out, tts_characters, requests)
    SELECT dimension, 1, :day, id, (abs(id % 9973) + :day % 31) * 10000000, abs(id % 9973) * 10000000, 0,
        abs(id % 97), abs(id % 89), 0, 1 + abs(id % 83) FROM usage_lines ORDER BY dimension, id
    """,
    """
    INSERT INTO collected_days (project_id, day, spend_total, spend_rows, read_at, same_since, closed, settled,
        spend_told, usage_told)
    SELECT project_id, :day, sum(dollars), sum(dollars), '2026-11-20 12:00:00', '2026-11-20 12:00:00', TRUE, :settled,
        TRUE, TRUE
    FROM spend_facts JOIN spend_lines ON id = line_id WHERE span = 1 AND day = :day GROUP BY project_id
    """,
)


def _one() -> Which:
    return Which(FIRST, LAST, (_project_id(0),))


def _project_id(number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"project {number}"))


def _project(number: int) -> dict[str, object]:
    return {"id": _project_id(number), "name": f"customer {number:04}", "read_at": datetime.now(UTC)}


def _tag(number: int) -> str:
    return f"customer:{number}"


def _key(number: int, project_id: str, of: SpendOf) -> Key:
    """Return a key; every second one was made here for a customer, and the tags tell of the others."""
    key = Key(provider_key_id=of.key_id, project_id=project_id, team_id=TEAM, state="live")
    if number % 2:
        key.mint_id, key.owner, key.customer = f"mint{number}", asking.OWNER.user_id, _tag(number % CUSTOMERS)
    return key


def _spend_lines() -> Iterator[tuple[str, SpendOf]]:
    for number in range(PROJECTS):
        for key in range(KEYS):
            key_id = str(uuid5(NAMESPACE_URL, f"key {number}.{key}"))
            tags = text_of((_tag(number % CUSTOMERS), "prod" if key % 2 else "test"))
            yield _project_id(number), SpendOf(key_id, LINE_ITEMS[key % len(LINE_ITEMS)], tags, "hosted")


def _line(project_id: str, of: SpendOf | UsageOf) -> dict[str, object]:
    return {"id": line_id(project_id, of), "project_id": project_id, **of._asdict()}
