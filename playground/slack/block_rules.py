"""Slack's own check of blocks and views, turned into its errors."""

from __future__ import annotations

from bot.slack.blocks_check import Problem, problems_of_message, problems_of_view
from playground.slack.wire import Json, SlackError


def check_message(blocks: list[Json] | None, text: str) -> None:
    """Raise `invalid_blocks` or `msg_blocks_too_long` for blocks that Slack would not show."""
    if blocks is not None:
        _refuse(problems_of_message(blocks, text))


def check_view(view: Json) -> None:
    """Raise `invalid_arguments` or `view_too_large` for a view that Slack would not show."""
    _refuse(problems_of_view(view))


def _refuse(problems: list[Problem]) -> None:
    if problems:
        messages = [f"{problem.text} [{problem.where}]" for problem in problems]
        raise SlackError(problems[0].code, *messages)
