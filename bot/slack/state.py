"""What stands in a form: the state of a view, in which each block of ours holds one element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

State = Mapping[str, Any]


def element(state: State, block: str) -> Mapping[str, Any]:
    """Return the state of the one element of a block; empty where Slack sent none."""
    found = state.get(block)
    elements = found.values() if isinstance(found, Mapping) else ()
    return next((each for each in elements if isinstance(each, Mapping)), {})


def written(state: State, block: str) -> str:
    """Return the text that stands in a block, as it was typed."""
    return str(element(state, block).get("value") or "")


def chosen(state: State, block: str) -> str:
    """Return the value of the option that is chosen in a block, or an empty text."""
    option = element(state, block).get("selected_option")
    return str(option.get("value") or "") if isinstance(option, Mapping) else ""


def several(state: State, block: str) -> tuple[str, ...]:
    """Return the values of all options that are chosen in a block."""
    found = element(state, block).get("selected_options") or ()
    return tuple(str(each.get("value")) for each in found if isinstance(each, Mapping))


def people(state: State, block: str) -> tuple[str, ...]:
    """Return the ids of all people who are chosen in a block."""
    return tuple(str(user_id) for user_id in element(state, block).get("selected_users") or ())


def conversation(state: State, block: str) -> str | None:
    """Return the id of the conversation that is chosen in a block, or None."""
    return str(element(state, block).get("selected_conversation") or "") or None
