"""Figures: whatever is asked, the rows come to the provider's own total, to the cent."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import Session

from bot.access.access import Access
from bot.errors import NotUnderstood, Unavailable
from bot.money import to_cent
from bot.operation import Actor
from bot.slack.words import fallback_text
from bot.spending.periods import Period
from bot.store import collected, fact_rows, facts
from bot.store.accounts import Account
from bot.store.collected import CollectedDay, Which, end_of
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, Figures, SpendOf, UsageOf
from bot.store.people import Person
from bot.store.projects import Project
from bot.store.tag_sets import NO_TAGS, text_of
from bot.usage import capability_matrix
from bot.usage.collecting import UsageCollection
from bot.usage.figures import drawing, views
from bot.usage.figures.parser import read_words
from bot.usage.figures.question import DIMENSIONS, EVERYWHERE, GROUPINGS, Question
from bot.usage.figures.scope import project_of
from bot.usage.figures.service import FiguresAnswer, FiguresReading, Overview
from bot.usage.figures.sums import Part, split
from bot.usage.model_names import ModelNames
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import ANA, NOON, OWNER, PROJECT, TEAM, actor, add, customer, key, rows, small_database

SECOND, THEIRS = PROJECT[:-1] + "2", PROJECT[:-1] + "3"
TODAY = NOON.date()
KEYS = [key(number).provider_key_id for number in range(1, 15)]
TAGS = [NO_TAGS, text_of(["prod"]), text_of(["acme"]), text_of(["acme", "globex"]), text_of(["ключ", "acme"])]
ITEMS = ["", "streaming::nova-3", "speak::aura-2"]
NOT_A_TAG_SET = {"accessor": KEYS[0], "endpoint": "listen", "method": "streaming", "deployment": "hosted"}

AMOUNTS = some.dictionaries(
    some.sampled_from(capability_matrix.MEASURES), some.decimals(0, 10**6, places=6, allow_nan=False), max_size=6
)


@given(some.dictionaries(some.text(max_size=5), AMOUNTS, max_size=40), AMOUNTS, some.integers(-1, 9), some.booleans())
def test_rows_others_and_the_difference_come_to_the_total(
    now: Mapping[str, Any], total: Mapping[str, Decimal], number: int, by_day: bool
) -> None:
    for measure in capability_matrix.MEASURES:
        found = split(now, total, measure=measure, by_day=by_day, number=number)
        assert len(found.rows) + found.others == len(now)
        if measure not in total:
            continue
        assert sum((part.now.get(measure, Decimal()) for part in found.everything), Decimal()) == total[measure]
        if measure == "dollars":
            shown = [amount for amount in found.printed(measure) if amount is not None]
            assert sum(shown, Decimal()) == to_cent(total[measure])


class Silent:
    """A provider that cannot be reached."""

    async def billing_breakdown(self, *_: object, **__: object) -> Any:
        raise Unavailable("Deepgram is away.")

    usage_breakdown = request_page = project_models = billing_fields = billing_breakdown


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = small_database(tmp_path)
    projects = [Project(id=PROJECT, name="production", read_at=NOON), Project(id=SECOND, name="staging", read_at=NOON)]
    add(made, *projects, Project(id=THEIRS, name="acme's own", read_at=NOON, account_id="ac1"))
    add(made, Account(id="ac1", name="acme", customer="acme", sealed="x", fingerprint="f", added_at=NOON))
    add(made, Person(team_id=TEAM, user_id=ANA, name="ana", standing="member", read_at=NOON, project_id=PROJECT))
    add(made, customer("acme"), customer("globex", name="Глобекс"), key(1), key(2, customer="acme"))
    yield made
    made.close()


@dataclass(frozen=True)
class Asking:
    """Reads figures with the access that somebody has where a question is asked."""

    database: Database
    reading: FiguresReading

    async def answer(self, who: Actor, question: Question, number: int = 1) -> FiguresAnswer:
        return await self.reading.answer(self._access(who, question), question, number)

    async def overview(self, who: Actor, question: Question) -> Overview:
        return await self.reading.overview(self._access(who, question), question)

    async def every(self, who: Actor, question: Question) -> tuple[FiguresAnswer, list[tuple[str, Part]]]:
        return await self.reading.every(self._access(who, question), question)

    def _access(self, who: Actor, question: Question) -> Access:
        def read(session: Session) -> Access:
            return Access.load(session, who, project_of(session, who, question), frozenset({OWNER}), POLICY)

        found: Access = rows(self.database, read)
        return found


def reading(database: Database, now: datetime = NOON) -> Asking:
    clock, silent = SetClock(now), Silent()
    collection = UsageCollection(database, silent)
    return Asking(database, FiguresReading(database, clock, collection, ModelNames(silent, clock)))


def fill(session: Session, seed: int, project_id: str, days: int = 15) -> None:
    """Write random days; the provider's totals have a little more than its rows."""
    draw, facts = random.Random(f"{seed}{project_id}"), {}
    for number in range(days):
        day = TODAY - timedelta(days=number)
        spend = {
            SpendOf(draw.choice(KEYS), draw.choice(ITEMS), draw.choice(TAGS), "hosted"): _dollars(draw)
            for _ in range(draw.randrange(9))
        }
        usage = {UsageOf("total", ""): _figures(100)} | {
            UsageOf(name, _value(draw, name)): _figures(draw.randrange(30)) for name in set(GROUPINGS.values())
        }
        facts[day] = DayFacts(spend, usage)
        collected.put(session, [_day(project_id, day, sum(spend.values(), Decimal()), _dollars(draw))])
    fact_rows.replace(session, project_id, facts)


def _dollars(draw: random.Random) -> Decimal:
    return Decimal(draw.randrange(1, 10**9)).scaleb(-8)


def _figures(hours: int) -> Figures:
    return Figures(Decimal(hours).scaleb(-1), Decimal(hours), Decimal(), hours, 2 * hours, hours * 7, hours)


def _value(draw: random.Random, grouping: str) -> str:
    return NOT_A_TAG_SET.get(grouping) or (draw.choice(TAGS) if grouping in {"tags", "models"} else "smart_format")


def _day(project_id: str, day: date, spent: Decimal, beyond: Decimal) -> CollectedDay:
    read_at: datetime = min(end_of(day), NOON)
    stands: dict[str, Any] = {"read_at": read_at, "same_since": read_at, "closed": day < TODAY}
    return CollectedDay(project_id=project_id, day=day, spend_total=spent + beyond, spend_rows=spent, **stands)


@pytest.mark.parametrize("seed", range(2))
async def test_every_page_of_every_split_comes_to_the_providers_total(database: Database, seed: int) -> None:
    with database.transaction() as session:
        for project_id in (PROJECT, SECOND, THEIRS):
            fill(session, seed, project_id)
    week = Which(TODAY - timedelta(days=7), TODAY - timedelta(days=1), (PROJECT, SECOND))
    dollars = rows(database, lambda session: facts.total_spend(session, week))
    whole = rows(database, lambda session: facts.usage_by(session, week, "total"))[0].figures
    asking = reading(database)
    for by in DIMENSIONS:
        first = await asking.answer(actor(), Question(by=by, project=EVERYWHERE))
        for number in range(1, first.split.pages + 1):
            seen = (await asking.answer(actor(), Question(by=by, project=EVERYWHERE), number)).split
            for measure, total in (("dollars", dollars), ("hours", whole.hours), ("requests", whole.requests)):
                if measure not in seen.total.now:
                    assert capability_matrix.how(measure, by) == capability_matrix.UNKNOWN or by == "key"
                    continue
                assert seen.total.now[measure] == total
                assert sum(part.now.get(measure, 0) for part in seen.everything) == total
                shown = [amount for amount in seen.printed(measure) if amount is not None]
                assert sum(shown, Decimal()) == to_cent(Decimal(total))


@pytest.mark.parametrize("measure", ["dollars", "hours", "tokens"])
async def test_the_period_before_is_what_was_told_of_it_then(database: Database, measure: str) -> None:
    with database.transaction() as session:
        for project_id in (PROJECT, SECOND):
            fill(session, 5, project_id)
    asking, week = reading(database), timedelta(days=7)
    last = TODAY - timedelta(days=8)
    then = Period(name="", first=last - timedelta(days=6), last=last)
    for by in (
        each
        for each in DIMENSIONS
        if each == "day" or capability_matrix.how(measure, each) != capability_matrix.UNKNOWN
    ):
        question = Question(by=by, measure=measure, project=EVERYWHERE)
        seen = (await asking.answer(actor(), question)).split
        told, parts = await asking.every(actor(), question.model_copy(update={"period": then}))
        known = {part.value: part.now.get(measure) for _, part in parts}
        for row in seen.rows:
            value = f"{date.fromisoformat(row.value) - week}" if by == "day" else row.value
            assert (row.before or {}).get(measure) == known.get(value)
        assert (seen.total.before or {})[measure] == told.split.total.now[measure]
        *_, (*_, in_the_file) = views.file_rows(*await asking.every(actor(), question))
        assert in_the_file == told.split.total.now[measure]


async def test_a_page_of_keys_that_is_no_more_is_the_last_one(database: Database) -> None:
    with database.transaction() as session:
        for project_id in (PROJECT, SECOND):
            fill(session, 1, project_id)
    seen = (await reading(database).answer(actor(), Question(by="key", project=EVERYWHERE), 99)).split
    assert seen.number == seen.pages > 1
    assert 0 < len(seen.rows) < seen.others


async def test_a_part_is_the_sum_of_its_rows_however_it_is_split(database: Database) -> None:
    with database.transaction() as session:
        fill(session, 7, PROJECT)
    asking = reading(database)
    by_customer = await asking.answer(actor(), read_words("week by customer in production"))
    row = next(each for each in by_customer.split.rows if each.value == "acme")
    for by in ("key", "line item", "tag set", "day", "customer"):
        part = await asking.answer(actor(), read_words(f"week by {by} customer:Acme"))
        assert part.split.total.now["dollars"] == row.now["dollars"]
        assert not any(part.split.difference.now.values())
    again = await asking.answer(actor(), by_customer.question.narrowed("acme"))
    assert again.only == (("customer", "Acme"),)
    assert again.question.by == "key"
    assert row.before is not None


async def test_keys_and_people_are_called_as_keydesk_knows_them(database: Database) -> None:
    with database.transaction() as session:
        fill(session, 1, PROJECT)
    add(database, key(3, owner=None, mint_id=None, purpose="from the\nconsole"))
    asking = reading(database)
    names = (await asking.every(actor(), read_words("2026-02-20 2026-03-01 by key")))[1]
    called = {part.value: name for name, part in names}
    assert called[KEYS[0]] == "00000001 purpose 1 (@ana)"
    assert called[KEYS[2]] == "00000003 from the console, made outside Keydesk"
    assert {name for value, name in called.items() if value == KEYS[5]} == {f"{KEYS[5][:8]} made outside Keydesk"}
    by_person = await asking.answer(actor(), read_words("2026-02-20 2026-03-01 by person"))
    assert dict(by_person.names) == {ANA: "@ana"}
    own = [part.now["dollars"] for _, part in names if part.value in KEYS[:2]]
    assert by_person.split.rows[0].now["dollars"] == sum(own)
    for typed, told in (("key:zz", "No key begins"), ("person:nobody", "Nobody"), ("customer:zz", "No customer")):
        with pytest.raises(NotUnderstood, match=told):
            await asking.answer(actor(), read_words(typed))


async def test_what_is_not_known_is_said(database: Database) -> None:
    with database.transaction() as session:
        fill(session, 1, PROJECT, days=3)
    asking = reading(database)
    seen = await asking.answer(actor(), read_words("2026-02-23 2026-03-02"))
    words = str(views.answer(seen))
    assert "Not read from the provider: 5 days of production (Mon 23 Feb to Fri 27 Feb)" in words
    assert "Today is so far" in words
    assert seen.split.total.before is None
    later = reading(database, NOON + timedelta(minutes=11))
    late = str(views.answer(await later.answer(actor(), read_words("today"))))
    assert "Today could not be read just now: Deepgram is away." in late


async def test_customers_own_accounts_stand_apart(database: Database) -> None:
    with database.transaction() as session:
        for project_id in (PROJECT, THEIRS):
            fill(session, 3, project_id)
    asking = reading(database)
    everywhere = await asking.answer(actor(), read_words("week by customer in all"))
    assert "in customers' own accounts, which spent $" in str(views.answer(everywhere))
    theirs = await asking.answer(actor(), Question(by="customer", project=THEIRS))
    assert set(theirs.names.values()) == {"Acme, own account"}


async def test_a_difference_that_prints_as_nothing_is_in_the_file_alone(database: Database) -> None:
    line = SpendOf(KEYS[0], ITEMS[1], NO_TAGS, "hosted")
    with database.transaction() as session:
        for day, beyond in ((TODAY, "0"), (TODAY - timedelta(days=1), "1E-10")):
            fact_rows.replace(session, PROJECT, {day: DayFacts({line: Decimal(1)})})
            collected.put(session, [_day(PROJECT, day, Decimal(1), Decimal(beyond))])
    seen, every = await reading(database).every(actor(ANA), read_words("day by key"))
    assert drawing.UNSPLIT not in str(views.answer(seen))
    assert [row[0] for row in views.file_rows(seen, every)][1:] == [drawing.UNSPLIT, "Total"]


async def test_a_day_that_is_not_over_is_compared_with_no_whole_one(database: Database) -> None:
    line = SpendOf(KEYS[0], ITEMS[1], NO_TAGS, "hosted")
    with database.transaction() as session:
        for number in range(4):
            fact_rows.replace(session, PROJECT, {TODAY - timedelta(days=number): DayFacts({line: Decimal(1)})})
        collected.put(session, [_day(PROJECT, TODAY - timedelta(days=n), Decimal(1), Decimal()) for n in range(4)])
    asked = reading(database)
    assert "against" in str(views.answer(await asked.answer(actor(ANA), read_words("day"))))
    assert "against" not in str(views.answer(await asked.answer(actor(ANA), read_words("today"))))
    so_far = read_words(f"{TODAY - timedelta(days=1)} {TODAY}")
    assert "against the 2 whole days before" in str(views.answer(await asked.answer(actor(ANA), so_far)))
    overview = await asked.overview(actor(ANA), Question(by="day"))
    assert [part.before is None for _, _, part in overview.periods] == [True, False, True, False]


async def test_what_nobody_here_used_is_told_and_what_nobody_used_is_said(database: Database) -> None:
    line = SpendOf("made elsewhere", ITEMS[1], NO_TAGS, "hosted")
    yesterday = TODAY - timedelta(days=1)
    with database.transaction() as session:
        fact_rows.replace(session, PROJECT, {yesterday: DayFacts({line: Decimal(3)})})
        collected.put(session, [_day(PROJECT, yesterday, Decimal(3), Decimal())])
    asking = reading(database)
    by_person = fallback_text(views.answer(await asking.answer(actor(ANA), read_words("week by person in all"))))
    assert "*$3.00* · The last 7 days" in by_person
    assert f"{views.UNOWNED} | $3.00" in by_person
    by_item = fallback_text(views.answer(await asking.answer(actor(ANA), read_words("week by line item"))))
    assert "nova-3 (streaming) | $3.00" in by_item
    acme = views.answer(await asking.answer(actor(ANA), read_words("day customer:acme")))
    assert "Nothing was used: " in fallback_text(acme)
    assert not [block for block in acme if block["type"] == "table"]


async def test_a_day_that_was_last_read_before_its_end_says_so(database: Database) -> None:
    line = SpendOf(KEYS[0], ITEMS[1], NO_TAGS, "hosted")
    day = TODAY - timedelta(days=2)
    with database.transaction() as session:
        fact_rows.replace(session, PROJECT, {day: DayFacts({line: Decimal(1)})})
        read_at = end_of(day) - timedelta(hours=3)
        collected.put(
            session,
            [
                CollectedDay(
                    project_id=PROJECT,
                    day=day,
                    spend_total=Decimal(1),
                    spend_rows=Decimal(1),
                    read_at=read_at,
                    same_since=read_at,
                )
            ],
        )
    name = f"{day:%a} {day.day} {day:%b}"
    by_day = fallback_text(views.answer(await reading(database).answer(actor(ANA), read_words("week"))))
    assert f"{name} (so far) | $1.00" in by_day
    by_key = fallback_text(views.answer(await reading(database).answer(actor(ANA), read_words("week by key"))))
    assert f"last read before their end: {name}." in by_key


def test_the_newest_days_come_first_in_their_order() -> None:
    days = [f"{date(2026, 11, number)}" for number in range(1, 22)]
    found = split({day: {"dollars": Decimal(1)} for day in days}, {}, measure="dollars", by_day=True, number=1)
    assert [row.value for row in found.rows] == days[5:]
    older = split({day: {"dollars": Decimal(1)} for day in days}, {}, measure="dollars", by_day=True, number=2)
    assert [row.value for row in older.rows] == days[:5]
