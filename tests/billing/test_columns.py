"""Every printed column comes to its printed sum: in the message, in the CSV file and in the PDF."""

from __future__ import annotations

import io
from decimal import Decimal

from pypdf import PdfReader

from bot.billing import month_files, month_views, pdf
from bot.billing.printing import Printed, printed
from bot.billing.statement import Statement, adjustments
from bot.slack.words import fallback_text
from tests.billing.test_statement import Row, amounts, of
from tests.factories import NOON


def with_a_correction() -> Printed:
    """Return a month of two payers that also carries a correction of the month before."""
    apple: Row = ("p1", "k1", frozenset(), Decimal("10.004"))
    pear: Row = ("p1", "elsewhere", frozenset({"pear"}), Decimal("3.333"))
    late: Row = ("p1", "k1", frozenset(), Decimal("2.505"))
    carried = adjustments(of([apple, late]), of([apple]), ())
    month = of([apple, pear])
    return printed(Statement(**month.model_dump(exclude={"adjustments"}), adjustments=carried))


def test_the_rows_above_the_sum_come_to_the_sum() -> None:
    text = fallback_text(month_views.month_page(with_a_correction(), 1, may_close=False)).replace("$", "")
    above, _, below = text.partition("Sum:")
    of_rows = [amounts(line)[0] for line in above.splitlines() if " · " in line and amounts(line)]
    assert sum(of_rows, Decimal()) == amounts(below)[0]


def test_each_column_of_the_pdf_adds_up_to_the_bold_line_below_it() -> None:
    pages = PdfReader(io.BytesIO(pdf.render(with_a_correction(), NOON))).pages
    lines = "\n".join(page.extract_text() for page in pages).splitlines()
    head = next(number for number, line in enumerate(lines) if "To bill USD" in line)
    bold = next(number for number, line in enumerate(lines) if "Sum" in line)
    rows = [amounts(line) for line in lines[head + 1 : bold]]
    assert [sum(column, Decimal()) for column in zip(*rows, strict=True)] == amounts(lines[bold])


def test_nothing_is_billed_for_what_prints_as_nothing() -> None:
    seen = printed(of([("p1", "k1", frozenset(), Decimal("0.0045"))]))
    assert [(part.cost, part.charge) for part in seen.parts] == [(Decimal("0.00"), Decimal("0.00"))]


def test_the_lines_of_the_file_come_to_the_sum_below_them() -> None:
    told = list(month_files.rows(with_a_correction()))
    cost, first_sum = month_files.HEADER.index("Cost USD"), next(row for row in told if row[1] == "sum")
    above = told[: told.index(first_sum)]
    assert sum((Decimal(str(row[cost])) for row in above), Decimal()) == first_sum[cost]
