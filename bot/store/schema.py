"""The schema's history: bring a database up to it, and tell whether it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


class NewerSchema(Exception):
    """The database was made by a newer Keydesk."""


MIGRATIONS = Path(__file__).parent / "migrations"


def configuration() -> Config:
    """Return Alembic's configuration; there is no ini file."""
    from alembic.config import Config  # noqa: PLC0415 - see `upgrade`

    configured = Config()
    configured.set_main_option("script_location", str(MIGRATIONS))
    return configured


def upgrade(database: Database) -> None:
    """Bring the database to the newest schema.

    Raises:
        NewerSchema: a newer Keydesk has made it.
    """
    database.make_file()
    found = current(database)
    if found == newest():
        return
    if found is not None and found > newest():
        raise NewerSchema(f"The database has schema {found}, and this Keydesk knows {newest()}: update Keydesk.")
    # Imported only here: where the schema is current, nobody needs Alembic's 10 MB and its tenth of a second.
    from alembic import command  # noqa: PLC0415 - see above

    configured = configuration()
    with _without_references(database) as connection, connection.begin():
        configured.attributes["connection"] = connection
        command.upgrade(configured, "head")


@contextmanager
def _without_references(database: Database) -> Iterator[Connection]:
    """Connect so that SQLite lets a table be made anew under the rows that refer to it.

    Only outside of a transaction can its foreign keys be switched off (sqlite.org/lang_altertable.html, section 7).
    """
    with database.engine.connect() as connection:
        if not database.is_sqlite:
            yield connection
            return
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr] # a pool's own connection has one
        try:
            yield connection
        finally:
            driver.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr] # as above


def newest() -> str:
    """Return the newest revision that this program knows: each is named at the start of its file's name."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def current(database: Database) -> str | None:
    """Return the database's revision, or None for an empty one."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return revision


def is_current(database: Database) -> bool:
    """Tell whether the database has exactly the schema that this program was written for."""
    return current(database) == newest()
