"""Recorded requests: filtered, page after page, and one by its id. Deepgram keeps them for 90 days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

from bot.errors import NotUnderstood, Unavailable
from bot.providers.deepgram.endpoints import Endpoints, listed, project_path
from bot.providers.deepgram.filters import filled, one_of
from bot.providers.deepgram.ids import path_id, uuid_of
from bot.providers.deepgram.request_records import record_of
from bot.providers.http import ProviderCall
from bot.providers.lenient import count_or_none
from bot.providers.records import (
    ENDPOINTS,
    EVERY_REQUEST,
    LARGEST_PAGE,
    METHODS,
    RequestFilter,
    RequestPage,
    RequestRecord,
    Status,
)

UNTOLD_CAP = 100  # the largest page once; no server cuts a page shorter than that
MOST_PAGES = 10_000


class Requests(Endpoints):
    """The endpoints under ``/v1/projects/{project_id}/requests``."""

    async def requests(
        self, project_id: str, which: RequestFilter = EVERY_REQUEST, *, page_size: int = LARGEST_PAGE
    ) -> AsyncIterator[RequestRecord]:
        """Yield every matching request, newest first, keeping one page in memory.

        A page that is shorter than asked for ends nothing: Deepgram's limit was 100 once, and a server that still
        has it cuts a page there without a word.

        Pages are counted from the newest, so what arrives meanwhile moves records on to later pages: give
        ``which.end`` to hold them still. Without it, what a page repeats of the one before is left out.

        Raises:
            NotUnderstood: a filter makes no sense.
            Unavailable: a page could not be read, or Deepgram gave the same page twice.
        """
        before: set[str] = set()
        for number in range(MOST_PAGES):
            page = await self.request_page(project_id, which, page=number, page_size=page_size)
            ids = {record.request_id for record in page.records}
            if not page.is_last and ids and ids <= before:
                raise Unavailable("Deepgram gave the same page of requests twice. Choose a shorter period.")
            for record in page.records:
                if record.request_id not in before:
                    yield record
            if page.is_last:
                return
            if number == 0:
                # Shorter than asked for: a server with a limit of its own. By that limit its pages are counted.
                page_size = min(page_size, len(page.records) + page.left_out)
            before = ids
        raise Unavailable("Deepgram's list of requests has no end. Choose a shorter period.")

    async def request_page(
        self, project_id: str, which: RequestFilter = EVERY_REQUEST, *, page: int = 0, page_size: int = LARGEST_PAGE
    ) -> RequestPage:
        """Return one page of matching requests, newest first; pages count from 0 and hold 1 to 1000.

        Raises:
            NotUnderstood: a filter or a number makes no sense.
        """
        if page < 0 or not 1 <= page_size <= LARGEST_PAGE:
            raise NotUnderstood(f"A page holds 1 to {LARGEST_PAGE} requests, and pages count from 0.")
        params = params_of(which) | {"limit": str(page_size), "page": str(page)}
        body = await self._transport.read(f"{project_path(project_id)}/requests", "to list the requests", params=params)
        records = await listed(body, "requests", record_of)
        told = len(body["requests"] or [])
        is_last = not told or told < min(_full(body, page_size), UNTOLD_CAP)
        return RequestPage(records, is_last, records.left_out)

    async def request(self, project_id: str, request_id: str) -> RequestRecord:
        """Return one request; while it is not ``ready``, read it again later.

        Raises:
            NotUnderstood: an id is no UUID.
            NotFound: it is unknown, or older than Deepgram keeps.
        """
        path, doing = f"{project_path(project_id)}/requests/{path_id(request_id, 'request')}", "to read the request"
        found = record_of(await self._transport.read(path, doing))
        if found is None:
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return found


def params_of(which: RequestFilter) -> dict[str, str]:
    """Return the query.

    Raises:
        NotUnderstood: a value is none that this filter can have; Deepgram might ignore it.
    """
    if which.start and which.end and _moment(which.end) < _moment(which.start):
        raise NotUnderstood("The period ends before it starts.")
    checks: list[tuple[str, Any, Callable[[Any], str]]] = [
        ("start", which.start, _moment),
        ("end", which.end, _moment),
        ("accessor", which.accessor, partial(uuid_of, noun="key")),
        ("request_id", which.request_id, partial(uuid_of, noun="request")),
        ("deployment", which.deployment, partial(filled, noun="deployment")),
        ("endpoint", which.endpoint, partial(one_of, allowed=ENDPOINTS, noun="endpoint")),
        ("method", which.method, partial(one_of, allowed=METHODS, noun="method")),
        ("status", which.status, partial(one_of, allowed=get_args(Status), noun="status")),
    ]
    return {name: text_of(value) for name, value, text_of in checks if value is not None}


def _full(body: dict[str, Any], page_size: int) -> int:
    """Return how many records a full page has: the answer's own limit if it is lower than what was asked for."""
    told = count_or_none(body.get("limit"))
    return told if told and 0 < told < page_size else page_size


def _moment(moment: datetime) -> str:
    """Return a moment in a format that the specification lists (it does not list the ``Z`` that the SDK sends)."""
    if moment.tzinfo is None:
        raise NotUnderstood("The time has no time zone, so it is not clear when that is.")
    return moment.astimezone(UTC).isoformat(timespec="seconds")
