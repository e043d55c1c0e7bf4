"""Slack's own check of blocks and views, turned into its errors, with pointers to what is wrong."""

from __future__ import annotations

import re

from bot.slack.blocks_check import Problem, problems_of_message, problems_of_view
from playground.slack.refused_blocks import RefusedBlocks
from playground.slack.wire import Json, SlackError

_STEP = re.compile(r"\.|\[(\d+)\]")


def check_message(refused: RefusedBlocks, blocks: list[Json] | None, text: str) -> None:
    """Raise `invalid_blocks` or `msg_blocks_too_long` for blocks that Slack would not show."""
    if blocks is not None:
        _refuse(problems_of_message(blocks, text))
        refused.check(blocks, "invalid_blocks", "/blocks")


def check_view(refused: RefusedBlocks, view: Json) -> None:
    """Raise `invalid_arguments` or `view_too_large` for a view that Slack would not show."""
    _refuse(problems_of_view(view))
    refused.check(view["blocks"], "invalid_arguments", "/view/blocks")


def pointer(where: str) -> str:
    """Return a path such as ``blocks[2].text`` as a JSON pointer, ``/blocks/2/text``."""
    return "/" + _STEP.sub(lambda found: f"/{found[1] or ''}", where).replace("//", "/")


def _refuse(problems: list[Problem]) -> None:
    if problems:
        messages = [f"{problem.text} [json-pointer:{pointer(problem.where)}]" for problem in problems]
        raise SlackError(problems[0].code, *messages)
