"""How a month is closed: its statement is frozen, and what is read differently later goes to the next month.

Keydesk asks for a whole month again twice before it may be closed and twice in the month after
(`bot.store.recollection`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from bot import audit
from bot.billing import month as months
from bot.billing.month_views import name_of
from bot.billing.operations import CloseMonth
from bot.billing.statement import Statement
from bot.clock import Clock
from bot.errors import AlreadyDecided, NotUnderstood
from bot.money import dollars
from bot.operation import Actor, Description
from bot.slack.words import cut, escape
from bot.store.database import Database
from bot.store.statements import ClosedMonth

WARNINGS_SHOWN = 400


class MonthClosing:
    """Closes months, for owners."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def as_asked(self, wish: CloseMonth, actor: Actor) -> CloseMonth:
        """Return the wish to close a month as it stands now.

        Raises:
            AlreadyDecided: it was closed before.
            NotUnderstood: something of it may still change, or it has warnings that nobody has seen.
        """
        now = self._clock.now()
        return await self._database.read(lambda session: as_asked(session, wish, actor, now))

    async def execute(self, operation: CloseMonth, actor: Actor) -> str:
        """Freeze a month's statement.

        Raises:
            AlreadyDecided: it was closed before.
            NotUnderstood: something of it may still change, or has changed since this was asked; or it has
                warnings that nobody has seen.
        """
        now = self._clock.now()
        return await self._database.write(lambda session: close(session, operation, actor, now))

    def moved(self, session: Session, operation: CloseMonth, team_id: str) -> str | None:
        """Say that the figures are others than when this was asked, or that it cannot be closed any more; else None."""
        try:
            kept = _closable(session, operation, team_id, self._clock.now())
        except (AlreadyDecided, NotUnderstood) as problem:
            return problem.text
        return _other_figures(operation, kept)


def as_asked(session: Session, wish: CloseMonth, actor: Actor, now: datetime) -> CloseMonth:
    """Return the wish to close a month as it stands now; raises as `MonthClosing.as_asked`."""
    statement = _closable(session, wish, actor.team_id, now)
    seen = {
        "total": str(statement.total),
        "payers": len(statement.parts),
        "untold": statement.warned(WARNINGS_SHOWN),
        "sha256": months.sha256_of(_kept(statement)),
    }
    return wish.model_copy(update=seen)


def describe(session: Session, operation: CloseMonth, requester: str) -> Description:
    """Draw the closing of a month for whoever decides."""
    del session, requester
    month = name_of(operation.month)
    return Description(
        title=f"Close a month · {month}",
        wish=f"to close {month}.",
        why="",
        fields=(
            ("Month", month),
            ("The provider's total", dollars(Decimal(operation.total)) if operation.total else "–"),
            ("Rows by customer", str(operation.payers)),
        ),
        evidence=(
            ("To be read before", f"`/billing month {operation.month}`"),
            *((("Warnings", escape(cut(operation.untold, WARNINGS_SHOWN))),) if operation.untold else ()),
        ),
        risk=("Medium", "its figures stay as they are; what is read later appears on the next month"),
    )


def close(session: Session, operation: CloseMonth, actor: Actor, now: datetime) -> str:
    """Freeze a month's statement; raises as `MonthClosing.execute`."""
    month = operation.month
    statement = _closable(session, operation, actor.team_id, now)
    other = _other_figures(operation, statement)
    if other is not None:
        raise NotUnderstood(other)
    kept = _kept(statement)
    row = ClosedMonth(
        team_id=actor.team_id,
        month=month,
        statement=kept,
        total=statement.total or Decimal(),
        sha256=months.sha256_of(kept),
        closed_by=actor.user_id,
        closed_at=now,
    )
    session.add(row)
    figures = {"total": str(statement.total), "sha256": row.sha256}
    untold = {"untold": " ".join(statement.warnings)} if statement.warnings else {}
    audit.note(session, actor, "billing.month_closed", month, now, **figures, **untold)
    return f"Closed {name_of(month)}. Corrections that are read later appear on the next month."


def _closable(session: Session, wish: CloseMonth, team_id: str, now: datetime) -> Statement:
    month = wish.month
    statement = months.read(session, team_id, month, now)
    if statement.closed:
        raise AlreadyDecided(f"{name_of(month)} was closed before. Nothing changed. {statement.closed}")
    if statement.missing:
        raise NotUnderstood(f"{name_of(month)} cannot be closed yet. {' '.join(statement.missing)} Nothing changed.")
    if statement.total is None:
        raise NotUnderstood(f"Nothing is known of {name_of(month)}, so there is nothing to close.")
    if statement.warnings_id != wish.untold_seen:
        raise NotUnderstood(
            f"{name_of(month)} is not closed unseen. {statement.warned(WARNINGS_SHOWN) or 'Nothing is open any more.'} "
            "Type /billing month to see it, and close it there if it shall stand so. Nothing changed."
        )
    return statement


def _kept(statement: Statement) -> dict[str, Any]:
    return statement.model_dump(mode="json", exclude={"missing", "closed", "sha256"})


def _other_figures(operation: CloseMonth, statement: Statement) -> str | None:
    if operation.sha256 in ("", months.sha256_of(_kept(statement))):
        return None
    return f"The figures of {name_of(operation.month)} have changed since this was asked. Look at them, then ask again."
