"""A member is removed or given another scope, whatever the provider answers; never the one that Keydesk is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.desk.service import Held
from bot.errors import CouldNotCheck, NotAllowed
from bot.members.changing import OUR_OWN, UNKNOWN
from bot.members.operations import ChangeMemberScope, RemoveMember
from bot.operation import Description
from bot.providers.values import Role
from bot.store import members
from bot.store.changes import OPEN
from playground.deepgram.seed import CLINIC, made_up_id
from tests.factories import ANA, NOON, OWNER, SECOND_OWNER, actor, add, key
from tests.membership import SOMTO, SOMTO_EMAIL, Membership, membership

OURSELVES, INGRID = made_up_id("keydesk"), made_up_id("ingrid.alder")


def removal(room: Membership, member_id: str = SOMTO, email: str = SOMTO_EMAIL) -> RemoveMember:
    return RemoveMember(
        project_id=room.project.project_id, member_id=member_id, email=email, name="Somto Okafor", why="has left"
    )


def scope(room: Membership, wanted: Role, member_id: str = SOMTO, before: Role = "member") -> ChangeMemberScope:
    return ChangeMemberScope(
        project_id=room.project.project_id, member_id=member_id, name="Somto", before=(before,), scope=wanted
    )


def keys_of(room: Membership, member_id: str) -> list[str]:
    return [each.key_id for each in room.project.keys.values() if each.account_id == member_id]


async def test_an_approved_removal_takes_the_member_and_their_keys(room: Membership) -> None:
    await room.read()
    assert keys_of(room, SOMTO)
    request = await room.approved(removal(room))
    assert (request.state, request.note) == (
        "done",
        f"Somto Okafor ({SOMTO_EMAIL}) is removed. Every key that they made in the project has stopped working.",
    )
    assert (SOMTO in room.project.members, keys_of(room, SOMTO)) == (False, [])
    with room.database.reading() as session:
        assert members.get(session, room.project.project_id, SOMTO) is None
    assert room.told["keys.mirror"] == 1


async def test_whoever_decides_reads_which_keys_die(room: Membership) -> None:
    made = {"project_id": room.project.project_id, "owner": None, "mint_id": None}
    by_id = [
        key(number, **made, member_id=SOMTO, purpose=f"worker {number}", ends_at=NOON + timedelta(days=number + 1))
        for number in range(9)
    ]
    by_address = key(20, **made, member_email=SOMTO_EMAIL.upper(), purpose="old laptop", ends_at=None)
    add(room.database, *by_id, by_address, key(30, **made, member_id=INGRID))
    outcome = await room.desk.submit(removal(room), actor(OWNER))
    assert isinstance(outcome, Held)
    drawn = Description.model_validate(outcome.request.description)
    assert (drawn.risk[0], drawn.why) == ("High", "has left")
    assert "10 live keys of theirs would stop working at once" in drawn.risk[1]
    lost = dict(drawn.evidence)["Keys that stop working"]
    assert ("`00000000` worker 0" in lost, lost.endswith("and 2 more")) == (True, True)


@pytest.mark.parametrize(("wish", "gone"), [("remove", "not removed"), ("scope", "not widened")])
async def test_what_was_held_before_it_was_known_to_be_keydesk_itself_is_not_done(
    room: Membership, wish: str, gone: str
) -> None:
    operation = removal(room, OURSELVES) if wish == "remove" else scope(room, "owner", OURSELVES, before="admin")
    request = await room.approved(operation)
    assert (request.state, request.note) == ("failed", OUR_OWN), gone
    assert room.project.members[OURSELVES] == ["admin"]


async def test_keydesk_itself_is_known_by_its_address_too_and_never_made_less(room: Membership) -> None:
    less = scope(room, "member", OURSELVES, before="admin")
    with pytest.raises(NotAllowed, match="Keydesk itself"):
        await room.ask(less)
    with pytest.raises(NotAllowed, match="Keydesk itself"):
        await room.ask(less.model_copy(update={"member_id": SOMTO, "email": f"KEYDESK@{CLINIC}"}))
    assert room.project.members[OURSELVES] == ["admin"]


@pytest.mark.parametrize("kind", ["500", "html", "null"])
async def test_nothing_changes_while_nobody_can_tell_who_keydesk_is(room: Membership, kind: str) -> None:
    room.fault(kind, "GET", "/auth/token", times=9)
    with pytest.raises(CouldNotCheck) as problem:
        await room.ask(scope(room, "member", made_up_id("priya.raman"), before="admin"))
    assert problem.value.text == UNKNOWN
    assert room.project.members[made_up_id("priya.raman")] == ["admin"]


async def test_an_admins_credential_leaves_owners_alone_and_makes_none(room: Membership) -> None:
    request = await room.approved(removal(room, INGRID, ""))
    assert request.state == "failed"
    assert "cannot invite, change or remove them. Nothing changed." in (request.note or "")
    lowered = await room.approved(scope(room, "admin", INGRID, before="owner"))
    assert (lowered.state, "sees owners" in (lowered.note or "")) == ("failed", True)
    assert (await room.approved(scope(room, "owner"))).state == "failed"
    assert (room.project.members[INGRID], room.project.members[SOMTO]) == (["owner"], ["member"])


async def test_the_only_owner_stays_and_deepgram_says_so(tmp_path: Path) -> None:
    async with membership(tmp_path, "owner") as room:
        room.project.members[made_up_id("tomas.finch")] = ["admin"]
        permissions = ["admin", "owners:write:kick", "owners:write:scopes"]  # as an owner, without being one
        room.project.members[made_up_id("keydesk-owner")] = permissions
        request = await room.approved(removal(room, INGRID, ""))
        assert (request.state, "only owner" in (request.note or "")) == ("failed", True)
        lowered = await room.approved(scope(room, "admin", INGRID, before="owner"))
        assert (lowered.state, "only owner" in (lowered.note or "")) == ("failed", True)
        assert room.project.members[INGRID] == ["owner"]


async def test_less_is_given_at_once_and_more_waits_for_another_owner(room: Membership) -> None:
    await room.read()
    assert (await room.approved(scope(room, "admin"))).state == "done"
    assert room.project.members[SOMTO] == ["admin"]
    assert await room.ask(scope(room, "member", before="admin")) == "Somto is member now."
    with room.database.reading() as session:
        row = members.get(session, room.project.project_id, SOMTO)
    assert row is not None
    assert row.scopes == ["member"]
    with pytest.raises(NotAllowed, match="takes the role Owner"):
        await room.desk.submit(scope(room, "member", before="admin"), actor(ANA))


@pytest.mark.parametrize("less", ["admin", "member"])
async def test_one_owner_alone_demotes_nobody_who_is_owner_at_deepgram(tmp_path: Path, less: Role) -> None:
    async with membership(tmp_path, "owner") as room:
        held = await room.desk.submit(scope(room, less, INGRID, before="owner"), actor(OWNER))
        assert isinstance(held, Held)
        assert held.deciders == {SECOND_OWNER}
        assert room.project.members[INGRID] == ["owner"]
        assert isinstance(await room.desk.submit(removal(room, INGRID, ""), actor(OWNER)), Held)


async def test_a_scope_that_is_not_the_one_seen_is_left_alone(room: Membership) -> None:
    request = await room.approved(scope(room, "admin", before="owner"))
    assert (request.state, "was owner when this was asked and is member now" in (request.note or "")) == (
        "failed",
        True,
    )
    assert await room.ask(scope(room, "member", before="admin")) == "Somto is member already."
    assert room.project.members[SOMTO] == ["member"]


@pytest.mark.parametrize(("kind", "state"), [("timeout_after", "succeeded"), ("timeout_before", "failed")])
@pytest.mark.parametrize("wish", ["remove", "scope"])
async def test_an_unclear_answer_is_settled_by_asking(room: Membership, wish: str, kind: str, state: str) -> None:
    await room.read()
    room.fault(kind, "DELETE" if wish == "remove" else "PUT", "/members/")
    operation = removal(room) if wish == "remove" else scope(room, "admin")
    request = await room.approved(operation)
    assert request.state == "running"
    change = await room.settle()
    assert change.state == state
    assert room.request(request.id).state == {"succeeded": "done", "failed": "failed"}[state]
    there = room.project.members.get(SOMTO)
    assert there == (["member"] if state == "failed" else None if wish == "remove" else ["admin"])


WITHOUT_US: list[object] = [None, [], [{"member_id": INGRID, "email": f"ingrid.alder@{CLINIC}", "scopes": ["owner"]}]]


@pytest.mark.parametrize("told", WITHOUT_US)
async def test_a_list_of_members_without_keydesk_itself_proves_no_removal(room: Membership, told: object) -> None:
    room.fault("object", "DELETE", "/members/", times=9)  # said to be done by something between
    room.fault("field", "GET", "/members$", times=1)  # the look before the removal is as it was
    room.fault("field", "GET", "/members$", times=None, field="members", value=told)
    request = await room.approved(removal(room))
    assert (request.state, SOMTO in room.project.members) == ("running", True)
    assert (await room.settle()).state in OPEN
    room.emulator.faults.clear()
    room.clock.move(timedelta(hours=1))  # longer than the pause between two looks
    assert (await room.settle()).state == "failed"
    assert (room.request(request.id).state, SOMTO in room.project.members) == ("failed", True)


async def test_whoever_is_gone_already_is_not_removed_again(room: Membership) -> None:
    del room.project.members[SOMTO]
    request = await room.approved(removal(room))
    assert (request.state, "does not list" in (request.note or "")) == ("done", True)
