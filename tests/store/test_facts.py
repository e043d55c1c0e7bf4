"""Facts and their sums: whatever is asked, the rows come to the same as the facts, to the last digit."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from sqlmodel import Session

from bot.store import collected, collections, fact_rows, facts, projects
from bot.store.collected import CollectedDay, DayTotal
from bot.store.columns import FIRST_PROVIDER
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, Figures, SpendOf, UsageOf
from bot.store.facts import Which
from bot.store.prices import NONE_UNTOLD
from bot.store.rollups import DAYS_IN_ONE, blocks
from bot.store.tag_sets import set_of, text_of
from tests.factories import ANA, LI, key

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINES = [
    SpendOf(key, item, tags, "hosted")
    for key in ("", "k1", "k2")
    for item in ("stt", "tts")
    for tags in (text_of([]), text_of(["b", "a"]))
]
USED = [UsageOf("total", ""), UsageOf("accessor", "k1"), UsageOf("accessor", "k2"), UsageOf("tags", text_of(["a"]))]


@given(some.dates(date(2020, 1, 1), date(2030, 1, 1)), some.integers(0, 800))
def test_spans_make_up_a_period_exactly(start: date, more: int) -> None:
    cut = blocks(start, start + timedelta(days=more))
    days = sorted(
        first + timedelta(days=number) for span, firsts in cut.items() for first in firsts for number in range(span)
    )
    assert days == [start + timedelta(days=number) for number in range(more + 1)]
    assert all(first.toordinal() % span == 0 for span, firsts in cut.items() for first in firsts)
    assert sum(map(len, cut.values())) <= 4 * len(DAYS_IN_ONE)


def test_a_tag_set_is_one_text_whatever_its_order() -> None:
    assert text_of(("b", "a", "b")) == text_of(["a", "b"]) == '["a","b"]'
    assert text_of(None) == text_of(()) == "[]"
    assert set_of(text_of(["ключ", "a,b"])) == {"ключ", "a,b"}


class Books:
    """The same facts in plain dicts, written as often and as late as the store's."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.spend: dict[tuple[str, date, SpendOf], Decimal] = {}
        self.usage: dict[tuple[str, date, UsageOf], Figures] = {}

    def write(self, session: Session, project_id: str, first: date, number: int) -> None:
        days = {first + timedelta(days=count): self._facts() for count in range(number)}
        self.spend = {key: value for key, value in self.spend.items() if (key[0], key[1] in days) != (project_id, True)}
        self.usage = {key: value for key, value in self.usage.items() if (key[0], key[1] in days) != (project_id, True)}
        for day, made in days.items():
            self.spend |= {(project_id, day, line): dollars for line, dollars in (made.spend or {}).items()}
            self.usage |= {(project_id, day, line): figures for line, figures in (made.usage or {}).items()}
        fact_rows.replace(session, project_id, days)

    def _facts(self) -> DayFacts:
        spend = {line: Decimal(self.draw.randrange(1, 10**14)).scaleb(-10) for line in self._few(LINES)}
        usage = {line: Figures(Decimal(self.draw.randrange(10**6)).scaleb(-4), requests=2) for line in self._few(USED)}
        return DayFacts(spend, usage)

    def _few(self, lines: list) -> list:  # type: ignore[type-arg] # of either kind
        return self.draw.sample(lines, self.draw.randrange(len(lines)))

    def dollars(self, which: Which, *names: str) -> dict[tuple[object, ...], Decimal]:
        """Return what ``spend_by`` should tell."""
        sums: dict[tuple[object, ...], Decimal] = defaultdict(Decimal)
        for (project_id, day, line), dollars in self.spend.items():
            told = {"project_id": project_id, "day": day, **line._asdict()}
            wanted = which.project_ids is None or project_id in which.project_ids
            if wanted and which.start <= day <= which.end and (which.tags is None or line.tags in which.tags):
                sums[tuple(told[name] for name in names)] += dollars
        return dict(sums)

    def hours(self, which: Which, dimension: str) -> dict[tuple[str, str], Decimal]:
        """Return what ``usage_by`` should tell, by project."""
        sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for (project_id, day, line), figures in self.usage.items():
            if line.dimension == dimension and which.start <= day <= which.end:
                sums[project_id, line.value] += figures.hours or 0
        return dict(sums)


@pytest.mark.parametrize("seed", range(3))
def test_every_question_comes_to_the_facts_also_after_corrections(store: Database, seed: int) -> None:
    books = Books(seed)
    with store.transaction() as session:
        for project_id in ("p1", "p2"):
            books.write(session, project_id, FIRST, 120)
        for _ in range(6):  # late corrections, here and there
            books.write(session, "p1", FIRST + timedelta(days=books.draw.randrange(130)), books.draw.randrange(1, 9))
    with store.reading() as session:
        for _ in range(6):
            start = FIRST + timedelta(days=books.draw.randrange(140))
            which = Which(start, start + timedelta(days=books.draw.randrange(140)))
            _compare(session, books, which)
            _compare(session, books, Which(which.start, which.end, ("p1",), tags=(text_of(["a", "b"]),)))


def _compare(session: Session, books: Books, which: Which) -> None:
    by_key = {(row.project_id, row.key_id): row.dollars for row in facts.spend_by(session, which, "project", "key")}
    assert by_key == books.dollars(which, "project_id", "key_id")
    by_tags = {(row.day, row.tags): row.dollars for row in facts.spend_by(session, which, "day", "tags")}
    assert by_tags == books.dollars(which, "day", "tags")
    amounts = sorted(books.dollars(which, "key_id").values())
    largest = facts.largest_spend(session, which, "key", top=1, skip=1)
    assert [amount for _, amount in largest.rows] == amounts[-2:-1]
    assert (largest.number, largest.total) == (len(amounts), sum(amounts)) or not largest.rows
    if which.is_whole:
        for dimension in ("total", "accessor", "tags"):
            rows = facts.usage_by(session, which, dimension, by_project=True)
            assert {(row.project_id, row.value): row.figures.hours for row in rows} == books.hours(which, dimension)


def _day(project_id: str, day: date, total: str, rows: str, *, settled: bool = False) -> CollectedDay:
    return CollectedDay(
        project_id=project_id,
        day=day,
        spend_total=Decimal(total),
        spend_rows=Decimal(rows),
        read_at=NOW,
        same_since=NOW,
        closed=day < NOW.date(),
        settled=settled,
    )


def test_totals_are_the_providers_and_what_is_not_split_is_told(store: Database) -> None:
    days = [
        _day("p1", FIRST, "3.30", "3.00"),
        _day("p1", FIRST + timedelta(days=1), "1", "1"),
        _day("p2", FIRST, "2", "2"),
    ]
    which = Which(FIRST, FIRST + timedelta(days=6))
    with store.transaction() as session:
        collected.put(session, days)
        assert facts.total_spend(session, which) == Decimal("6.3")
        assert [
            (found.project_id, found.total, found.total - found.rows)
            for found in facts.totals_by(session, which, "project")
        ] == [
            ("p1", Decimal("4.3"), Decimal("0.3")),
            ("p2", Decimal(2), Decimal(0)),
        ]
        assert [row.dollars for row in facts.spend_by(session, which, "day")] == [Decimal(5), Decimal(1)]
        assert facts.total_spend(session, Which(FIRST, FIRST, ("p3",))) == 0
        with pytest.raises(ValueError, match="whole projects"):
            facts.total_spend(session, Which(FIRST, FIRST, tags=("[]",)))


@pytest.mark.parametrize("seed", range(3))
def test_months_come_to_their_days_also_after_corrections(store: Database, seed: int) -> None:
    draw = random.Random(seed)
    with store.transaction() as session:
        projects.mirror(session, [("p1", "one"), ("p2", "two")], NOW)
        for _ in range(9):
            project_id, first = draw.choice(["p1", "p2"]), FIRST + timedelta(days=draw.randrange(99))
            days = [_day(project_id, first + timedelta(days=count), f"{draw.random():.9f}", "1") for count in range(40)]
            days[0].spend_total = None
            collected.put(session, days[: draw.randrange(1, 40)])
        for _ in range(9):
            start = FIRST + timedelta(days=draw.randrange(99))
            which = Which(start, start + timedelta(days=draw.randrange(99)), draw.choice([None, ("p1",)]))
            each_day = facts.totals_by(session, which, "day", "project")
            assert facts.totals_by(session, which) == [_together(each_day)]
            by_project = facts.totals_by(session, which, "project")
            of_each = [[each for each in each_day if each.project_id == project] for project in ("p1", "p2")]
            assert by_project == [_together(of_one, of_one[0].project_id) for of_one in of_each if of_one]
            assert facts.coverage(session, which, [FIRST_PROVIDER]).read == len(each_day)


def _together(days: list[DayTotal], project_id: str | None = None) -> DayTotal:
    total, rows = sum((each.total for each in days), Decimal()), sum((each.rows for each in days), Decimal())
    return DayTotal(None, project_id, total, rows, sum((each.untold for each in days), NONE_UNTOLD))


def test_coverage_says_what_is_missing_so_far_and_final(store: Database) -> None:
    today = NOW.date()
    first = today - timedelta(days=2)
    with store.transaction() as session:
        projects.mirror(session, [("p1", "one"), ("p2", "two"), ("p3", "gone")], NOW - timedelta(days=9))
        projects.mirror(session, [("p1", "one"), ("p2", "two")], NOW - timedelta(days=5))
        days = [_day("p1", first + timedelta(days=count), "1", "1", settled=count == 0) for count in range(3)]
        collected.put(session, [*days, _day("p2", today, "0", "0")])
        collections.ensure(session, "p2", first, NOW)
        collections.failed(session, "p2", "Deepgram had trouble.", NOW)
    with store.reading() as session:
        found = facts.coverage(session, Which(first, today), [FIRST_PROVIDER])
    assert (found.expected, found.read, found.closed, found.settled) == (6, 4, 2, 1)
    assert found.missing == (("p2", first), ("p2", first + timedelta(days=1)))
    assert (found.missing_count, found.oldest_read_at) == (2, NOW)
    assert found.problems == (("p2", "Deepgram had trouble."),)
    assert not found.is_final


def test_usage_is_narrowed_by_its_own_dimension_only(store: Database) -> None:
    with store.transaction() as session:
        fact_rows.replace(session, "p1", {FIRST: DayFacts(usage={line: Figures(requests=1) for line in USED})})
        rows = facts.usage_by(session, Which(FIRST, FIRST, key_ids=("k2",)), "accessor")
        assert [(row.value, row.figures.requests, row.figures.hours) for row in rows] == [("k2", 1, None)]
        assert facts.usage_by(session, Which(FIRST, FIRST), "total")[0].figures == Figures(requests=1)
        assert facts.usage_by(session, Which(FIRST + timedelta(days=1), FIRST + timedelta(days=9)), "total") == []
        with pytest.raises(ValueError, match="another dimension"):
            facts.usage_by(session, Which(FIRST, FIRST, key_ids=("k2",)), "models")


OWNED = {"k1": ANA, "k2": LI}


@pytest.mark.parametrize("seed", range(2))
def test_what_people_spent_and_used_comes_to_the_facts_of_their_keys(store: Database, seed: int) -> None:
    books, which = Books(seed), Which(FIRST + timedelta(days=3), FIRST + timedelta(days=70))
    with store.transaction() as session:
        for project_id in ("p1", "p2"):
            books.write(session, project_id, FIRST, 90)
        session.add_all(
            key(number, provider_key_id=each, owner=who) for number, (each, who) in enumerate(OWNED.items())
        )
    dollars, hours = books.dollars(which, "key_id"), books.hours(which, "accessor")
    used = {each: sum(hours.get((project_id, each), 0) for project_id in ("p1", "p2")) for each in OWNED}
    with store.reading() as session:
        spent = facts.spend_by(session, which, "owner")
        assert {row.owner: row.dollars for row in spent} == {who: dollars[each,] for each, who in OWNED.items()}
        told = facts.usage_by(session, which, "owner")
        assert {row.value: row.figures.hours for row in told} == {who: used[each] for each, who in OWNED.items()}
        anas = replace(which, owners=(ANA,))
        assert [(row.key_id, row.dollars) for row in facts.spend_by(session, anas, "key")] == [("k1", dollars["k1",])]
        assert [(row.value, row.figures.hours) for row in facts.usage_by(session, anas, "accessor")] == [
            ("k1", used["k1"])
        ]
        with pytest.raises(ValueError, match="another dimension"):
            facts.usage_by(session, anas, "models")
