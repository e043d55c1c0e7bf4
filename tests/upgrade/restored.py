"""Puts a day that was kept (tests/upgrade/fixtures) back: its rows, and what stood at Slack and at Deepgram."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import uuid4

from alembic import command
from sqlalchemy import Connection, MetaData, Table, bindparam, insert, text
from sqlalchemy import types as sql

from bot.engine import workflows
from bot.store import schema
from bot.store.database import Database
from playground.deepgram.state import Account, Project, State, StoredKey
from playground.slack.emulation import Emulation
from playground.slack.messages import Message
from playground.slack.state import Channel
from tests.clocks import machine_now

Json = dict[str, Any]
Row = dict[str, Any]

AWAY = timedelta(minutes=3)
"""How long the upgrade took, by both clocks."""
FIXTURES = Path(__file__).parent / "fixtures"


@dataclass(frozen=True)
class Day:
    """One kept day; ``folder`` is named after the commit whose Keydesk lived it."""

    folder: Path

    @cached_property
    def about(self) -> Json:
        """The moment by both clocks, the schema, and which columns the machine's own clock had written."""
        found: Json = json.loads((self.folder / "about.json").read_text())
        return found

    @cached_property
    def rows(self) -> Mapping[str, list[Row]]:
        """Every row by the table's name of that day, as SQLite keeps it."""
        tables: dict[str, list[Row]] = {}
        columns: list[str] = []
        with (self.folder / "database.jsonl").open() as lines:
            for line in map(json.loads, lines):
                if isinstance(line, dict):
                    columns, into = line["columns"], tables.setdefault(line["table"], [])
                else:
                    into.append(dict(zip(columns, line, strict=True)))
        return tables

    @cached_property
    def slack(self) -> Json:
        """Messages, open windows and homes."""
        found: Json = json.loads((self.folder / "slack.json").read_text())
        return found

    @cached_property
    def deepgram(self) -> Json:
        """Accounts and projects with their keys, without a secret."""
        found: Json = json.loads((self.folder / "deepgram.json").read_text())
        return found

    @property
    def served(self) -> datetime:
        """The moment at which the day was cut off, by the clock that Keydesk went by."""
        return datetime.fromisoformat(self.about["served"])

    def request(self, ref: str) -> Row:
        """Return the row of the request that a button's value names."""
        return next(row for row in self.rows["requests"] if row["id"] == ref.partition(".")[0])


OF_4A04ED7 = Day(FIXTURES / "4a04ed7")


# --- rows ---


def load(day: Day, database: Database) -> None:
    """Give an empty database that day's schema and rows, the durable engine's tables too."""
    database.make_file()
    configured = schema.configuration()
    with database.engine.begin() as connection:
        configured.attributes["connection"] = connection
        command.upgrade(configured, day.about["schema"])
    workflows.migrate(database.engine)
    with database.engine.begin() as connection:
        for table in _tables(connection, None, day.rows):
            _fill(connection, table, day)
        if not database.is_sqlite:
            for table in _tables(connection, workflows.SCHEMA, day.rows):
                _fill(connection, table, day)


def _tables(connection: Connection, schema_name: str | None, wanted: Mapping[str, Any]) -> Iterator[Table]:
    known = MetaData(schema=schema_name)
    known.reflect(connection)
    return (table for table in known.sorted_tables if table.name in wanted)


def _fill(connection: Connection, table: Table, day: Day) -> None:
    ago = machine_now() - AWAY - datetime.fromisoformat(day.about["machine"])
    by_machine = day.about["columns_of_the_machine"].get(table.name, [])
    rows = [{name: _value(table, name, value) for name, value in row.items()} for row in day.rows[table.name]]
    for row in rows:
        row |= {name: row[name] + ago for name in by_machine if row[name] is not None}
    if rows:
        connection.execute(insert(table), rows)
        _count_on(connection, table, rows)


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.columns[name].type
    if value is None or isinstance(kind, sql.Float):
        return value
    if isinstance(kind, sql.DateTime):
        return datetime.fromisoformat(value).replace(tzinfo=UTC if kind.timezone else None)
    readers = ((sql.Date, date.fromisoformat), (sql.JSON, json.loads), (sql.Boolean, bool), (sql.Numeric, Decimal))
    reader = next((reader for of, reader in readers if isinstance(kind, of)), None)
    return value if reader is None else reader(value)


def _count_on(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Let PostgreSQL give the numbers that come after those of the rows."""
    if connection.dialect.name == "sqlite":
        return
    for column in table.primary_key.columns:
        if "nextval" in str(column.server_default.arg if column.server_default else ""):  # type: ignore[attr-defined] # reflected
            newest = max(row[column.name] for row in rows)
            found = text("SELECT setval(pg_get_serial_sequence(:table, :column), :newest)").bindparams(
                bindparam("table", table.name), bindparam("column", column.name), bindparam("newest", newest)
            )
            connection.execute(found)


# --- Slack ---


def restore_slack(day: Day, slack: Emulation) -> None:
    """Let every message, window and home of the bot stand as it did; times by Slack's own clock are not kept."""
    workspace, kept = slack.workspace, copy.deepcopy(day.slack)  # what is restored goes on changing
    for each in kept["direct"]:
        one, other = (each["members"] * 2)[:2]
        del workspace.channels[workspace.direct(one, other).id]
        workspace.add_channel(Channel(each["id"], "", kind="dm", members=each["members"]))
    for each in kept["messages"]:
        message = _message(each)
        workspace.channels[message.channel].messages[message.ts] = message
    workspace.ephemerals.extend(_message(each) for each in kept["ephemerals"])
    for each in kept["homes"]:
        slack.views.publish(each["user"], each["given"])


def open_window(slack: Emulation, view: Json) -> str:
    """Open a window that stood open, with what was typed, in a tab of its own; return the id that it has now."""
    kept = copy.deepcopy(view)
    opened = slack.views.open(kept["user"], uuid4().hex, kept["given"])
    opened.type_in(kept["values"])
    return opened.id


def _message(given: Json) -> Message:
    message = Message(**given)
    message.remember("kept")
    return message


# --- Deepgram ---


def restore_deepgram(day: Day, state: State) -> None:
    """Let Deepgram hold what it held; keys that a seed makes keep their secrets, others have one that nobody knows."""
    hashes = {key.key_id: key.secret_hash for project in state.projects.values() for key in project.keys.values()}
    for project in list(state.projects.values()):
        state.end_project(project)
    kept = copy.deepcopy(day.deepgram)  # what is restored goes on changing
    for each in kept["accounts"]:
        state.add_account(Account(**each))
    for each in kept["projects"]:
        project = state.add_project(Project(**{name: each[name] for name in _PLAIN}))
        keys = {given["key_id"]: _key(given, hashes) for given in each["keys"]}
        project.streams = [keys[key_id] for key_id in each["streams"]]
        for key_id in each["live"]:
            state.keep_key(project, keys[key_id])


_PLAIN = ("project_id", "name", "mip_opt_out", "members", "invites", "mailed")


def _key(given: Json, hashes: Mapping[str, str]) -> StoredKey:
    moments = {
        name: datetime.fromisoformat(given[name]) if given[name] else None
        for name in ("created", "expiration_date", "ended")
    }
    known = {each.name: given[each.name] for each in fields(StoredKey) if each.name in given}
    return StoredKey(**known | moments | {"secret_hash": hashes.get(given["key_id"], f"of {given['key_id']}")})
