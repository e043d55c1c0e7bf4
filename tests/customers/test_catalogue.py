"""The catalogue of customers: what may stand in it, how it changes, and which tags wait to be adopted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.customers import service, views
from bot.customers.changing import CustomerChanges
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.errors import FormError, LooksAlike, NotUnderstood
from bot.keys.customer_choice import OWN_USE, Billed, customer_options
from bot.slack.blocks_check import problems_of_view
from bot.store import customers, fact_rows
from bot.store.customers import Customer, is_tag
from bot.store.database import Database
from bot.store.fact_rows import DayFacts, SpendOf
from bot.store.tag_sets import text_of
from tests.clocks import SetClock
from tests.factories import (
    ANA,
    HOSTILE,
    NOON,
    OWNER,
    PROJECT,
    TEAM,
    actor,
    add,
    customer,
    entries,
    key,
    rows,
    set_up,
)

TYPED = st.text(max_size=150) | st.sampled_from([HOSTILE, "\x00", "1e999", "NaN", "12,5", "apple"])


@pytest.fixture
def store(small_store: Database) -> Database:
    """A store without customers."""
    set_up(small_store)
    return small_store


def saved(tag: str = "apple", **changes: Any) -> SaveCustomer:
    return SaveCustomer(**{"tag": tag, "new": True, "name": tag.capitalize(), **changes})


def one(database: Database, tag: str) -> Customer:
    found: Customer | None = rows(database, lambda session: customers.get(session, TEAM, tag))
    assert found is not None
    return found


async def test_customers_are_added_renamed_archived_and_offered_again_and_each_step_is_recorded(
    store: Database,
) -> None:
    changes, owner = CustomerChanges(store, SetClock(NOON)), actor(OWNER)
    await changes.save(saved(markup=Decimal("12.5")), owner)
    with pytest.raises(FormError, match="belongs to Apple"):
        await changes.save(saved("APPLE"), owner)
    await changes.save(saved(new=False, name="Apple & Söhne", contact="a@apple.example"), owner)
    await changes.archive(ArchiveCustomer(tag="apple", archived=True), owner)
    assert (one(store, "apple").name, one(store, "apple").markup, one(store, "apple").state) == (
        "Apple & Söhne",
        None,
        "archived",
    )
    with pytest.raises(FormError, match="who is archived"):
        await changes.save(saved(), owner)
    await changes.archive(ArchiveCustomer(tag="apple", archived=False), owner)
    names = [entry.name for entry in entries(store, "apple")]
    assert names == ["customers.saved", "customers.saved", "customers.archived", "customers.archived"]
    with pytest.raises(NotUnderstood):
        await changes.save(saved("pear", new=False), owner)


async def test_the_markup_for_all_counts_where_a_customer_has_none(store: Database) -> None:
    add(store, customer("apple"), customer("pear", markup=Decimal(-5)))
    told = await CustomerChanges(store, SetClock(NOON)).set_default(
        SetDefaultMarkup(percent=Decimal("7.5")), actor(OWNER)
    )
    assert "7.5 %" in told
    assert rows(store, lambda session: customers.default_markup(session, TEAM)) == Decimal("7.5")
    seen = rows(store, lambda session: service.details(session, actor(ANA), "apple", may_change=False))
    assert "+7.5 % (as for all)" in str(views.details(seen))


def test_tags_of_live_keys_wait_to_be_adopted(store: Database) -> None:
    add(
        store,
        customer("apple"),
        key(1, customer="apple", tags=["apple"]),
        key(2, mint_id=None, tags=["ivr", "customer:birch"]),
        key(3, mint_id=None, tags=["ivr"]),
        key(4, mint_id=None, tags=["gone"], state="ended"),
        key(5, mint_id=None, tags=["*"]),
    )
    seen = rows(store, lambda session: service.seen_tags(session, TEAM))
    assert [(each.tag, each.keys, each.adoptable) for each in seen] == [
        ("ivr", 2, True),
        ("*", 1, False),
        ("customer:birch", 1, True),
    ]


def test_keys_that_spent_with_a_tag_count_although_they_are_listed_without_it(store: Database) -> None:
    add(store, key(1, mint_id=None, tags=["ivr"]), key(2, mint_id=None), key(3, mint_id=None, state="ended"))
    spent = {
        SpendOf(key(number).provider_key_id, "nova", text_of(["ivr"]), "hosted"): Decimal(1) for number in (1, 2, 3)
    }
    with store.transaction() as session:
        fact_rows.replace(session, PROJECT, {NOON.date(): DayFacts(spent)})
    assert rows(store, lambda session: service.seen_tags(session, TEAM)) == [service.SeenTag("ivr", 2)]


def test_customers_are_found_as_people_name_them(store: Database) -> None:
    add(store, customer("apple", name="Apfel"), customer("pear", contact="fruit@x"), customer("appletree"))
    with store.reading() as session:
        assert service.the_customer(session, actor(ANA), "APPLE").tag == "apple"
        assert service.the_customer(session, actor(ANA), "fruit@").tag == "pear"
        with pytest.raises(NotUnderstood, match="2 customers match app"):
            service.the_customer(session, actor(ANA), "app")
        with pytest.raises(NotUnderstood, match="no customer plum"):
            service.the_customer(session, actor(ANA), "plum")
        last = service.page(session, actor(ANA), "", 9, may_change=False)
        assert (last.number, last.total) == (1, 3)


@given(TYPED, TYPED, TYPED, TYPED)
def test_whatever_is_typed_is_a_customer_or_a_complaint_at_its_field(
    tag: str, name: str, contact: str, markup: str
) -> None:
    given_ = {"tag": tag, "name": name, "contact": contact, "markup": markup}
    state: dict[str, Any] = {field: {field: {"value": value}} for field, value in given_.items()}
    state["account_of"] = {"account_of": {"selected_option": {"value": "ours"}}}
    read = outcome(state)
    if isinstance(read, FormError):
        assert read.block_id in given_
        return
    assert is_tag(read.tag)
    assert read.new
    assert read.markup is None or read.markup.is_finite()


def outcome(state: dict[str, Any]) -> SaveCustomer | FormError:
    try:
        return views.read_form("", state)
    except FormError as complaint:
        return complaint


def test_own_use_is_offered_first_until_something_else_is_typed() -> None:
    found = [Billed("apple", "Apple"), Billed("pear", "Pear 🍐" * 40)]
    assert [each["value"] for each in customer_options(found, "")] == [OWN_USE, "apple", "pear"]
    assert [each["value"] for each in customer_options(found, "own")] == [OWN_USE, "apple", "pear"]
    assert [each["value"] for each in customer_options(found, "app")] == ["apple", "pear"]


@pytest.mark.parametrize("name", ["Acme Corp", "ACME corp", "Acme\u200b Corp", "Ａcme Corp"])
async def test_a_name_that_is_taken_is_refused_with_the_other_shown(store: Database, name: str) -> None:
    add(store, customer("acme", name="Acme Corp"))
    with pytest.raises(FormError, match="Acme Corp") as refused:
        await CustomerChanges(store, SetClock(NOON)).save(saved("other", name=name), actor(OWNER))
    assert refused.value.block_id == "name"
    assert rows(store, lambda session: len(customers.everyone(session, TEAM))) == 1


async def test_a_name_that_looks_like_another_is_asked_again_with_both_shown(store: Database) -> None:
    add(store, customer("acme", name="Acme Corp"))
    changes, wish = CustomerChanges(store, SetClock(NOON)), saved("other", name="Аcme Corp")
    with pytest.raises(LooksAlike, match="“Аcme Corp” looks like “Acme Corp”") as asked:
        await changes.save(wish, actor(OWNER))
    form = views.form(wish, new=True, problem=asked.value.text, asked=asked.value.answer)
    assert problems_of_view(form) == []
    assert asked.value.answer in str(form)
    await changes.save(wish.model_copy(update={"meant": asked.value.answer}), actor(OWNER))
    assert one(store, "other").name == "Аcme Corp"
    await changes.save(saved("other", name="Аcme Corp", new=False, contact="x"), actor(OWNER))  # it stands already


async def test_a_tag_that_keys_carry_is_claimed_as_it_is(store: Database) -> None:
    add(store, customer("acme"), key(1, mint_id=None, tags=["Acme", "аcme"]))
    changes = CustomerChanges(store, SetClock(NOON))
    await changes.save(saved("аcme", name="Second"), actor(OWNER))
    for same in ("Acme", "ACME"):  # of whoever has the tag acme already, whether or not keys carry it
        with pytest.raises(FormError, match="belongs to"):
            await changes.save(saved(same, name="Third"), actor(OWNER))
