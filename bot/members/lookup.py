"""Which member somebody means: the one who was named, or whose button was pressed."""

from __future__ import annotations

from bot.access.access import Access
from bot.desk.lists import ListReading
from bot.desk.service import Desk
from bot.errors import NotUnderstood
from bot.members import naming, service, views
from bot.members.service import MemberOverview, MemberReader
from bot.operation import Actor
from bot.providers.values import Member as Told
from bot.slack.call import Call
from bot.slack.pages import WORDS_LONGEST
from bot.store import members
from bot.store.database import Database
from bot.store.members import Member


class MemberLookup:
    """Finds members, and what is to be known of them."""

    def __init__(self, desk: Desk, database: Database, reading: ListReading[Told]) -> None:
        self._desk = desk
        self._database = database
        self._reading = reading

    async def named(self, call: Call, access: Access, verb: str, typed: str) -> Member | None:
        """Return the one member who was meant; where several may be, list them and return None.

        Raises:
            NotUnderstood: nobody is called so; the text names the nearest.
        """
        if not naming.tidied(typed):
            raise NotUnderstood(f"Which member? Type /members {verb} <name or e-mail>; /members list shows all.")
        project = access.there
        await self._reading.once(call, access)
        every = await self._database.read(lambda session: members.of_project(session, project.id))
        found = naming.meant(every, typed)
        if not found:
            raise naming.unknown(every, typed, project.name)
        if len(found) == 1:
            return found[0]
        reader, words = MemberReader(self._desk, access.actor), naming.tidied(typed)[:WORDS_LONGEST]
        page = await self._database.read(lambda session: service.matches(session, reader, project, words, found))
        await call.show(views.member_list(page))
        return None

    async def member(self, value: str) -> Member:
        """Return the member whom a button or a form names.

        Raises:
            NotUnderstood: they are gone.
        """
        project_id, member_id = views.read_target(value)
        member = await self._database.read(lambda session: members.get(session, project_id, member_id))
        if member is None:
            raise NotUnderstood("This member is not in the project any more. Nothing changed.")
        return member

    async def overview(self, actor: Actor, member: Member) -> MemberOverview:
        """Return one member at a glance."""
        reader = MemberReader(self._desk, actor)
        return await self._database.read(lambda session: service.overview(session, reader, member))


def project_of_button(call: Call) -> str:
    """Return the id of the project whose member a button is about."""
    return views.read_target(call.value)[0]


def project_of_form(call: Call) -> str:
    """Return the id of the project whose member a form is about."""
    return views.read_target(call.metadata)[0]
