"""What people type and press about projects."""

from __future__ import annotations

from sqlmodel import Session

from bot.clock import Clock
from bot.desk.service import Desk, Held
from bot.errors import CouldNotCheck, FormError, NotAllowed
from bot.operation import Actor
from bot.people import People
from bot.projects import service, views
from bot.projects.mirroring import ProjectMirror
from bot.projects.service import Overview
from bot.slack.call import Call
from bot.slack.names import Command, Door
from bot.slack.words import escape, fallback_text
from bot.store import people as people_rows
from bot.store.database import Database

PAGE = 10
WORDS_LONGEST = 100


class ProjectListeners:
    """Answers `/projects` and the buttons of projects."""

    def __init__(self, desk: Desk, database: Database, people: People, clock: Clock, mirror: ProjectMirror) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._mirror = mirror

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
                "projects.use": self.use_pressed,
                "projects.show": self.show_pressed,
                "projects.settings": self.settings,
            },
            views={"projects.settings": self.save},
        )

    async def list_projects(self, call: Call) -> None:
        """List the projects."""
        actor = await self._people.judge(call.team_id, call.user_id)
        blocks = await self._page(actor, call.text.strip()[:WORDS_LONGEST], 1)
        await call.tell(fallback_text(blocks), blocks)

    async def turn(self, call: Call) -> None:
        """Show another page."""
        actor = await self._people.judge(call.team_id, call.user_id)
        number, words = _read_value(call.value)
        blocks = await self._page(actor, words, number)
        await call.say_replace(fallback_text(blocks), blocks)

    async def refresh(self, call: Call) -> None:
        """Read the projects from the provider now."""
        actor = await self._people.judge(call.team_id, call.user_id)
        number, words = _read_value(call.value)
        await call.say_replace("Reading the projects from Deepgram…")
        try:
            await self._mirror.refresh(self._clock.now())
        finally:
            blocks = await self._page(actor, words, number)
            await call.say_replace(fallback_text(blocks), blocks)

    async def show(self, call: Call) -> None:
        """Show one project."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._show(call, actor, call.text)

    async def show_pressed(self, call: Call) -> None:
        """Show the project whose button was pressed."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._show(call, actor, call.value)

    async def use(self, call: Call) -> None:
        """Choose the project that was typed."""
        await self._use(call, call.text)

    async def use_pressed(self, call: Call) -> None:
        """Choose the project whose button was pressed."""
        await self._use(call, call.value)

    async def settings(self, call: Call) -> None:
        """Open the settings form, for owners."""
        opened = await call.open(views.saying("Project settings", "One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        seen = await self._overview(actor, call.value or call.text)
        if not seen.may_change:
            raise NotAllowed(f"Only owners of Keydesk can change this. {seen.approvers} approve keys of {seen.name}.")
        await opened.update(views.settings_form(seen))

    async def save(self, call: Call) -> None:
        """Save the settings form."""
        project_id = str((call.view or {}).get("private_metadata", ""))
        operation = views.read_settings_form(project_id, call.state)
        opened = await call.ack_update(views.saying("Project settings", "Checking people and channel…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
            outcome = await self._desk.submit(operation, actor)
        except (FormError, CouldNotCheck) as problem:
            # What was chosen must not be lost: the form comes back with what is wrong.
            seen = await self._overview(actor, project_id)
            await opened.update(views.settings_form(seen, operation, problem.text))
            return
        if not isinstance(outcome, Held):
            await opened.update(views.saying("Project settings", escape(outcome.text)))

    async def _use(self, call: Call, wanted: str) -> None:
        actor = await self._people.judge(call.team_id, call.user_id)

        def choose(session: Session) -> str:
            project = service.the_project(session, actor, wanted)
            people_rows.choose_project(session, actor.team_id, actor.user_id, project.id)
            return project.id

        await self._show(call, actor, await self._database.write(choose))

    async def _show(self, call: Call, actor: Actor, wanted: str) -> None:
        blocks = views.overview(await self._overview(actor, wanted))
        await call.tell(fallback_text(blocks), blocks)

    async def _overview(self, actor: Actor, wanted: str) -> Overview:
        return await self._database.read(
            lambda session: service.overview(session, self._desk, actor, service.the_project(session, actor, wanted))
        )

    async def _page(self, actor: Actor, words: str, number: int) -> list[views.Block]:
        page = await self._database.read(lambda session: service.page(session, actor, words, number, PAGE))
        return views.project_list(page)


def _read_value(value: str) -> tuple[int, str]:
    number, _, words = value.partition(":")
    page = int(number) if number.isascii() and number.isdigit() and len(number) < 7 else 1
    return max(1, page), words[:WORDS_LONGEST]
