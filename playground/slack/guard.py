"""Only this page and programs on this machine may drive the playground.

A foreign Origin is another web page; a foreign Host is a name that was rebound to loopback. Both get 403.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

_OWN_NAMES = frozenset({"127.0.0.1", "localhost"})


@web.middleware
async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 to a request that names a foreign host or comes from a foreign page."""
    origin = request.headers.get("Origin")
    own_host = urlsplit(f"//{request.host}").hostname in _OWN_NAMES
    if not own_host or origin not in (None, f"http://{request.host}"):
        return web.json_response({"ok": False, "error": "foreign_origin"}, status=403)
    return await handler(request)
