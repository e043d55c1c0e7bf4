"""An emulator's port on this machine, and who may drive it: programs here, and no web page of somebody else."""

from __future__ import annotations

import socket

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


class Port:
    """Where an emulator is served; it can be started again after it was stopped."""

    def __init__(self) -> None:
        self._runner: web.AppRunner | None = None

    async def open(self, app: web.Application, port: int = 0) -> str:
        """Serve on 127.0.0.1 (any free port for 0) and return the address."""
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", port))
        await web.SockSite(self._runner, listener).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def close(self) -> None:
        """Serve no longer."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
