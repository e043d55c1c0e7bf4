"""Cards: every copy of a request's card in Slack, and which version each copy shows."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, UniqueConstraint, case, or_, update
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, one_of
from bot.store.conditional import change, changed
from bot.store.requests import Request
from bot.store.upsert import insert_into

AUDIENCES = ("approvers", "approver", "requester", "news")


class Card(SQLModel, table=True):
    """One copy. ``place`` is the channel or person it is meant for; ``channel`` and ``ts`` are known once it is posted.

    audience: "approvers" (the approvals channel), "approver" (a direct message), "requester" (the first copy in their
    direct messages), "news" (a fresh copy there once it is decided, because an edit rings no bell).
    ``claimed_at`` marks a post on its way, by the machine's time: whoever else comes waits for it. ``rung_at`` is when
    the deciders were mentioned under the copy in the approvals channel.
    """

    __tablename__ = "cards"
    __table_args__ = (
        UniqueConstraint("request_id", "audience", "place"),
        one_of("audience", AUDIENCES),
    )

    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(foreign_key="requests.id", index=True)
    audience: str
    place: str
    channel: str | None = None
    ts: str | None = None
    version: int = 0
    claimed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    rung_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


def plan(session: Session, request_id: str, audience: str, place: str) -> None:
    """Note that this copy is wanted; a copy already planned stays as it is."""
    copy = insert_into(session, Card).values(request_id=request_id, audience=audience, place=place, version=0)
    session.execute(copy.on_conflict_do_nothing())


def of_request(session: Session, request_id: str) -> list[Card]:
    """Return all copies of a request's card."""
    return list(session.exec(select(Card).where(col(Card.request_id) == request_id).order_by(col(Card.id))))


def claim(session: Session, card_id: int, now: datetime, *, patience: timedelta) -> bool:
    """Take the right to post this copy; True for one caller, and again only after a claim older than ``patience``."""
    return changed(
        session,
        Card,
        col(Card.id) == card_id,
        col(Card.ts).is_(None),
        or_(col(Card.claimed_at).is_(None), col(Card.claimed_at) < now - patience),
        claimed_at=now,
    )


def release(session: Session, card_id: int) -> None:
    """Give the right to post back: the post certainly did not happen."""
    change(session, Card, col(Card.id) == card_id, col(Card.ts).is_(None), claimed_at=None)


def give_up(session: Session, card_id: int) -> None:
    """Note that this copy cannot be posted: it stands nowhere, and nobody tries again."""
    change(session, Card, col(Card.id) == card_id, ts="")


def lost(session: Session, card_id: int, ts: str) -> None:
    """Note that the message at ``ts`` is gone: the copy is wanted anew, and rings anew."""
    change(
        session,
        Card,
        col(Card.id) == card_id,
        col(Card.ts) == ts,
        channel=None,
        ts=None,
        version=0,
        claimed_at=None,
        rung_at=None,
    )


def rings(session: Session, card_id: int, now: datetime) -> bool:
    """Take the right to mention the deciders under this copy; True for one caller, once."""
    return changed(session, Card, col(Card.id) == card_id, col(Card.rung_at).is_(None), rung_at=now)


def not_rung(session: Session, card_id: int) -> None:
    """Give that right back: nobody was mentioned."""
    change(session, Card, col(Card.id) == card_id, rung_at=None)


def posted(session: Session, card_id: int, channel: str, ts: str, version: int) -> int:
    """Note where a copy stands, and that it shows ``version`` if that is the newest; return what is noted, or 0."""
    noted = session.execute(
        update(Card)
        .where(col(Card.id) == card_id)
        .values(channel=channel, ts=ts, version=case((_newest() == version, version), else_=0))
        .returning(col(Card.version))
        .execution_options(synchronize_session=False)
    )
    return noted.scalar() or 0


def shown(session: Session, card_id: int, before: int, version: int) -> int:
    """Note that a copy that showed ``before`` shows ``version`` now, and return that.

    Return 0 if anybody noted an edit of it meanwhile, or the request has moved on: nobody can tell whose edit Slack
    took last, so the copy counts as never drawn, and the next round draws it again.
    """
    as_read = (col(Card.version) == before, _newest() == version)
    if changed(session, Card, col(Card.id) == card_id, *as_read, version=version):
        return version
    change(session, Card, col(Card.id) == card_id, version=0)
    return 0


def _newest() -> ScalarSelect[int]:
    """Return the version of the request that a copy is of."""
    return select(Request.version).where(col(Request.id) == col(Card.request_id)).scalar_subquery()
