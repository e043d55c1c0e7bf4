"""Typed builders of texts, options, buttons, menus and inputs (see ``blocks`` for the rules of cutting)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from bot.foreign import visible
from bot.slack.words import NOTHING, cut, cut_mrkdwn, names_emoji

Block = dict[str, Any]
Text = dict[str, Any]
Style = Literal["primary", "danger"]

OPTIONS = 100
CHOICES = 10


def exact(value: str, limit: int) -> str:
    """Pass an id or value through; raise ValueError where Slack would not take it."""
    if not 1 <= len(value) <= limit:
        raise ValueError(f"an id or value has {len(value)} characters; 1 to {limit} are allowed")
    return value


def plain(text: str, limit: int = 3000) -> Text:
    """Show text as it is, without formatting; a name such as ``:tada:`` stays a name, and a path what it is."""
    text = visible(text)
    shown = cut(text, limit) if text.strip() else NOTHING
    return {"type": "plain_text", "text": shown, "emoji": not names_emoji(shown)}


def mrkdwn(text: str, limit: int = 3000) -> Text:
    """Show our own text with Slack's formatting; foreign parts go through ``words.escape`` first.

    ``verbatim``: Slack makes no links of addresses and names that stand in it, only of what is marked as one.
    """
    return {"type": "mrkdwn", "text": cut_mrkdwn(text, limit) if text.strip() else NOTHING, "verbatim": True}


def confirm(title: str, text: str, yes: str, no: str = "Cancel", *, danger: bool = False) -> Block:
    """Ask once more before an action."""
    asked: Block = {
        "title": plain(title, 100),
        "text": plain(text, 300),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
    }
    return asked | {"style": "danger"} if danger else asked


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: Style | None = None,
    confirm: Block | None = None,
    url: str | None = None,
    accessibility_label: str | None = None,
) -> Block:
    """Build a button; ``value`` is an opaque id, ``accessibility_label`` says what an ambiguous text leaves out."""
    element: Block = {"type": "button", "text": plain(text, 75), "action_id": exact(action_id, 255)}
    if value:
        element["value"] = exact(value, 2000)
    if style:
        element["style"] = style
    if confirm:
        element["confirm"] = confirm
    if url:
        element["url"] = exact(url, 3000)
    if label := visible(accessibility_label or ""):
        element["accessibility_label"] = cut(label, 75)
    return element


def option(text: str, value: str, description: str | None = None) -> Block:
    """Build one choice."""
    choice: Block = {"text": plain(text, 75), "value": exact(value, 150)}
    return choice | {"description": plain(description, 75)} if description else choice


def option_group(label: str, options: Sequence[Block]) -> Block:
    """Put choices under a label."""
    return {"label": plain(label, 75), "options": _offered(options, OPTIONS)}


def text_input(
    action_id: str,
    *,
    initial: str = "",
    placeholder: str = "",
    multiline: bool = False,
    min_length: int | None = None,
    max_length: int | None = None,
) -> Block:
    """Ask for words; ``initial`` is cut to ``max_length`` (at most 3,000)."""
    element = _element("plain_text_input", action_id, placeholder)
    if initial:
        element["initial_value"] = cut(initial, max_length or 3000)
    if multiline:
        element["multiline"] = True
    if min_length is not None:
        element["min_length"] = min_length
    if max_length is not None:
        element["max_length"] = max_length
    return element


def number_input(
    action_id: str,
    *,
    decimal: bool = False,
    initial: str = "",
    least: str = "",
    most: str = "",
    placeholder: str = "",
) -> Block:
    """Ask for a number; bounds and start are numerals in strings."""
    element = _element("number_input", action_id, placeholder) | {"is_decimal_allowed": decimal}
    given = {"initial_value": initial, "min_value": least, "max_value": most}
    return element | {key: value for key, value in given.items() if value}


def date_input(action_id: str, *, initial: str = "", placeholder: str = "") -> Block:
    """Ask for a day; ``initial`` is written ``2026-11-21``."""
    element = _element("datepicker", action_id, placeholder)
    return element | {"initial_date": initial} if initial else element


def select(action_id: str, options: Sequence[Block], *, initial: str = "", placeholder: str = "") -> Block:
    """Offer 1 to 100 choices or groups, one to take; ``initial`` is the value of the one preselected."""
    element = _menu("static_select", action_id, options, placeholder)
    chosen = _chosen(element, [initial])
    return element | {"initial_option": chosen[0]} if chosen else element


def external_select(
    action_id: str, *, initial: Block | None = None, placeholder: str = "", min_query_length: int = 0
) -> Block:
    """Offer what the options listener finds while somebody types; ``initial`` is a whole option."""
    element = _element("external_select", action_id, placeholder) | {"min_query_length": min_query_length}
    return element | {"initial_option": initial} if initial else element


def multi_external_select(
    action_id: str,
    *,
    initial: Sequence[Block] = (),
    placeholder: str = "",
    min_query_length: int = 0,
    most: int | None = None,
) -> Block:
    """Offer what the options listener finds, several to take."""
    element = _element("multi_external_select", action_id, placeholder)
    element["min_query_length"] = min_query_length
    if initial:
        element["initial_options"] = list(initial)
    return _at_most(element, most)


def multi_users_select(
    action_id: str, *, initial: Sequence[str] = (), placeholder: str = "", most: int | None = None
) -> Block:
    """Offer the workspace's people, several to take."""
    element = _element("multi_users_select", action_id, placeholder)
    if initial:
        element["initial_users"] = list(initial)
    return _at_most(element, most)


def conversations_select(
    action_id: str, *, initial: str = "", placeholder: str = "", only_own_workspace: bool = True
) -> Block:
    """Offer public and private channels, one to take; those shared outside are left out by default."""
    shown: Block = {"include": ["public", "private"], "exclude_bot_users": True}
    if only_own_workspace:
        shown["exclude_external_shared_channels"] = True
    element = _element("conversations_select", action_id, placeholder) | {"filter": shown}
    return element | {"initial_conversation": initial} if initial else element


def radio(action_id: str, options: Sequence[Block], *, initial: str = "") -> Block:
    """Offer 1 to 10 choices side by side, one to take."""
    element = _element("radio_buttons", action_id) | {"options": _few(options)}
    chosen = _chosen(element, [initial])
    return element | {"initial_option": chosen[0]} if chosen else element


def checkboxes(action_id: str, options: Sequence[Block], *, initial: Iterable[str] = ()) -> Block:
    """Offer 1 to 10 choices side by side, several to take."""
    element = _element("checkboxes", action_id) | {"options": _few(options)}
    chosen = _chosen(element, initial)
    return element | {"initial_options": chosen} if chosen else element


def overflow(action_id: str, options: Sequence[Block], *, confirm: Block | None = None) -> Block:
    """Hide 1 to 5 further actions behind three dots."""
    if not 1 <= len(options) <= 5:
        raise ValueError(f"an overflow menu takes 1 to 5 options, not {len(options)}")
    element = _element("overflow", action_id) | {"options": list(options)}
    return element | {"confirm": confirm} if confirm else element


def _element(kind: str, action_id: str, placeholder: str = "") -> Block:
    element: Block = {"type": kind, "action_id": exact(action_id, 255)}
    if placeholder:
        element["placeholder"] = plain(placeholder, 150)
    return element


def _menu(kind: str, action_id: str, options: Sequence[Block], placeholder: str) -> Block:
    if len(options) > OPTIONS:  # said where people look before they choose
        placeholder = f"The first {OPTIONS} of {len(options)} … (cut)"
    key = "option_groups" if options and "label" in options[0] else "options"
    return _element(kind, action_id, placeholder) | {key: _offered(options, OPTIONS)}


def _offered(options: Sequence[Block], most: int) -> list[Block]:
    if not options:
        raise ValueError("a menu needs at least one option; say in words that there is none")
    return list(options[:most])


def _few(options: Sequence[Block]) -> list[Block]:
    if len(options) > CHOICES:
        raise ValueError(f"{len(options)} choices do not fit side by side; {CHOICES} do, a menu takes more")
    return _offered(options, CHOICES)


def _chosen(element: Block, values: Iterable[str]) -> list[Block]:
    offered = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        offered += group["options"]
    wanted = set(values)
    return [each for each in offered if each["value"] in wanted]


def _at_most(element: Block, most: int | None) -> Block:
    return element if most is None else element | {"max_selected_items": most}
