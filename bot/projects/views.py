"""What people see of projects, and their settings form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.errors import FormError
from bot.projects.operations import LONGEST_DAYS, MOST_APPROVERS, ChangeProjectSettings
from bot.projects.service import Overview, Page, Row
from bot.slack import blocks
from bot.slack.words import channel, code, count, escape

Block = dict[str, Any]


def project_list(page: Page) -> list[Block]:
    """Draw a page of projects."""
    again = blocks.button("Refresh from Deepgram", "projects.refresh", f"{page.number}:{page.words}")
    return [
        blocks.header("Projects"),
        *_rows(page),
        blocks.context(f"{count(page.total, 'project')} · {page.fresh}"),
        *blocks.paging("projects.list", page.number, page.pages, page.words),
        blocks.actions(again),
    ]


def _rows(page: Page) -> list[Block]:
    if page.rows:
        return [_row(row) for row in page.rows]
    if page.words:
        return [blocks.section(f"No project matches “{escape(page.words)}”. `/projects list` shows all.")]
    return [blocks.section("Deepgram shows no project to Keydesk yet. An owner can see why with `/keydesk status`.")]


def _row(row: Row) -> Block:
    mark = " · *yours*" if row.chosen else ""
    use = blocks.button(
        "Show" if row.chosen else "Use", "projects.show" if row.chosen else "projects.use", row.project_id
    )
    return blocks.section(f"*{escape(row.name)}*{mark}\n{count(row.live_keys, 'live key')}", accessory=use)


def overview(seen: Overview) -> list[Block]:
    """Draw one project at a glance."""
    settings = seen.settings
    place = channel(settings.channel) if settings.channel else "none: approvers get a direct message"
    fields = [
        f"*Who approves*\n{escape(seen.approvers)}",
        f"*Approvals channel*\n{place}",
        f"*Keys last*\n{count(settings.recommended_days, 'day')} recommended, {settings.most_days} at most",
        f"*Live keys*\n{seen.live_keys}",
        f"*Waiting for a decision*\n{seen.waiting}",
        f"*Id*\n{code(seen.project_id)}",
    ]
    buttons = [
        blocks.button("Request a key", "keys.request", seen.project_id, style="primary"),
        blocks.button("List its keys", "keys.list", f"1:{seen.project_id}:"),
    ]
    if not seen.chosen:
        buttons.append(blocks.button("Use this project", "projects.use", seen.project_id))
    if seen.may_change:
        buttons.append(blocks.button("Settings…", "projects.settings", seen.project_id))
    return [
        blocks.header(seen.name + (" · yours" if seen.chosen else "")),
        blocks.section(fields=fields),
        blocks.context(seen.fresh),
        blocks.actions(*buttons),
    ]


def settings_form(seen: Overview, typed: ChangeProjectSettings | None = None, problem: str = "") -> Block:
    """Draw the settings form; ``typed`` and ``problem`` bring back what was typed, with what is wrong with it."""
    settings = typed or seen.settings
    return blocks.modal(
        "projects.settings",
        "Project settings",
        [
            blocks.section(f"*{escape(seen.name)}*"),
            *([blocks.section(blocks.plain(f"⚠️ {problem}"))] if problem else []),
            blocks.input_(
                "Who approves keys",
                "approvers",
                blocks.multi_users_select("approvers", initial=settings.approvers, most=MOST_APPROVERS),
                optional=True,
                hint="Nobody decides their own request, so name at least two. Empty: the owners decide.",
            ),
            blocks.input_(
                "Approvals channel",
                "channel",
                blocks.conversations_select("channel", initial=settings.channel or ""),
                optional=True,
                hint="Keydesk must be in it, and it must not be shared outside. Empty: approvers get a direct message.",
            ),
            _days("Recommended duration in days", "recommended_days", settings.recommended_days),
            _days("Longest duration in days", "most_days", settings.most_days),
        ],
        submit="Save settings",
        close="Cancel",
        private_metadata=seen.project_id,
    )


def _days(label: str, name: str, value: int) -> Block:
    return blocks.input_(label, name, blocks.number_input(name, initial=str(value), least="1", most=str(LONGEST_DAYS)))


def read_settings_form(project_id: str, state: Mapping[str, Any]) -> ChangeProjectSettings:
    """Read the submitted settings.

    Raises:
        FormError: a field is wrong.
    """
    chosen = _value(state, "approvers").get("selected_users") or ()
    approvers = tuple(str(user_id) for user_id in chosen)
    if len(approvers) > MOST_APPROVERS:
        raise FormError("approvers", f"At most {MOST_APPROVERS} people.")
    recommended, most = _number(state, "recommended_days"), _number(state, "most_days")
    if recommended > most:
        raise FormError("recommended_days", "The recommended duration cannot be longer than the longest one.")
    return ChangeProjectSettings(
        project_id=project_id,
        approvers=approvers,
        channel=str(_value(state, "channel").get("selected_conversation") or "") or None,
        recommended_days=recommended,
        most_days=most,
    )


def _number(state: Mapping[str, Any], name: str) -> int:
    text = str(_value(state, name).get("value") or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LONGEST_DAYS):
        raise FormError(name, f"A whole number of days from 1 to {LONGEST_DAYS}.")
    return int(text)


def _value(state: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = state.get(name)
    value = found.get(name) if isinstance(found, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def saying(title: str, text: str) -> Block:
    """Draw a modal that only says something."""
    return blocks.modal("projects.notice", title, [blocks.section(text)], close="Close")
