"""What the lists and pages of projects show, read from the local store."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.slack.words import when
from bot.store import keys, mirrors, people, projects, requests
from bot.store.projects import Project, ProjectSettings


@dataclass(frozen=True)
class Row:
    """A project in a list."""

    project_id: str
    name: str
    live_keys: int
    chosen: bool


@dataclass(frozen=True)
class Page:
    """One page of projects; pages count from 1."""

    rows: tuple[Row, ...]
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
class Overview:
    """One project at a glance. ``may_change`` tells whether the reader may change its settings."""

    project_id: str
    name: str
    settings: ProjectSettings
    approvers: str
    live_keys: int
    waiting: int
    chosen: bool
    may_change: bool
    fresh: str


def page(session: Session, actor: Actor, words_: str, number: int, size: int) -> Page:
    """Return a page of projects."""
    found, total = projects.search(session, words_, limit=size, offset=(number - 1) * size)
    if not found and number > 1:  # projects have gone since the page before was drawn
        return page(session, actor, words_, max(1, -(-total // size)), size)
    person = people.get(session, actor.team_id, actor.user_id)
    chosen = person.project_id if person is not None else None
    rows = tuple(
        Row(project.id, project.name, keys.live_count(session, project_id=project.id), project.id == chosen)
        for project in found
    )
    return Page(rows, total, number, size, words_, freshness(session))


def overview(session: Session, desk: Desk, actor: Actor, project: Project) -> Overview:
    """Return one project at a glance."""
    settings = projects.settings(session, project.id)
    matter = desk.matter(session, actor.team_id, project.id)
    person = people.get(session, actor.team_id, actor.user_id)
    return Overview(
        project_id=project.id,
        name=project.name,
        settings=settings,
        approvers=words.people_of(session, actor.team_id, matter.approvers or matter.owners)
        + ("" if matter.approvers else " (the owners, as no approver is set)"),
        live_keys=keys.live_count(session, project_id=project.id),
        waiting=requests.waiting_count(session, actor.team_id, project.id),
        chosen=person is not None and person.project_id == project.id,
        may_change=actor.user_id in matter.owners,
        fresh=freshness(session),
    )


def the_project(session: Session, actor: Actor, wanted: str) -> Project:
    """Return the project that was named, else the person's own.

    Raises:
        NotUnderstood: no or several projects match, or none is chosen.
    """
    found = (
        projects.named(session, wanted) if wanted.strip() else projects.chosen(session, actor.team_id, actor.user_id)
    )
    if found is not None:
        return found
    if not wanted.strip():
        raise NotUnderstood(
            "You have not chosen a project yet. See them with /projects list, then /projects use <name>."
        )
    _, total = projects.search(session, wanted.strip(), limit=1)
    if total == 0:
        raise NotUnderstood(f"There is no project {wanted[:60]}. /projects list shows all of them.")
    raise NotUnderstood(f"{total} projects match {wanted[:60]}. Type more of the name: /projects list {wanted[:60]}")


def freshness(session: Session) -> str:
    """Say how old the mirror is."""
    mirror = mirrors.get(session, mirrors.PROJECTS)
    read = f"read from Deepgram {when(mirror.read_at)}" if mirror.read_at is not None else "not read from Deepgram yet"
    return f"{read} · the last try failed" if mirror.problem else read
