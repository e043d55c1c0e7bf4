"""Roles are given, lowered and taken away; an Owner who can act always remains."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.desk.service import Held, Ran
from bot.errors import BotError, FormError, NotAllowed
from bot.policy import Role
from bot.roles import naming
from bot.roles.operations import ChangeDefaultRole, MakeOwner, SetRole
from bot.store.people import Person
from bot.store.roles import WORKSPACE
from tests.factories import (
    ANA,
    EVE,
    LI,
    NAMES,
    OWNER,
    PROJECT,
    RAJ,
    SECOND_OWNER,
    TEAM,
    actor,
    entries,
    person,
    rows,
    set_up,
    small_database,
)
from tests.roles.conftest import RoleBench, role_bench


def wish(role: str | None, *people: str, project_id: str = WORKSPACE, group: str = "") -> SetRole:
    """Return what an owner could fill in."""
    given_ = {"people": people, "groups": (group,) if group else (), "role": role, "project_id": project_id}
    return SetRole.model_validate(given_ | {"why": "because"})


async def submit(made: RoleBench, asked: SetRole, by: str = OWNER) -> Held | Ran:
    """Ask as the form does."""
    who = actor(by)
    return await made.desk.submit(await made.change.as_asked(asked, who), who)


def role(made: RoleBench, who: str, project_id: str = WORKSPACE) -> Role:
    """Return the role that counts."""
    found: Role = rows(made.database, lambda session: made.desk.roles_in(session, TEAM, project_id).of(who))
    return found


async def test_roles_are_given_lowered_and_taken_away(made: RoleBench) -> None:
    assert role(made, ANA) is Role.DEVELOPER
    outcome = await submit(made, wish("reader", ANA, project_id=PROJECT))
    assert isinstance(outcome, Ran)
    assert outcome.text == "@uana is at most Reader in production now."
    assert (role(made, ANA), role(made, ANA, PROJECT)) == (Role.DEVELOPER, Role.READER)
    await submit(made, wish("reader", ANA))
    await submit(made, wish(None, ANA, project_id=PROJECT))
    assert (role(made, ANA), role(made, ANA, PROJECT)) == (Role.READER, Role.READER)
    await submit(made, wish(None, ANA))
    assert role(made, ANA) is Role.DEVELOPER
    noted = [entry for entry in entries(made.database, ANA) if entry.name == "roles.changed"]
    assert [entry.detail["before"][ANA] for entry in noted] == [None, None, "reader", "reader"]
    assert {entry.actor for entry in noted} == {OWNER}


async def test_the_default_is_changed_and_is_never_owner(made: RoleBench) -> None:
    await made.desk.submit(ChangeDefaultRole(role="reader"), actor(OWNER))
    assert role(made, ANA) is Role.READER
    with pytest.raises(ValueError, match="literal_error"):
        ChangeDefaultRole.model_validate({"role": "owner"})


async def test_a_group_holds_a_role_for_all_its_members(made: RoleBench) -> None:
    made.slack.groups = {"S1": frozenset({ANA, RAJ})}
    await submit(made, wish("reader", group="S1"))
    assert [role(made, who) for who in (ANA, RAJ, LI)] == [Role.READER, Role.READER, Role.DEVELOPER]
    await submit(made, wish("developer", ANA))
    assert role(made, ANA) is Role.DEVELOPER
    with pytest.raises(FormError, match="no longer there"):
        await submit(made, wish("reader", group="S9"))


async def test_membership_of_groups_is_a_minute_old_at_most(made: RoleBench, monkeypatch: pytest.MonkeyPatch) -> None:
    await made.people.authenticate(TEAM, ANA)
    assert made.slack.calls["usergroups.list"] == 0  # no group holds a role, so nobody asks
    made.slack.groups = {"S1": frozenset({ANA})}
    await submit(made, wish("reader", group="S1"))
    made.slack.groups, before = {"S1": frozenset({RAJ})}, made.slack.calls["usergroups.list"]
    true = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: true() + 61)
    await asyncio.gather(*(made.people.authenticate(TEAM, who) for who in (ANA, RAJ, LI)))
    assert (role(made, ANA), role(made, RAJ)) == (Role.DEVELOPER, Role.READER)
    assert made.slack.calls["usergroups.list"] == before + 1


async def test_a_new_owner_needs_another_owner_where_there_is_one(made: RoleBench) -> None:
    first = await submit(made, wish("owner", SECOND_OWNER))
    assert isinstance(first, Ran)
    second = await submit(made, wish("owner", ANA))
    assert isinstance(second, Held)
    assert second.deciders == {SECOND_OWNER}
    assert second.request.kind == MakeOwner.kind
    assert role(made, ANA) is Role.DEVELOPER
    await made.desk.decide(second.request.id, 1, "approved", actor(SECOND_OWNER))
    await made.desk.run_approved(second.request.id, second.request.created_at)
    assert role(made, ANA) is Role.OWNER


async def test_nobody_becomes_owner_by_taking_anothers_name(made: RoleBench) -> None:
    with made.database.transaction() as session:
        session.get_one(Person, (TEAM, EVE)).name = NAMES[ANA]

    def typed(words: str) -> tuple[tuple[str, ...], str]:
        wished, problem = rows(made.database, lambda session: naming.typed_wish(session, TEAM, words))
        return wished.people, problem

    assert typed("@ana owner") == ((), "Keydesk cannot place @ana: choose below.")
    assert typed(f"<@{ANA}|eve> owner") == ((ANA,), "")
    asked = await submit(made, wish("owner", SECOND_OWNER, ANA))
    assert isinstance(asked, Ran)
    held = await submit(made, wish("owner", EVE))
    assert isinstance(held, Held)
    assert held.request.description["fields"][0] == ["Who", f"<@{EVE}>\n@ana"]


async def test_nobody_becomes_owner_by_a_way_round(made: RoleBench) -> None:
    made.slack.groups = {"S1": frozenset({SECOND_OWNER, ANA})}
    await submit(made, wish("reader", ANA))
    await submit(made, wish("owner", group="S1"))
    assert role(made, ANA) is Role.READER  # her own counts first
    with pytest.raises(NotAllowed, match="another Owner must approve"):
        await made.change.set_role(wish(None, ANA), actor(OWNER))
    assert isinstance(await submit(made, wish(None, ANA)), Held)
    assert role(made, ANA) is Role.READER


async def test_the_last_owner_who_can_act_stays(made: RoleBench) -> None:
    await submit(made, wish("owner", ANA))
    add_gone(made, OWNER)
    for asked in (wish("reader", ANA), wish(None, ANA), wish("developer", ANA, project_id=PROJECT)):
        with pytest.raises(NotAllowed, match="without an Owner who can act") as refused:
            await submit(made, asked, by=ANA)
        assert refused.value.on_record
    assert role(made, ANA, PROJECT) is Role.OWNER
    assert [entry.name for entry in entries(made.database, ANA)].count("roles.refused") == 3


def owners(made: RoleBench, project_id: str) -> frozenset[str]:
    """Return the owners who can act."""
    found: frozenset[str] = rows(
        made.database, lambda session: made.desk.policy_context(session, TEAM, project_id).owners
    )
    return found


def add_gone(made: RoleBench, who: str) -> None:
    """Let somebody have left."""
    with made.database.transaction() as session:
        session.merge(person(who, "deactivated"))


async def test_whom_the_configuration_names_is_not_lowered(made: RoleBench) -> None:
    await submit(made, wish("owner", ANA))
    for asked in (wish("reader", OWNER), wish("reader", OWNER, project_id=PROJECT)):
        with pytest.raises(FormError, match="KEYDESK_OWNERS"):
            await submit(made, asked, by=ANA)


async def test_only_members_get_a_role(made: RoleBench) -> None:
    made.slack.gone.add(ANA)
    with pytest.raises(FormError, match="full, active members"):
        await submit(made, wish("reader", ANA))


@pytest.mark.parametrize("who", [ANA, RAJ])
async def test_who_is_no_owner_changes_nothing(made: RoleBench, who: str) -> None:
    with pytest.raises(NotAllowed, match="takes the role Owner"):
        await submit(made, wish("reader", LI), by=who)
    assert role(made, LI) is Role.DEVELOPER


CHANGES = st.lists(
    st.tuples(
        st.sampled_from([ANA, RAJ]),
        st.sampled_from([ANA, RAJ, LI]),
        st.sampled_from(["reader", "developer", "owner", None]),
        st.sampled_from([WORKSPACE, PROJECT]),
    ),
    max_size=12,
)


@settings(max_examples=settings().max_examples // 5)  # each is a desk and twelve changes
@given(CHANGES)
def test_whatever_owners_do_one_remains(changes: list[tuple[str, str, str | None, str]]) -> None:
    async def live(made: RoleBench) -> None:
        await submit(made, wish("owner", ANA))
        add_gone(made, OWNER)
        for by, whom, role_, project_id in changes:
            try:
                asked = await made.change.as_asked(wish(role_, whom, project_id=project_id), actor(by))
                await made.change.set_role(asked, actor(by))  # as if whoever must approve had done so
            except BotError:
                continue
            finally:
                for place in (WORKSPACE, PROJECT):
                    assert owners(made, place)

    with TemporaryDirectory() as folder:
        database = small_database(Path(folder))
        set_up(database)
        asyncio.run(live(role_bench(database, frozenset({OWNER}))))
        database.close()
