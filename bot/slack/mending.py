"""Buttons, menus and fields of ours that Slack would refuse, without what is wrong with them.

What is wrong is what our own check finds; it works along the paths that the check tells. A control whose kind or name
is missing cannot be pressed by anybody, so None stands for it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from bot.slack.blocks_check import Problem, problems_of_block
from bot.slack.words import NOTHING, cut

Block = dict[str, Any]

MOST_FAULTS = 40  # in one control; each costs one look
LENGTHS = (3000, 2000, 255, 150, 100, 75, 50, 30, 24)
SURELY: Block = {
    "title": {"type": "plain_text", "text": "Are you sure?"},
    "text": {"type": "plain_text", "text": "Slack did not take the question that belongs to this button."},
    "confirm": {"type": "plain_text", "text": "Yes"},
    "deny": {"type": "plain_text", "text": "Cancel"},
}
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_UNKNOWN = re.compile(r"has the unknown key (\S+)$")


def element_mended(element: Block) -> Block | None:
    """Return a button or menu as Slack takes it, or None."""
    mended = _mended({"type": "actions", "elements": [copy.deepcopy(element)]})
    return mended["elements"][0] if mended and mended["elements"] else None


def field_mended(block: Block) -> Block | None:
    """Return an input block as Slack takes it, or None."""
    return _mended(copy.deepcopy(block))


def _mended(block: Block) -> Block | None:
    for _ in range(MOST_FAULTS):
        problems = problems_of_block(block)
        if not problems:
            return block
        if not any(_improved(block, problem, len(problems)) for problem in problems):
            return None
    return None


def _improved(block: Block, problem: Problem, before: int) -> bool:
    """Take away one fault, in the mildest way that helps; False where nothing does."""
    for change in _changes(problem):
        kept = copy.deepcopy(block)
        try:
            change(block)
        except (KeyError, IndexError, TypeError):
            pass
        else:
            if len(problems_of_block(block)) < before:
                return True
        block.clear()
        block.update(kept)
    return False


def _changes(problem: Problem) -> list[Callable[[Block], None]]:
    path = [name or int(index) for name, index in _STEP.findall(problem.where)]
    if unknown := _UNKNOWN.search(problem.text):
        return [lambda block: _drop(block, [*path, unknown[1]])]
    cuts = [_cutting(path, most) for most in LENGTHS]
    asked = [lambda block: _put(block, path[: path.index("confirm") + 1], copy.deepcopy(SURELY))]
    drops = [lambda block, upto=upto: _drop(block, path[:upto]) for upto in range(len(path), 2, -1)]
    return [*cuts, *(asked if "confirm" in path else drops)]


def _cutting(path: list[str | int], most: int) -> Callable[[Block], None]:
    def change(block: Block) -> None:
        text = _at(block, path)
        if not isinstance(text, str) or path[-1] in ("action_id", "block_id", "type", "value"):
            raise TypeError("what machines read is never cut")
        _put(block, path, cut(text, most) if text.strip() else NOTHING)

    return change


def _at(node: Any, path: list[str | int]) -> Any:
    for step in path:
        node = node[step]
    return node


def _put(node: Any, path: list[str | int], value: Any) -> None:
    _at(node, path[:-1])[path[-1]] = value


def _drop(node: Any, path: list[str | int]) -> None:
    del _at(node, path[:-1])[path[-1]]
