"""What people type and press about roles."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.access import Access
from bot.access.places import of_row, workspace
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import BotError
from bot.groups import Groups
from bot.operation import Actor, Operation
from bot.people import People
from bot.roles import naming, service, views
from bot.roles.changing import RoleChange
from bot.roles.operations import ChangeDefaultRole, SetRole
from bot.slack.call import Call
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.store import projects
from bot.store.database import Database

MOST_OPTIONS = 100
TITLE, CHECKING = "Roles", "Checking…"


class RoleListeners:
    """Answers `/keydesk roles`, its buttons and its forms."""

    def __init__(self, desk: Desk, database: Database, people: People, groups: Groups, change: RoleChange) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._groups = groups
        self._change = change

    def routes(self) -> Routes:
        """Return what this room answers to."""
        show = Route(self.show, "roles.show", workspace)
        typed = Route(self.ask, "roles.set", workspace, window=TITLE)
        pressed = Route(self.ask_about_row, "roles.set", workspace, window=TITLE)
        default = Route(self.ask_default, "roles.default", workspace, window=TITLE)
        return Routes(
            commands=(
                Command("roles", "", show, "", "your role, and who holds which", slash=False),
                Command(
                    "roles", "show", show, "[words]", "who holds which role", ("list", "ls"), slash=False, shows=True
                ),
                Command("roles", "set", typed, "[@who role in project]", "give or lower a role", slash=False),
                Command("roles", "default", default, "", "the role of everybody else", slash=False),
            ),
            actions={
                "roles.list": Route(self.turn, "roles.show", workspace, in_place=True),
                "roles.set": pressed,
                "roles.default": default,
            },
            views={"roles.set": self._setting(), "roles.default": self._setting_default()},
            options={
                "roles.group": Route(self.groups_like, "roles.set", workspace),
                "roles.project": Route(self.projects_like, "roles.set", workspace),
            },
        )

    def _setting(self) -> Route:
        return Route(
            self.set_role,
            "roles.set",
            of_row(_project_of_form),
            window=TITLE,
            waits=CHECKING,
            reads=_read_form,
            back=self.set_again,
        )

    def _setting_default(self) -> Route:
        return Route(
            self.set_default, "roles.default", workspace, window=TITLE, waits=CHECKING, reads=_read_default_form
        )

    # --- looking ---

    async def show(self, call: Call, access: Access) -> list[views.Block]:
        """Show one's own role, and who holds which."""
        return await self._page(access, call.text.strip()[:WORDS_LONGEST], 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        number, words = read_page(call.value)
        return await self._page(access, words[:WORDS_LONGEST], number)

    async def _page(self, access: Access, words: str, number: int) -> list[views.Block]:
        return views.overview(
            await self._database.read(lambda session: service.page(session, self._desk, access.actor, words, number))
        )

    # --- changing ---

    async def ask(self, call: Call, access: Access) -> views.Block:
        """Draw the form, with what was typed."""
        no_groups, team_id = await self._groups.offered(), access.actor.team_id
        await self._people.load_profiles(naming.mentioned(call.text))
        wish, problem = await self._database.read(lambda session: naming.typed_wish(session, team_id, call.text))
        return await self._form(access.actor, wish, problem, no_groups)

    async def ask_about_row(self, call: Call, access: Access) -> views.Block:
        """Draw the form, with the row that was pressed."""
        no_groups = await self._groups.offered()
        wish = await self._database.read(lambda session: service.pressed(session, access.actor, call.value))
        return await self._form(access.actor, wish, no_groups=no_groups)

    async def set_role(self, call: Call, access: Access) -> str:
        """Take in the form."""
        return await self._submit(call, await self._change.as_asked(call.form, access.actor), access.actor)

    async def set_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was chosen."""
        return await self._form(actor, call.form, problem.text)

    async def ask_default(self, _: Call, access: Access) -> views.Block:
        """Draw the form for the default."""
        return views.default_form(access.roles.default.stored)

    async def set_default(self, call: Call, access: Access) -> str:
        """Take in the new default."""
        return await self._submit(call, await self._change.default_as_asked(call.form, access.actor), access.actor)

    async def _submit(self, call: Call, operation: Operation, actor: Actor) -> str:
        outcome = await self._desk.submit(operation, actor, call.view_id)
        return await self._database.read(lambda session: answer(session, actor, outcome, "roles stay as they are"))

    async def _form(self, actor: Actor, wish: SetRole, problem: str = "", no_groups: str = "") -> views.Block:
        return views.set_form(
            await self._database.read(
                lambda session: service.form(session, self._desk, actor, wish, problem, no_groups)
            )
        )

    # --- choices ---

    async def groups_like(self, call: Call, _: Access) -> list[views.Block]:
        """Offer user groups, as read when the form was opened."""
        found = await self._database.read(lambda session: service.groups_like(session, call.team_id, call.value))
        return views.options(found[:MOST_OPTIONS])

    async def projects_like(self, call: Call, _: Access) -> list[views.Block]:
        """Offer projects, from the mirror."""
        words = call.value.strip()
        found, _total = await self._database.read(lambda session: projects.search(session, words, limit=MOST_OPTIONS))
        return views.options([(project.id, project.name) for project in found])


def _read_form(call: Call) -> SetRole:
    return views.read_set_form(call.state)


def _read_default_form(call: Call) -> ChangeDefaultRole:
    return views.read_default_form(call.state)


def _project_of_form(session: Session, actor: Actor, call: Call) -> str:
    del session, actor
    wish: SetRole = call.form
    return wish.project_id
