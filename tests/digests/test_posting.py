"""A digest is posted once; twice and marked where nobody can know; and brought up to date once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from bot.digests import views
from bot.digests.posting import PATIENCE, WAITS
from bot.digests.reading import DigestReading
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear
from bot.store import collections, digests
from bot.store.collections import Collection
from bot.store.digest_runs import DigestRun
from bot.store.digests import Subscription
from bot.store.people import Person
from bot.store.projects import Project
from bot.store.scheduled_jobs import ScheduledJob
from tests.clocks import machine_now
from tests.digests.books import DAY, THURSDAY, Office, spent, subscription
from tests.digests.morning import OTHER, SPENT, change, days_told, run_of, spent_on
from tests.factories import ANA, TEAM, owed_to


async def test_a_digest_is_posted_once_and_says_what_was_spent(here: Office) -> None:
    for _ in range(3):
        await here.sweep()
    [(channel, blocks)] = here.web.posted
    shown = str(blocks)
    assert channel == "C0SPEND0001"
    assert "Digest · Thu 19 Nov" in shown
    assert "*$9.62* on Thu 19 Nov" in shown
    assert "Untagged" in shown
    assert "Provider day Thu 19 Nov (UTC), final; provider total $9.62, difference $0.00" in shown
    assert "$100.00, lasts 10 days" in shown
    assert run_of(here).state == "posted"
    assert days_told(here.database) == [THURSDAY]
    await here.follow()
    assert here.web.edited == []


async def test_after_an_outage_one_message_tells_every_day_that_was_missed(here: Office) -> None:
    here.clock.move(3 * DAY)
    spent_on(here, [THURSDAY + number * DAY for number in range(1, 4)])
    await here.sweep()
    [(_, blocks)] = here.web.posted
    assert "4 days, Thu 19 Nov to Sun 22 Nov" in str(blocks)
    assert days_told(here.database) == [THURSDAY + number * DAY for number in range(4)]
    here.clock.move(DAY)
    await here.sweep()
    assert len(here.web.posted) == 2


async def test_an_unclear_post_is_repeated_once_and_marked(here: Office) -> None:
    here.web.fails["chat.postMessage"] = [
        SlackUnclear("chat.postMessage", "timeout"),
        SlackUnclear("chat.postMessage", "timeout"),
    ]
    await here.sweep()
    assert run_of(here).state == "unclear"
    here.web.fails["chat.postMessage"].pop()
    here.clock.move(timedelta(minutes=1))
    await here.sweep()
    assert run_of(here).state == "posted_again"
    assert "may appear twice" in str(here.web.posted)
    here.clock.move(timedelta(minutes=20))
    await here.sweep()
    assert len(here.web.posted) == 1


async def test_a_repeat_that_is_unclear_too_is_the_last(here: Office) -> None:
    here.web.fails["chat.postMessage"] = [SlackUnclear("chat.postMessage", "timeout")] * 2
    for _ in range(4):
        await here.sweep()
        here.clock.move(timedelta(minutes=10))
    assert run_of(here).state == "unclear_again"
    assert here.web.posted == []


async def test_who_dies_between_claim_and_answer_leaves_one_marked_repeat(here: Office) -> None:
    here.web.fails["chat.postMessage"] = [SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    # As if the process had died instead of noting that.
    dead = machine_now() - 2 * PATIENCE
    here.write(
        lambda session: session.get_one(DigestRun, run_of(here).id).sqlmodel_update(
            {"state": "posting", "claimed_at": dead}
        )
    )
    here.clock.move(timedelta(minutes=10))
    await here.sweep()
    assert run_of(here).state == "posted_again"
    assert "may appear twice" in str(here.web.posted)


async def test_whoever_posts_now_is_waited_for(here: Office) -> None:
    here.web.fails["chat.postMessage"] = [SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    living = {"state": "posting", "claimed_at": machine_now()}
    here.write(lambda session: session.get_one(DigestRun, run_of(here).id).sqlmodel_update(living))
    here.clock.move(timedelta(minutes=10))
    await here.sweep()
    assert here.web.posted == []
    assert run_of(here).state == "posting"


async def test_slacks_rate_limit_is_obeyed(here: Office) -> None:
    here.web.fails["chat.postMessage"] = [SlackRateLimited("chat.postMessage", 30)]
    await here.sweep()
    assert run_of(here).state == "planned"
    here.clock.move(timedelta(seconds=29))
    await here.engine.drain()
    assert here.web.posted == []
    here.clock.move(timedelta(seconds=1))
    await here.engine.drain()
    assert run_of(here).state == "posted"
    assert "may appear twice" not in str(here.web.posted)


@pytest.mark.parametrize("how", ["shared", "gone"])
async def test_a_place_that_is_lost_pauses_the_digest_and_its_owner_is_told_once(here: Office, how: str) -> None:
    if how == "shared":
        here.web.elsewhere["is_ext_shared"] = True
    else:
        here.web.fails["chat.postMessage"] = [SlackError("chat.postMessage", "not_in_channel")]
    for _ in range(3):
        await here.sweep()
        here.clock.move(DAY)
    assert here.web.posted == []
    assert run_of(here).state == "failed"
    with here.database.reading() as session:
        [paused] = digests.living(session, "T0NORTHWIND")
    [owed] = owed_to(here.database, ANA)
    assert "is paused" in owed.text
    assert owed.told_at is None  # however long Slack is away: the desk's sweep tells it
    assert (paused.state, bool(paused.problem)) == ("paused", True)


async def test_a_quiet_day_is_one_line_or_nothing(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, {}))
    here.write(lambda session: session.exec(select(Subscription)).one().sqlmodel_update({"silent_when_empty": True}))
    await here.sweep()
    assert here.web.posted == []
    assert run_of(here).state == "silent"
    here.write(lambda session: spent(session, THURSDAY + DAY, {}))
    here.write(lambda session: session.exec(select(Subscription)).one().sqlmodel_update({"silent_when_empty": False}))
    here.clock.move(DAY)
    await here.sweep()
    [(_, blocks)] = here.web.posted
    assert "nothing was spent on Fri 20 Nov" in str(blocks)
    assert len(blocks) == 2


@pytest.mark.parametrize("failures", [0, 1])
async def test_a_digest_waits_moments_for_figures_that_are_being_read(here: Office, failures: int) -> None:
    def being_read(session: Session) -> None:
        now = here.clock.now()
        session.add(Project(id=OTHER, name="beta", read_at=now))
        session.add(Collection(project_id=OTHER, first_day=THURSDAY, due_at=now, failures=failures))

    here.write(being_read)
    await here.sweep()
    assert len(here.web.posted) == failures  # what failed once is not waited for
    here.clock.move(WAITS)
    await here.sweep()
    [(_, blocks)] = here.web.posted
    assert "Not read from the provider: beta." in str(blocks)


async def test_a_digest_in_direct_messages_goes_to_its_owner(here: Office) -> None:
    here.write(lambda session: session.exec(select(Subscription)).one().sqlmodel_update({"channel": None}))
    await here.sweep()
    assert [channel for channel, _ in here.web.posted] == ["DUANA"]


async def test_of_many_projects_the_balances_of_the_last_day_are_told(here: Office) -> None:
    now = here.clock.now()

    def many(session: Session) -> None:
        for number in range(12):
            session.add(Project(id=f"p{number}", name=f"project {number}", read_at=now))
            collections.ensure(session, f"p{number}", THURSDAY, now)
        for number, hours in ((1, 20), (2, 35), (3, 37)):
            collections.note_balance(session, f"p{number}", Decimal(70), now - timedelta(hours=hours))

    here.write(many)
    digest = await DigestReading(here.database, here.balances).digest(subscription(), (THURSDAY,), now)
    assert "*Balance*\\nproject 1 $70.00\\nproject 2 $70.00'" in str(views.message(subscription(), "dr1", digest))


async def test_a_day_whose_place_was_lost_is_told_once_the_place_is_mended(here: Office) -> None:
    here.web.elsewhere["is_ext_shared"] = True
    await here.sweep()
    assert days_told(here.database) == []
    here.web.elsewhere["is_ext_shared"] = False
    here.clock.move(DAY)
    change(here, state="active", due_at=here.clock.now())
    spent_on(here, [THURSDAY + DAY])
    await here.sweep()
    assert "2 days, Thu 19 Nov to Fri 20 Nov" in str(here.web.posted[-1])
    assert days_told(here.database) == [THURSDAY, THURSDAY + DAY]


async def test_a_day_that_may_stand_in_slack_is_not_told_again_when_its_place_is_lost(here: Office) -> None:
    here.web.fails["chat.postMessage"] = [SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    here.web.elsewhere["is_archived"] = True
    here.clock.move(timedelta(minutes=1))
    await here.sweep()
    assert run_of(here).state == "failed"
    assert days_told(here.database) == [THURSDAY]


@pytest.mark.parametrize(("code", "minutes"), [("metadata_too_large", 0), ("sent_by_a_new_slack", 20)])
async def test_a_digest_that_slack_will_never_take_is_given_up_and_its_owner_told(
    here: Office, code: str, minutes: int
) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    for _ in range(0, minutes + 1, 5):
        here.web.fails["chat.postMessage"] = [SlackError("chat.postMessage", code)]
        await here.sweep()
        here.clock.move(timedelta(minutes=5))
    here.web.fails.clear()
    await here.sweep()
    assert here.web.posted == []
    assert run_of(here).state == "failed"
    with here.database.reading() as session:
        assert [each.state for each in digests.living(session, "T0NORTHWIND")] == ["active"]
    [owed] = owed_to(here.database, ANA)
    assert "could not be posted" in owed.text
    assert code in owed.text


async def test_while_slack_refuses_one_job_tries_again_every_few_minutes(here: Office) -> None:
    asked = 0
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    for _ in range(180):
        here.web.fails["chat.postMessage"] = [SlackError("chat.postMessage", "invalid_auth")]
        await here.sweep()
        asked += not here.web.fails["chat.postMessage"]
        here.clock.move(timedelta(minutes=1))
    assert 30 <= asked <= 40
    with here.database.reading() as session:
        assert len(session.exec(select(ScheduledJob).where(ScheduledJob.kind == "digests.post")).all()) == 1
    here.web.fails.clear()
    here.clock.move(timedelta(minutes=5))
    await here.sweep()
    assert len(here.web.posted) == 1
    assert "may appear twice" not in str(here.web.posted)


@pytest.mark.parametrize("state", ["paused", "ended"])
async def test_nothing_is_posted_after_pause_or_end_and_a_resumed_digest_tells_that_day(
    here: Office, state: str
) -> None:
    here.web.fails["chat.postMessage"] = [SlackError("chat.postMessage", "invalid_auth")]
    await here.sweep()
    change(here, state=state)
    here.clock.move(timedelta(minutes=10))
    await here.sweep()
    assert (here.web.posted, run_of(here).state, days_told(here.database)) == ([], "failed", [])
    with here.database.reading() as session:
        assert session.exec(select(ScheduledJob).where(ScheduledJob.kind == "digests.post")).all() == []


async def test_who_became_a_guest_gets_no_digest_in_direct_messages(here: Office) -> None:
    change(here, channel=None)
    here.write(lambda session: session.get_one(Person, (TEAM, ANA)).sqlmodel_update({"standing": "guest"}))
    await here.sweep()
    assert (here.web.posted, run_of(here).state) == ([], "failed")
