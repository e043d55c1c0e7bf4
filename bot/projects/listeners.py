"""What people type and press to look at projects, to choose one, and to set one up."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.project_names import the_project
from bot.clock import Clock
from bot.desk.entrance import answer
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import CouldNotCheck, FormError
from bot.operation import Actor
from bot.people import People
from bot.projects import contents, service, views
from bot.projects.mirroring import ProjectMirror
from bot.projects.naming import permitted
from bot.projects.operations import Contents
from bot.projects.service import Overview
from bot.projects.settings_change import ProjectSettingsChange
from bot.providers.deepgram.client import Deepgram
from bot.slack.call import Call
from bot.slack.files import send_table
from bot.slack.names import Command, Door
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.waiting import told_if_slow
from bot.slack.web import SlackWeb
from bot.slack.words import count, escape
from bot.store import accounts, projects
from bot.store import people as people_rows
from bot.store.database import Database
from bot.store.projects import Project

PAGE = 10
MOST_OPTIONS = 100
CHOOSING = "Your project"


class ProjectListeners:
    """Answers `/projects list|show|use|settings` and their buttons."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        engine: Engine,
        people: People,
        clock: Clock,
        mirror: ProjectMirror,
        deepgram: Deepgram,
        files: SlackWeb,
        change: ProjectSettingsChange,
    ) -> None:
        self._desk = desk
        self._database = database
        self._engine = engine
        self._people = people
        self._clock = clock
        self._mirror = mirror
        self._deepgram = deepgram
        self._files = files
        self._change = change

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("projects", "list", self.list_projects, "[words]", "all projects", aliases=("ls", "search")),
                Command("projects", "show", self.show, "[name]", "one project at a glance", aliases=("get",)),
                Command("projects", "use", self.use, "<name>", "work in this project from now on", aliases=("select",)),
                Command("projects", "settings", self.settings, "[name]", "approvers, channel and durations"),
            ),
            actions={
                "projects.list": self.turn,
                "projects.refresh": self.refresh,
                "projects.csv": self.send_table,
                "projects.use": self.use_pressed,
                "projects.show": self.show_pressed,
                "projects.settings": self.settings,
                "projects.choose": self.ask_which,
            },
            views={"projects.settings": self.save, "projects.choose": self.chosen},
            options={"projects.choose": self.projects_like},
        )

    # --- the list ---

    async def list_projects(self, call: Call) -> None:
        """List the projects."""
        await call.show(await self._page(await self._reader(call), call.text.strip()[:WORDS_LONGEST], 1))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        number, words = _read_value(call.value)
        await call.show_instead(await self._page(await self._reader(call), words, number))

    async def refresh(self, call: Call) -> None:
        """Read the projects from the provider now."""
        actor = await self._reader(call)
        number, words = _read_value(call.value)
        await call.say_replace("Reading the projects from Deepgram…")
        try:
            await self._mirror.refresh(self._clock.now())
        finally:
            await call.show_instead(await self._page(actor, words, number))

    async def send_table(self, call: Call) -> None:
        """Send the whole list as a file."""
        await self._reader(call)
        _, words = _read_value(call.value)
        rows = await self._database.read(lambda session: service.table(session, words))
        comment = f"{count(len(rows), 'project')}" + (f" that match “{escape(words)}”" if words else "")
        await send_table(self._files, call, "projects.csv", service.TABLE_HEADER, rows, comment)

    async def _reader(self, call: Call) -> Actor:
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._database.read(lambda session: self._desk.permit(session, actor, "projects.list"))
        return actor

    async def _page(self, actor: Actor, words: str, number: int) -> list[views.Block]:
        page = await self._database.read(lambda session: service.page(session, actor, words, number, PAGE))
        return views.project_list(page)

    # --- one project ---

    async def show(self, call: Call) -> None:
        """Show one project."""
        await self._show(call, await self._people.judge(call.team_id, call.user_id), call.text)

    async def show_pressed(self, call: Call) -> None:
        """Show the project whose button was pressed."""
        await self._show(call, await self._people.judge(call.team_id, call.user_id), call.value)

    async def _show(self, call: Call, actor: Actor, wanted: str) -> None:
        project = await self._permitted(actor, "projects.show", wanted)
        words = f"Reading {escape(project.name)} from Deepgram…"
        told = await told_if_slow(contents.read(self._deepgram, project.id), call.tell, words)
        await call.show(views.overview(await self._overview(actor, project, told)))

    async def _permitted(self, actor: Actor, name: str, wanted: str) -> Project:
        return await self._database.read(lambda session: permitted(session, self._desk, actor, name, wanted))

    async def _overview(self, actor: Actor, project: Project, told: Contents | None = None) -> Overview:
        return await self._database.read(lambda session: service.overview(session, self._desk, actor, project, told))

    # --- choosing ---

    async def use(self, call: Call) -> None:
        """Choose the project that was typed."""
        await self._use(call, call.text)

    async def use_pressed(self, call: Call) -> None:
        """Choose the project whose button was pressed."""
        await self._use(call, call.value)

    async def _use(self, call: Call, wanted: str) -> None:
        actor = await self._people.judge(call.team_id, call.user_id)
        project = await self._permitted(actor, "projects.show", wanted)
        await self._choose(actor, project)
        await self._show(call, actor, project.id)

    async def ask_which(self, call: Call) -> None:
        """Open the form in which a project is chosen."""
        opened = await call.open(views.saying(CHOOSING, "One moment…"))
        actor = await self._reader(call)
        current = await self._database.read(lambda session: _current(session, actor))
        await opened.update(views.choosing_form(current))

    async def projects_like(self, call: Call) -> None:
        """Offer projects, from the mirror."""
        if not await self._people.known(call.team_id, call.user_id):
            await call.ack(options=[])
            return
        typed = call.value.strip()
        await call.ack(options=await self._database.read(lambda session: _options(session, typed)))

    async def chosen(self, call: Call) -> None:
        """Choose the project that was taken from the form."""
        wanted = views.read_choosing_form(call.state)
        opened = await call.ack_update(views.saying(CHOOSING, "One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        project = await self._permitted(actor, "projects.show", wanted)
        await self._choose(actor, project)
        await opened.update(views.saying(CHOOSING, f"You work in *{escape(project.name)}* now."))

    async def _choose(self, actor: Actor, project: Project) -> None:
        now = self._clock.now()

        def choose(session: Session) -> None:
            people_rows.choose_project(session, actor.team_id, actor.user_id, project.id)
            self._engine.enqueue(session, Job("home.refresh", actor.user_id), now)

        await self._database.write(choose)

    # --- settings ---

    async def settings(self, call: Call) -> None:
        """Open the settings form, for owners."""
        opened = await call.open(views.saying("Project settings", "One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        project = await self._permitted(actor, "projects.settings", call.value or call.text)
        await opened.update(views.settings_form(await self._overview(actor, project)))

    async def save(self, call: Call) -> None:
        """Save the settings form."""
        wish = views.read_settings_form(call.metadata, call.state)
        opened = await call.ack_update(views.saying("Project settings", "Checking people and channel…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
            operation = await self._change.as_asked(wish, actor)
            outcome = await self._desk.submit(operation, actor, call.view_id)
        except (FormError, CouldNotCheck) as problem:
            # What was chosen must not be lost: the form comes back with what is wrong.
            project = await self._database.read(lambda session: the_project(session, actor, wish.project_id))
            seen = await self._overview(actor, project)
            await opened.update(views.settings_form(seen, wish, problem.text))
            return
        text = await self._database.read(
            lambda session: answer(session, actor, outcome, "the settings stay as they are")
        )
        await opened.update(views.saying("Project settings", escape(text)))


def _options(session: Session, typed: str) -> list[views.Block]:
    found, _ = projects.search(session, typed, limit=MOST_OPTIONS)
    return views.options(found, accounts.labels(session))


def _current(session: Session, actor: Actor) -> views.Block | None:
    project = projects.chosen(session, actor.team_id, actor.user_id)
    return views.options([project], accounts.labels(session))[0] if project is not None else None


def _read_value(value: str) -> tuple[int, str]:
    number, words = read_page(value)
    return number, words[:WORDS_LONGEST]
