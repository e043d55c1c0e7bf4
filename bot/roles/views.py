"""What people see of roles, and the forms in which owners change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk.words import storable
from bot.errors import FormError
from bot.policy import Role
from bot.roles.operations import MOST_PEOPLE, WHY_LONGEST, ChangeDefaultRole, SetRole
from bot.roles.service import Form, Page, Row
from bot.slack import blocks
from bot.slack.words import count, escape, when
from bot.store.roles import WORKSPACE

Block = dict[str, Any]

MEANINGS: Mapping[Role, str] = {
    Role.READER: "sees projects, keys, figures and money",
    Role.DEVELOPER: "also asks for keys and ends their own",
    Role.OWNER: "manages projects, members, money and roles",
}
NONE = "none"


def overview(page: Page) -> list[Block]:
    """Draw the reader's own role, and a page of who holds which."""
    value = page.words
    return [
        blocks.header("Roles"),
        blocks.section(f"You are *{page.mine}* in this workspace: {escape(page.because)}."),
        *_lowered(page),
        blocks.divider(),
        *([_row(row, may_change=page.may_change) for row in page.rows] or [_empty(page)]),
        blocks.context(*_remarks(page)),
        *blocks.paging("roles.list", page.number, page.pages, value),
        *(_buttons() if page.may_change else []),
    ]


def _lowered(page: Page) -> list[Block]:
    lines = [f"• in *{escape(project)}* you are *{role}*" for project, role in page.lowered]
    more = page.lowered_total - len(page.lowered)
    if more:
        lines.append(f"… and lowered in {count(more, 'more project')}")
    return [blocks.section("\n".join(lines))] if lines else []


def _row(row: Row, *, may_change: bool) -> Block:
    place = f" in {escape(row.project)}, at most" if row.project is not None else ""
    text = f"*{row.role}*{place} · {escape(row.holder)}\nby {escape(row.set_by)} · {when(row.set_at)}"
    return blocks.section(text, accessory=blocks.button("Change…", "roles.set", row.value) if may_change else None)


def _empty(page: Page) -> Block:
    if page.words:
        return blocks.section(f"No role matches “{escape(page.words)}”. `/keydesk roles` shows all of them.")
    return blocks.section("Nobody was given a role yet.")


def _remarks(page: Page) -> list[str]:
    fixed = [f"Always Owner, by KEYDESK_OWNERS: {escape(page.fixed)}"] if page.fixed else []
    return [
        f"{count(page.total, 'role')} given · everybody else is {page.default}",
        *fixed,
        " · ".join(f"{role.word} {meaning}" for role, meaning in MEANINGS.items()),
    ]


def _buttons() -> list[Block]:
    give = blocks.button("Set a role…", "roles.set", "", style="primary")
    return [blocks.actions(give, blocks.button("Default…", "roles.default", ""))]


# --- forms ---


def set_form(form: Form) -> Block:
    """Draw the form that gives, lowers or takes away a role."""
    typed = form.typed
    return blocks.modal(
        "roles.set",
        "Set a role",
        [
            *_problem(form.problem),
            blocks.input_(
                "People",
                "people",
                blocks.multi_users_select("people", initial=typed.people, most=MOST_PEOPLE),
                optional=True,
            ),
            blocks.input_(
                "Or a user group",
                "group",
                blocks.external_select("roles.group", initial=_option(form.group), placeholder="Type its handle"),
                optional=True,
                hint="Everybody in it holds the role. A person's own role counts before that of a group.",
            ),
            blocks.input_("Role", "role", blocks.radio("role", _roles(), initial=typed.role or "")),
            blocks.input_(
                "Only in this project",
                "project",
                blocks.external_select("roles.project", initial=_option(form.project), placeholder="Type its name"),
                optional=True,
                hint="There they are at most this; it never raises anybody. Empty: the whole workspace.",
            ),
            blocks.input_(
                "Why?",
                "why",
                blocks.text_input("why", initial=typed.why, multiline=True, max_length=WHY_LONGEST),
                optional=True,
                hint="It stays in the record. For a new Owner it is needed: another Owner decides by it.",
            ),
            *_fixed(form.fixed),
        ],
        submit="Set role",
        close="Cancel",
    )


def _problem(problem: str) -> list[Block]:
    return [blocks.section(blocks.plain(f"⚠️ {problem}"))] if problem else []


def _fixed(fixed: str) -> list[Block]:
    return [blocks.context(f"{escape(fixed)}: always Owner, by KEYDESK_OWNERS; not changed here.")] if fixed else []


def _option(chosen: tuple[str, str] | None) -> Block | None:
    return blocks.option(chosen[1], chosen[0]) if chosen is not None else None


def _roles() -> list[Block]:
    given = [blocks.option(role.word, role.stored, MEANINGS[role]) for role in Role]
    return [*given, blocks.option("No role of their own", NONE, "back to their groups, or to the default")]


def read_set_form(state: Mapping[str, Any]) -> SetRole:
    """Read what was asked.

    Raises:
        FormError: a field is wrong.
    """
    people = tuple(str(user_id) for user_id in _value(state, "people", "people").get("selected_users") or ())
    group = _chosen(state, "group", "roles.group")
    if not people and not group:
        raise FormError("people", "Choose people or a user group.")
    if len(people) > MOST_PEOPLE:
        raise FormError("people", f"At most {MOST_PEOPLE} people.")
    role = _chosen(state, "role", "role")
    if role not in (NONE, *(each.stored for each in Role)):
        raise FormError("role", "Choose a role.")
    project_id = _chosen(state, "project", "roles.project") or WORKSPACE
    why = storable(str(_value(state, "why", "why").get("value") or ""))[:WHY_LONGEST]
    if role == Role.OWNER.stored and project_id == WORKSPACE and not why:
        raise FormError("why", "Say why: another Owner decides by it.")
    asked = {"people": people, "groups": (group,) if group else (), "role": None if role == NONE else role}
    return SetRole.model_validate(asked | {"project_id": project_id, "why": why})


def default_form(current: str) -> Block:
    """Draw the form that changes the default."""
    offered = [blocks.option(role.word, role.stored, MEANINGS[role]) for role in (Role.READER, Role.DEVELOPER)]
    return blocks.modal(
        "roles.default",
        "Default role",
        [
            blocks.section("The role of everybody to whom nobody gave one, in person or through a user group."),
            blocks.input_("Role", "role", blocks.radio("role", offered, initial=current)),
            blocks.context("Owners are always named, so Owner cannot be the default."),
        ],
        submit="Set default",
        close="Cancel",
    )


def read_default_form(state: Mapping[str, Any]) -> ChangeDefaultRole:
    """Read the new default.

    Raises:
        FormError: none was chosen.
    """
    role = _chosen(state, "role", "role")
    if role not in (Role.READER.stored, Role.DEVELOPER.stored):
        raise FormError("role", "Choose a role.")
    return ChangeDefaultRole.model_validate({"role": role})


def options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Return (id, name) pairs as choices."""
    return [blocks.option(name, id_) for id_, name in found]


def saying(text: str) -> Block:
    """Draw a modal that only says something."""
    return blocks.modal("roles.notice", "Roles", [blocks.section(text)], close="Close")


def _value(state: Mapping[str, Any], block: str, action: str) -> Mapping[str, Any]:
    field = state.get(block)
    value = field.get(action) if isinstance(field, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _chosen(state: Mapping[str, Any], block: str, action: str) -> str:
    option = _value(state, block, action).get("selected_option")
    value = option.get("value") if isinstance(option, Mapping) else None
    return value if isinstance(value, str) else ""
