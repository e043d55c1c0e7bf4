"""What somebody is owed to hear: told once Slack takes it, however late, and never where strangers read along."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.desk.places import Places
from bot.slack.web import SlackError, SlackWeb
from bot.store import notices
from bot.store.database import Database

log = structlog.get_logger()


class Notices:
    """Tells notices; a job of a notice's id."""

    def __init__(self, database: Database, web: SlackWeb) -> None:
        self._database = database
        self._web = web

    async def tell(self, ref: str, now: datetime) -> None:
        """Tell a notice that is owed still; where its place is closed to it, to whoever stands in.

        Raises:
            SlackError: it was not told, and trying again may help.
        """
        notice = await self._database.read(lambda session: notices.get(session, ref))
        if notice is None or notice.told_at is not None:
            return
        problem: str | None = None
        for place in filter(None, (notice.place, notice.otherwise)):
            problem = await self._post(place, notice.text)
            if problem is None:
                break
            log.warning("desk.notice_place_closed", notice=ref, place=place, why=problem)
        await self._database.write(lambda session: notices.told(session, ref, now, problem))

    async def _post(self, place: str, text: str) -> str | None:
        """Post in one place; return why that is closed to it for good, or None."""
        try:
            if place.startswith(("U", "W")):
                await self._web.post(await self._web.open_dm(place), text)
                return None
            if await Places(self._web).shared(place):
                return "shared outside the workspace"
            await self._web.post(place, text)
        except SlackError as problem:
            if not problem.final:
                raise
            return problem.code
        return None
