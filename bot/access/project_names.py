"""Which project somebody means: names as people type them, and the nearest one where none fits."""

from __future__ import annotations

import difflib

from sqlmodel import Session

from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.slack.words import cut
from bot.store import projects
from bot.store.projects import Project

SHOWN = 60
QUOTES = "\"'`*“”„‘’«»"
ALIKE = 0.6  # of 1.0: one letter wrong in four, or two that changed places


def the_project(session: Session, actor: Actor, wanted: str) -> Project:
    """Return the project that was named, else the person's own.

    Raises:
        NotUnderstood: no or several projects match, or none is chosen; the text tells how to go on.
    """
    typed = tidied(wanted)
    found = projects.named(session, typed) if typed else projects.chosen(session, actor.team_id, actor.user_id)
    if found is not None:
        return found
    if not typed:
        raise NotUnderstood(
            "You have not chosen a project yet. See them with /projects list, then /projects use <name>."
        )
    _, total = projects.search(session, typed, limit=1)
    shown = cut(typed, SHOWN)
    if total:
        raise NotUnderstood(f"{total} projects match {shown}. Type more of the name: /projects list {shown}")
    near = nearest(session, typed)
    suggestion = f" Did you mean {near}?" if near else ""
    raise NotUnderstood(f"There is no project {shown}.{suggestion} /projects list shows all of them.")


def tidied(typed: str) -> str:
    """Return a name without the quotes and spaces that people put around and into it."""
    return " ".join(typed.split()).strip(QUOTES).strip()


def nearest(session: Session, typed: str) -> str | None:
    """Return the name that is most like what was typed, if any is."""
    names = {name.casefold(): name for name in projects.names(session)}
    found = difflib.get_close_matches(typed.casefold(), names, n=1, cutoff=ALIKE)
    return names[found[0]] if found else None
