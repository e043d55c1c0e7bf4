"""What the lists and forms of invitations show, read from the local store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.errors import NotUnderstood
from bot.invites.addresses import Sorting, near, sort_out
from bot.invites.operations import SendInvites
from bot.mirror import fresh
from bot.operation import Actor, Description
from bot.policy import Hold
from bot.providers.ids import is_email
from bot.providers.port import Vendor
from bot.providers.roles import ROLES, limits, may, role_of
from bot.providers.values import Role
from bot.slack.pages import SIZE, Page
from bot.slack.typed import as_typed
from bot.slack.words import count, cut, escape, listed, when
from bot.store import accounts, invites, members, mirrors, projects
from bot.store.invites import Invite
from bot.store.projects import Project
from bot.vendors import vendor_of

SHOWN = 60
CSV_HEADER = ("E-mail", "Provider role", "Sent by", "Sent at (UTC)")


@dataclass(frozen=True)
class InviteRow:
    """An open invitation in a list. ``sent`` tells by whom and when (mrkdwn), empty for one not sent from here."""

    invite: Invite
    sent: str
    may_change: bool


@dataclass(frozen=True)
class InvitePage:
    """One page of the open invitations to a project. ``domains`` may be invited, any if there are none."""

    project_id: str
    project: str
    words: str
    page: Page[InviteRow]
    domains: tuple[str, ...]
    fresh: str
    limits: str
    vendor: Vendor
    may_send: bool


@dataclass(frozen=True)
class InviteForm:
    """What the form that invites shows; ``choices`` are the scopes that our credential can give."""

    project_id: str
    project: str
    choices: tuple[Role, ...]
    domains: tuple[str, ...]
    deciders: str


def scope_of(invite: Invite) -> Role:
    """Return the one scope that an invitation gives, as far as Keydesk knows it."""
    return role_of([invite.scope] if invite.scope else []) or "member"


def page(session: Session, desk: Desk, actor: Actor, project: Project, words_: str, number: int) -> InvitePage:
    """Return a page of open invitations, or the nearest page that there is."""
    found, total = invites.search(session, project.id, words_, limit=SIZE, offset=(number - 1) * SIZE)
    if not found and number > 1:  # invitations have gone since the page before was drawn
        return page(session, desk, actor, project, words_, max(1, -(-total // SIZE)))
    role, access = accounts.our_role(session, project.id), desk.access(session, actor, project.id)
    cancels = access.can("invites.cancel")
    vendor = vendor_of(session, project)
    rows = tuple(
        InviteRow(invite, _sent(session, actor, invite), cancels and may(role, scope_of(invite), "invite"))
        for invite in found
    )
    return InvitePage(
        project.id,
        project.name,
        words_,
        Page(rows, total, number, max(1, -(-total // SIZE))),
        invites.domains(session, actor.team_id),
        fresh(mirrors.get(session, mirrors.of_invites(project.id)), vendor),
        limits(role),
        vendor,
        may_send=access.can("invites.send") and may(role, "member", "invite"),
    )


def _sent(session: Session, actor: Actor, invite: Invite) -> str:
    if invite.sent_by is None or invite.sent_at is None:
        return ""
    return f"sent by {escape(words.people_of(session, actor.team_id, [invite.sent_by]))} {when(invite.sent_at)}"


def form(session: Session, desk: Desk, actor: Actor, project_id: str) -> InviteForm:
    """Return what the form that invites shows."""
    role = accounts.our_role(session, project_id)
    powerful = SendInvites(project_id=project_id, emails=("nobody",), scope="admin")
    verdict = desk.judge(session, powerful, actor)
    deciders = verdict.deciders if isinstance(verdict, Hold) else frozenset[str]()
    return InviteForm(
        project_id,
        projects.name_of(session, project_id),
        tuple(scope for scope in ROLES if may(role, scope, "invite")),
        invites.domains(session, actor.team_id),
        words.people_of(session, actor.team_id, deciders) if deciders else "",
    )


def sorted_out(session: Session, actor: Actor, project_id: str, emails: tuple[str, ...]) -> Sorting:
    """Tell which of these addresses can be invited, as far as the mirrors know."""
    return sort_out(
        emails,
        [member.email for member in members.of_project(session, project_id)],
        [invite.email for invite in invites.of_project(session, project_id)],
        invites.domains(session, actor.team_id),
    )


def find(session: Session, project: Project, typed: str) -> Invite:
    """Return the open invitation that was named, by its address or a part of it; a whole address means no other.

    Raises:
        NotUnderstood: none or several match; the text names them, or the nearest.
    """
    wanted = as_typed(typed).strip("\"'`“”<>,; ").casefold()
    if not wanted:
        raise NotUnderstood("Whose invitation? Type the address; /members invites shows those that are open.")
    every = invites.of_project(session, project.id)
    found = [invite for invite in every if invite.email.casefold() == wanted]
    if not found and not is_email(wanted):
        found = [invite for invite in every if wanted in invite.email.casefold()]
    if len(found) == 1:
        return found[0]
    shown = cut(wanted, SHOWN)
    if found:
        named = listed([invite.email for invite in found[:5]] + ([f"{len(found) - 5} more"] if len(found) > 5 else []))
        raise NotUnderstood(f"{count(len(found), 'invitation')} match {shown}: {named}. Type the whole address.")
    meant = near((invite.email for invite in every), typed)
    suggestion = f" Did you mean {meant}?" if meant else ""
    raise NotUnderstood(
        f"{project.name} has no open invitation for {shown}.{suggestion} /members invites shows all of them."
    )


def csv_rows(session: Session, project_id: str) -> list[tuple[object, ...]]:
    """Return all open invitations of a project for a table; see ``CSV_HEADER``."""
    return [
        (invite.email, invite.scope, invite.sent_by, f"{invite.sent_at:%Y-%m-%d %H:%M}" if invite.sent_at else None)
        for invite in invites.of_project(session, project_id)
    ]


def describe(session: Session, operation: SendInvites, requester: str) -> Description:
    """Draw invitations with power for those who decide."""
    del requester
    project, vendor = projects.name_of(session, operation.project_id), vendor_of(session, operation.project_id)
    first = operation.emails[0]
    whom = first if len(operation.emails) == 1 else f"{len(operation.emails)} addresses"
    return Description(
        title=f"Invitation as {operation.scope} · {cut(whom, SHOWN)}",
        wish=f"{listed(operation.emails)} to be invited to {project} at {vendor.name} as {operation.scope}.",
        why=operation.why,
        fields=(
            ("Project", f"{vendor.name} · {escape(project)}"),
            ("Provider role", operation.scope),
            ("Addresses", escape("\n".join(operation.emails))),
        ),
        risk=(
            "High" if operation.scope == "owner" else "Medium",
            f"whoever accepts is {operation.scope} of the project",
        ),
    )
