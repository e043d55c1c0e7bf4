"""Members and invitations, against the emulated Deepgram: what is asserted is what it remembers."""

from typing import Literal

import pytest

from bot.errors import NotFound, NotUnderstood, Refused, ScopeMissing, Unclear
from bot.providers.deepgram.client import Deepgram
from playground.deepgram.faults import Kind
from playground.deepgram.invites import accept_invite
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.providers.deepgram.conftest import ClientOf

OUTCOMES: list[tuple[Kind, bool]] = [("timeout_before", False), ("500", False), ("timeout_after", True)]


def member_named(emulator: DeepgramEmulator, name: str) -> str:
    return next(account.account_id for account in emulator.state.accounts.values() if account.first_name == name)


async def test_members_are_told_with_names_and_scopes(deepgram: Deepgram, project: Project) -> None:
    members = {member.member_id: member for member in await deepgram.members(project.project_id)}
    assert {member_id: list(member.scopes) for member_id, member in members.items()} == project.members
    assert {"李", "Дмитрий"} <= {member.first_name for member in members.values()}


async def test_a_removed_member_is_gone_and_their_keys_are_dead(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    member = member_named(emulator, "李")
    _, secret = emulator.state.add_key(project, member, "theirs", ["member"])
    await deepgram.remove_member(project.project_id, member)
    assert member not in project.members
    assert not emulator.state.is_live(secret)
    assert not [key for key in project.keys.values() if key.account_id == member]
    with pytest.raises(NotFound):
        await deepgram.remove_member(project.project_id, member)


async def test_an_admin_may_not_touch_owners(deepgram: Deepgram, emulator: DeepgramEmulator, project: Project) -> None:
    tomas = member_named(emulator, "Tomás")
    with pytest.raises(ScopeMissing) as kick:
        await deepgram.remove_member(project.project_id, tomas)
    with pytest.raises(ScopeMissing) as demotion:
        await deepgram.change_member_scope(project.project_id, tomas, "member")
    assert (kick.value.scope, demotion.value.scope) == ("owners:write:kick", "owners:write:scopes")
    assert project.members[tomas] == ["owner"]


async def test_an_admin_makes_no_owners(deepgram: Deepgram, emulator: DeepgramEmulator, project: Project) -> None:
    priya = member_named(emulator, "Priya")
    with pytest.raises(ScopeMissing) as promotion:
        await deepgram.change_member_scope(project.project_id, priya, "owner")
    with pytest.raises(ScopeMissing) as invitation:
        await deepgram.send_invite(project.project_id, "new@acme.example", "owner")
    assert (promotion.value.scope, invitation.value.scope) == ("owners:write:scopes", "owners:write:invites")
    assert (project.members[priya], project.mailed) == (["admin"], [])


async def test_a_changed_scope_is_read_back(deepgram: Deepgram, emulator: DeepgramEmulator, project: Project) -> None:
    somto = member_named(emulator, "Somto")
    await deepgram.change_member_scope(project.project_id, somto, "admin")
    assert project.members[somto] == ["admin"]
    assert await deepgram.member_scopes(project.project_id, somto) == ("admin",)


async def test_the_only_owner_can_neither_be_removed_nor_made_less(owner: Deepgram, project: Project) -> None:
    last = next(member for member, scopes in project.members.items() if scopes == ["owner"])
    project.members = {member: scopes for member, scopes in project.members.items() if scopes != ["owner"]}
    project.members[last] = ["owner"]
    with pytest.raises(Refused, match="only owner"):
        await owner.remove_member(project.project_id, last)
    with pytest.raises(Refused, match="only owner"):
        await owner.change_member_scope(project.project_id, last, "member")
    assert project.members[last] == ["owner"]


async def test_a_member_may_read_and_change_nobody(client_of: ClientOf, project: Project) -> None:
    member, pid = client_of("member"), project.project_id
    for call in (
        member.members(pid),
        member.invites(pid),
        member.send_invite(pid, "new@acme.example", "member"),
        member.remove_member(pid, next(iter(project.members))),
    ):
        with pytest.raises(ScopeMissing):
            await call
    assert (len(project.members), project.mailed) == (9, [])


async def test_an_invitation_is_sent_listed_and_taken_back(deepgram: Deepgram, project: Project) -> None:
    pid = project.project_id
    await deepgram.send_invite(pid, "ana+dg@acme.example", "member")
    [invite] = await deepgram.invites(pid)
    assert (invite.email, invite.scope, project.mailed) == ("ana+dg@acme.example", "member", ["ana+dg@acme.example"])
    await deepgram.delete_invite(pid, "Ana+DG@acme.example")
    assert not project.invites
    with pytest.raises(NotFound):
        await deepgram.delete_invite(pid, "ana+dg@acme.example")


async def test_an_accepted_invitation_makes_a_member(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    await deepgram.send_invite(project.project_id, "ana@acme.example", "admin")
    account = accept_invite(emulator.state, project, "ana@acme.example")
    assert project.members[account.account_id] == ["admin"]
    assert await deepgram.invites(project.project_id) == []
    with pytest.raises(Refused, match="already a member"):
        await deepgram.send_invite(project.project_id, "ana@acme.example", "member")


@pytest.mark.parametrize(("kind", "is_sent"), OUTCOMES)
async def test_an_unclear_invitation_is_sent_at_most_once(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind, is_sent: Literal[True, False]
) -> None:
    emulator.faults.add(kind, "POST", times=None)
    with pytest.raises(Unclear):
        await deepgram.send_invite(project.project_id, "ana@acme.example", "member")
    assert len(project.mailed) == is_sent


@pytest.mark.parametrize(("kind", "is_done"), OUTCOMES)
async def test_an_unclear_change_of_a_member_is_made_at_most_once(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project, kind: Kind, is_done: Literal[True, False]
) -> None:
    somto, wei = member_named(emulator, "Somto"), member_named(emulator, "李")
    emulator.faults.add(kind, times=None)
    with pytest.raises(Unclear):
        await deepgram.change_member_scope(project.project_id, somto, "admin")
    with pytest.raises(Unclear):
        await deepgram.remove_member(project.project_id, wei)
    assert [call["method"] for call in emulator.calls.kept] == ["PUT", "DELETE"]
    assert (project.members[somto] == ["admin"], wei not in project.members) == (is_done, is_done)


async def test_a_scope_that_is_blank_or_no_role_changes_nothing(
    deepgram: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    somto = member_named(emulator, "Somto")
    for call in (
        deepgram.change_member_scope(project.project_id, somto, " "),
        deepgram.send_invite(project.project_id, "ana@acme.example", ""),
    ):
        with pytest.raises(NotUnderstood):
            await call
    assert not emulator.calls.kept
    with pytest.raises(Refused, match="Invalid scope"):
        await deepgram.change_member_scope(project.project_id, somto, "emperor")
    assert project.members[somto] == ["member"]
