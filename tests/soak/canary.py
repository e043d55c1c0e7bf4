"""Looks for secrets, plain and in disguise, in everything that Keydesk writes."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import MetaData, inspect, select, text

from tests.soak.stage import Stage


def disguises(secret: str) -> list[bytes]:
    """Return a secret as it may stand in bytes: plain, hexadecimal, and base64 wherever it may begin."""
    plain = secret.encode()
    forms = [plain, plain.hex().encode(), plain.hex().upper().encode()]
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + plain)
        inner = whole[-(-shift * 8 // 6) : len(plain) * 8 // 6 + shift]  # without what its neighbours colour
        forms += [inner[1:-1], inner[1:-1].replace(b"+", b"-").replace(b"/", b"_")]
    return forms


def found(haystacks: dict[str, bytes], secrets: list[str]) -> list[str]:
    """Return the names of the haystacks that hold any secret in any disguise."""
    needles = [form for secret in secrets for form in disguises(secret)]
    return [name for name, hay in haystacks.items() if any(needle in hay for needle in needles)]


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder: databases with their journals, logs, and whatever else is there."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def tables_of(here: Stage) -> dict[str, bytes]:
    """Return all rows of all tables, the engine's too, also with whatever is base64 in them decoded."""
    found: dict[str, bytes] = {}
    postgres = not here.store.is_sqlite
    for schema in ("public", "dbos") if postgres else (None,):
        metadata = MetaData()
        metadata.reflect(here.store.engine, schema=schema)
        with here.store.engine.connect() as connection:
            for table in metadata.tables.values():
                rows = connection.execute(select(table)).all()
                cells = [each for row in rows for cell in row for each in _unwrapped(cell)]
                found[f"table {table.fullname} ({len(rows)} rows)"] = b"\n".join(cells)
    return found


def server_of(here: Stage) -> dict[str, bytes]:
    """Return PostgreSQL's own files of this database and its write-ahead log, flushed; none for SQLite."""
    if here.store.is_sqlite:
        return {}
    with here.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        folder = Path(str(connection.execute(text("SHOW data_directory")).scalar()))
        number = connection.execute(text("SELECT oid FROM pg_database WHERE datname = current_database()")).scalar()
    files = [*(folder / "base" / str(number)).iterdir(), *(folder / "pg_wal").iterdir()]
    return {f"server {file.relative_to(folder)}": file.read_bytes() for file in files if file.is_file()}


def slack_of(here: Stage) -> dict[str, bytes]:
    """Return what the emulated Slack keeps: every message in every version, private ones, files, App Homes."""
    state = here.slack.state
    messages = [message for channel in state.workspace.channels.values() for message in channel.messages.values()]
    files = b"\n".join(file.content or b"" for file in state.files.by_id.values())
    homes = [each for each in state.record.views if each["view"].get("type") == "home"]
    return {
        "Slack messages": _json([message.for_page() | {"v": message.versions} for message in messages]),
        "Slack ephemerals": _json([each.for_page() | {"v": each.versions} for each in state.workspace.ephemerals]),
        "Slack files": files,
        "Slack homes": _json(homes),
        "Slack calls": _json(state.record.calls),
    }


def bodies_of(here: Stage) -> dict[str, bytes]:
    """Return the body of every call to Slack and Deepgram."""
    slack = {f"call {number} {call.path}": call.body for number, call in enumerate(here.to_slack.passed)}
    return slack | {f"Deepgram {n} {call.path}": call.body for n, call in enumerate(here.to_deepgram.passed)}


def size(haystacks: dict[str, bytes]) -> int:
    """Return how many bytes were searched."""
    return sum(map(len, haystacks.values()))


def tables_named(here: Stage) -> set[str]:
    """Return the names of all tables, so that a proof can tell that the engine's were among them."""
    schema = None if here.store.is_sqlite else "dbos"
    return set(inspect(here.store.engine).get_table_names(schema=schema))


def _unwrapped(cell: object) -> Iterator[bytes]:
    raw = cell if isinstance(cell, bytes) else str(cell).encode()
    yield raw
    try:
        yield base64.b64decode(raw, validate=True)
    except (binascii.Error, ValueError):
        return


def _json(value: object) -> bytes:
    return json.dumps(value, default=str, ensure_ascii=False).encode()
