"""What Slack's client itself checks before a form goes to the bot."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from playground.slack.elements import VALUE_OF
from playground.slack.view_stacks import View
from playground.slack.wire import Json
from playground.slack.words import REQUIRED


def errors_of_form(view: View) -> dict[str, str]:
    """Return the complaints about what was typed, by block_id; empty when the form may go."""
    complaints: dict[str, str] = {}
    for block in view.blocks:
        if block["type"] == "input":
            complaint = _complaint(block, view.values)
            if complaint:
                complaints[block["block_id"]] = complaint
    return complaints


def _complaint(block: Json, values: Json) -> str | None:
    element = block["element"]
    entry = values.get(block["block_id"], {}).get(element["action_id"], {})
    value = entry.get(VALUE_OF[element["type"]][0]) if element["type"] in VALUE_OF else None
    if value in (None, "", []):
        return None if block.get("optional") else REQUIRED
    if element["type"] == "number_input":
        return _number_complaint(element, str(value))
    if isinstance(value, str):
        return _length_complaint(element, value)
    return None


def _length_complaint(element: Json, value: str) -> str | None:
    if len(value) < element.get("min_length", 0):
        return f"Please enter at least {element['min_length']} characters."
    if len(value) > element.get("max_length", 3000):
        return f"Please enter at most {element.get('max_length', 3000)} characters."
    return None


def _number_complaint(element: Json, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        return "Please enter a number."
    if not number.is_finite():
        return "Please enter a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Please enter a whole number."
    if "min_value" in element and number < Decimal(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and number > Decimal(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
