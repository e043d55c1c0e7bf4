"""What people type and press to look at members."""

from __future__ import annotations

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import by, chosen, of_page
from bot.desk.lists import ListReading
from bot.desk.service import Desk
from bot.members import naming, service, views
from bot.members.lookup import MemberLookup, project_of_button
from bot.members.service import MemberReader
from bot.providers.provider import Provider
from bot.providers.values import Member as Told
from bot.slack.call import Call
from bot.slack.pages import WORDS_LONGEST, read_page_in
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import count, escape
from bot.store.database import Database


class MemberListeners:
    """Answers `/members list|show|scopes` and their buttons."""

    def __init__(
        self,
        lookup: MemberLookup,
        reading: ListReading[Told],
        desk: Desk,
        database: Database,
        provider: Provider,
        exports: Exports,
    ) -> None:
        self._lookup = lookup
        self._reading = reading
        self._desk = desk
        self._database = database
        self._provider = provider
        self._exports = exports

    def routes(self) -> Routes:
        """Return what is answered here."""
        list_ = Route(self.list_members, "members.list", chosen)
        show = Route(self.show, "members.show", chosen)
        scopes = Route(self.scopes, "members.show", chosen)
        return Routes(
            commands=(
                Command(
                    "members", "list", list_, "[words]", "who belongs to your project", ("ls", "search"), shows=True
                ),
                Command(
                    "members", "show", show, "<name or e-mail>", "one member, with their keys", ("get",), shows=True
                ),
                Command("members", "scopes", scopes, "<name>", "what a member may do at the provider", shows=True),
            ),
            actions={
                "members.list": Route(self.turn, "members.list", of_page, in_place=True),
                "members.refresh": Route(self.refresh, "members.list", of_page),
                "members.csv": Route(self.send_table, "members.list", of_page),
                "members.row:show": Route(self.show_pressed, "members.show", by(project_of_button)),
            },
        )

    async def list_members(self, call: Call, access: Access) -> list[views.Block]:
        """List the members of the chosen project."""
        await self._reading.once(call, access)
        return await self._page(access, naming.tidied(call.text)[:WORDS_LONGEST], 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        number, _, words = read_page_in(call.value)
        return await self._page(access, words, number)

    async def refresh(self, call: Call, access: Access) -> None:
        """Read the members from the provider now."""
        await self._reading.again(call, access, self._page)

    async def send_table(self, call: Call, access: Access) -> None:
        """Send all members of the project as a file."""
        project = access.there
        rows = await self._database.read(lambda session: service.csv_rows(session, project.id))
        comment = f"{count(len(rows), 'member')} of {escape(project.name)}"
        await self._exports.send_table(call, access, "members.csv", service.CSV_HEADER, rows, comment)

    async def show(self, call: Call, access: Access) -> list[views.Block] | None:
        """Show the member who was named."""
        member = await self._lookup.named(call, access, "show", call.text)
        return views.details(await self._lookup.overview(access.actor, member)) if member is not None else None

    async def show_pressed(self, call: Call, access: Access) -> list[views.Block]:
        """Show the member of a row."""
        member = await self._lookup.member(call.value)
        return views.details(await self._lookup.overview(access.actor, member))

    async def scopes(self, call: Call, access: Access) -> list[views.Block] | None:
        """Tell a member's scopes as the provider has them now."""
        member = await self._lookup.named(call, access, "scopes", call.text)
        if member is None:
            return None
        reading = self._provider.member_scopes(access.there.id, member.member_id)
        words = f"Reading the scopes of {escape(member.label)} from {access.vendor.name}…"
        told = await told_if_slow(reading, call.tell, words)
        return views.scopes(await self._lookup.overview(access.actor, member), told)

    async def _page(self, access: Access, words: str, number: int) -> list[views.Block]:
        reader, project = MemberReader(self._desk, access.actor), access.there
        page = await self._database.read(lambda session: service.page(session, reader, project, words, number))
        return views.member_list(page)
