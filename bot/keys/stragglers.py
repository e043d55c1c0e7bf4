"""Keys that carry a mint id of ours and are not ours to end: reported once, never touched."""

from __future__ import annotations

from datetime import datetime

import structlog
from sqlmodel import Session

from bot import audit
from bot.store import record
from bot.store.mints import MintAttempt

REPORTED = "keys.straggler.reported"

log = structlog.get_logger()


def report(session: Session, mint: MintAttempt, provider_key_id: str, now: datetime) -> None:
    """Write down that such a key was found, unless it stands in the record already."""
    known = record.named(session, mint.request_id, REPORTED)
    if any(entry.detail["provider_key_id"] == provider_key_id for entry in known):
        return
    log.error("keys.straggler_reported", mint=mint.id, provider_key=provider_key_id, project=mint.project_id)
    about = {"provider_key_id": provider_key_id, "mint_id": mint.id}
    audit.note(session, audit.KEYDESK, REPORTED, mint.request_id, now, project_id=mint.project_id, **about)
