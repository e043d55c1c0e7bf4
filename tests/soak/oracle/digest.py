"""A digest, held against the reports: its message, its chart, its details, and its file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from tests.scenarios.people import words_of
from tests.soak.oracle.ledger import CENT, DAY, NOTHING, Days, Ledger, Spend, Sums, to_cent
from tests.soak.oracle.reading import Json, amount, amounts, chart_of, day_read, known, sections_of
from tests.soak.oracle.tally import Surface

ROW = re.compile(r"^`\s*(-?\$[\d,.]+)`  (?:`\s*([+-]+\$[\d,.]+)`  )?(.+)$", re.MULTILINE)
CHANGE = re.compile(r"^(?:(\$[\d,.]+)(?: \((\d+)%\))? (more|less) than|as) usual", re.MULTILINE)
FAILED = re.compile(r"([\d.]+) % \(([\d,]+) of ([\d,]+)\)")
CORRECTION = re.compile(r"^Correction of (.+): ([+-]+\$[\d,.]+)$", re.MULTILINE)
BALANCE = re.compile(r"^(.+) (-?\$[\d,]+\.\d\d)(?:, lasts ([\d,]+) days?)?$", re.MULTILINE)
CHART_DAYS = 14
BALANCES_SHOWN = 3
NEVER = float("inf")


@dataclass
class Told:
    """A digest that somebody gets: of one project or of all, split in one way.

    ``said`` is what each day was when people last read it, ``final`` the days whose message says that it stays so.
    """

    by: str
    project: str | None = None
    said: dict[date, Decimal] = field(default_factory=dict)
    final: set[date] = field(default_factory=set)

    def total(self, ledger: Ledger) -> Callable[[date], Decimal]:
        """Return what tells the total of a day."""
        return lambda day: ledger.total((day, day), self.project)

    def split(self, ledger: Ledger, by: str, days: Days) -> Sums:
        """Return the parts of some days by what people read."""
        ways: Mapping[str, Callable[[Spend], str]] = {
            "customer": ledger.payer,
            "project": lambda row: ledger.projects[row.project],
            "key": lambda row: row.accessor[:8],
            "line item": lambda row: item_named(row.item),
        }
        return ledger.split(days, ways[by], self.project)

    def named(self, by: str, name: str) -> str:
        """Return what a row is found by: of keys people read more than their beginning."""
        return name[:8] if by == "key" and name != "Other" else name


@dataclass(frozen=True)
class Beside:
    """What a digest tells besides spending: balances by project right before and right after, and what failed."""

    balances: tuple[Sums, Sums]
    failed: int


def item_named(item: str) -> str:
    """Call a line item as people do."""
    way, _, product = item.partition("::")
    return f"{product} ({way})"


def day_of(message: Json) -> date | None:
    """Return the provider day that a digest tells; None of any other message."""
    for block in message.get("blocks") or []:
        if block["type"] == "header" and block["text"]["text"].startswith("Digest · "):
            return day_read(block["text"]["text"].removeprefix("Digest · "), 2028)
    return None


def is_details(message: Json) -> bool:
    """Tell whether a message is the thread of a digest."""
    return "*By provider day (UTC)*" in words_of(message)


def hold(surface: Surface, ledger: Ledger, told: Told, message: Json) -> None:
    """Hold what a message says of its day, each time that it is new or brought up to date."""
    day = day_of(message)
    assert day is not None
    where, total = f"{day} by {told.by}", told.total(ledger)
    text = "\n".join(sections_of(message))
    spent = total(day)
    surface.exactly(f"{where}, total", amounts(text)[0], to_cent(spent))
    surface.exactly(f"{where}, provider total", _after(words_of(message), "provider total "), to_cent(spent))
    _usual(surface, where, ledger, told, day, text)
    surface.exactly(f"{where}, a week earlier", _after(text, "a week earlier "), to_cent(total(day - 7 * DAY)))
    _month(surface, where, ledger, told, day, text)
    _rows(surface, where, ledger, told, day, text)
    course = [total(day - back * DAY) for back in range(CHART_DAYS - 1, -1, -1)]
    for number, point in enumerate(chart_of(message).get("Dollars", [])):
        surface.exactly(f"{where}, chart {number}", point, to_cent(course[number]))
    least, most = amounts(words_of(message).partition(" a day")[0])[-2:]
    surface.exactly(f"{where}, least a day", least, to_cent(min(course)))
    surface.exactly(f"{where}, most a day", most, to_cent(max(course)))
    _standing(surface, where, told, day, spent, words_of(message))


def hold_once(surface: Surface, ledger: Ledger, told: Told, message: Json, beside: Beside) -> None:
    """Hold what a message says of the moment at which it comes: corrections, what is left, and what failed."""
    day = day_of(message)
    assert day is not None
    where, text = f"{day} by {told.by}", "\n".join(sections_of(message))
    _balances(surface, where, ledger, day, text, beside.balances)
    corrections = {day_read(each, 2028): amount(change.replace("+", "")) for each, change in CORRECTION.findall(text)}
    right = {
        each: to_cent(now) - to_cent(said)
        for each, said in told.said.items()
        if each in told.final and to_cent(now := told.total(ledger)(each)) != to_cent(said)
    }
    surface.exactly(f"{where}, corrections", corrections, right)
    told.said |= {each: told.total(ledger)(each) for each in (*right, day)}
    share, failed, of = FAILED.findall(text)[0]
    requests = int(ledger.measured("requests", (day, day), told.project))
    surface.exactly(f"{where}, failed", int(failed), beside.failed)
    calls = requests + beside.failed
    surface.exactly(f"{where}, failed share", (share, of), (f"{beside.failed * 100 / calls:.1f}", f"{calls:,}"))


def hold_details(surface: Surface, ledger: Ledger, told: Told, message: Json) -> None:
    """Hold what stands in the thread: each way to split the day, and the days one by one."""
    parts = re.split(r"^\*(By [^*]+)\*(?: · (\S+))?$", "\n".join(sections_of(message)), flags=re.MULTILINE)[1:]
    shown = dict(zip(parts[::3], zip(parts[1::3], parts[2::3], strict=True), strict=True))
    days = [
        (day_read(name, 2028), amount(each)) for each, _, name in ROW.findall(shown.pop("By provider day (UTC)")[1])
    ]
    day = days[-1][0]
    for each, dollars in days:
        surface.exactly(f"details of {day}: {each}", dollars, to_cent(told.total(ledger)(each)))
    for title, (whole, rows) in shown.items():
        by, where = title.removeprefix("By "), f"details of {day}, {title}"
        found = {told.named(by, name): amount(each) or NOTHING for each, _, name in ROW.findall(rows)}
        right = told.split(ledger, by, (day, day))
        surface.parts(where, found, right, exact=False)
        surface.exactly(f"{where}, in all", amount(whole), to_cent(told.total(ledger)(day)))
        surface.column(where, found.values(), amount(whole))


def hold_file(surface: Surface, ledger: Ledger, told: Told, rows: list[dict[str, str]], day: date) -> None:
    """Hold the rows of a digest's file, which are exact."""
    for split in sorted({row["split"] for row in rows}):
        found = {row["name"]: Decimal(row["dollars"]) for row in rows if row["split"] == split}
        by = split.removeprefix("By ")
        if split == "day":
            surface.exactly(f"{day}", found, {f"{day}": told.total(ledger)(day)})
            continue
        right = told.split(ledger, by, (day, day))
        found = {told.named(by, name): dollars for name, dollars in found.items()}
        surface.parts(f"{day}, {split}", found, right, exact=True)
        surface.column(f"{day}, {split}", found.values(), told.total(ledger)(day))


def _standing(surface: Surface, where: str, told: Told, day: date, spent: Decimal, text: str) -> None:
    """Hold by how much a message that was brought up to date says that it moved, and note whether it stays so."""
    updated = re.search(r"Updated: ([+-]+\$[\d,.]+), now", text)
    if updated is not None:
        surface.exactly(f"{where}, updated by", amount(updated[1]), to_cent(spent - told.said[day]))
        told.said[day] = spent
    if "(UTC), final; " in text:
        told.final.add(day)


def _usual(surface: Surface, where: str, ledger: Ledger, told: Told, day: date, text: str) -> None:
    """Hold by how much the day is more or less than usual."""
    middle = to_cent(ledger.usual(day, told.total(ledger))[0])
    total = to_cent(told.total(ledger)(day))
    found = CHANGE.search(text)
    assert found is not None
    change, share, word = found.groups()
    moved = (amount(change or "0") or NOTHING) * (-1 if word == "less" else 1)
    surface.exactly(f"{where}, more than usual", moved, total - middle)
    moved = abs(total - middle)
    says = moved and middle >= 1 and total >= 0 and moved < 10 * middle  # any other share would mislead
    surface.exactly(f"{where}, share of usual", share, f"{moved / middle:.0%}"[:-1] if says else None)


def _balances(surface: Surface, where: str, ledger: Ledger, day: date, text: str, around: tuple[Sums, Sums]) -> None:
    """Hold what is left in each project that is named, for how long, in which order, and how many more there are."""
    told = text.partition("*Balance*\n")[2].partition("*Failed")[0]
    found = BALANCE.findall(told)
    surface.exactly(f"{where}, balances", len(found), min(BALANCES_SHOWN, len(around[0])))
    ids = {name: project for project, name in ledger.projects.items()}
    lasting: dict[str, int | None] = {}
    for project in around[0]:
        name, a_day = ledger.projects[project], ledger.total((day - 6 * DAY, day), project) / 7
        lasting[name] = None
        printed = next((days for called, _, days in found if called == name), None)
        if a_day > 0:
            least, most = sorted(int(each[project] / a_day) for each in around)
            lasting[name] = max(0, int(printed.replace(",", "")) if printed else most)
            if printed is not None:
                surface.exactly(f"{where}, {name} lasts", least <= (lasting[name] or 0) <= most, right=True)
        elif printed is not None:
            surface.exactly(f"{where}, {name} lasts", printed, "")
    for name, left, _ in found:
        surface.between(f"{where}, balance of {name}", amount(left) or NOTHING, *(each[ids[name]] for each in around))
    shown = [_urgency(lasting[name], amount(left) or NOTHING) for name, left, _ in found]
    hidden = [
        _urgency(days, around[1][ids[name]]) for name, days in lasting.items() if name not in {row[0] for row in found}
    ]
    surface.exactly(f"{where}, the first to run out first", shown, sorted(shown))
    surface.exactly(f"{where}, none runs out before them", all(max(shown) <= each for each in hidden), right=True)
    more = re.search(r"^(\d+) more( lasts? longer)?$", told, re.MULTILINE)
    surface.exactly(f"{where}, more balances", int(more[1]) if more else 0, len(hidden))
    if more is not None and more[2]:
        longer = all(max(shown) < each < NEVER for each in hidden)
        surface.exactly(f"{where}, last longer", longer, right=True)


def _urgency(days: int | None, left: Decimal) -> float:
    """Return after how many days nothing is left: none where nothing is, and who spends nothing lasts for ever."""
    if left <= 0:
        return 0
    return NEVER if days is None else days


def _month(surface: Surface, where: str, ledger: Ledger, told: Told, day: date, text: str) -> None:
    month: Days = (day.replace(day=1), day)
    spent = ledger.total(month, told.project)
    ahead = to_cent(ledger.forecast(day, lambda days: ledger.total(days, told.project), spent))
    surface.exactly(f"{where}, month to date", _after(text, f"*{day:%B} to date*\n"), to_cent(spent))
    surface.exactly(f"{where}, forecast", _after(text, f"*Forecast for {day:%B}*\n"), ahead if day.day >= 5 else None)


def _rows(surface: Surface, where: str, ledger: Ledger, told: Told, day: date, text: str) -> None:
    """Hold each row and its change against the usual days; the others stand together, what has no owner by itself."""
    usual, middle = ledger.usual(day, told.total(ledger))
    found = {
        told.named(told.by, name): (amount(each) or NOTHING, amount(change)) for each, change, name in ROW.findall(text)
    }
    splits = [told.split(ledger, told.by, (each, each)) for each in (day, *middle)]
    named = found.keys() - {"Other"}
    for split in splits:
        split["Other"] = sum((each for name, each in split.items() if name not in named), NOTHING)
    for name, (dollars, change) in found.items():
        now, one, other = (split.get(name, NOTHING) for split in splits)
        surface.printed(f"{where}: {name}", dollars, now)
        # Dealt to what lies between two sums that are printed: each is half a cent away from its own at most.
        surface.printed(f"{where}, change: {name}", change, now - (one + other) / 2, within=2 * CENT)
    total = to_cent(told.total(ledger)(day))
    surface.column(where, [dollars for dollars, _ in found.values()], total)
    surface.column(f"{where}, change", known([change for _, change in found.values()]), total - to_cent(usual))


def _after(text: str, words: str) -> Decimal | None:
    """Return the amount that stands right behind some words."""
    found = re.search(re.escape(words) + r"(-?\$[\d,]+\.\d\d)", text)
    return amount(found[1]) if found is not None else None
