"""The providers' faults, reached through the page's own server: a provider refuses other origins on purpose."""

from __future__ import annotations

import aiohttp
from aiohttp import web

from playground.slack.emulation import Emulation
from playground.slack.wire import SlackError

_PATIENCE = aiohttp.ClientTimeout(total=5)


def provider_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return `/providers/{name}/faults`, which asks only the addresses that the supervisor gave."""

    async def forward(request: web.Request) -> web.Response:
        url = f"{_address(emulation, request.match_info['name'])}/faults"
        body = await request.read() if request.method == "POST" else None
        try:
            async with (
                aiohttp.ClientSession(timeout=_PATIENCE) as client,
                client.request(request.method, url, data=body, allow_redirects=False) as answer,
            ):
                return web.Response(status=answer.status, body=await answer.read(), content_type="application/json")
        except (aiohttp.ClientError, TimeoutError):
            raise SlackError("provider_unreachable", "The emulated provider does not answer.") from None

    path = "/providers/{name}/faults"
    return [web.get(path, forward), web.post(path, forward), web.delete(path, forward)]


def _address(emulation: Emulation, name: str) -> str:
    for provider in emulation.providers:
        if provider["name"] == name:
            return str(provider["url"])
    raise SlackError("provider_not_found", f"there is no emulated provider called {name}")
