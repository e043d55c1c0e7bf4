"""What people take along as a file: sent to their direct messages, and on the record, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import audit
from bot.access.access import Access
from bot.clock import Clock
from bot.slack.call import Call
from bot.slack.files import FileNotSent, csv_bytes, send_file
from bot.slack.web import SlackWeb
from bot.store.database import Database

EXPORTED = "access.exported"


class Exports:
    """Sends files, by the client that may take its time: a large one takes longer than an interactive call may."""

    def __init__(self, database: Database, clock: Clock, web: SlackWeb) -> None:
        self._database = database
        self._clock = clock
        self._web = web

    async def send(self, access: Access, name: str, content: bytes, comment: str) -> None:
        """Send a file with a comment (mrkdwn) to whoever was let pass.

        Raises:
            FileNotSent: Slack refused, or its answer was unclear; that stands in the record, too.
        """
        try:
            await send_file(self._web, access.actor.user_id, name, content, comment)
        except FileNotSent as problem:
            await self._note(access, name, problem.text)
            raise
        await self._note(access, name, "sent")

    async def send_table(
        self,
        call: Call,
        access: Access,
        name: str,
        header: Sequence[str],
        rows: Iterable[Sequence[object]],
        comment: str,
    ) -> None:
        """Send a table as CSV, and say where it is; raises as ``send``."""
        await self.send(access, name, csv_bytes(header, rows), comment)
        await call.tell(f"{comment}: the file is in your direct messages with Keydesk.")

    async def _note(self, access: Access, name: str, outcome: str) -> None:
        now, project_id = self._clock.now(), access.project.id if access.project is not None else None
        await self._database.write(
            lambda session: audit.note(
                session, access.actor, EXPORTED, name, now, project_id=project_id, file=name, outcome=outcome
            )
        )
