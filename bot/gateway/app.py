"""The gateway as a plain ASGI application: who calls, whether they may, what it took, and one record of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from bot import virtual_keys
from bot.clock import Clock
from bot.gateway import headers, records, refusals
from bot.gateway.charging import Admission
from bot.gateway.client import BodyTooLarge, BodyTooSlow, Client, ClientGone, Message, Receive, Send
from bot.gateway.directory import Directory, KnownKey, OutOfDate
from bot.gateway.estimate import Demand
from bot.gateway.reading import Asked, BadRequest, judged
from bot.gateway.records import CallRecord
from bot.gateway.refusals import Answer
from bot.gateway.relay import KEPT, Outgoing, Relay, Rewrite
from bot.gateway.routes import DemandOf, Route, route_of

RETRY_COUNT = b"x-stainless-retry-count"
_NO_DEMAND = Demand(0, 0)
_JSON = (b"content-type", b"application/json")

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a call may be: bytes of its body, and seconds in which it has to arrive; tokens taken where it names none.

    Groq takes 20 MB where an image is in the body (its page on vision).
    """

    body_bytes: int = 20 * 2**20
    body_seconds: float = 60.0
    default_output: int = 1_024


class _Refused(Exception):
    """The call is answered here."""

    def __init__(self, answer: Answer, cause: str, more: headers.Headers | None = None) -> None:
        super().__init__(cause)
        self.answer = answer
        self.cause = cause
        self.more = more


class Gateway:
    """Serves ``/openai/v1/*`` and ``/v1/*``; each call is told to ``on_call`` once it is over.

    ``counts`` holds what is no call: paths that are not offered, and calls that no known key stood behind, by cause.
    """

    def __init__(
        self,
        directory: Directory,
        admission: Admission,
        relay: Relay,
        clock: Clock,
        on_call: Callable[[CallRecord], None],
        bounds: Bounds | None = None,
    ) -> None:
        self._directory = directory
        self._admission = admission
        self._relay = relay
        self._clock = clock
        self._on_call = on_call
        self._bounds = bounds or Bounds()
        self.counts: Counter[str] = Counter()
        self.is_stopping = False

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        client = Client(scope, receive, send)
        route = route_of(scope["method"], scope["raw_path"])
        if route is None:
            await self._elsewhere(scope["raw_path"], client)
        else:
            await self._recorded(route, client)

    async def _elsewhere(self, path: bytes, client: Client) -> None:
        if path == b"/healthz":
            await client.answer(Answer(200, b'{"ok":true}', [_JSON]))
        elif path == b"/readyz":
            is_ready = not self.is_stopping and self._directory.is_fresh()
            await client.answer(
                Answer(200 if is_ready else 503, b'{"ok":%s}' % str(is_ready).lower().encode(), [_JSON])
            )
        else:
            self.counts["unknown_path"] += 1
            await client.answer(refusals.unknown_path())

    async def _recorded(self, route: Route, client: Client) -> None:
        """Serve a call, and tell of it however it ended."""
        record = CallRecord(self._clock.now(), route.name)
        record.retry_count = records.retry_count(headers.find(client.headers, RETRY_COUNT))
        try:
            await self._answered(route, client, record)
        finally:
            record.status = record.status or client.status or records.CLIENT_GONE
            record.total_ms = record.elapsed_ms()
            if record.key_id is None:
                self.counts[record.cause or "client_gone"] += 1
            else:
                self._on_call(record)

    async def _answered(self, route: Route, client: Client, record: CallRecord) -> None:
        try:
            await self._serve(route, client, record)
        except _Refused as refused:
            record.cause = refused.cause
            await client.answer(refused.answer, refused.more)
        except ClientGone:
            record.cause = "client_gone"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is ours, and its words may be somebody's prompt
            log.error("gateway.failed", error=type(error).__name__, endpoint=route.name)  # noqa: TRY400 - same
            record.cause = "gateway_failed"
            if not client.status:
                await client.answer(refusals.broke_off("gateway_failed"))

    async def _serve(self, route: Route, client: Client, record: CallRecord) -> None:
        key_hash = _key_hash(client.headers)
        key = self._known(key_hash, record)
        if route.demand_of is None:
            await self._carry(_told(route, key, client), client, record)
            return
        asked = await self._asked(route.demand_of, client)
        key = self._known(key_hash, record)  # again: it may have ended while the body was on its way
        record.is_stream = asked.is_stream
        record.model = records.model_name(asked.model, is_known=key.knows(asked.model))
        for model in asked.models:
            if (blocking := key.blocked_at(model)) is not None:
                raise _Refused(refusals.model_blocked(model, blocking), "model_blocked")
        await self._admitted(route, key, asked, client, record)

    def _known(self, key_hash: bytes, record: CallRecord) -> KnownKey:
        """Return the key of a call, unless it opens nothing."""
        if self.is_stopping:
            raise _Refused(refusals.stopping(), "gateway_stopping")
        try:
            key = self._directory.find(key_hash)
        except OutOfDate:
            raise _Refused(refusals.out_of_date(), "keys_out_of_date") from None
        if key is None:
            raise _Refused(refusals.invalid_key(), "invalid_api_key")
        record.key_id, record.project_id = key.key_id, key.project_id
        if key.has_ended(self._clock.now()):
            raise _Refused(refusals.invalid_key(), "key_ended")
        if key.is_archived:
            raise _Refused(refusals.project_archived(), "project_archived")
        return key

    async def _asked(self, demand_of: DemandOf, client: Client) -> Asked:
        bounds = self._bounds
        try:
            raw = await client.body(bounds.body_bytes, bounds.body_seconds)
            return judged(raw, lambda body: demand_of(body, bounds.default_output))
        except BodyTooLarge:
            raise _Refused(refusals.body_too_large(bounds.body_bytes), "request_too_large") from None
        except BodyTooSlow:
            raise _Refused(refusals.body_too_slow(), "request_timeout") from None
        except BadRequest as bad:
            raise _Refused(refusals.bad_request(str(bad)), "invalid_request") from None

    async def _admitted(self, route: Route, key: KnownKey, asked: Asked, client: Client, record: CallRecord) -> None:
        """Reserve what the call may take, make it, and settle what it took, however it ended."""
        verdict = await self._admission.admit(key, asked.model, asked.demand)
        if refusal := verdict.refusal:
            record.scope, record.metric = refusal.scope, str(refusal.metric)
            answer = refusals.over_limit(refusal, asked.model, verdict.owner)
            raise _Refused(answer, "rate_limit_exceeded", verdict.headers)
        used = KEPT
        try:
            outgoing = _outgoing(route, key, client, asked)
            used = await self._relay.carry(outgoing, client, verdict.headers, record)
            if record.upstream_status == 200:
                record.model = records.model_name(asked.model, is_known=True)
        finally:
            await self._admission.settle(verdict, used)

    async def _carry(self, outgoing: Outgoing, client: Client, record: CallRecord) -> None:
        await client.body(0, self._bounds.body_seconds)
        await self._relay.carry(outgoing, client, [], record)


def _key_hash(given: headers.Headers) -> bytes:
    """Return the SHA-256 of the key that is sent as ``Authorization: Bearer …``."""
    scheme, _, key = headers.find(given, b"authorization").partition(b" ")
    return virtual_keys.hash_of(key.strip().decode("latin-1")) if scheme.lower() == b"bearer" else b""


def _outgoing(route: Route, key: KnownKey, client: Client, asked: Asked) -> Outgoing:
    sent = headers.to_upstream(client.headers, key.upstream.secret)
    return Outgoing("POST", route.path, key.upstream, sent, asked.body, asked.demand)


def _told(route: Route, key: KnownKey, client: Client) -> Outgoing:
    """Return the call that asks for models: all that the key may use, or one of them."""
    if route.model is not None and key.blocked_at(route.model) is not None:
        raise _Refused(refusals.model_not_found(route.model), "model_not_found")
    sent = headers.to_upstream(client.headers, key.upstream.secret)
    rewrite = _only_usable(key) if route.model is None else None
    return Outgoing("GET", route.path, key.upstream, sent, None, _NO_DEMAND, rewrite)


def _only_usable(key: KnownKey) -> Rewrite:
    def rewrite(told: dict[str, Any]) -> dict[str, Any] | None:
        models = told.get("data")
        if not isinstance(models, list):
            return None
        names = ((each, each.get("id")) for each in models if isinstance(each, dict))
        usable = [each for each, name in names if isinstance(name, str) and key.blocked_at(name) is None]
        return {**told, "data": usable}

    return rewrite
