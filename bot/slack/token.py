"""Whether Slack still accepts a token of ours: one alert when it stops, however many calls meet it."""

from __future__ import annotations

import structlog

from bot.slack.codes.sentences import Meaning
from bot.slack.refusals import SlackError

_log = structlog.get_logger("bot.slack")


class Token:
    """What all calls with one token say of it; ``name`` is the setting that holds it."""

    def __init__(self, name: str = "SLACK_BOT_TOKEN") -> None:
        self._name = name
        self._dead = False

    def accepted(self) -> None:
        """Note that Slack took it."""
        if self._dead:
            _log.info("slack.token_accepted_again", token=self._name)
        self._dead = False

    def refused(self, refusal: SlackError) -> None:
        """Note a refusal; alert where it is the first that is about the token itself."""
        if refusal.meaning is not Meaning.DEAD:
            return
        if not self._dead:
            _log.error("slack.token_dead", token=self._name, code=refusal.code, mend=refusal.verdict.words)
        self._dead = True
