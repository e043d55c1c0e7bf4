"""What attempts left behind: keys with a mint id of ours that are not ours to end, and lists that do not tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from sqlmodel import Session

from bot import audit
from bot.store import mints, record
from bot.store.mints import MintAttempt

REPORTED, UNTOLD = "keys.orphan.reported", "keys.orphan.untold"
# An older find is reported, never touched: a comment can be copied by anybody who reads it.
OLDEST_TOUCHED = timedelta(minutes=10)

log = structlog.get_logger()


def report(session: Session, mint: MintAttempt, provider_key_id: str, now: datetime) -> None:
    """Write down that such a key was found, unless it stands in the record already."""
    known = record.named(session, mint.request_id, REPORTED)
    if any(entry.detail["provider_key_id"] == provider_key_id for entry in known):
        return
    log.error("keys.orphan_reported", mint=mint.id, provider_key=provider_key_id, project=mint.project_id)
    about = {"provider_key_id": provider_key_id, "mint_id": mint.id}
    audit.note(session, audit.KEYDESK, REPORTED, mint.request_id, now, project_id=mint.project_id, **about)


def report_untold(session: Session, mint: MintAttempt, why: str, now: datetime) -> None:
    """Write down once that nobody could tell in time whether an attempt made a key."""
    if record.named(session, mint.request_id, UNTOLD):
        return
    log.error("keys.orphan_untold", mint=mint.id, project=mint.project_id, why=why)
    about = {"mint_id": mint.id, "why": why}
    audit.note(session, audit.KEYDESK, UNTOLD, mint.request_id, now, project_id=mint.project_id, **about)


def age(mint: MintAttempt) -> timedelta:
    """Return how long ago the intent was, by the machine's time."""
    return datetime.now(UTC) - mint.intended_at


def may_be_there(session: Session, request_id: str) -> bool:
    """Tell whether an earlier attempt may have made a key that is still to be looked for, and ended if it is there."""
    return any(mint.is_untold and age(mint) < OLDEST_TOUCHED for mint in mints.of_request(session, request_id))
