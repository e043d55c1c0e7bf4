"""What happened to keys and requests on the days that a digest tells, and what waits now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from bot.digests.service import DAY, Events
from bot.store import accounts
from bot.store.digests import Subscription
from bot.store.keys import Key
from bot.store.requests import Request

ENDING_WITHIN = timedelta(days=7)


def events(session: Session, subscription: Subscription, days: Sequence[date], now: datetime) -> Events:
    """Count what concerns a subscription's projects or customers; "all projects" are ours, as in its figures."""
    theirs = accounts.theirs(session).keys()

    def concerns(project_id: str, customer: str | None) -> bool:
        in_project = project_id in subscription.projects if subscription.projects else project_id not in theirs
        return in_project and (not subscription.customers or customer in subscription.customers)

    begin, end = _begin(days[0]), _begin(days[-1] + DAY)
    made = col(Key.created_at).between(begin, end) & col(Key.mint_id).is_not(None)
    ended = col(Key.ended_at).between(begin, end)
    ending = col(Key.state).in_(("live", "ending")) & col(Key.ends_at).between(now, now + ENDING_WITHIN)
    found = [
        key
        for key in session.exec(select(Key).where(made | ended | ending))
        if concerns(key.project_id, key.customer) and _was_seen(key)
    ]
    wait = select(Request).where(
        col(Request.team_id) == subscription.team_id, col(Request.state).in_(("waiting", "approved"))
    )
    waiting = [each for each in session.exec(wait) if concerns(each.project_id, each.operation.get("customer"))]
    return Events(
        made=sum(key.made_here and _within(key.created_at, begin, end) for key in found),
        ended=sum(_within(key.ended_at, begin, end) for key in found),
        ending=sum(key.state in ("live", "ending") and _within(key.ends_at, now, now + ENDING_WITHIN) for key in found),
        unopened=sum(request.state == "approved" and request.kind == "keys.create" for request in waiting),
        waiting=sum(request.state == "waiting" for request in waiting),
    )


def _was_seen(key: Key) -> bool:
    """Tell whether anybody had a key: one made here that was never shown is ended by Keydesk, and no news."""
    return not key.made_here or key.shown_at is not None


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _within(moment: datetime | None, begin: datetime, end: datetime) -> bool:
    return moment is not None and begin <= moment < end
