"""The blocks that stand on a surface, one check for each type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.blocks_check.data import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.slack.blocks_check.elements import (
    BUTTON,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
)
from bot.slack.blocks_check.report import Report
from bot.slack.blocks_check.shape import (
    Check,
    at_least_one,
    both,
    by_type,
    flag,
    literal,
    many,
    one_of,
    only_on,
    shape,
    words,
)
from bot.slack.blocks_check.texts import (
    ID,
    IMAGE_BLOCK_KEYS,
    IMAGE_ELEMENT,
    RICH_TEXT,
    URL,
    plain,
    text,
)


def _block(kind: str, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    return shape({"type": literal(kind), **required}, {"block_id": ID, **(optional or {})})


_SECTION = both(
    _block(
        "section",
        {},
        {"text": text(3000), "fields": many(text(2000), 10), "accessory": IN_SECTION, "expand": flag},
    ),
    at_least_one("text", "fields"),
)
_IMAGE = both(
    _block("image", {"alt_text": words(2000)}, {"title": plain(2000), **IMAGE_BLOCK_KEYS}),
    at_least_one("image_url", "slack_file"),
)
_INPUT = _block(
    "input",
    {"label": plain(2000), "element": IN_INPUT},
    {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
)
_VIDEO = _block(
    "video",
    {"alt_text": words(2000), "title": plain(199), "thumbnail_url": URL, "video_url": URL},
    {
        "author_name": words(49),
        "description": plain(200),
        "provider_icon_url": URL,
        "provider_name": words(50),
        "title_url": URL,
    },
)
_MARKDOWN = both(_block("markdown", {"text": words(12_000)}), only_on("message"))
_ALERT = both(
    _block(
        "alert",
        {"text": text(200)},
        {"level": one_of("default", "info", "warning", "error", "success")},
    ),
    only_on("modal"),
)
_CARD = both(
    _block(
        "card",
        {},
        {
            "hero_image": IMAGE_ELEMENT,
            "icon": IMAGE_ELEMENT,
            "slack_icon": shape({}, {"type": literal("icon"), "name": ID}),
            "title": text(150),
            "subtitle": text(150),
            "body": text(200),
            "subtext": text(200),
            "actions": many(BUTTON, 3),
        },
    ),
    at_least_one("hero_image", "title", "actions", "body"),
    only_on("message", "home"),
)
_CAROUSEL = both(
    _block("carousel", {"elements": many(by_type({"card": _CARD}, "card"), 10)}), only_on("message", "home")
)
_CONTEXT_ACTIONS = both(_block("context_actions", {"elements": many(IN_CONTEXT_ACTIONS, 5)}), only_on("message"))
_SOURCE = shape({"type": literal("url"), "url": URL, "text": words(300)})
_TASK = both(
    _block(
        "task_card",
        {
            "task_id": ID,
            "title": words(300),
            "status": one_of("pending", "in_progress", "complete", "error"),
        },
        {"details": RICH_TEXT, "output": RICH_TEXT, "sources": many(_SOURCE, 50, 0)},
    ),
    only_on("message"),
)
_PLAN = both(_block("plan", {"title": words(300)}, {"tasks": many(_TASK, 50, 0)}), only_on("message"))


def _alone_is_not_pending(value: Any, where: str, report: Report) -> None:
    if value.get("status") == "pending":
        report.add(where, "is pending, which a task may be only inside a plan")


_PLAIN_BLOCKS: dict[str, Check] = {
    "section": _SECTION,
    "header": _block("header", {"text": plain(150)}),
    "divider": _block("divider", {}),
    "context": _block("context", {"elements": many(IN_CONTEXT, 10)}),
    "actions": _block("actions", {"elements": many(IN_ACTIONS, 25)}),
    "image": _IMAGE,
    "rich_text": RICH_TEXT,
}
_CONTAINER = both(
    _block(
        "container",
        {"child_blocks": many(by_type(_PLAIN_BLOCKS, "child of a container"), 10)},
        {
            "title": plain(150),
            "rich_text_title": RICH_TEXT,
            "subtitle": text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": IMAGE_ELEMENT,
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
    ),
    at_least_one("title", "rich_text_title"),
    only_on("message", "home"),
)

BLOCK = by_type(
    {
        **_PLAIN_BLOCKS,
        "input": _INPUT,
        "video": _VIDEO,
        "markdown": _MARKDOWN,
        "alert": _ALERT,
        "card": _CARD,
        "carousel": _CAROUSEL,
        "container": _CONTAINER,
        "context_actions": _CONTEXT_ACTIONS,
        "task_card": both(_TASK, _alone_is_not_pending),
        "plan": _PLAN,
        "table": TABLE,
        "data_table": DATA_TABLE,
        "data_visualization": DATA_VISUALIZATION,
    },
    "block that an app may send",
)
