"""The record promises every attempt: those that end at the door, too."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from bot.errors import NotAllowed
from bot.store.database import Database
from bot.store.record import Entry
from tests.factories import ANA, EVE, TEAM, actor, rows, set_up
from tests.roles.conftest import RoleBench, role_bench

WAITS = "row 27: refusals at the door and for permission are not recorded; one place writes them in the house's access"


@pytest.fixture
def made(small_store: Database) -> RoleBench:
    """A desk with its door."""
    set_up(small_store)
    return role_bench(small_store, frozenset())


def recorded(made: RoleBench, who: str) -> list[Entry]:
    """Return everything that the record says this person tried."""
    found: list[Entry] = rows(
        made.database, lambda session: list(session.exec(select(Entry).where(col(Entry.actor) == who)))
    )
    return found


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_whoever_is_refused_at_the_door_stands_in_the_record(made: RoleBench) -> None:
    made.slack.gone = {EVE}
    with pytest.raises(NotAllowed):
        await made.people.judge(TEAM, EVE)
    (entry,) = recorded(made, EVE)
    assert "deactivated" in str(entry.detail)


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_further_refusals_of_one_person_and_reason_are_one_entry_with_their_count(made: RoleBench) -> None:
    made.slack.gone = {EVE}
    for _ in range(60):
        with pytest.raises(NotAllowed):
            await made.people.judge(TEAM, EVE)
    assert len(recorded(made, EVE)) == 1


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_whoever_lacks_the_role_for_something_stands_in_the_record(made: RoleBench) -> None:
    with pytest.raises(NotAllowed):
        await made.database.write(lambda session: made.desk.permit(session, actor(ANA), "roles.set"))
    assert len(recorded(made, ANA)) == 1
