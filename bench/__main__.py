"""``python -m bench``: every figure that has a goal, measured side by side in one run, in one table."""

from __future__ import annotations

import asyncio
import contextlib
import os
import platform
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bench import acks, approving, opening, running, table
from bench.payloads import SIGNING_SECRET
from bench.place import Emulators, place
from bench.process import child
from bench.table import Row
from playground.supervisor import free_port
from tests import postgres

Databases = Mapping[str, str]
BUSY = 1.2  # the bench itself keeps about one core at work


@click.command()
@click.option("--only", type=click.Choice(["sqlite", "postgres"]), help="Measure one database instead of both.")
def main(only: str | None) -> None:
    """Measure Keydesk against its goals (see docs/performance.md)."""
    begun = time.monotonic()
    with _databases() as databases:
        chosen = {name: url for name, url in databases.items() if only is None or name.lower().startswith(only)}
        rows = asyncio.run(measured(chosen))
    table.show(rows)
    click.echo(f"\n{_machine()}; {time.monotonic() - begun:.0f} s")


@contextlib.contextmanager
def _databases() -> Iterator[Databases]:
    """Give the address of an empty database of each kind."""
    with (
        tempfile.TemporaryDirectory(prefix="keydesk-bench-") as home,
        postgres.server() as server,
        postgres.database(server) as url,
    ):
        yield {
            "SQLite": f"sqlite:///{Path(home, 'keydesk.db')}",
            "PostgreSQL": url.render_as_string(hide_password=False),
        }


async def measured(databases: Databases) -> list[Row]:
    """Take every figure on each of these databases."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    rows: list[Row] = []
    async with (
        child("bench.emulators", SIGNING_SECRET, address, *databases.values()) as told,
        child("bench.floor", SIGNING_SECRET) as floor,
    ):
        emulators = Emulators(**told)
        for name, url in databases.items():
            rows += await _on(name, url, emulators, port, floor)
        click.echo("idle …", err=True)
        rows += await running.idles(emulators, databases)
    return rows


async def _on(name: str, url: str, emulators: Emulators, port: int, floor: Mapping[str, int]) -> list[Row]:
    async with place(name, emulators, url, port, floor) as here:
        rows: list[Row] = []
        for measure in (acks.costs, approving.costs, approving.waits, opening.times, acks.while_hanging):
            click.echo(f"{name}: {measure.__module__}.{measure.__name__} …", err=True)
            rows += await measure(here)
        rows.append(running.memory(f"{name}: resident memory after all of this", here.desk["pid"]))
    click.echo(f"{name}: starts …", err=True)
    return rows + await running.starts(name, emulators, url)


def _machine() -> str:
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    system = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {cores} cores"
    busy = "; others were at work here, so the waits say little" if load > cores * BUSY else ""
    return f"{system}, load {load:.1f}{busy}"


if __name__ == "__main__":
    main()
