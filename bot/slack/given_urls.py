"""Addresses that come with a payload or an answer: a ``response_url``, and where a file's bytes go.

A payload is only as honest as its signature, so an answer goes to Slack's own hosts and nowhere else. Redirects are not
followed: they would lead anywhere.
"""

from __future__ import annotations

import asyncio
import io
import ipaddress
import json
from collections.abc import Mapping
from typing import Any

import aiohttp
import structlog
from yarl import URL

from bot.slack.refusals import SlackError, SlackUnclear, refusal

HOOKS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
MOST_BYTES = 64 * 1024  # of an answer: Slack says "ok", or a few words of JSON

_log = structlog.get_logger("bot.slack")


class GivenUrls:
    """Posts to addresses that Slack gave us; ``api_url`` is that of the Web API, ``seconds`` how long one may take."""

    def __init__(self, session: aiohttp.ClientSession, api_url: str, seconds: float) -> None:
        self._session = session
        self._api = URL(api_url)
        self._seconds = seconds

    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Answer through a ``response_url``.

        Raises:
            SlackError: it is no address of Slack's (nothing was sent), or Slack refused, whatever its status says.
            SlackUnclear: it may stand there.
        """
        url = _parsed(response_url)
        if url is None or not self._may_answer(url):
            _log.warning("slack.response_url_refused")
            raise SlackError("response_url", "address_refused")
        status, headers, text = await self._post("response_url", url, json=dict(message))
        body = _json(text)
        if status == 200 and _is_yes(text, body):
            return
        if status == 200 and body is None:
            raise SlackUnclear("response_url", "unreadable_answer")
        raise refusal("response_url", status, headers, body if body is not None else {"error": text} if text else {})

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Send a file's bytes.

        Raises:
            SlackError: it is no address to send a file to, or Slack refused.
            SlackUnclear: Slack may have them.
        """
        url = _parsed(upload_url)
        if url is None or not (url.scheme == "https" or self._is_emulated(url)):
            raise SlackError("upload_url", "address_refused")
        in_pieces = io.BytesIO(content)  # whole bytes would go out in one go, while the loop stands still
        status, headers, _ = await self._post("upload_url", url, data=in_pieces)
        if status != 200:
            raise refusal("upload_url", status, headers, None)

    def _may_answer(self, url: URL) -> bool:
        return (url.scheme == "https" and url.host in HOOKS and url.port == 443) or self._is_emulated(url)

    def _is_emulated(self, url: URL) -> bool:
        """Tell whether it is on the very server of the Web API, on this machine."""
        return url.origin() == self._api.origin() and _is_loopback(url.host or "")

    async def _post(self, name: str, url: URL, **body: Any) -> tuple[int, Mapping[str, str], str]:
        try:
            async with (
                asyncio.timeout(self._seconds),
                self._session.post(url, allow_redirects=False, **body) as answer,
            ):
                return answer.status, answer.headers, await _text(answer)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise SlackUnclear(name, type(error).__name__) from None


def _parsed(address: str) -> URL | None:
    """Read an absolute address without a user in it, as the client that calls it will."""
    try:
        url = URL(address)
    except (ValueError, TypeError):
        return None
    return url if url.scheme and url.host and url.user is None and url.password is None else None


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def _text(answer: aiohttp.ClientResponse) -> str:
    read = bytearray()
    async for chunk in answer.content.iter_any():
        read += chunk
        if len(read) > MOST_BYTES:
            break
    return read[:MOST_BYTES].decode("utf-8", "replace").strip()


def _json(text: str) -> Mapping[str, Any] | None:
    try:
        read = json.loads(text)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def _is_yes(text: str, body: Mapping[str, Any] | None) -> bool:
    if body is None:
        return text in ("", "ok")
    return body.get("ok") is True and "error" not in body
