"""Requests as a table, read page after page; in memory stand the table and a few pages."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from bot.providers.records import RequestRecord
from bot.slack.files import CsvTable
from bot.slack.waiting import PATIENCE_SECONDS
from bot.slack.words import cut
from bot.usage.requests.service import RecordsLine

MOST_ROWS = 50_000
BATCH = 500
CELL_LONGEST = 300
HEADER = (
    "request id", "made (UTC)", "completed (UTC)", "endpoint", "method", "outcome", "code", "message", "deployment",
    "key id", "key owner", "key purpose", "tags", "customer's tag missing", "models", "features", "tier",
    "duration (s)", "audio in all (s)", "tokens in", "tokens out", "characters spoken", "agent (s)", "cost (USD)",
    "path, sensitive parts hidden",
)  # fmt: skip

Lines = Callable[[list[RequestRecord]], Awaitable[list[RecordsLine]]]


@dataclass(frozen=True)
class Export:
    """A finished file; ``cut`` if more rows match than it holds."""

    content: bytes
    rows: int
    cut: bool


async def export(
    records: AsyncIterator[RequestRecord],
    lines: Lines,
    told: Callable[[int], Awaitable[object]],
    *,
    most: int = MOST_ROWS,
    patience: float = PATIENCE_SECONDS,
) -> Export:
    """Write at most ``most`` requests; tell the number of rows so far every ``patience`` seconds."""
    table, rows, spoke_at = CsvTable(HEADER), 0, time.monotonic()
    async for batch in _batches(records):
        for line in (await lines(batch))[: most - rows]:
            table.add(row(line))
        if rows + len(batch) > most:
            return Export(table.content(), most, cut=True)
        rows += len(batch)
        if time.monotonic() - spoke_at > patience:
            await told(rows)
            spoke_at = time.monotonic()
    return Export(table.content(), rows, cut=False)


async def _batches(records: AsyncIterator[RequestRecord]) -> AsyncIterator[list[RequestRecord]]:
    batch: list[RequestRecord] = []
    async for record in records:
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def row(line: RecordsLine) -> tuple[object, ...]:
    """Return a request as a row under ``HEADER``."""
    record, key = line.record, line.key
    cells: tuple[object, ...] = (
        record.request_id,
        record.created.isoformat(timespec="seconds") if record.created else None,
        record.completed.isoformat(timespec="seconds") if record.completed else None,
        record.endpoint,
        record.method,
        {True: "succeeded", False: "failed", None: "unknown"}[record.succeeded] if record.ready else "no answer yet",
        record.code,
        record.message,
        record.deployment,
        record.api_key_id,
        line.owner,
        key.purpose if key else None,
        ", ".join(sorted(record.tags or ())),
        "yes" if line.tag_missing else "",
        ", ".join(record.models),
        ", ".join(record.features),
        record.tier,
        record.duration,
        record.total_audio,
        record.tokens_in,
        record.tokens_out,
        record.tts_characters,
        record.agent_seconds,
        record.cost,
        record.shown_path,
    )
    return tuple(cut(cell, CELL_LONGEST) if isinstance(cell, str) else cell for cell in cells)
