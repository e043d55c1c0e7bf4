"""Budgets of a calendar month (UTC), and the alerts that were raised: each once per crossing."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import Exact, UTCDateTime, no_dict, one_of
from bot.store.conditional import changed
from bot.store.upsert import insert_into

SCOPES = ("project", "customer", "key")
POSTS = ("wanted", "covered", "posted", "lost")


class Budget(SQLModel, table=True):
    """What a project, a customer or a key may spend in a month, in USD. The provider has no hard cap: this only warns.

    ``ref`` is the project's id, the customer's tag or the provider's key id; ``project_id`` is "" for a customer.
    ``channel`` None means the direct messages of whoever set it. One that was ended keeps its row.
    """

    __tablename__ = "budgets"
    __table_args__ = (UniqueConstraint("team_id", "scope", "ref"), one_of("scope", SCOPES))

    id: str = Field(primary_key=True, default_factory=lambda: "bu" + secrets.token_hex(8))
    team_id: str
    scope: str
    ref: str
    project_id: str = ""
    dollars: Decimal = Field(sa_type=Exact)
    channel: str | None = None
    set_by: str
    set_at: datetime = Field(sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Alert(SQLModel, table=True):
    """One crossing, told once. ``subject`` is what it is about, such as “budget:bu1” or “balance:<project id>”.

    ``period`` is the time in which ``level`` counts once: a month, a day, or from one low of a balance to its recovery
    at ``over_at``. ``facts`` are the figures as they were when it was raised. ``place`` is a channel or a person.
    ``tries`` counts the posts that may stand in Slack. ``claimed_at`` is the machine's time, all else the business's.
    """

    __tablename__ = "alerts"
    __table_args__ = (UniqueConstraint("team_id", "subject", "level", "period"), one_of("post", POSTS))

    id: str = Field(primary_key=True, default_factory=lambda: "al" + secrets.token_hex(8))
    team_id: str
    subject: str = Field(index=True)
    level: str
    period: str
    project_id: str = ""
    place: str
    facts: dict[str, Any] = Field(default_factory=no_dict, sa_type=JSON)
    raised_at: datetime = Field(sa_type=UTCDateTime, index=True)
    over_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    post: str = "wanted"
    tries: int = 0
    claimed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    channel: str | None = None
    ts: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Snooze(SQLModel, table=True):
    """A subject that shall not alert before ``until``."""

    __tablename__ = "alert_snoozes"

    team_id: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    until: datetime = Field(sa_type=UTCDateTime)
    by: str


def get(session: Session, budget_id: str) -> Budget | None:
    """Return the budget, ended or not, or None."""
    return session.get(Budget, budget_id)


def of(session: Session, team_id: str, scope: str, ref: str) -> Budget | None:
    """Return the budget in force for this project, customer or key, or None."""
    found = last_of(session, team_id, scope, ref)
    return found if found is not None and found.ended_at is None else None


def last_of(session: Session, team_id: str, scope: str, ref: str) -> Budget | None:
    """Return the budget of this project, customer or key, in force or ended, or None if it never had one."""
    same = (col(Budget.team_id) == team_id, col(Budget.scope) == scope, col(Budget.ref) == ref)
    return session.exec(select(Budget).where(*same)).first()


def in_force(session: Session, team_id: str) -> list[Budget]:
    """Return every budget in force, by scope and what it is of."""
    found = select(Budget).where(col(Budget.team_id) == team_id, col(Budget.ended_at).is_(None))
    return list(session.exec(found.order_by(col(Budget.scope), col(Budget.ref))))


def save(session: Session, budget: Budget) -> Budget:
    """Put the budget in force; the one of the same project, customer or key keeps its id."""
    values = budget.model_dump()
    changed = {name: value for name, value in values.items() if name != "id"}
    row = insert_into(session, Budget).values(**values)
    session.execute(row.on_conflict_do_update(index_elements=["team_id", "scope", "ref"], set_=changed))
    session.expire_all()
    saved = of(session, budget.team_id, budget.scope, budget.ref)
    if saved is None:
        raise RuntimeError("a budget that was saved is there")
    return saved


def raise_once(session: Session, alert: Alert) -> Alert | None:
    """Note a crossing; None where it was raised in this period already, or its subject is snoozed."""
    snoozed = session.get(Snooze, (alert.team_id, alert.subject))
    if snoozed is not None and snoozed.until > alert.raised_at:
        return None
    row = insert_into(session, Alert).values(**alert.model_dump()).on_conflict_do_nothing()
    return alert if session.execute(row.returning(col(Alert.id))).first() is not None else None


def levels_raised(session: Session, team_id: str, subject: str, period: str) -> set[str]:
    """Return the levels of a subject that were raised in this period."""
    same = (col(Alert.team_id) == team_id, col(Alert.subject) == subject, col(Alert.period) == period)
    return set(session.exec(select(Alert.level).where(*same)))


def still_on(session: Session, team_id: str, subject: str) -> list[Alert]:
    """Return the alerts of a subject that is not over, the newest first."""
    same = (col(Alert.team_id) == team_id, col(Alert.subject) == subject, col(Alert.over_at).is_(None))
    return list(session.exec(select(Alert).where(*same).order_by(col(Alert.raised_at).desc())))


def alert(session: Session, alert_id: str) -> Alert | None:
    """Return the alert, or None."""
    return session.get(Alert, alert_id)


def newest_first(session: Session, team_id: str) -> list[Alert]:
    """Return the alerts that people were told of; what a higher level covered was never told."""
    found = select(Alert).where(col(Alert.team_id) == team_id, col(Alert.post) != "covered")
    return list(session.exec(found.order_by(col(Alert.raised_at).desc(), col(Alert.id))))


def claim(session: Session, alert_id: str, machine_time: datetime, patience: timedelta) -> bool:
    """Take the right to post this alert; True for one caller, and again only after a claim older than ``patience``."""
    free = or_(col(Alert.claimed_at).is_(None), col(Alert.claimed_at) < machine_time - patience)
    values = {"claimed_at": machine_time, "tries": Alert.tries + 1}
    return _change(session, alert_id, values, col(Alert.post) == "wanted", free)


def give_back(session: Session, alert_id: str) -> None:
    """Give the right to post back: it was certainly not posted."""
    _change(session, alert_id, {"claimed_at": None, "tries": Alert.tries - 1}, col(Alert.post) == "wanted")


def told(session: Session, alert_id: str, post: str, **values: Any) -> bool:
    """Say what became of a post; True for the one who did so."""
    return _change(session, alert_id, {"post": post, **values}, col(Alert.post) == "wanted")


def acknowledge(session: Session, alert_id: str, user_id: str, now: datetime) -> bool:
    """Note who took an alert on; True for the first."""
    values = {"acknowledged_by": user_id, "acknowledged_at": now}
    return _change(session, alert_id, values, col(Alert.acknowledged_by).is_(None))


def snooze(session: Session, team_id: str, subject: str, user_id: str, until: datetime) -> None:
    """Keep a subject quiet until then."""
    session.merge(Snooze(team_id=team_id, subject=subject, until=until, by=user_id))


def _change(session: Session, alert_id: str, values: Mapping[str, Any], *wanted: Any) -> bool:
    return changed(session, Alert, col(Alert.id) == alert_id, *wanted, **values)
