"""What happened to keys and requests on the days that a digest tells, and what waits now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import Session, col, select

from bot.digests.service import DAY, Events
from bot.store.digests import Subscription
from bot.store.keys import Key
from bot.store.requests import Request

ENDING_WITHIN = timedelta(days=7)


def events(session: Session, subscription: Subscription, days: Sequence[date], now: datetime) -> Events:
    """Count what concerns a subscription's projects or customers."""
    begin, end = _begin(days[0]), _begin(days[-1] + DAY)
    made = col(Key.created_at).between(begin, end) & col(Key.mint_id).is_not(None)
    ended = col(Key.ended_at).between(begin, end)
    ending = col(Key.state).in_(("live", "ending")) & col(Key.ends_at).between(now, now + ENDING_WITHIN)
    found = _keys(subscription, session.exec(select(Key).where(made | ended | ending)))
    wait = select(Request).where(
        col(Request.team_id) == subscription.team_id, col(Request.state).in_(("waiting", "approved"))
    )
    waiting = _requests(subscription, session.exec(wait))
    return Events(
        made=sum(key.made_here and _within(key.created_at, begin, end) for key in found),
        ended=sum(_within(key.ended_at, begin, end) for key in found),
        ending=sum(key.state in ("live", "ending") and _within(key.ends_at, now, now + ENDING_WITHIN) for key in found),
        unopened=sum(request.state == "approved" and request.kind == "keys.create" for request in waiting),
        waiting=sum(request.state == "waiting" for request in waiting),
    )


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _within(moment: datetime | None, begin: datetime, end: datetime) -> bool:
    return moment is not None and begin <= moment < end


def _keys(subscription: Subscription, keys: Iterable[Key]) -> list[Key]:
    return [key for key in keys if _concerns(subscription, key.project_id, key.customer)]


def _requests(subscription: Subscription, requests: Iterable[Request]) -> list[Request]:
    return [each for each in requests if _concerns(subscription, each.project_id, each.operation.get("customer"))]


def _concerns(subscription: Subscription, project_id: str, customer: str | None) -> bool:
    in_project = not subscription.projects or project_id in subscription.projects
    return in_project and (not subscription.customers or customer in subscription.customers)
