"""How listeners about a project begin and end: who asks, in which project; what the desk answered."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk, Held, Ran
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call
from bot.store.database import Database
from bot.store.projects import Project

ProjectOf = Callable[[Session, Actor, str], Project]
"""Returns the project with this id or name, or the person's own for an empty one; raises `NotUnderstood`."""


class ProjectEntrance:
    """Judges people, and finds the project that they mean."""

    def __init__(self, desk: Desk, database: Database, people: People, project_of: ProjectOf) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._project_of = project_of

    async def enter(self, call: Call, name: str, wanted: str = "") -> tuple[Actor, Project]:
        """Return who asks and where (an id or a name; "" is their own project), if their role suffices for ``name``.

        Raises:
            NotAllowed: it does not, or they are no member of the workspace.
            NotUnderstood: there is no such project, or none is chosen.
        """
        actor = await self._people.judge(call.team_id, call.user_id)

        def find(session: Session) -> Project:
            project = self._project_of(session, actor, wanted)
            self._desk.permit(session, actor, name, project.id)
            return project

        return actor, await self._database.read(find)


def answer(session: Session, actor: Actor, answered: Held | Ran, until_then: str) -> str:
    """Say in plain words what the desk answered; ``until_then`` tells how it stays while somebody decides."""
    if isinstance(answered, Ran):
        return answered.text
    named = words.people_of(session, actor.team_id, answered.deciders)
    return f"Asked. {named} can approve it; until then {until_then}. Keydesk tells you what comes of it."
