"""What a listener gets: one ``Call``, whatever the kind of payload, and the ways to answer it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import structlog

from bot.errors import BotError
from bot.slack.blocks import Block, fit_message
from bot.slack.codes.sentences import Meaning
from bot.slack.codes.table import UPDATED_ELSEWHERE
from bot.slack.ladder import in_basic, opening
from bot.slack.web import SlackError, SlackUnclear, SlackWeb
from bot.slack.words import fallback_text

Kind = Literal["command", "action", "view", "view_closed", "shortcut", "options", "event"]
Delivered = Literal["response", "ephemeral", "direct", "nowhere"]
Outcome = Literal["shown", "gone", "unclear"]
Ack = Callable[..., Awaitable[Any]]
UpdateView = Callable[[str, str | None, Block], Awaitable[tuple[str, str]]]

TRAVELS = "keydesk_ack_travels"
ACK_TRAVEL_SECONDS = 0.15  # from leaving this process to being drawn by Slack, generously

_log = structlog.get_logger("bot.slack")


async def ack_left(context: Mapping[str, Any]) -> None:
    """Let updates of the view that this ack carries follow it; called by a transport once the ack was sent."""
    arrived = context.get(TRAVELS)
    if arrived is not None:
        asyncio.get_running_loop().call_later(ACK_TRAVEL_SECONDS, arrived.set)


class NotOpened(BotError):
    """Slack did not open the form; nothing was done."""


@dataclass
class OpenView:
    """A modal on somebody's screen.

    For one that an ack shows, ``hash`` is unknown (None) and ``arrived`` is set once Slack must have drawn it: the ack
    leaves a moment after ``ack()``, and an update that overtook it would be covered by it for ever.
    """

    web: SlackWeb
    view_id: str
    hash: str | None
    arrived: asyncio.Event | None = None
    tell: Callable[[str], Awaitable[object]] | None = None
    refusal: SlackError | None = None

    async def update(self, view: Block) -> Outcome:
        """Replace what the modal shows; where Slack refuses that while the window stands, ``tell`` is told why.

        ``shown``: Slack took it. ``gone``: it certainly was not taken (closed, or changed by somebody else).
        ``unclear``: it may have been. An unclear update is repeated with the same hash: a conflict then means that
        the first one was taken.
        """
        outcome = await self._twice(self.web.update_view, view)
        if outcome == "gone" and self.refusal is not None and self.refusal.meaning is not Meaning.LOST and self.tell:
            await self.tell(f"The window does not show what came of it. {self.refusal.verdict.words}")
        return outcome

    async def reveal(self, view: Block) -> Outcome:
        """Replace it by what is shown once, such as a secret: in basic blocks, never drawn in another way."""
        return await self._twice(self.web.update_view_once, view)

    async def _twice(self, update: UpdateView, view: Block) -> Outcome:
        if self.arrived is not None:
            await _within_ack_time(self.arrived)
        outcome = await self._try(update, view, conflict="gone")
        return outcome if outcome != "unclear" else await self._try(update, view, conflict="shown")

    async def _try(self, update: UpdateView, view: Block, *, conflict: Outcome) -> Outcome:
        try:
            self.view_id, self.hash = await update(self.view_id, self.hash, view)
        except SlackUnclear:
            return "unclear"
        except SlackError as error:
            self.refusal = error
            _log.info("slack.view_not_updated", error=error.code)
            return conflict if error.code == UPDATED_ELSEWHERE else "gone"
        return "shown"


@dataclass
class Call:
    """One thing that somebody typed, pressed, submitted or caused.

    ``name`` is ``"<noun> <verb>"`` for a command, else the id that its listener is registered under. ``text`` is the
    rest of a command; ``value`` a button's value, the chosen value of a menu, or what was typed so far for options.
    ``state`` is Slack's ``state.values``; ``form`` what the route read out of it. ``payload`` is the whole payload; for
    an event, the event itself.
    """

    kind: Kind
    name: str
    team_id: str
    user_id: str
    payload: Mapping[str, Any]
    web: SlackWeb
    answer: Ack
    channel_id: str | None = None
    trigger_id: str | None = None
    response_url: str | None = None
    text: str = ""
    value: str = ""
    view: Mapping[str, Any] | None = None
    state: Mapping[str, Any] = field(default_factory=dict)
    message: Mapping[str, Any] | None = None
    context: MutableMapping[str, Any] = field(default_factory=dict)
    acked: bool = False
    opened: OpenView | None = None
    form: Any = None

    @property
    def view_id(self) -> str | None:
        """The id of the view that was sent or acted in; None where there is none."""
        return str((self.view or {}).get("id") or "") or None

    @property
    def metadata(self) -> str:
        """What we noted in that view (its ``private_metadata``), or an empty text."""
        return str((self.view or {}).get("private_metadata") or "")

    @property
    def acted_in(self) -> OpenView | None:
        """The modal whose button was pressed; None where that stands elsewhere."""
        view = self.view or {}
        if view.get("type") != "modal":
            return None
        return OpenView(self.web, self.view_id or "", view.get("hash"))

    async def ack(self, **answer: Any) -> None:
        """Answer Slack now; only the first answer counts.

        A listener of options answers ``ack(options=[…])`` or ``ack(option_groups=[…])``; a listener of views may use
        the methods below. Commands, actions and shortcuts were acked before their listener ran.
        """
        if not self.acked:
            self.acked = True
            # An ack cannot be sent again, and Slack does not tell us that it refused one.
            shown = {"view": in_basic(answer["view"])} if "view" in answer else {}
            await self.answer(**self.web.wording({**answer, **shown}))

    async def ack_errors(self, errors: Mapping[str, str]) -> None:
        """Keep the form open and show a text under each field, by block id."""
        await self.ack(response_action="errors", errors=dict(errors))

    async def ack_update(self, view: Block) -> OpenView:
        """Replace the form by another view, which can be updated later."""
        arrived = self.context[TRAVELS] = asyncio.Event()
        await self.ack(response_action="update", view=view)
        self.opened = OpenView(self.web, self.view_id or "", None, arrived, self.tell)
        return self.opened

    async def ack_push(self, view: Block) -> None:
        """Show another view on top of the form."""
        await self.ack(response_action="push", view=view)

    async def open(self, view: Block) -> OpenView:
        """Open a modal with this call's trigger (once, within 3 seconds); raise NotOpened if Slack does not.

        What Slack might refuse follows a window that says to wait (see ``ladder.opening``).
        """
        return await self._shown(self.web.open_view, view)

    async def push(self, view: Block) -> OpenView:
        """Open a modal on top of the one that was acted in; raise NotOpened if Slack does not."""
        return await self._shown(self.web.push_view, view)

    async def open_over(self, view: Block) -> OpenView:
        """Open a modal: on top of the one that was acted in, if it was one; raise NotOpened if Slack does not."""
        return await (self.open(view) if self.acted_in is None else self.push(view))

    async def fill(self, form: Block) -> None:
        """Put a form into the window that waits for it; raise NotOpened, as ``open``, if Slack does not show it."""
        if self.opened is None:
            raise RuntimeError("no window waits")
        self.opened.tell = None  # what is raised says it
        await self._filled(self.opened, form)
        self.opened.tell = self.tell

    async def tell(self, text: str, blocks: Sequence[Block] | None = None) -> Delivered:
        """Tell the person privately: where they acted if that works, else in a direct message, else in the log."""
        for delivered, way in self._ways(text, blocks):
            try:
                await way()
            except SlackError as error:
                _log.info("slack.not_told_there", way=delivered, error=error.code)
            else:
                return delivered
        _log.warning("slack.not_told", kind=self.kind, name=self.name, user_id=self.user_id)
        return "nowhere"

    async def show(self, blocks: Sequence[Block]) -> Delivered:
        """Show blocks privately, as ``tell`` tells; notifications read what they say."""
        return await self.tell(fallback_text(blocks), blocks)

    async def show_instead(self, blocks: Sequence[Block]) -> Delivered:
        """Show blocks in place of the private message that carries the pressed button, as ``say_replace`` says."""
        return await self.say_replace(fallback_text(blocks), blocks)

    async def say_replace(self, text: str, blocks: Sequence[Block] | None = None) -> Delivered:
        """Replace the private message that carries the pressed button; tell anew if that fails."""
        if self.response_url:
            try:
                await self.web.respond(self.response_url, _private(text, blocks, replace=True))
            except SlackError as error:
                _log.info("slack.not_replaced", error=error.code)
            else:
                return "response"
        return await self.tell(text, blocks)

    def _ways(
        self, text: str, blocks: Sequence[Block] | None
    ) -> list[tuple[Delivered, Callable[[], Awaitable[object]]]]:
        ways: list[tuple[Delivered, Callable[[], Awaitable[object]]]] = []
        if url := self.response_url:
            ways.append(("response", lambda: self.web.respond(url, _private(text, blocks))))
        if channel := self.channel_id:
            ways.append(("ephemeral", lambda: self.web.ephemeral(channel, self.user_id, text, blocks)))
        if self.user_id:
            ways.append(("direct", lambda: self._direct(text, blocks)))
        return ways

    async def _direct(self, text: str, blocks: Sequence[Block] | None) -> None:
        await self.web.post(await self.web.open_dm(self.user_id), text, blocks)

    async def _shown(self, show: Callable[[str, Block], Awaitable[tuple[str, str]]], view: Block) -> OpenView:
        trigger, self.trigger_id = self.trigger_id, None  # a trigger works once
        first = opening(view)
        try:
            view_id, hash_ = await show(trigger or "", first)
        except SlackError as error:
            _log.warning("slack.view_not_opened", kind=self.kind, name=self.name, error=error.code)
            raise NotOpened(f"{error.verdict.words} {_nothing_done(error)}") from None
        self.opened = OpenView(self.web, view_id, hash_)
        if first is not view:
            await self._filled(self.opened, view)
        self.opened.tell = self.tell
        return self.opened

    async def _filled(self, opened: OpenView, view: Block) -> None:
        if await opened.update(view) == "gone":
            raise NotOpened(_not_shown(opened.refusal))


def _not_shown(refusal: SlackError | None) -> str:
    """Say why a window stays empty."""
    if refusal is None:
        return "Slack did not show what belongs into this window. Nothing was done: please try again."
    return f"{refusal.verdict.words} {_nothing_done(refusal)}"


def _nothing_done(error: SlackError) -> str:
    return "Nothing was done: please try again." if error.meaning is Meaning.LOST else "Nothing was done."


async def _within_ack_time(arrived: asyncio.Event) -> None:
    with contextlib.suppress(TimeoutError):  # after 3 seconds Slack has given the ack up
        await asyncio.wait_for(arrived.wait(), 3)


def _private(text: str, blocks: Sequence[Block] | None, *, replace: bool = False) -> dict[str, Any]:
    message: dict[str, Any] = {"response_type": "ephemeral", "replace_original": replace, "text": text, "parse": "none"}
    return message | {"blocks": fit_message(blocks)} if blocks else message
