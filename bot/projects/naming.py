"""Which project somebody means, and may use; and how the provider's projects are called here."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.project_names import the_project
from bot.desk.service import Desk
from bot.operation import Actor
from bot.projects.operations import NAME_LONGEST
from bot.providers.deepgram.models import Project as Told
from bot.slack.words import cut
from bot.store.projects import Project


def permitted(session: Session, desk: Desk, actor: Actor, name: str, wanted: str) -> Project:
    """Return the project that was named, else the person's own, if they may do ``name`` (of `bot.policy.LEAST`) there.

    Raises:
        NotUnderstood: no or several projects match, or none is chosen.
        NotAllowed: their role there is too low.
    """
    project = the_project(session, actor, wanted)
    desk.permit(session, actor, name, project.id)
    return project


def name_of(told: Told) -> str:
    """Return the name under which a project is known here: what is longer at the provider is cut."""
    return cut(told.name, NAME_LONGEST) or told.project_id
