"""Typed builders of Block Kit: plain dicts, fifty of them in a fraction of a millisecond.

What people read is cut visibly at Slack's limit ("… (cut)"), and an empty text becomes "–". What machines read (ids,
values, metadata) is never cut: too long raises ValueError, since it is our mistake.
Elements to put into these blocks are in ``elements``; all names of both are importable from here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from bot.slack.blocks_check.data import characters
from bot.slack.blocks_check.whole import (
    MESSAGE_BLOCKS,
    MESSAGE_CHARACTERS,
    VIEW_BLOCKS,
    VIEW_BYTES,
    json_bytes,
)
from bot.slack.elements import (
    Block,
    Text,
    button,
    checkboxes,
    confirm,
    conversations_select,
    date_input,
    exact,
    external_select,
    mrkdwn,
    multi_external_select,
    multi_users_select,
    number_input,
    option,
    option_group,
    overflow,
    plain,
    radio,
    select,
    text_input,
)
from bot.slack.words import CUT

CONTROLS = frozenset({"actions", "input"})  # what is cut are words, never these
FRAME_BYTES = 20_000  # title, metadata (3,000 characters of up to 4 bytes), ids

__all__ = [
    "Block",
    "Text",
    "actions",
    "button",
    "checkboxes",
    "confirm",
    "context",
    "conversations_select",
    "date_input",
    "divider",
    "external_select",
    "fit_message",
    "fit_view",
    "header",
    "home",
    "input_",
    "meant",
    "modal",
    "mrkdwn",
    "multi_external_select",
    "multi_users_select",
    "number_input",
    "option",
    "option_group",
    "overflow",
    "paging",
    "plain",
    "problem",
    "radio",
    "section",
    "select",
    "text_input",
]


def header(text: str) -> Block:
    """Head a part with plain text of at most 150 characters."""
    return {"type": "header", "text": plain(text, 150)}


def section(
    text: str | Text | None = None,
    *,
    fields: Sequence[str | Text] = (),
    accessory: Block | None = None,
    block_id: str | None = None,
) -> Block:
    """Say something; a string is mrkdwn, ``plain(...)`` is shown as it is. At most ten fields."""
    block: Block = {"type": "section"}
    if text is not None or not fields:
        block["text"] = _shown(text or "", 3000)
    if fields:
        block["fields"] = [_shown(each, 2000) for each in _first(fields, 10)]
    if accessory is not None:
        block["accessory"] = accessory
    return _named(block, block_id)


def context(*parts: str | Text | Block) -> Block:
    """Add footnotes: up to ten texts or images."""
    shown = _first(parts or ("",), 10)
    return {"type": "context", "elements": [_shown(each, 3000) for each in shown]}


def problem(text: str) -> list[Block]:
    """Say above a form that comes back what is wrong with it (plain text); nothing where nothing is."""
    return [section(plain(f"⚠️ {text}"))] if text else []


def meant(value: str) -> list[Block]:
    """Ask, below that, whether a name is meant as it is; nothing where nothing was asked (the box sends ``value``)."""
    if not value:
        return []
    box = checkboxes("meant", [option("It is meant: both names may stand side by side", value)])
    return [input_("Is this name meant?", "meant", box, optional=True, hint="Or write it otherwise, below.")]


def divider() -> Block:
    """Draw a line."""
    return {"type": "divider"}


def actions(*elements: Block, block_id: str | None = None) -> Block:
    """Set 1 to 25 buttons or menus in a row."""
    if not 1 <= len(elements) <= 25:
        raise ValueError(f"an actions block takes 1 to 25 elements, not {len(elements)}")
    return _named({"type": "actions", "elements": list(elements)}, block_id)


def input_(
    label: str,
    block_id: str,
    element: Block,
    *,
    optional: bool = False,
    hint: str | None = None,
    dispatch: bool = False,
) -> Block:
    """Ask for one value; ``dispatch`` also sends an action at each change."""
    block: Block = {
        "type": "input",
        "block_id": exact(block_id, 255),
        "label": plain(label, 2000),
        "element": element,
    }
    if optional:
        block["optional"] = True
    if hint:
        block["hint"] = plain(hint, 2000)
    if dispatch:
        block["dispatch_action"] = True
    return block


def modal(
    callback_id: str,
    title: str,
    blocks: Sequence[Block],
    *,
    submit: str | None = None,
    close: str | None = None,
    private_metadata: str = "",
    notify_on_close: bool = False,
) -> Block:
    """Build a modal; one with inputs needs ``submit``."""
    view: Block = {
        "type": "modal",
        "callback_id": exact(callback_id, 255),
        "title": plain(title, 24),
        "blocks": fit_view(blocks),
    }
    if submit:
        view["submit"] = plain(submit, 24)
    if close:
        view["close"] = plain(close, 24)
    if private_metadata:
        view["private_metadata"] = exact(private_metadata, 3000)
    if notify_on_close:
        view["notify_on_close"] = True
    return view


def home(blocks: Sequence[Block], callback_id: str = "home") -> Block:
    """Build an App Home."""
    return {"type": "home", "callback_id": exact(callback_id, 255), "blocks": fit_view(blocks)}


def paging(action_id: str, page: int, pages: int, value: str = "") -> list[Block]:
    """Offer the pages before and after; no blocks where there is one page.

    Pages count from 1. The button's value is ``"<page to show>:<value>"``; both buttons reach the listener of
    ``action_id`` (dispatch ignores what follows ``#``).
    """
    if pages <= 1:
        return []
    buttons = []
    if page > 1:
        buttons.append(button("Previous page", f"{action_id}#previous", f"{page - 1}:{value}"))
    if page < pages:
        buttons.append(button("Next page", f"{action_id}#next", f"{page + 1}:{value}"))
    return [context(f"Page {page} of {pages}"), actions(*buttons)]


def fit_message(blocks: Sequence[Block]) -> list[Block]:
    """Keep what one message may hold (50 blocks, 9,000 characters), all buttons, and say where it was cut."""
    return _fit(blocks, MESSAGE_BLOCKS, MESSAGE_CHARACTERS - len(CUT), characters)


def fit_view(blocks: Sequence[Block]) -> list[Block]:
    """Keep what one view may hold: 100 blocks, and 250 KB with its frame; all buttons and fields."""
    return _fit(blocks, VIEW_BLOCKS, VIEW_BYTES - FRAME_BYTES, json_bytes)


def _fit(blocks: Sequence[Block], places: int, room: int, size: Callable[[Block], int]) -> list[Block]:
    if len(blocks) <= places and sum(map(size, blocks)) <= room:
        return list(blocks)
    held: list[Block] = []  # buttons and fields, for which there is room before any words
    for block in blocks:
        if block.get("type") in CONTROLS and places > 1 and size(block) <= room:
            held.append(block)
            places, room = places - 1, room - size(block)
    places -= 1
    kept: list[Block] = []
    is_cut = False
    for block in blocks:
        if block.get("type") in CONTROLS:
            kept += [block] if any(block is each for each in held) else []
        elif not is_cut:
            places, room = places - 1, room - size(block)
            is_cut = min(places, room) < 0
            kept.append(context(CUT) if is_cut else block)
    return kept


def _first(parts: Iterable[Any], most: int) -> list[Any]:
    every = list(parts)
    return every if len(every) <= most else [*every[: most - 1], CUT]


def _shown(part: str | Text | Block, limit: int) -> Text | Block:
    return mrkdwn(part, limit) if isinstance(part, str) else part


def _named(block: Block, block_id: str | None) -> Block:
    if block_id is not None:
        block["block_id"] = exact(block_id, 255)
    return block
