"""What people see of projects, and their settings form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk.words import storable
from bot.errors import FormError
from bot.projects.operations import (
    LONGEST_DAYS,
    MOST_APPROVERS,
    NAME_LONGEST,
    WHY_LONGEST,
    RenameProject,
    WishedSettings,
)
from bot.projects.service import ProjectOverview, ProjectPage, ProjectRow
from bot.providers.port import Vendor
from bot.slack import blocks
from bot.slack.state import State, chosen, conversation, people, written
from bot.slack.words import channel, code, count, escape
from bot.store.projects import Project

Block = dict[str, Any]


def project_list(page: ProjectPage) -> list[Block]:
    """Draw a page of projects."""
    value = f"{page.number}:{page.words}"
    again = blocks.button("Refresh from the provider", "projects.refresh", value)
    table = blocks.button("CSV by direct message", "projects.csv", value)
    return [
        blocks.header("Projects"),
        *_rows(page),
        blocks.context(f"{count(page.total, 'project')} · {page.fresh}"),
        *blocks.paging("projects.list", page.number, page.pages, page.words),
        blocks.actions(again, *([table] if page.total else [])),
    ]


def _rows(page: ProjectPage) -> list[Block]:
    if page.rows:
        return [_row(row) for row in page.rows]
    if page.words:
        return [blocks.section(f"No project matches “{escape(page.words)}”. `/projects list` shows all.")]
    return [blocks.section("No provider shows Keydesk a project yet. An owner can see why with `/keydesk status`.")]


def _row(row: ProjectRow) -> Block:
    mark = " · *yours*" if row.chosen else ""
    use = blocks.button(
        "Show" if row.chosen else "Use", "projects.show" if row.chosen else "projects.use", row.project_id
    )
    account = f" · {escape(row.account)}" if row.account else ""
    return blocks.section(f"*{escape(row.name)}*{mark}\n{count(row.live_keys, 'live key')}{account}", accessory=use)


def overview(seen: ProjectOverview) -> list[Block]:
    """Draw one project at a glance."""
    cannot = [escape(seen.beyond_us)] if seen.may_delete and seen.beyond_us is not None else []
    return [
        blocks.header(seen.name + (" · yours" if seen.chosen else "")),
        blocks.section(fields=_facts(seen)),
        blocks.context(seen.fresh, *cannot, *([escape(seen.offer)] if seen.offer else [])),
        blocks.actions(*_buttons(seen)),
    ]


def _facts(seen: ProjectOverview) -> list[str]:
    settings, contents = seen.settings, seen.contents
    place = channel(settings.channel) if settings.channel else "none: approvers get a direct message"
    pairs = [
        ("Who approves", escape(seen.approvers)),
        ("Approvals channel", place),
        ("Keys last", f"{count(settings.recommended_days, 'day')} recommended, {settings.most_days} at most"),
        ("Live keys", str(seen.live_keys)),
        ("Waiting for a decision", str(seen.waiting)),
    ]
    if contents is not None:
        pairs += [
            ("Members", escape(contents.members)),
            ("Open invites", escape(contents.invites)),
            ("Balance", escape(contents.balance)),
        ]
    if seen.account:
        pairs.append(("Account", escape(seen.account)))
    return [f"*{label}*\n{text}" for label, text in [*pairs, ("Id", code(seen.project_id))]]


def _buttons(seen: ProjectOverview) -> list[Block]:
    buttons = []
    if seen.may_request:
        buttons.append(blocks.button("Request a key", "keys.request", seen.project_id, style="primary"))
    if seen.may_list_keys:
        buttons.append(blocks.button("List its keys", "keys.list", f"1:{seen.project_id}:"))
    if not seen.chosen:
        buttons.append(blocks.button("Use this project", "projects.use", seen.project_id))
    if seen.may_change:
        buttons.append(blocks.button("Settings…", "projects.settings", seen.project_id))
    if seen.may_rename:
        buttons.append(blocks.button("Rename…", "projects.rename", seen.project_id))
    if seen.may_delete and seen.beyond_us is None:
        buttons.append(blocks.button("Delete…", "projects.delete", seen.project_id, style="danger"))
    return buttons


def settings_form(seen: ProjectOverview, typed: WishedSettings | None = None, problem: str = "") -> Block:
    """Draw the settings form; ``typed`` and ``problem`` bring back what was typed, with what is wrong with it."""
    settings = typed or seen.settings
    return blocks.modal(
        "projects.settings",
        "Project settings",
        [
            blocks.section(f"*{escape(seen.name)}*"),
            *blocks.problem(problem),
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
                hint="You and Keydesk must be in it, and it must not be shared outside. Empty: approvers get a direct "
                "message.",
            ),
            _days("Recommended duration in days", "recommended_days", settings.recommended_days),
            _days("Longest duration in days", "most_days", settings.most_days),
            blocks.input_(
                "Why?",
                "why",
                blocks.text_input("why", initial=typed.why if typed else "", multiline=True, max_length=WHY_LONGEST),
                optional=True,
                hint="Other approvers, another channel and longer keys wait for another Owner, who reads this.",
            ),
        ],
        submit="Save settings",
        close="Cancel",
        private_metadata=f"{seen.project_id}:{seen.settings.mark}",
    )


def _days(label: str, name: str, value: int) -> Block:
    return blocks.input_(label, name, blocks.number_input(name, initial=str(value), least="1", most=str(LONGEST_DAYS)))


def read_settings_form(metadata: str, state: State) -> WishedSettings:
    """Read the submitted settings, with what marks those that the form showed.

    Raises:
        FormError: a field is wrong.
    """
    approvers = people(state, "approvers")
    if len(approvers) > MOST_APPROVERS:
        raise FormError("approvers", f"At most {MOST_APPROVERS} people.")
    recommended, most = _number(state, "recommended_days"), _number(state, "most_days")
    if recommended > most:
        raise FormError("recommended_days", "The recommended duration cannot be longer than the longest one.")
    project_id, shown, mark = metadata.partition(":")
    return WishedSettings(
        project_id=project_id,
        approvers=approvers,
        channel=conversation(state, "channel"),
        recommended_days=recommended,
        most_days=most,
        seen=mark if shown else None,
        why=storable(written(state, "why"))[:WHY_LONGEST],
    )


def _number(state: State, name: str) -> int:
    text = written(state, name).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= LONGEST_DAYS):
        raise FormError(name, f"A whole number of days from 1 to {LONGEST_DAYS}.")
    return int(text)


def rename_form(project: Project, vendor: Vendor, typed: str = "", problem: str = "", asked: str = "") -> Block:
    """Draw the form for a new name; ``typed`` and ``problem`` bring back what was typed, with what is wrong.

    ``asked`` is the value of a box to tick where the name looks like another (see `bot.lookalikes.check`).
    """
    return blocks.modal(
        "projects.rename",
        "Rename project",
        [
            blocks.section(
                f"*{escape(project.name)}*\nThe name changes at {vendor.name}, for everybody; keys go on working."
            ),
            *blocks.problem(problem),
            *blocks.meant(asked),
            blocks.input_(
                "New name",
                "name",
                blocks.text_input("name", initial=typed or project.name, max_length=NAME_LONGEST),
            ),
        ],
        submit="Rename",
        close="Cancel",
        private_metadata=project.id,
    )


def read_rename_form(project_id: str, state: State) -> RenameProject:
    """Read the new name.

    Raises:
        FormError: it is empty or too long.
    """
    return renaming(project_id, written(state, "name"))


def renaming(project_id: str, typed: str) -> RenameProject:
    """Return the wish for a new name, in which every run of spaces is one.

    Raises:
        FormError: it is empty or too long.
    """
    name = " ".join(storable(typed).split())
    if not 1 <= len(name) <= NAME_LONGEST:
        raise FormError("name", f"A name has 1 to {NAME_LONGEST} characters.")
    return RenameProject(project_id=project_id, name=name)


def choosing_form(current: Block | None) -> Block:
    """Draw the form in which people choose the project that they work in; ``current`` is one of the `options`."""
    return blocks.modal(
        "projects.choose",
        "Your project",
        [
            blocks.input_(
                "Project",
                "project",
                blocks.external_select("projects.choose", initial=current, placeholder="Type a part of its name"),
                hint="Lists, figures and new keys are about this one until you choose another.",
            )
        ],
        submit="Use this project",
        close="Cancel",
    )


def read_choosing_form(state: State) -> str:
    """Return the id of the project that was chosen.

    Raises:
        FormError: none was.
    """
    project_id = chosen(state, "project")
    if not project_id:
        raise FormError("project", "Choose a project.")
    return project_id


def options(found: Sequence[Project], labels: Mapping[str | None, str]) -> list[Block]:
    """Return projects as choices, each with the label of its account where there are several."""
    return [blocks.option(project.name, project.id, labels.get(project.account_id)) for project in found]
