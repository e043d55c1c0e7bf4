"""What was asked under other rules is checked again, by what held then and by what holds now."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from bot.store import customers, projects
from tests.factories import ANA, RAJ, actor, add, create_key, customer
from tests.keys.conftest import Rooms, Window


def stricter(rooms: Rooms, most_days: int) -> None:
    """Let keys of the project last so long at most, from now on."""
    with rooms.bench.database.transaction() as session:
        projects.settings(session, rooms.project.project_id).most_days = most_days


async def test_a_key_that_may_not_last_so_long_any_more_is_not_made_though_it_was_approved(rooms: Rooms) -> None:
    approved = await rooms.right(days=90)
    stricter(rooms, 1)
    with pytest.raises(NotAllowed, match="1 day"):
        await rooms.bench.making.create_and_show(approved.id, actor(ANA), Window())
    assert rooms.alive() == set()


async def test_a_key_that_may_not_last_so_long_any_more_is_not_approved_and_the_card_says_why(rooms: Rooms) -> None:
    waiting = await rooms.bench.held(create_key(project_id=rooms.project.project_id, days=90))
    stricter(rooms, 1)
    with pytest.raises(NotAllowed, match="1 day"):
        await rooms.bench.desk.decide(waiting.id, waiting.version, "approved", actor(RAJ))


async def test_a_key_is_not_approved_for_a_customer_who_is_archived_meanwhile(rooms: Rooms) -> None:
    add(rooms.bench.database, customer("acme"))
    waiting = await rooms.bench.held(create_key(project_id=rooms.project.project_id, customer="acme"))
    with rooms.bench.database.transaction() as session:
        kept = customers.named(session, waiting.team_id, "acme")
        assert kept is not None
        kept.state = "archived"
    with pytest.raises(NotAllowed, match="archived"):
        await rooms.bench.desk.decide(waiting.id, waiting.version, "approved", actor(RAJ))
