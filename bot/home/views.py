"""App Home and the status page, drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bot.desk import views as desk_views
from bot.home.check import Check
from bot.home.service import Home
from bot.providers.port import Vendor
from bot.slack import blocks
from bot.slack.words import count, escape, when
from bot.spending.key_names import key_in_list
from bot.store.keys import Key

Block = dict[str, Any]

PURPOSE_SHOWN = 80


def home(page: Home) -> Block:
    """Draw a person's page."""
    return blocks.home(
        [
            blocks.header(f"Keydesk · {page.name}"),
            *_project(page),
            *_quick(page),
            *_section(
                "To decide", [_waiting(card) for card in page.waiting], page.waiting_total, "Nothing waits for you."
            ),
            *_section(
                "My open requests", [_mine(card) for card in page.mine], page.mine_total, "You have no open request."
            ),
            *_section("My keys", [[_key(key)] for key in page.keys], page.keys_total, "You have no live key."),
            blocks.divider(),
            *_help(page),
        ]
    )


def _project(page: Home) -> list[Block]:
    project = f"Your project: *{escape(page.project)}*" if page.project else "You have not chosen a project yet."
    role = "Your role there" if page.project else "Your role"
    change = blocks.button(
        "Change…" if page.project else "Choose…", "projects.choose", accessibility_label="Change your project"
    )
    offer = [blocks.context(f"{escape(page.vendor.name)} offers {escape(page.vendor.offer)}")] if page.vendor else []
    return [blocks.section(f"{project}\n{role}: {page.role.word}", accessory=change), *offer]


def _quick(page: Home) -> list[Block]:
    buttons = [
        blocks.button(quick.label, quick.action, style="primary" if quick.primary else None) for quick in page.quick
    ]
    return [
        blocks.actions(*buttons, blocks.button("Refresh", "home.refresh", "now")),
        blocks.context("Lists open in the Messages tab."),
    ]


def _help(page: Home) -> list[Block]:
    asks = any(quick.name == "keys.create" for quick in page.quick)
    return [
        blocks.section(
            f"*How it works*\n{'Ask for a key, somebody approves it, and you see it once. ' if asks else ''}"
            "Everything here can be typed as well: `/keydesk help` lists the words."
        ),
        blocks.context(f"As of {when(page.drawn_at)}"),
    ]


def _section(title: str, rows: Sequence[list[Block]], total: int, empty: str) -> list[Block]:
    shown = [block for row in rows for block in row] or [blocks.section(empty)]
    more = [blocks.context(f"… and {total - len(rows)} more")] if total > len(rows) else []
    return [blocks.divider(), blocks.header(f"{title} ({total})" if total else title), *shown, *more]


def _waiting(card: desk_views.Card) -> list[Block]:
    described = card.description
    facts = " · ".join(f"{escape(label)}: {text}" for label, text in described.fields)
    word, because = described.risk
    return [
        blocks.section(f"*{escape(described.title)}*\n{desk_views.sentence(card)}\n{facts}"),
        blocks.context(f"*Risk: {escape(word)}* · {escape(because)} · expires {when(card.expires_at)}"),
        *desk_views.decision_buttons(card),
    ]


def _mine(card: desk_views.Card) -> list[Block]:
    return [
        blocks.section(f"*{escape(desk_views.title(card))}*\n{desk_views.own_sentence(card)}"),
        blocks.actions(*desk_views.requester_buttons(card)),
    ]


def _key(key: Key) -> Block:
    live = key.state == "live"
    ends = f"ends {when(key.ends_at)}" if key.ends_at is not None else "no end known"
    text = f"{key_in_list(key, PURPOSE_SHOWN, mark='*')}\n{ends if live else 'is being ended'}"
    options = [blocks.option("Show details", f"show:{key.id}")]
    if live:
        options.append(blocks.option("Revoke…", f"end:{key.id}"))
    return blocks.section(text, accessory=blocks.overflow(f"keys.row#{key.id}", options))


def status(checks: Sequence[Check], credential: Sequence[str], vendors: Iterable[Vendor], version: str) -> list[Block]:
    """Draw how Keydesk is doing, and what each vendor offers."""
    lines = [f"{'✅' if check.ok else '❌'} *{escape(check.name)}*: {escape(check.text)}" for check in checks]
    return [
        blocks.header("Keydesk is well" if all(check.ok for check in checks) else "Keydesk needs attention"),
        blocks.section("\n".join(lines)),
        blocks.section("*At the provider*\n" + "\n".join(f"• {escape(line)}" for line in credential)),
        *[blocks.section(f"*{escape(vendor.name)} offers*\n{escape(vendor.offer)}") for vendor in vendors],
        blocks.context(f"Version {escape(version)} · {count(len(checks), 'check')}"),
    ]
