"""Whose a tag is: one judge for money, for the catalogue and for its form; what nobody claims is a row of its own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from bot.billing import month
from bot.billing.statement import Statement
from bot.clock import SetClock
from bot.customers import service as catalogue
from bot.customers.changing import CustomerChanges
from bot.customers.operations import SaveCustomer
from bot.errors import NotUnderstood
from bot.store.database import Database
from bot.store.fact_rows import SpendOf
from bot.store.statements import ClosedMonth
from bot.store.tag_sets import text_of
from tests.billing.test_month import DAY, NOW, close, costs, read, settle, spent, store
from tests.factories import NOON, OWNER, TEAM, actor, add, rows

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


# --- what a correction carries ---


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


# --- the list of tags ---


async def test_what_the_list_of_tags_offers_can_be_adopted(store: Database) -> None:
    spent(store, DAY, {in_console("Apple"): "90"})
    offered = rows(store, lambda session: [each.tag for each in catalogue.seen_tags(session, TEAM) if each.adoptable])
    for tag in offered:
        await CustomerChanges(store, SetClock(NOON)).save(
            SaveCustomer(tag=tag, new=True, name="Apple Europe"), actor(OWNER)
        )
