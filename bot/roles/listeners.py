"""What people type and press about roles."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from bot.desk.entrance import answer
from bot.desk.service import Desk, Held
from bot.errors import CouldNotCheck, FormError
from bot.groups import Groups
from bot.operation import Actor, Operation
from bot.people import People
from bot.roles import naming, service, views
from bot.roles.changing import RoleChange
from bot.roles.operations import ChangeDefaultRole, SetRole
from bot.slack.call import Call, OpenView
from bot.slack.names import Command, Door
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.words import escape
from bot.store import projects
from bot.store.database import Database

MOST_OPTIONS = 100
ONE_MOMENT = "One moment…"


class RoleListeners:
    """Answers `/keydesk roles`, its buttons and its forms."""

    def __init__(self, desk: Desk, database: Database, people: People, groups: Groups, change: RoleChange) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._groups = groups
        self._change = change

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("roles", "", self.show, "", "your role, and who holds which", slash=False),
                Command("roles", "show", self.show, "[words]", "who holds which role", ("list", "ls"), slash=False),
                Command("roles", "set", self.ask, "[@who role in project]", "give or lower a role", slash=False),
                Command("roles", "default", self.ask_default, "", "the role of everybody else", slash=False),
            ),
            actions={"roles.list": self.turn, "roles.set": self.ask, "roles.default": self.ask_default},
            views={"roles.set": self.set_role, "roles.default": self.set_default},
            options={"roles.group": self.groups_like, "roles.project": self.projects_like},
        )

    # --- looking ---

    async def show(self, call: Call) -> None:
        """Show one's own role, and who holds which."""
        await call.show(await self._page(call, call.text.strip()[:WORDS_LONGEST], 1))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        number, words = read_page(call.value)
        await call.show_instead(await self._page(call, words[:WORDS_LONGEST], number))

    async def _page(self, call: Call, words: str, number: int) -> list[views.Block]:
        actor = await self._people.judge(call.team_id, call.user_id)

        def read(session: Session) -> list[views.Block]:
            self._desk.permit(session, actor, "roles.show")
            return views.overview(service.page(session, self._desk, actor, words, number))

        return await self._database.read(read)

    # --- changing ---

    async def ask(self, call: Call) -> None:
        """Open the form, with what was typed or the row that was pressed."""
        opened = await call.open(views.saying(ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._permit(actor, SetRole.kind)
        no_groups = await self._groups.offered()
        read = self._typed if call.kind == "command" else self._pressed
        await opened.update(await self._form(actor, *await read(call, actor), no_groups))

    async def _typed(self, call: Call, actor: Actor) -> tuple[SetRole, str]:
        await self._people.learn(naming.mentioned(call.text))
        return await self._database.read(lambda session: naming.typed_wish(session, actor.team_id, call.text))

    async def _pressed(self, call: Call, actor: Actor) -> tuple[SetRole, str]:
        return await self._database.read(lambda session: service.pressed(session, actor, call.value)), ""

    async def set_role(self, call: Call) -> None:
        """Take in the form."""
        wish = views.read_set_form(call.state)
        opened = await call.ack_update(views.saying("Checking…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
            operation = await self._change.as_asked(wish, actor)
            await self._submit(call, opened, operation, actor)
        except (FormError, CouldNotCheck) as problem:
            # What was chosen must not be lost: the form comes back with what is wrong.
            await opened.update(await self._form(actor, wish, problem.text))

    async def ask_default(self, call: Call) -> None:
        """Open the form for the default."""
        opened = await call.open(views.saying(ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._permit(actor, ChangeDefaultRole.kind)
        now = await self._database.read(lambda session: self._desk.roles_in(session, actor.team_id).default)
        await opened.update(views.default_form(now.stored))

    async def set_default(self, call: Call) -> None:
        """Take in the new default."""
        operation = views.read_default_form(call.state)
        opened = await call.ack_update(views.saying("Checking…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._submit(call, opened, await self._change.default_as_asked(operation, actor), actor)

    async def _submit(self, call: Call, opened: OpenView, operation: Operation, actor: Actor) -> None:
        outcome = await self._desk.submit(operation, actor, call.view_id)
        if isinstance(outcome, Held):
            said = await self._database.read(lambda session: answer(session, actor, outcome, "roles stay as they are"))
            await opened.update(views.saying(escape(said)))
            return
        await opened.update(views.saying(escape(outcome.text)))

    async def _permit(self, actor: Actor, name: str) -> None:
        await self._database.read(lambda session: self._desk.permit(session, actor, name))

    async def _form(self, actor: Actor, wish: SetRole, problem: str = "", no_groups: str = "") -> views.Block:
        return views.set_form(
            await self._database.read(
                lambda session: service.form(session, self._desk, actor, wish, problem, no_groups)
            )
        )

    # --- choices ---

    async def groups_like(self, call: Call) -> None:
        """Offer user groups, as read when the form was opened."""
        await self._offer(call, lambda session: service.groups_like(session, call.team_id, call.value))

    async def projects_like(self, call: Call) -> None:
        """Offer projects, from the mirror."""

        def like(session: Session) -> list[tuple[str, str]]:
            found, _ = projects.search(session, call.value.strip(), limit=MOST_OPTIONS)
            return [(project.id, project.name) for project in found]

        await self._offer(call, like)

    async def _offer(self, call: Call, find: Callable[[Session], list[tuple[str, str]]]) -> None:
        if not await self._people.known(call.team_id, call.user_id):
            await call.ack(options=[])
            return
        found = await self._database.read(find)
        await call.ack(options=views.options(found[:MOST_OPTIONS]))
