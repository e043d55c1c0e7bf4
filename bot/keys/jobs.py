"""What follows when a key ends, or does not: those whom it concerns hear of it."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.slack.web import SlackWeb
from bot.slack.words import code, cut, escape, when
from bot.store import keys, record
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.record import Entry

PURPOSE_SHOWN = 80


class KeyJobs:
    """Jobs of this room that only tell somebody something."""

    def __init__(self, database: Database, web: SlackWeb) -> None:
        self._database = database
        self._web = web

    async def tell_end(self, ref: str, now: datetime) -> None:
        """Tell the owner of a key that it has ended, and why."""
        key = await self._database.read(lambda session: keys.get(session, ref))
        if key is None or key.owner is None or key.state != "ended":
            return
        by = f" by <@{key.ended_by}>" if key.ended_by and key.ended_by.startswith(("U", "W")) else ""
        text = (
            f"Your key {code(key.label)} for “{escape(cut(key.purpose, PURPOSE_SHOWN))}” ended "
            f"{when(key.ended_at or now)}{by}: {escape(key.end_reason or 'no reason given')}. "
            "If you still need one: `/keys request`."
        )
        await self._web.post(await self._web.open_dm(key.owner), text)

    async def tell_refused(self, ref: str, now: datetime) -> None:
        """Tell whoever wanted to end a key that it cannot be ended after all, and why."""
        del now

        def read(session: Session) -> tuple[Key | None, list[Entry]]:
            return keys.get(session, ref), record.named(session, ref, "keys.end.refused")

        key, refusals = await self._database.read(read)
        if key is None or key.state != "live" or not refusals:
            return
        last = refusals[-1]
        text = f"Key {code(key.label)} was not ended and may still work: {escape(str(last.detail['why']))}"
        await self._web.post(await self._web.open_dm(last.actor), text)
