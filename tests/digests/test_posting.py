"""A digest is posted once; twice and marked where nobody can know; and brought up to date once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.digests import views
from bot.digests.posting import PATIENCE, WAITS
from bot.digests.reading import Reading
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear
from bot.store import collections, digests
from bot.store.collected import CollectedDay
from bot.store.collections import Collection
from bot.store.database import Database
from bot.store.digest_runs import Day, Run
from bot.store.digests import Subscription
from bot.store.due import Due
from bot.store.people import Person
from bot.store.projects import Project
from tests.digests.books import DAY, THURSDAY, Office, office, spent, subscription
from tests.factories import ANA, PROJECT, TEAM

SPENT = {("k1", "apple"): Decimal("7.12"), ("k2", ""): Decimal("2.5")}
OTHER = "a0000000-0000-4000-8000-000000000002"


@pytest.fixture
async def here(tmp_path: Path) -> Any:
    """An office on Friday at nine: a subscription is due, Thursday and the month before it are known."""
    made = await office(tmp_path)
    made.write(lambda session: session.add(subscription()))
    spent_on(made, [THURSDAY - number * DAY for number in range(36)])
    yield made
    made.database.close()


def spent_on(here: Office, days: list[date]) -> None:
    """Let the usual be spent on these days."""

    def write(session: Session) -> None:
        for day in days:
            spent(session, day, SPENT)

    here.write(write)


def run_of(here: Office) -> Run:
    """Return the newest run."""
    with here.database.reading() as session:
        return list(session.exec(select(Run).order_by(Run.local_date)))[-1]  # type: ignore[arg-type] # a column


def days_told(database: Database) -> list[Any]:
    """Return every day told."""
    with database.reading() as session:
        return [day.day for day in session.exec(select(Day))]


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
    here.web.fails = [SlackUnclear("chat.postMessage", "timeout"), SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    assert run_of(here).state == "unclear"
    here.web.fails.pop()
    here.clock.move(timedelta(minutes=1))
    await here.sweep()
    assert run_of(here).state == "posted_again"
    assert "may appear twice" in str(here.web.posted)
    here.clock.move(timedelta(minutes=20))
    await here.sweep()
    assert len(here.web.posted) == 1


async def test_a_repeat_that_is_unclear_too_is_the_last(here: Office) -> None:
    here.web.fails = [SlackUnclear("chat.postMessage", "timeout")] * 2
    for _ in range(4):
        await here.sweep()
        here.clock.move(timedelta(minutes=10))
    assert run_of(here).state == "unclear_again"
    assert here.web.posted == []


async def test_who_dies_between_claim_and_answer_leaves_one_marked_repeat(here: Office) -> None:
    here.web.fails = [SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    # As if the process had died instead of noting that.
    dead = datetime.now(UTC) - 2 * PATIENCE
    here.write(
        lambda session: session.get_one(Run, run_of(here).id).sqlmodel_update({"state": "posting", "claimed_at": dead})
    )
    here.clock.move(timedelta(minutes=10))
    await here.sweep()
    assert run_of(here).state == "posted_again"
    assert "may appear twice" in str(here.web.posted)


async def test_whoever_posts_now_is_waited_for(here: Office) -> None:
    here.web.fails = [SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    living = {"state": "posting", "claimed_at": datetime.now(UTC)}
    here.write(lambda session: session.get_one(Run, run_of(here).id).sqlmodel_update(living))
    here.clock.move(timedelta(minutes=10))
    await here.sweep()
    assert here.web.posted == []
    assert run_of(here).state == "posting"


async def test_slacks_rate_limit_is_obeyed(here: Office) -> None:
    here.web.fails = [SlackRateLimited("chat.postMessage", 30)]
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
        here.web.place["is_ext_shared"] = True
    else:
        here.web.fails = [SlackError("chat.postMessage", "not_in_channel")]
    for _ in range(3):
        await here.sweep()
        here.clock.move(DAY)
    [(channel, blocks)] = here.web.posted
    assert channel == "DUANA"
    assert "is paused" in str(blocks)
    assert run_of(here).state == "failed"
    with here.database.reading() as session:
        [paused] = digests.living(session, "T0NORTHWIND")
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


async def test_what_was_not_final_is_corrected_once_and_later_changes_come_with_the_next(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    assert "not final" in str(here.web.posted)
    await here.follow()
    assert here.web.edited == []
    here.write(lambda session: spent(session, THURSDAY, SPENT | {("k3", "pear"): Decimal("0.12")}))
    for _ in range(2):
        here.clock.move(timedelta(hours=1))
        await here.follow()
    [blocks] = here.web.edited
    assert "Updated: +$0.12, now final." in str(blocks)
    assert "provider total $9.74, difference $0.00" in str(blocks)
    here.write(lambda session: spent(session, THURSDAY, SPENT | {("k3", "pear"): Decimal("0.42")}))
    here.write(lambda session: spent(session, THURSDAY + DAY, SPENT, settled=False))
    here.clock.move(DAY)
    await here.sweep()
    assert "Correction of Thu 19 Nov: +$0.30" in str(here.web.posted[-1])
    spent_on(here, [THURSDAY + number * DAY for number in (1, 2)])
    await here.follow()
    assert "Correction of Thu 19 Nov: +$0.30" in str(here.web.edited[-1])  # it was said there, so it stays
    here.clock.move(DAY)
    await here.sweep()
    assert "Correction" not in str(here.web.posted[-1])


async def test_while_a_project_cannot_be_read_the_digest_says_so_and_is_completed_once(here: Office) -> None:
    here.write(lambda session: session.add(Project(id=OTHER, name="be<ta", read_at=here.clock.now())))
    here.balances.amount = None
    await here.sweep()
    assert "Not read from Deepgram: be&lt;ta." in str(here.web.posted)
    assert "*Balance now*\\n–" in str(here.web.posted)
    await here.follow()
    assert here.web.edited == []
    here.write(lambda session: spent(session, THURSDAY, {("k9", ""): Decimal(1)}, project_id=OTHER, settled=False))
    for _ in range(3):
        here.clock.move(timedelta(hours=1))
        await here.follow()
    [blocks] = here.web.edited
    assert "Updated: +$1.00, now complete, not final." in str(blocks)


def unread(day: date) -> Any:
    """Return the change after which a day was read before its end only."""

    def change(session: Session) -> None:
        session.get_one(CollectedDay, (day, PROJECT)).closed = False

    return change


@pytest.mark.parametrize("lost", [False, True])
async def test_a_day_that_nobody_read_leaves_what_was_known_before_and_its_thread_is_completed_too(
    here: Office, lost: bool
) -> None:
    here.write(unread(THURSDAY))
    here.web.thread_fails = [SlackError("chat.postMessage", "internal_error")] * lost
    await here.sweep()
    shown = str(here.web.posted)
    assert "usual: $9.62 (mean of the 7 days before) · a week earlier $9.62" in shown
    assert "*Month to date by Wed 18 Nov*\\n$173.16" in shown
    assert "Other" not in shown
    assert "difference" not in shown
    if not lost:
        assert "`           –`  Thu 19 Nov" in str(here.web.threads["1.01"][-1])
        assert "`       $9.62`  Wed 18 Nov" in str(here.web.threads["1.01"][-1])
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    for _ in range(2):
        await here.follow()
    [*_, thread] = here.web.threads["1.01"]
    assert len(here.web.threads["1.01"]) == 2 - lost
    assert "`       $9.62`  Thu 19 Nov" in str(thread)
    assert "*By customer* · $9.62" in str(thread)
    assert views.UP_TO_DATE in str(thread)
    assert run_of(here).complete


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
    assert "Not read from Deepgram: beta." in str(blocks)


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
    digest = await Reading(here.database, here.balances).digest(subscription(), (THURSDAY,), now)
    assert "*Balance of the 2 projects that spend*\\n$140.00" in str(views.message(subscription(), "dr1", digest))


def change(here: Office, **values: Any) -> None:
    """Change the subscription's row."""
    here.write(lambda session: session.exec(select(Subscription)).one().sqlmodel_update(values))


async def next_day(here: Office) -> None:
    """Let the next provider day be spent and told."""
    here.write(lambda session: spent(session, days_told(here.database)[-1] + DAY, SPENT))
    here.clock.move(DAY)
    await here.sweep()


async def test_a_day_whose_place_was_lost_is_told_once_the_place_is_mended(here: Office) -> None:
    here.web.place["is_ext_shared"] = True
    await here.sweep()
    assert days_told(here.database) == []
    here.web.place["is_ext_shared"] = False
    here.clock.move(DAY)
    change(here, state="active", due_at=here.clock.now())
    spent_on(here, [THURSDAY + DAY])
    await here.sweep()
    assert "2 days, Thu 19 Nov to Fri 20 Nov" in str(here.web.posted[-1])
    assert days_told(here.database) == [THURSDAY, THURSDAY + DAY]


async def test_a_day_that_may_stand_in_slack_is_not_told_again_when_its_place_is_lost(here: Office) -> None:
    here.web.fails = [SlackUnclear("chat.postMessage", "timeout")]
    await here.sweep()
    here.web.place["is_archived"] = True
    here.clock.move(timedelta(minutes=1))
    await here.sweep()
    assert run_of(here).state == "failed"
    assert days_told(here.database) == [THURSDAY]


@pytest.mark.parametrize("how", ["moved", "message_not_found", "edit_window_closed"])
async def test_a_correction_that_nobody_could_see_comes_with_the_next_digest(here: Office, how: str) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    if how == "moved":
        change(here, channel="C0OTHER0001")
    else:
        here.web.keeps = SlackError("chat.update", how)
    here.write(lambda session: spent(session, THURSDAY, SPENT | {("k3", "pear"): Decimal(100)}))
    await here.follow()
    run = run_of(here)
    assert (run.completed_at is not None, run.final, here.web.edited) == (True, False, [])
    await next_day(here)
    assert "Correction of Thu 19 Nov: +$100.00" in str(here.web.posted[-1])
    await next_day(here)
    assert "Correction" not in str(here.web.posted[-1])


async def test_while_slack_refuses_one_job_tries_again_every_few_minutes(here: Office) -> None:
    asked = 0
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    for _ in range(180):
        here.web.fails = [SlackError("chat.postMessage", "invalid_auth")]
        await here.sweep()
        asked += not here.web.fails
        here.clock.move(timedelta(minutes=1))
    assert 30 <= asked <= 40
    with here.database.reading() as session:
        assert len(session.exec(select(Due).where(Due.kind == "digests.post")).all()) == 1
    here.web.fails = []
    here.clock.move(timedelta(minutes=5))
    await here.sweep()
    assert len(here.web.posted) == 1
    assert "may appear twice" not in str(here.web.posted)


@pytest.mark.parametrize("state", ["paused", "ended"])
async def test_nothing_is_posted_after_pause_or_end_and_a_resumed_digest_tells_that_day(
    here: Office, state: str
) -> None:
    here.web.fails = [SlackError("chat.postMessage", "invalid_auth")]
    await here.sweep()
    change(here, state=state)
    here.clock.move(timedelta(minutes=10))
    await here.sweep()
    assert (here.web.posted, run_of(here).state, days_told(here.database)) == ([], "failed", [])
    with here.database.reading() as session:
        assert session.exec(select(Due).where(Due.kind == "digests.post")).all() == []


async def test_a_message_that_slack_does_not_let_us_edit_now_is_edited_in_the_next_round(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    here.web.keeps = SlackError("chat.update", "invalid_auth")
    await here.follow()
    assert run_of(here).completed_at is None
    with here.database.reading() as session:
        assert session.exec(select(Due).where(Due.kind == "digests.complete")).all() == []
    here.web.keeps = None
    await here.follow()
    assert run_of(here).final


async def test_a_digest_that_is_brought_up_to_date_says_of_its_moment_what_it_said_then(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    here.balances.amount = Decimal(5)
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    await here.follow()
    assert "$100.00, lasts 10 days" in str(here.web.edited)


async def test_who_became_a_guest_gets_no_digest_in_direct_messages(here: Office) -> None:
    change(here, channel=None)
    here.write(lambda session: session.get_one(Person, (TEAM, ANA)).sqlmodel_update({"standing": "guest"}))
    await here.sweep()
    assert (here.web.posted, run_of(here).state) == ([], "failed")
