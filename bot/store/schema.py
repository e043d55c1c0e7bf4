"""The schema's history: bring a database up to it, and tell whether it is."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.store.database import Database


def configuration() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    configured = Config()
    configured.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return configured


def upgrade(database: Database) -> None:
    """Bring the database to the newest schema."""
    configured = configuration()
    with database.engine.begin() as connection:
        configured.attributes["connection"] = connection
        command.upgrade(configured, "head")


def newest() -> str:
    """Return the newest revision that this program knows."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    if head is None:
        raise RuntimeError("the program holds no migrations")
    return head


def current(database: Database) -> str | None:
    """Return the database's revision, or None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def is_current(database: Database) -> bool:
    """Tell whether the database has exactly the schema that this program was written for."""
    return current(database) == newest()
