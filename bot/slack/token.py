"""Whether Slack still accepts our token: one alert when it stops, however many calls meet it."""

from __future__ import annotations

import structlog

from bot.slack.codes.sentences import Meaning
from bot.slack.refusals import SlackError

_log = structlog.get_logger("bot.slack")


class Token:
    """What the calls of all clients say of the bot token they share."""

    def __init__(self) -> None:
        self._dead = False

    def accepted(self) -> None:
        """Note that Slack took it."""
        if self._dead:
            _log.info("slack.token_accepted_again")
        self._dead = False

    def refused(self, refusal: SlackError) -> None:
        """Note a refusal; alert where it is the first that is about the token itself."""
        if refusal.meaning is not Meaning.DEAD:
            return
        if not self._dead:
            _log.error("slack.token_dead", code=refusal.code, mend=refusal.verdict.words)
        self._dead = True
