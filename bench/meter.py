"""What a process has used: CPU in all and by kind of thread, and resident memory."""

from __future__ import annotations

import os
import resource
import threading
import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

KINDS = {"MainThread": "loop", "store": "sql", "engine": "engine"}


def meter_app(extra: dict[str, Any] | None = None) -> Starlette:
    """Serve ``GET /usage`` of this process; ``extra`` is given with it as it is at that moment."""

    async def usage(_request: Request) -> Response:
        return JSONResponse(used() | {"extra": extra or {}})

    return Starlette(routes=[Route("/usage", usage)])


def used() -> dict[str, Any]:
    """Return the CPU seconds of this process so far (``cpu``), and by kind of thread (``threads``)."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu": spent.ru_utime + spent.ru_stime, "threads": _by_kind()}


def _by_kind() -> dict[str, float]:
    """Return CPU seconds: "loop" the event loop, "sql" our store's threads, "engine" everything of the engine's."""
    clock_of = getattr(time, "pthread_getcpuclockid", None)  # not on macOS
    seconds = {"loop": 0.0, "sql": 0.0, "engine": 0.0}
    for thread in threading.enumerate() if clock_of is not None else ():
        kind = next((kind for start, kind in KINDS.items() if thread.name.startswith(start)), "engine")
        seconds[kind] += time.clock_gettime(clock_of(thread.ident)) if clock_of is not None else 0.0
    return seconds


def cpu_of(pid: int) -> float | None:
    """Return the CPU seconds of another process so far; None where the system has no /proc."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return None
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> float | None:
    """Return the resident memory of a process in MB; None where the system has no /proc."""
    statm = Path(f"/proc/{pid}/statm")
    if not statm.exists():
        return None
    return int(statm.read_text().split()[1]) * resource.getpagesize() / 1e6
