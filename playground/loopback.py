"""Who may drive an emulator: programs on this machine, and no web page of somebody else."""

from __future__ import annotations

from aiohttp import web

_LOOPBACK = {"127.0.0.1", "localhost"}


def is_foreign(request: web.Request) -> bool:
    """Return whether a web page of somebody else may be behind a control request.

    The Host is checked against DNS rebinding, the Origin against forms and scripts of other pages.
    """
    if request.host.rpartition(":")[0] not in _LOOPBACK:
        return True
    origin = request.headers.get("Origin")
    return origin is not None and origin != f"http://{request.host}"
