"""Which role counts: the lower of two, one's own before the groups', the groups' highest, else the default."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy import Role
from bot.role_assignments import Given, Roles

READER, DEVELOPER, OWNER = Role
ANA, RAJ, LI = "UANA", "URAJ", "ULI"
PEOPLE = st.sampled_from([ANA, RAJ, LI])
GROUPS = st.sampled_from(["S1", "S2"])
ROLES = st.sampled_from(Role)
GIVEN = st.builds(Given, st.dictionaries(PEOPLE, ROLES), st.dictionaries(GROUPS, ROLES))
WORLDS = st.builds(
    Roles,
    st.frozensets(PEOPLE, max_size=1),
    st.sampled_from([READER, DEVELOPER]),
    GIVEN,
    GIVEN,
    st.dictionaries(GROUPS, st.frozensets(PEOPLE)),
    st.frozensets(GROUPS),
)
IN_TWO = {"S1": frozenset({ANA}), "S2": frozenset({ANA, RAJ})}

COUNTS = [
    ("nobody gave one: the default", Roles(default=READER), READER),
    ("one's own", Roles(workspace=Given({ANA: OWNER})), OWNER),
    ("one's own before the group's, though lower", Roles(workspace=Given({ANA: READER}, {"S1": OWNER})), READER),
    ("the highest of the groups", Roles(workspace=Given(groups={"S1": READER, "S2": OWNER})), OWNER),
    ("a group that one is not in", Roles(workspace=Given(groups={"S9": OWNER})), DEVELOPER),
    ("lowered in the project", Roles(workspace=Given({ANA: OWNER}), lowered=Given({ANA: READER})), READER),
    ("lowered by a group", Roles(lowered=Given(groups={"S2": READER})), READER),
    ("never raised in a project", Roles(default=READER, lowered=Given({ANA: OWNER})), READER),
    ("one's own spares one from the group's lowering", Roles(lowered=Given({ANA: OWNER}, {"S1": READER})), DEVELOPER),
    ("whom the configuration names", Roles(frozenset({ANA}), lowered=Given({ANA: READER})), OWNER),
]


@pytest.mark.parametrize(("world", "expected"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS])
def test_the_role_that_counts(world: Roles, expected: Role) -> None:
    everybody = Roles(world.fixed, world.default, world.workspace, world.lowered, IN_TWO)
    assert everybody.of(ANA) is expected


@given(WORLDS, PEOPLE)
def test_the_role_that_counts_is_never_above_either_part(world: Roles, who: str) -> None:
    counts = world.of(who)
    assert counts <= world.in_workspace(who)
    lowered = world.lowered.of(who, world.groups_of(who))
    if lowered is not None and who not in world.fixed and not world.stale:
        assert counts == min(lowered, world.in_workspace(who))


@given(WORLDS, PEOPLE)
def test_a_group_that_was_not_read_lately_raises_nobody_and_goes_on_lowering(world: Roles, who: str) -> None:
    without = replace(
        world, members={group: in_it for group, in_it in world.members.items() if group not in world.stale}
    )
    assert world.of(who) is min(world.as_last_read().of(who), without.of(who))
    assert world.owners() <= world.as_last_read().owners()
    assert (world.withheld(who) is None) == (world.of(who) is world.as_last_read().of(who))


@given(WORLDS)
def test_the_owners_are_exactly_those_whose_role_is_owner(world: Roles) -> None:
    assert world.owners() == {who for who in (ANA, RAJ, LI) if world.of(who) is OWNER}
    assert world.at_least(OWNER, (ANA, RAJ, LI)) == world.owners()


@given(WORLDS, st.frozensets(PEOPLE), st.frozensets(GROUPS), st.none() | ROLES)
def test_the_owners_stay_who_they_are_unless_a_change_makes_or_takes_one(
    world: Roles, people: frozenset[str], groups: frozenset[str], role: Role | None
) -> None:
    workspace = replace(world, lowered=Given())
    after = workspace.with_changed(people, groups, role)
    if not workspace.makes_owner(people, groups, role):
        assert after.owners() <= workspace.owners()
        assert role is not OWNER or all(world.workspace.groups.get(group) is OWNER for group in groups)


@given(WORLDS, st.frozensets(PEOPLE), st.frozensets(GROUPS), st.none() | ROLES)
def test_a_change_concerns_only_those_whom_it_names(
    world: Roles, people: frozenset[str], groups: frozenset[str], role: Role | None
) -> None:
    after = world.with_changed(people, groups, role)
    for who in (ANA, RAJ, LI):
        if who not in people and not groups & world.groups_of(who):
            assert after.of(who) is world.of(who)
        elif who in people and role is not None and who not in world.fixed:
            assert after.in_workspace(who) is role
