"""What people type and press to look at members."""

from __future__ import annotations

from bot.desk.service import Desk
from bot.members import naming, service, views
from bot.members.entrance import Entrance
from bot.members.service import Reader
from bot.operation import Actor
from bot.providers.deepgram.client import Deepgram
from bot.slack.call import Call
from bot.slack.files import send_table
from bot.slack.names import Command, Door
from bot.slack.pages import WORDS_LONGEST, read_page_in
from bot.slack.waiting import told_if_slow
from bot.slack.web import SlackWeb
from bot.slack.words import count, escape
from bot.store.database import Database
from bot.store.projects import Project


class MemberListeners:
    """Answers `/members list|show|scopes` and their buttons."""

    def __init__(
        self,
        entrance: Entrance,
        desk: Desk,
        database: Database,
        deepgram: Deepgram,
        files: SlackWeb,
    ) -> None:
        self._entrance = entrance
        self._desk = desk
        self._database = database
        self._deepgram = deepgram
        self._files = files

    def door(self) -> Door:
        """Return what is answered here."""
        return Door(
            commands=(
                Command(
                    "members", "list", self.list_members, "[words]", "who belongs to your project", ("ls", "search")
                ),
                Command("members", "show", self.show, "<name or e-mail>", "one member, with their keys", ("get",)),
                Command("members", "scopes", self.scopes, "<name>", "what a member may do at Deepgram"),
            ),
            actions={
                "members.list": self.turn,
                "members.refresh": self.refresh,
                "members.csv": self.send_table,
            },
        )

    async def list_members(self, call: Call) -> None:
        """List the members of the chosen project."""
        actor, project = await self._entrance.enter(call, "members.list")
        await self._entrance.read_once(call, project)
        await call.show(await self._page(actor, project, naming.tidied(call.text)[:WORDS_LONGEST], 1))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        number, project_id, words = read_page_in(call.value)
        actor, project = await self._entrance.enter(call, "members.list", project_id)
        await call.show_instead(await self._page(actor, project, words, number))

    async def refresh(self, call: Call) -> None:
        """Read the members from the provider now."""
        await self._entrance.read_again(call, "members.list", self._page)

    async def send_table(self, call: Call) -> None:
        """Send all members of the project as a file."""
        _, project_id, _ = read_page_in(call.value)
        _, project = await self._entrance.enter(call, "members.list", project_id)
        rows = await self._database.read(lambda session: service.csv_rows(session, project.id))
        comment = f"{count(len(rows), 'member')} of {escape(project.name)}"
        await send_table(self._files, call, "members.csv", service.CSV_HEADER, rows, comment)

    async def show(self, call: Call) -> None:
        """Show the member who was named."""
        actor, project = await self._entrance.enter(call, "members.show")
        member = await self._entrance.named(call, actor, project, "show", call.text)
        if member is not None:
            await call.show(views.details(await self._entrance.overview(actor, member)))

    async def scopes(self, call: Call) -> None:
        """Tell a member's scopes as the provider has them now."""
        actor, project = await self._entrance.enter(call, "members.show")
        member = await self._entrance.named(call, actor, project, "scopes", call.text)
        if member is None:
            return
        reading = self._deepgram.member_scopes(project.id, member.member_id)
        told = await told_if_slow(reading, call.tell, f"Reading the scopes of {escape(member.label)} from Deepgram…")
        await call.show(views.scopes(await self._entrance.overview(actor, member), told))

    async def _page(self, actor: Actor, project: Project, words: str, number: int) -> list[views.Block]:
        reader = Reader(self._desk, actor)
        page = await self._database.read(lambda session: service.page(session, reader, project, words, number))
        return views.member_list(page)
