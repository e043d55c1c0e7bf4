"""The PDF of a month, held against its page and its file: every row of it, and every column."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import takewhile

from pypdf import PdfReader

from tests.soak.oracle.ledger import NOTHING, Sums
from tests.soak.oracle.reading import amount, known
from tests.soak.oracle.tally import Surface

ROW = re.compile(r"(?:\+\S+ % )?(-?[\d,]+\.\d\d)(?: (-?[\d,]+\.\d\d))?(\D.*|\w{8} · .*)")
LATE = ", correction of "
Printed = tuple[str, list[Decimal]]
"""A row's words, and its amounts: what it cost, and what is billed for it where that is told."""


def rows_of(content: bytes) -> list[Printed]:
    """Return the rows of a PDF from the first to the last."""
    lines = [line for page in PdfReader(io.BytesIO(content)).pages for line in page.extract_text().splitlines()]
    found = [each for line in lines if (each := ROW.fullmatch(line.strip()))]
    return [(each[3], known([amount(each[1]), amount(each[2] or "")])) for each in found]


def hold(surface: Surface, month: str, rows: list[Printed], shown: tuple[Sums, Sums], late: tuple[Sums, Sums]) -> None:
    """Hold the overview against the page; ``shown`` and ``late`` are what is told and billed, by payer."""
    of_month, (cost, charge), adjusted, below = _overview(rows)
    corrected = [(name.partition(LATE)[0], told) for name, told in adjusted]
    for found, (costs, charges) in ((of_month, shown), (corrected, late)):
        right = [(name, [dollars, *([charges[name]] if name in charges else [])]) for name, dollars in costs.items()]
        surface.exactly(f"{month}, number of payers", len(found), len(right))
        for told, each in zip(found, right, strict=False):
            surface.exactly(f"{month}, {each[0]}", told, each)
    surface.column(month, _column(of_month, 0), cost)
    surface.column(f"{month}, to bill", _column(of_month, 1), charge)
    if adjusted:
        (_, of_corrections), (_, (due,)) = below[:2]
        for number, whole in enumerate(of_corrections):
            surface.column(f"{month}, corrections, {number}", _column(adjusted, number), whole)
        surface.column(f"{month}, to bill with corrections", [charge, of_corrections[1]], due)


def hold_lines(surface: Surface, month: str, rows: list[Printed], file: Sequence[dict[str, str]]) -> None:
    """Hold the lines of each payer against those of the file, and against the payer's own row above them."""
    of_month, _, adjusted, below = _overview(rows)
    payers, below = [*of_month, *adjusted], below[2 if adjusted else 0 :]
    starts = [below.index(payer) for payer in payers]
    lines: list[list[Decimal]] = []
    for payer, start, end in zip(payers, starts, [*starts[1:], len(below)], strict=True):
        own = below[start + 1 : end]
        lines += [told for _, told in own]
        for number, told in enumerate(payer[1]):
            surface.column(f"{month}, lines of {payer[0]}, {number}", _column(own, number), told)
    cents = [[Decimal(each) for each in (row["Cost USD"], row["To bill USD"]) if each] for row in file]
    surface.exactly(f"{month}, number of lines", len(lines), len(cents))
    for number, (line, right) in enumerate(zip(lines, cents, strict=False)):
        surface.exactly(f"{month}, line {number}", line, right)


def _overview(rows: list[Printed]) -> tuple[list[Printed], list[Decimal], list[Printed], list[Printed]]:
    """Return the rows of the month, what stands in the sum below them, the corrections, and what comes after."""
    first = next(number for number, (name, _) in enumerate(rows) if name.startswith("Sum"))
    rest = rows[first + 1 :]
    adjusted = list(takewhile(lambda row: LATE in row[0], rest))
    return rows[:first], rows[first][1], adjusted, rest[len(adjusted) :]


def _column(rows: Sequence[Printed], number: int) -> list[Decimal]:
    return [told[number] if len(told) > number else NOTHING for _, told in rows]
