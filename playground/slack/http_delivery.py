"""Signed HTTP delivery to the bot's request URL (docs.slack.dev/authentication/verifying-requests-from-slack)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import urlencode

import aiohttp

from playground.slack.delivery import Parcel
from playground.slack.timings import Timings
from playground.slack.wire import Json, NotDelivered

_FORM = "application/x-www-form-urlencoded"


def signed_headers(signing_secret: str, body: bytes, timestamp: int) -> dict[str, str]:
    """Return Slack's two signature headers over the exact body."""
    signed = b"v0:%d:%b" % (timestamp, body)
    digest = hmac.new(signing_secret.encode(), signed, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": str(timestamp), "X-Slack-Signature": f"v0={digest}"}


@dataclass
class HttpDelivery:
    """Posts payloads to one request URL; the answer's body is the ack."""

    request_url: str
    signing_secret: str
    verification_token: str
    timings: Timings
    on_connection: Callable[[], None]
    connected: bool = False
    _client: aiohttp.ClientSession | None = None
    _verification: asyncio.Task[None] | None = field(default=None)

    async def start(self) -> None:
        """Verify the request URL as soon as the bot answers there, and again after it went away."""
        self._client = aiohttp.ClientSession(trust_env=False)
        self._verification = asyncio.create_task(self._keep_verified())

    async def stop(self) -> None:
        """Stop verifying and close the client."""
        if self._verification:
            self._verification.cancel()
            with suppress(asyncio.CancelledError):
                await self._verification
        if self._client:
            await self._client.close()

    async def deliver(self, parcel: Parcel) -> Json:
        """Post a payload; no answer in time is `operation_timeout`, any but 200 is `dispatch_failed`."""
        content_type, body = _encode(parcel)
        headers = {"Content-Type": content_type}
        if parcel.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(parcel.retry_attempt)
            headers["X-Slack-Retry-Reason"] = parcel.retry_reason
        return _ack(await self._post(body, headers))

    async def _post(self, body: bytes, headers: dict[str, str]) -> bytes:
        if self._client is None:
            raise NotDelivered("dispatch_failed")
        signature = signed_headers(self.signing_secret, body, int(time.time()))
        timeout = aiohttp.ClientTimeout(total=self.timings.ack)
        try:
            async with self._client.post(
                self.request_url, data=body, headers=headers | signature, timeout=timeout
            ) as answer:
                content = await answer.read()
        except TimeoutError:
            raise NotDelivered("operation_timeout") from None
        except aiohttp.ClientError:
            self._learn(connected=False)
            raise NotDelivered("dispatch_failed") from None
        if answer.status == HTTPStatus.OK:
            return content
        raise NotDelivered("dispatch_failed", final=answer.headers.get("X-Slack-No-Retry") == "1")

    async def _keep_verified(self) -> None:
        while True:
            if not self.connected and await self._verify():
                self._learn(connected=True)
            await asyncio.sleep(self.timings.url_verification)

    def _learn(self, *, connected: bool) -> None:
        if self.connected != connected:
            self.connected = connected
            self.on_connection()

    async def _verify(self) -> bool:
        challenge = secrets.token_urlsafe(24)
        request = {"type": "url_verification", "token": self.verification_token, "challenge": challenge}
        try:
            answer = await self._post(json.dumps(request).encode(), {"Content-Type": "application/json"})
        except NotDelivered:
            return False
        return challenge in answer.decode(errors="replace")


def _encode(parcel: Parcel) -> tuple[str, bytes]:
    if parcel.kind == "events_api":
        return "application/json", json.dumps(parcel.payload).encode()
    form = parcel.payload if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return _FORM, urlencode(form).encode()


def _ack(content: bytes) -> Json:
    text = content.decode(errors="replace").strip()
    if not text:
        return {}
    try:
        body = json.loads(text)
    except ValueError:
        return {"text": text}
    return body if isinstance(body, dict) else {"text": text}
