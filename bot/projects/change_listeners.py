"""What people type and press to give a project another name, or to delete it."""

from __future__ import annotations

from bot.access.project_names import the_project
from bot.desk.service import Desk, Held
from bot.errors import BotError, FormError, LooksAlike, NotAllowed, NotUnderstood
from bot.lookalikes import check
from bot.operation import Actor
from bot.people import People
from bot.projects import contents, deletion_form, views
from bot.projects.deleting import Loss, ProjectDeletion, beyond_us, loss
from bot.projects.deletion_form import TITLE
from bot.projects.naming import permitted
from bot.projects.operations import DeleteProject, RenameProject
from bot.providers.deepgram.client import Deepgram
from bot.slack.call import Call, OpenView
from bot.slack.names import Command, Door
from bot.slack.state import several
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store import projects
from bot.store.database import Database
from bot.store.projects import Project

RENAME = "Rename project"
WRONG_NAME = "That is not the project's name. Type it exactly as it stands below the field."


class ProjectChangeListeners:
    """Answers `/projects rename|delete` and their forms."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        people: People,
        deepgram: Deepgram,
        deletion: ProjectDeletion,
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._deepgram = deepgram
        self._deletion = deletion

    def door(self) -> Door:
        """Return what these listeners answer to."""
        return Door(
            commands=(
                Command("projects", "rename", self.rename, "[new name]", "another name for your project"),
                Command("projects", "delete", self.ask_to_delete, "[name]", "delete a project", aliases=("remove",)),
            ),
            actions={"projects.rename": self.ask_for_name, "projects.delete": self.ask_to_delete},
            views={"projects.rename": self.save_name, "projects.delete": self.delete},
        )

    # --- another name ---

    async def rename(self, call: Call) -> None:
        """Give the chosen project the name that was typed; without one, open the form."""
        if not call.text.strip():
            await self.ask_for_name(call)
            return
        actor = await self._people.judge(call.team_id, call.user_id)
        project = await self._permitted(actor, RenameProject.kind, "")
        operation = views.renaming(project.id, call.text)
        try:
            await self._check_name(operation, "")
        except LooksAlike as problem:
            raise NotUnderstood(f"{problem.text} If it is meant, say so in the form: /projects rename") from None
        outcome = await told_if_slow(self._desk.submit(operation, actor), call.tell, "Asking Deepgram to rename it…")
        if not isinstance(outcome, Held):
            await call.tell(f"{escape(project.name)}: {escape(outcome.text)}")

    async def ask_for_name(self, call: Call) -> None:
        """Open the form for a new name."""
        opened = await call.open(views.saying(RENAME, "One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        await opened.update(views.rename_form(await self._permitted(actor, RenameProject.kind, call.value)))

    async def save_name(self, call: Call) -> None:
        """Give the project the name that was typed into the form."""
        operation = views.read_rename_form(call.metadata, call.state)
        opened = await call.ack_update(views.saying(RENAME, "Asking Deepgram to rename it…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
            await self._permitted(actor, RenameProject.kind, operation.project_id)
            await self._check_name(operation, "".join(several(call.state, "meant")))
            outcome = await self._desk.submit(operation, actor, call.view_id)
        except NotAllowed:
            raise  # no form comes back to who may not send it
        except BotError as problem:
            project = await self._database.read(lambda session: the_project(session, actor, operation.project_id))
            asked = problem.answer if isinstance(problem, LooksAlike) else ""
            await opened.update(views.rename_form(project, operation.name, problem.text, asked))
            return
        if not isinstance(outcome, Held):
            await opened.update(views.saying(RENAME, escape(outcome.text)))

    async def _check_name(self, operation: RenameProject, answer: str) -> None:
        """Refuse the name of another project, and ask about one that looks like it."""
        names = await self._database.read(lambda session: projects.names_by_id(session, live=True))
        others = [name for project_id, name in names.items() if project_id != operation.project_id]
        if operation.name != names.get(operation.project_id):
            check({"name": (operation.name, others)}, answer)

    # --- the end ---

    async def ask_to_delete(self, call: Call) -> None:
        """Open the form that says what will be lost."""
        opened = await call.open(views.saying(TITLE, "Reading what would be lost…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        project = await self._deletable(actor, call.value or call.text)
        await opened.update(deletion_form.deletion_form(await self._loss(actor, project)))

    async def delete(self, call: Call) -> None:
        """Ask for the deletion, once the name was typed."""
        typed = deletion_form.read_deletion_form(call.state)
        opened = await call.ack_update(views.saying(TITLE, "Reading what would be lost…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
            await self._submit(call, opened, actor, typed)
        except NotAllowed:
            raise
        except BotError as problem:
            await self._bring_back(opened, actor, call.metadata, typed, problem)

    async def _submit(self, call: Call, opened: OpenView, actor: Actor, typed: tuple[str, str]) -> None:
        project = await self._deletable(actor, call.metadata)
        name, why = typed
        if not deletion_form.confirms(name, project.name):
            raise FormError("name", WRONG_NAME)
        seen = await self._loss(actor, project)
        operation = DeleteProject(project_id=project.id, name=project.name, contents=seen.contents, why=why)
        outcome = await self._desk.submit(operation, actor, call.view_id)
        said = f"Asked. {seen.deciders} can approve it; until then nothing changes."
        await opened.update(views.saying(TITLE, escape(said if isinstance(outcome, Held) else outcome.text)))

    async def _bring_back(
        self, opened: OpenView, actor: Actor, project_id: str, typed: tuple[str, str], problem: BotError
    ) -> None:
        """Show the form again with what is wrong: what was typed must not be lost."""
        project = await self._database.read(lambda session: the_project(session, actor, project_id))
        seen = await self._loss(actor, project)
        await opened.update(deletion_form.deletion_form(seen, typed, problem.text))

    async def _deletable(self, actor: Actor, wanted: str) -> Project:
        """Return the project that was named, if this person may have it deleted and Keydesk can do so."""
        project = await self._permitted(actor, DeleteProject.kind, wanted)
        refusal = await self._database.read(lambda session: beyond_us(session, project.id))
        if refusal is not None:
            raise NotAllowed(f"{refusal} Nothing changed.")
        await self._deletion.check_not_our_own(project.id)
        return project

    async def _loss(self, actor: Actor, project: Project) -> Loss:
        told = await contents.read(self._deepgram, project.id)
        return await self._database.read(lambda session: loss(session, self._desk, actor, project, told))

    async def _permitted(self, actor: Actor, name: str, wanted: str) -> Project:
        return await self._database.read(lambda session: permitted(session, self._desk, actor, name, wanted))
