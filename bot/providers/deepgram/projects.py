"""Projects: list, read, rename, delete.

There is deliberately no ``leave``: leaving a project kills every key that the leaver made, and Keydesk made them
all. Deepgram has no creation of projects in its current interface.
"""

from __future__ import annotations

from bot.providers.deepgram.endpoints import Endpoints, listed, project_path
from bot.providers.deepgram.models import project_of
from bot.providers.http import ProviderCall
from bot.providers.ids import is_uuid
from bot.providers.listed import Listed
from bot.providers.values import Project


class Projects(Endpoints):
    """The endpoints under ``/v1/projects``."""

    async def projects(self) -> Listed[Project]:
        """Return every project that the credential can see, in Deepgram's order."""
        body = await self._transport.read("/v1/projects", "to list the projects")
        return (await listed(body, "projects", project_of)).only(lambda project: is_uuid(project.project_id))

    async def project(self, project_id: str) -> Project:
        """Return one project.

        Raises:
            NotUnderstood: the id is no UUID.
            NotFound: it is gone, or the credential cannot see it.
        """
        path, doing = project_path(project_id), "to read the project"
        found = project_of(await self._transport.read(path, doing))
        if found is None:
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return found

    async def rename_project(self, project_id: str, name: str) -> None:
        """Give a project a new name.

        Raises:
            Unclear: the name may or may not have changed; read the project to see.
        """
        path = project_path(project_id)
        call = ProviderCall("PATCH", path, "to rename the project", body={"name": name})
        await self._transport.change(call)

    async def delete_project(self, project_id: str) -> None:
        """Delete a project with everything in it; Deepgram asks for an owner's ``project:write:destroy``.

        Raises:
            Unclear: it may or may not be gone; read the project to see.
        """
        path = project_path(project_id)
        call = ProviderCall("DELETE", path, "to delete the project")
        await self._transport.change(call)
