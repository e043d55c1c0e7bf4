"""What was not known, not final or not true any more when it was posted is put right, once and visibly."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.digests import views
from bot.slack.web import SlackError
from bot.store.collected import CollectedDay
from bot.store.projects import Project
from bot.store.scheduled_jobs import ScheduledJob
from tests.digests.books import DAY, THURSDAY, Office, spent
from tests.digests.morning import OTHER, SPENT, change, next_day, run_of, spent_on
from tests.factories import PROJECT
from tests.fake_slack import IN_A_THREAD


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


async def test_what_waits_to_be_completed_waits_once_however_often_somebody_looks(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    for _ in range(3):
        await here.jobs.follow("all", here.clock.now())
    with here.database.reading() as session:
        waiting = [job.job_id for job in session.exec(select(ScheduledJob)) if job.kind == "digests.complete"]
    assert len(waiting) == 1
    await here.engine.drain()
    assert len(here.web.edited) == 1


async def test_while_a_project_cannot_be_read_the_digest_says_so_and_is_completed_once(here: Office) -> None:
    here.write(lambda session: session.add(Project(id=OTHER, name="be<ta", read_at=here.clock.now())))
    here.balances.amount = None
    await here.sweep()
    assert "Not read from the provider: be&lt;ta." in str(here.web.posted)
    assert "*Balance*\\n–" in str(here.web.posted)
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
    here.web.fails[IN_A_THREAD] = [SlackError("chat.postMessage", "internal_error")] * lost
    await here.sweep()
    shown = str(here.web.posted)
    assert "usual: $9.62 (median of the last four Thu) · a week earlier $9.62" in shown
    assert "*November to date by Wed 18 Nov*\\n$173.16" in shown
    assert "Other" not in shown
    assert "difference" not in shown
    if not lost:
        assert "`           –`  Thu 19 Nov" in str(here.web.thread()[-1])
        assert "`       $9.62`  Wed 18 Nov" in str(here.web.thread()[-1])
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    for _ in range(2):
        await here.follow()
    [*_, thread] = here.web.thread()
    assert len(here.web.thread()) == 2 - lost
    assert "`       $9.62`  Thu 19 Nov" in str(thread)
    assert "*By customer* · $9.62" in str(thread)
    assert views.UP_TO_DATE in str(thread)
    assert run_of(here).complete


@pytest.mark.parametrize("how", ["moved", "message_not_found", "edit_window_closed"])
async def test_a_correction_that_nobody_could_see_comes_with_the_next_digest(here: Office, how: str) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    if how == "moved":
        change(here, channel="C0OTHER0001")
    else:
        here.web.refuses["chat.update"] = SlackError("chat.update", how)
    here.write(lambda session: spent(session, THURSDAY, SPENT | {("k3", "pear"): Decimal(100)}))
    await here.follow()
    run = run_of(here)
    assert (run.completed_at is not None, run.final, here.web.edited) == (True, False, [])
    await next_day(here)
    assert "Correction of Thu 19 Nov: +$100.00" in str(here.web.posted[-1])
    await next_day(here)
    assert "Correction" not in str(here.web.posted[-1])


async def test_a_message_that_slack_does_not_let_us_edit_now_is_edited_in_the_next_round(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    here.web.refuses["chat.update"] = SlackError("chat.update", "invalid_auth")
    await here.follow()
    assert run_of(here).completed_at is None
    with here.database.reading() as session:
        assert session.exec(select(ScheduledJob).where(ScheduledJob.kind == "digests.complete")).all() == []
    here.web.refuses.clear()
    await here.follow()
    assert run_of(here).final


async def test_a_digest_that_is_brought_up_to_date_says_of_its_moment_what_it_said_then(here: Office) -> None:
    here.write(lambda session: spent(session, THURSDAY, SPENT, settled=False))
    await here.sweep()
    here.balances.amount = Decimal(5)
    here.write(lambda session: spent(session, THURSDAY, SPENT))
    await here.follow()
    assert "$100.00, lasts 10 days" in str(here.web.edited)
