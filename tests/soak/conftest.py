"""What the long proofs need: databases to choose from, and a way to print what they counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import pytest

from tests import postgres
from tests.soak.stage import FreshDatabase

Tell = Callable[[str], None]


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Tell:
    """Let a line of figures be printed once the test is over, whichever process it ran in."""
    return lambda words: record_property("told", words)


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
