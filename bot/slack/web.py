"""Slack's Web API, as much of it as we use, with errors that can be logged.

SlackError              Slack refused, or could not be asked; ``code`` is Slack's own error name
├── SlackRateLimited    nothing happened; ask again after ``retry_after`` seconds
└── SlackUnclear        the call may or may not have happened (timeout, lost connection, 5xx)

None of them carries a request or an answer: Slack echoes whole views, and a view may show a secret.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.blocks import Block, fit_message
from bot.slack.groups import UserGroup, read_group
from bot.slack.words import cut_mrkdwn

TEXT_LIMIT = 3_900  # Slack may split a longer text into several messages
UNCLEAR_CODES = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})


Body = Mapping[str, Any]
Wording = Callable[[Body], Body]
"""Takes the body of a call or of an ack, and returns it in the words of this workspace."""


def unchanged(body: Body) -> Body:
    """Say everything as it is."""
    return body


class SlackError(Exception):
    """Slack refused a call; nothing happened unless a subclass says otherwise."""

    def __init__(self, method: str, code: str) -> None:
        super().__init__(f"{method}: {code}")
        self.method = method
        self.code = code


class SlackRateLimited(SlackError):
    """Too many calls: nothing happened; ``retry_after`` is in seconds."""

    def __init__(self, method: str, retry_after: float) -> None:
        super().__init__(method, "ratelimited")
        self.retry_after = retry_after


class SlackUnclear(SlackError):
    """The call may or may not have happened."""


@dataclass(frozen=True)
class Identity:
    """Who the bot is, as ``auth.test`` says, and which scopes its token has."""

    team_id: str
    team: str
    url: str
    user_id: str
    bot_id: str
    enterprise_id: str | None
    scopes: frozenset[str]


class SlackWeb:
    """One Web API client; every method raises ``SlackError`` or one of its kinds.

    ``wording`` turns each body that leaves into the words of this workspace (see ``prefix``).
    """

    def __init__(self, client: AsyncWebClient, seconds: float) -> None:
        self._client = client
        self._seconds = seconds
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
        return str((await self.write("chat.postMessage", said | extra))["ts"])

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Replace a message."""
        said = _said(text, blocks) | {"blocks": fit_message(blocks or [])}  # an empty list removes old blocks
        await self.write("chat.update", said | {"channel": channel, "ts": ts}, again=True)

    async def ephemeral(self, channel: str, user_id: str, text: str, blocks: Sequence[Block] | None = None) -> None:
        """Tell one person in a channel; Slack does not promise delivery."""
        await self.write("chat.postEphemeral", _said(text, blocks) | {"channel": channel, "user": user_id})

    async def open_dm(self, user_id: str) -> str:
        """Return the channel id of the direct conversation with a person."""
        answer = await self.write("conversations.open", {"users": user_id}, again=True)
        return str(answer["channel"]["id"])

    async def user_profile(self, user_id: str) -> Mapping[str, Any]:
        """Return Slack's user object."""
        user: Mapping[str, Any] = (await self.read("users.info", {"user": user_id}))["user"]
        return user

    async def channel(self, channel_id: str) -> Mapping[str, Any]:
        """Return Slack's conversation object."""
        channel: Mapping[str, Any] = (await self.read("conversations.info", {"channel": channel_id}))["channel"]
        return channel

    async def members(self, channel_id: str) -> AsyncIterator[str]:
        """Yield the ids of everyone in a channel, page after page."""
        cursor = ""
        while True:
            further = {"cursor": cursor} if cursor else {}
            page = await self.read("conversations.members", {"channel": channel_id, "limit": 200, **further})
            for member in page["members"]:
                yield str(member)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return

    async def user_groups(self) -> list[UserGroup]:
        """Return the user groups that are in use with their members; Slack has no pages here."""
        found = await self.read("usergroups.list", {"include_users": "true"})
        return [read_group(each) for each in found["usergroups"]]

    async def publish_home(self, user_id: str, view: Block) -> None:
        """Set a person's App Home."""
        await self.write("views.publish", {"user_id": user_id, "view": view}, again=True)

    async def open_view(self, trigger_id: str, view: Block) -> tuple[str, str]:
        """Open a modal; return its view id and hash."""
        return _view_of(await self.write("views.open", {"trigger_id": trigger_id, "view": view}))

    async def push_view(self, trigger_id: str, view: Block) -> tuple[str, str]:
        """Open a modal on top of another; return its view id and hash."""
        return _view_of(await self.write("views.push", {"trigger_id": trigger_id, "view": view}))

    async def update_view(self, view_id: str, hash_: str | None, view: Block) -> tuple[str, str]:
        """Replace a modal's content if it still has this hash; return its view id and new hash."""
        return _view_of(await self.write("views.update", {"view_id": view_id, "hash": hash_, "view": view}))

    async def auth_test(self) -> Identity:
        """Ask Slack who we are."""
        response = await self._call("auth.test", "POST", {})
        scopes = str(response.headers.get("x-oauth-scopes", ""))
        return Identity(
            team_id=response["team_id"],
            team=response.get("team", ""),
            url=response.get("url", ""),
            user_id=response["user_id"],
            bot_id=response.get("bot_id", ""),
            enterprise_id=response.get("enterprise_id"),
            scopes=frozenset(each.strip() for each in scopes.split(",") if each.strip()),
        )

    async def respond(self, response_url: str, message: Mapping[str, Any]) -> None:
        """Answer through a ``response_url`` (five uses within half an hour)."""
        await self.send(response_url, json=dict(self.wording(message)))

    async def send(self, url: str, **body: Any) -> None:
        """Post ``json`` or ``data`` to an address that Slack gave us: for an answer, or for a file's bytes."""
        try:
            async with asyncio.timeout(self._seconds), self._session.post(url, **body) as answer:
                if answer.status != 200:
                    raise SlackError("given_url", f"http_{answer.status}")
        except (TimeoutError, aiohttp.ClientError) as error:
            raise SlackUnclear("given_url", type(error).__name__) from None

    @property
    def _session(self) -> aiohttp.ClientSession:
        if self._client.session is None:
            raise RuntimeError("the client was built without a session: use connect()")
        return self._client.session

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
        where = {"params": dict(given)} if verb == "GET" else {"json": dict(given)}
        try:
            async with asyncio.timeout(self._seconds):
                return await self._client.api_call(method, http_verb=verb, **where)
        except SlackApiError as error:  # its text holds the whole answer: it must not travel on
            raise _mapped(method, error.response) from None
        except (TimeoutError, aiohttp.ClientError, SlackClientError) as error:
            raise SlackUnclear(method, type(error).__name__) from None


def _said(text: str, blocks: Sequence[Block] | None) -> dict[str, Any]:
    said: dict[str, Any] = {"text": cut_mrkdwn(text, TEXT_LIMIT)}
    return said | {"blocks": fit_message(blocks)} if blocks else said


def _view_of(answer: Mapping[str, Any]) -> tuple[str, str]:
    return str(answer["view"]["id"]), str(answer["view"]["hash"])


def _data(response: Any) -> Mapping[str, Any]:
    data: Mapping[str, Any] = response.data
    return data


def _mapped(method: str, response: Any) -> SlackError:
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error", f"http_{status}")) if isinstance(data, Mapping) else f"http_{status}"
    if status == 429 or code == "ratelimited":
        return SlackRateLimited(method, float(response.headers.get("Retry-After", 1)))
    if status >= 500 or code in UNCLEAR_CODES or not isinstance(data, Mapping):
        return SlackUnclear(method, code)
    return SlackError(method, code)
