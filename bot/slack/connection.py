"""The two clients of Slack's Web API, one patient and one not, over one session."""

from __future__ import annotations

from dataclasses import dataclass

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answers import BoundedResponse
from bot.slack.ladder import Ladder
from bot.slack.quiet import quiet
from bot.slack.refused_types import RefusedTypes
from bot.slack.token import Token
from bot.slack.web import SlackWeb, Wording

API_URL = "https://slack.com/api/"
INTERACTIVE_SECONDS = 4.0
BACKGROUND_SECONDS = 30.0
RATE_LIMIT_WAITS = 3


@dataclass(frozen=True)
class Slack:
    """The two clients over one shared session; ``close`` it at exit.

    ``interactive`` gives up after 4 seconds and never waits out a rate limit: somebody is looking.
    ``background`` waits as long as Slack asks.
    """

    interactive: SlackWeb
    background: SlackWeb
    session: aiohttp.ClientSession
    ladder: Ladder

    def word(self, wording: Wording) -> None:
        """Say everything in these words from now on."""
        self.interactive.wording = self.background.wording = wording

    def remember(self, refusals: RefusedTypes) -> None:
        """Share from now on which blocks this workspace refuses."""
        self.ladder.refusals = refusals

    async def close(self) -> None:
        """Close the shared session."""
        await self.session.close()


def connect(token: str, api_url: str = API_URL) -> Slack:
    """Make the clients; call it inside the running event loop."""
    session = aiohttp.ClientSession(
        trust_env=False,
        timeout=aiohttp.ClientTimeout(total=BACKGROUND_SECONDS, sock_connect=5),
        response_class=BoundedResponse,
    )
    client, shared, ladder = web_client(token, api_url, session), Token(), Ladder()
    return Slack(
        interactive=SlackWeb(client, INTERACTIVE_SECONDS, token=shared, ladder=ladder),
        background=SlackWeb(client, BACKGROUND_SECONDS, waits=RATE_LIMIT_WAITS, token=shared, ladder=ladder),
        session=session,
        ladder=ladder,
    )


def web_client(
    token: str | None,
    api_url: str,
    session: aiohttp.ClientSession,
) -> AsyncWebClient:
    """Make slack_sdk's client without proxies, debug prints or retries of its own.

    slack_sdk repeats any call once after a lost connection; a message would then be posted twice.
    """
    client = AsyncWebClient(
        token=token,
        base_url=api_url.rstrip("/") + "/",
        session=session,
        retry_handlers=[],
        logger=quiet("slack_sdk.web.async_client"),
    )
    client.proxy = None  # the constructor has read HTTPS_PROXY
    return client
