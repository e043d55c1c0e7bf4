"""What people type and press to look at projects, to choose one, and to set one up."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import by, named, with_id, workspace
from bot.clock import Clock
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import BotError
from bot.operation import Actor
from bot.projects import contents, service, views
from bot.projects.mirroring import ProjectMirror
from bot.projects.operations import Contents, WishedSettings
from bot.projects.service import ProjectOverview
from bot.projects.settings_change import GONE, ProjectSettingsChange
from bot.providers.provider import Provider
from bot.slack.call import Call
from bot.slack.entering import saying
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import count, escape
from bot.store import accounts, projects
from bot.store import people as people_rows
from bot.store.database import Database
from bot.store.projects import Project

PAGE = 10
MOST_OPTIONS = 100
CHOOSING, SETTINGS = "Your project", "Project settings"
CHECKING = "Checking people and channel…"


class ProjectListeners:
    """Answers `/projects list|show|use|settings` and their buttons."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        engine: Engine,
        clock: Clock,
        mirror: ProjectMirror,
        provider: Provider,
        exports: Exports,
        change: ProjectSettingsChange,
    ) -> None:
        self._desk = desk
        self._database = database
        self._engine = engine
        self._clock = clock
        self._mirror = mirror
        self._provider = provider
        self._exports = exports
        self._change = change

    def routes(self) -> Routes:
        """Return what this room answers to."""
        list_ = Route(self.list_projects, "projects.list", workspace)
        show, use = Route(self.show, "projects.show", named), Route(self.use, "projects.show", named)
        settings = Route(self.settings, "projects.settings", named, window=SETTINGS)
        return Routes(
            commands=(
                Command("projects", "list", list_, "[words]", "all projects", aliases=("ls", "search"), shows=True),
                Command("projects", "show", show, "[name]", "one project at a glance", aliases=("get",), shows=True),
                Command("projects", "use", use, "<name>", "work in this project from now on", aliases=("select",)),
                Command("projects", "settings", settings, "[name]", "approvers, channel and durations"),
            ),
            actions={
                "projects.list": Route(self.turn, "projects.list", workspace, in_place=True),
                "projects.refresh": Route(self.refresh, "projects.list", workspace),
                "projects.csv": Route(self.send_table, "projects.list", workspace),
                "projects.use": use,
                "projects.show": show,
                "projects.settings": settings,
                "projects.choose": Route(self.ask_which, "projects.list", workspace, window=CHOOSING),
            },
            views={"projects.settings": self._saving(), "projects.choose": self._choosing()},
            options={"projects.choose": Route(self.projects_like, "projects.list", workspace)},
        )

    def _saving(self) -> Route:
        return Route(
            self.save,
            "projects.settings",
            with_id(_project_of_settings, GONE),
            window=SETTINGS,
            waits=CHECKING,
            reads=_read_settings,
            back=self.save_again,
        )

    def _choosing(self) -> Route:
        return Route(self.chosen, "projects.show", by(_chosen_id), window=CHOOSING, reads=_read_choice)

    # --- the list ---

    async def list_projects(self, call: Call, access: Access) -> list[views.Block]:
        """List the projects."""
        return await self._page(access, call.text.strip()[:WORDS_LONGEST], 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        number, words = _read_value(call.value)
        return await self._page(access, words, number)

    async def refresh(self, call: Call, access: Access) -> None:
        """Read the projects from the provider now."""
        number, words = _read_value(call.value)
        await call.say_replace("Reading the projects from the provider…")
        try:
            await self._mirror.refresh(self._clock.now())
        finally:
            await call.show_instead(await self._page(access, words, number))

    async def send_table(self, call: Call, access: Access) -> None:
        """Send the whole list as a file."""
        _number, words = _read_value(call.value)
        rows = await self._database.read(lambda session: service.table(session, words))
        comment = f"{count(len(rows), 'project')}" + (f" that match “{escape(words)}”" if words else "")
        await self._exports.send_table(call, access, "projects.csv", service.TABLE_HEADER, rows, comment)

    async def _page(self, access: Access, words: str, number: int) -> list[views.Block]:
        actor = access.actor
        page = await self._database.read(lambda session: service.page(session, actor, words, number, PAGE))
        return views.project_list(page)

    # --- one project ---

    async def show(self, call: Call, access: Access) -> list[views.Block]:
        """Show the project that was typed, or whose button was pressed."""
        project = access.there
        words = f"Reading {escape(project.name)} from {access.vendor.name}…"
        told = await told_if_slow(contents.read(self._provider, project.id), call.tell, words)
        return views.overview(await self._overview(access.actor, project, told))

    async def _overview(self, actor: Actor, project: Project, told: Contents | None = None) -> ProjectOverview:
        return await self._database.read(lambda session: service.overview(session, self._desk, actor, project, told))

    # --- choosing ---

    async def use(self, call: Call, access: Access) -> list[views.Block]:
        """Choose the project that was typed, or whose button was pressed."""
        await self._choose(access)
        return await self.show(call, access)

    async def ask_which(self, _: Call, access: Access) -> views.Block:
        """Draw the form in which a project is chosen."""
        return views.choosing_form(await self._database.read(lambda session: _current(session, access.actor)))

    async def projects_like(self, call: Call, _: Access) -> list[views.Block]:
        """Offer projects, from the mirror."""
        typed = call.value.strip()
        return await self._database.read(lambda session: _options(session, typed))

    async def chosen(self, _: Call, access: Access) -> views.Block:
        """Choose the project that was taken from the form."""
        await self._choose(access)
        return saying(CHOOSING, f"You work in *{escape(access.there.name)}* now.")

    async def _choose(self, access: Access) -> None:
        actor, project_id, now = access.actor, access.there.id, self._clock.now()

        def choose(session: Session) -> None:
            people_rows.choose_project(session, actor.team_id, actor.user_id, project_id)
            self._engine.enqueue(session, Job("home.refresh", actor.user_id), now)

        await self._database.write(choose)

    # --- settings ---

    async def settings(self, _: Call, access: Access) -> views.Block:
        """Draw the settings form, for owners."""
        return views.settings_form(await self._overview(access.actor, access.there))

    async def save(self, call: Call, access: Access) -> str:
        """Save the settings form."""
        operation = await self._change.as_asked(call.form, access.actor)
        outcome = await self._desk.submit(operation, access.actor, call.view_id)
        return await self._database.read(
            lambda session: answer(session, access.actor, outcome, "the settings stay as they are")
        )

    async def save_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was chosen."""
        wish: WishedSettings = call.form
        project = await self._database.read(lambda session: projects.get(session, wish.project_id))
        if project is None:
            raise problem
        return views.settings_form(await self._overview(actor, project), wish, problem.text)


def _read_settings(call: Call) -> WishedSettings:
    return views.read_settings_form(call.metadata, call.state)


def _project_of_settings(call: Call) -> str:
    wish: WishedSettings = call.form
    return wish.project_id


def _read_choice(call: Call) -> str:
    return views.read_choosing_form(call.state)


def _chosen_id(call: Call) -> str:
    project_id: str = call.form
    return project_id


def _options(session: Session, typed: str) -> list[views.Block]:
    found, _ = projects.search(session, typed, limit=MOST_OPTIONS)
    return views.options(found, accounts.labels(session))


def _current(session: Session, actor: Actor) -> views.Block | None:
    project = projects.chosen(session, actor.team_id, actor.user_id)
    return views.options([project], accounts.labels(session))[0] if project is not None else None


def _read_value(value: str) -> tuple[int, str]:
    number, words = read_page(value)
    return number, words[:WORDS_LONGEST]
