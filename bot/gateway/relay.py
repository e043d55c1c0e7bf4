"""One call to the provider and its answer back, whole or as a stream; and what it took, however it ended.

A stream that did not come to its own end never ends cleanly here either: SDKs would take it for complete. A client that
leaves a stream closes the provider's side. A whole answer is awaited even if its client has left: the provider goes on
working anyway, and what it took is told only there.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import aiohttp
import orjson
from yarl import URL

from bot.gateway import charging, headers, refusals
from bot.gateway.charging import Used
from bot.gateway.client import Client
from bot.gateway.directory import Upstream
from bot.gateway.estimate import Demand
from bot.gateway.events import Events, EventTooLarge, values
from bot.gateway.headers import Headers
from bot.gateway.leash import Leash
from bot.gateway.metering import StreamMeter, upstream_id_in, usage_in
from bot.gateway.records import CLIENT_GONE, CallRecord, request_id

LARGEST_ANSWER = 64 * 2**20  # bytes, decoded: embeddings of a whole batch have tens of megabytes
CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 600.0  # between two bytes: OpenAI's SDK waits as long for a whole answer
LAST_BYTES_SECONDS = 1.0  # after a stream's last event, so that its connection can be used again
SENT_AT_ONCE = 2**20  # bytes of a body
KEPT: Used = {}
"""Nobody knows what the call took: the reservation stands."""

_UNREACHED = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
_BROKEN = (aiohttp.ClientError, ConnectionError, TimeoutError, EventTooLarge)
_REJECTED_KEY = 401
_NOT_COUNTED = frozenset({429, 498})  # the provider's own refusals, of load and of flex capacity
Rewrite = Callable[[dict[str, Any]], dict[str, Any] | None]
"""Changes what an answer says before it is passed on; None keeps it from the client."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent to the provider; ``path`` begins with ``/openai/v1``."""

    method: str
    path: str
    upstream: Upstream
    headers: dict[str, str]
    body: bytes | None
    demand: Demand
    rewrite: Rewrite | None = None


class _Broken(Exception):
    """The provider was reached and there is nothing to pass on; ``code`` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def session() -> aiohttp.ClientSession:
    """Return the one session of a gateway: no cookies, no proxies of the environment, no bound on connections."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=15.0),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=("User-Agent",),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=SILENCE_SECONDS),
    )


class Relay:
    """Carries calls over one session, and can break off all that are open."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self._open: set[Leash] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def open_calls(self) -> int:
        """How many calls are under way."""
        return len(self._open)

    async def idle(self, seconds: float) -> None:
        """Wait until no call is under way, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._idle.wait()

    def break_off(self) -> None:
        """End every open call, streams with an error event."""
        for leash in list(self._open):
            leash.end("gateway_stopping")

    async def carry(self, outgoing: Outgoing, client: Client, limits: Headers, record: CallRecord) -> Used:
        """Make the call and answer the client; return what it took. ``limits`` are headers of every answer."""
        call = _Call(outgoing, client, limits, record)
        try:
            async with asyncio.timeout(None) as timeout:
                call.leash = Leash(timeout)
                self._open.add(call.leash)
                self._idle.clear()
                await call.make(self._session)
        except _UNREACHED:
            record.cause = "upstream_unreachable"
            await client.answer(refusals.unreached(), limits)
            return charging.NOTHING
        except _Broken as broken:
            await call.broke_off(broken.code)
        except _BROKEN as error:
            await call.broke_off(call.reason_of(error))
        finally:
            call.leash.let_go()
            self._open.discard(call.leash)
            if not self._open:
                self._idle.set()
        return call.used


class _Call:
    """One call on its way."""

    leash: Leash

    def __init__(self, outgoing: Outgoing, client: Client, limits: Headers, record: CallRecord) -> None:
        self._outgoing = outgoing
        self._client = client
        self._limits = limits
        self._record = record
        self._meter: StreamMeter | None = None
        self.used: Used = KEPT

    async def make(self, session: aiohttp.ClientSession) -> None:
        out = self._outgoing
        url = _url(out.upstream.url + out.path)
        answer = await session.request(
            out.method, url, data=_sent(out.body), headers=out.headers, allow_redirects=False
        )
        try:
            self._record.upstream_status = answer.status
            self._record.upstream_id = request_id(answer.headers.get("x-request-id"))
            if answer.status == 200 and answer.content_type == "text/event-stream":
                await self._stream(answer)
            else:
                await self._whole(answer)
        except BaseException:
            answer.close()
            raise
        answer.release()

    async def broke_off(self, code: str) -> None:
        """Tell the client that there is nothing more to come, in the way that is still open."""
        self._record.cause = code
        if self._meter is not None:
            self._settle_stream(self._meter, code)
        if code == "client_gone":
            self._record.status = CLIENT_GONE
        elif not self._client.status:
            await self._client.answer(refusals.broke_off(code), self._limits)
        elif code != "client_too_slow":
            await self._client.part(refusals.broke_off_event(code))
            await self._client.end()

    def reason_of(self, error: BaseException) -> str:
        if self.leash.reason is not None:
            return self.leash.reason
        if isinstance(error, EventTooLarge):
            return "upstream_too_large"
        if isinstance(error, TimeoutError):
            return "upstream_timeout"
        malformed = isinstance(error, aiohttp.ClientResponseError)
        return "upstream_malformed" if malformed else "upstream_cut"

    async def _whole(self, answer: aiohttp.ClientResponse) -> None:
        body = await _read(answer)
        if answer.status == _REJECTED_KEY:
            self.used = charging.NOTHING
            raise _Broken("upstream_key_rejected")
        if answer.status >= 400:
            self.used = charging.NOTHING if answer.status in _NOT_COUNTED else charging.NO_TOKENS
            body = headers.masked(body)
        elif 200 <= answer.status < 300:
            body = self._understood(body)
        else:
            raise _Broken("upstream_malformed")
        sent = [*_passed_on(answer), *self._limits]
        await self._client.answer(refusals.Answer(answer.status, body, sent))

    def _understood(self, body: bytes) -> bytes:
        """Meter a successful answer; return it as it came, or as it is rewritten."""
        try:
            told = orjson.loads(body)
        except orjson.JSONDecodeError:
            told = None
        if not isinstance(told, dict):
            raise _Broken("upstream_malformed")
        if usage := usage_in(told):
            self._record.usage = usage
            self.used = charging.used(usage)
        self._record.upstream_id = request_id(upstream_id_in(told)) or self._record.upstream_id
        if self._outgoing.rewrite is None:
            return body
        rewritten = self._outgoing.rewrite(told)
        if rewritten is None:
            raise _Broken("upstream_malformed")
        return orjson.dumps(rewritten)

    async def _stream(self, answer: aiohttp.ClientResponse) -> None:
        self._meter = meter = StreamMeter()
        await self._client.start(200, [*_passed_on(answer), *self._limits])
        leaving = asyncio.create_task(self._client.gone())
        leaving.add_done_callback(lambda task: None if task.cancelled() or meter.has_ended else self._left())
        try:
            await self._pass_on(answer, meter)
        finally:
            leaving.cancel()
        if not meter.has_ended:
            raise _Broken("upstream_cut")
        self._settle_stream(meter, None)
        await self._client.end()

    def _left(self) -> None:
        self.leash.end("client_gone")

    async def _pass_on(self, answer: aiohttp.ClientResponse, meter: StreamMeter) -> None:
        events = Events()
        while chunk := await answer.content.readany():
            if whole := events.feed(chunk):
                self._meter_events(whole, meter)
                self.leash.sending()
                await self._client.part(headers.masked(whole) if meter.has_failed else whole)
                self.leash.sent()
            if meter.has_ended:
                break
        if not answer.content.at_eof():
            with contextlib.suppress(*_BROKEN):
                async with asyncio.timeout(LAST_BYTES_SECONDS):
                    await answer.content.read()

    def _meter_events(self, whole: bytes, meter: StreamMeter) -> None:
        for value in values(whole):
            meter.read(value)
        if self._record.first_token_ms is None and meter.delivered:
            self._record.first_token_ms = self._record.elapsed_ms()

    def _settle_stream(self, meter: StreamMeter, code: str | None) -> None:
        """Settle by the usage told; a cut stream by what was delivered; one that its client left, not at all."""
        self._record.upstream_id = request_id(meter.upstream_id) or self._record.upstream_id
        if meter.usage is None and code in {"client_gone", "client_too_slow"}:
            return
        usage = meter.settled(self._outgoing.demand.input_tokens)
        self._record.usage = usage
        self.used = charging.used(usage)


@lru_cache(maxsize=1024)
def _url(address: str) -> URL:
    return URL(address, encoded=True)


def _sent(body: bytes | None) -> bytes | io.BytesIO | None:
    """Return a body as aiohttp wants it: a large one goes out piece by piece, and others have their turn."""
    return io.BytesIO(body) if body is not None and len(body) > SENT_AT_ONCE else body


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_any():
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise _Broken("upstream_too_large")
    return b"".join(parts) if len(parts) != 1 else parts[0]


def _passed_on(answer: aiohttp.ClientResponse) -> Headers:
    passed = headers.to_client(answer.raw_headers)
    if answer.status < 400 or headers.find(passed, b"x-should-retry"):
        return passed
    return [*passed, *_no_blind_retries(headers.find(passed, b"retry-after"))]


def _no_blind_retries(retry_after: bytes) -> Headers:
    try:
        wait = float(retry_after)
    except ValueError:
        return []
    return [(b"x-should-retry", b"false")] if wait > refusals.LONGEST_RETRY else []
