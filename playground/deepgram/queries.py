"""Query parameters: the known ones judged, the unknown ones ignored, as the vendor does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from playground.deepgram.ledger import RETENTION, Ledger
from playground.deepgram.refusals import bad_query
from playground.deepgram.routing import Ask
from playground.deepgram.state import Project

MOST_DAYS = 1500


@dataclass(frozen=True)
class Period:
    """Whole UTC days, both included."""

    start: date
    end: date

    def days(self) -> list[date]:
        """Return each of them."""
        return [self.start + timedelta(days=number) for number in range((self.end - self.start).days + 1)]


def period(ask: Ask, ledger: Ledger, project: Project) -> Period:
    """Return the period asked for; from at most 90 days ago to today if none is (this emulator's choice)."""
    today = ledger.now().date()
    oldest = max(ledger.first_day(project), today - RETENTION)
    start, end = _day(ask, "start", oldest), _day(ask, "end", today)
    if not 0 <= (end - start).days < MOST_DAYS:
        raise bad_query("end")
    return Period(start, end)


def moment(ask: Ask, name: str, default: datetime) -> datetime:
    """Return a moment in one of the documented formats; without a zone it is UTC."""
    if name not in ask.query:
        return default
    try:
        value = datetime.fromisoformat(ask.query[name])
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad_query(name) from None


def number(ask: Ask, name: str, default: int, least: int, most: int) -> int:
    """Return a whole number within bounds."""
    text = ask.query.get(name, str(default))
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
    if not least <= value <= most:
        raise bad_query(name)
    return value


def choice(ask: Ask, name: str, allowed: Collection[str]) -> str | None:
    """Return one of the allowed words, or None if the parameter is absent."""
    value = ask.query.get(name)
    if value is not None and value not in allowed:
        raise bad_query(name)
    return value


def flag(ask: Ask, name: str) -> bool | None:
    """Return a truth value, or None if the parameter is absent."""
    value = choice(ask, name, {"true", "false"})
    return None if value is None else value == "true"


def _day(ask: Ask, name: str, default: date) -> date:
    if name not in ask.query:
        return default
    try:
        return datetime.strptime(ask.query[name], "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise bad_query(name) from None
