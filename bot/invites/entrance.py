"""How every listener of this room begins and ends: who asks and in which project; what the desk answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlmodel import Session

from bot.clock import Clock
from bot.desk import words
from bot.desk.service import Desk, Held
from bot.mirror import ListMirror
from bot.operation import Actor, Operation
from bot.people import People
from bot.providers.deepgram.invites import Invite as Told
from bot.slack.call import Call
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store.database import Database
from bot.store.projects import Project

ProjectOf = Callable[[Session, Actor, str], Project]
"""Returns the project with this id, or the person's own for an empty one; raises `NotUnderstood`."""


class Entrance:
    """Judges people, finds projects, and hands operations to the desk."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        people: People,
        clock: Clock,
        mirror: ListMirror[Told],
        project_of: ProjectOf,
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._mirror = mirror
        self._project_of = project_of

    async def enter(self, call: Call, name: str, project_id: str = "") -> tuple[Actor, Project]:
        """Return who asks and where, if their role suffices for ``name``; "" is their own project.

        Raises:
            NotAllowed: it does not, or they are no member of the workspace.
            NotUnderstood: there is no such project, or none is chosen.
        """
        actor = await self._people.judge(call.team_id, call.user_id)

        def find(session: Session) -> Project:
            project = self._project_of(session, actor, project_id)
            self._desk.permit(session, actor, name, project.id)
            return project

        return actor, await self._database.read(find)

    async def read_once(self, call: Call, project: Project) -> None:
        """Read the invitations now if they never were; an old list is read again behind the reader's back.

        Raises:
            ProviderError: they could not be read.
        """
        now = self._clock.now()
        if not await self._mirror.look(project.id, now):
            saying = f"Reading the invitations to {escape(project.name)} from Deepgram…"
            await told_if_slow(self._mirror.refresh(project.id, now), call.tell, saying)

    async def submit_typed(self, operation: Operation, actor: Actor, tell: Callable[[str], Awaitable[object]]) -> str:
        """Do the same for a command or a button; whoever waits long is told so."""
        return await told_if_slow(self.submit(operation, actor), tell, "Asking Deepgram…")

    async def submit(self, operation: Operation, actor: Actor, view_id: str | None = None) -> str:
        """Bring an operation to the desk and return, in plain words, what came of it.

        Raises:
            BotError: it was refused, or certainly not done.
        """
        outcome = await self._desk.submit(operation, actor, view_id)
        if not isinstance(outcome, Held):
            return outcome.text
        who, team = outcome.deciders, actor.team_id
        named = await self._database.read(lambda session: words.people_of(session, team, who))
        return f"Asked. {named} can approve it; until then nobody is invited. Keydesk tells you what comes of it."
