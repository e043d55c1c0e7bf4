"""`/usage`, held against the reports: the table, its bars and chart, the sum above it, and the CSV file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.scenarios.people import Person
from tests.soak.oracle.ledger import CENT, DAY, NOTHING, Days, Ledger, Spend, Sums, Use, before, payer_of, to_cent
from tests.soak.oracle.reading import Json, amount, asks, chart_of, gets, known, rows_of, sections_of, table_of
from tests.soak.oracle.reports import set_text
from tests.soak.oracle.tally import Surface, Tally

Row = dict[str, str]
MEASURES = ("dollars", "hours", "requests", "tokens", "characters", "agent hours")
BEYOND = ("Not split by the provider", "Nobody's here, or not split by the provider", "In the period before alone")
OF_SPENDING: Mapping[str, Callable[[Spend], str]] = {
    "key": lambda row: row.accessor,
    "line item": lambda row: row.item,
    "tag set": lambda row: set_text(row.tags) or "no tags",
    "deployment": lambda row: row.deployment,
}
OF_USAGE: Mapping[str, tuple[str, Callable[[Use], str]]] = {
    "day": ("", lambda row: f"{row.day}"),
    "project": ("", lambda row: row.project),
    "key": ("accessor", lambda row: row.value),
    "customer": ("tags", lambda row: payer_of(row.tags)),
    "tag set": ("tags", lambda row: row.value or "no tags"),
    "deployment": ("deployment", lambda row: row.value),
    "method": ("method", lambda row: row.value),
    "endpoint": ("endpoint", lambda row: row.value),
    "model": ("models", lambda row: row.value),
    "feature": ("feature_set", lambda row: row.value),
}
BARS = re.compile(r"^`\s*(\S+)(?: h)? [▏▎▍▌▋▊▉█ ]*`(?:  ([+±-]\S*)(?: h)?(?: \(([+-]\d+)%\))?)?  \S.*$", re.MULTILINE)
OTHERS = re.compile(r"([\d,.]+)(?: h)? (of audio|of agents|requests|tokens|characters)")
UNITS = {"of audio": "hours", "of agents": "agent hours"}


@dataclass(frozen=True)
class Question:
    """What is asked of some days, in one project or in all."""

    days: Days
    by: str
    project: str | None = None
    measure: str = ""

    @property
    def told_first(self) -> str:
        """The measure that rows are ordered by."""
        told = "dollars" if self.by in {*OF_SPENDING, "day", "project", "customer", "person"} else "requests"
        return self.measure or told

    @property
    def measures(self) -> tuple[str, ...]:
        """What is told by this split; of all keys of all projects the one that is asked for."""
        if self.by == "key" and self.project is None:
            return (self.told_first,)
        if self.by == "customer":  # dollars go by keys and all else by tags: one of two definitions at a time
            return (self.told_first,)
        if self.by == "line item":
            return ("dollars",)
        return MEASURES if self.by not in {"method", "endpoint", "model", "feature"} else MEASURES[1:]

    def split(self, ledger: Ledger, measure: str, days: Days) -> Sums:
        """Return what every row must come to."""
        if measure == "dollars":
            return self._spent(ledger, days)
        if self.by == "person":
            return _owned(ledger, ledger.using("accessor", measure, days, lambda row: row.value, self.project))
        grouping, value_of = OF_USAGE[self.by]
        return ledger.using(grouping, measure, days, value_of, self.project)

    def _spent(self, ledger: Ledger, days: Days) -> Sums:
        if self.by == "day":
            every = [days[0] + number * DAY for number in range((days[1] - days[0]).days + 1)]
            return {f"{day}": ledger.total((day, day), self.project) for day in every}
        if self.by == "project":
            return {each: ledger.total(days, each) for each in ledger.projects}
        if self.by == "person":
            return _owned(ledger, ledger.split(days, lambda row: row.accessor, self.project))
        return ledger.split(days, OF_SPENDING.get(self.by, ledger.payer), self.project)


async def hold(person: Person, tally: Tally, ledger: Ledger, question: Question, *, knows_before: bool) -> None:
    """Ask, and hold everything that is answered against the reports."""
    place = "in all" if question.project is None else f'in "{ledger.projects[question.project]}"'
    command = f"/usage {question.days[0]} {question.days[1]} by {question.by} {question.measure} {place}"
    message = await asks(person, command)
    file = rows_of(await gets(person, "CSV by direct message"))
    _file(tally.on("CSV of /usage"), ledger, question, file, knows_before=knows_before)
    _table(tally.on("/usage"), command, question, message, file)
    _head(tally.on("/usage"), command, ledger, question, message, knows_before=knows_before)


def _file(surface: Surface, ledger: Ledger, question: Question, file: list[Row], *, knows_before: bool) -> None:
    *lines, whole = file
    where = f"{question.days[0]} by {question.by}"
    rows = [line for line in lines if line[question.by] not in BEYOND]
    for measure in question.measures:
        told = {_value(line, question.by): Decimal(line[measure]) for line in rows if line[measure]}
        right = question.split(ledger, measure, question.days)
        surface.parts(f"{where}, {measure}", told, right, exact=True)
        total = ledger.measured(measure, question.days, question.project)
        surface.exactly(f"{where}, {measure} in all", Decimal(whole[measure] or 0), total)
        column = [Decimal(line[measure] or 0) for line in lines]
        surface.column(f"{where}, {measure}", column, Decimal(whole[measure] or 0))
    if knows_before:
        _before(surface, ledger, question, lines, whole)


def _before(surface: Surface, ledger: Ledger, question: Question, lines: list[Row], whole: Row) -> None:
    """Hold what is told of the period before, a day against the one that stands as many days earlier."""
    rows = [line for line in lines if line[question.by] not in BEYOND]
    measure, earlier = question.told_first, before(question.days)
    where, column = f"{question.days[0]} by {question.by}, before", f"{question.told_first} in the period before"
    right = question.split(ledger, measure, earlier)
    if question.by == "day":
        right = {f"{day_after(day, question.days)}": amount for day, amount in right.items()}
    told = {_value(line, question.by): Decimal(line[column] or 0) for line in rows}
    for name, found in told.items():
        surface.exactly(f"{where}: {name}", found, right.get(name, NOTHING))
    surface.column(where, [Decimal(line[column] or 0) for line in lines], Decimal(whole[column]))
    surface.exactly(where, Decimal(whole[column]), ledger.measured(measure, earlier, question.project))


def day_after(day: str, days: Days) -> date:
    """Return the day of a period that a day of the period before is compared with."""
    return date.fromisoformat(day) + (days[1] - days[0] + DAY)


def _table(surface: Surface, where: str, question: Question, message: Json, file: list[Row]) -> None:
    """Hold every printed cell against the file, and every column against the total below it."""
    head, rows, total = table_of(message)
    measure, lines = question.told_first, {line[question.by]: line for line in file}
    several = [line[question.by] for line in file]
    for number, title in enumerate(head):
        name = title.lower()
        if name in MEASURES:
            column = known([amount(row[number]) for row in rows])
            surface.column(f"{where}, {name}", column, amount(total[number]))
            surface.exactly(f"{where}, {name} in all", amount(total[number]), _cents(name, file[-1][name]))
            for row in rows:
                line = lines.get(row[0].removesuffix(" (so far)"))
                if line is not None and several.count(line[question.by]) == 1:
                    surface.printed(f"{where}, {name}: {row[0]}", amount(row[number]) or NOTHING, _exact(line, name))
    earlier = f"{measure} in the period before"
    if file[-1][earlier]:
        for row in [*rows, total]:
            line = lines.get(row[0].removesuffix(" (so far)"))
            if line is not None and amount(row[2]) is not None:
                moved = _exact(line, measure) - Decimal(line[earlier] or 0)
                surface.printed(f"{where}, change: {row[0]}", amount(row[2]), moved, within=2 * CENT)
        surface.column(f"{where}, change", known([amount(row[2]) for row in rows]), amount(total[2]))
    _drawn(surface, where, rows, message)


def _drawn(surface: Surface, where: str, rows: list[list[str]], message: Json) -> None:
    """Hold bars and chart against the table."""
    bars = BARS.findall("\n".join(sections_of(message)))
    surface.exactly(f"{where}, number of bars", len(bars), len(rows))
    for row, (told, moved, _) in zip(rows, bars, strict=False):
        surface.exactly(f"{where}, bar of {row[0]}", amount(told), amount(row[1]))
        surface.exactly(f"{where}, change beside the bar of {row[0]}", amount(moved), amount(row[2]))
    for point, row in zip(chart_of(message).get("This period", []), rows, strict=False):
        surface.printed(f"{where}, chart: {row[0]}", point, amount(row[1]) or NOTHING, within=2 * CENT)


def _head(
    surface: Surface, where: str, ledger: Ledger, question: Question, message: Json, *, knows_before: bool
) -> None:
    """Hold the sum above the table, what else was used, and how that moved."""
    measure, text = question.told_first, sections_of(message)[0]
    total = ledger.measured(measure, question.days, question.project)
    surface.exactly(f"{where}, above", amount(text.split("*")[1]), _cents(measure, total))
    for found, unit in OTHERS.findall(text.split("*", 2)[2]):
        name = UNITS.get(unit, unit)
        right = ledger.measured(name, question.days, question.project)
        surface.exactly(f"{where}, {name} above", amount(found), _cents(name, right))
    against = re.search(r"^(\S+)(?: h)?(?: \(([+-]\d+)%\))? against .* \((\S+)(?: h)?\)$", text, re.MULTILINE)
    assert bool(against) == knows_before
    if against is not None:
        earlier = ledger.measured(measure, before(question.days), question.project)
        moved = to_cent(total) - to_cent(earlier)
        surface.exactly(f"{where}, before, above", amount(against[3]), _cents(measure, earlier))
        surface.exactly(f"{where}, change above", amount(against[1]), moved)
        says = earlier >= 1 and total >= 0 and abs(moved) < 10 * earlier  # any other share would mislead
        surface.exactly(f"{where}, share above", against[2], f"{moved / earlier:+.0%}"[:-1] if says else None)


async def overview(person: Person, tally: Tally, ledger: Ledger, project: str, today: Days) -> None:
    """Hold a project at a glance: today so far, the last day, the last seven days, and the month so far."""
    surface, day = tally.on("/usage"), today[0]
    periods = {
        "Today so far": (today, False),
        "The last day": ((day - DAY, day - DAY), True),
        "The last 7 days": ((day - 7 * DAY, day - DAY), True),
        "This month so far": ((day.replace(day=1), day), True),
    }
    told = dict(text.removeprefix("*").split("*\n", 1) for text in sections_of(await asks(person, "/usage"))[-4:])
    for name, (days, is_compared) in periods.items():
        shown, _, moved = told[name].partition("\n")
        total, earlier = ledger.total(days, project), ledger.total(before(days), project)
        surface.exactly(f"at a glance, {name}", amount(shown), to_cent(total))
        if is_compared:
            change, _, against = moved.partition(" against ")
            change, _, share = change.partition(" (")
            right, first, last = to_cent(total) - to_cent(earlier), *before(days)
            says = bool(right) and earlier >= 1 and total >= 0 and abs(right) < 10 * earlier
            surface.exactly(f"at a glance, {name}, change", amount(change), right)
            surface.exactly(f"at a glance, {name}, share", share, f"{right / earlier:+.0%})" if says else "")
            named = [f"{each.day} {each:%b}" for each in (first, last)]
            surface.exactly(f"at a glance, {name}, days", against, " to ".join(dict.fromkeys(named)))


def _value(line: Row, by: str) -> str:
    """Return what tells a row of a file from others: sets by what is in them, customers by name."""
    if by in {"customer", "tag set"}:
        return line[by]
    return set_text(json.loads(line["id"])) if line["id"].startswith("[") else line["id"]


def _owned(ledger: Ledger, by_key: Sums) -> Sums:
    """Return what each person's keys come to; nobody has those that were made elsewhere."""
    sums: Sums = {}
    for key, amount_ in by_key.items():
        if key in ledger.keys:
            owner = ledger.keys[key].owner
            sums[owner] = sums.get(owner, NOTHING) + amount_
    return sums


def _exact(line: Row, measure: str) -> Decimal:
    return Decimal(line[measure] or 0)


def _cents(measure: str, exact: Decimal | str) -> Decimal | None:
    if exact == "":
        return None
    whole = measure in {"requests", "tokens", "characters"}
    return Decimal(exact) if whole else to_cent(Decimal(exact))
