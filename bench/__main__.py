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

from bench import acks, approving, collecting, opening, running, statements, table, year
from bench.payloads import SIGNING_SECRET
from bench.place import Emulators, place
from bench.process import child
from bench.table import Row
from playground.supervisor import free_port
from tests import postgres

Databases = Mapping[str, str]
PARTS = ("desk", "collection", "year", "statements")
BUSY = 1.2  # the bench itself keeps about one core at work


@click.command()
@click.option("--only", type=click.Choice(["sqlite", "postgres"]), help="Measure one database instead of both.")
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, help="Measure these parts instead of all.")
def main(only: str | None, parts: tuple[str, ...]) -> None:
    """Measure Keydesk against its goals (see docs/performance.md)."""
    begun = time.monotonic()
    rows: list[Row] = []
    with _databases(only) as databases:
        for part in parts or PARTS:
            rows += asyncio.run(_measured(part, databases[part]))
    table.show(rows)
    click.echo(f"\n{_machine()}; {time.monotonic() - begun:.0f} s")


@contextlib.contextmanager
def _databases(only: str | None) -> Iterator[Mapping[str, Databases]]:
    """Give the addresses of empty databases: for each part one of each kind, or of the only kind wanted."""
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="keydesk-bench-"))
        server = stack.enter_context(postgres.server())
        empty: dict[str, dict[str, str]] = {part: {} for part in PARTS}
        for part, databases in empty.items():
            if only != "postgres":
                databases["SQLite"] = f"sqlite:///{Path(home, part)}.db"
            if only != "sqlite":
                url = stack.enter_context(postgres.database(server))
                databases["PostgreSQL"] = url.render_as_string(hide_password=False)
        yield empty


async def _measured(part: str, databases: Databases) -> list[Row]:
    if part == "desk":
        return await measured(databases)
    measure = {"collection": collecting.collected, "year": year.questions, "statements": statements.rows}[part]
    rows: list[Row] = []
    for name, url in databases.items():
        click.echo(f"{name}: {part} …", err=True)
        rows += await measure(name, url)
    return rows


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
