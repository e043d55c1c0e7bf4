"""The customer that a key is billed to, chosen from the catalogue, so that no typo can bill anybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import FormError
from bot.slack import blocks
from bot.store.customers import is_tag

Block = dict[str, Any]

OWN_USE = "-"  # no customer's tag is this
OWN_USE_WORDS = "Own use (no customer)"
EMPTY = "There is no customer in the catalogue yet: an owner adds one with /keydesk customers add."
HINT = "Whom to bill. It cannot be changed once the key is made. Owners add customers with /keydesk customers add."


@dataclass(frozen=True)
class Billed:
    """A customer of the catalogue, as it stands in the form."""

    tag: str
    name: str


def customer_input(chosen: Billed | None, *, any_customer: bool) -> Block:
    """Ask whom to bill; own use is chosen unless somebody is."""
    initial = _option(chosen) if chosen is not None else _own_use()
    select = blocks.external_select("keys.request.customer", initial=initial, placeholder="Search a customer")
    return blocks.input_("Customer", "customer", select, hint=HINT if any_customer else EMPTY)


def customer_options(found: Sequence[Billed], typed: str) -> list[Block]:
    """Draw customers as options of the select; own use comes first until something else is typed."""
    own = [_own_use()] if typed.strip().lower() in OWN_USE_WORDS.lower() else []
    return [*own, *map(_option, found)]


def read_customer(value: str) -> str | None:
    """Return the tag that was chosen, None for own use.

    Raises:
        FormError: nothing was chosen, or what no option offers.
    """
    if value != OWN_USE and not is_tag(value):
        raise FormError("customer", "Choose a customer, or own use.")
    return None if value == OWN_USE else value


def chosen_customer(option: Mapping[str, Any] | None) -> Billed | None:
    """Return what stands in the select so far, as Slack sends the option back."""
    tag = str((option or {}).get("value") or "")
    name = str(((option or {}).get("text") or {}).get("text") or tag)
    return Billed(tag, name) if is_tag(tag) else None


def _own_use() -> Block:
    return blocks.option(OWN_USE_WORDS, OWN_USE)


def _option(billed: Billed) -> Block:
    return blocks.option(billed.name, billed.tag, billed.tag if billed.tag != billed.name else None)
