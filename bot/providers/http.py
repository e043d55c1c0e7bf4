"""One way to speak HTTP with a provider: authentication, time limits, retries and a limit of calls at once.

What was certainly not sent is told apart from what may have been done, because only the first may be repeated.
Nothing raised or logged here carries the credential, a request header or a body: a failure is a value
(``Trouble``) first, and the error is raised where the original exception is already gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

import httpx
from pydantic import SecretStr

from bot.errors import ProviderError, Unavailable
from bot.providers.lenient import exact_number
from bot.providers.words import is_markup

READ_TIMEOUT_SECONDS = 10.0
READ_TOTAL_SECONDS = 25.0  # all attempts of one read, pauses included
CHANGE_TIMEOUT_SECONDS = 15.0
CONNECT_TIMEOUT_SECONDS = 5.0
RETRIES = 2
LONGEST_PAUSE_SECONDS = 5.0
LONGEST_REST_SECONDS = (
    3600.0  # whatever a Retry-After says: a slip of the provider's must not silence Keydesk for years
)
CALLS_AT_ONCE = 4
READS_AT_ONCE = 3  # so that a change, which somebody waits for, never queues behind reads alone

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
class Limits:
    """How long calls may take, in seconds; ``read_total`` bounds all attempts of one read."""

    read: float = READ_TIMEOUT_SECONDS
    read_total: float = READ_TOTAL_SECONDS
    change: float = CHANGE_TIMEOUT_SECONDS
    connect: float = CONNECT_TIMEOUT_SECONDS


class Trouble(Enum):
    """Why there is no answer."""

    NOT_SENT = "not sent"  # no connection was made, or no slot came free in time
    NO_ANSWER = "no answer"  # sent, at least in part; then silence or a broken connection


@dataclass(frozen=True)
class Call:
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


@dataclass(frozen=True)
class Answer:
    """What came back; ``text`` may hold a secret, so it is in no repr."""

    status: int
    text: str = field(repr=False)
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def parsed(self) -> Any:
        """Return the JSON value of the body, or None if it is null, empty or unreadable.

        A number with a point or an exponent is a Decimal of exactly its digits: money never passes through float.
        """
        # RecursionError: a body of a hundred thousand opening brackets.
        with contextlib.suppress(ValueError, RecursionError):
            return json.loads(self.text, parse_float=exact_number)
        return None


Outcome = Answer | Trouble
ErrorOf = Callable[[Call, Outcome], ProviderError]


FROZEN = (
    "Keydesk was restored from a backup and is frozen, so nothing was made or ended. An owner reads the report of "
    "“keydesk reconcile” first; then Keydesk is started without --frozen."
)


class Sender(Protocol):
    """What a client needs of its transport; `Transport` says how."""

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        """Return the JSON object that a GET answers with."""
        ...

    async def change(self, call: Call) -> dict[str, Any]:
        """Send a change once and return the JSON object of its answer."""
        ...

    def no_answer(self, call: Call) -> ProviderError:
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
        limits: Limits | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        frozen: bool = False,
    ) -> None:
        self._frozen = frozen
        self._base_url = base_url.rstrip("/")
        self._authorization = authorization
        self._error_of = error_of
        self._limits = limits or Limits()
        self._pause = pause
        self._slots = asyncio.Semaphore(CALLS_AT_ONCE)
        self._read_slots = asyncio.Semaphore(READS_AT_ONCE)
        self._owns_client = client is None
        # No proxy or .netrc of the environment: they would see, or replace, the credential.
        self._client = client or httpx.AsyncClient(trust_env=False)

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        """Return the JSON object that a GET answers with.

        Raises:
            ProviderError: as mapped; an answer that is no JSON object counts as no answer.
        """
        call = Call("GET", path, doing, params or {})
        body = self._success(call, await self._tried(call)).parsed()
        if not isinstance(body, dict):
            raise self.no_answer(call)
        return body

    async def change(self, call: Call) -> dict[str, Any]:
        """Send a change once and return the JSON object of its answer, empty if that cannot be read.

        Raises:
            ProviderError: as mapped; ``Unclear`` if the change may have been made, ``Unavailable`` while frozen.
        """
        if self._frozen:
            raise Unavailable(FROZEN)
        body = self._success(call, await self._attempt(call)).parsed()
        return body if isinstance(body, dict) else {}

    def no_answer(self, call: Call) -> ProviderError:
        """Return the error for a success that came without what was asked for."""
        return self._error_of(call, Trouble.NO_ANSWER)

    async def aclose(self) -> None:
        """Close the connections, unless the client was injected."""
        if self._owns_client:
            await self._client.aclose()

    def _success(self, call: Call, outcome: Outcome) -> Answer:
        # A page of markup is a gateway's, even with status 200: it says nothing about the change.
        if isinstance(outcome, Answer) and outcome.is_success and not is_markup(outcome.text):
            return outcome
        raise self._error_of(call, outcome)

    async def _tried(self, call: Call) -> Outcome:
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

    async def _attempt(self, call: Call) -> Outcome:
        begun = False
        seconds = self._limits.read if call.is_read else self._limits.change
        try:
            # The limit covers the wait for a slot and a body that drips in, which httpx's own limits do not.
            async with asyncio.timeout(seconds), self._read_slots if call.is_read else nullcontext(), self._slots:
                begun = True
                response = await self._client.send(self._request(call, seconds))
        except _NEVER_SENT:
            return Trouble.NOT_SENT
        except TimeoutError:
            return Trouble.NO_ANSWER if begun else Trouble.NOT_SENT
        except httpx.HTTPError:
            return Trouble.NO_ANSWER
        # Always UTF-8: the codec that an odd header names may crash.
        text = response.content.decode("utf-8", "replace")
        return Answer(response.status_code, text, retry_after(response.headers.get("retry-after")))

    def _request(self, call: Call, seconds: float) -> httpx.Request:
        headers = {"Authorization": self._authorization.get_secret_value()}
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
    if isinstance(outcome, Answer):
        if outcome.status != 429 and outcome.status < 500:
            return None
        if outcome.retry_after is not None:
            return outcome.retry_after if outcome.retry_after <= LONGEST_PAUSE_SECONDS else None
    return 0.2 * (1 << turn) * random.uniform(0.5, 1.5)


def retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, an hour at most; its date form and nonsense count as absent."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return min(seconds, LONGEST_REST_SECONDS) if math.isfinite(seconds) and seconds >= 0 else None
