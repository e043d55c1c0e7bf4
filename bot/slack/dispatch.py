"""Eight registrations with Bolt, one for each kind of payload; what comes then is a dict.

Bolt tries its listeners one after another: sixty of them cost three times what a dict costs.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import NotUnderstood
from bot.slack import usage
from bot.slack.blocks import Block
from bot.slack.bounds import bounded
from bot.slack.call import Ack, Call, Kind
from bot.slack.entering import enter
from bot.slack.guard import InFlight, IsFirst, broken, guarded
from bot.slack.noise import Noise
from bot.slack.payload import Body, read
from bot.slack.quiet import CountedElsewhere, quiet
from bot.slack.router import Answering, Listener, Router, Routes, join
from bot.slack.routes import Doorkeeper, Route
from bot.slack.web import Identity, SlackWeb

ANYTHING = re.compile(".*")
OUTDATED = "This button or form is from another version of Keydesk. Nothing was done: please start again."

_log = structlog.get_logger("bot.slack")


@dataclass(frozen=True)
class SlackApp:
    """Bolt with every route behind it.

    ``verifier`` is None without a signing secret: whoever knows the URL could then send anything.
    """

    app: AsyncApp
    router: Router
    in_flight: InFlight
    noise: Noise
    verifier: SignatureVerifier | None

    @property
    def takes_http(self) -> bool:
        """Whether requests can be told from those of anybody else."""
        return self.verifier is not None

    async def drain(self, seconds: float) -> bool:
        """Wait for the listeners that still run; False if some are left after so many seconds."""
        return await self.in_flight.drain(seconds)


def build_bolt(
    routes: Sequence[Routes],
    *,
    web: SlackWeb,
    identity: Identity,
    prefix: str = "",
    is_first: IsFirst | None = None,
    admit: Listener | None = None,
    door: Doorkeeper | None = None,
    signing_secret: str = "",
) -> SlackApp:
    """Put the routes behind Bolt.

    ``web`` is the interactive client. ``is_first`` tells whether a delivery is the first of its key; it is asked after
    the ack. ``admit`` is asked before our own help is shown, and refuses by raising; ``door`` lets people pass to
    routes.
    Raises DuplicateName where two rooms claim one name.
    """
    router = join(routes, prefix)
    app = AsyncApp(
        name="keydesk",
        signing_secret=signing_secret,
        logger=quiet("slack_bolt", CountedElsewhere),
        client=AsyncWebClient(token=None, logger=quiet("slack_sdk.web.async_client")),
        authorize=_authorizer(identity),
        process_before_response=True,  # else Bolt looks for the ack every 10 ms only; `begin` returns with the ack
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    in_flight = InFlight()
    _register(app, _Dispatch(router, web, in_flight, is_first, admit, identity.team_id, door))
    return SlackApp(app, router, in_flight, Noise(), SignatureVerifier(signing_secret) if signing_secret else None)


class _Dispatch:
    """Reads a payload, finds its listener, and runs it under the guard."""

    def __init__(
        self,
        router: Router,
        web: SlackWeb,
        in_flight: InFlight,
        is_first: IsFirst | None,
        admit: Listener | None,
        ours: str,
        door: Doorkeeper | None,
    ) -> None:
        self._router = router
        self._web = web
        self._in_flight = in_flight
        self._is_first = is_first
        self._admit = admit
        self._ours = ours
        self._door = door
        self._running: set[asyncio.Task[None]] = set()

    async def begin(self, kind: Kind, body: Body, ack: AsyncAck, context: AsyncBoltContext | None = None) -> None:
        """Start the listener and return as soon as it has acked: Bolt answers Slack then, and the rest goes on."""
        answered = asyncio.Event()

        async def answer(**given: Any) -> None:
            await ack(**given)
            answered.set()

        running = asyncio.create_task(self._run(kind, body, answer, context))
        self._running.add(running)  # the loop itself holds tasks weakly
        running.add_done_callback(self._running.discard)
        running.add_done_callback(lambda _: answered.set())
        await answered.wait()

    async def _run(self, kind: Kind, body: Body, ack: Ack, context: AsyncBoltContext | None) -> None:
        with self._in_flight:
            try:
                body = bounded(body)
                call = read(kind, body, self._router, self._web, ack, self._ours)
                call.context = {} if context is None else context
                listener = self._listener(call)
            except Exception as error:  # noqa: BLE001 - an odd payload must not lose its ack
                broken(kind, error)
                await ack()
                return
            await guarded(call, listener, body, self._is_first)

    def _listener(self, call: Call) -> Listener:
        found = self._command(call) if call.kind == "command" else self._found(call)
        if isinstance(found, Route):
            return self._entered(found)
        return found or (_nothing if call.kind in _MAY_BE_IGNORED else _outdated)

    def _entered(self, route: Route) -> Listener:
        door = self._door
        if door is None:
            raise RuntimeError("a route needs a door")

        async def listener(call: Call) -> None:
            await enter(call, route, door)

        return listener

    def _found(self, call: Call) -> Answering | None:
        wished = self._router.find_wish(call.name, call.value) if call.kind == "action" else None
        if wished is None:
            return self._router.find(call.kind, call.name)
        found, call.value = wished
        return found

    def _command(self, call: Call) -> Answering:
        noun, _, verb = call.name.partition(" ")
        typed = call.text.partition(" ")[0].lower()
        verbs = self._router.nouns.get(noun)
        if verbs is None:
            everything = typed in {"", "help"}
            return self._shows(
                usage.of_everything(self._router) if everything else usage.unknown_noun(self._router, typed)
            )
        command = verbs.get(verb)
        if command is not None and (verb or not typed or (command.words and typed != "help")):
            call.name = f"{noun} {command.verb}".rstrip()
            return command.answering(call.text)
        if typed in {"", "help"}:
            return self._shows(usage.of_noun(self._router, noun))
        return self._shows(usage.unknown_verb(self._router, noun, typed))

    def _shows(self, blocks: list[Block]) -> Listener:
        async def show(call: Call) -> None:
            if self._admit is not None:
                await self._admit(call)
            await call.show(blocks)

        return show


_MAY_BE_IGNORED = frozenset({"event", "view_closed", "options"})


async def _nothing(call: Call) -> None:
    """Answer what nobody listens to: no options, or silence."""
    _log.info("slack.nobody_listens", kind=call.kind, name=call.name)
    if call.kind == "options":
        await call.ack(options=[])


async def _outdated(_call: Call) -> None:
    raise NotUnderstood(OUTDATED)


def _register(app: AsyncApp, dispatch: _Dispatch) -> None:
    """Make the eight registrations; the last one is Bolt's own net, which only logs."""

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await dispatch.begin("command", body, ack)

    async def on_action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await dispatch.begin("action", body, ack)

    async def on_view(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await dispatch.begin("view", body, ack, context)

    async def on_view_closed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await dispatch.begin("view_closed", body, ack)

    async def on_shortcut(ack: AsyncAck, body: dict[str, Any]) -> None:
        await dispatch.begin("shortcut", body, ack)

    async def on_options(ack: AsyncAck, body: dict[str, Any]) -> None:
        await dispatch.begin("options", body, ack)

    async def on_event(ack: AsyncAck, body: dict[str, Any]) -> None:
        await dispatch.begin("event", body, ack)

    async def on_error(error: Exception) -> BoltResponse:
        broken("bolt", error)
        return BoltResponse(status=400)

    app.command(ANYTHING)(on_command)
    app.action(ANYTHING)(on_action)
    app.view(ANYTHING)(on_view)
    app.view_closed(ANYTHING)(on_view_closed)
    app.shortcut(ANYTHING)(on_shortcut)
    app.options(ANYTHING)(on_options)
    app.event(ANYTHING)(on_event)
    app.error(on_error)


def _authorizer(identity: Identity) -> Any:
    result = AuthorizeResult(
        enterprise_id=identity.enterprise_id,
        team_id=identity.team_id,
        bot_user_id=identity.user_id,
        bot_id=identity.bot_id,
    )

    async def authorize() -> AuthorizeResult:
        return result

    return authorize
