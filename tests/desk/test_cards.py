"""The copies of a card: each ends at the present version, and no trouble with one is trouble for another."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.desk import views
from bot.desk.deciding import REMIND_AFTER
from bot.desk.jobs import NOT_KNOWN_YET, DeskJobs
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear
from bot.store import changes
from bot.store.cards import of_request
from bot.store.changes import Change
from bot.store.projects import ProjectSettings
from tests.factories import ANA, LI, NOON, OWNER, PROJECT, RAJ, SECOND_OWNER, TEAM, Bench, actor, add, person
from tests.fake_slack import SHARED, FakeSlack, Pace

CHANNEL = "C0APPROVERS"
APPROVERS = [f"D{RAJ}", f"D{LI}"]


@pytest.fixture
def slack() -> FakeSlack:
    """FakeSlack in which nothing goes wrong yet."""
    return FakeSlack()


@pytest.fixture
def jobs(desk: Bench, slack: FakeSlack) -> DeskJobs:
    """The desk's jobs, speaking in these conversations."""
    return DeskJobs(desk.desk, desk.database, slack)


def in_channel(desk: Bench, slack: FakeSlack) -> None:
    """Let the approvers share a channel."""
    slack.people = (RAJ, LI)
    with desk.database.transaction() as session:
        session.merge(ProjectSettings(project_id=PROJECT, approvers=[RAJ, LI], channel=CHANNEL))


async def asked(desk: Bench, jobs: DeskJobs) -> str:
    waiting = await desk.held()
    await jobs.cards(waiting.id, NOON)
    return waiting.id


def texts(slack: FakeSlack) -> set[str]:
    return {each.text.split(". ")[0] for each in slack.messages.values() if each.thread_ts is None}


async def test_who_asked_for_a_change_hears_what_is_known_of_it(desk: Bench, jobs: DeskJobs, slack: FakeSlack) -> None:
    moments: dict[str, Any] = {"started_at": NOON, "intended_at": NOON, "look_at": NOON}
    asked_for = {"team_id": TEAM, "actor": ANA, "kind": "projects.rename", "operation": {}, "project_id": PROJECT}
    add(desk.database, Change(id="ch1", **asked_for | moments))
    await jobs.tell("ch1", NOON)
    with desk.database.transaction() as session:
        assert changes.finish(session, session.get_one(Change, "ch1"), "succeeded", NOON, "It was done.")
    await jobs.tell("ch1", NOON)
    said = [each.text for each in slack.messages.values()]
    assert [text.partition("): ")[2] for text in said] == [NOT_KNOWN_YET, "It was done."]


@pytest.mark.parametrize(("now", "heard"), [("approved", "cut short before anybody saw a key"), ("cancelled", "")])
async def test_whose_making_was_cut_short_hears_what_is_certain_while_they_may_still_press(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack, now: str, heard: str
) -> None:
    waiting = await desk.held()
    await desk.desk.decide(waiting.id, 1, "approved", actor(RAJ))
    if now == "cancelled":
        await desk.desk.cancel(waiting.id, actor(ANA))
    await jobs.ring(waiting.id, NOON)
    said = [each.text for each in slack.cards(f"D{ANA}")]
    assert [heard in text for text in said] == ([True] if heard else [])


# --- two at once ---


@pytest.mark.parametrize("answered_late", [False, True])
async def test_an_older_edit_that_lands_last_does_not_stay(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack, *, answered_late: bool
) -> None:
    request_id = await asked(desk, jobs)
    older, newer = Pace(), Pace()
    older.answering.set()
    newer.landing.set()
    slack.paces.extend([older, newer])
    await desk.desk.decide(request_id, 1, "approved", actor(RAJ))
    slow = asyncio.create_task(jobs.cards(request_id, NOON))
    await asyncio.sleep(0.05)
    await desk.desk.cancel(request_id, actor(ANA))
    quick = asyncio.create_task(jobs.cards(request_id, NOON))
    await asyncio.sleep(0.05)
    for event in (older.landing, newer.answering) if answered_late else (newer.answering, older.landing):
        event.set()
        await asyncio.sleep(0.05)
    await asyncio.gather(slow, quick)
    (shown,) = texts(slack)
    assert shown.endswith(": cancelled")
    with desk.database.reading() as session:
        assert {copy.version for copy in of_request(session, request_id)} == {3}


# --- refusals ---


@pytest.mark.parametrize("method", ["conversations.info", "chat.postMessage"])
async def test_nobody_is_asked_to_decide_what_was_taken_back_while_slack_answered(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack, method: str
) -> None:
    in_channel(desk, slack)
    waiting = await desk.held()
    slack.meanwhile[method] = partial(desk.desk.cancel, waiting.id, actor(ANA))
    await jobs.cards(waiting.id, NOON + timedelta(seconds=30))
    assert slack.replies(CHANNEL) == []
    assert not any("Approve" in str(card.blocks) for card in slack.cards(CHANNEL))


@pytest.mark.parametrize("code", ["invalid_auth", "missing_scope", "ratelimited"])
async def test_a_copy_waits_until_the_token_is_mended(desk: Bench, jobs: DeskJobs, slack: FakeSlack, code: str) -> None:
    waiting = await desk.held()
    refused = SlackRateLimited("x", 1) if code == "ratelimited" else SlackError("conversations.open", code)
    slack.refusals = dict.fromkeys((ANA, RAJ, LI), refused)
    with pytest.raises(SlackError, match=code):
        await jobs.cards(waiting.id, NOON)
    slack.refusals.clear()
    await jobs.cards(waiting.id, NOON)
    assert [len(slack.cards(f"D{user}")) for user in (ANA, RAJ, LI)] == [1, 1, 1]


async def test_the_owners_are_asked_where_no_decider_can_be_reached(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    slack.refusals[RAJ] = SlackError("conversations.open", "user_disabled")
    await asked(desk, jobs)
    assert not slack.cards(f"D{OWNER}")
    slack.refusals[LI] = SlackError("conversations.open", "user_not_found")
    await asked(desk, jobs)
    assert [len(slack.cards(f"D{user}")) for user in (OWNER, SECOND_OWNER, RAJ)] == [1, 1, 0]


async def test_nobody_is_asked_again_and_again_where_not_even_an_owner_can_be_reached(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    everybody = (RAJ, LI, OWNER, SECOND_OWNER)
    slack.refusals = dict.fromkeys(everybody, SlackError("conversations.open", "user_disabled"))
    request_id = await asked(desk, jobs)
    await jobs.cards(request_id, NOON)
    assert len(slack.cards(f"D{ANA}")) == len(slack.messages) == 1


@pytest.mark.parametrize("code", ["not_in_channel", "is_archived"])
async def test_what_the_channel_refuses_goes_to_the_deciders_directly(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack, code: str
) -> None:
    in_channel(desk, slack)
    slack.refusals[CHANNEL] = SlackError("chat.postMessage", code)
    await asked(desk, jobs)
    assert [len(slack.cards(place)) for place in APPROVERS] == [1, 1]


# --- each copy on its own ---


@pytest.mark.parametrize("code", ["edit_window_closed", "is_inactive", "no_permission", "msg_too_long"])
async def test_a_copy_that_cannot_be_edited_is_let_go_and_keeps_no_other_from_following(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack, code: str
) -> None:
    request_id = await asked(desk, jobs)
    slack.refusals[APPROVERS[1]] = SlackError("chat.update", code)
    await desk.desk.decide(request_id, 1, "approved", actor(RAJ))
    await jobs.cards(request_id, NOON)
    approved = "approved, waiting to be opened"
    assert all(approved in each.text for place in (f"D{ANA}", APPROVERS[0]) for each in slack.cards(place))
    assert len(slack.cards(f"D{ANA}")) == 2


async def test_a_copy_in_passing_trouble_is_tried_again_and_the_others_follow_at_once(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    request_id = await asked(desk, jobs)
    slack.refusals[APPROVERS[0]] = SlackError("chat.update", "fatal")
    await desk.desk.decide(request_id, 1, "approved", actor(RAJ))
    with pytest.raises(SlackError, match="fatal"):
        await jobs.cards(request_id, NOON)
    shows = [slack.cards(place)[0].text.split(". ")[0] for place in (f"D{ANA}", *APPROVERS)]
    assert ["approved" in text for text in shows] == [True, False, True]
    slack.refusals.clear()
    await jobs.cards(request_id, NOON)
    assert len(texts(slack)) == 1


async def test_one_unclear_post_keeps_no_other_from_being_posted(desk: Bench, jobs: DeskJobs, slack: FakeSlack) -> None:
    slack.refusals[f"D{ANA}"] = SlackUnclear("chat.postMessage", "TimeoutError")
    waiting = await desk.held()
    with pytest.raises(SlackUnclear):
        await jobs.cards(waiting.id, NOON)
    assert [len(slack.cards(place)) for place in APPROVERS] == [1, 1]


# --- reminders ---


async def test_one_press_reminds_each_once_though_one_cannot_be_reached(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    request_id = await asked(desk, jobs)
    slack.refusals[APPROVERS[1]] = SlackError("chat.postMessage", "fatal")
    desk.clock.move(REMIND_AFTER)
    await desk.desk.remind(request_id, actor(ANA))
    await jobs.remind(request_id, desk.clock.now())
    assert [len(slack.replies(place)) for place in APPROVERS] == [1, 0]


async def test_a_reminder_asks_who_decides_now_and_nobody_else(desk: Bench, jobs: DeskJobs, slack: FakeSlack) -> None:
    request_id = await asked(desk, jobs)
    with desk.database.transaction() as session:
        session.merge(person(RAJ, "deactivated"))
        session.merge(person(LI, "guest"))
    await jobs.remind(request_id, NOON)
    await jobs.cards(request_id, NOON)
    assert [slack.replies(place) for place in APPROVERS] == [[], []]
    assert [len(slack.cards(f"D{user}")) for user in (OWNER, SECOND_OWNER)] == [1, 1]
    await jobs.remind(request_id, NOON)
    await jobs.cards(request_id, NOON)
    assert [len(slack.replies(f"D{user}")) for user in (OWNER, SECOND_OWNER)] == [1, 1]
    assert [len(slack.cards(f"D{user}")) for user in (OWNER, SECOND_OWNER)] == [1, 1]


async def test_a_reminder_in_the_channel_mentions_only_who_decides_now(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    in_channel(desk, slack)
    request_id = await asked(desk, jobs)
    with desk.database.transaction() as session:
        session.merge(person(RAJ, "deactivated"))
    await jobs.remind(request_id, NOON)
    assert slack.replies(CHANNEL)[-1] == f"<@{LI}> <@{ANA}> is still waiting for a decision on this."


# --- a channel that others can read now ---


async def test_a_card_leaves_a_channel_that_became_shared_once(desk: Bench, jobs: DeskJobs, slack: FakeSlack) -> None:
    in_channel(desk, slack)
    request_id = await asked(desk, jobs)
    slack.channels[CHANNEL] = SHARED
    said = slack.replies(CHANNEL)
    await jobs.remind(request_id, NOON)
    await jobs.cards(request_id, NOON)
    (moved,) = slack.cards(CHANNEL)
    assert (moved.text, list(moved.blocks), slack.replies(CHANNEL)) == (views.MOVED, [], said)
    assert [len(slack.cards(place)) for place in APPROVERS] == [1, 1]
    await desk.desk.decide(request_id, 1, "approved", actor(RAJ))
    await jobs.cards(request_id, NOON)
    assert (moved.text, moved.edits) == (views.MOVED, 1)


async def test_nothing_new_is_shown_in_a_channel_that_became_shared(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    in_channel(desk, slack)
    request_id = await asked(desk, jobs)
    await desk.desk.decide(request_id, 1, "denied", actor(RAJ), "secret reasons")
    slack.channels[CHANNEL] = SHARED
    await jobs.cards(request_id, NOON)
    assert [each.text for each in slack.cards(CHANNEL)] == [views.MOVED]
    assert [len(slack.cards(place)) for place in APPROVERS] == [0, 0]


async def test_a_planned_card_is_not_posted_where_others_can_read_by_now(
    desk: Bench, jobs: DeskJobs, slack: FakeSlack
) -> None:
    in_channel(desk, slack)
    waiting = await desk.held()
    slack.refusals[CHANNEL] = SlackError("chat.postMessage", "fatal")
    with pytest.raises(SlackError):
        await jobs.cards(waiting.id, NOON)
    slack.refusals.clear()
    slack.channels[CHANNEL] = SHARED
    await jobs.cards(waiting.id, NOON + timedelta(seconds=2))
    assert slack.cards(CHANNEL) == []
    assert [len(slack.cards(place)) for place in APPROVERS] == [1, 1]


async def test_a_card_that_waits_names_those_who_can_decide_now(desk: Bench, jobs: DeskJobs, slack: FakeSlack) -> None:
    in_channel(desk, slack)
    id_ = await asked(desk, jobs)
    with desk.database.transaction() as session:
        session.merge(ProjectSettings(project_id=PROJECT, approvers=[LI], channel=CHANNEL))
        desk.desk.redraw_waiting(session, TEAM, NOON)
    await jobs.cards(id_, NOON)
    (card,) = [each for each in slack.messages.values() if each.channel == CHANNEL and each.thread_ts is None]
    assert "@li" in str(card.blocks)
    assert "@raj" not in str(card.blocks)
