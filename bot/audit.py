"""The record: who did what, when, with which outcome, written in the transaction that it belongs to."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Session

from bot.operation import Actor
from bot.store.record import Entry
from bot.store.requests import Request

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


def note_request(
    session: Session, actor: Actor | str, name: str, request: Request, now: datetime, **detail: JsonValue
) -> None:
    """Add one entry about a request; ``actor`` is a person, or the user id of one, or `KEYDESK`."""
    who = actor if isinstance(actor, str) else actor.user_id
    note(session, who, name, request.id, now, team_id=request.team_id, project_id=request.project_id, **detail)
