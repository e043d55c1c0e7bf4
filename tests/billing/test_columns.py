"""Every printed column comes to its printed sum: in the message, in the CSV file and in the PDF."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.billing import month_files, month_views, pdf
from bot.billing.printing import Printed, printed
from bot.billing.statement import Statement, StatementLine, StatementPart, adjustments
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


# --- dust: amounts that come to less than a cent, or cancel each other out ---

DUST = st.decimals(min_value=Decimal("-0.02"), max_value=Decimal("0.02"), places=4, allow_nan=False)
AMOUNTS = st.lists(st.one_of(DUST, st.sampled_from([Decimal(10), Decimal(-10)])), min_size=1, max_size=4)
MARKUPS = st.sampled_from([None, *map(Decimal, (-100, -50, 0, 20, 200, 1000))])


def by_payer(*payers: tuple[Decimal | None, list[Decimal]]) -> Printed:
    """Return a month of payers, each with a markup, None for what nobody is billed for, and what its lines cost."""
    parts = tuple(
        StatementPart(
            kind="own" if markup is None else "customer",
            tags=(str(number),),
            name=f"Payer {number}",
            markup=markup,
            lines=tuple(StatementLine(cost=cost) for cost in costs),
        )
        for number, (markup, costs) in enumerate(payers)
    )
    return printed(Statement(month="2026-10", parts=parts, total=sum((part.cost for part in parts), Decimal())))


def told(seen: Printed) -> list[tuple[Decimal, Decimal | None]]:
    return [(part.cost, part.charge) for part in seen.parts]


def in_file(seen: Printed) -> list[tuple[Decimal, Decimal]]:
    """Return what the lines in the CSV file come to, payer by payer, then its sum."""
    sums: dict[object, tuple[Decimal, Decimal]] = {}
    for row in month_files.rows(seen):
        line = dict(zip(month_files.HEADER, row, strict=True))
        cost, charge = (Decimal(str(line[name] or 0)) for name in ("Cost USD", "To bill USD"))
        before = sums.get(line["Customer"], (Decimal(), Decimal()))
        sums[line["Customer"]] = (before[0] + cost, before[1] + charge)
    return list(sums.values())


@pytest.mark.parametrize(
    ("payers", "rows"),
    [
        ([(20, ["0.0084"])] * 4, [("0.01", "0.01")] * 3 + [("0.00", "0.00")]),
        ([(200, ["10.004", "-10.00"])], [("0.00", "0.00")]),
        (
            [(20, ["0.006"]), (20, ["0.006"]), (None, ["0.004"])],
            [("0.01", "0.01"), ("0.01", "0.01"), ("0.00", None)],
        ),
        ([(1000, ["0.0049"])], [("0.00", "0.00")]),
        (
            [(20, ["-0.006"]), (20, ["-0.006"]), (None, ["-0.002"])],
            [("0.00", "0.00"), ("-0.01", "-0.01"), ("0.00", None)],
        ),
    ],
)
def test_what_prints_as_nothing_is_billed_nothing_and_lines_come_to_their_row(
    payers: list[tuple[int | None, list[str]]], rows: list[tuple[str, str | None]]
) -> None:
    given_ = [(None if markup is None else Decimal(markup), [*map(Decimal, costs)]) for markup, costs in payers]
    seen = by_payer(*given_)
    assert told(seen) == [(Decimal(cost), None if charge is None else Decimal(charge)) for cost, charge in rows]
    *lines, whole = in_file(seen)
    assert lines == [(part.cost, part.charge or 0) for part in seen.parts]
    assert whole == (seen.cost, seen.charge)


@given(st.lists(st.tuples(MARKUPS, AMOUNTS), min_size=1, max_size=5))
def test_dust_comes_to_the_rows_and_rows_to_the_sums(payers: list[tuple[Decimal | None, list[Decimal]]]) -> None:
    seen = by_payer(*payers)
    *lines, whole = in_file(seen)
    assert lines == [(part.cost, part.charge or 0) for part in seen.parts]
    assert whole == (seen.cost, seen.charge)
    assert abs(seen.cost - seen.statement.cost) <= Decimal("0.005")
    for part in seen.parts:
        assert abs(part.cost - part.part.cost) < Decimal("0.01")
        for cost, charge in ((part.cost, part.charge), *((line[1], line[2]) for line in part.lines if part.cost)):
            assert cost or not charge
        if part.charge is not None and part.cost:
            assert abs(part.charge - part.part.charge(part.part.cost)) < Decimal("0.01")
            assert (abs(part.charge) - abs(part.cost)) * (part.part.markup or 0) >= 0


def test_a_payers_lines_in_the_message_come_to_what_it_is_to_pay() -> None:
    seen = by_payer((Decimal(200), [Decimal("10.004"), Decimal(-10)]))
    text = fallback_text(month_views.part_page(seen.only(seen.parts[0].part.id), seen.parts[0].part.id, 1))
    lines = [amounts(line.replace("$", "")) for line in text.splitlines() if ", to bill" in line]
    assert [sum(column) for column in zip(*lines, strict=True)] == [0, 0]
