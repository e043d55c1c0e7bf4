"""What the long proofs need: databases to choose from, and a way to print what they counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import click
import pytest

from tests import postgres
from tests.soak.stage import FreshDatabase

Tell = Callable[[str], None]


@pytest.fixture
def tell(capsys: pytest.CaptureFixture[str]) -> Tell:
    """Print a line of figures, whatever pytest captures."""

    def line(words: str) -> None:
        with capsys.disabled():
            click.echo(f"\n  {words}", nl=False)

    return line


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest) -> FreshDatabase:
    """Either database in turn; each call gives an empty one."""
    return request.getfixturevalue(f"fresh_{request.param}")  # type: ignore[no-any-return] # a fixture's value


@pytest.fixture
def fresh_sqlite() -> FreshDatabase:
    """Let each stage have a file of its own."""
    return FreshDatabase("SQLite", lambda: nullcontext(""))


@pytest.fixture
def fresh_postgres(request: pytest.FixtureRequest) -> FreshDatabase:
    """Let each stage have a PostgreSQL database of its own."""
    server = request.getfixturevalue("postgres_server")

    @contextmanager
    def empty() -> Iterator[str]:
        with postgres.database(server) as url:
            yield url.render_as_string(hide_password=False)

    return FreshDatabase("PostgreSQL", empty)
