"""Updates and deletions of the rows that meet conditions; rows that the session has read stay as they were."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlmodel import Session, SQLModel


def changed(session: Session, table: type[SQLModel], /, *where: Any, **values: Any) -> bool:
    """Change one row if it is as it was read: of many who try at once this is True for one."""
    return change(session, table, *where, **values) == 1


def change(session: Session, table: type[SQLModel], /, *where: Any, **values: Any) -> int:
    """Change all rows that meet every condition, and return how many they were."""
    return _rows(session, sqlalchemy.update(table).where(*where).values(**values))


def delete(session: Session, table: type[SQLModel], /, *where: Any) -> int:
    """Delete all rows that meet every condition, and return how many they were."""
    return _rows(session, sqlalchemy.delete(table).where(*where))


def _rows(session: Session, statement: sqlalchemy.Update | sqlalchemy.Delete) -> int:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return int(done.rowcount)  # type: ignore[attr-defined] # what an UPDATE or DELETE returns is a CursorResult
