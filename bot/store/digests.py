"""Digests: who wants one, where, of what and when."""

from __future__ import annotations

import secrets
from datetime import date, datetime

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, no_list, one_of
from bot.store.conditional import changed

STATES = ("active", "paused", "ended")


class Subscription(SQLModel, table=True):
    """Who wants a digest, where, of what and when.

    ``channel`` None means the owner's direct messages. ``projects`` and ``customers`` empty mean everything that the
    owner may see. ``weekdays`` count from Monday (0); ``hour`` is local to ``tz``, an IANA zone. ``from_day`` is the
    first provider day that it tells. ``due_at`` is the next moment to plan a run; moving it is how one process of
    many takes the planning. ``muted_until`` is the moment to which the owner put it off; ``problem`` says why Keydesk
    paused it.
    """

    __tablename__ = "digest_subscriptions"
    __table_args__ = (one_of("state", STATES),)

    id: str = Field(primary_key=True, default_factory=lambda: "dg" + secrets.token_hex(8))
    team_id: str
    owner: str = Field(index=True)
    channel: str | None = None
    projects: list[str] = Field(default_factory=no_list, sa_type=JSON)
    customers: list[str] = Field(default_factory=no_list, sa_type=JSON)
    weekdays: list[int] = Field(default_factory=lambda: list(range(7)), sa_type=JSON)
    hour: int = 9
    tz: str = "UTC"
    by: str = "customer"
    sections: list[str] = Field(default_factory=no_list, sa_type=JSON)
    silent_when_empty: bool = False
    state: str = Field(default="active", index=True)
    problem: str = ""
    muted_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    from_day: date
    due_at: datetime = Field(sa_type=UTCDateTime, index=True)
    view_id: str | None = Field(default=None, unique=True)
    created_at: datetime = Field(sa_type=UTCDateTime)


def get(session: Session, subscription_id: str) -> Subscription | None:
    """Return the subscription, or None."""
    return session.get(Subscription, subscription_id)


def by_view(session: Session, view_id: str) -> Subscription | None:
    """Return the subscription that this form made, or None."""
    return session.exec(select(Subscription).where(col(Subscription.view_id) == view_id)).first()


def living(session: Session, team_id: str, owner: str | None = None) -> list[Subscription]:
    """Return the subscriptions that were not ended, of one person or of all, the oldest first."""
    wanted = [col(Subscription.team_id) == team_id, col(Subscription.state) != "ended"]
    if owner is not None:
        wanted.append(col(Subscription.owner) == owner)
    return list(session.exec(select(Subscription).where(*wanted).order_by(col(Subscription.created_at))))


def due(session: Session, now: datetime, limit: int) -> list[Subscription]:
    """Return active subscriptions whose moment has come, in the same order to every replica."""
    ready = (col(Subscription.state) == "active", col(Subscription.due_at) <= now)
    found = select(Subscription).where(*ready).order_by(col(Subscription.due_at), col(Subscription.id))
    return list(session.exec(found.limit(limit)))


def take_turn(session: Session, subscription: Subscription, next_due: datetime) -> bool:
    """Move the next moment on; True for the one who did, and who therefore plans this run."""
    return changed(
        session,
        Subscription,
        col(Subscription.id) == subscription.id,
        col(Subscription.due_at) == subscription.due_at,
        col(Subscription.state) == "active",
        due_at=next_due,
    )


def pause(session: Session, subscription_id: str, problem: str = "") -> bool:
    """Pause an active subscription; True for the one who did."""
    active = (col(Subscription.id) == subscription_id, col(Subscription.state) == "active")
    return changed(session, Subscription, *active, state="paused", problem=problem)
