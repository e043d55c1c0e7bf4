"""A budget is of what its provider tells prices of; one that is there nevertheless can be ended."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.budgets import service, views
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.errors import NotOffered
from bot.operation import OperationKind
from bot.providers.deepgram.client import Deepgram
from bot.providers.port import Capability
from bot.store import budgets
from bot.store.budgets import Budget
from bot.store.database import Database
from tests.budgets.test_settled_months import Office
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.desk.conftest import deepgram  # noqa: F401 a fixture of the desk
from tests.factories import NOON, ON_SHELF, OWNER, PROJECT, SHELF, TEAM, actor, add, bench, key, rows, with_shelf

TEN = Decimal(10)
KEY_THERE = key(2).provider_key_id


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """A project and a key at Deepgram, and both at a provider that tells no prices."""
    database = with_shelf(tmp_path)
    add(database, key(1), key(2, project_id=ON_SHELF, provider=SHELF.id))
    yield database
    database.close()


@pytest.fixture
async def office(store: Database, deepgram: Deepgram) -> Office:  # noqa: F811 fixtures
    """An office over both, whose desk carries out budgets."""
    clock = SetClock(NOON)
    made = Office(await bench(store, deepgram, clock), clock, deepgram)
    made.desk.desk._kinds |= {  # type: ignore[operator] # noqa: SLF001 the table that the composition root fills
        SetBudget.kind: OperationKind(SetBudget, execute=made.setting.set),
        EndBudget.kind: OperationKind(EndBudget, execute=made.setting.end),
    }
    return made


def test_the_form_offers_what_has_prices(store: Database) -> None:
    offered = dict(rows(store, lambda session: service.choices(session, TEAM, "")))
    assert [each.value for each in offered["Projects"]] == [f"project:{PROJECT}"]
    assert [each.value for each in offered["Keys"]] == [f"key:{key(1).provider_key_id}"]


@pytest.mark.parametrize(("scope", "ref"), [("project", ON_SHELF), ("key", KEY_THERE)])
async def test_no_budget_is_set_of_what_has_none(office: Office, scope: str, ref: str) -> None:
    wish = SetBudget.model_validate({"project_id": ON_SHELF, "scope": scope, "ref": ref, "dollars": TEN})
    with pytest.raises(NotOffered, match=r"Shelf offers Keydesk no prices and balances\. Use Shelf's console"):
        await office.desk.desk.submit(wish, actor(OWNER))
    assert rows(office.desk.database, lambda session: budgets.in_force(session, TEAM)) == []


async def test_one_that_is_there_can_be_ended_and_nothing_else_is_offered_for_it(office: Office) -> None:
    there = Budget(
        team_id=TEAM, scope="project", ref=ON_SHELF, project_id=ON_SHELF, dollars=TEN, set_by=OWNER, set_at=NOON
    )
    add(office.desk.database, there)
    (row,) = rows(office.desk.database, lambda session: service.rows(session, TEAM, "", NOON.date()))
    drawn = str(views.listed([row], 1, "", may_set=True))
    assert ("End" in drawn, "Raise…" in drawn, "Revoke keys…" in drawn) == (True, False, False)
    await office.desk.desk.submit(EndBudget(project_id=ON_SHELF, budget_id=there.id), actor(OWNER))
    assert rows(office.desk.database, lambda session: budgets.in_force(session, TEAM)) == []


def test_to_end_a_budget_or_to_quiet_an_alert_takes_nothing_of_a_provider() -> None:
    assert [POLICY.takes(name) for name in (EndBudget.kind, "budgets.acknowledge")] == [None, None]
    assert {POLICY.takes(kind.kind) for kind in (SetBudget, RaiseBudget)} == {Capability.MONEY}
