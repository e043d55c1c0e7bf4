"""Whose a tag is: one judge for money, for the catalogue and for its form; what nobody claims is a row of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from bot.billing import closing, month, month_views
from bot.billing.operations import CloseMonth
from bot.billing.printing import printed
from bot.billing.statement import Statement, StatementLine, StatementPart
from bot.customers import service as catalogue
from bot.customers import views
from bot.customers.changing import CustomerChanges
from bot.customers.operations import SaveCustomer
from bot.customers.service import SeenTag
from bot.errors import FormError, NotUnderstood
from bot.slack.blocks_check.whole import problems_of_message
from bot.store.database import Database
from bot.store.fact_rows import SpendOf
from bot.store.statements import ClosedMonth
from bot.store.tag_sets import text_of
from tests.billing.test_month import DAY, NOW, close, costs, read, settle, spent, store
from tests.clocks import SetClock
from tests.factories import NOON, OWNER, TEAM, actor, add, customer, key, rows

__all__ = ["store"]  # the fixture of the month

NAMES = ("apple", "banana", "pear")
ELSEWHERE = "0000000f-0000-4000-8000-000000000000"


def in_console(tag: str) -> SpendOf:
    """Return a line of a key that somebody made in the provider's console, with this tag."""
    return SpendOf(ELSEWHERE, "streaming::nova-3", text_of([tag]), "hosted")


@pytest.mark.parametrize("tag", ["Apple", "APPLE", "apple ", "ａｐｐｌｅ"])
def test_a_customers_tag_in_other_letters_is_still_theirs(store: Database, tag: str) -> None:
    spent(store, DAY, {in_console(tag): "90"})
    settle(store, "2026-10")
    assert costs(read(store, "2026-10")) == {"Apple": Decimal(90)}


def test_a_tag_that_no_customer_has_is_not_our_own_use(store: Database) -> None:
    spent(store, DAY, {in_console("aple"): "90"})
    settle(store, "2026-10")
    told = costs(read(store, "2026-10"))
    assert "Own use" not in told
    (name,) = told
    assert "aple" in name


def test_an_unclaimed_tag_keeps_a_month_from_being_closed_unseen(store: Database) -> None:
    spent(store, DAY, {in_console("aple"): "90"})
    settle(store, "2026-10")
    with pytest.raises(NotUnderstood, match="aple"):
        close(store, "2026-10")


def test_tags_that_two_customers_share_keep_a_month_from_being_closed_unseen(store: Database) -> None:
    add(store, customer("acme"), customer("ACME"))
    spent(store, DAY, {in_console("Acme"): "5", in_console("apple"): "1"})
    settle(store, "2026-10")
    with pytest.raises(NotUnderstood, match=r"\$5\.00 carry tags that name several customers.*: ACME \+ acme\."):
        close(store, "2026-10")


# --- what a correction carries ---


def test_an_unclaimed_tag_that_only_a_correction_carries_is_not_closed_over_unseen(store: Database) -> None:
    spent(store, DAY, {in_console("apple"): "1"})
    settle(store, "2026-10")
    close(store, "2026-10")
    spent(store, DAY, {in_console("apple"): "1", in_console("aple"): "40"})
    settle(store, "2026-11")
    november = read(store, "2026-11")
    assert [(part.name, part.cost) for part in november.adjustments] == [("Unclaimed tag aple", Decimal(40))]
    with pytest.raises(NotUnderstood, match=r"\$40\.00 carry tags that no customer has.*: aple\."):
        close(store, "2026-11")
    page = str(month_views.month_page(printed(november), 1, may_close=True))
    assert page.count("$40.00 carry tags that no customer has") == 2  # above the rows, and in the question
    with store.transaction() as session:
        wish = CloseMonth(month="2026-11", untold_seen=november.warnings_id)
        closing.close(session, closing.as_asked(session, wish, actor(OWNER), NOW), actor(OWNER), NOW)


def test_what_was_unclaimed_and_is_taken_off_again_is_no_warning(store: Database) -> None:
    spent(store, DAY, {in_console("aple"): "40"})
    settle(store, "2026-10")
    with store.transaction() as session:
        wish = CloseMonth(month="2026-10", untold_seen=month.read(session, TEAM, "2026-10", NOW).warnings_id)
        closing.close(session, closing.as_asked(session, wish, actor(OWNER), NOW), actor(OWNER), NOW)
    add(store, customer("aple", name="Aple"))
    settle(store, "2026-11")
    november = read(store, "2026-11")
    assert {part.name: part.cost for part in november.adjustments} == {
        "Aple": Decimal(40),
        "Unclaimed tag aple": Decimal(-40),
    }
    assert november.warnings == ()
    seen = printed(november)
    assert [part.part.name for part in seen.only(seen.ids_of("aple")).everything] == ["Aple"]


KEPT_BEFORE = {
    "month": "2026-10",
    "parts": [
        {
            "kind": "own",
            "tags": [],
            "name": "Own use",
            "markup": None,
            "of_month": "",
            "lines": [
                {"key": "", "purpose": "", "owner": "", "project": "production", "item": "nova", "cost": "60"},
                {"key": "", "purpose": "", "owner": "", "project": "production", "item": "nova", "cost": "40"},
            ],
        }
    ],
    "adjustments": [],
    "theirs": [],
    "total": "100",
    "untold": [],
}
"""A month as it was kept when a tag in other letters was nobody's, and what was nobody's our own use."""


def keep(database: Database, statement: dict[str, Any]) -> None:
    add(
        database,
        ClosedMonth(
            team_id=TEAM,
            month=statement["month"],
            statement=statement,
            total=Decimal(statement["total"]),
            sha256=month.sha256_of(statement),
            closed_by=OWNER,
            closed_at=NOW,
        ),
    )


def test_a_month_that_was_closed_by_older_rules_is_corrected_by_what_is_told_differently_alone(store: Database) -> None:
    told = {in_console("Apple"): "60", in_console("aple"): "40"}
    spent(store, DAY, told)
    settle(store, "2026-10")
    keep(store, KEPT_BEFORE)
    assert read(store, "2026-11").adjustments == ()
    spent(store, DAY, {**told, in_console("Apple"): "62", in_console("apple"): "5"})
    assert [(part.name, part.cost) for part in read(store, "2026-11").adjustments] == [
        ("Apple", Decimal(5)),
        ("Own use", Decimal(2)),
    ]
    assert costs(month_now(store)) == {"Apple": Decimal(67), "Unclaimed tag aple": Decimal(40)}


def month_now(database: Database) -> Statement:
    """Return October by the rules of today."""
    statement: Statement = rows(database, lambda session: month.present(session, TEAM, "2026-10"))
    return statement


def test_a_month_says_by_which_rules_it_was_closed(store: Database) -> None:
    spent(store, DAY, {in_console("Apple"): "60"})
    settle(store, "2026-10")
    close(store, "2026-10")
    assert read(store, "2026-10").judged == "equal"
    spent(store, DAY, {in_console("Apple"): "61"})
    assert [(part.name, part.cost) for part in read(store, "2026-11").adjustments] == [("Apple", Decimal(1))]


# --- how it is said ---

MILLIONS = Decimal("12345678.90")


@pytest.mark.parametrize("named", [0, 2, 101])
def test_every_kind_of_warning_is_said_wherever_a_month_is_closed(named: int) -> None:
    parts = [
        StatementPart(
            kind=kind,
            tags=tuple(f"tag {number}" * 12 for number in range(9)),
            name="",
            lines=(StatementLine(cost=MILLIONS),),
        )
        for kind in ("unclaimed", "several")
    ]
    untold = tuple(f"The provider tells no prices for project {number}." for number in range(named))
    statement = Statement(month="2026-10", parts=tuple(parts), untold=untold, total=2 * MILLIONS)
    kinds = ["$12,345,678.90 carry 9 tags that no customer has.", "$12,345,678.90 carry tags that name several"]
    kinds += ["Not every price of 2 projects is told."] * (named == 2)
    kinds += ["Not every price of over 100 projects is told."] * (named == 101)
    page = month_views.month_page(printed(statement), 1, may_close=True)
    assert problems_of_message(page, "October 2026") == []
    question = next(each["confirm"]["text"]["text"] for each in page[-1]["elements"] if "confirm" in each)
    asked = CloseMonth(month="2026-10", untold=statement.warned(closing.WARNINGS_SHOWN))
    with_card = dict(closing.describe(Session(), asked, OWNER).evidence)
    for kind in kinds:
        assert kind in str(page[1:3])
        assert kind in question
        assert kind in with_card["Warnings"]
    assert "Close it so?" in question


# --- the list of tags ---


def offered(database: Database) -> list[str]:
    seen: list[SeenTag] = rows(database, lambda session: catalogue.seen_tags(session, TEAM))
    return [each.tag for each in seen if each.adoptable]


async def test_what_the_list_of_tags_offers_can_be_adopted(store: Database) -> None:
    spent(store, DAY, {in_console("Apple"): "90", in_console("aple"): "40"})
    settle(store, "2026-10")
    assert offered(store) == ["aple"]
    for tag in offered(store):
        await CustomerChanges(store, SetClock(NOON)).save(
            SaveCustomer(tag=tag, new=True, name="Apple Europe"), actor(OWNER)
        )
    assert offered(store) == []
    assert costs(read(store, "2026-10")) == {"Apple": Decimal(90), "Apple Europe": Decimal(40)}


async def test_a_tag_that_two_customers_share_is_listed_with_both_and_no_third_takes_it(store: Database) -> None:
    add(store, customer("acme"), customer("ACME"), key(3, mint_id=None, tags=["Acme"]))
    (seen,) = rows(store, lambda session: catalogue.seen_tags(session, TEAM))
    assert (seen.tag, seen.shared_by, seen.adoptable) == ("Acme", ("ACME", "acme"), False)
    page = rows(store, lambda session: catalogue.tag_page(session, TEAM, 1))
    text = str(views.tag_list(page, may_change=True))
    assert "ACME and acme" in text
    assert "customers.adopt" not in text
    with pytest.raises(FormError, match="belongs to"):
        await CustomerChanges(store, SetClock(NOON)).save(
            SaveCustomer(tag="Acme", new=True, name="Third"), actor(OWNER)
        )


def test_a_customers_live_keys_are_those_that_are_billed_to_it(store: Database) -> None:
    add(
        store,
        key(3, mint_id=None, tags=["APPLE"]),
        key(4, mint_id=None, tags=["apple", "banana"]),  # of both, and so of nobody
        key(5, customer="banana", tags=["apple"]),  # as it was chosen here
        key(6, mint_id=None, tags=["apple"], state="ended"),
    )
    with store.reading() as session:
        live = {tag: catalogue.details(session, actor(OWNER), tag, may_change=False).live_keys for tag in NAMES}
    assert live == {"apple": 2, "banana": 1, "pear": 0}  # the first of Apple's was asked for here
