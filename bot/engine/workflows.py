"""DBOS in this process, and nothing but DBOS: it records that an attempt has begun, and begins it again if we die.

An attempt goes in as ids and comes out as one word, so nothing that a provider or a person said is ever
stored with it. DBOS knows no time here: what is due is a row (``bot/engine/carrier.py``).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import Engine, inspect

from bot.engine.attempt import Attempt
from bot.engine.port import Job

NAME = "keydesk"
# Fixed: DBOS's own default changes with every release, and work begun under another version is never taken over.
VERSION = "1"
SCHEMA = "dbos"  # on PostgreSQL; SQLite has no schemas
BATCH = 500

_log = logging.getLogger("dbos")


def migrate(engine: Engine) -> None:
    """Create DBOS's tables in this database, or bring them up to date; needs the right to create tables."""
    _quiet()
    DBOS.migrate(engine.url.render_as_string(hide_password=False), schema=SCHEMA)


def is_migrated(engine: Engine) -> bool:
    """Tell whether DBOS's tables are there (launching checks that they are new enough)."""
    schema = None if engine.dialect.name == "sqlite" else SCHEMA
    return inspect(engine).has_table("dbos_migrations", schema=schema)


class Workflows:
    """One DBOS, as there can be only one in a process; every method blocks, so call them from threads."""

    _only = threading.Lock()

    def __init__(self, engine: Engine, executor_id: str, run: Callable[[Attempt], str]) -> None:
        self._engine = engine
        self._executor_id = executor_id
        self._run = run

    def launch(self) -> None:
        """Start DBOS over our own database connections, creating its tables only where there are none.

        Raises RuntimeError while another one lives in this process: DBOS would quietly go on with that one's database.
        """
        if not self._only.acquire(blocking=False):
            raise RuntimeError("this process has a durable engine already")
        try:
            self._launch()
        except BaseException:
            self.destroy()
            raise

    def _launch(self) -> None:
        if not is_migrated(self._engine):
            migrate(self._engine)
        _quiet()
        DBOS(config=self._configuration())
        self._workflow = DBOS.workflow(name="job")(self._body())
        DBOS.launch()

    def _configuration(self) -> DBOSConfig:
        return DBOSConfig(
            name=NAME,
            application_version=VERSION,
            executor_id=self._executor_id,
            system_database_engine=self._engine,
            dbos_system_schema=SCHEMA,
            run_migrations=False,
            log_level="WARNING",
            # We wait for none of its notifications; a short nap only lets its thread end sooner.
            notification_listener_polling_interval_sec=0.2,
        )

    def run(self, attempt: Attempt) -> str:
        """Record that the attempt has begun, run it in this thread, record its end."""
        job = attempt.job
        with SetWorkflowID(attempt.id):
            return self._workflow(job.kind, job.ref, job.key, attempt.number, attempt.mark)

    def take_over(self, executor_id: str) -> bool:
        """Begin again what a dead process had begun; False while some of it could not be taken."""
        # Private, but the only call that two replicas may make at once for the same dead process.
        DBOS._recover_pending_workflows([executor_id])  # noqa: SLF001 - see above; dbos is pinned for it
        return executor_id not in self.executors()

    def executors(self) -> set[str]:
        """Return the processes that have begun attempts and not ended them."""
        begun = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {workflow.executor_id for workflow in begun if workflow.executor_id}

    def forget(self, age: timedelta) -> int:
        """Delete the record of attempts that ended longer ago than ``age``; return how many."""
        before = (datetime.now(UTC) - age).isoformat()
        ended = DBOS.list_workflows(
            status=["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
            completed_before=before,
            limit=BATCH,
            load_input=False,
            load_output=False,
        )
        DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
        return len(ended)

    def destroy(self) -> None:
        """Stop DBOS's threads. The database connections are ours and stay open."""
        DBOS.destroy(destroy_registry=True)
        self._only.release()

    def _body(self) -> Callable[[str, str, str, int, str], str]:
        run = self._run

        def job(kind: str, ref: str, key: str, number: int, mark: str) -> str:
            return run(Attempt(Job(kind, ref, key), number, mark))

        return job


def _quiet() -> None:
    """Keep DBOS's log to warnings and in our hands: without a handler it would print to the terminal itself."""
    if not _log.handlers:
        _log.addHandler(logging.NullHandler())
    _log.setLevel(logging.WARNING)
