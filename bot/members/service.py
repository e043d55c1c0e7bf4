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
from bot.providers.port import Vendor
from bot.providers.roles import ROLES, Action, limits, may
from bot.providers.values import Role
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
class MemberReader:
    """Who looks, and what may be done with whom they see: by their role, and by our credential."""

    desk: Desk
    actor: Actor

    def can(self, session: Session, member: Member, name: str, action: Action) -> bool:
        """Tell whether this person and our credential may both do this to that member, who is not Keydesk itself."""
        return (
            not is_ourselves(session, member)
            and may(accounts.our_role(session, member.project_id), scope_of(member.scopes), action)
            and self.desk.access(session, self.actor, member.project_id).can(name)
        )


@dataclass(frozen=True)
class MemberRow:
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
    page: Page[MemberRow]
    fresh: str
    limits: str
    vendor: Vendor
    may_invite: bool


@dataclass(frozen=True)
class MemberOverview:
    """One member at a glance, with the first of their live keys, each with its owner.

    ``choices`` are the scopes that could be given instead; ``deciders`` could approve a removal. Freshness is mrkdwn.
    """

    row: MemberRow
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


def page(session: Session, reader: MemberReader, project: Project, words_: str, number: int) -> MemberPage:
    """Return a page of members that match the words, or the nearest page that there is."""
    found, total = members.search(session, project.id, words_, limit=SIZE, offset=(number - 1) * SIZE)
    if not found and number > 1:  # members have gone since the page before was drawn
        return page(session, reader, project, words_, max(1, -(-total // SIZE)))
    return _page(session, reader, project, words_, Page(tuple(found), total, number, max(1, -(-total // SIZE))))


def matches(
    session: Session, reader: MemberReader, project: Project, typed: str, found: Sequence[Member]
) -> MemberPage:
    """Return the first of several members whom somebody may have meant."""
    return _page(session, reader, project, typed, Page(tuple(found[:SIZE]), len(found), 1, 1))


def _page(session: Session, reader: MemberReader, project: Project, typed: str, found: Page[Member]) -> MemberPage:
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
        reader.desk.access(session, reader.actor, project.id).can("invites.send"),
    )


def _row(session: Session, reader: MemberReader, member: Member, live: int) -> MemberRow:
    return MemberRow(
        member,
        live,
        is_ourselves(session, member),
        reader.can(session, member, "members.scope", "scope"),
        reader.can(session, member, "members.remove", "remove"),
    )


def overview(session: Session, reader: MemberReader, member: Member) -> MemberOverview:
    """Return one member at a glance."""
    made, live = keys.of_maker(session, member.project_id, member.member_id, member.email, limit=KEYS_SHOWN)
    removal = RemoveMember(project_id=member.project_id, member_id=member.member_id)
    verdict, vendor = reader.desk.judge(session, removal, reader.actor), vendor_of(session, member.project_id)
    return MemberOverview(
        row=_row(session, reader, member, live),
        project=projects.name_of(session, member.project_id),
        keys=tuple((key, _owner(session, reader.actor.team_id, key)) for key in made),
        choices=_choices(session, member),
        deciders=words.people_of(session, reader.actor.team_id, verdict.deciders) if isinstance(verdict, Hold) else "",
        fresh=freshness(session, member.project_id),
        keys_fresh=fresh(mirrors.get(session, mirrors.of_keys(member.project_id)), vendor),
        limits=limits(accounts.our_role(session, member.project_id)),
        vendor=vendor,
    )


def _choices(session: Session, member: Member) -> tuple[Role, ...]:
    now, ours = scope_of(member.scopes), accounts.our_role(session, member.project_id)
    return tuple(scope for scope in ROLES if scope != now and may(ours, now, "scope") and may(ours, scope, "scope"))


def _owner(session: Session, team_id: str, key: Key) -> str:
    return words.people_of(session, team_id, [key.owner]) if key.owner is not None else ""


def freshness(session: Session, project_id: str) -> str:
    """Say how old the list is, in mrkdwn."""
    return fresh(mirrors.get(session, mirrors.of_members(project_id)), vendor_of(session, project_id))


def csv_rows(session: Session, project_id: str) -> list[tuple[object, ...]]:
    """Return all members of a project for a table; see ``CSV_HEADER``."""
    live = keys.live_by_maker(session, project_id)
    return [
        (
            member.first_name,
            member.last_name,
            member.email,
            " ".join(member.scopes),
            _live(live, member),
            member.member_id,
        )
        for member in members.of_project(session, project_id)
    ]


CSV_HEADER = ("First name", "Last name", "E-mail", "Provider role", "Live keys", "Member id")


def _live(live: Counter[str], member: Member) -> int:
    return live[member.member_id] + (live[member.email.lower()] if member.email else 0)


# --- how the desk draws what is held ---


def describe_removal(session: Session, operation: RemoveMember, requester: str) -> Description:
    """Draw a removal for those who decide: above all, which keys die with it."""
    del requester
    project, vendor = projects.name_of(session, operation.project_id), vendor_of(session, operation.project_id)
    made, live = keys.of_maker(session, operation.project_id, operation.member_id, operation.email, limit=KEYS_SHOWN)
    known = members.get(session, operation.project_id, operation.member_id)
    scope = scope_of(known.scopes) if known is not None else "member"
    lost = f"{count(live, 'live key')} of theirs would stop working at once" if live else "They made no live key here"
    return Description(
        title=f"Remove member · {cut(operation.label, PURPOSE_SHOWN)}",
        wish=f"to remove {operation.label} from {project} at {vendor.name}.",
        why=operation.why,
        fields=_fields(session, operation, scope),
        evidence=(
            ("Keys that stop working", _lost(made, live)),
            ("Keys as last read", fresh(mirrors.get(session, mirrors.of_keys(operation.project_id)), vendor)),
        ),
        risk=("High" if live or scope != "member" else "Medium", f"{lost}; it cannot be undone, only invited again."),
    )


def _lost(made: Sequence[Key], live: int) -> str:
    lines = [key_in_list(key, nothing=NO_COMMENT) for key in made]
    lines += [f"and {live - len(made)} more"] if live > len(made) else []
    return "\n".join(lines) or "none"


def describe_scope(session: Session, operation: ChangeMemberScope, requester: str) -> Description:
    """Draw a change of scope for those who decide."""
    del requester
    project, vendor = projects.name_of(session, operation.project_id), vendor_of(session, operation.project_id)
    before = scope_of(operation.before)
    return Description(
        title=f"Provider role · {cut(operation.label, PURPOSE_SHOWN)}",
        wish=f"{operation.label} to be {operation.scope} of {project} at {vendor.name}.",
        why=operation.why,
        fields=(*_fields(session, operation, before), ("New provider role", escape(operation.scope))),
        risk=("High" if operation.scope == "owner" else "Medium", f"from {before} to {operation.scope}"),
    )


def _fields(session: Session, operation: AboutMember, scope: Role) -> tuple[tuple[str, str], ...]:
    vendor = vendor_of(session, operation.project_id)
    return (
        ("Project", f"{vendor.name} · {escape(projects.name_of(session, operation.project_id))}"),
        ("Member", escape(operation.label)),
        ("Provider role", escape(scope)),
        ("Member id", code(operation.member_id)),
    )
