"""Interactive elements inside blocks: where they stand, and how each kind writes its value.

Source: docs.slack.dev/reference/block-kit/block-elements and the view-state part of the view object's reference.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from playground.slack.wire import Json, new_id

VALUE_OF = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", None),
}
"""Element type -> (where its value stands in state and actions, where its initial value stands in the block)."""

_OPTION_KEYS = ("selected_option", "selected_options")


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return the blocks as Slack keeps them: every block and interactive element has an id."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        block.setdefault("block_id", new_id("b")[:5])
        for element in interactive(block):
            element.setdefault("action_id", new_id("a")[:5])
    return kept


def interactive(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of a block, those of nested blocks too."""
    candidates = [block.get("element"), block.get("accessory"), *block.get("elements", ())]
    candidates += [*block.get("actions", ()), block.get("icon_button")]
    for element in candidates:
        if isinstance(element, dict) and _acts(element):
            yield element
    for child in [*block.get("elements", ()), *block.get("child_blocks", ()), *block.get("cards", ())]:
        if isinstance(child, dict) and not _acts(child):
            yield from interactive(child)


def _acts(element: Json) -> bool:
    return element.get("type") in VALUE_OF or element.get("type") in (
        "button",
        "overflow",
        "workflow_button",
        "feedback_buttons",
        "icon_button",
    )


def find_element(blocks: list[Json], block_id: str, action_id: str) -> tuple[Json, Json] | None:
    """Return the block and its element of these ids, or None."""
    for block in blocks:
        for element in interactive(block):
            if element.get("action_id") == action_id and _block_of(block, element, block_id):
                return block, element
    return None


def _block_of(block: Json, element: Json, block_id: str) -> bool:
    if block.get("block_id") == block_id:
        return True
    nested = [*block.get("elements", ()), *block.get("child_blocks", ())]
    return any(one.get("block_id") == block_id and element in interactive(one) for one in nested)


def initial_state(blocks: list[Json]) -> Json:
    """Return the state's values of fresh blocks: what each stateful element holds before anybody touches it."""
    values: Json = {}
    for block in blocks:
        for element in interactive(block):
            if element["type"] in VALUE_OF:
                key, initial = VALUE_OF[element["type"]]
                value = element.get(initial) if initial else None
                if value is None and key.endswith("s"):
                    value = []
                entry = {"type": element["type"], key: value}
                values.setdefault(block["block_id"], {})[element["action_id"]] = entry
    return values


def merged_state(blocks: list[Json], *layers: Json) -> Json:
    """Return the blocks' state with given values laid over it, later layers last; foreign ids are ignored."""
    values = initial_state(blocks)
    for layer in layers:
        for block_id, actions in layer.items():
            for action_id, given in actions.items():
                entry = values.get(block_id, {}).get(action_id)
                key = VALUE_OF[entry["type"]][0] if entry else None
                if key in given and given.get("type", entry["type"]) == entry["type"]:
                    entry[key] = given[key]
    return values


def options_of(element: Json) -> list[Json]:
    """Return the options that an element offers by itself (none for people, dates, external data)."""
    groups = element.get("option_groups", ())
    return [*element.get("options", ()), *(option for group in groups for option in group["options"])]


def chosen(element: Json, given: Json) -> Json:
    """Return what an action on this element carries, from what the page sent.

    ``KeyError`` when the option chosen is none of the element's own.
    """
    kind = element["type"]
    if kind in ("button", "workflow_button", "icon_button"):
        return {name: element[name] for name in ("text", "value", "style") if name in element}
    key = "selected_option" if kind == "overflow" else VALUE_OF.get(kind, ("value", None))[0]
    value = given.get(key)
    if key in _OPTION_KEYS and not kind.endswith("external_select"):
        value = _own_options(element, value)
    return {key: value}


def _own_options(element: Json, value: Json | list[Json] | None) -> Json | list[Json] | None:
    own = {option["value"]: option for option in options_of(element)}
    if isinstance(value, list):
        return [own[option["value"]] for option in value]
    return own[value["value"]] if value else None
