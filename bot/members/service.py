"""What the lists and pages of members show, read from the local store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.members.operations import AboutMember, ChangeMemberScope, RemoveMember, scope_of
from bot.mirror import fresh
from bot.operation import Actor, Description
from bot.policy import Hold
from bot.providers.deepgram.models import Role
from bot.providers.deepgram.powers import ROLES, Action, limits, may
from bot.providers.port import Vendor
from bot.slack.pages import SIZE, Page
from bot.slack.words import code, count, cut, escape
from bot.spending.key_names import key_in_list
from bot.store import accounts, keys, members, mirrors, projects
from bot.store.keys import Key
from bot.store.members import Member
from bot.store.projects import Project
from bot.vendors import vendor_of

KEYS_SHOWN = 8
PURPOSE_SHOWN = 60
NO_COMMENT = "no comment"


@dataclass(frozen=True)
class Reader:
    """Who looks, and what may be done with whom they see: by their role, and by our credential."""

    desk: Desk
    actor: Actor

    def may(self, session: Session, member: Member, name: str, action: Action) -> bool:
        """Tell whether this person and our credential may both do this to that member, who is not Keydesk itself."""
        return (
            not is_ourselves(session, member)
            and may(accounts.our_role(session, member.project_id), scope_of(member.scopes), action)
            and self.desk.access(session, self.actor, member.project_id).can(name)
        )


@dataclass(frozen=True)
class Row:
    """A member in a list, with what may be done with them."""

    member: Member
    live_keys: int
    ourselves: bool
    may_scope: bool
    may_remove: bool


@dataclass(frozen=True)
class MemberPage:
    """One page of the members of a project. ``words`` is what was searched for, ``limits`` what we cannot do."""

    project_id: str
    project: str
    words: str
    page: Page[Row]
    fresh: str
    limits: str
    vendor: Vendor
    may_invite: bool


@dataclass(frozen=True)
class Overview:
    """One member at a glance, with the first of their live keys, each with its owner.

    ``choices`` are the scopes that could be given instead; ``deciders`` could approve a removal. Freshness is mrkdwn.
    """

    row: Row
    project: str
    keys: tuple[tuple[Key, str], ...]
    choices: tuple[Role, ...]
    deciders: str
    fresh: str
    keys_fresh: str
    limits: str
    vendor: Vendor


def is_ourselves(session: Session, member: Member) -> bool:
    """Tell whether this member is the one that Keydesk's own key belongs to, as last learnt."""
    account = accounts.opening(session, member.project_id)
    return account is not None and account.member_id == member.member_id


def page(session: Session, reader: Reader, project: Project, words_: str, number: int) -> MemberPage:
    """Return a page of members that match the words, or the nearest page that there is."""
    found, total = members.search(session, project.id, words_, limit=SIZE, offset=(number - 1) * SIZE)
    if not found and number > 1:  # members have gone since the page before was drawn
        return page(session, reader, project, words_, max(1, -(-total // SIZE)))
    return _page(session, reader, project, words_, Page(tuple(found), total, number, max(1, -(-total // SIZE))))


def matches(session: Session, reader: Reader, project: Project, typed: str, found: Sequence[Member]) -> MemberPage:
    """Return the first of several members whom somebody may have meant."""
    return _page(session, reader, project, typed, Page(tuple(found[:SIZE]), len(found), 1, 1))


def _page(session: Session, reader: Reader, project: Project, typed: str, found: Page[Member]) -> MemberPage:
    live = keys.live_by_maker(session, project.id)
    rows = tuple(_row(session, reader, member, _live(live, member)) for member in found.items)
    return MemberPage(
        project.id,
        project.name,
        typed,
        Page(rows, found.total, found.number, found.pages),
        freshness(session, project.id),
        limits(accounts.our_role(session, project.id)),
        vendor_of(session, project),
