"""How a project gets another name."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.engine.port import Engine, Job
from bot.errors import Unavailable
from bot.operation import Actor
from bot.projects.operations import RenameProject
from bot.providers.provider import Provider
from bot.store import people, projects


class ProjectRenaming:
    """Carries out `RenameProject`."""

    def __init__(self, engine: Engine, provider: Provider) -> None:
        self._engine = engine
        self._provider = provider

    async def execute(self, operation: RenameProject, actor: Actor) -> str:
        """Give the project its new name.

        Raises:
            ProviderError: it has its old name, or nobody can tell.
        """
        del actor
        await self._provider.rename_project(operation.project_id, operation.name)
        return f"The project is called {operation.name} now."

    async def settle(self, operation: RenameProject) -> bool:
        """Tell whether the project has the new name.

        Raises:
            ProviderError: the provider did not say.
        """
        name = (await self._provider.project(operation.project_id)).name
        if not name:
            raise Unavailable("The provider does not tell the project's name.")
        return name == operation.name

    def done(self, session: Session, operation: RenameProject, now: datetime) -> None:
        """Let lists, menus and home pages show the new name at once."""
        projects.renamed(session, operation.project_id, operation.name, now)
        for user_id in people.at_home_in(session, operation.project_id):
            self._engine.enqueue(session, Job("home.refresh", user_id), now)
