"""Operations on recorded requests: pages of them, newest first, and one."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiohttp import web

from playground.deepgram import queries, refusals
from playground.deepgram.ledger import RETENTION, Kind, Ledger, Slot, Wanted
from playground.deepgram.request_ids import request_of
from playground.deepgram.request_records import record
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import Project, State

PATH = "/v1/projects/{project_id}/requests"
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def routes(state: State, ledger: Ledger) -> list[web.RouteDef]:
    """Return the routes of requests."""
    return [
        route(state, "GET", PATH, partial(list_requests, ledger)),
        route(state, "GET", PATH + "/{request_id}", partial(get_request, ledger)),
    ]


def list_requests(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """List one page; there is no total and no hint at a next one."""
    project = ask.needs("usage:read")
    limit, page = queries.number(ask, "limit", 10, 1, 1000), queries.number(ask, "page", 0, 0, 10**8)
    start, end = queries.moment(ask, "start", _LONG_AGO), queries.moment(ask, "end", ledger.now())
    found = ledger.find(project, start, end, _wanted(ask))
    if "request_id" in ask.query:
        one = _known(ledger, project, ask.query["request_id"])
        slots = [one] if one and not page and found.has(one) else []
    else:
        most = min(limit, ask.state.page_cap or limit)  # a server with a limit of its own, which it does not tell
        slots = found.part(page * most, most)
    return {"page": page, "limit": limit, "requests": [record(ask.state, ledger, project, slot) for slot in slots]}


def get_request(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Describe one request, in the shape that the state's switch says."""
    project = ask.needs("usage:read")
    slot = _known(ledger, project, ask.path["request_id"])
    if slot is None or slot.created < ledger.now() - RETENTION:
        raise refusals.not_found("request")
    shown = record(ask.state, ledger, project, slot)
    return {"request": shown} if ask.state.request_shape == "A" else shown


def _known(ledger: Ledger, project: Project, value: str) -> Slot | None:
    try:
        return request_of(ledger, project, value)
    except (ValueError, OverflowError):
        return None


def _wanted(ask: Ask) -> Wanted:
    accessor = ask.query.get("accessor")
    deployment = queries.choice(ask, "deployment", {"hosted", "beta", "self-hosted"})
    endpoint = queries.choice(ask, "endpoint", {"listen", "read", "speak", "agent"})
    method = queries.choice(ask, "method", {"sync", "async", "streaming"})
    status = queries.choice(ask, "status", {"succeeded", "failed"})

    def wanted(kind: Kind) -> bool:
        return (
            accessor in {None, kind.key.key_id}
            and deployment in {None, "hosted"}
            and endpoint in {None, kind.workload.endpoint}
            and method in {None, kind.workload.method}
            and status in {None, kind.outcome}
        )

    return wanted
