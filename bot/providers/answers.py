"""What came back from a provider: read within bounds, and judged only by what it says."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import httpx

from bot import bodies
from bot.providers.lenient import exact_number

LARGEST_ERROR = 64 * 1024  # bytes of an error that are read
LONGEST_REST_SECONDS = (
    3600.0  # whatever a Retry-After says: a slip of the provider's must not silence Keydesk for years
)
# Somebody between us and the provider gave up (408, 460 and 499 are a waiting caller's, 425 asks for another try), or
# spoke for another host (421): what became of the call is not in them.
VAGUE = frozenset({408, 421, 425, 460, 499})
DONE = frozenset({200, 201, 204})  # 202 is only a promise, 206 a part, 207 a list of verdicts
# As vendors write errors, and as gateways and other services do.
_ERRORS = ("err_code", "err_msg", "category", "details", "error", "errors", "error_code", "error_message", "fault")
_VERDICTS = ("ok", "success", "succeeded")
_CODES = ("code", "status", "statusCode", "status_code")


class Trouble(Enum):
    """Why there is no answer."""

    NOT_SENT = "not sent"  # no connection was made, or no slot came free in time
    NO_ANSWER = "no answer"  # sent, at least in part; then silence, a broken connection or a broken encoding
    TOO_LARGE = "too large"  # more than we read; asking again would bring the same


@dataclass(frozen=True)
class Answer:
    """What came back; ``text`` is as `bodies.read_body` gives it and may hold a secret, so it is in no repr."""

    status: int
    text: str = field(repr=False)
    retry_after: float | None = None

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    async def value(self) -> Any:
        """Return the JSON value of the body, or None if it is null, empty or unreadable.

        A number with a point or an exponent is a Decimal of exactly its digits: money never passes through float.
        """
        return await bodies.parsed(self.text, exact_number)


Outcome = Answer | Trouble


async def answer_of(response: httpx.Response) -> Answer:
    """Read an answer whose body has not been read yet; of an error only the beginning.

    Raises:
        TooLarge, Undecodable: as `bodies.read_body` does.
        httpx.HTTPError: the connection broke.
    """
    if not isinstance(response.stream, httpx.AsyncByteStream):
        raise TypeError("the answer of a synchronous client")
    # Not httpx's own decoding, which turns a chunk into a thousand times as much at once.
    chunks, encoding = response.stream, response.headers.get("content-encoding", "")
    if response.is_success:
        text = await bodies.read_body(chunks, encoding)
    else:
        text = await bodies.read_beginning(chunks, encoding, LARGEST_ERROR)
    return Answer(response.status_code, text, retry_after(response.headers.get("retry-after")))


async def what_was_done(answer: Answer) -> dict[str, Any] | None:
    """Return the JSON object of an answer which says that a change was made, {} for an empty body; None if it does not.

    Only these two say so. A page of some gateway, half of an answer, a list, a word: all of that comes with a status
    of 200 as well, and tells nothing of the change.
    """
    if answer.status not in DONE:
        return None
    if not answer.text.strip():
        return {}
    value = await answer.value()
    return value if isinstance(value, dict) and not is_error(value) else None


def is_error(body: Mapping[str, Any]) -> bool:
    """Tell whether an object speaks of an error, in any of the ways known."""
    return (
        any(body.get(name) for name in _ERRORS)
        or any(body.get(name) is False for name in _VERDICTS)
        or any(_is_bad_code(body.get(name)) for name in _CODES)
        or any(_is_bad_word(body.get(name)) for name in ("status", "result"))
    )


def _is_bad_code(value: object) -> bool:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text.isascii() and text.isdigit() and len(text) == 3 and int(text) >= 300


def _is_bad_word(value: object) -> bool:
    return isinstance(value, str) and value.strip().casefold() in {"error", "failed", "failure", "fail", "denied"}


def retry_after(value: str | None) -> float | None:
    """Return the seconds of a Retry-After header, an hour at most; its date form and nonsense count as absent."""
    try:
        seconds = float(value or "")
    except ValueError:
        return None
    return min(seconds, LONGEST_REST_SECONDS) if math.isfinite(seconds) and seconds >= 0 else None
