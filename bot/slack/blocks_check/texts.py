"""Text, option and confirmation objects, and the parts of rich text."""

from __future__ import annotations

from typing import Any

from bot.slack.blocks_check.report import Report
from bot.slack.blocks_check.shape import (
    Check,
    at_least_one,
    both,
    by_type,
    flag,
    literal,
    many,
    number,
    one_of,
    shape,
    words,
)

URL = words(3000)
ID = words(255)
STYLE = one_of("primary", "danger")


def plain(most: int, least: int = 1) -> Check:
    """A ``plain_text`` object; mrkdwn is refused here."""
    return by_type(
        {"plain_text": shape({"type": literal("plain_text"), "text": words(most, least)}, {"emoji": flag})},
        "plain_text",
    )


def text(most: int, least: int = 1) -> Check:
    """A ``plain_text`` or ``mrkdwn`` object."""
    mrkdwn = shape({"type": literal("mrkdwn"), "text": words(most, least)}, {"verbatim": flag})
    return by_type({"plain_text": plain(most, least), "mrkdwn": mrkdwn}, "text object")


def option(label: Check, *, url: bool = False) -> Check:
    """An option with its label of at most 75 characters."""
    extra: dict[str, Check] = {"description": text(75)}
    if url:
        extra["url"] = URL
    return shape({"text": label, "value": words(150)}, extra)


PLAIN_OPTION = option(plain(75))
TEXT_OPTION = option(text(75))
OPTION_GROUP = shape({"label": plain(75), "options": many(PLAIN_OPTION, 100)})
CONFIRM = shape({"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)}, {"style": STYLE})

_IMAGE_SOURCE: dict[str, Check] = {"image_url": URL, "slack_file": shape({}, {"id": ID, "url": URL})}
IMAGE_ELEMENT = both(
    shape({"type": literal("image"), "alt_text": words(2000)}, _IMAGE_SOURCE),
    at_least_one("image_url", "slack_file"),
)
IMAGE_BLOCK_KEYS = _IMAGE_SOURCE

_STYLES = shape(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag),
)
_LONG = words(40_000)
_RICH_INLINE = by_type(
    {
        "text": shape({"type": literal("text"), "text": _LONG}, {"style": _STYLES}),
        "link": shape({"type": literal("link"), "url": URL}, {"text": _LONG, "unsafe": flag, "style": _STYLES}),
        "emoji": shape(
            {"type": literal("emoji"), "name": ID}, {"unicode": ID, "skin_tone": number(1, 6), "style": _STYLES}
        ),
        "user": shape({"type": literal("user"), "user_id": ID}, {"style": _STYLES}),
        "usergroup": shape({"type": literal("usergroup"), "usergroup_id": ID}, {"style": _STYLES}),
        "channel": shape({"type": literal("channel"), "channel_id": ID}, {"style": _STYLES}),
        "broadcast": shape(
            {"type": literal("broadcast"), "range": one_of("here", "channel", "everyone")}, {"style": _STYLES}
        ),
        "date": shape(
            {"type": literal("date"), "timestamp": number(0, whole=True), "format": words(1000)},
            {"url": URL, "fallback": words(1000), "style": _STYLES},
        ),
        "color": shape({"type": literal("color"), "value": words(7)}, {"style": _STYLES}),
    },
    "part of rich text",
)
_INLINES = many(_RICH_INLINE, 1000, 0)
_BORDER = number(0, 1, whole=True)
_SECTION = shape({"type": literal("rich_text_section"), "elements": _INLINES})
_RICH_PART = by_type(
    {
        "rich_text_section": _SECTION,
        "rich_text_list": shape(
            {
                "type": literal("rich_text_list"),
                "style": one_of("bullet", "ordered"),
                "elements": many(_SECTION, 1000),
            },
            {"indent": number(0, 8, whole=True), "offset": number(0, whole=True), "border": _BORDER},
        ),
        "rich_text_preformatted": shape(
            {"type": literal("rich_text_preformatted"), "elements": _INLINES},
            {"border": _BORDER, "language": words(50)},
        ),
        "rich_text_quote": shape({"type": literal("rich_text_quote"), "elements": _INLINES}, {"border": _BORDER}),
    },
    "part of rich text",
)
RICH_TEXT = shape({"type": literal("rich_text"), "elements": many(_RICH_PART, 1000)}, {"block_id": words(255)})


def initial_is_offered(value: Any, where: str, report: Report) -> None:
    """Refuse an initial option that is not, to the letter, one of the options."""
    offered = _items(value, "options")
    for group in _items(value, "option_groups"):
        offered += _items(group, "options")
    chosen = _items(value, "initial_options")
    if "initial_option" in value:
        chosen.append(value["initial_option"])
    if any(each not in offered for each in chosen):
        report.add(where, "has an initial option that is not among its options")


def _items(value: Any, key: str) -> list[Any]:
    items = value.get(key) if isinstance(value, dict) else None
    return list(items) if isinstance(items, list) else []
