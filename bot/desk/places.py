"""Where a card may stand: whether a channel is still ours alone."""

from __future__ import annotations

from bot.slack.channels import channel_problem, sharing_problem
from bot.slack.codes.sentences import Meaning
from bot.slack.web import SlackError, SlackWeb


class Places:
    """The channels of one run of a job, each asked about once."""

    def __init__(self, web: SlackWeb) -> None:
        self._web = web
        self._shared: dict[str, bool] = {}

    async def shared(self, channel: str) -> bool:
        """Tell whether a channel is shared outside the workspace; one that is gone is not.

        Raises:
            SlackError: Slack does not say, so nothing may be shown there now.
        """
        if channel not in self._shared:
            self._shared[channel] = await self._is_shared(channel)
        return self._shared[channel]

    async def _is_shared(self, channel: str) -> bool:
        try:
            said = await self._web.channel(channel)
        except SlackError as problem:
            if problem.meaning is Meaning.CLOSED:
                return False
            raise
        return sharing_problem(said) is not None

    async def usable(self, channel: str) -> tuple[str | None, frozenset[str]]:
        """Return why no card may be posted in a channel, or None; and who is in it.

        Raises:
            SlackError: Slack does not say.
        """
        said = await self._web.channel(channel)
        self._shared[channel] = sharing_problem(said) is not None
        problem = channel_problem(said)
        if problem is not None:
            return problem, frozenset()
        return None, frozenset([user_id async for user_id in self._web.members(channel)])
