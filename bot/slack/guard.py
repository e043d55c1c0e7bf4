"""One guard around every listener: it acks, never raises, and makes sure that somebody hears what went wrong.

Nothing but a cancellation leaves it: a listener goes on by itself after its ack, where nobody would catch anything.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from bot.errors import BotError, FormError
from bot.slack.blocks import Block, modal, plain, section
from bot.slack.call import Call, NotOpened
from bot.slack.payload import delivery_key
from bot.slack.router import Listener
from bot.slack.web import SlackError
from bot.slack.words import escape

IsFirst = Callable[[str], Awaitable[bool]]

_DEDUPED = frozenset({"command", "action", "shortcut", "event"})
ACKED_FIRST = _DEDUPED | {"view_closed"}
_SILENT = frozenset({"view_closed", "options", "event"})
_STACK = 3  # modals on top of each other

_log = structlog.get_logger("bot.slack")


class InFlight:
    """Counts the listeners that still run, so that a shutdown can wait for them."""

    def __init__(self) -> None:
        self._running = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self._running += 1
        self._idle.clear()

    def __exit__(self, *_: object) -> None:
        self._running -= 1
        if not self._running:
            self._idle.set()

    async def drain(self, seconds: float) -> bool:
        """Wait until nothing runs; return False if something still does after so many seconds."""
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            _log.warning("slack.still_running", listeners=self._running)
            return False
        return True


async def guarded(call: Call, listener: Listener, body: Mapping[str, Any], is_first: IsFirst | None) -> None:
    """Run a listener; raise nothing but CancelledError."""
    try:
        if call.kind in ACKED_FIRST:
            await call.ack()
        if await _is_first(call, body, is_first):
            await listener(call)
    except BotError as error:
        await _explain(call, error)
    except SlackError as error:
        await _explain(call, _refused(call, error))
    except Exception as error:  # noqa: BLE001 - this is the net: whatever it is, somebody must hear of it
        await _explain(call, _unexpected(call, error))
    finally:
        await call.ack()


def broken(kind: str, error: Exception) -> str:
    """Log what Slack sent and nobody could read, without its content; return the reference."""
    reference = secrets.token_hex(4)
    _log.error("slack.payload_not_understood", reference=reference, kind=kind, error=type(error).__name__)
    return reference


async def _is_first(call: Call, body: Mapping[str, Any], is_first: IsFirst | None) -> bool:
    key = delivery_key(call, body) if is_first and call.kind in _DEDUPED else None
    if is_first is None or key is None:
        return True
    try:
        first = await is_first(key)
    except Exception as error:  # noqa: BLE001 - rows are the idempotency: without this table work goes on
        _log.warning("slack.seen_not_readable", error=type(error).__name__)
        return True
    if not first:
        _log.info("slack.delivered_again", kind=call.kind, name=call.name)
    return first


def _refused(call: Call, error: SlackError) -> BotError:
    reference = secrets.token_hex(4)
    facts = {"kind": call.kind, "name": call.name, "method": error.method, "code": error.code}
    _log.warning("slack.listener_refused", reference=reference, **facts)
    return BotError(
        f"{error.verdict.words} Keydesk stopped there, reference {reference}: please look what was done before you "
        "try again."
    )


def _unexpected(call: Call, error: Exception) -> BotError:
    reference = secrets.token_hex(4)
    _log.error("slack.listener_failed", reference=reference, kind=call.kind, name=call.name, exc_info=error)
    return BotError(
        f"Something broke, reference {reference}. Nothing was announced; try again, or give the reference to your "
        "platform team."
    )


async def _explain(call: Call, error: BotError) -> None:
    """Show an error where the person looks; the last resort is the log."""
    if call.kind in _SILENT:
        _log.info("slack.nobody_to_tell", kind=call.kind, name=call.name, error=error.text)
        return
    try:
        if not await _explained_in_view(call, error):
            await call.tell(escape(error.text), [section(plain(error.text))])
    except Exception as failure:  # noqa: BLE001 - the guard never raises
        _log.error("slack.error_not_told", kind=call.kind, name=call.name, error=type(failure).__name__)


async def _explained_in_view(call: Call, error: BotError) -> bool:
    view = _error_view(error.text)
    if call.opened:
        return await call.opened.update(view) == "shown"
    if call.kind == "view" and not call.acked:
        await _ack_with(call, error, view)
        return True
    if call.kind == "action" and call.view and call.trigger_id:
        return await _opened_over(call, view)
    return False


async def _ack_with(call: Call, error: BotError, view: Block) -> None:
    if isinstance(error, FormError) and error.block_id in _fields(call.view or {}):
        await call.ack_errors({error.block_id: error.text})
    elif _depth(call.view or {}) < _STACK:
        await call.ack_push(view)  # on top: what was typed stays below
    else:
        await call.ack(response_action="update", view=view)


async def _opened_over(call: Call, view: Block) -> bool:
    try:
        await call.open_over(view)
    except (NotOpened, SlackError):
        return False
    return True


def _error_view(text: str) -> Block:
    return modal("error", "Not done", [section(plain(text))], close="Close")


def _fields(view: Mapping[str, Any]) -> set[str]:
    blocks = view.get("blocks") or ()
    return {block.get("block_id", "") for block in blocks if block.get("type") == "input"}


def _depth(view: Mapping[str, Any]) -> int:
    previous = view.get("previous_view_id")
    if not previous:
        return 1
    return 2 if previous == view.get("root_view_id") else _STACK
