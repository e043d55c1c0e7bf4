"""Projects: the local mirror of the provider's list, and what owners set for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import JSON, func
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import people
from bot.store.columns import FIRST_PROVIDER, UTCDateTime, mark, no_list
from bot.store.database import once

RECOMMENDED_DAYS = 30
MOST_DAYS = 90


class Project(SQLModel, table=True):
    """A project as the provider last listed it; ``gone_at`` is set when it is listed no more.

    ``account_id`` is the account whose credential opens it (`bot.store.accounts`); None means the main one.
    """

    __tablename__ = "projects"

    id: str = Field(primary_key=True)
    name: str
    provider: str = Field(default=FIRST_PROVIDER, sa_column_kwargs={"server_default": FIRST_PROVIDER})
    read_at: datetime = Field(sa_type=UTCDateTime)
    gone_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    account_id: str | None = Field(default=None, index=True)


class ProjectSettings(SQLModel, table=True):
    """What owners set for a project; a project without a row has these defaults."""

    __tablename__ = "project_settings"

    project_id: str = Field(primary_key=True)
    approvers: list[str] = Field(default_factory=no_list, sa_type=JSON)
    channel: str | None = None
    recommended_days: int = RECOMMENDED_DAYS
    most_days: int = MOST_DAYS
    changed_by: str | None = None
    changed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    @property
    def mark(self) -> str:
        """What tells these settings from later ones."""
        return mark(self.changed_at)


def get(session: Session, project_id: str) -> Project | None:
    """Return the project if the mirror knows it and it is not gone."""
    project = ever(session, project_id)
    return project if project is not None and project.gone_at is None else None


def ever(session: Session, project_id: str) -> Project | None:
    """Return a project, whether or not the provider still lists it; None of an id that was never one."""
    return once(session, (Project, project_id), lambda: session.get(Project, project_id))


def provider_of(session: Session, project_id: str) -> str:
    """Return the vendor's id of a project; of one that was never listed, the first provider's."""
    project = ever(session, project_id)
    return project.provider if project is not None else FIRST_PROVIDER


def remember(session: Session, project_id: str, project: Project | None, settings: ProjectSettings | None) -> None:
    """Remember the rows of a project, as another statement has just read them, as `bot.store.database.once` does."""
    once(session, (Project, project_id), lambda: project)
    once(session, (ProjectSettings, project_id), lambda: settings or _defaults(project_id))


def _defaults(project_id: str) -> ProjectSettings:
    return ProjectSettings(project_id=project_id, approvers=[])


def name_of(session: Session, project_id: str) -> str:
    """Return the project's name, also of one that is gone, or its id if it was never listed."""
    project = ever(session, project_id)
    return project.name if project is not None else project_id


def names_by_id(session: Session, *, live: bool = False) -> dict[str, str]:
    """Return the name of every project that was ever listed, or of those that are still there."""
    found = select(Project.id, Project.name)
    return dict(session.exec(found.where(col(Project.gone_at).is_(None)) if live else found).all())


def settings(session: Session, project_id: str, *, to_change: bool = False) -> ProjectSettings:
    """Return the project's settings, or the defaults; ``to_change`` keeps others from changing them meanwhile."""

    def read() -> ProjectSettings:
        found = session.get(ProjectSettings, project_id, with_for_update=to_change)
        return found or _defaults(project_id)

    return read() if to_change else once(session, (ProjectSettings, project_id), read)


def all_approvers(session: Session) -> set[str]:
    """Return everybody who approves in any project."""
    return {user_id for listed in session.exec(select(ProjectSettings.approvers)) for user_id in listed}


def approvers_by_project(session: Session) -> list[tuple[str, list[str]]]:
    """Return who approves, as (project id, user ids), for every project that has settings."""
    found = session.exec(select(ProjectSettings.project_id, ProjectSettings.approvers))
    return [(project_id, list(listed)) for project_id, listed in found]


def search(
    session: Session, words: str = "", *, limit: int, offset: int = 0, providers: Collection[str] | None = None
) -> tuple[list[Project], int]:
    """Return a page of live projects whose name or id holds ``words``, by name, and how many there are in all.

    ``providers`` are the vendors' ids whose projects are looked for; None means all.
    """
    found = select(Project).where(col(Project.gone_at).is_(None))
    if providers is not None:
        found = found.where(col(Project.provider).in_(providers))
    if words:
        found = found.where(
            func.lower(col(Project.name)).contains(words.lower(), autoescape=True) | (col(Project.id) == words)
        )
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    page = found.order_by(func.lower(col(Project.name)), col(Project.id)).limit(limit).offset(offset)
    return list(session.exec(page)), total


def of_account(session: Session, account_id: str) -> list[Project]:
    """Return the live projects of an account beside the main one, by name."""
    found = select(Project).where(col(Project.gone_at).is_(None), col(Project.account_id) == account_id)
    return list(session.exec(found.order_by(func.lower(col(Project.name)), col(Project.id))))


def of_providers(session: Session, providers: Collection[str]) -> set[str]:
    """Return the ids of the projects, gone ones too, that are at one of these providers."""
    return set(session.exec(select(Project.id).where(col(Project.provider).in_(providers))))


def elsewhere(session: Session, providers: Collection[str]) -> set[str]:
    """Return the ids of the projects, gone ones too, that are at none of these providers."""
    return set(session.exec(select(Project.id).where(col(Project.provider).not_in(providers))))


def gone_ids(session: Session) -> list[str]:
    """Return the projects that are listed no more."""
    return list(session.exec(select(Project.id).where(col(Project.gone_at).is_not(None))))


def names(session: Session) -> list[str]:
    """Return the names of all live projects."""
    return list(session.exec(select(Project.name).where(col(Project.gone_at).is_(None))))


def named(session: Session, wanted: str) -> Project | None:
    """Return the project with this id or name, or the only one whose name holds the words."""
    wanted = wanted.strip()
    exact = get(session, wanted)
    if exact is not None or not wanted:
        return exact
    found, total = search(session, wanted, limit=100)
    same = [project for project in found if project.name.lower() == wanted.lower()]
    if len(same) == 1:
        return same[0]
    return found[0] if total == 1 else None


def chosen(session: Session, team_id: str, user_id: str) -> Project | None:
    """Return the project that this person chose, while it is still there; else the only one there is."""
    person = people.get(session, team_id, user_id)
    project = get(session, person.project_id) if person is not None and person.project_id is not None else None
    if project is not None:
        return project
    found, total = search(session, limit=1)
    return found[0] if total == 1 else None


def mirror(
    session: Session,
    listed: Iterable[tuple[str, str]],
    began: datetime,
    *,
    account_id: str | None = None,
    provider: str = FIRST_PROVIDER,
    whole: bool = True,
) -> None:
    """Make the mirror of one account equal to the provider's list of (id, name), as it was when its reading ``began``.

    A project that was renamed or deleted from here since stays as it is. One that two accounts list stays with the
    one that listed it first, until that one lists it no more. Nothing is gone because a list that is not ``whole``
    does not hold it.
    """
    names = dict(listed)
    known = {project.id: project for project in session.exec(select(Project))}
    for project_id, name in names.items():
        project = known.get(project_id) or Project(
            id=project_id, name=name, provider=provider, read_at=began, account_id=account_id
        )
        if (project.gone_at is not None or project.account_id == account_id) and not _changed_since(project, began):
            project.name, project.read_at, project.gone_at, project.account_id = name, began, None, account_id
            project.provider = provider
            session.add(project)
    for project_id, project in known.items() if whole else ():
        ours = project.account_id == account_id and not _changed_since(project, began)
        if project_id not in names and ours and project.gone_at is None:
            project.gone_at = began


def _changed_since(project: Project, began: datetime) -> bool:
    return project.read_at > began or (project.gone_at is not None and project.gone_at > began)


def renamed(session: Session, project_id: str, name: str, now: datetime) -> None:
    """Note that a project has another name at the provider."""
    project = session.get(Project, project_id)
    if project is not None:
        project.name, project.read_at = name, now


def deleted(session: Session, project_id: str, now: datetime) -> None:
    """Note that a project is gone at the provider."""
    project = get(session, project_id)
    if project is not None:
        project.gone_at = now
