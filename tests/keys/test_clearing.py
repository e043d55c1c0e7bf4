"""Only the keys that somebody saw are ended together."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from bot.keys.clearing import Found, confirm_form, keys_of, read_metadata
from bot.store.budgets import Budget
from tests.factories import NOON, OWNER, TEAM, add, customer, key, rows, set_up, small_database


def test_the_keys_of_a_customer_are_those_whose_spending_counts(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    set_up(database)
    made = key(1, id="ky1", customer="acme")
    outside = key(2, id="ky2", mint_id=None, tags=["acme"])
    add(database, customer("acme"), made, outside, key(3, id="ky3"), key(4, id="ky4", mint_id=None, tags=["prod"]))
    of = Budget(team_id=TEAM, scope="customer", ref="acme", dollars=Decimal(1), set_by=OWNER, set_at=NOON)
    assert {found.id for found in rows(database, lambda session: keys_of(session, of))} == {"ky1", "ky2"}
    database.close()


def test_the_form_knows_which_keys_it_showed_and_not_only_how_many() -> None:
    first, second, third = (key(number, id=f"ky{number}") for number in (1, 2, 3))
    shown = Found("bu1", (first, second), 2)
    assert read_metadata(confirm_form(shown)["private_metadata"]) == ("bu1", "2", shown.mark)
    assert Found("bu1", (second, first), 2).mark == shown.mark
    assert Found("bu1", (first, third), 2).mark != shown.mark
