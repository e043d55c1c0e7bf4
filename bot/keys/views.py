"""What people see of keys: the request form, the secret (once), lists and details; and what was typed, read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.keys.operations import (
    PRESETS,
    CreateKey,
)
from bot.keys.service import ENDING_WARNING, KeyPage
from bot.providers.port import Vendor
from bot.slack import blocks
from bot.slack.words import code, count, cut, duration, escape, when
from bot.spending.key_names import key_in_list
from bot.store.keys import Key

Block = dict[str, Any]

PURPOSE_IN_LIST = 80
FOREIGN_SHOWN = 300
NO_COMMENT = "(no comment)"
LEAKED_HINT = (
    "A key that leaked is revoked at once, and all Owners are told. Else a fourth key of others within a day, or one "
    "that you do not approve for, waits for a second person."
)


def beyond_us(vendor: Vendor) -> str:
    """Say why there is no button to end some keys."""
    return f"Keys that others made can be revoked in {vendor.console} only: Keydesk's own key is not of the owner role."


def asked(project: str, deciders: str) -> Block:
    """Say that the request is on its way, and to whom."""
    text = f"Asked for a key in *{escape(project)}*. {escape(deciders)} can decide; you are told in a direct message."
    return blocks.modal("keys.notice", "Asked", [blocks.section(text)], close="Close")


def secret(key: Key, operation: CreateKey, project: str, value: str, vendor: Vendor) -> Block:
    """Draw the only view that ever shows a secret.

    It has no submit, no interactive element, no metadata and no close notice, because each of those would send the
    whole view back to us (Slack echoes a view's blocks in ``view_submission``, ``view_closed`` and every action).
    """
    preset = PRESETS[operation.preset]
    ends = when(key.ends_at) if key.ends_at is not None else "–"
    return blocks.modal(
        "keys.secret",
        "Your key",
        [
            blocks.header("Copy it now: it is shown once"),
            blocks.section(f"```{value}```"),
            blocks.section(
                f"Put it into your secret store as `{vendor.variable}`, then call {vendor.name} with the header\n"
                f"`{vendor.header}`"
            ),
            blocks.section(
                fields=[
                    f"*For*\n{escape(cut(operation.purpose, PURPOSE_IN_LIST))}",
                    f"*Project*\n{escape(project)}",
                    f"*May*\n{escape(preset.words)}; {escape(preset.cannot)}",
                    f"*Ends*\n{ends}",
                    f"*Key*\n{code(key.label)}",
                    f"*Will live in*\n{escape(operation.place)}",
                ]
            ),
            blocks.context(
                "Keydesk keeps no copy and cannot show it again. If you lose it, revoke it and ask for a new one."
            ),
        ],
        close="I have stored it",
    )


def key_list(
    page: KeyPage,
    *,
    now: datetime,
    fresh: str,
    endable: frozenset[str],
    vendor: Vendor,
    beyond: bool,
    action: str,
    value: str,
    refresh: bool,
    names: Mapping[str, str],
) -> list[Block]:
    """Draw a page of keys.

    ``endable`` holds the ids of those that the reader may end, ``beyond`` tells that our own credential cannot end
    some, ``fresh`` says how old the list is, ``names`` names the projects where keys of several stand together.
    """
    again = blocks.button(f"Refresh from {vendor.name}", "keys.refresh", f"{page.number}:{value}")
    return [
        blocks.header(page.title),
        *_rows(page, now, endable, names),
        blocks.context(f"{count(page.total, 'key')} · {fresh}", *([beyond_us(vendor)] if beyond else [])),
        *blocks.paging(action, page.number, page.pages, value),
        *([blocks.actions(again)] if refresh else []),
    ]


def _rows(page: KeyPage, now: datetime, endable: frozenset[str], names: Mapping[str, str]) -> list[Block]:
    if page.keys:
        return [_row(key, now, names.get(key.project_id, ""), mine=key.id in endable) for key in page.keys]
    nothing = f"No live key matches “{escape(page.words)}”." if page.words else "There are no live keys here."
    return [blocks.section(f"{nothing} Ask for one with `/keys request`.")]


def _row(key: Key, now: datetime, project: str, *, mine: bool) -> Block:
    options = [blocks.option("Show details", f"show:{key.id}")]
    if mine and key.state == "live":
        options.append(blocks.option("Revoke…", f"end:{key.id}"))
    menu = blocks.overflow(f"keys.row#{key.id}", options)
    where = f"{escape(project)} · " if project else ""
    name = key_in_list(key, PURPOSE_IN_LIST, nothing=NO_COMMENT, mark="*")
    text = f"{name}\n{where}{_owner(key)} · {_ending(key, now)}"
    return blocks.section(text, accessory=menu)


def _owner(key: Key) -> str:
    if key.owner:
        return f"<@{key.owner}>"
    return f"not made here{f' · {_foreign(key.member_email)}' if key.member_email else ''}"


def _ending(key: Key, now: datetime) -> str:
    if key.state == "ending":
        return "is being ended"
    if key.ends_at is None:
        return "its end is not in the provider's list; details may tell" if not key.made_here else "–"
    return f"ends {when(key.ends_at)}" + (f" (in {duration(key.ends_at - now)})" if key.ends_at > now else "")


def key_details(
    key: Key, project: str, now: datetime, *, mine: bool, approved: str = "", cannot: str = ""
) -> list[Block]:
    """Draw one key; ``approved`` (mrkdwn) says who approved it, and when, ``cannot`` why it cannot be revoked here."""
    fields = [
        ("Key", code(key.provider_key_id)),
        ("State", f"{key.state}: {_ending(key, now)}" if key.state != "ended" else _ended(key)),
        ("Project", escape(project)),
        ("Owner", _owner(key)),
        ("May", _foreign(_permissions(key))),
        ("Customer", escape(key.customer or "–")) if key.made_here else ("Tags", _foreign(", ".join(key.tags) or "–")),
        ("Will live in", _foreign(key.place or "–")),
        ("Made", when(key.created_at) if key.created_at else "–"),
        ("Approved by", approved or "– (not made here)"),
    ]
    found = [
        blocks.header(f"Key {key.label}"),
        blocks.section(_foreign(key.purpose) or NO_COMMENT),
        blocks.section(fields=[f"*{label}*\n{text}" for label, text in fields]),
    ]
    if mine and key.state == "live":
        found.append(blocks.actions(end_button(key)))
    if cannot:
        found.append(blocks.context(cannot))
    return found


def _foreign(text: str) -> str:
    """Return what a provider may have sent, at a length that leaves room for the buttons below."""
    return escape(cut(text, FOREIGN_SHOWN))


def _permissions(key: Key) -> str:
    preset = PRESETS.get(key.preset or "")
    return preset.words if preset is not None else ", ".join(key.scopes) or "–"


def _ended(key: Key) -> str:
    moment = f" {when(key.ended_at)}" if key.ended_at else ""
    return f"ended{moment}: {escape(key.end_reason or '–')}"


def end_button(key: Key) -> Block:
    """Draw the button that ends a key, which asks first."""
    sure = blocks.confirm(f"Revoke key {key.label}?", ENDING_WARNING, "Revoke it", "Back", danger=True)
    return blocks.button("Revoke this key", "keys.end", key.id, style="danger", confirm=sure)


def leaked_button(key: Key) -> Block:
    """Draw the button that ends a leaked key at once."""
    sure = blocks.confirm("It leaked?", LEAKED_HINT, "Revoke it now", "Back")
    return blocks.button("It leaked: revoke it now", "keys.end_leaked", key.id, style="danger", confirm=sure)


def ask_to_end(key: Key, project: str, now: datetime, approved: str = "") -> list[Block]:
    """Ask before a key is ended."""
    return [
        *key_details(key, project, now, mine=False, approved=approved),
        blocks.section(ENDING_WARNING),
        blocks.actions(end_button(key), leaked_button(key)),
        blocks.context(LEAKED_HINT),
    ]
