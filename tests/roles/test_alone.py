"""Alone is what Slack said within a minute of every other Owner: no event, error, group or clock makes anybody so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.desk.service import Held, Ran
from bot.errors import CouldNotCheck, NotAllowed
from bot.roles.operations import TakeOwner
from bot.slack.web import SlackError
from bot.store import people, roles
from bot.store.database import Database
from bot.store.people import Person
from bot.store.roles import WORKSPACE
from tests.clocks import machine_now
from tests.factories import ANA, EVE, LI, NOON, RAJ, SECOND_OWNER, TEAM, actor, add, confirmed, rows
from tests.roles.conftest import RoleBench, role_bench
from tests.roles.test_changing import owners, submit, wish
from tests.roles.test_second_owner import approved, is_owner

SISTER = "T0SISTER001"
EVENTS: list[dict[str, Any]] = [
    {"id": RAJ, "team_id": SISTER, "is_restricted": True},
    {"id": RAJ, "team_id": SISTER, "deleted": True, "enterprise_user": {"id": RAJ, "teams": [TEAM]}},
    {"id": RAJ, "team_id": TEAM, "deleted": True},
    {"id": RAJ, "is_ultra_restricted": True},
]
WAYS = [wish("owner", LI), wish("developer", RAJ)]


@pytest.fixture
def two(small_store: Database) -> RoleBench:
    """Ana and Raj are Owners because somebody made them so; Slack says that both are members."""
    add(small_store, is_owner(ANA), is_owner(RAJ))
    return role_bench(small_store, frozenset())


@pytest.mark.parametrize("asked", WAYS, ids=["makes an Owner", "takes Owner"])
@pytest.mark.parametrize("event", EVENTS, ids=["guest of a sister", "gone from a sister", "an old one", "no team"])
async def test_no_event_makes_anybody_alone(two: RoleBench, event: dict[str, Any], asked: Any) -> None:
    await two.people.authenticate(TEAM, RAJ)
    await two.people.changed(TEAM, event)
    if asked.role == "owner":
        assert isinstance(await submit(two, asked, by=ANA), Held)
    else:
        with pytest.raises(NotAllowed, match="@uraj can give it up"):
            await submit(two, asked, by=ANA)
    assert owners(two, WORKSPACE) == {ANA, RAJ}


async def test_what_an_event_takes_is_gone_at_once_and_unknown_while_slack_is_silent(two: RoleBench) -> None:
    await two.people.authenticate(TEAM, RAJ)
    await two.people.changed(TEAM, EVENTS[2])
    two.slack.silent = {RAJ}
    assert owners(two, WORKSPACE) == {ANA}
    with pytest.raises(CouldNotCheck, match=r"could not be read from Slack .* named in KEYDESK_OWNERS"):
        await submit(two, WAYS[0], by=ANA)
    two.slack.silent, two.slack.gone = set(), {RAJ}
    assert isinstance(await submit(two, WAYS[0], by=ANA), Ran)


async def test_an_owner_is_lowered_under_no_other_id_of_theirs(two: RoleBench) -> None:
    with two.database.transaction() as session:
        session.get_one(Person, (TEAM, RAJ)).org_user_id = "W0RAJ"
        session.add(Person(team_id=TEAM, user_id="W0RAJ", org_user_id="W0RAJ", read_at=NOON, known_since=NOON))
    answers(two, {"enterprise_user": {"id": "W0RAJ", "teams": [TEAM]}})
    with pytest.raises(NotAllowed, match="can give it up"):
        await submit(two, wish("developer", "W0RAJ"), by=ANA)
    with pytest.raises(NotAllowed, match="another Owner must approve"):
        await two.change.set_role(wish("developer", "W0RAJ"), actor(ANA))
    assert owners(two, WORKSPACE) == {ANA, RAJ}


# --- by a user group that somebody edits ---

SHAPES: dict[str, dict[str, frozenset[str]]] = {
    "gone": {"S2": frozenset({LI})},
    "emptied": {"S1": frozenset(), "S2": frozenset({LI})},
    "no group at all": {},
    "others in it": {"S1": frozenset({ANA})},
}


@pytest.fixture
async def by_group(small_store: Database) -> RoleBench:
    """Ana is Owner because somebody made her so; Raj and Eve are by the group S1."""
    add(small_store, is_owner(ANA), is_owner("S1", "group"), *confirmed("S1", RAJ, EVE))
    made = role_bench(small_store, frozenset())
    made.slack.groups = {"S1": frozenset({RAJ, EVE}), "S2": frozenset({LI})}
    await made.groups.read_now()
    return made


@pytest.mark.parametrize("shape", SHAPES)
async def test_no_edit_of_a_group_makes_anybody_alone_or_gives_power(by_group: RoleBench, shape: str) -> None:
    by_group.slack.groups = SHAPES[shape]
    for _ in range(2):
        await by_group.groups.read_now()
    for asked in (wish("owner", LI), wish("developer", RAJ), wish("reader", RAJ), wish(None, group="S1")):
        with pytest.raises(NotAllowed, match="@ueve and @uraj held Owner by a user group that has changed since"):
            await submit(by_group, asked, by=ANA)
    with pytest.raises(NotAllowed, match="yours here is Developer"):
        await submit(by_group, wish("owner", LI), by=RAJ)
    assert owners(by_group, WORKSPACE) == {ANA}
    by_group.slack.groups = {"S1": frozenset({RAJ})}
    await by_group.groups.read_now()
    held = await submit(by_group, wish("owner", LI), by=ANA)
    assert isinstance(held, Held)
    assert held.deciders == {RAJ}


async def test_who_left_the_workspace_is_no_other_and_unknown_is(by_group: RoleBench) -> None:
    by_group.slack.groups, by_group.slack.gone, by_group.slack.silent = {}, {RAJ, EVE}, {EVE}
    await by_group.groups.read_now()
    with pytest.raises(CouldNotCheck, match=r"whether @u?eve can still decide could not be read"):
        await submit(by_group, wish("owner", LI), by=ANA)
    by_group.slack.silent = set()
    assert isinstance(await submit(by_group, wish("owner", LI), by=ANA), Ran)


async def test_a_second_owner_of_the_environment_confirms_that_a_group_is_owner_no_more(by_group: RoleBench) -> None:
    by_group.slack.groups = {}
    await by_group.groups.read_now()
    made = role_bench(by_group.database, frozenset({SECOND_OWNER}))
    taken = await submit(made, wish(None, group="S1"), by=ANA)
    assert isinstance(taken, Held)
    assert (taken.request.kind, set(taken.deciders)) == (TakeOwner.kind, {SECOND_OWNER})
    assert (await approved(made, taken, SECOND_OWNER)).state == "done"
    made.slack.gone = {SECOND_OWNER}
    await made.people.look_again([SECOND_OWNER])
    assert isinstance(await submit(made, wish("owner", LI), by=ANA), Ran)
    assert rows(made.database, lambda session: roles.former_members(session, TEAM, ["S1"])) == {}


def answers(made: RoleBench, changes: Mapping[str, Any] | None, code: str | None = None) -> None:
    """Let Slack tell this of Raj, or refuse to."""
    told = made.slack.user_profile

    async def profile(user_id: str) -> Mapping[str, Any]:
        if user_id == RAJ and code is not None:
            raise SlackError("users.info", code)
        return {**await told(user_id), **(changes or {} if user_id == RAJ else {})}

    made.people._profile = profile  # noqa: SLF001 the port that Slack stands behind


async def after_a_minute_slack_refuses(made: RoleBench, code: str, refusal: type[Exception]) -> None:
    """Have Raj press something once he was read, a minute later, while Slack refuses to tell of him."""
    await made.people.authenticate(TEAM, RAJ)
    answers(made, None, code)
    made.people._fresh.clear()  # noqa: SLF001 as a minute later
    with pytest.raises(refusal):
        await made.people.authenticate(TEAM, RAJ)


@pytest.mark.parametrize("code", ["user_not_visible", "user_not_found"])
async def test_whom_slack_does_not_show_may_do_nothing_and_leaves_nobody_alone(two: RoleBench, code: str) -> None:
    await after_a_minute_slack_refuses(two, code, NotAllowed)
    for _ in range(2):
        with pytest.raises(CouldNotCheck, match="whether @uraj can still decide could not be read"):
            await submit(two, WAYS[0], by=ANA)
    assert owners(two, WORKSPACE) == {ANA}


@pytest.mark.parametrize("code", ["access_denied", "fatal_error"])
async def test_a_failure_of_slack_leaves_everybody_what_they_are(two: RoleBench, code: str) -> None:
    await after_a_minute_slack_refuses(two, code, CouldNotCheck)
    assert isinstance(await submit(two, WAYS[0], by=ANA), Held)
    assert owners(two, WORKSPACE) == {ANA, RAJ}


@pytest.mark.parametrize(
    ("kept", "told", "outcome"),
    [
        ("member", {"is_restricted": True}, Ran),
        ("member", {"deleted": True}, Ran),
        ("deactivated", {}, Held),
    ],
)
async def test_a_row_of_a_clock_that_is_ahead_is_no_knowledge(
    two: RoleBench, kept: str, told: dict[str, Any], outcome: type
) -> None:
    with two.database.transaction() as session:
        row = people.get(session, TEAM, RAJ)
        assert row is not None
        row.standing, row.read_at = kept, machine_now() + timedelta(minutes=10)
    answers(two, told)
    if kept == "member":
        with pytest.raises(NotAllowed):
            await two.people.authenticate(TEAM, RAJ)
    assert isinstance(await submit(two, WAYS[0], by=ANA), outcome)
