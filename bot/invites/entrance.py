"""How every listener of this room begins and ends: who asks and in which project; what the desk answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.desk.entrance import ListEntrance
from bot.operation import Actor, Operation
from bot.providers.deepgram.invites import Invite as Told
from bot.slack.waiting import told_if_slow


class Entrance(ListEntrance[Told]):
    """Judges people, finds projects, and hands operations to the desk."""

    async def submit_typed(self, operation: Operation, actor: Actor, tell: Callable[[str], Awaitable[object]]) -> str:
        """Bring what was typed or pressed to the desk and say what came of it; whoever waits long is told so."""
        return await told_if_slow(self.submit(operation, actor), tell, "Asking Deepgram…")

    async def submit(self, operation: Operation, actor: Actor, view_id: str | None = None) -> str:
        """Bring an operation to the desk and return, in plain words, what came of it.

        Raises:
            BotError: it was refused, or certainly not done.
        """
        return await self.outcome(actor, await self._desk.submit(operation, actor, view_id), "nobody is invited")
