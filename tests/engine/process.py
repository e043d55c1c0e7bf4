"""A process with a durable engine: ``python -m tests.engine.process URL NOTES SILENCE [slow]``.

The job ``note`` appends its row's id to the file NOTES. With ``slow`` it appends ``begun`` first and never ends.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from pathlib import Path

from bot.clock import SystemClock
from bot.store.database import Database
from tests.engine.world import durable


async def main(url: str, notes: Path, silence: timedelta, *, slow: bool) -> None:
    """Run jobs until killed."""

    async def note(ref: str, _now: datetime) -> None:
        if slow:
            append(notes, f"begun {ref}")
            await asyncio.sleep(3600)
        append(notes, ref)

    engine = durable(Database(url), SystemClock(), silence=silence)
    await engine.start({"note": note})
    append(notes, "ready")
    await asyncio.sleep(3600)


def append(notes: Path, line: str) -> None:
    """Add a line to the file, whole: several processes write to it."""
    with notes.open("a") as file:
        file.write(line + "\n")


if __name__ == "__main__":
    url, notes, silence, *more = sys.argv[1:]
    asyncio.run(main(url, Path(notes), timedelta(seconds=float(silence)), slow=more == ["slow"]))
