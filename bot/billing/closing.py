"""How a month is closed: its statement is frozen, and what is read differently later goes to the next month.

Keydesk asks for a whole month again twice before it may be closed and twice in the month after (`bot.store.rereading`).
"""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.billing import month as months
from bot.billing.month_views import name_of
from bot.billing.operations import CloseMonth
from bot.clock import Clock
from bot.errors import AlreadyDecided, NotUnderstood
from bot.operation import Actor
from bot.store.database import Database
from bot.store.statements import ClosedMonth


class MonthClosing:
    """Closes months, for owners."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def execute(self, operation: CloseMonth, actor: Actor) -> str:
        """Freeze a month's statement.

        Raises:
            AlreadyDecided: it was closed before.
            NotUnderstood: something of it may still change, or prices are not told and nobody has seen that.
        """
        now = self._clock.now()
        seen = operation.untold_seen
        return await self._database.write(lambda session: close(session, operation.month, actor, now, seen))


def close(session: Session, month: str, actor: Actor, now: datetime, untold_seen: str = "") -> str:
    """Freeze a month's statement; raises as `MonthClosing.execute`."""
    statement = months.read(session, actor.team_id, month, now)
    if statement.closed:
        raise AlreadyDecided(f"{name_of(month)} was closed before. Nothing changed. {statement.closed}")
    if statement.missing:
        raise NotUnderstood(f"{name_of(month)} cannot be closed yet. {' '.join(statement.missing)} Nothing changed.")
    if statement.total is None:
        raise NotUnderstood(f"Nothing is known of {name_of(month)}, so there is nothing to close.")
    if statement.untold_id != untold_seen:
        raise NotUnderstood(
            f"{name_of(month)} is not closed unseen. {' '.join(statement.untold) or 'All prices are told now.'} "
            "Type /billing month to see it, and close it there if it shall stand so. Nothing changed."
        )
    kept = statement.model_dump(mode="json", exclude={"missing", "closed", "sha256"})
    row = ClosedMonth(
        team_id=actor.team_id,
        month=month,
        statement=kept,
        total=statement.total,
        sha256=months.sha256_of(kept),
        closed_by=actor.user_id,
        closed_at=now,
    )
    session.add(row)
    figures = {"total": str(statement.total), "sha256": row.sha256}
    untold = {"untold": " ".join(statement.untold)} if statement.untold else {}
    audit.note(session, actor, "billing.month_closed", month, now, **figures, **untold)
    return f"Closed {name_of(month)}. Corrections that are read later appear on the next month."
