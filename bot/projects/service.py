"""Projects: how they are mirrored, and how their settings change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk import words
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import FormError, NotAllowed, NotUnderstood, ProviderError
from bot.operation import Actor
from bot.people import People
from bot.projects.operations import ChangeProjectSettings
from bot.providers.deepgram.client import Deepgram
from bot.slack.channels import channel_problem
from bot.slack.web import SlackError, SlackWeb
from bot.slack.words import cut, when
from bot.store import keys, mirrors, people, projects, requests
from bot.store.database import Database
from bot.store.projects import Project, ProjectSettings

NAME_LONGEST = 80  # a provider may send anything; ten names must fit into one message
EVERY = timedelta(minutes=10)
AFTER_TROUBLE = timedelta(minutes=1)

log = structlog.get_logger()


class ProjectMirror:
    """Reads the provider's projects into the store, and starts a mirror of the keys of each."""

    def __init__(self, database: Database, engine: Engine, deepgram: Deepgram) -> None:
        self._database = database
        self._engine = engine
        self._deepgram = deepgram

    async def keep_fresh(self, ref: str, now: datetime) -> None:
        """Read all projects, and again in ten minutes; after trouble in one."""
        try:
            await self.refresh(now)
            wait = EVERY
        except ProviderError as problem:
            log.warning("projects.not_mirrored", why=problem.text)
            wait = AFTER_TROUBLE
        again = Job("projects.mirror", ref)
        await self._database.write(lambda session: self._engine.later(session, again, now + wait))

    async def refresh(self, now: datetime) -> None:
        """Read all projects now.

        Raises:
            ProviderError: they could not be read; the mirror says so and stays as it was.
        """
        try:
            listed = await self._deepgram.projects()
        except ProviderError as problem:
            text = problem.text
            await self._database.write(lambda session: mirrors.failed(session, mirrors.PROJECTS, text))
            raise
        pairs = [(project.project_id, cut(project.name, NAME_LONGEST) or project.project_id) for project in listed]
        await self._database.write(lambda session: self._save(session, pairs, now))

    def _save(self, session: Session, listed: list[tuple[str, str]], now: datetime) -> None:
        projects.mirror(session, listed, now)
        mirrors.succeeded(session, mirrors.PROJECTS, now)
        session.flush()
        for project_id, _ in listed:
            if mirrors.get(session, mirrors.of_keys(project_id)).read_at is None:
                self._engine.later(session, Job("keys.mirror", project_id), now)


class ProjectSettingsChange:
    """Carries out `ChangeProjectSettings`."""

    def __init__(self, database: Database, clock: Clock, people_: People, web: SlackWeb) -> None:
        self._database = database
        self._clock = clock
        self._people = people_
        self._web = web

    async def execute(self, operation: ChangeProjectSettings, actor: Actor) -> str:
        """Check the people and the channel as they are now, then save.

        Raises:
            FormError: an approver is no member, the channel cannot be used, or the days do not fit together.
        """
        if operation.recommended_days > operation.most_days:
            raise FormError("recommended_days", "The recommended duration cannot be longer than the longest one.")
        for user_id in operation.approvers:
            await self._check_approver(actor, user_id)
        if operation.channel is not None:
            await self._check_channel(operation.channel)
        return await self._database.write(lambda session: self._save(session, operation, actor))

    async def _check_approver(self, actor: Actor, user_id: str) -> None:
        try:
            await self._people.judge(actor.team_id, user_id)
        except NotAllowed:
            raise FormError("approvers", "Approvers must be full, active members of this workspace.") from None

    async def _check_channel(self, channel: str) -> None:
        try:
            problem = channel_problem(await self._web.channel(channel))
        except SlackError:
            problem = "Keydesk cannot see it. Invite it there first with /invite @Keydesk."
        if problem is not None:
            raise FormError("channel", f"This channel cannot be used. {problem}")

    def _save(self, session: Session, operation: ChangeProjectSettings, actor: Actor) -> str:
        now = self._clock.now()
        if projects.get(session, operation.project_id) is None:
            raise NotUnderstood("This project is no longer there. Nothing changed.")
        before = projects.settings(session, operation.project_id).model_dump(mode="json")
        session.merge(
            ProjectSettings(
                **operation.model_dump(exclude={"approvers"}),
                approvers=list(operation.approvers),
                changed_by=actor.user_id,
                changed_at=now,
            )
        )
        audit.note(
            session,
            actor,
            "projects.settings_changed",
            operation.project_id,
            now,
            project_id=operation.project_id,
            before=before,
            after=operation.model_dump(mode="json"),
        )
        return f"Saved the settings of {projects.name_of(session, operation.project_id)}."


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
    waiting = [held for held in requests.waiting(session, actor.team_id) if held.project_id == project.id]
    return Overview(
        project_id=project.id,
        name=project.name,
        settings=settings,
        approvers=words.people_of(session, actor.team_id, matter.approvers or matter.owners)
        + ("" if matter.approvers else " (the owners, as no approver is set)"),
        live_keys=keys.live_count(session, project_id=project.id),
        waiting=len(waiting),
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
