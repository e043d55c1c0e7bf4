"""Acting once a transaction has committed, and not at all when it rolls back."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import event
from sqlmodel import Session

_WAITING = "keydesk.after_commit"

Action = Callable[[], None]


def after_commit(session: Session, action: Action) -> None:
    """Call ``action`` when the session's outermost transaction commits, in the thread that commits it.

    The rollback of a savepoint drops every action that waits: each must be a short cut to something that
    also happens by itself.
    """
    waiting: list[Action] | None = session.info.get(_WAITING)
    if waiting is None:
        waiting = session.info[_WAITING] = []
        event.listen(session, "after_commit", _act)
        event.listen(session, "after_soft_rollback", _drop)
    waiting.append(action)


def _act(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint's release is not the commit
        return
    waiting: list[Action] = session.info[_WAITING]
    actions = waiting.copy()
    waiting.clear()
    for action in actions:
        action()


def _drop(session: Session, _transaction: object) -> None:
    session.info[_WAITING].clear()
