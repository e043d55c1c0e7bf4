"""Owner for a user group is Owner for its people: those whom another Owner saw, and nobody else unseen."""

from __future__ import annotations

import pytest

from bot.desk.service import Held
from bot.policy import Role
from bot.store.requests import Request
from tests.factories import ANA, EVE, LI, NOON, RAJ, SECOND_OWNER, actor, rows
from tests.roles.conftest import RoleBench
from tests.roles.test_changing import role, submit, wish

WAITS = "row 25: a card names the group and not its people; it is mended with the house's access"


async def two_owners(made: RoleBench) -> None:
    """Let a second Owner be there who decides."""
    await submit(made, wish("owner", SECOND_OWNER))
    made.slack.groups = {"S1": frozenset({ANA})}
    await made.groups.read_now()


async def asked(made: RoleBench) -> Request:
    """Ask that the group S1 be Owner."""
    held = await submit(made, wish("owner", group="S1"))
    assert isinstance(held, Held)
    return held.request


async def approved(made: RoleBench, request: Request) -> Request:
    """Approve it and carry it out."""
    await made.desk.decide(request.id, 1, "approved", actor(SECOND_OWNER))
    await made.desk.run_approved(request.id, NOON)
    found: Request = rows(made.database, lambda session: session.get_one(Request, request.id))
    return found


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_the_card_shows_who_becomes_owner(made: RoleBench) -> None:
    await two_owners(made)
    assert f"<@{ANA}>" in str((await asked(made)).description)


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_a_group_that_grew_before_it_was_carried_out_is_asked_for_anew(made: RoleBench) -> None:
    await two_owners(made)
    request = await asked(made)
    made.slack.groups = {"S1": frozenset({ANA, RAJ, LI, EVE})}
    assert (await approved(made, request)).state == "failed"
    assert role(made, EVE) is Role.DEVELOPER


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_whoever_joins_such_a_group_later_is_owner_after_another_owners_confirmation_only(
    made: RoleBench,
) -> None:
    await two_owners(made)
    assert (await approved(made, await asked(made))).state == "done"
    made.slack.groups = {"S1": frozenset({ANA, EVE})}
    await made.groups.read_now()
    assert (role(made, ANA), role(made, EVE)) == (Role.OWNER, Role.DEVELOPER)


@pytest.mark.xfail(strict=True, reason=WAITS)
async def test_more_people_than_a_card_can_show_are_refused(made: RoleBench) -> None:
    await two_owners(made)
    made.slack.groups = {"S1": frozenset(f"U{number:010}" for number in range(400))}
    with pytest.raises(Exception, match="more than a card can show"):
        await submit(made, wish("owner", group="S1"))
