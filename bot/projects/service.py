"""What the lists and pages of projects show, read from the local store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.mirror import fresh
from bot.operation import Actor
from bot.projects.deleting import beyond_us
from bot.projects.operations import Contents
from bot.slack.words import escape, utc
from bot.store import accounts, keys, mirrors, people, projects, requests
from bot.store.projects import Project, ProjectSettings
from bot.vendors import vendor_of

MOST_IN_TABLE = 100_000
TABLE_HEADER = ("Project", "Id", "Live keys", "Account", "Last read")


@dataclass(frozen=True)
class ProjectRow:
    """A project in a list."""

    project_id: str
    name: str
    live_keys: int
    chosen: bool
    account: str = ""


@dataclass(frozen=True)
class ProjectPage:
    """One page of projects; pages count from 1."""

    rows: tuple[ProjectRow, ...]
    total: int
    number: int
    size: int
    words: str
    fresh: str

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True)
class ProjectOverview:
    """One project at a glance, with what its reader may do.

    ``contents`` is None where nobody asked the provider for it, ``account`` empty where there is one only.
    ``beyond_us`` says why Keydesk's credential cannot delete it, if so.
    """

    project_id: str
    name: str
    settings: ProjectSettings
    approvers: str
    live_keys: int
    waiting: int
    chosen: bool
    fresh: str
    offer: str
    account: str = ""
    beyond_us: str | None = None
    contents: Contents | None = None
    may_request: bool = False
    may_list_keys: bool = False
    may_change: bool = False
    may_rename: bool = False
    may_delete: bool = False


def page(session: Session, actor: Actor, words_: str, number: int, size: int) -> ProjectPage:
    """Return a page of projects."""
    found, total = projects.search(session, words_, limit=size, offset=(number - 1) * size)
    if not found and number > 1:  # projects have gone since the page before was drawn
        return page(session, actor, words_, max(1, -(-total // size)), size)
    person = people.get(session, actor.team_id, actor.user_id)
    chosen = person.project_id if person is not None else None
    labels, live = accounts.labels(session), keys.live_counts(session, [project.id for project in found])
    rows = tuple(
        ProjectRow(
            project.id,
            project.name,
            live.get(project.id, 0),
            project.id == chosen,
            labels.get(project.account_id, ""),
        )
        for project in found
    )
    return ProjectPage(rows, total, number, size, words_, freshness(session))


def overview(
    session: Session, desk: Desk, actor: Actor, project: Project, contents: Contents | None = None
) -> ProjectOverview:
    """Return one project at a glance."""
    settings = projects.settings(session, project.id)
    context = desk.policy_context(session, actor.team_id, project.id)
    person = people.get(session, actor.team_id, actor.user_id)
    access, vendor = desk.access(session, actor, project.id), vendor_of(session, project)
    return ProjectOverview(
        project_id=project.id,
        name=project.name,
        settings=settings,
        approvers=words.people_of(session, actor.team_id, context.approvers or context.owners)
        + ("" if context.approvers else " (the owners, as no approver is set)"),
        live_keys=keys.live_count(session, project_id=project.id),
        waiting=requests.waiting_count(session, actor.team_id, project.id),
        chosen=person is not None and person.project_id == project.id,
        fresh=freshness(session),
        offer=f"{vendor.name} offers {vendor.offer}",
        account=accounts.labels(session).get(project.account_id, ""),
        beyond_us=beyond_us(session, project.id),
        contents=contents,
        may_request=access.can("keys.create"),
        may_list_keys=access.can("keys.list"),
        may_change=access.can("projects.settings"),
        may_rename=access.can("projects.rename"),
        may_delete=access.can("projects.delete"),
    )


def table(session: Session, words_: str) -> list[tuple[str, str, int, str, str]]:
    """Return every project that matches as (name, id, live keys, account, time of reading in UTC)."""
    found, _ = projects.search(session, words_, limit=MOST_IN_TABLE)
    live, labels = keys.live_counts(session), accounts.labels(session)
    return [
        (
            project.name,
            project.id,
            live.get(project.id, 0),
            labels.get(project.account_id, accounts.MAIN),
            utc(project.read_at),
        )
        for project in found
    ]


def freshness(session: Session) -> str:
    """Say how old the mirror is, in mrkdwn."""
    unread = [f"the account {escape(name)} could not be read" for name in accounts.in_trouble(session)]
    return " · ".join([fresh(mirrors.get(session, mirrors.PROJECTS)), *unread])
