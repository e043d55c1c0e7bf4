"""The month by customer adds up: to the provider's total, to the cent, and in the message, the CSV file and the PDF."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from bot.billing import month_files, month_views, pdf
from bot.billing.printing import Printed, printed
from bot.billing.statement import (
    CustomerSpent,
    Statement,
    StatementCatalogue,
    StatementLine,
    adjustments,
    compose,
    read_typed,
)
from bot.slack.files import csv_bytes
from bot.slack.words import fallback_text
from bot.spending.payers import Attribution, KnownKey, Payer
from bot.spending.periods import Today
from tests.factories import HOSTILE, NOON

Row = tuple[str, str, frozenset[str], Decimal]
TAGS = st.frozensets(st.sampled_from(["apple", "banana", "pear", "internal", "ivr"]), max_size=4)
KEYS = st.sampled_from(["k1", "k2", "k3", "elsewhere"])
DOLLARS = st.decimals(min_value=-1000, max_value=100_000, places=7, allow_nan=False)
ROWS = st.lists(st.tuples(st.sampled_from(["p1", "p2", "theirs"]), KEYS, TAGS, DOLLARS), max_size=40)
ATTRIBUTION = Attribution(
    customers=frozenset({"apple", "banana", "pear"}),
    keys={"k1": KnownKey("apple", made_here=True), "k2": KnownKey(None, made_here=True)},
    accounts={"theirs": "pear"},
)
NAMES = {"apple": "Apple", "banana": "Banana", "pear": "Pear"}
CATALOGUE = StatementCatalogue(NAMES, {"apple": Decimal(20), "banana": Decimal("12.5")}, Decimal("3.3333"))


def spent(rows: list[Row]) -> list[CustomerSpent]:
    return [
        CustomerSpent(
            ATTRIBUTION.payer(project_id, key_id, tags), StatementLine(key=key_id, project=project_id, cost=dollars)
        )
        for project_id, key_id, tags, dollars in rows
    ]


def of(rows: list[Row], late: Decimal = Decimal()) -> Statement:
    """Return the statement of a month; ``late`` is in the provider's total, and in no row yet."""
    ours = sum((dollars for project_id, *_, dollars in rows if project_id != "theirs"), Decimal())
    return compose("2026-10", spent(rows), ours + late, CATALOGUE)


@pytest.mark.parametrize(
    ("project_id", "key_id", "tags", "payer"),
    [
        ("p1", "k1", {"banana", "pear"}, Payer("customer", ("apple",))),  # the row of a key made here decides
        ("p1", "k2", {"banana"}, Payer("own")),
        ("p1", "elsewhere", {"pear", "internal"}, Payer("customer", ("pear",))),
        ("p1", None, {"pear", "banana"}, Payer("several", ("banana", "pear"))),
        ("p1", None, {"internal"}, Payer("unclaimed", ("internal",))),
        ("p1", "elsewhere", set(), Payer("untagged")),
        ("p1", None, None, Payer("untagged")),
        ("theirs", "k1", {"apple"}, Payer("theirs", ("pear",))),
    ],
)
def test_every_amount_has_one_payer(project_id: str, key_id: str | None, tags: set[str] | None, payer: Payer) -> None:
    assert ATTRIBUTION.payer(project_id, key_id, tags) == payer


@given(ROWS, DOLLARS)
def test_parts_add_up_to_the_providers_total_and_what_is_theirs_is_in_none_of_them(
    rows: list[Row], late: Decimal
) -> None:
    statement = of(rows, late)
    theirs = sum((dollars for project_id, *_, dollars in rows if project_id == "theirs"), Decimal())
    assert statement.cost == statement.total
    assert sum((part.cost for part in statement.theirs), Decimal()) == theirs
    assert len({part.key for part in statement.parts}) == len(statement.parts)


@given(ROWS, DOLLARS)
def test_printed_cents_add_up_at_every_level(rows: list[Row], late: Decimal) -> None:
    statement = of(rows, late)
    seen = printed(statement)
    assert abs(seen.cost - statement.cost) <= Decimal("0.005")
    for part in seen.everything:
        assert part.cost == sum(cost for _, cost, _ in part.lines)
        assert abs(part.cost - part.part.cost) < Decimal("0.01")
        if part.charge is not None:
            assert part.charge == sum(charge for *_, charge in part.lines if charge is not None)
            assert not part.cost or abs(part.charge - part.part.charge(part.part.cost)) < Decimal("0.01")
    marked_up = [part for part in seen.parts if part.part.markup]
    exact = sum((part.part.charge(part.part.cost) for part in marked_up), Decimal())
    # A markup below a cent never takes one off its row, and is nothing where the row prints as nothing.
    small = sum(abs(part.part.charge(part.part.cost) - part.part.cost) < Decimal("0.01") for part in marked_up)
    off = abs(sum((part.charge or Decimal() for part in marked_up), Decimal()) - exact)
    assert off <= Decimal("0.005") + small * Decimal("0.0125")
    assert all(part.charge == part.cost for part in seen.parts if part.part.billed and not part.part.markup)


@given(ROWS, ROWS, ROWS, DOLLARS)
def test_late_corrections_reach_the_next_months_once(
    first: list[Row], second: list[Row], third: list[Row], late: Decimal
) -> None:
    closed = of(first)
    carried = adjustments(of(first + second, late), closed, ())
    again = adjustments(of(first + second + third, late), closed, carried)
    stands = closed.cost + sum((part.cost for part in (*carried, *again)), Decimal())
    assert stands == of(first + second + third, late).cost
    assert adjustments(of(first + second, late), closed, carried) == ()


def test_a_correction_is_billed_as_its_month_was() -> None:
    row = ("p1", "k1", frozenset[str](), Decimal(10))
    closed = of([row])
    dearer = StatementCatalogue({"apple": "Apple Inc"}, {"apple": Decimal(50)})
    (part,) = adjustments(compose("2026-10", spent([row, row]), Decimal(20), dearer), closed, ())
    assert (part.cost, part.markup, part.of_month) == (Decimal(10), Decimal(20), "2026-10")


def test_a_renamed_customer_keeps_its_spending() -> None:
    rows = [("p1", "k1", frozenset[str](), Decimal(1))]
    renamed = compose("2026-10", spent(rows), None, StatementCatalogue({"apple": "Äpfel & Co"}, {}))
    assert [(part.key, part.name) for part in renamed.parts] == [('customer:["apple"]', "Äpfel & Co")]
    assert adjustments(renamed, of(rows), ()) == ()


def test_a_statement_survives_its_json() -> None:
    statement = of(
        [("p1", "k1", frozenset[str](), Decimal("0.1234567")), ("theirs", "k1", frozenset[str](), Decimal(2))]
    )
    assert Statement.model_validate(statement.model_dump(mode="json")) == statement


# --- three ways to show it ---


def amounts(text: str) -> list[Decimal]:
    return [Decimal(found.replace(",", "")) for found in re.findall(r"-?[\d,]+\.\d\d(?!\d)", text)]


def sums_in_csv(seen: Printed) -> tuple[Decimal, Decimal]:
    content = csv_bytes(month_files.HEADER, month_files.rows(seen)).decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(content)))
    total = next(line for line in lines if line["Kind"] == "sum")
    own = lines[: lines.index(total)]
    cost = sum((Decimal(line["Cost USD"]) for line in own), Decimal())
    charge = sum((Decimal(line["To bill USD"]) for line in own if line["To bill USD"]), Decimal())
    assert (cost, charge) == (Decimal(total["Cost USD"]), Decimal(total["To bill USD"]))
    exact = sum((Decimal(line["Exact cost USD"]) for line in own), Decimal())
    assert exact == Decimal(total["Exact cost USD"])
    return cost, charge


def sums_in_pdf(seen: Printed) -> tuple[Decimal, Decimal]:
    pages = PdfReader(io.BytesIO(pdf.render(seen, NOON))).pages
    text = "\n".join(page.extract_text() for page in pages)
    row = next(line for line in text.splitlines() if "Sum" in line)
    cost, charge = amounts(row)
    return cost, charge


def sums_in_message(seen: Printed) -> tuple[Decimal, Decimal]:
    text = fallback_text(month_views.month_page(seen, 1, may_close=False)).replace("$", "")
    cost = next(line for line in text.splitlines() if "Sum:" in line)
    charge = next(line for line in text.splitlines() if "To bill:" in line)
    return amounts(cost)[0], amounts(charge)[0]


@settings(max_examples=settings().max_examples // 8)
@given(ROWS)
def test_message_csv_and_pdf_show_the_same_sums(rows: list[Row]) -> None:
    seen = printed(of(rows))
    assert sums_in_message(seen) == sums_in_csv(seen) == sums_in_pdf(seen) == (seen.cost, seen.charge)


def test_a_pdf_draws_names_in_many_scripts_and_says_what_it_cannot() -> None:
    names = {"a": "مركز الاتصال", "b": "字幕テスト 한국", "c": "Голосовая почта", "d": "Küste 👋", "e": HOSTILE}
    rows = [
        CustomerSpent(Payer("customer", (tag,)), StatementLine(purpose=HOSTILE, cost=Decimal("1.005"))) for tag in names
    ]
    drawn = pdf.render(printed(compose("2026-10", rows, None, StatementCatalogue(names, {}))), NOON)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(drawn)).pages)
    assert "مركز الاتصال" in text
    assert set("字幕テスト한국") <= set(text)
    assert text.count("+0 % 1.0") == 2 * len(names)
    assert "Голосовая почта" in text
    assert "U+1F44B" in text


def test_a_difference_that_prints_as_nothing_is_not_drawn() -> None:
    third = Decimal("0.3333333333")
    thirds = [CustomerSpent(Payer("customer", (tag,)), StatementLine(key=tag, cost=third)) for tag in NAMES]
    seen = printed(compose("2026-10", thirds, Decimal(1), CATALOGUE))
    assert seen.parts[-1].part.cost == Decimal("1E-10")
    page = fallback_text(month_views.month_page(seen, 1, may_close=False))
    assert "Difference" not in page
    assert [cents in page for cents in ("$0.33", "$0.34", "Sum: $1.00")] == [True] * 3
    assert sum(part.cost for part in seen.drawn.parts) == seen.cost == 1
    assert "Difference" in str(list(month_files.rows(seen)))  # to the last digit there


def test_a_customers_page_has_their_own_account_too() -> None:
    rows: list[Row] = [
        ("p1", "elsewhere", frozenset({"pear"}), Decimal(3)),
        ("p1", "k1", frozenset(), Decimal(5)),
        ("theirs", "k3", frozenset(), Decimal(7)),
    ]
    seen = printed(of(rows))
    assert [(part.part.name, part.cost) for part in seen.only(seen.ids_of("pear")).everything] == [
        ("Pear", Decimal(3)),
        ("Pear, own account", Decimal(7)),
    ]


def test_a_customers_page_has_no_rows_of_others_with_the_same_tag() -> None:
    cents = StatementLine(cost=Decimal(40))
    before = compose("2026-10", [CustomerSpent(Payer("unclaimed", ("aple",)), cents)], None, CATALOGUE)
    adopted = compose(
        "2026-10", [CustomerSpent(Payer("customer", ("aple",)), cents)], None, StatementCatalogue({"aple": "Aple"}, {})
    )
    seen = printed(Statement(month="2026-11", adjustments=adjustments(adopted, before, ())))
    assert [part.cost for part in seen.everything] == [Decimal(40), Decimal(-40)]
    assert [(part.part.name, part.cost) for part in seen.only(seen.ids_of("aple")).everything] == [
        ("Aple", Decimal(40))
    ]


def test_a_plus_in_a_tag_makes_no_two_sets_one() -> None:
    first, second = (CATALOGUE.part(Payer("several", tags)) for tags in (("a+b", "c"), ("a", "b+c")))
    assert first.id != second.id


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("", ("2026-11", "")),
        ("apple", ("2026-11", "apple")),
        ("Alder & Finch", ("2026-11", "Alder & Finch")),
        ("last apple", ("2026-10", "apple")),
        ("2026-09  Alder & Finch", ("2026-09", "Alder & Finch")),
    ],
)
def test_the_month_may_be_left_out(typed: str, asked: tuple[str, str]) -> None:
    assert read_typed(typed, Today(date(2026, 11, 21), date(2026, 11, 21))) == asked


def test_a_month_that_was_never_read_is_not_nothing() -> None:
    unread = printed(Statement(month="2019-01", missing=("279 days of projects not read yet.",)))
    page = fallback_text(month_views.month_page(unread, 1, may_close=False))
    assert "What was spent in January 2019 is not known." in page
    assert "279 days of projects not read yet." in page
    assert "$" not in page
    assert "is not known" in fallback_text(month_views.nothing_for("Apple", unread))
