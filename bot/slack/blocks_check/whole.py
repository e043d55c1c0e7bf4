"""A whole message or view: how many blocks, ids that repeat, totals."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from bot.slack.blocks_check.data import characters
from bot.slack.blocks_check.layout import BLOCK
from bot.slack.blocks_check.report import Problem, Report, Surface
from bot.slack.blocks_check.shape import Check, by_type, flag, literal, many, shape, words
from bot.slack.blocks_check.texts import ID, plain

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 9_000  # 9,597 passed and 11,341 failed at Slack: bolt-js#2867
MESSAGE_TEXT = 40_000
MARKDOWN_CHARACTERS = 12_000
VIEW_BYTES = 250_000
ONCE_PER_MESSAGE = {"table": 1, "data_visualization": 2}

_KEPT: dict[str, Check] = {"private_metadata": words(3000, 0), "callback_id": words(255, 0), "external_id": ID}
_MODAL_KEYS: dict[str, Check] = {
    "submit": plain(24),
    "close": plain(24),
    "clear_on_close": flag,
    "notify_on_close": flag,
    "submit_disabled": flag,
}


def problems_of_message(blocks: list[dict[str, Any]] | None, text: str | None) -> list[Problem]:
    """List what Slack (or a screen reader) would refuse in a message; an empty list means that it may be sent."""
    report = Report("message")
    if not (text or "").strip():
        report.add("text", "is empty, so notifications and screen readers have nothing to say", "no_text")
    if len(text or "") > MESSAGE_TEXT:
        report.add("text", f"has more than {MESSAGE_TEXT} characters", "msg_too_long")
    if blocks is not None:
        _check_blocks(blocks, MESSAGE_BLOCKS, report)
    if isinstance(blocks, list):
        _check_message_totals(blocks, report)
    return report.problems


def problems_of_block(block: dict[str, Any], surface: Surface = "modal") -> list[Problem]:
    """List what Slack would refuse in one block alone, with paths from that block: ``.elements[0].text.text``."""
    report = Report(surface)
    BLOCK(block, "", report)
    return report.problems


def problems_of_view(view: dict[str, Any]) -> list[Problem]:
    """List what Slack would refuse in a modal or an App Home; an empty list means that it may be shown."""
    surface: Surface = "home" if isinstance(view, dict) and view.get("type") == "home" else "modal"
    report = Report(surface)
    _VIEW(view, "view", report)
    if report.surface == "modal" and isinstance(view, dict) and "submit" not in view and _has_input(view):
        report.add("view", "has inputs but no submit")
    if isinstance(view, dict) and json_bytes(view) > VIEW_BYTES:
        report.add("view", f"is larger than {VIEW_BYTES} bytes", "view_too_large")
    return report.problems


def _view_blocks(value: Any, where: str, report: Report) -> None:
    _check_blocks(value, VIEW_BLOCKS, report, where)


_VIEW = by_type(
    {
        "modal": shape(
            {"type": literal("modal"), "title": plain(24), "blocks": _view_blocks}, {**_KEPT, **_MODAL_KEYS}
        ),
        "home": shape({"type": literal("home"), "blocks": _view_blocks}, _KEPT),
    },
    "view",
)


def _check_blocks(blocks: Any, most: int, report: Report, where: str = "blocks") -> None:
    many(BLOCK, most, 0)(blocks, where, report)
    if not isinstance(blocks, list):
        return
    ids = Counter(_strings(blocks, "block_id"))
    for name in [name for name, count in ids.items() if count > 1]:
        report.add(where, f"uses the block_id {name!r} twice")
    for index, block in enumerate(blocks):
        actions = Counter(_strings(block, "action_id"))
        for name in [name for name, count in actions.items() if count > 1]:
            report.add(f"{where}[{index}]", f"uses the action_id {name!r} twice")


def _check_message_totals(blocks: list[Any], report: Report) -> None:
    if (total := characters(blocks)) > MESSAGE_CHARACTERS:
        report.add("blocks", f"show {total} characters; {MESSAGE_CHARACTERS} are safe", "msg_blocks_too_long")
    kinds = Counter(str(block.get("type")) for block in blocks if isinstance(block, dict))
    for kind, most in ONCE_PER_MESSAGE.items():
        if kinds[kind] > most:
            code = "only_one_table_allowed" if kind == "table" else ""
            report.add("blocks", f"hold {kinds[kind]} blocks of type {kind}; {most} allowed", code)
    markdown = [block for block in blocks if isinstance(block, dict) and block.get("type") == "markdown"]
    if characters(markdown) > MARKDOWN_CHARACTERS:
        report.add("blocks", f"hold more than {MARKDOWN_CHARACTERS} characters of markdown")


def _strings(value: Any, key: str) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _strings(each, key)
    elif isinstance(value, dict):
        if isinstance(value.get(key), str):
            yield value[key]
        for each in value.values():
            yield from _strings(each, key)


def _has_input(view: dict[str, Any]) -> bool:
    blocks = view.get("blocks")
    return isinstance(blocks, list) and any(
        isinstance(block, dict) and block.get("type") == "input" for block in blocks
    )


def json_bytes(value: Any) -> int:
    """Return the size of a value as compact JSON in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))
