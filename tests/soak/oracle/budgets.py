"""The budgets' page and every alert, held against the reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from statistics import median

from tests.soak.oracle.ledger import DAY, NOTHING, Days, Ledger, month_of, to_cent
from tests.soak.oracle.reading import Json, amounts, sections_of
from tests.soak.oracle.tally import Surface

OVER = re.compile(r"were spent in (\w+) (\d{4}) \(UTC\), as read on (\d+ \w{3})\.")
REACH = re.compile(r"(by|so far on) (\d+) (\w{3})")
PERCENT = re.compile(r"(\d+) %")
Total = Callable[[Days], Decimal]


def hold_page(surface: Surface, ledger: Ledger, message: Json, today: date, budgets: Mapping[str, Decimal]) -> None:
    """Hold the page: the month of today, with what was used of today so far."""
    rows = {text.removeprefix("*").partition("*")[0]: text for text in sections_of(message) if "heading for" in text}
    surface.exactly(f"{today}, budgets", set(rows), set(budgets))
    for name, budget in budgets.items():
        total, text, where = total_of(ledger, name), rows[name], f"{today}, {name}"
        so_far = total((today.replace(day=1), today))
        spent, dollars, ahead = amounts(text)
        surface.exactly(f"{where}, spent", spent, to_cent(so_far))
        surface.exactly(f"{where}, percent", int(PERCENT.findall(text)[0]), int(so_far * 100 / budget))
        surface.exactly(f"{where}, dollars", dollars, budget)
        surface.exactly(f"{where}, forecast", ahead, to_cent(ledger.forecast(today - DAY, total, so_far, today)))


def is_alert(message: Json) -> bool:
    """Tell whether a message is an alert."""
    headers = [block["text"]["text"] for block in message.get("blocks") or [] if block["type"] == "header"]
    return any(text.startswith("⚠️ ") for text in headers)


def hold_alert(
    surface: Surface, ledger: Ledger, message: Json, budgets: Mapping[str, Decimal], left: Mapping[str, Decimal]
) -> None:
    """Hold the figures of an alert that has just come; ``left`` is what is left in each project, by name."""
    head = next(block["text"]["text"] for block in message["blocks"] if block["type"] == "header")
    about, text = head.removeprefix("⚠️ ").rpartition(": ")[0], sections_of(message)[0]
    if about in budgets:
        _budget(surface, ledger, about, text, budgets[about])
    elif "usual for this weekday" in text:
        _sudden(surface, ledger, about, text)
    else:
        _low(surface, ledger, about, text, left[about])


def _budget(surface: Surface, ledger: Ledger, name: str, text: str, budget: Decimal) -> None:
    over = OVER.search(text)
    if over is not None:
        _over(surface, ledger, name, text, over, budget)
        return
    word, day = _reach(text)
    total, where = total_of(ledger, name), f"alert of {name}, {word} {day}"
    first = day.replace(day=1)
    spent, dollars, ahead = amounts(text)
    surface.exactly(f"{where}, dollars", dollars, budget)
    whole, before = total((first, day)), total((first, day - DAY))
    if word == "by":
        surface.exactly(f"{where}, spent", spent, to_cent(whole))
        surface.exactly(f"{where}, forecast", ahead, to_cent(ledger.forecast(day, total, whole)))
    else:  # a part of its last day had been read: right lies between nothing of it and what it has now
        surface.between(f"{where}, spent", spent, before, whole)
        usual_day = ledger.forecast(day - DAY, lambda days: total(days) if days != (day, day) else NOTHING, before, day)
        surface.between(f"{where}, forecast", ahead, usual_day, ledger.forecast(day - DAY, total, whole, day))


def _over(surface: Surface, ledger: Ledger, name: str, text: str, over: re.Match[str], budget: Decimal) -> None:
    """Hold an alert about a month that is over: all of it was read, and it goes on to no forecast."""
    month, year, _ = over.groups()
    first = next(each for each in (date(int(year), number, 1) for number in range(1, 13)) if f"{each:%B}" == month)
    spent, dollars = amounts(text)
    where = f"alert of {name}, {month} as read"
    surface.exactly(f"{where}, dollars", dollars, budget)
    surface.exactly(f"{where}, spent", spent, to_cent(total_of(ledger, name)(month_of(first))))


def _sudden(surface: Surface, ledger: Ledger, name: str, text: str) -> None:
    _, day = _reach(text.replace(" on ", " so far on "))
    project = next(each for each, called in ledger.projects.items() if called == name)
    weeks = [ledger.total((each, each), project) for each in (day - 7 * back * DAY for back in range(1, 5))]
    told, usual = amounts(text)
    surface.exactly(f"alert of {name} on {day}", told, to_cent(ledger.total((day, day), project)))
    surface.exactly(f"alert of {name} on {day}, usual", usual, to_cent(Decimal(median(weeks))))


def _low(surface: Surface, ledger: Ledger, name: str, text: str, left: Decimal) -> None:
    project = next(each for each, called in ledger.projects.items() if called == name)
    balance, a_day = amounts(text)
    yesterday = max(day for day, _ in ledger.totals) - DAY
    mean = ledger.total((yesterday - 6 * DAY, yesterday), project) / 7
    surface.between(f"alert of {name}, balance", balance, left, left + mean)
    surface.printed(f"alert of {name}, a day", a_day, mean, within=mean)


def total_of(ledger: Ledger, name: str) -> Total:
    """Return what tells the spending of what a budget is of."""
    kind, _, called = name.partition(" ")
    if kind == "Customer":
        return lambda days: ledger.split(days, ledger.payer).get(called, NOTHING)
    project = next(each for each, name in ledger.projects.items() if name == called)
    return lambda days: ledger.total(days, project)


def _reach(text: str) -> tuple[str, date]:
    found = REACH.search(text)
    assert found is not None, text
    word, number, month = found.groups()
    first = next(each for each in (date(2028, number, 1) for number in range(1, 13)) if f"{each:%b}" == month)
    assert int(number) <= month_of(first)[1].day
    return word, first.replace(day=int(number))
