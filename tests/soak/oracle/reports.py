"""The emulator's reports, read over HTTP as anybody may read them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import aiohttp

from tests.soak.oracle.ledger import NOTHING, Chosen, Days, Ledger, Spend, Sums, Use

OF_SPENDING = ("accessor", "line_item", "tags", "deployment")
OF_USAGE = ("", "accessor", "tags", "method", "endpoint", "models", "feature_set", "deployment")


class Reports:
    """Asks the emulator for everything that it tells, as nobody of ``bot/`` does."""

    def __init__(self, url: str, credential: str, keys: Mapping[str, Chosen]) -> None:
        self._url = url
        self._headers = {"Authorization": f"Token {credential}"}
        self._keys = keys

    async def read(self, days: Days, *, usage: Sequence[str] = ()) -> Ledger:
        """Read every report of every project, each day with all groupings of spending and with none.

        ``usage`` are the groupings of usage to read too, one at a time ("" is none).
        """
        rows: list[Spend] = []
        totals: dict[tuple[date, str], Decimal] = {}
        used: dict[str, list[Use]] = {grouping: [] for grouping in usage}
        async with aiohttp.ClientSession(self._url, headers=self._headers) as client:
            names = {each["project_id"]: each["name"] for each in (await _get(client, "/v1/projects"))["projects"]}
            for project in names:
                billing = f"/v1/projects/{project}/billing/breakdown"
                rows += [_spend(project, told) for told in (await _told(client, billing, days, OF_SPENDING))]
                for told in await _told(client, billing, days):
                    totals[_day(told), project] = Decimal(told["dollars"])
                for grouping, found in used.items():
                    path, by = f"/v1/projects/{project}/usage/breakdown", [grouping] if grouping else []
                    found += [_use(project, grouping, told) for told in await _told(client, path, days, by)]
        return Ledger(names, rows, totals, used, self._keys)

    async def balances(self, project: str | None = None) -> Sums:
        """Return the dollars that are left in a project, or in each of them, by its id."""
        return {each: _dollars(told) for each, told in (await self._of_each(project, "balances")).items()}

    async def failed(self, day: date, project: str | None = None) -> int:
        """Count the requests of a day that failed, by the records of them."""
        params = [("start", f"{day}T00:00:00Z"), ("end", f"{day}T23:59:59.999Z"), ("status", "failed")]
        every = await self._of_each(project, "requests", *params, ("limit", "1000"))
        found = [told["requests"] for told in every.values()]
        assert all(len(each) < 1000 for each in found)
        return sum(map(len, found))

    async def _of_each(self, project: str | None, what: str, *params: tuple[str, str]) -> dict[str, Any]:
        async with aiohttp.ClientSession(self._url, headers=self._headers) as client:
            every = [each["project_id"] for each in (await _get(client, "/v1/projects"))["projects"]]
            wanted = every if project is None else [project]
            return {each: await _get(client, f"/v1/projects/{each}/{what}", params) for each in wanted}


def _dollars(told: Any) -> Decimal:
    return sum((Decimal(each["amount"]) for each in told["balances"] if each["units"] == "usd"), NOTHING)


async def _told(client: aiohttp.ClientSession, path: str, days: Days, groupings: Iterable[str] = ()) -> Any:
    params = [("start", f"{days[0]}"), ("end", f"{days[1]}"), *(("grouping", each) for each in groupings)]
    return (await _get(client, path, params))["results"]


async def _get(client: aiohttp.ClientSession, path: str, params: Iterable[tuple[str, str]] = ()) -> Any:
    async with client.get(path, params=list(params)) as answer:
        text = await answer.text()
        assert answer.status == 200, text
        return json.loads(text, parse_float=Decimal)


def _spend(project: str, told: Any) -> Spend:
    by = told["grouping"]
    tags = frozenset(by["tags"] or ())
    return Spend(_day(told), project, by["accessor"], by["line_item"], tags, by["deployment"], Decimal(told["dollars"]))


def _use(project: str, grouping: str, told: Any) -> Use:
    value = told["grouping"].get(grouping) if grouping else ""
    tags = frozenset(value or ()) if grouping == "tags" else frozenset()
    measures = {
        "hours": Decimal(told["hours"]),
        "requests": Decimal(told["requests"]),
        "tokens": Decimal(told["tokens_in"]) + Decimal(told["tokens_out"]),
        "characters": Decimal(told["tts_characters"]),
        "agent hours": Decimal(told["agent_hours"]),
    }
    return Use(_day(told), project, set_text(value) if isinstance(value, list) else value or "", measures, tags)


def set_text(values: Iterable[str]) -> str:
    """Return one text for one set."""
    return ", ".join(sorted(values))


def _day(told: Any) -> date:
    return date.fromisoformat(told["grouping"]["start"])
