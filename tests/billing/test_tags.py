"""Whose a tag is: one judge for money, for the catalogue and for its form; what nobody claims is a row of its own."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.clock import SetClock
from bot.customers import service as catalogue
from bot.customers.changing import CustomerChanges
from bot.customers.operations import SaveCustomer
from bot.errors import NotUnderstood
from bot.store.database import Database
from bot.store.fact_rows import SpendOf
from bot.store.tag_sets import text_of
from tests.billing.test_month import DAY, close, costs, read, settle, spent, store
from tests.factories import NOON, OWNER, TEAM, actor, rows

__all__ = ["store"]  # the fixture of the month

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


async def test_what_the_list_of_tags_offers_can_be_adopted(store: Database) -> None:
    spent(store, DAY, {in_console("Apple"): "90"})
    offered = rows(store, lambda session: [each.tag for each in catalogue.seen_tags(session, TEAM) if each.adoptable])
    for tag in offered:
        await CustomerChanges(store, SetClock(NOON)).save(
            SaveCustomer(tag=tag, new=True, name="Apple Europe"), actor(OWNER)
        )
