"""What people type, press and send about invitations."""

from __future__ import annotations

from sqlmodel import Session

from bot.desk.service import Desk
from bot.errors import BotError, CouldNotCheck, FormError, NotAllowed, NotUnderstood
from bot.invites import service, views
from bot.invites.addresses import Sorting, read_domains, read_invitation
from bot.invites.domains import InviteDomainsChange
from bot.invites.entrance import Entrance
from bot.invites.operations import MOST_AT_ONCE, CancelInvite, ChangeInviteDomains, ResendInvite, SendInvites
from bot.invites.sending import already, outside
from bot.operation import Actor
from bot.people import People
from bot.providers.deepgram.powers import limits, may
from bot.slack.call import Call, OpenView
from bot.slack.files import send_table
from bot.slack.names import Command, Door
from bot.slack.pages import WORDS_LONGEST, read_page_in
from bot.slack.web import SlackWeb
from bot.slack.words import count, escape
from bot.store import accounts, invites
from bot.store.database import Database
from bot.store.invites import Invite
from bot.store.projects import Project

TITLE = "Invite"
NOBODY = "Nobody was invited."


class InviteListeners:
    """Answers `/invites`, the same verbs under `/members`, and the buttons of invitations."""

    def __init__(
        self,
        entrance: Entrance,
        desk: Desk,
        database: Database,
        people: People,
        files: SlackWeb,
        change: InviteDomainsChange,
    ) -> None:
        self._entrance = entrance
        self._desk = desk
        self._database = database
        self._people = people
        self._files = files
        self._of_domains = change

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("invites", "list", self.list_invites, "[words]", "open invitations", ("ls", "search")),
                Command("invites", "send", self.send, "[e-mail …] [as scope]", "invite one or many", ("new", "invite")),
                Command("invites", "cancel", self.cancel, "<e-mail>", "take an invitation back", ("delete", "revoke")),
                Command("invites", "resend", self.resend, "<e-mail>", "take it back and send it again"),
                Command("invites", "domains", self.domains, "[domain …]", "whose addresses may be invited"),
                Command("members", "invite", self.send, "[e-mail …] [as scope]", "invite one or many"),
                Command("members", "invites", self.list_invites, "[words]", "open invitations"),
                Command("members", "cancel", self.cancel, "<e-mail>", "take an invitation back"),
                Command("members", "resend", self.resend, "<e-mail>", "send an invitation again"),
            ),
            actions={
                "invites.list": self.turn,
                "invites.refresh": self.refresh,
                "invites.csv": self.send_table,
                "invites.row": self.row,
                "invites.form": self.open_form,
                "invites.domains": self.open_domains,
            },
            views={"invites.form": self.submit_form, "invites.domains": self.submit_domains},
        )

    # --- the list ---

    async def list_invites(self, call: Call) -> None:
        """List the open invitations to the chosen project."""
        actor, project = await self._entrance.enter(call, "invites.list")
        await self._entrance.read_once(call, project)
        await call.show(await self._page(actor, project, call.text.strip()[:WORDS_LONGEST], 1))

    async def turn(self, call: Call) -> None:
        """Show another page; the members' list shows the first one by the same button."""
        number, project_id, words = read_page_in(call.value)
        actor, project = await self._entrance.enter(call, "invites.list", project_id)
        await self._entrance.read_once(call, project)
        await call.show_instead(await self._page(actor, project, words, number))

    async def refresh(self, call: Call) -> None:
        """Read the invitations from the provider now."""
        await self._entrance.read_again(call, "invites.list", self._page)

    async def send_table(self, call: Call) -> None:
        """Send all open invitations as a file."""
        _, project_id, _ = read_page_in(call.value)
        _, project = await self._entrance.enter(call, "invites.list", project_id)
        rows = await self._database.read(lambda session: service.csv_rows(session, project.id))
        comment = f"{count(len(rows), 'open invitation')} to {escape(project.name)}"
        await send_table(self._files, call, "invitations.csv", service.CSV_HEADER, rows, comment)

    async def _page(self, actor: Actor, project: Project, words: str, number: int) -> list[views.Block]:
        page = await self._database.read(
            lambda session: service.page(session, self._desk, actor, project, words, number)
        )
        return views.invite_list(page)

    # --- inviting ---

    async def send(self, call: Call) -> None:
        """Invite who was typed; without a word, open the form."""
        if not call.text.strip():
            await self.open_form(call)
            return
        actor, project = await self._entrance.enter(call, "invites.send")
        emails, scope = read_invitation(call.text)
        if len(emails) > MOST_AT_ONCE:
            raise NotUnderstood(
                f"At most {MOST_AT_ONCE} addresses at once; these are {len(emails)}. Nobody was invited."
            )
        wish = SendInvites(project_id=project.id, emails=emails, scope=scope)
        sorting = await self._database.read(lambda session: self._sorted(session, wish, actor))
        rest = _rest(wish, sorting)
        text = await self._entrance.submit_typed(rest, actor, call.tell) if rest else NOBODY
        await call.tell(escape(f"{project.name}: {text} {already(sorting)}".strip()))

    async def open_form(self, call: Call) -> None:
        """Open the form that invites."""
        opened = await call.open(views.saying(TITLE, "One moment…"))
        actor, project = await self._entrance.enter(call, "invites.send", call.value)
        form = await self._form(actor, project.id)
        if not form.choices:
            role = await self._database.read(lambda session: accounts.our_role(session, project.id))
            raise NotAllowed(limits(role))
        await opened.update(views.invite_form(form))

    async def submit_form(self, call: Call) -> None:
        """Take in the form that invites."""
        project_id = call.metadata
        operation = views.read_invite_form(project_id, call.state)
        opened = await call.ack_update(views.saying(TITLE, "Inviting…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
        except CouldNotCheck as problem:
            await self._bring_back(opened, actor, operation, problem)
            return
        try:
            _, project = await self._entrance.enter(call, "invites.send", project_id)
            operation = operation.model_copy(update={"project_id": project.id})
            sorting = await self._database.read(lambda session: self._sorted(session, operation, actor))
        except (NotAllowed, CouldNotCheck) as problem:  # what was typed must not be lost
            await self._bring_back(opened, actor, operation, problem)
            return
        rest = _rest(operation, sorting)
        text = await self._entrance.submit(rest, actor, opened.view_id) if rest else NOBODY
        await opened.update(views.saying(TITLE, escape(f"{text} {already(sorting)}".strip())))

    async def _bring_back(self, opened: OpenView, actor: Actor, typed: SendInvites, problem: BotError) -> None:
        form = await self._form(actor, typed.project_id)
        plain = views.saying(TITLE, escape(problem.text))
        await opened.update(views.invite_form(form, typed, problem.text) if form.choices else plain)

    def _sorted(self, session: Session, operation: SendInvites, actor: Actor) -> Sorting:
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

    async def _form(self, actor: Actor, project_id: str) -> service.Form:
        return await self._database.read(lambda session: service.form(session, self._desk, actor, project_id))

    # --- one invitation ---

    async def cancel(self, call: Call) -> None:
        """Take back the invitation that was named."""
        actor, invite = await self._named(call, "invites.cancel")
        await self._cancel(call, actor, invite)

    async def resend(self, call: Call) -> None:
        """Send the invitation that was named again."""
        actor, invite = await self._named(call, "invites.resend")
        await self._resend(call, actor, invite)

    async def row(self, call: Call) -> None:
        """Do what was chosen in a row's menu."""
        wish, _, target = call.value.partition(":")
        project_id, _, email = target.partition(":")
        name = "invites.resend" if wish == "resend" else "invites.cancel"
        actor, project = await self._entrance.enter(call, name, project_id)
        invite = await self._database.read(lambda session: service.find(session, project, email))
        await (self._resend if wish == "resend" else self._cancel)(call, actor, invite)

    async def _named(self, call: Call, name: str) -> tuple[Actor, Invite]:
        actor, project = await self._entrance.enter(call, name)
        await self._entrance.read_once(call, project)
        return actor, await self._database.read(lambda session: service.find(session, project, call.text))

    async def _cancel(self, call: Call, actor: Actor, invite: Invite) -> None:
        await self._change(call, actor, invite, CancelInvite(project_id=invite.project_id, email=invite.email))

    async def _resend(self, call: Call, actor: Actor, invite: Invite) -> None:
        await self._change(call, actor, invite, ResendInvite(project_id=invite.project_id, email=invite.email))

    async def _change(self, call: Call, actor: Actor, invite: Invite, operation: CancelInvite | ResendInvite) -> None:
        role = await self._database.read(lambda session: accounts.our_role(session, invite.project_id))
        if not may(role, service.scope_of(invite), "invite"):
            raise NotAllowed(f"{limits(role)} Nothing changed.")
        await call.tell(escape(await self._entrance.submit_typed(operation, actor, call.tell)))

    # --- whose addresses ---

    async def domains(self, call: Call) -> None:
        """Show whose addresses may be invited, or change that to what was typed."""
        actor = await self._people.judge(call.team_id, call.user_id)
        if call.text.strip():
            wish = ChangeInviteDomains(domains=read_domains(call.text))
            await call.tell(escape(await self._set_domains(wish, actor)))
            return
        domains, may_change = await self._database.read(lambda session: self._domains(session, actor))
        await call.show(views.domains_shown(domains, may_change=may_change))

    def _domains(self, session: Session, actor: Actor) -> tuple[tuple[str, ...], bool]:
        self._desk.permit(session, actor, "invites.list")
        return invites.domains(session, actor.team_id), self._desk.may(session, actor, "invites.domains")

    async def open_domains(self, call: Call) -> None:
        """Open the form of allowed domains."""
        opened = await call.open(views.saying("Who may be invited", "One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)

        def read(session: Session) -> tuple[tuple[str, ...], str]:
            self._desk.permit(session, actor, "invites.domains")
            return invites.domains(session, actor.team_id), invites.domains_mark(session, actor.team_id)

        await opened.update(views.domains_form(*await self._database.read(read)))

    async def submit_domains(self, call: Call) -> None:
        """Take in the form of allowed domains."""
        wish = views.read_domains_form(call.metadata, call.state)
        opened = await call.ack_update(views.saying("Who may be invited", "Saving…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        try:
            text = await self._set_domains(wish, actor, opened.view_id)
        except (FormError, CouldNotCheck) as problem:  # what was typed must not be lost
            mark = await self._database.read(lambda session: invites.domains_mark(session, actor.team_id))
            await opened.update(views.domains_form(wish.domains, mark, problem.text, wish.why))
            return
        await opened.update(views.saying("Who may be invited", escape(text)))

    async def _set_domains(self, wish: ChangeInviteDomains, actor: Actor, view_id: str | None = None) -> str:
        operation = await self._of_domains.as_asked(wish, actor)
        outcome = await self._desk.submit(operation, actor, view_id)
        return await self._entrance.outcome(actor, outcome, "the domains stay as they are")


def _rest(operation: SendInvites, sorting: Sorting) -> SendInvites | None:
    """Return the same for those alone whom nothing speaks against, or None."""
    return operation.model_copy(update={"emails": sorting.send}) if sorting.send else None
