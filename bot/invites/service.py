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
from bot.providers.deepgram.ids import is_email
from bot.providers.deepgram.models import Role
from bot.providers.deepgram.powers import ROLES, limits, may, role_of
from bot.providers.port import Vendor
from bot.slack.pages import SIZE, Page
from bot.slack.typed import as_typed
from bot.slack.words import count, cut, escape, listed, when
from bot.store import accounts, invites, members, mirrors, projects
from bot.store.invites import Invite
from bot.store.projects import Project
from bot.vendors import vendor_of

SHOWN = 60
CSV_HEADER = ("E-mail", "Scope", "Sent by", "Sent at (UTC)")


@dataclass(frozen=True)
class Row:
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
    page: Page[Row]
    domains: tuple[str, ...]
    fresh: str
    limits: str
    vendor: Vendor
    may_send: bool


@dataclass(frozen=True)
class Form:
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
    vendor = vendor_of(session, project)
