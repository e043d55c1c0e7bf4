"""In which projects a question is asked."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.access.project_names import the_project
from bot.operation import Actor
from bot.spending.periods import Days
from bot.store.accounts import Account
from bot.store.collected import Which
from bot.store.projects import Project
from bot.usage.figures.question import EVERYWHERE, Question


@dataclass(frozen=True)
class FiguresScope:
    """In which projects; ``project_ids`` None is all of them. ``left_out`` are in customers' own accounts."""

    project_ids: tuple[str, ...] | None = None
    left_out: tuple[str, ...] = ()

    def which(self, days: Days) -> Which:
        """Return all figures of these days."""
        return Which(days.start, days.end, self.project_ids)


def project_of(session: Session, actor: Actor, question: Question) -> Project | None:
    """Return the project in which a question is asked, or None if in all of them.

    Raises:
        NotUnderstood: there is no such project, or none is chosen.
    """
    wanted = question.project or (EVERYWHERE if question.by == "project" else "")
    return None if wanted == EVERYWHERE else the_project(session, actor, wanted)


def everywhere(session: Session) -> FiguresScope:
    """Return all projects but those in customers' own accounts, which are no cost of ours."""
    theirs = select(Project.id).join(Account, col(Project.account_id) == col(Account.id))
    left_out = tuple(session.exec(theirs.where(col(Account.customer).is_not(None)).order_by(col(Project.id))))
    if not left_out:
        return FiguresScope()
    ours = session.exec(select(Project.id).where(col(Project.id).not_in(left_out)))
    return FiguresScope(tuple(ours), left_out)
