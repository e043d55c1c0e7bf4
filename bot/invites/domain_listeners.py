"""What people type, press and send about the domains whose addresses may be invited."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.access import Access
from bot.access.places import workspace
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import BotError
from bot.invites import views
from bot.invites.addresses import read_domains
from bot.invites.domains import InviteDomainsChange
from bot.invites.operations import ChangeInviteDomains
from bot.operation import Actor
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.store import invites
from bot.store.database import Database

TITLE = "Who may be invited"


class DomainListeners:
    """Answers `/invites domains`, its button and its form."""

    def __init__(self, desk: Desk, database: Database, change: InviteDomainsChange) -> None:
        self._desk = desk
        self._database = database
        self._change = change

    def routes(self) -> Routes:
        """Return what is answered here."""
        shown = Route(self.show, "invites.list", workspace)
        typed = Route(self.set, "invites.domains", workspace)
        return Routes(
            commands=(
                Command("invites", "domains", typed, "[domain …]", "whose addresses may be invited", alone=shown),
            ),
            actions={"invites.domains": Route(self.ask, "invites.domains", workspace, window=TITLE)},
            views={
                "invites.domains": Route(
                    self.save,
                    "invites.domains",
                    workspace,
                    window=TITLE,
                    waits="Saving…",
                    reads=_read_form,
                    back=self.ask_again,
                )
            },
        )

    async def show(self, _: Call, access: Access) -> list[views.Block]:
        """Show whose addresses may be invited."""
        allowed = await self._database.read(lambda session: invites.domains(session, access.actor.team_id))
        return views.domains_shown(allowed, may_change=access.can("invites.domains"))

    async def set(self, call: Call, access: Access) -> str:
        """Change that to what was typed."""
        return await self._submit(ChangeInviteDomains(domains=read_domains(call.text)), access.actor)

    async def ask(self, _: Call, access: Access) -> views.Block:
        """Draw the form of allowed domains."""
        team_id = access.actor.team_id

        def read(session: Session) -> tuple[tuple[str, ...], str]:
            return invites.domains(session, team_id), invites.domains_mark(session, team_id)

        return views.domains_form(*await self._database.read(read))

    async def save(self, call: Call, access: Access) -> str:
        """Take in the form."""
        return await self._submit(call.form, access.actor, call.view_id)

    async def ask_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        wish: ChangeInviteDomains = call.form
        mark = await self._database.read(lambda session: invites.domains_mark(session, actor.team_id))
        return views.domains_form(wish.domains, mark, problem.text, wish.why)

    async def _submit(self, wish: ChangeInviteDomains, actor: Actor, view_id: str | None = None) -> str:
        operation = await self._change.as_asked(wish, actor)
        outcome = await self._desk.submit(operation, actor, view_id)
        return await self._database.read(lambda s: answer(s, actor, outcome, "the domains stay as they are"))


def _read_form(call: Call) -> ChangeInviteDomains:
    return views.read_domains_form(call.metadata, call.state)
