"""What every test may ask for: an empty database of either kind, and an environment without anybody's settings."""

from __future__ import annotations

import gc
import inspect
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import is_hypothesis_test
from hypothesis import settings as hypothesis_settings
from sqlalchemy import URL

from bot.store.database import Database
from tests import clocks, compiled, postgres, stores

if TYPE_CHECKING:
    from playground.deepgram.server import DeepgramEmulator

# A shared machine of two cores may stall for longer than hypothesis's 200 ms. `make test` finds the same today and
# tomorrow, in a third as many examples; `make soak` goes on looking, from a seed that it prints
# (--hypothesis-profile=explore).
hypothesis_settings.register_profile("keydesk", deadline=None, max_examples=33, derandomize=True)
hypothesis_settings.register_profile("explore", deadline=None, max_examples=100, print_blob=True)
hypothesis_settings.load_profile("keydesk")
compiled.keep()
gc.disable()  # until all is imported and collected, which makes nothing but what stays


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the moment at which stories begin."""
    parser.addoption("--at", metavar="HH:MM", help="UTC time (or 2028-02-29T23:50) at which every story begins")


@pytest.hookimpl(trylast=True)  # once there is a terminal
def pytest_configure(config: pytest.Config) -> None:
    """Let stories begin there, and figures be printed."""
    if terminal := config.pluginmanager.get_plugin("terminalreporter"):  # the workers of a parallel run have none
        config.pluginmanager.register(Figures(terminal))
    if typed := config.getoption("at"):
        try:
            clocks.begin_at(clocks.moment_of(typed))
        except ValueError as error:
            raise pytest.UsageError(f"--at: {error}") from error


def pytest_report_header() -> str:
    """Say which hour it is."""
    return f"stories begin at {clocks.beginning():%a %Y-%m-%d %H:%M} UTC (--at)"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what hypothesis feeds, so that `make soak` can explore it, and what names a clock."""
    for item in items:
        test = getattr(item, "obj", None)
        if is_hypothesis_test(test):
            item.add_marker("property")
        code = getattr(inspect.unwrap(test), "__code__", None) if callable(test) else None
        if code is not None and any("clock" in name for name in (*code.co_names, *code.co_varnames)):
            item.add_marker("clock")


class Figures:
    """Prints what the long proofs counted, also where they ran in another process."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print it once a test has run."""
        if report.when == "call":
            for name, words in report.user_properties:
                if name == "told":
                    self._terminal.ensure_newline()
                    self._terminal.write_line(f"  {words}")


def pytest_xdist_auto_num_workers() -> int:
    """Run one process more than there are cores: a story waits for answers a third of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """Look no more through what was imported and collected, which stays anyway, each time garbage is looked for."""
    gc.collect()
    gc.freeze()
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    """Look for garbage once at the end: what is left over, pytest would look through five times more."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("SLACK_", "DEEPGRAM_", "KEYDESK_")) and not name.startswith("KEYDESK_TEST_"):
            monkeypatch.delenv(name)
    for name in ("DATABASE_URL", "PORT", "HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[URL]:
    """One PostgreSQL server for the whole run."""
    with postgres.server(hasty=True) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """An empty PostgreSQL database for one test."""
    with postgres.database(postgres_server) as url:
        yield url.render_as_string(hide_password=False)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite file for one test."""
    return f"sqlite:///{tmp_path}/keydesk.db"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Either database in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["sqlite_store", "postgres_store"], ids=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Database:
    """A database of either kind with Keydesk's schema and no rows."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Database)
    return found


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[Database]:
    """An SQLite file with Keydesk's schema."""
    opened = stores.opened(sqlite_url)
    yield opened
    opened.close()


@pytest.fixture
def postgres_store(migrated_postgres: Database) -> Iterator[Database]:
    """A PostgreSQL with Keydesk's schema, without the rows of earlier tests."""
    yield migrated_postgres
    stores.empty(migrated_postgres)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: URL) -> Iterator[Database]:
    """One PostgreSQL with Keydesk's schema for the whole run: making a new one takes far longer than emptying it."""
    with postgres.database(postgres_server) as url:
        opened = stores.opened(url.render_as_string(hide_password=False))
        yield opened
        opened.close()


@pytest.fixture
def small_store(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite store, where the database makes no difference."""
    from tests.factories import small_database

    opened = small_database(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
async def emulator() -> AsyncIterator[DeepgramEmulator]:
    """An emulated Deepgram at noon."""
    from playground.deepgram.server import DeepgramEmulator
    from tests.factories import NOON

    running = DeepgramEmulator(lambda: NOON)
    await running.start()
    yield running
    await running.stop()
