"""Runs of digests: each time one was due, what came of it in Slack, and which provider day it told.

The constraints are what makes a digest come once: one run for a local date, and one run for a provider day, of each
subscription, however many processes plan at the same moment and wherever clocks jump.

planned ─┬─ posting ─┬─ posted
         ├─ silent   ├─ planned (it certainly was not posted)
         └─ failed   └─ unclear ── repeating ─┬─ posted_again
                                              ├─ unclear (the repeat certainly was not posted)
                                              ├─ failed
                                              └─ unclear_again (nobody looks again)

A run fails when its place is lost, or when its subscription is paused or ended before it was posted. From "planned" it
gives its days back, because nobody was told of them; from "unclear" it keeps them, because its message may stand there.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, and_, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import digests
from bot.store.columns import Exact, UTCDateTime, no_dict, one_of
from bot.store.conditional import change, changed, delete
from bot.store.digests import Subscription
from bot.store.scheduled_jobs import ScheduledJob
from bot.store.upsert import insert_into

MOVES: dict[str, frozenset[str]] = {
    "planned": frozenset({"posting", "silent", "failed"}),
    "posting": frozenset({"posted", "planned", "unclear", "failed"}),
    "unclear": frozenset({"repeating", "failed"}),
    "repeating": frozenset({"posted_again", "unclear", "unclear_again", "failed"}),
    "posted": frozenset(),
    "posted_again": frozenset(),
    "unclear_again": frozenset(),
    "silent": frozenset(),
    "failed": frozenset(),
}
STANDING = ("posted", "posted_again")  # its message is known and can be edited
OPEN = ("planned", "posting", "unclear", "repeating")


class DigestRun(SQLModel, table=True):
    """One digest of one subscription. ``claimed_at`` is the machine's time, every other moment the business's.

    ``snapshot`` is what the message says of the moment it was posted (`bot.digests.snapshot`). ``final`` and
    ``complete`` say what the message in Slack tells of its figures; ``completed_at`` when it was last to be brought up
    to date, which happens once. ``details_ts`` is the message with the details in its thread, if Slack confirmed that.
    """

    __tablename__ = "digest_runs"
    __table_args__ = (UniqueConstraint("subscription_id", "local_date"), one_of("state", MOVES))

    id: str = Field(primary_key=True, default_factory=lambda: "dr" + secrets.token_hex(8))
    subscription_id: str = Field(foreign_key="digest_subscriptions.id", index=True)
    local_date: date
    state: str = Field(default="planned", index=True)
    planned_at: datetime = Field(sa_type=UTCDateTime)
    claimed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    posted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    channel: str | None = None
    ts: str | None = None
    details_ts: str | None = None
    final: bool = False
    complete: bool = False
    completed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    snapshot: dict[str, Any] = Field(default_factory=no_dict, sa_type=JSON)
    note: str = ""


class DigestDay(SQLModel, table=True):
    """A closed provider day that a run tells. ``told`` is its total as people last read it: dollars, None if unread."""

    __tablename__ = "digest_days"

    subscription_id: str = Field(primary_key=True, foreign_key="digest_subscriptions.id")
    day: date = Field(primary_key=True)
    run_id: str = Field(foreign_key="digest_runs.id", index=True)
    told: Decimal | None = Field(default=None, sa_type=Exact)


@dataclass(frozen=True)
class DigestToPost:
    """A run with its subscription and the provider days it tells, in order."""

    run: DigestRun
    subscription: Subscription
    days: tuple[date, ...]


# --- planning ---


def days_taken(session: Session, subscription_id: str) -> frozenset[date]:
    """Return every provider day that a run of this subscription tells."""
    return frozenset(session.exec(select(col(DigestDay.day)).where(col(DigestDay.subscription_id) == subscription_id)))


def plan(session: Session, subscription_id: str, local_date: date, days: Sequence[date], now: datetime) -> str | None:
    """Write a run with its days and return its id; None if this local date has one.

    Raises:
        IntegrityError: a day is told already; then nothing of this transaction holds.
    """
    run = DigestRun(subscription_id=subscription_id, local_date=local_date, planned_at=now)
    wanted = insert_into(session, DigestRun).values(**run.model_dump())
    made = session.execute(wanted.on_conflict_do_nothing().returning(col(DigestRun.id)))
    if made.first() is None:
        return None
    session.add_all(DigestDay(subscription_id=subscription_id, day=day, run_id=run.id) for day in days)
    session.flush()
    return run.id


# --- runs ---


def run(session: Session, run_id: str) -> DigestRun | None:
    """Return the run, or None."""
    return session.get(DigestRun, run_id)


def days_of(session: Session, run_id: str) -> list[date]:
    """Return the provider days that a run tells, in order."""
    return list(
        session.exec(select(col(DigestDay.day)).where(col(DigestDay.run_id) == run_id).order_by(col(DigestDay.day)))
    )


def move(session: Session, run_id: str, come: str, to: str, **values: Any) -> bool:
    """Move a run from one state to another; True for the one who did.

    Raises:
        ValueError: there is no such move.
    """
    if to not in MOVES[come]:
        raise ValueError(f"no move from {come} to {to}")
    here = (col(DigestRun.id) == run_id, col(DigestRun.state) == come)
    return changed(session, DigestRun, *here, state=to, **values)


def claim(session: Session, run_id: str, now: datetime) -> str | None:
    """Take the right to post: "posting" the first time, "repeating" after an unclear post; None for all others."""
    for come, to in (("planned", "posting"), ("unclear", "repeating")):
        if move(session, run_id, come, to, claimed_at=now):
            return to
    return None


def give_up_claims(session: Session, run_id: str, before: datetime) -> None:
    """Count a post that was claimed before then as unclear: whoever claimed it died before the answer was noted."""
    for come, to in (("posting", "unclear"), ("repeating", "unclear_again")):
        old = (col(DigestRun.id) == run_id, col(DigestRun.state) == come, col(DigestRun.claimed_at) < before)
        change(session, DigestRun, *old, state=to)


def give_up(session: Session, run_id: str, why: str) -> None:
    """Post a run no more; the days of one that certainly was not posted are free for the next one."""
    if move(session, run_id, "planned", "failed", note=why):
        delete(session, DigestDay, col(DigestDay.run_id) == run_id)
    else:
        move(session, run_id, "unclear", "failed", note=why)


def abandoned(session: Session, before: datetime, limit: int, *, job: str) -> list[str]:
    """Return runs planned before then without an outcome, for which no job of this kind waits: it was lost."""
    old = (col(DigestRun.state).in_(OPEN), col(DigestRun.planned_at) <= before)
    lost = col(DigestRun.id).not_in(select(ScheduledJob.ref).where(col(ScheduledJob.kind) == job))
    return list(
        session.exec(
            select(DigestRun.id).where(*old, lost).order_by(col(DigestRun.planned_at), col(DigestRun.id)).limit(limit)
        )
    )


def told(session: Session, run_id: str) -> DigestToPost | None:
    """Return a run with what it belongs to, or None."""
    found = run(session, run_id)
    subscription = digests.get(session, found.subscription_id) if found is not None else None
    if found is None or subscription is None:
        return None
    return DigestToPost(found, subscription, tuple(days_of(session, run_id)))


def to_complete(session: Session, since: datetime) -> list[DigestToPost]:
    """Return runs posted since then that may still have to be brought up to date, the oldest first."""
    open_ = and_(
        col(DigestRun.completed_at).is_(None), or_(col(DigestRun.final).is_(False), col(DigestRun.complete).is_(False))
    )
    wanted = (
        select(DigestRun, Subscription, col(DigestDay.day))
        .join(Subscription, col(Subscription.id) == col(DigestRun.subscription_id))
        .join(DigestDay, col(DigestDay.run_id) == col(DigestRun.id))
        .where(
            col(DigestRun.state).in_(STANDING),
            open_,
            col(DigestRun.posted_at) >= since,
            col(Subscription.state) != "ended",
        )
        .order_by(col(DigestRun.posted_at), col(DigestDay.day))
    )
    found: dict[str, tuple[DigestRun, Subscription, list[date]]] = {}
    for each, subscription, day in session.execute(wanted):
        found.setdefault(each.id, (each, subscription, []))[2].append(day)
    return [DigestToPost(each, subscription, tuple(days)) for each, subscription, days in found.values()]


def stays_as_it_is(session: Session, run_id: str, now: datetime, **shown: bool) -> bool:
    """Note that the message is edited no more, and what it shows (final, complete); True for the one who did."""
    open_ = (col(DigestRun.id) == run_id, col(DigestRun.completed_at).is_(None))
    return changed(session, DigestRun, *open_, completed_at=now, **shown)


def note_details(session: Session, run_id: str, ts: str) -> None:
    """Note which message in the thread holds the details."""
    change(session, DigestRun, col(DigestRun.id) == run_id, details_ts=ts)


# --- what people were told ---


def forget_told(session: Session, subscription_id: str, now: datetime) -> None:
    """Let messages stand as they are: what they told cannot be compared with what is wished for now."""
    change(session, DigestDay, col(DigestDay.subscription_id) == subscription_id, told=None)
    change(
        session,
        DigestRun,
        col(DigestRun.subscription_id) == subscription_id,
        col(DigestRun.completed_at).is_(None),
        completed_at=now,
    )


def tell(session: Session, subscription_id: str, told: Mapping[date, Decimal | None]) -> None:
    """Note what people read of these days."""
    for day, dollars in told.items():
        here = (col(DigestDay.subscription_id) == subscription_id, col(DigestDay.day) == day)
        change(session, DigestDay, *here, told=dollars)


def told_by(session: Session, run_id: str) -> dict[date, Decimal | None]:
    """Return what people last read of each day of a run."""
    return {day.day: day.told for day in session.exec(select(DigestDay).where(col(DigestDay.run_id) == run_id))}


def told_since(session: Session, subscription_id: str, since: date) -> dict[date, Decimal]:
    """Return what people last read of each day since then whose message stays as it is now."""
    over = or_(
        col(DigestRun.completed_at).is_not(None),
        and_(col(DigestRun.final).is_(True), col(DigestRun.complete).is_(True)),
    )
    wanted = (
        select(DigestDay)
        .join(DigestRun, col(DigestRun.id) == col(DigestDay.run_id))
        .where(col(DigestDay.subscription_id) == subscription_id, col(DigestDay.day) >= since, over)
    )
    return {day.day: day.told for day in session.exec(wanted) if day.told is not None}
