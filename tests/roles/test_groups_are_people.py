"""Owner for a user group is Owner for its people: those whom another Owner saw, and nobody else unseen."""

from __future__ import annotations

import pytest

from bot.desk.service import Held
from bot.errors import NotAllowed
from bot.policy import Role
from bot.roles import service, views
from bot.roles.joining import GroupJoining
from bot.roles.operations import MakeOwner
from bot.store.requests import Request
from tests.factories import ANA, EVE, LI, NOON, OWNER, PROJECT, RAJ, SECOND_OWNER, TEAM, actor, rows
from tests.roles.conftest import RoleBench
from tests.roles.test_changing import role, submit, wish
from tests.roles.test_second_owner import heard


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


async def test_the_card_shows_who_becomes_owner(made: RoleBench) -> None:
    await two_owners(made)
    assert f"<@{ANA}>" in str((await asked(made)).description)


async def test_a_group_that_grew_before_it_was_carried_out_is_asked_for_anew(made: RoleBench) -> None:
    await two_owners(made)
    request = await asked(made)
    made.slack.groups = {"S1": frozenset({ANA, RAJ, LI, EVE})}
    assert (await approved(made, request)).state == "failed"
    assert role(made, EVE) is Role.DEVELOPER


async def test_whoever_joins_such_a_group_later_is_owner_after_another_owners_confirmation_only(
    made: RoleBench,
) -> None:
    await two_owners(made)
    assert (await approved(made, await asked(made))).state == "done"
    made.slack.groups = {"S1": frozenset({ANA, EVE})}
    await made.groups.read_now()
    assert (role(made, ANA), role(made, EVE)) == (Role.OWNER, Role.DEVELOPER)


async def test_more_people_than_a_card_can_show_are_refused(made: RoleBench) -> None:
    await two_owners(made)
    made.slack.groups = {"S1": frozenset(f"U{number:010}" for number in range(400))}
    with pytest.raises(Exception, match="more than a card can show"):
        await submit(made, wish("owner", group="S1"))


async def test_owners_hear_once_who_joined_and_confirm_it_by_giving_the_role_anew(made: RoleBench) -> None:
    await two_owners(made)
    assert (await approved(made, await asked(made))).state == "done"
    joining = GroupJoining(made.database, made.desk, TEAM)
    made.slack.groups = {"S1": frozenset({ANA, EVE})}
    await made.groups.read_now()
    for _ in range(2):
        await joining.tell(NOON)
    for owner in (OWNER, SECOND_OWNER, ANA):
        (text,) = [text for text in heard(made, owner) if "joined" in text]
        assert text.startswith(f"<@{EVE}> joined the group @team-s1, which holds Owner.")
    shown = str(views.overview(rows(made.database, lambda s: service.page(s, made.desk, actor(OWNER), "", 1))))
    assert "1 person joined since and no Owner by it" in shown
    again = await asked(made)
    assert again.kind == MakeOwner.kind
    assert all(f"<@{who}>" in str(again.description) for who in (ANA, EVE))
    assert (await approved(made, again)).state == "done"
    assert role(made, EVE) is Role.OWNER
    assert "joined since" not in str(
        views.overview(rows(made.database, lambda s: service.page(s, made.desk, actor(OWNER), "", 1)))
    )


async def test_a_group_that_holds_owner_and_grew_confirms_whom_the_card_showed_and_nobody_else(made: RoleBench) -> None:
    await two_owners(made)
    await approved(made, await asked(made))
    made.slack.groups = {"S1": frozenset({ANA, EVE})}
    await made.groups.read_now()
    request = await asked(made)
    made.slack.groups = {"S1": frozenset({ANA, EVE, RAJ})}
    await approved(made, request)
    assert role(made, RAJ) is Role.DEVELOPER


async def test_whoever_waits_and_leaves_is_told_of_anew_when_they_come_back(made: RoleBench) -> None:
    await two_owners(made)
    await approved(made, await asked(made))
    joining = GroupJoining(made.database, made.desk, TEAM)
    for members in ({ANA, EVE}, {ANA}, {ANA, EVE}):
        made.slack.groups = {"S1": frozenset(members)}
        await made.groups.read_now()
        await joining.tell(NOON)
    assert len([text for text in heard(made, OWNER) if "joined" in text]) == 2


async def test_whom_a_group_lowers_it_goes_on_lowering_before_they_are_confirmed(made: RoleBench) -> None:
    await two_owners(made)
    await approved(made, await asked(made))
    lowered = await submit(made, wish("reader", group="S1", project_id=PROJECT))
    assert isinstance(lowered, Held)
    assert (await approved(made, lowered.request)).state == "done"
    made.slack.groups = {"S1": frozenset({ANA, EVE})}
    await made.groups.read_now()
    assert (role(made, EVE), role(made, EVE, PROJECT)) == (Role.DEVELOPER, Role.READER)


async def test_a_card_of_before_people_were_shown_is_asked_for_anew(made: RoleBench) -> None:
    await two_owners(made)
    request = await asked(made)
    with made.database.transaction() as session:
        kept = session.get_one(Request, request.id)
        kept.operation = {name: value for name, value in kept.operation.items() if name != "members"}
    with pytest.raises(NotAllowed, match=r"Void: .* whom its card did not show: @ana"):
        await approved(made, request)
    assert role(made, ANA) is Role.DEVELOPER
