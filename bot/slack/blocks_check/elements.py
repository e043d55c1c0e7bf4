"""Interactive elements: buttons, menus, inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.blocks_check.report import Report
from bot.slack.blocks_check.shape import (
    Check,
    both,
    by_type,
    exactly_one,
    flag,
    literal,
    many,
    matching,
    number,
    one_of,
    only_on,
    shape,
    words,
)
from bot.slack.blocks_check.texts import (
    CONFIRM,
    ID,
    IMAGE_ELEMENT,
    OPTION_GROUP,
    PLAIN_OPTION,
    RICH_TEXT,
    STYLE,
    TEXT_OPTION,
    URL,
    initial_is_offered,
    option,
    plain,
    text,
)

_DATE = matching(r"\d{4}-\d{2}-\d{2}", "2026-11-21")
_TIME = matching(r"([01]\d|2[0-3]):[0-5]\d", "14:05")
_PLACEHOLDER: dict[str, Check] = {"placeholder": plain(150), "focus_on_load": flag}
_ASKED: dict[str, Check] = {"confirm": CONFIRM}
_IDS = many(ID, 1000)
_CONVERSATION_FILTER = shape(
    {},
    {
        "include": many(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)


def _element(kind: str, required: Mapping[str, Check], *optional: Mapping[str, Check]) -> Check:
    merged: dict[str, Check] = {"action_id": ID}
    for each in optional:
        merged.update(each)
    return shape({"type": literal(kind), **required}, merged)


def _menu(kind: str, *, several: bool) -> Check:
    initial: dict[str, Mapping[str, Check]] = {
        "static": {"initial_options": many(PLAIN_OPTION, 100)} if several else {"initial_option": PLAIN_OPTION},
        "external": {"initial_options": many(PLAIN_OPTION, 100)} if several else {"initial_option": PLAIN_OPTION},
        "users": {"initial_users": _IDS} if several else {"initial_user": ID},
        "channels": {"initial_channels": _IDS} if several else {"initial_channel": ID},
        "conversations": {"initial_conversations": _IDS} if several else {"initial_conversation": ID},
    }
    own: dict[str, Mapping[str, Check]] = {
        "static": {"options": many(PLAIN_OPTION, 100), "option_groups": many(OPTION_GROUP, 100)},
        "external": {"min_query_length": number(0, 100, whole=True)},
        "conversations": {"default_to_current_conversation": flag, "filter": _CONVERSATION_FILTER},
    }
    limit: Mapping[str, Check] = {"max_selected_items": number(1, whole=True)} if several else {}
    answers: Mapping[str, Check] = (
        {"response_url_enabled": flag} if kind in {"channels", "conversations"} and not several else {}
    )
    name = f"multi_{kind}_select" if several else f"{kind}_select"
    check = _element(name, {}, _PLACEHOLDER, _ASKED, initial[kind], own.get(kind, {}), limit, answers)
    if kind != "static":
        return check
    return both(check, exactly_one("options", "option_groups"), initial_is_offered)


_MENUS = {
    ("multi_" if several else "") + f"{kind}_select": _menu(kind, several=several)
    for kind in ("static", "external", "users", "channels", "conversations")
    for several in (False, True)
}


def _lengths_agree(value: Any, where: str, report: Report) -> None:
    least, most = value.get("min_length"), value.get("max_length")
    if isinstance(least, int) and isinstance(most, int) and least > most:
        report.add(where, "has a min_length above its max_length")


def _within_max_length(value: Any, where: str, report: Report) -> None:
    initial, most = value.get("initial_value"), value.get("max_length", 3000)
    if isinstance(initial, str) and isinstance(most, int) and len(initial) > most:
        report.add(where, f"starts with {len(initial)} characters; {most} are allowed")


_DISPATCH = shape({}, {"trigger_actions_on": many(one_of("on_enter_pressed", "on_character_entered"), 2)})
_WRITTEN: dict[str, Check] = {**_PLACEHOLDER, "initial_value": words(3000, 0), "dispatch_action_config": _DISPATCH}
_NUMERAL = matching(r"-?\d+(\.\d+)?", "a number in a string")

BUTTON = _element(
    "button",
    {"text": plain(75)},
    _ASKED,
    {"value": words(2000), "url": URL, "style": STYLE, "accessibility_label": words(75)},
)
_CHECKBOXES = both(
    _element(
        "checkboxes",
        {"options": many(TEXT_OPTION, 10)},
        _ASKED,
        {"initial_options": many(TEXT_OPTION, 10), "focus_on_load": flag},
    ),
    initial_is_offered,
)
_RADIO = both(
    _element(
        "radio_buttons",
        {"options": many(TEXT_OPTION, 10)},
        _ASKED,
        {"initial_option": TEXT_OPTION, "focus_on_load": flag},
    ),
    initial_is_offered,
)
_OVERFLOW = _element("overflow", {"options": many(option(plain(75), url=True), 5)}, _ASKED)
_DATEPICKER = _element("datepicker", {}, _PLACEHOLDER, _ASKED, {"initial_date": _DATE})
_TIMEPICKER = _element("timepicker", {}, _PLACEHOLDER, _ASKED, {"initial_time": _TIME, "timezone": words(100)})
_DATETIMEPICKER = _element(
    "datetimepicker",
    {},
    _ASKED,
    {"initial_date_time": number(10**9, 10**10 - 1, whole=True), "focus_on_load": flag},
)
_TEXT_INPUT = both(
    _element(
        "plain_text_input",
        {},
        _WRITTEN,
        {
            "multiline": flag,
            "min_length": number(0, 3000, whole=True),
            "max_length": number(1, 3000, whole=True),
        },
    ),
    _lengths_agree,
    _within_max_length,
)
_RICH_INPUT = _element(
    "rich_text_input",
    {},
    _PLACEHOLDER,
    {
        "initial_value": RICH_TEXT,
        "dispatch_action_config": _DISPATCH,
        "min_lines": number(1, 100, whole=True),
        "max_lines": number(1, 100, whole=True),
    },
)
_NUMBER_INPUT = _element(
    "number_input",
    {"is_decimal_allowed": flag},
    _WRITTEN,
    {"initial_value": _NUMERAL, "min_value": _NUMERAL, "max_value": _NUMERAL},
)
_FILE_INPUT = both(
    _element("file_input", {}, {"filetypes": _IDS, "max_files": number(1, 10, whole=True)}), only_on("modal")
)
_WORKFLOW_BUTTON = _element(
    "workflow_button",
    {
        "text": plain(75),
        "workflow": shape({"trigger": shape({"url": URL}, {"customizable_input_parameters": many(shape({}), 100, 0)})}),
    },
    {"style": STYLE, "accessibility_label": words(75)},
)

_PICKED: dict[str, Check] = {
    **_MENUS,
    "checkboxes": _CHECKBOXES,
    "radio_buttons": _RADIO,
    "datepicker": _DATEPICKER,
    "timepicker": _TIMEPICKER,
}
IN_SECTION = by_type(
    {
        **_PICKED,
        "button": BUTTON,
        "overflow": _OVERFLOW,
        "image": IMAGE_ELEMENT,
        "workflow_button": _WORKFLOW_BUTTON,
    },
    "accessory of a section",
)
IN_ACTIONS = by_type(
    {
        **_PICKED,
        "button": BUTTON,
        "overflow": _OVERFLOW,
        "datetimepicker": _DATETIMEPICKER,
        "workflow_button": _WORKFLOW_BUTTON,
        "rich_text_input": _RICH_INPUT,
    },
    "element of an actions block",
)
IN_INPUT = by_type(
    {
        **_PICKED,
        "datetimepicker": _DATETIMEPICKER,
        "plain_text_input": _TEXT_INPUT,
        "email_text_input": _element("email_text_input", {}, _WRITTEN),
        "url_text_input": _element("url_text_input", {}, _WRITTEN),
        "number_input": _NUMBER_INPUT,
        "rich_text_input": _RICH_INPUT,
        "file_input": _FILE_INPUT,
    },
    "input element",
)
IN_CONTEXT = by_type({"plain_text": plain(3000), "mrkdwn": text(3000), "image": IMAGE_ELEMENT}, "context element")

_FEEDBACK = shape({"text": plain(75), "value": words(2000)}, {"accessibility_label": words(75)})
IN_CONTEXT_ACTIONS = by_type(
    {
        "feedback_buttons": _element("feedback_buttons", {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}),
        "icon_button": _element(
            "icon_button",
            {"icon": words(50), "text": plain(75)},
            _ASKED,
            {"value": words(2000), "accessibility_label": words(75), "visible_to_user_ids": many(ID, 10)},
        ),
    },
    "element of a context_actions block",
)
