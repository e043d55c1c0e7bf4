"""What the refusal walk walks over, and what must hold at each step."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

from bot.home.refused import YOUNG
from bot.slack.blocks_check import problems_of_message, problems_of_view
from bot.slack.blocks_check.data import characters
from bot.slack.blocks_check.whole import MESSAGE_CHARACTERS
from bot.slack.words import CUT, fallback_text
from playground.slack.refused_blocks import RefusedBlocks
from tests import gallery
from tests.slack.refusing import Shown, Workspace, blocks_of, controls, figures

VIEWS: dict[str, Shown] = gallery.gallery()
MESSAGES_WITH_YOUNG = [
    name for name, shown in VIEWS.items() if {each["type"] for each in blocks_of(shown)} & set(YOUNG)
]
POINTINGS = ("type", "block", "inside", "elsewhere", "nothing")
BREAKS = ("an unknown key", "an unknown key inside", "a text too long", "an empty text")
MOST = 4
NEARLY_FULL = MESSAGE_CHARACTERS * 9 // 10


def refused(types: Sequence[str], pointing: Any) -> Workspace:
    """Return a workspace that refuses these types, pointing in this way."""
    return Workspace(RefusedBlocks(frozenset(types), pointing))


def holds(name: str, shown: Shown, workspace: Workspace) -> None:
    """Send it, three times where types are refused: each time everything is there, in at most four sends.

    A message that no longer fits, which takes more room without its table, says that it was cut and keeps its buttons.
    """
    drawn = blocks_of(shown)
    for _ in range(3 if workspace.refused.types else 1):
        workspace.show(shown)
        assert len(workspace.sends) <= MOST, name
        full = isinstance(shown, list) and characters(drawn) > NEARLY_FULL
        cut = full and CUT in str(workspace.blocks)
        assert cut or figures(drawn) <= figures(workspace.blocks), name
        assert controls(drawn) - controls(workspace.blocks) == set(), name
    assert workspace.learned <= workspace.refused.types, name
    if workspace.refused.pointing in ("type", "block", "nothing") and not is_malformed(shown):
        assert len(workspace.sends) == 1, name


def is_malformed(shown: Shown) -> bool:
    """Whether Slack would refuse it everywhere."""
    return bool(
        problems_of_view(shown) if isinstance(shown, dict) else problems_of_message(shown, fallback_text(shown))
    )


def with_each_broken(shown: Shown, kind: str) -> Iterator[Shown]:
    """Yield it once for each block, that block broken in this way, where it can be."""
    for index in range(len(blocks_of(shown))):
        yield from with_one_broken(shown, kind, index)


def with_one_broken(shown: Shown, kind: str, index: int) -> Iterator[Shown]:
    """Yield it with this block broken in this way, if it can be."""
    broken = copy.deepcopy(shown)
    if blocks_of(broken) and _break(blocks_of(broken)[index % len(blocks_of(broken))], kind) and is_malformed(broken):
        yield broken


def _break(block: dict[str, Any], kind: str) -> bool:
    inner = _inner(block)
    match kind:
        case "an unknown key":
            block["oops"] = 1
        case "an unknown key inside" if inner:
            inner["oops"] = 1
        case "a text too long" if inner and isinstance(inner.get("text"), str):
            inner["text"] = f"{inner['text']} " + "word 4711 " * 400
        case "an empty text" if inner and isinstance(inner.get("text"), str):
            inner["text"] = ""
        case _:
            return False
    return True


def _inner(block: dict[str, Any]) -> dict[str, Any] | None:
    """Return the first object in a block that is not its frame: a text, a button, a cell."""
    for key in ("text", "elements", "accessory", "label", "rows", "fields", "chart"):
        found = block.get(key)
        while isinstance(found, list) and found:
            found = found[0]
        if isinstance(found, dict):
            return found
    return None
