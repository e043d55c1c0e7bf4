"""What is read of money, from an emulated Deepgram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bot.billing import service
from bot.billing.service import sums
from bot.errors import ScopeMissing, Unavailable
from bot.providers.billing import Balance
from bot.providers.deepgram.billing import WHO_MAY_READ
from bot.providers.deepgram.client import Deepgram
from bot.store.projects import Project
from playground.deepgram.server import DeepgramEmulator
from tests.factories import NOON


@asynccontextmanager
async def asking(emulator: DeepgramEmulator, role: str = "admin") -> AsyncIterator[tuple[Deepgram, Project]]:
    first = next(iter(emulator.state.projects.values()))
    client = Deepgram(SecretStr(emulator.credentials[role]), emulator.url)
    yield client, Project(id=first.project_id, name=first.name, read_at=NOON)
    await client.aclose()


@pytest.mark.parametrize("as_text", [False, True])
async def test_balances_are_exact_and_of_the_project(emulator: DeepgramEmulator, *, as_text: bool) -> None:
    emulator.state.amounts_are_text = as_text
    async with asking(emulator) as (client, project):
        seen = await service.balances(client, project, NOON)
    assert (seen.project_id, seen.project) == (project.id, project.name)
    assert {balance.units for balance in seen.balances} >= {"usd"}
    assert all(isinstance(balance.amount, Decimal) for balance in seen.balances)


async def test_orders_come_newest_first(emulator: DeepgramEmulator) -> None:
    async with asking(emulator) as (client, project):
        seen = await service.orders(client, project, 7, NOON)
    made = [order.created for order in seen.page.items if order.created]
    assert made == sorted(made, reverse=True)
    assert (len(made), seen.page.number, seen.complete) == (seen.page.total, 1, True)


async def test_a_key_of_the_member_role_says_why_it_may_not_read_billing(emulator: DeepgramEmulator) -> None:
    async with asking(emulator, "member") as (client, project):
        for reading in (service.balances(client, project, NOON), service.orders(client, project, 1, NOON)):
            with pytest.raises(ScopeMissing) as problem:
                await reading
            assert "billing:read" in problem.value.text
            assert problem.value.text.endswith(WHO_MAY_READ)


async def test_other_trouble_is_told_in_its_own_words(emulator: DeepgramEmulator) -> None:
    emulator.faults.add("503", "GET", "balances", times=9)
    async with asking(emulator) as (client, project):
        with pytest.raises(Unavailable, match="while trying to list the balances"):
            await service.balances(client, project, NOON)


def balance(amount: str | None, units: str) -> Balance:
    return Balance(balance_id="b", amount=None if amount is None else Decimal(amount), units=units)


def test_only_what_has_one_unit_is_added_up() -> None:
    listed = [balance("0.1", "usd"), balance("0.2", "USD"), balance("5", "hours"), balance("1", ""), balance(None, "")]

    assert sums(listed) == {"usd": Decimal("0.3"), "": None}
