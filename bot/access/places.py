"""Where something is needed: how a route finds the project that a call is about.

Each place reads the local store only, and returns a project, or None for the workspace.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from bot.access.project_names import the_project
from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.slack.call import Call
from bot.slack.pages import read_page_in
from bot.store import projects
from bot.store.projects import Project

Find = Callable[[Session, Actor, Call], Project | None]


def workspace(session: Session, actor: Actor, call: Call) -> None:
    """Find none: it is about the workspace."""
    del session, actor, call


def chosen(session: Session, actor: Actor, call: Call) -> Project:
    """Find the project that the person has chosen; raise `NotUnderstood` if none is."""
    del call
    return the_project(session, actor, "")


def chosen_if_any(session: Session, actor: Actor, call: Call) -> Project | None:
    """Find the project that the person has chosen; without one it is about the workspace, and all of its projects."""
    del call
    return projects.chosen(session, actor.team_id, actor.user_id)


def named(session: Session, actor: Actor, call: Call) -> Project:
    """Find the project that was typed or pressed (a name or an id), else the chosen one."""
    return the_project(session, actor, call.text or call.value)


def of_page(session: Session, actor: Actor, call: Call) -> Project:
    """Find the project whose list the pressed button stands under (see `bot.slack.pages.read_page_in`)."""
    return the_project(session, actor, read_page_in(call.value)[1])


def by(read: Callable[[Call], str]) -> Find:
    """Find the project whose name or id is read from the call; the chosen one where that is empty."""
    return lambda session, actor, call: the_project(session, actor, read(call))


def with_id(read: Callable[[Call], str], gone: str) -> Find:
    """Find the project whose id, and no name, is read from the call; raise `NotUnderstood` (``gone``) without one."""

    def find(session: Session, actor: Actor, call: Call) -> Project:
        del actor
        project = projects.get(session, read(call))
        if project is None:
            raise NotUnderstood(gone)
        return project

    return find


def of_row(project_id: Callable[[Session, Actor, Call], str]) -> Find:
    """Find the project of the row that the call is about; ``project_id`` raises `NotUnderstood` if the row is gone.

    What lowers somebody in a project goes on doing so once the provider lists the project no more.
    """
    return lambda session, actor, call: projects.ever(session, project_id(session, actor, call))
