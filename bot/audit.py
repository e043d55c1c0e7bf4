"""The record: who did what, when, with which outcome, written in the transaction that it belongs to."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Session

from bot.operation import Actor
from bot.store.record import Entry

KEYDESK = "keydesk"


def note(
    session: Session,
    actor: Actor | str,
    name: str,
    subject: str,
    now: datetime,
    *,
    team_id: str = "",
    project_id: str | None = None,
    **detail: JsonValue,
) -> None:
    """Add one entry. ``name`` is past tense (“keys.created”); ``subject`` the request, key or project it is about.

    ``actor`` is a person, or `KEYDESK` for what Keydesk does by itself; then ``team_id`` is given.
    """
    who, team = (actor, team_id) if isinstance(actor, str) else (actor.user_id, actor.team_id)
    session.add(
        Entry(at=now, team_id=team, actor=who, name=name, subject=subject, project_id=project_id, detail=detail)
    )
