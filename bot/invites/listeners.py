"""What people type, press and send about invitations."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import by, chosen, of_page
from bot.desk.lists import ListReading
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import BotError, NotAllowed, NotUnderstood
from bot.invites import service, views
from bot.invites.addresses import Sorting, read_invitation
from bot.invites.operations import MOST_AT_ONCE, CancelInvite, ResendInvite, SendInvites
from bot.invites.sending import already, outside
from bot.operation import Actor, Operation
from bot.providers.roles import limits, may
from bot.providers.values import Invite as Told
from bot.slack.call import Call
from bot.slack.entering import saying
from bot.slack.pages import WORDS_LONGEST, read_page_in
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import count, escape
from bot.store import accounts, invites
from bot.store.database import Database
from bot.store.invites import Invite

TITLE = "Invite"
NOBODY = "Nobody was invited."


class InviteListeners:
    """Answers `/invites`, the same verbs under `/members`, and the buttons of invitations."""

    def __init__(
        self,
        reading: ListReading[Told],
        desk: Desk,
        database: Database,
        exports: Exports,
    ) -> None:
        self._reading = reading
        self._desk = desk
        self._database = database
        self._exports = exports

    def routes(self) -> Routes:
        """Return what this room answers to."""
        list_ = Route(self.list_invites, "invites.list", chosen)
        send = Route(self.send, "invites.send", chosen)
        form = Route(self.open_form, "invites.send", by(_project_of_button), window=TITLE)
        cancel, resend = Route(self.cancel, "invites.cancel", chosen), Route(self.resend, "invites.resend", chosen)
        return Routes(
            commands=(
                Command("invites", "list", list_, "[words]", "open invitations", ("ls", "search"), shows=True),
                Command(
                    "invites",
                    "send",
                    send,
                    "[e-mail …] [as role]",
                    "invite one or many",
                    ("new", "invite"),
                    alone=form,
                ),
                Command("invites", "cancel", cancel, "<e-mail>", "take an invitation back", ("delete", "revoke")),
                Command("invites", "resend", resend, "<e-mail>", "take it back and send it again"),
                Command("members", "invite", send, "[e-mail …] [as role]", "invite one or many", alone=form),
                Command("members", "invites", list_, "[words]", "open invitations", shows=True),
                Command("members", "cancel", cancel, "<e-mail>", "take an invitation back"),
                Command("members", "resend", resend, "<e-mail>", "send an invitation again"),
            ),
            actions={
                "invites.list": Route(self.turn, "invites.list", of_page, in_place=True),
                "invites.refresh": Route(self.refresh, "invites.list", of_page),
                "invites.csv": Route(self.send_table, "invites.list", of_page),
                "invites.row:cancel": Route(self.cancel_row, "invites.cancel", by(_project_of_row)),
                "invites.row:resend": Route(self.resend_row, "invites.resend", by(_project_of_row)),
                "invites.form": form,
            },
            views={"invites.form": self._inviting()},
        )

    def _inviting(self) -> Route:
        return Route(
            self.submit_form,
            "invites.send",
            by(_project_of_form),
            window=TITLE,
            waits="Inviting…",
            reads=_read_form,
            back=self.form_again,
        )

    # --- the list ---

    async def list_invites(self, call: Call, access: Access) -> list[views.Block]:
        """List the open invitations to the chosen project."""
        await self._reading.once(call, access)
        return await self._page(access, call.text.strip()[:WORDS_LONGEST], 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page; the members' list shows the first one by the same button."""
        number, _, words = read_page_in(call.value)
        await self._reading.once(call, access)
        return await self._page(access, words, number)

    async def refresh(self, call: Call, access: Access) -> None:
        """Read the invitations from the provider now."""
        await self._reading.again(call, access, self._page)

    async def send_table(self, call: Call, access: Access) -> None:
        """Send all open invitations as a file."""
        project = access.there
        rows = await self._database.read(lambda session: service.csv_rows(session, project.id))
        comment = f"{count(len(rows), 'open invitation')} to {escape(project.name)}"
        await self._exports.send_table(call, access, "invitations.csv", service.CSV_HEADER, rows, comment)

    async def _page(self, access: Access, words: str, number: int) -> list[views.Block]:
        actor, project = access.actor, access.there
        page = await self._database.read(
            lambda session: service.page(session, self._desk, actor, project, words, number)
        )
        return views.invite_list(page)

    # --- inviting ---

    async def send(self, call: Call, access: Access) -> str:
        """Invite who was typed."""
        project = access.there
        emails, scope = read_invitation(call.text)
        if len(emails) > MOST_AT_ONCE:
            raise NotUnderstood(
                f"At most {MOST_AT_ONCE} addresses at once; these are {len(emails)}. Nobody was invited."
            )
        wish = SendInvites(project_id=project.id, emails=emails, scope=scope)
        sorting = await self._database.read(lambda session: _sorted(session, wish, access.actor))
        rest = _rest(wish, sorting)
        text = await self._submit_typed(rest, access.actor, call) if rest else NOBODY
        return f"{project.name}: {text} {already(sorting)}".strip()

    async def open_form(self, _: Call, access: Access) -> views.Block:
        """Draw the form that invites."""
        form = await self._form(access.actor, access.there.id)
        if not form.choices:
            role = await self._database.read(lambda session: accounts.our_role(session, access.there.id))
            raise NotAllowed(limits(role))
        return views.invite_form(form)

    async def submit_form(self, call: Call, access: Access) -> str:
        """Take in the form that invites."""
        typed: SendInvites = call.form
        operation = typed.model_copy(update={"project_id": access.there.id})
        sorting = await self._database.read(lambda session: _sorted(session, operation, access.actor))
        rest = _rest(operation, sorting)
        text = await self._submit(rest, access.actor, call.view_id) if rest else NOBODY
        return f"{text} {already(sorting)}".strip()

    async def form_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        typed: SendInvites = call.form
        form = await self._form(actor, typed.project_id)
        return views.invite_form(form, typed, problem.text) if form.choices else saying(TITLE, escape(problem.text))

    async def _form(self, actor: Actor, project_id: str) -> service.InviteForm:
        return await self._database.read(lambda session: service.form(session, self._desk, actor, project_id))

    # --- one invitation ---

    async def cancel(self, call: Call, access: Access) -> str:
        """Take back the invitation that was named."""
        return await self._cancel(call, access, await self._named(call, access))

    async def resend(self, call: Call, access: Access) -> str:
        """Send the invitation that was named again."""
        return await self._resend(call, access, await self._named(call, access))

    async def cancel_row(self, call: Call, access: Access) -> str:
        """Take back the invitation of a row; its menu has asked."""
        return await self._cancel(call, access, await self._of_row(call, access))

    async def resend_row(self, call: Call, access: Access) -> str:
        """Send the invitation of a row again; its menu has asked."""
        return await self._resend(call, access, await self._of_row(call, access))

    async def _named(self, call: Call, access: Access) -> Invite:
        await self._reading.once(call, access)
        return await self._database.read(lambda session: service.find(session, access.there, call.text))

    async def _of_row(self, call: Call, access: Access) -> Invite:
        _, _, email = call.value.partition(":")
        return await self._database.read(lambda session: service.find(session, access.there, email))

    async def _cancel(self, call: Call, access: Access, invite: Invite) -> str:
        operation = CancelInvite(project_id=invite.project_id, email=invite.email)
        return await self._change(call, access, invite, operation)

    async def _resend(self, call: Call, access: Access, invite: Invite) -> str:
        operation = ResendInvite(project_id=invite.project_id, email=invite.email)
        return await self._change(call, access, invite, operation)

    async def _change(self, call: Call, access: Access, invite: Invite, operation: CancelInvite | ResendInvite) -> str:
        role = await self._database.read(lambda session: accounts.our_role(session, invite.project_id))
        if not may(role, service.scope_of(invite), "invite"):
            raise NotAllowed(f"{limits(role)} Nothing changed.")
        return await self._submit_typed(operation, access.actor, call)

    async def _submit_typed(self, operation: Operation, actor: Actor, call: Call) -> str:
        """Bring what was typed or pressed to the desk; whoever waits long is told so."""
        return await told_if_slow(self._submit(operation, actor), call.tell, "Asking the provider…")

    async def _submit(self, operation: Operation, actor: Actor, view_id: str | None = None) -> str:
        outcome = await self._desk.submit(operation, actor, view_id)
        return await self._database.read(lambda session: answer(session, actor, outcome, "nobody is invited"))


def _sorted(session: Session, operation: SendInvites, actor: Actor) -> Sorting:
    """Tell who can be invited, as far as the mirrors know.

    Raises:
        NotAllowed: our credential cannot invite with this scope, or an address is outside the allowed domains.
    """
    role = accounts.our_role(session, operation.project_id)
    if not may(role, operation.scope, "invite"):
        raise NotAllowed(f"{limits(role)} Nobody was invited.")
    sorting = service.sorted_out(session, actor, operation.project_id, operation.emails)
    if sorting.outside:
        raise outside(sorting.outside, invites.domains(session, actor.team_id))
    return sorting


def _rest(operation: SendInvites, sorting: Sorting) -> SendInvites | None:
    """Return the same for those alone whom nothing speaks against, or None."""
    return operation.model_copy(update={"emails": sorting.send}) if sorting.send else None


def _project_of_button(call: Call) -> str:
    return call.value


def _project_of_row(call: Call) -> str:
    return call.value.partition(":")[0]


def _project_of_form(call: Call) -> str:
    return call.metadata


def _read_form(call: Call) -> SendInvites:
    return views.read_invite_form(call.metadata, call.state)
