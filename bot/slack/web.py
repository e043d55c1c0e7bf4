"""Slack's Web API, as much of it as we use; every call that is no success raises one of `refusals`.

Every message and every view goes down the ladder: see ``ladder``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Block, fit_message
from bot.slack.given_urls import GivenUrls
from bot.slack.groups import UserGroup
from bot.slack.ladder import Ladder, Send
from bot.slack.reading import groups_of, list_of, next_page, object_of, text_of, view_of
from bot.slack.refusals import SlackError, SlackRateLimited, SlackTookNothing, SlackUnclear, note, refused
from bot.slack.refused_types import is_of_blocks
from bot.slack.token import Token
from bot.slack.words import cut_mrkdwn

__all__ = [
    "Body",
    "Identity",
    "SlackError",
    "SlackRateLimited",
    "SlackTookNothing",
    "SlackUnclear",
    "SlackWeb",
    "Wording",
    "unchanged",
]

TEXT_LIMIT = 3_900  # Slack may split a longer text into several messages
LONGEST_WAIT = 30.0  # seconds that a call sits out a limited rate; a job comes back later for more


Body = Mapping[str, Any]
Wording = Callable[[Body], Body]
"""Takes the body of a call or of an ack, and returns it in the words of this workspace."""


def unchanged(body: Body) -> Body:
    """Say everything as it is."""
    return body


@dataclass(frozen=True)
class Identity:
    """Who the bot is, as ``auth.test`` says, and which scopes its token has.

    ``team_id`` is our workspace; it is "" where Slack names none, as for an installation in a whole organisation.
    """

    team_id: str
    team: str
    url: str
    user_id: str
    bot_id: str
    enterprise_id: str | None
    scopes: frozenset[str]
    is_enterprise_install: bool = False


class SlackWeb:
    """One Web API client; every method raises ``SlackError`` or one of its kinds.

    ``seconds`` is how long one call may take; ``waits`` how often a limited rate is waited out. Clients of one token
    share what is known of it, and one ``ladder``. ``wording`` turns each body that leaves into this workspace's words
    (see ``prefix``).
    """

    def __init__(
        self,
        client: AsyncWebClient,
        seconds: float,
        *,
        waits: int = 0,
        token: Token | None = None,
        ladder: Ladder | None = None,
    ) -> None:
        self._client = client
        self._seconds = seconds
        self._waits = waits
        self._token = token or Token()
        self._ladder = ladder or Ladder()
        self.wording: Wording = unchanged

    async def post(
        self,
        channel: str,
        text: str,
        blocks: Sequence[Block] | None = None,
        *,
        metadata: Mapping[str, Any] | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Post a message and return its ``ts``; not repeated when unclear.

        ``metadata`` is ``{"event_type": …, "event_payload": {…}}``.
        """
        said = _said(text, blocks) | {"unfurl_links": False, "unfurl_media": False}
        extra = {"channel": channel, "metadata": metadata, "thread_ts": thread_ts}
        return text_of("chat.postMessage", await self._say("chat.postMessage", said | extra), "ts")

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Replace a message."""
        said = _said(text, blocks) | {"blocks": fit_message(blocks or [])}  # an empty list removes old blocks
        await self._say("chat.update", said | {"channel": channel, "ts": ts}, edits=True)

    async def ephemeral(self, channel: str, user_id: str, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Tell one person in a channel; Slack does not promise delivery."""
        await self._say("chat.postEphemeral", _said(text, blocks) | {"channel": channel, "user": user_id})

    async def open_dm(self, user_id: str) -> str:
        """Return the channel id of the direct conversation with a person."""
        answer = await self.write("conversations.open", {"users": user_id}, again=True)
        channel = object_of("conversations.open", answer, "channel")
        return text_of("conversations.open", channel, "id")

    async def user_profile(self, user_id: str) -> Mapping[str, Any]:
        """Return Slack's user object."""
        return object_of("users.info", await self.read("users.info", {"user": user_id}), "user")

    async def channel(self, channel_id: str) -> Mapping[str, Any]:
        """Return Slack's conversation object."""
        answer = await self.read("conversations.info", {"channel": channel_id})
        return object_of("conversations.info", answer, "channel")

    async def members(self, channel_id: str) -> AsyncIterator[str]:
        """Yield the ids of everyone in a channel, page after page."""
        cursor = ""
        while True:
            further = {"cursor": cursor} if cursor else {}
            page = await self.read("conversations.members", {"channel": channel_id, "limit": 200, **further})
            for member in list_of("conversations.members", page, "members"):
                yield str(member)
            cursor = next_page(page)
            if not cursor:
                return

    async def user_groups(self, team_id: str = "") -> list[UserGroup]:
        """Return the user groups of a workspace that are in use, with their members; Slack has no pages here.

        A token of one workspace ignores ``team_id``, one of a whole organisation needs it
        (docs.slack.dev/reference/methods/usergroups.list).
        """
        found = await self.read(
            "usergroups.list", {"include_users": "true"} | ({"team_id": team_id} if team_id else {})
        )
        return groups_of("usergroups.list", found)

    async def publish_home(self, user_id: str, view: Block) -> None:
        """Set a person's App Home."""
        await self._show("views.publish", view, {"user_id": user_id}, again=True)

    async def open_view(self, trigger_id: str, view: Block) -> tuple[str, str]:
        """Open a modal; return its view id and hash. ``Call.open`` takes care that the trigger is not wasted."""
        return view_of("views.open", await self._show("views.open", view, {"trigger_id": trigger_id}))

    async def push_view(self, trigger_id: str, view: Block) -> tuple[str, str]:
        """Open a modal on top of another; return its view id and hash."""
        return view_of("views.push", await self._show("views.push", view, {"trigger_id": trigger_id}))

    async def update_view(self, view_id: str, hash_: str | None, view: Block) -> tuple[str, str]:
        """Replace a modal's content if it still has this hash; return its view id and new hash."""
        return view_of("views.update", await self._show("views.update", view, {"view_id": view_id, "hash": hash_}))

    async def update_view_once(self, view_id: str, hash_: str | None, view: Block) -> tuple[str, str]:
        """Do the same in basic blocks, and in no other way if Slack refuses: for what is shown once."""
        send = self._shows("views.update", {"view_id": view_id, "hash": hash_})
        return view_of("views.update", await self._ladder.view_once(view, send))

    async def _say(self, method: str, body: Body, *, edits: bool = False) -> Body:
        """Send a message; ``edits`` for one that replaces another, which may be repeated when unclear."""
        return await self._ladder.message(body, partial(self.write, method, again=edits), edits=edits)

    async def _show(self, method: str, view: Block, where: Body, *, again: bool = False) -> Body:
        return await self._ladder.view(view, self._shows(method, where, again=again))

    def _shows(self, method: str, where: Body, *, again: bool = False) -> Send[Body]:
        return lambda drawn: self.write(method, {**where, "view": drawn}, again=again)

    async def auth_test(self) -> Identity:
        """Ask Slack who we are."""
        response = await self._call("auth.test", "POST", {})
        scopes = str(response.headers.get("x-oauth-scopes", ""))
        return read_identity(response.data, scopes)

    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Answer through a ``response_url`` (five uses within half an hour)."""

        async def send(drawn: Body) -> None:
            await self._given.respond(response_url, self.wording(drawn))

        await self._ladder.message(message, send)

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Send a file's bytes to the address that Slack gave for them."""
        await self._given.upload(upload_url, content)

    @property
    def _given(self) -> GivenUrls:
        if self._client.session is None:
            raise RuntimeError("the client was built without a session: use connect()")
        return GivenUrls(self._client.session, self._client.base_url, self._seconds)

    async def read(self, method: str, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """Call a method that changes nothing; an unclear call is repeated once."""
        try:
            return _data(await self._call(method, "GET", params))
        except SlackUnclear:
            return _data(await self._call(method, "GET", params))

    async def write(self, method: str, body: Mapping[str, Any], *, again: bool = False) -> Mapping[str, Any]:
        """Call once; ``again`` repeats an unclear call whose repetition changes nothing."""
        given = self.wording({key: value for key, value in body.items() if value is not None})
        try:
            return _data(await self._call(method, "POST", given))
        except SlackUnclear:
            if not again:
                raise
            return _data(await self._call(method, "POST", given))

    async def _call(self, method: str, verb: str, given: Mapping[str, Any]) -> Any:
        """Call; wait out what limits the rate, as often as this client waits."""
        for _ in range(self._waits):
            try:
                return await self._once(method, verb, given)
            except SlackRateLimited as limited:
                if limited.retry_after > LONGEST_WAIT:
                    raise
                await asyncio.sleep(limited.retry_after)
        return await self._once(method, verb, given)

    async def _once(self, method: str, verb: str, given: Mapping[str, Any]) -> Any:
        where = {"params": dict(given)} if verb == "GET" else {"json": dict(given)}
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._client.api_call(method, http_verb=verb, **where)
        except SlackApiError as error:  # its text holds the whole answer: it must not travel on
            raise self._refused(refused(method, error.response)) from None
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            raise SlackUnclear(method, type(error).__name__) from None
        self._token.accepted()
        return answer

    def _refused(self, refusal: SlackError) -> SlackError:
        self._token.refused(refusal)
        if not is_of_blocks(refusal):  # the ladder mends that, and logs what it cannot mend
            note(refusal)
        return refusal


def _said(text: str, blocks: Sequence[Block] | None) -> dict[str, Any]:
    said: dict[str, Any] = {"text": cut_mrkdwn(text, TEXT_LIMIT), "parse": "none"}  # no links but those that are marked
    return said | {"blocks": fit_message(blocks)} if blocks else said


def read_identity(answer: Mapping[str, Any], scopes: str) -> Identity:
    """Read the answer of ``auth.test``, and its header of scopes; it may name no workspace."""
    return Identity(
        team_id=_workspace(answer.get("team_id")),
        team=str(answer.get("team") or ""),
        url=str(answer.get("url") or ""),
        user_id=text_of("auth.test", answer, "user_id"),
        bot_id=str(answer.get("bot_id") or ""),
        enterprise_id=answer.get("enterprise_id"),
        scopes=frozenset(each.strip() for each in scopes.split(",") if each.strip()),
        is_enterprise_install=bool(answer.get("is_enterprise_install")),
    )


def _workspace(team_id: object) -> str:
    """Return the id of a workspace (``T…``); an organisation's own (``E…``) and null name none."""
    return team_id if isinstance(team_id, str) and team_id.startswith("T") else ""


def _data(response: Any) -> Mapping[str, Any]:
    data: Mapping[str, Any] = response.data
    return data
