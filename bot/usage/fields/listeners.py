"""What people type and press about what was used: tags, models, methods, features and line items."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from datetime import UTC, date, timedelta

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import by
from bot.clock import Clock
from bot.errors import NotUnderstood, ProviderError
from bot.providers.provider import Provider
from bot.slack.call import Call
from bot.slack.files import csv_bytes
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store.projects import Project
from bot.usage.fields import views
from bot.usage.fields.views import Used

MAY_READ = "usage.fields"
USUAL_DAYS = 30
DAYS = {"today": 1, "week": 7, "month": 30, "quarter": 90}
_LAST_WORD = re.compile(r"(?:^|\s)(today|week|month|quarter)\s*$", re.IGNORECASE)


class FieldListeners:
    """Answers `/usage fields`; reads only. ``files`` is the client that sends files."""

    def __init__(self, clock: Clock, provider: Provider, exports: Exports) -> None:
        self._clock = clock
        self._provider = provider
        self._exports = exports

    def routes(self) -> Routes:
        """Return what these listeners answer to."""
        fields = Route(self.fields, MAY_READ, by(lambda call: read_words(call.text)[0]))
        summary = "the tags, models, features and line items in use"
        return Routes(
            commands=(Command("usage", "fields", fields, "[project] [week]", summary, shows=True),),
            actions={"usage.fields.export": Route(self.export, MAY_READ, by(lambda call: _pressed(call.value)[0]))},
        )

    async def fields(self, call: Call, access: Access) -> list[views.Block]:
        """Show what was used lately in a project."""
        _, days = read_words(call.text)
        today = self._clock.now().astimezone(UTC).date()
        return views.used(await self._read(call, access, today - timedelta(days=days - 1), today), access.vendor)

    async def export(self, call: Call, access: Access) -> str:
        """Send all of it as CSV, in a direct message."""
        _, first, last = _pressed(call.value)
        seen = await self._read(call, access, first, last)
        rows = [(name, item) for name, items in views.columns(seen) for item in items]
        comment = f"What {escape(seen.project)} used from {seen.first} to {seen.last} (UTC)"
        content = csv_bytes(("what", "value"), rows)
        await self._exports.send(access, f"fields-{seen.last}.csv", content, comment)
        return "The file is in your direct messages."

    async def _read(self, call: Call, access: Access, first: date, last: date) -> Used:
        words = f"Reading what {escape(access.there.name)} used from {access.vendor.name}…"
        return await told_if_slow(self._used(access.there, first, last), call.tell, words)

    async def _used(self, project: Project, first: date, last: date) -> Used:
        fields, items = await asyncio.gather(
            self._provider.usage_fields(project.id, start=first, end=last), self._line_items(project.id, first, last)
        )
        return Used(project.id, project.name, first, last, fields, items, self._clock.now())

    async def _line_items(self, project_id: str, first: date, last: date) -> Mapping[str, str] | None:
        try:
            return (await self._provider.billing_fields(project_id, start=first, end=last)).line_items
        except ProviderError:  # such as a credential that may read usage and no costs
            return None


def read_words(typed: str) -> tuple[str, int]:
    """Return the project and the number of days that were typed; a period is the last word."""
    found = _LAST_WORD.search(typed)
    if found is None:
        return typed.strip(), USUAL_DAYS
    return typed[: found.start()].strip(), DAYS[found[1].lower()]


def _pressed(value: str) -> tuple[str, date, date]:
    try:
        project_id, first, last = value.split(":")
        return project_id, date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise NotUnderstood("This button is from another version of Keydesk. Type /usage fields again.") from None
