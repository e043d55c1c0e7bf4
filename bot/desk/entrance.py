"""How listeners about a project begin and end: who asks, in which project; what the desk answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from bot.access.access import Access
from bot.clock import Clock
from bot.desk import words
from bot.desk.service import Desk, Held, Ran
from bot.mirror import ListMirror
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call
from bot.slack.pages import read_page_in
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store.database import Database
from bot.store.projects import Project

T = TypeVar("T")

ProjectOf = Callable[[Session, Actor, str], Project]
"""Returns the project with this id or name, or the person's own for an empty one; raises `NotUnderstood`."""

Blocks = Sequence[dict[str, Any]]

PageOf = Callable[[Actor, Project, str, int], Awaitable[Blocks]]
"""Draws a page of a list: for whom, of which project, narrowed by which words, and its number."""

PageFor = Callable[[Access, str, int], Awaitable[Blocks]]
"""Draws a page of a list of the project that somebody has access to: narrowed by which words, and its number."""


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


class ListEntrance(ProjectEntrance, Generic[T]):
    """Has a list of that project read where it never was, too."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        people: People,
        clock: Clock,
        mirror: ListMirror[T],
        project_of: ProjectOf,
    ) -> None:
        super().__init__(desk, database, people, project_of)
        self._clock = clock
        self._mirror = mirror

    async def read_once(self, call: Call, project: Project) -> None:
        """Read the list now if it never was; an old one is read again behind the reader's back.

        Raises:
            ProviderError: it could not be read.
        """
        now = self._clock.now()
        if not await self._mirror.look(project.id, now):
            await told_if_slow(self._mirror.refresh(project.id, now), call.tell, self._reading(project))

    async def read_again(self, call: Call, name: str, page: PageOf) -> None:
        """Read the list from the provider now, and show the page from which that was asked, in its place.

        Raises:
            ProviderError: it could not be read; the page tells what is known.
        """
        number, project_id, words_ = read_page_in(call.value)
        actor, project = await self.enter(call, name, project_id)
        await self._read_anew(call, project, lambda: page(actor, project, words_, number))

    async def reread(self, call: Call, access: Access, page: PageFor) -> None:
        """Do the same for whom the door let pass, in the project that the button names."""
        number, _, words_ = read_page_in(call.value)
        await self._read_anew(call, access.there, lambda: page(access, words_, number))

    async def _read_anew(self, call: Call, project: Project, page: Callable[[], Awaitable[Blocks]]) -> None:
        await call.say_replace(self._reading(project))
        try:
            await self._mirror.refresh(project.id, self._clock.now())
        finally:
            await call.show_instead(await page())

    def _reading(self, project: Project) -> str:
        return f"Reading the {self._mirror.noun} of {escape(project.name)} from Deepgram…"

    async def outcome(self, actor: Actor, answered: Held | Ran, until_then: str) -> str:
        """Say in plain words what the desk answered; ``until_then`` tells how it stays while somebody decides."""
        return await self._database.read(lambda session: answer(session, actor, answered, until_then))


def answer(session: Session, actor: Actor, answered: Held | Ran, until_then: str) -> str:
    """Say in plain words what the desk answered; ``until_then`` tells how it stays while somebody decides."""
    if isinstance(answered, Ran):
        return answered.text
    named = words.people_of(session, actor.team_id, answered.deciders)
    return f"Asked. {named} can approve it; until then {until_then}. Keydesk tells you what comes of it."
