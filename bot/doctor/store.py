"""What `keydesk doctor` looks at in the database."""

from __future__ import annotations

import stat

from sqlalchemy.exc import SQLAlchemyError

from bot.home.check import Check
from bot.store import schema
from bot.store.database import Database


def is_there(database: Database) -> bool:
    """Tell whether there is a database to look at; to connect to a missing SQLite file would make it."""
    return database.file is None or database.file.exists()


def database_checks(database: Database) -> list[Check]:
    """Look at the database: that it is there, as this version needs it, and who may read its file."""
    if not is_there(database):
        return [Check("database", False, f"{database.file} is not there yet: run keydesk init")]
    try:
        database.answers()
        current = schema.is_current(database)
    except SQLAlchemyError as problem:
        return [Check("database", False, f"does not answer ({type(problem).__name__}): check DATABASE_URL")]
    return [
        Check("database", True, f"{database.url.get_backend_name()} answers"),
        *_readers(database),
        Check(
            "migrations",
            current,
            "current" if current else "not this Keydesk's schema: run keydesk migrate",
        ),
    ]


def _readers(database: Database) -> list[Check]:
    """Say whether somebody else on this machine may read the file: it holds who wanted what."""
    if database.file is None:
        return []
    alone = not stat.S_IMODE(database.file.stat().st_mode) & 0o077
    others = f"others on this machine may read it: chmod 600 {database.file}*"
    return [Check("database file", alone, "readable by its owner alone" if alone else others)]


def has_schema(database: Database) -> bool:
    """Tell whether there are tables, as this version needs them."""
    try:
        return is_there(database) and schema.is_current(database)
    except SQLAlchemyError:
        return False
