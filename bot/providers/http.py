"""One way to speak HTTP with a provider: authentication, time limits, retries and a limit of calls at once.

What was certainly not sent is told apart from what may have been done, because only the first may be repeated.
Nothing raised or logged here carries the credential, a request header or a body: a failure is a value
(``Trouble``) first, and the error is raised where the original exception is already gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import Any, ParamSpec, Protocol, TypeVar

import httpx
from pydantic import SecretStr

from bot.bodies import ENCODINGS, TooLarge, Undecodable
from bot.errors import ProviderError, Unavailable
from bot.providers.answers import VAGUE, Answer, Outcome, Trouble, answer_of, what_was_done

READ_TIMEOUT_SECONDS = 10.0  # until an answer begins
READ_TOTAL_SECONDS = 30.0  # all attempts of one read, with their pauses and the whole of the answer
CHANGE_TIMEOUT_SECONDS = 15.0
CONNECT_TIMEOUT_SECONDS = 5.0
RETRIES = 2
LONGEST_PAUSE_SECONDS = 5.0
CALLS_AT_ONCE = 4
READS_AT_ONCE = 3  # so that a change, which somebody waits for, never queues behind reads alone
UNHURRIED_READS_AT_ONCE = 2  # so that a read that somebody waits for never queues behind rounds alone

Params = Mapping[str, str | tuple[str, ...]]  # a tuple repeats its parameter
_NEVER_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)


@dataclass(frozen=True)
class CallLimits:
    """How long calls may take, in seconds; ``read_total`` bounds all attempts of one read."""

    read: float = READ_TIMEOUT_SECONDS
    read_total: float = READ_TOTAL_SECONDS
    change: float = CHANGE_TIMEOUT_SECONDS
    connect: float = CONNECT_TIMEOUT_SECONDS


@dataclass(frozen=True)
class ProviderCall:
    """One request; ``doing`` completes the sentence "… while trying" for its reader: "to list the keys"."""

    method: str
    path: str
    doing: str
    params: Params = field(default_factory=dict)
    body: Mapping[str, Any] | None = None

    @property
    def is_read(self) -> bool:
        """Whether repeating it is harmless."""
        return self.method == "GET"


ErrorOf = Callable[[ProviderCall, Outcome], ProviderError]


_unhurried: ContextVar[bool] = ContextVar("unhurried", default=False)
P = ParamSpec("P")
R = TypeVar("R")


def unhurried(work: Callable[P, Awaitable[R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Decorate what goes its rounds with nobody waiting: its reads leave a slot to those that somebody waits for."""

    @wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> R:
        token = _unhurried.set(True)
        try:
            return await work(*args, **kwargs)
        finally:
            _unhurried.reset(token)

    return run


@cache
def trusted() -> ssl.SSLContext:
    """Return the authorities whose certificates are believed; read once, as httpx needs 60 ms for each client."""
    return httpx.create_ssl_context(trust_env=False)


FROZEN = (
    "Keydesk was restored from a backup and is frozen, so nothing was made or ended. An owner reads the report of "
    "“keydesk reconcile” first; then Keydesk is started without --frozen."
)


class Sender(Protocol):
    """What a client needs of its transport; `Transport` says how."""

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        """Return the JSON object that a GET answers with."""
        ...

    async def change(self, call: ProviderCall) -> dict[str, Any]:
        """Send a change once and return the JSON object of its answer."""
        ...

    def no_answer(self, call: ProviderCall) -> ProviderError:
        """Return the error for a success that came without what was asked for."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


class Transport:
    """Sends calls to one provider with one credential.

    Reads are tried up to three times (no connection, 429, 5xx); a change is never sent twice.
    An injected ``client`` stays its owner's to close. While ``frozen`` (after a restore) no change is sent at all.
    """

    def __init__(
        self,
        base_url: str,
        authorization: SecretStr,
        error_of: ErrorOf,
        *,
        client: httpx.AsyncClient | None = None,
        limits: CallLimits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        frozen: bool = False,
    ) -> None:
        self._frozen = frozen
        self._base_url = base_url.rstrip("/")
        self._authorization = authorization
        self._error_of = error_of
        self._limits = limits or CallLimits()
        self._pause = pause
        self._slots = asyncio.Semaphore(CALLS_AT_ONCE)
        self._read_slots = asyncio.Semaphore(READS_AT_ONCE)
        self._unhurried_slots = asyncio.Semaphore(UNHURRIED_READS_AT_ONCE)
        self._owns_client = client is None
        # No proxy or .netrc of the environment: they would see, or replace, the credential.
        self._client = client or httpx.AsyncClient(trust_env=False, verify=trusted())

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        """Return the JSON object that a GET answers with.

        Raises:
            ProviderError: as mapped; an answer that is no JSON object counts as no answer.
        """
        call = ProviderCall("GET", path, doing, params or {})
        outcome = await self._tried(call)
        body = await outcome.value() if isinstance(outcome, Answer) and outcome.is_success else None
        if not isinstance(body, dict):
            raise self._error_of(call, outcome)
        return body

    async def change(self, call: ProviderCall) -> dict[str, Any]:
        """Send a change once and return the JSON object of its answer, or an empty one for an empty body.

        Raises:
            ProviderError: as mapped; ``Unclear`` if the change may have been made, ``Unavailable`` while frozen.
        """
        if self._frozen:
            raise Unavailable(FROZEN)
        outcome = await self._attempt(call)
        done = await what_was_done(outcome) if isinstance(outcome, Answer) else None
        if done is None:
            raise self._error_of(call, outcome)
        return done

    def no_answer(self, call: ProviderCall) -> ProviderError:
        """Return the error for a success that came without what was asked for."""
        return self._error_of(call, Trouble.NO_ANSWER)

    async def aclose(self) -> None:
        """Close the connections, unless the client was injected."""
        if self._owns_client:
            await self._client.aclose()

    async def _tried(self, call: ProviderCall) -> Outcome:
        outcome: Outcome = Trouble.NO_ANSWER
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.read_total):
                outcome = await self._attempt(call)
                for turn in range(RETRIES):
                    seconds = pause_before_retry(outcome, turn)
                    if seconds is None:
                        break
                    await self._pause(seconds)
                    outcome = await self._attempt(call)
        return outcome

    async def _attempt(self, call: ProviderCall) -> Outcome:
        begun = False
        seconds = self._limits.read if call.is_read else self._limits.change
        try:
            # The limit covers the wait for a slot and a body that drips in, which httpx's own limits do not.
            async with (
                asyncio.timeout(seconds) as deadline,
                self._unhurried_slots if call.is_read and _unhurried.get() else nullcontext(),
                self._read_slots if call.is_read else nullcontext(),
                self._slots,
            ):
                begun = True
                async with contextlib.aclosing(
                    await self._client.send(self._request(call, seconds), stream=True)
                ) as response:
                    if call.is_read:  # what is large may take longer, within what all attempts may take
                        deadline.reschedule(asyncio.get_running_loop().time() + self._limits.read_total)
                    return await answer_of(response)
        except _NEVER_SENT:
            return Trouble.NOT_SENT
        except TimeoutError:
            return Trouble.NO_ANSWER if begun else Trouble.NOT_SENT
        except TooLarge:
            return Trouble.TOO_LARGE
        except (httpx.HTTPError, Undecodable):
            return Trouble.NO_ANSWER

    def _request(self, call: ProviderCall, seconds: float) -> httpx.Request:
        headers = {"Authorization": self._authorization.get_secret_value(), "Accept-Encoding": ENCODINGS}
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        return self._client.build_request(
            call.method,
            self._base_url + call.path,
            params=dict(call.params) or None,
            # Not httpx's own encoding: it crashes on half of a surrogate pair, which people can paste.
            content=None if call.body is None else json.dumps(call.body),
            headers=headers,
            timeout=httpx.Timeout(seconds, connect=self._limits.connect, pool=self._limits.connect),
        )


def pause_before_retry(outcome: Outcome, turn: int) -> float | None:
    """Return how many seconds to wait before reading again, or None if that is pointless or too long."""
    if outcome is Trouble.TOO_LARGE:
        return None
    if isinstance(outcome, Answer):
        if outcome.status != 429 and outcome.status < 500 and outcome.status not in VAGUE:
            return None
        if outcome.retry_after is not None:
            return outcome.retry_after if outcome.retry_after <= LONGEST_PAUSE_SECONDS else None
    return 0.2 * (1 << turn) * random.uniform(0.5, 1.5)
