"""Recorded requests as values, and which of them are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import Field

from bot.providers.ids import Id, MaybeId
from bot.providers.lenient import Lenient, MaybeCount, MaybeDecimal, MaybeMoment, MaybeText, Text, Texts
from bot.providers.request_paths import endpoint_of, shown_path
from bot.providers.tags import MaybeTagSet

LARGEST_PAGE = 1000
ENDPOINTS = ("listen", "read", "speak", "agent")
METHODS = ("sync", "async", "streaming")
Status = Literal["succeeded", "failed"]


class RequestRecord(Lenient):
    """One request. While ``ready`` is false only the first five fields are known.

    ``usd`` may read 0 for a while before the true value, and is told of projects without a contract only.
    ``duration`` and ``total_audio`` are in seconds. ``path`` is sensitive: show ``shown_path``.
    """

    request_id: Id
    project_id: MaybeId = None
    created: MaybeMoment = None
    path: Text = Field(default="", repr=False)
    api_key_id: MaybeId = None
    ready: bool = False
    code: MaybeCount = None
    completed: MaybeMoment = None
    deployment: MaybeText = None
    method: MaybeText = None
    message: MaybeText = None
    usd: MaybeDecimal = None
    models: Texts = ()
    tags: MaybeTagSet = None
    features: Texts = ()
    tier: MaybeText = None
    duration: MaybeDecimal = None
    total_audio: MaybeDecimal = None
    channels: MaybeCount = None
    streams: MaybeCount = None
    tokens_in: MaybeCount = None
    tokens_out: MaybeCount = None
    tts_characters: MaybeCount = None
    agent_seconds: MaybeDecimal = None
    callback_attempts: MaybeCount = None
    callback_code: MaybeCount = None

    @property
    def shown_path(self) -> str:
        """Return the path without what nobody else should read."""
        return shown_path(self.path)

    @property
    def endpoint(self) -> str:
        """Return what it was for, such as "listen"; empty if that cannot be told."""
        return endpoint_of(self.path)

    @property
    def cost(self) -> Decimal | None:
        """Return the cost in dollars; None where it is not known, which a told 0 may stand for."""
        return self.usd or None

    @property
    def succeeded(self) -> bool | None:
        """Return whether the code is below 300 or, by the vendor's filter, 400 and above; None if neither."""
        if self.code is None or 300 <= self.code < 400:
            return None
        return self.code < 300


@dataclass(frozen=True)
class RequestFilter:
    """Which requests; ``accessor`` is the id of the key that made them. There is no filter by tag.

    ``start`` and ``end`` are aware moments, counted in whole seconds. ``succeeded`` is a code below 300, ``failed``
    one of 400 and above.
    """

    start: datetime | None = None
    end: datetime | None = None
    accessor: str | None = None
    request_id: str | None = None
    deployment: str | None = None
    endpoint: str | None = None
    method: str | None = None
    status: Status | None = None


EVERY_REQUEST = RequestFilter()


@dataclass(frozen=True)
class RequestPage:
    """One page, newest first; ``is_last`` if none follows it for certain; ``left_out`` records could not be read."""

    records: list[RequestRecord]
    is_last: bool
    left_out: int = 0
