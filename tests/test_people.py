"""Who may use Keydesk, judged by a profile that is a minute old at most."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot import people as door
from bot.errors import CouldNotCheck, NotAllowed
from bot.groups import Groups
from bot.people import REFUSALS, People, read_profile
from bot.slack.groups import UserGroup
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear
from bot.store import people
from bot.store.database import Database
from tests.clocks import machine_now
from tests.factories import ANA, NOON, RAJ, TEAM, add, person, rows

MEMBER = {
    "id": ANA,
    "team_id": TEAM,
    "tz": "Asia/Tokyo",
    "profile": {"display_name": "ana"},
    "deleted": False,
    "is_bot": False,
    "is_restricted": False,
    "is_ultra_restricted": False,
}
SISTER = "T0SISTER001"
SLOWER = (
    "Keydesk could not read your Slack profile, so nothing changed. Slack wants to hear less from Keydesk just now. "
    "Please try again in {}."
)


def on_grid(*teams: str, **changes: Any) -> dict[str, Any]:
    """Return what changes in a user object on Enterprise Grid, with the workspaces of this person."""
    return {"enterprise_user": {"id": ANA, "enterprise_id": "E0NORTHWIND", "teams": [*teams]}, **changes}


IDENTITIES: list[tuple[str, dict[str, Any], str]] = [
    ("a member", {}, "member"),
    ("an admin", {"is_admin": True}, "member"),
    ("a guest of several channels", {"is_restricted": True}, "guest"),
    ("a guest of one channel", {"is_restricted": True, "is_ultra_restricted": True}, "guest"),
    ("an ultra guest alone", {"is_ultra_restricted": True}, "guest"),
    ("a bot", {"is_bot": True}, "bot"),
    ("Slackbot, which says it is none", {"id": "USLACKBOT", "is_bot": False}, "bot"),
    ("a stranger", {"is_stranger": True}, "stranger"),
    ("somebody of another team", {"team_id": "TELSE"}, "stranger"),
    ("somebody deactivated", {"deleted": True}, "deactivated"),
    ("a deactivated guest", {"deleted": True, "is_restricted": True}, "deactivated"),
    ("somebody without a team", {"team_id": None}, "stranger"),
    ("on Grid, at home here", on_grid(TEAM, SISTER), "member"),
    ("on Grid, at home in a sister workspace", on_grid(SISTER, TEAM, team_id=SISTER), "member"),
    ("on Grid, without a home", on_grid(TEAM, team_id=None), "member"),
    ("on Grid, of a sister workspace alone", on_grid(SISTER, team_id=SISTER), "stranger"),
    ("on Grid, of a sister workspace alone and without a home", on_grid(SISTER, team_id=None), "stranger"),
    ("on Grid, without any workspace", on_grid(team_id=None), "stranger"),
    ("on Grid, where Slack lists no workspaces", {"team_id": None, "enterprise_user": {"id": ANA}}, "stranger"),
    ("on Grid, where Slack's list is none", {"team_id": None, "enterprise_user": {"teams": TEAM}}, "stranger"),
    ("on Grid, a guest here", on_grid(SISTER, TEAM, team_id=SISTER, is_restricted=True), "guest"),
    ("a stranger of Slack Connect who claims our team", on_grid(TEAM, is_stranger=True), "stranger"),
    ("somebody of whom Slack does not say that they are no guest", {"is_restricted": None}, "guest"),
]


class SlackProfiles:
    """Slack's `users.info`, counted; it can be held, or refuse."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.changes: dict[str, Any] = {}
        self.problem: SlackError | None = None
        self.asked, self.free = asyncio.Event(), asyncio.Event()
        self.free.set()

    async def __call__(self, user_id: str) -> Mapping[str, Any]:
        self.calls.append(user_id)
        self.asked.set()
        await self.free.wait()
        await asyncio.sleep(0.005)
        if self.problem is not None:
            raise self.problem
        return MEMBER | {"id": user_id} | self.changes


@pytest.fixture
def database(small_store: Database) -> Database:
    return small_store


@pytest.fixture
def slack() -> SlackProfiles:
    return SlackProfiles()


@pytest.fixture
def judges(database: Database, slack: SlackProfiles) -> People:
    async def no_groups() -> list[UserGroup]:
        return []

    return People(database, slack, TEAM, Groups(database, no_groups, TEAM))


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """By how many seconds the machine's monotonic clock is ahead; a test moves the first item."""
    ahead, true = [0.0], time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: true() + ahead[0])
    return ahead


@pytest.mark.parametrize(("changes", "standing"), [row[1:] for row in IDENTITIES], ids=[row[0] for row in IDENTITIES])
async def test_each_identity_gets_in_or_hears_why_not(
    judges: People, slack: SlackProfiles, changes: dict[str, Any], standing: str
) -> None:
    slack.changes = changes
    assert await judges.is_member(ANA) == (standing == "member")
    if standing == "member":
        assert (await judges.authenticate(TEAM, ANA)).user_id == ANA
        return
    with pytest.raises(NotAllowed) as refusal:
        await judges.authenticate(TEAM, ANA)
    assert refusal.value.text == REFUSALS[standing]


def test_there_are_words_for_every_standing_but_a_members() -> None:
    assert set(REFUSALS) | {"member"} == set(people.STANDINGS)


async def test_another_workspace_is_refused_without_asking_slack(judges: People, slack: SlackProfiles) -> None:
    with pytest.raises(NotAllowed, match="connected workspaces"):
        await judges.authenticate("TELSE", ANA)
    assert not await judges.known("TELSE", ANA)
    assert slack.calls == []


async def test_a_judged_person_is_known_by_name_and_zone(judges: People, database: Database) -> None:
    found = await judges.authenticate(TEAM, ANA)
    assert (found.team_id, found.user_id, found.name, found.tz) == (TEAM, ANA, "ana", "Asia/Tokyo")
    assert await judges.known(TEAM, ANA)
    with database.reading() as session:
        assert people.get(session, TEAM, ANA) is not None


async def test_a_stranger_to_the_store_is_not_known(judges: People, database: Database) -> None:
    add(database, person(RAJ, "guest"))
    assert not await judges.known(TEAM, ANA)
    assert not await judges.known(TEAM, RAJ)


async def test_fifty_judges_at_once_ask_slack_once(judges: People, slack: SlackProfiles) -> None:
    found = await asyncio.gather(*(judges.authenticate(TEAM, ANA) for _ in range(50)))
    assert len({each.user_id for each in found}) == 1
    assert slack.calls == [ANA]


async def test_a_profile_is_believed_for_a_minute_of_machine_time(
    judges: People, slack: SlackProfiles, later: list[float]
) -> None:
    await judges.authenticate(TEAM, ANA)
    slack.changes = {"deleted": True}
    later[0] += door.FRESH_SECONDS - 5
    await judges.authenticate(TEAM, ANA)
    later[0] += 5
    with pytest.raises(NotAllowed, match="deactivated"):
        await judges.authenticate(TEAM, ANA)
    assert len(slack.calls) == 2


async def test_a_changed_profile_counts_at_once(judges: People, slack: SlackProfiles) -> None:
    await judges.authenticate(TEAM, ANA)
    slack.changes = {"is_restricted": True}
    await judges.changed(TEAM, {"id": ANA, "team_id": TEAM, "is_restricted": True})
    assert not await judges.known(TEAM, ANA)
    with pytest.raises(NotAllowed, match="guests"):
        await judges.authenticate(TEAM, ANA)


@pytest.mark.parametrize(
    ("event", "info", "standing", "asked"),
    [
        ({"is_restricted": True}, {}, "guest", 1),
        ({"is_restricted": True, "team_id": None}, {}, "stranger", 1),
        ({"is_restricted": True, "team_id": SISTER}, {}, "member", 2),
        (on_grid(TEAM, team_id=SISTER, deleted=True), on_grid(TEAM), "member", 2),
        (on_grid(TEAM, team_id=SISTER, deleted=True), on_grid(TEAM, deleted=True), "deactivated", 2),
        ({"team_id": None}, {}, "member", 1),
        ({"team_id": None}, {"deleted": True}, "member", 1),
        (on_grid(SISTER, team_id=SISTER), on_grid(SISTER, TEAM), "member", 2),
        (on_grid(SISTER, team_id=SISTER), on_grid(SISTER, team_id=SISTER), "stranger", 2),
    ],
    ids=[
        "it takes away",
        "it takes away and says no team",
        "a guest elsewhere",
        "gone elsewhere",
        "gone here too",
        "it says no team",
        "it says no team, so the click asks",
        "not ours, it says",
        "not ours",
    ],
)
async def test_an_event_takes_away_and_never_gives(
    judges: People,
    slack: SlackProfiles,
    database: Database,
    event: dict[str, Any],
    info: dict[str, Any],
    standing: str,
    asked: int,
) -> None:
    await judges.authenticate(TEAM, ANA)
    slack.changes = info
    await judges.changed(TEAM, {name: value for name, value in (MEMBER | event).items() if value is not None})
    kept = rows(database, lambda session: people.get(session, TEAM, ANA))
    assert (kept.standing, len(slack.calls)) == (standing, asked)


async def test_an_event_does_not_bring_back_whom_slack_calls_a_guest(judges: People, slack: SlackProfiles) -> None:
    slack.changes = {"is_restricted": True}
    with pytest.raises(NotAllowed, match="guests"):
        await judges.authenticate(TEAM, ANA)
    await judges.changed(TEAM, MEMBER)
    assert not await judges.known(TEAM, ANA)
    slack.changes = {}
    await judges.changed(TEAM, MEMBER)
    assert await judges.known(TEAM, ANA)


async def test_an_event_that_was_not_delivered_for_us_changes_nothing(judges: People) -> None:
    await judges.authenticate(TEAM, ANA)
    for team in (SISTER, ""):
        await judges.changed(team, MEMBER | {"deleted": True})
    assert await judges.known(TEAM, ANA)


async def test_people_with_ids_of_the_organisation_are_people(judges: People, slack: SlackProfiles) -> None:
    slack.changes = on_grid(SISTER, TEAM, team_id=None)
    assert (await judges.authenticate(TEAM, "W0MARIA0005")).user_id == "W0MARIA0005"
    assert await judges.known(TEAM, "W0MARIA0005")


@pytest.mark.parametrize("first", ["U0RAJ", "W0RAJ"])
async def test_one_person_of_two_ids_acts_by_the_one_that_was_known_first(
    judges: People, slack: SlackProfiles, later: list[float], first: str
) -> None:
    slack.changes = {"enterprise_user": {"id": "W0RAJ", "teams": [TEAM]}}
    second = {"U0RAJ": "W0RAJ", "W0RAJ": "U0RAJ"}[first]
    for came_as in (first, second, first):
        later[0] += 61
        assert (await judges.authenticate(TEAM, came_as)).user_id == first
    assert slack.calls == [first, second, first]


async def test_an_answer_about_nobody_changes_nothing(judges: People, slack: SlackProfiles) -> None:
    slack.changes = {"id": None}
    with pytest.raises(CouldNotCheck):
        await judges.authenticate(TEAM, ANA)


async def test_a_changed_profile_of_somebody_never_seen_is_not_kept(judges: People, database: Database) -> None:
    await judges.changed(TEAM, {"id": RAJ, "team_id": TEAM, "profile": {"display_name": "raj"}})
    with database.reading() as session:
        assert people.get(session, TEAM, RAJ) is None


async def test_whom_slack_does_not_know_is_a_stranger(judges: People, slack: SlackProfiles, database: Database) -> None:
    slack.problem = SlackError("users.info", "user_not_found")
    with pytest.raises(NotAllowed, match="connected workspaces"):
        await judges.authenticate(TEAM, "UGHOST")
    with database.reading() as session:
        assert not people.unread(session, TEAM, ["UGHOST"])
        assert not people.able(session, TEAM, ["UGHOST", "UNEVER"])


async def leaves_while_slack_is_asked(judges: People, slack: SlackProfiles) -> None:
    """Let an event say that Ana left after Slack was asked about her, and before it answers."""
    slack.asked.clear()
    slack.free.clear()
    asking = asyncio.create_task(judges.authenticate(TEAM, ANA))
    await slack.asked.wait()
    await judges.changed(TEAM, MEMBER | {"deleted": True})
    slack.free.set()
    with pytest.raises(NotAllowed, match="deactivated"):
        await asking


async def test_what_an_event_said_meanwhile_is_newer_than_the_answer(
    judges: People, slack: SlackProfiles, later: list[float], database: Database
) -> None:
    await judges.authenticate(TEAM, ANA)
    later[0] += 61
    await leaves_while_slack_is_asked(judges, slack)
    with database.reading() as session:
        assert not people.able(session, TEAM, [ANA])


@pytest.mark.parametrize("minutes", [-5, 10], ids=["read before", "read by a clock that is ahead"])
async def test_what_slack_says_now_stands_whatever_time_a_row_names(
    judges: People, slack: SlackProfiles, database: Database, minutes: int
) -> None:
    ahead = machine_now() + timedelta(minutes=minutes)
    row = person(ANA, doubted_at=ahead)
    row.read_at = ahead
    add(database, row)
    slack.changes = {"is_restricted": True}
    with pytest.raises(NotAllowed, match="guests"):
        await judges.authenticate(TEAM, ANA)
    kept = rows(database, lambda session: people.get(session, TEAM, ANA))
    assert (kept.standing, kept.read_at <= machine_now(), kept.doubted_at) == ("guest", True, None)


async def test_of_two_answers_the_one_that_was_asked_for_later_stands(database: Database) -> None:
    now = machine_now()
    for seconds, standing in ((2, "guest"), (1, "member")):
        said = person(ANA, standing)
        said.read_at = now + timedelta(seconds=seconds)
        with database.transaction() as session:
            people.save(session, said, now + timedelta(seconds=3))
    assert rows(database, lambda session: people.get(session, TEAM, ANA)).standing == "guest"


async def test_an_event_that_overtook_an_answer_is_asked_about_at_the_next_click(
    judges: People, slack: SlackProfiles
) -> None:
    await judges.authenticate(TEAM, ANA)
    await judges.changed(TEAM, MEMBER)
    await leaves_while_slack_is_asked(judges, slack)
    assert (await judges.authenticate(TEAM, ANA)).user_id == ANA


@pytest.mark.parametrize(
    ("code", "told_before", "known"),
    [
        ("user_not_visible", True, False),
        ("user_not_visible", False, False),
        ("user_not_found", True, False),
        ("user_not_found", False, True),
    ],
)
async def test_whom_slack_does_not_show_is_known_to_be_nobody_only_by_an_id_that_never_was(
    judges: People,
    slack: SlackProfiles,
    database: Database,
    later: list[float],
    code: str,
    told_before: bool,
    known: bool,
) -> None:
    if told_before:
        await judges.authenticate(TEAM, RAJ)
    began = machine_now()
    slack.problem = SlackError("users.info", code)
    for _ in range(2):
        later[0] += 61
        with pytest.raises(NotAllowed, match="connected workspaces"):
            await judges.authenticate(TEAM, RAJ)
        able, read = rows(database, lambda session: people.judged(session, TEAM, [RAJ], began))
        assert (able, read) == (frozenset(), frozenset({RAJ} if known else ()))
    slack.problem = None
    later[0] += 61
    assert (await judges.authenticate(TEAM, RAJ)).user_id == RAJ


async def test_whoever_was_never_asked_about_is_met_or_nothing_changes(judges: People, slack: SlackProfiles) -> None:
    await judges.require_profiles([ANA])
    slack.problem = SlackUnclear("users.info", "timeout")
    await judges.require_profiles([ANA])
    with pytest.raises(CouldNotCheck, match="every Slack profile"):
        await judges.require_profiles([ANA, RAJ])
    assert slack.calls == [ANA, RAJ]


@pytest.mark.parametrize("problem", [SlackError("users.info", "fatal_error"), SlackUnclear("users.info", "x")])
async def test_an_unreadable_profile_changes_nothing(
    judges: People, slack: SlackProfiles, database: Database, problem: SlackError
) -> None:
    slack.problem = problem
    with pytest.raises(CouldNotCheck, match="nothing changed"):
        await judges.authenticate(TEAM, ANA)
    assert not await judges.known(TEAM, ANA)
    with database.reading() as session:
        assert people.get(session, TEAM, ANA) is None
    slack.problem = None
    assert await judges.authenticate(TEAM, ANA)


async def test_too_many_questions_are_not_asked_again_before_the_time_that_slack_says(
    judges: People, slack: SlackProfiles, later: list[float]
) -> None:
    async def refused(who: str) -> str:
        with pytest.raises(CouldNotCheck) as problem:
            await judges.authenticate(TEAM, who)
        return problem.value.text

    slack.problem = SlackRateLimited("users.info", 200)
    told = [await refused(who) for who in (ANA, RAJ) * 5]
    assert (slack.calls, told) == ([ANA], [SLOWER.format("3 minutes")] * 10)
    later[0] += 199.5
    assert await refused(RAJ) == SLOWER.format("a minute")
    later[0] += 1
    await asyncio.gather(*(refused(f"U{number}") for number in range(5)))
    assert len(slack.calls) == 2
    slack.problem = None
    later[0] += 201
    assert {(await judges.authenticate(TEAM, who)).user_id for who in (ANA, RAJ)} == {ANA, RAJ}


async def test_an_old_profile_does_not_stand_in_for_an_unreadable_one(
    judges: People, slack: SlackProfiles, later: list[float]
) -> None:
    await judges.authenticate(TEAM, ANA)
    later[0] += 61
    slack.problem = SlackUnclear("users.info", "timeout")
    with pytest.raises(CouldNotCheck):
        await judges.authenticate(TEAM, ANA)


async def test_one_who_gives_up_does_not_take_the_answer_from_the_others(judges: People, slack: SlackProfiles) -> None:
    impatient = asyncio.create_task(judges.authenticate(TEAM, ANA))
    patient = asyncio.create_task(judges.authenticate(TEAM, ANA))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).user_id == ANA
    assert slack.calls == [ANA]


async def test_learning_reads_all_it_can(judges: People, slack: SlackProfiles, database: Database) -> None:
    slack.problem = SlackError("users.info", "ratelimited")
    assert not await judges.load_profiles([ANA])
    slack.problem = None
    assert await judges.load_profiles([ANA, RAJ])
    with database.reading() as session:
        assert set(people.named(session, TEAM, [ANA, RAJ])) == {ANA, RAJ}


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"id": ANA, "profile": {"display_name": "ana"}, "real_name": "Ana Lima", "name": "a.lima"}, "ana"),
        ({"id": ANA, "profile": {"display_name": ""}, "real_name": "Ana Lima", "name": "a.lima"}, "Ana Lima"),
        ({"id": ANA, "name": "a.lima"}, "a.lima"),
        ({"id": ANA, "profile": None}, ANA),
        ({"id": ANA, "name": "n" * 500}, "n" * 80),
    ],
)
def test_people_are_called_what_they_call_themselves(user: dict[str, Any], name: str) -> None:
    found = read_profile(TEAM, user, NOON)
    assert (found.name, found.tz) == (name, "UTC")
