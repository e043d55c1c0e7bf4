"""What people type and press to give a project another name, or to delete it."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.access import Access
from bot.access.places import by, chosen, named
from bot.access.project_names import the_project
from bot.desk.service import Desk, Held
from bot.errors import BotError, CouldNotCheck, FormError, LooksAlike, NotAllowed, NotUnderstood, ProviderError
from bot.lookalikes import check
from bot.operation import Actor
from bot.projects import contents, deletion_form, views
from bot.projects.deleting import ProjectDeletion, ProjectLoss, beyond_us, loss
from bot.projects.deletion_form import TITLE
from bot.projects.operations import DeleteProject, RenameProject
from bot.providers.port import Vendor
from bot.providers.provider import Provider
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.state import several
from bot.slack.waiting import told_if_slow
from bot.store import projects
from bot.store.database import Database
from bot.store.projects import Project
from bot.vendors import vendor_of

RENAME = "Rename project"
RENAMING, READING = "Asking the provider to rename it…", "Reading what would be lost…"
WRONG_NAME = "That is not the project's name. Type it exactly as it stands below the field."
BROUGHT_BACK = (NotUnderstood, CouldNotCheck, ProviderError)
"""All but `NotAllowed`: no form comes back to who may not send it."""


class ProjectChangeListeners:
    """Answers `/projects rename|delete` and their forms."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        provider: Provider,
        deletion: ProjectDeletion,
    ) -> None:
        self._desk = desk
        self._database = database
        self._provider = provider
        self._deletion = deletion

    def routes(self) -> Routes:
        """Return what these listeners answer to."""
        rename = Route(self.rename, "projects.rename", chosen)
        ask_for_name = Route(self.ask_for_name, "projects.rename", named, window=RENAME)
        delete = Route(self.ask_to_delete, "projects.delete", named, window=TITLE, waits=READING)
        return Routes(
            commands=(
                Command(
                    "projects", "rename", rename, "[new name]", "another name for your project", alone=ask_for_name
                ),
                Command("projects", "delete", delete, "[name]", "delete a project", aliases=("remove",)),
            ),
            actions={"projects.rename": ask_for_name, "projects.delete": delete},
            views={"projects.rename": self._renaming(), "projects.delete": self._deleting()},
        )

    def _renaming(self) -> Route:
        return Route(
            self.save_name,
            "projects.rename",
            by(_project_of_form),
            window=RENAME,
            waits=RENAMING,
            reads=_read_name,
            back=self.name_again,
            brought_back=BROUGHT_BACK,
        )

    def _deleting(self) -> Route:
        return Route(
            self.delete,
            "projects.delete",
            by(_project_of_form),
            window=TITLE,
            waits=READING,
            reads=_read_deletion,
            back=self.delete_again,
            brought_back=BROUGHT_BACK,
        )

    # --- another name ---

    async def rename(self, call: Call, access: Access) -> str | None:
        """Give the chosen project the name that was typed."""
        project = access.there
        operation = views.renaming(project.id, call.text)
        try:
            await self._check_name(operation, "")
        except LooksAlike as problem:
            raise NotUnderstood(f"{problem.text} If it is meant, say so in the form: /projects rename") from None
        outcome = await told_if_slow(self._desk.submit(operation, access.actor), call.tell, RENAMING)
        return None if isinstance(outcome, Held) else f"{project.name}: {outcome.text}"

    async def ask_for_name(self, _: Call, access: Access) -> views.Block:
        """Draw the form for a new name."""
        return views.rename_form(access.there, access.vendor)

    async def save_name(self, call: Call, access: Access) -> str | None:
        """Give the project the name that was typed into the form."""
        operation: RenameProject = call.form
        await self._check_name(operation, "".join(several(call.state, "meant")))
        outcome = await self._desk.submit(operation, access.actor, call.view_id)
        return None if isinstance(outcome, Held) else outcome.text

    async def name_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        operation: RenameProject = call.form
        asked = problem.answer if isinstance(problem, LooksAlike) else ""
        project, vendor = await self._database.read(lambda session: _of_form(session, actor, call))
        return views.rename_form(project, vendor, operation.name, problem.text, asked)

    async def _check_name(self, operation: RenameProject, answer: str) -> None:
        """Refuse the name of another project, and ask about one that looks like it."""
        names = await self._database.read(lambda session: projects.names_by_id(session, live=True))
        others = [name for project_id, name in names.items() if project_id != operation.project_id]
        if operation.name != names.get(operation.project_id):
            check({"name": (operation.name, others)}, answer)

    # --- the end ---

    async def ask_to_delete(self, _: Call, access: Access) -> views.Block:
        """Draw the form that says what will be lost."""
        await self._check_deletable(access.there)
        return deletion_form.deletion_form(await self._loss(access.actor, access.there))

    async def delete(self, call: Call, access: Access) -> str:
        """Ask for the deletion, once the name was typed."""
        project, (name, why) = access.there, call.form
        await self._check_deletable(project)
        if not deletion_form.confirms(name, project.name):
            raise FormError("name", WRONG_NAME)
        seen = await self._loss(access.actor, project)
        operation = DeleteProject(project_id=project.id, name=project.name, contents=seen.contents, why=why)
        outcome = await self._desk.submit(operation, access.actor, call.view_id)
        said = f"Asked. {seen.deciders} can approve it; until then nothing changes."
        return said if isinstance(outcome, Held) else outcome.text

    async def delete_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        seen = await self._loss(actor, await self._project_of(call, actor))
        return deletion_form.deletion_form(seen, call.form, problem.text)

    async def _check_deletable(self, project: Project) -> None:
        """Refuse what Keydesk cannot delete, or must not."""
        refusal = await self._database.read(lambda session: beyond_us(session, project.id))
        if refusal is not None:
            raise NotAllowed(f"{refusal} Nothing changed.")
        await self._deletion.check_not_our_own(project.id)

    async def _loss(self, actor: Actor, project: Project) -> ProjectLoss:
        told = await contents.read(self._provider, project.id)
        return await self._database.read(lambda session: loss(session, self._desk, actor, project, told))

    async def _project_of(self, call: Call, actor: Actor) -> Project:
        return await self._database.read(lambda session: the_project(session, actor, call.metadata))


def _of_form(session: Session, actor: Actor, call: Call) -> tuple[Project, Vendor]:
    project = the_project(session, actor, call.metadata)
    return project, vendor_of(session, project)


def _project_of_form(call: Call) -> str:
    return call.metadata


def _read_name(call: Call) -> RenameProject:
    return views.read_rename_form(call.metadata, call.state)


def _read_deletion(call: Call) -> tuple[str, str]:
    return deletion_form.read_deletion_form(call.state)
