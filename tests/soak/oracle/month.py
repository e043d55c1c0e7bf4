"""A month by customer, held against the reports: page, lines, CSV and PDF, with what corrects months closed before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tests.scenarios.people import Person, words_of
from tests.soak.oracle import printed
from tests.soak.oracle.ledger import NOTHING, Days, Ledger, Sums, charged, is_billed, to_cent
from tests.soak.oracle.reading import PATIENCE, amount, amounts, asks, gets, known, rows_of
from tests.soak.oracle.tally import Surface, Tally

ROW = re.compile(r"^(\*[^*\n]+\*[^\n]*)\n(-?\$[^\n]*)$", re.MULTILINE)
PAGES = re.compile(r"^Page 1 of (\d+)$", re.MULTILINE)
SUMS = re.compile(r"^\*?(Sum|Corrections of closed months|To bill): (.*)$", re.MULTILINE)
LINE = re.compile(r" · \*(-?\$[\d,.]+)\*(?:, to bill \*(-?\$[\d,.]+)\*)?")


@dataclass
class Shown:
    """What a page tells: what each payer cost and is billed, what is corrected, and the sums."""

    costs: Sums = field(default_factory=dict)
    billed: Sums = field(default_factory=dict)
    corrections: Sums = field(default_factory=dict)
    corrected: Sums = field(default_factory=dict)
    cost: Decimal = NOTHING
    charge: Decimal = NOTHING
    of_corrections: tuple[Decimal, Decimal] = (NOTHING, NOTHING)
    due: Decimal = NOTHING


@dataclass(frozen=True)
class Told:
    """A month as its page shows it, beside what the reports come to: by payer, of months before, and in all."""

    month: str
    shown: Shown
    right: Sums
    corrections: Mapping[str, Decimal]
    total: Decimal


async def hold(person: Person, tally: Tally, ledger: Ledger, days: Days, corrections: Mapping[str, Decimal]) -> None:
    """Hold a whole month; ``corrections`` is what each payer's months before are corrected by."""
    month = f"{days[0]:%Y-%m}"
    shown = await _pages(person, month)
    told = Told(month, shown, ledger.split(days, ledger.payer), corrections, ledger.total(days))
    _page(tally.on("month"), told)
    file = rows_of(await gets(person, "Send as CSV"))
    _file(tally.on("CSV of a month"), told, file)
    rows, surface = printed.rows_of(await gets(person, "Send as PDF")), tally.on("PDF of a month")
    printed.hold(surface, month, rows, (shown.costs, shown.billed), (shown.corrections, shown.corrected))
    printed.hold_lines(surface, month, rows, [line for line in file if line["Kind"] != "sum"])


async def hold_lines(person: Person, tally: Tally, ledger: Ledger, days: Days, name: str) -> None:
    """Hold the lines of one customer, which fit on a page."""
    month, surface = f"{days[0]:%Y-%m}", tally.on("month")
    text = words_of((await asks(person, f"/billing month {month} {name.lower()}"))["blocks"])
    lines = [(amount(cost) or NOTHING, amount(charge)) for cost, charge in LINE.findall(text)]
    own = [row for row in ledger.rows if days[0] <= row.day <= days[1] and ledger.payer(row) == name]
    parts: dict[tuple[str, str], Decimal] = {}
    for row in own:
        parts[row.accessor, row.item] = parts.get((row.accessor, row.item), NOTHING) + row.dollars
    right = sorted(filter(None, parts.values()), reverse=True)
    surface.exactly(f"{month}, lines of {name}", len(lines), len(right))
    for number, ((cost, charge), exact) in enumerate(zip(lines, right, strict=False)):
        surface.printed(f"{month}, line {number} of {name}", cost, exact)
        surface.printed(f"{month}, line {number} of {name}, to bill", charge, charged(name, exact))
    whole = re.findall(r"^\*[^\n]*`: (-?\$.*)$", text, re.MULTILINE)
    cost, charge = amounts(whole[0])
    surface.column(f"{month}, lines of {name}", [each for each, _ in lines], cost)
    surface.column(f"{month}, lines of {name}, to bill", known([each for _, each in lines]), charge)


async def _pages(person: Person, month: str) -> Shown:
    """Read a month page by page, as far as there is a next one."""
    text, shown = words_of((await asks(person, f"/billing month {month}"))["blocks"]), Shown()
    read(text, shown)
    for number in range(2, int((PAGES.findall(text) or ["1"])[0]) + 1):
        await person.presses("Next page")
        read(await person.reads(f"Page {number} of", patience=PATIENCE), shown)
    return shown


def read(text: str, shown: Shown) -> None:
    """Read a page of a month; the sums stand on each of them."""
    for title, figures in ROW.findall(text):
        name, found = title.split("*")[1], amounts(figures)
        costs, billed = (
            (shown.corrections, shown.corrected) if "correction of" in title else (shown.costs, shown.billed)
        )
        costs[name] = found[0]
        if len(found) > 1:
            billed[name] = found[1]
    sums = {name: amounts(line) for name, line in SUMS.findall(text)}
    (shown.cost, shown.charge), (shown.due,) = sums["Sum"], sums["To bill"]
    of_corrections = sums.get("Corrections of closed months", [NOTHING, NOTHING])
    shown.of_corrections = (of_corrections[0], of_corrections[1])


def _page(surface: Surface, told: Told) -> None:
    month, shown, right = told.month, told.shown, told.right
    surface.parts(month, shown.costs, right, exact=False)
    surface.parts(f"{month}, to bill", shown.billed, billed(right), exact=False)
    surface.parts(f"{month}, correction", shown.corrections, told.corrections, exact=False)
    surface.parts(f"{month}, correction to bill", shown.corrected, billed(told.corrections), exact=False)
    surface.exactly(f"{month}, sum", shown.cost, to_cent(told.total))
    surface.column(month, shown.costs.values(), shown.cost)
    surface.column(f"{month}, to bill", shown.billed.values(), shown.charge)
    surface.column(f"{month}, corrections", shown.corrections.values(), shown.of_corrections[0])
    surface.column(f"{month}, corrections to bill", shown.corrected.values(), shown.of_corrections[1])
    surface.column(f"{month}, to bill in all", [shown.charge, shown.of_corrections[1]], shown.due)


def _file(surface: Surface, told: Told, file: list[dict[str, str]]) -> None:
    """Hold the file's exact amounts against the reports, and its cents against the page."""
    month, shown, right = told.month, told.shown, told.right
    sums = [line for line in file if line["Kind"] == "sum"]
    late = [line for line in file if line["Kind"].startswith("correction")]
    lines = [line for line in file if line not in sums and line not in late]
    for rows, exact, cents, charges in (
        (lines, right, shown.costs, shown.billed),
        (late, dict(told.corrections), shown.corrections, shown.corrected),
    ):
        where = f"{month}{', corrections' if rows is late else ''}"
        surface.parts(where, added(rows, "Exact cost USD"), exact, exact=True)
        surface.parts(f"{where}, to bill", added(rows, "Exact to bill USD"), billed(exact), exact=True)
        for name, cost in cents.items():
            surface.column(f"{where}, lines of {name}", known([added(rows, "Cost USD").get(name)]), cost)
        for name, charge in charges.items():
            surface.column(f"{where}, to bill of {name}", known([added(rows, "To bill USD").get(name)]), charge)
    for line in lines:
        surface.printed(
            f"{month}, line {line['Key']} {line['Line item']}",
            Decimal(line["Cost USD"]),
            Decimal(line["Exact cost USD"]),
        )
    surface.exactly(f"{month}, sum", Decimal(sums[0]["Exact cost USD"]), told.total)
    surface.column(month, added(lines, "Cost USD").values(), Decimal(sums[0]["Cost USD"]))
    surface.column(f"{month}, to bill", added(lines, "To bill USD").values(), Decimal(sums[0]["To bill USD"]))
    if late:
        for column in ("Cost USD", "To bill USD"):
            told_below = Decimal(sums[1][column])
            surface.column(f"{month}, corrections, {column}", added(late, column).values(), told_below)
        whole = [Decimal(each["To bill USD"]) for each in sums[:2]]
        surface.column(f"{month}, to bill with corrections", whole, Decimal(sums[2]["To bill USD"]))


def added(rows: list[dict[str, str]], column: str) -> Sums:
    """Add up a column by customer; what is billed to nobody is left out."""
    sums: Sums = {}
    for row in rows:
        if row[column]:
            sums[row["Customer"]] = sums.get(row["Customer"], NOTHING) + Decimal(row[column])
    return sums


def billed(costs: Mapping[str, Decimal]) -> Sums:
    """Return what is billed for these costs, with everybody's markup."""
    return {name: charged(name, cost) for name, cost in costs.items() if is_billed(name)}
