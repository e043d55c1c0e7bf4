"""What the desk answered, in plain words."""

from __future__ import annotations

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Held, Ran
from bot.operation import Actor


def answer(session: Session, actor: Actor, answered: Held | Ran, until_then: str) -> str:
    """Say in plain words what the desk answered; ``until_then`` tells how it stays while somebody decides."""
    if isinstance(answered, Ran):
        return answered.text
    named = words.people_of(session, actor.team_id, answered.deciders)
    return f"Asked. {named} can approve it; until then {until_then}. Keydesk tells you what comes of it."
