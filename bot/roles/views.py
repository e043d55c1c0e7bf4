"""What people see of roles, and the forms in which owners change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.desk.words import storable
from bot.errors import FormError
from bot.policy import Role
from bot.roles.operations import MOST_PEOPLE, WHY_LONGEST, ChangeDefaultRole, SetRole
from bot.roles.service import RoleForm, RolePage, RoleRow
from bot.slack import blocks
from bot.slack.state import State, chosen, people, written
from bot.slack.words import count, escape, when
from bot.store.roles import WORKSPACE

Block = dict[str, Any]

MEANINGS: Mapping[Role, str] = {
    Role.READER: "sees projects, keys, figures and money",
    Role.DEVELOPER: "also asks for keys and revokes their own",
    Role.OWNER: "manages projects, members, money and roles",
}
NONE = "none"


def overview(page: RolePage) -> list[Block]:
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


def _lowered(page: RolePage) -> list[Block]:
    lines = [f"• in *{escape(project)}* you are *{role}*" for project, role in page.lowered]
    more = page.lowered_total - len(page.lowered)
    if more:
        lines.append(f"… and lowered in {count(more, 'more project')}")
    return [blocks.section("\n".join(lines))] if lines else []


def _row(row: RoleRow, *, may_change: bool) -> Block:
    place = f" in {escape(row.project)}, at most" if row.project is not None else ""
    text = f"*{row.role}*{place} · {escape(row.holder)}\nby {escape(row.set_by)} · {when(row.set_at)}"
    if row.waiting:
        joined = "1 person" if row.waiting == 1 else f"{row.waiting} people"
        text += f"\n{joined} joined since and no Owner by it: give the group the role anew to confirm"
    return blocks.section(text, accessory=blocks.button("Change…", "roles.set", row.value) if may_change else None)


def _empty(page: RolePage) -> Block:
    if page.words:
        return blocks.section(f"No role matches “{escape(page.words)}”. `/keydesk roles` shows all of them.")
    return blocks.section("Nobody was given a role yet.")


def _remarks(page: RolePage) -> list[str]:
    fixed = [f"Always Owner, by KEYDESK_OWNERS: {escape(page.fixed)}"] if page.fixed else []
    return [
        f"{_number(page)} · whoever was given none is {page.default}",
        *fixed,
        " · ".join(f"{role.word} {meaning}" for role, meaning in MEANINGS.items()),
    ]


def _number(page: RolePage) -> str:
    fitting = f", of those with “{escape(page.words)}”" if page.words else ""
    return f"{count(page.total, 'role')} given{fitting}"


def _buttons() -> list[Block]:
    give = blocks.button("Set a role…", "roles.set", "", style="primary")
    return [blocks.actions(give, blocks.button("Default…", "roles.default", ""))]


# --- forms ---


def set_form(form: RoleForm) -> Block:
    """Draw the form that gives, lowers or takes away a role."""
    typed = form.typed
    return blocks.modal(
        "roles.set",
        "Set a role",
        [
            *blocks.problem(form.problem),
            *_holders(form),
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
                hint="It stays in the record. It is needed where it changes who is Owner: another Owner decides by it.",
            ),
            *_fixed(form.fixed),
        ],
        submit="Set role",
        close="Cancel",
    )


def _holders(form: RoleForm) -> list[Block]:
    people = blocks.multi_users_select("people", initial=form.typed.people, most=MOST_PEOPLE)
    if not form.any_group:
        return [blocks.input_("People", "people", people), blocks.context(form.no_groups)]
    group = blocks.external_select("roles.group", initial=_option(form.group), placeholder="Type its handle")
    hint = (
        "Everybody in it holds the role; Owner only who is in it now: who joins later waits until it is given anew. A "
        "person's own role counts before that of a group."
    )
    return [
        blocks.input_("People", "people", people, optional=True),
        blocks.input_("Or a user group", "group", group, optional=True, hint=hint),
        *([blocks.context(form.no_groups)] if form.no_groups else []),
    ]


def _fixed(fixed: str) -> list[Block]:
    return [blocks.context(f"{escape(fixed)}: always Owner, by KEYDESK_OWNERS; not changed here.")] if fixed else []


def _option(chosen: tuple[str, str] | None) -> Block | None:
    return blocks.option(chosen[1], chosen[0]) if chosen is not None else None


def _roles() -> list[Block]:
    given = [blocks.option(role.word, role.stored, MEANINGS[role]) for role in Role]
    return [*given, blocks.option("No role of their own", NONE, "back to their groups, or to the default")]


def read_set_form(state: State) -> SetRole:
    """Read what was asked.

    Raises:
        FormError: a field is wrong.
    """
    named, group = people(state, "people"), chosen(state, "group")
    if not named and not group:
        raise FormError("people", "Choose people or a user group.")
    if len(named) > MOST_PEOPLE:
        raise FormError("people", f"At most {MOST_PEOPLE} people.")
    role = chosen(state, "role")
    if role not in (NONE, *(each.stored for each in Role)):
        raise FormError("role", "Choose a role.")
    project_id = chosen(state, "project") or WORKSPACE
    why = storable(written(state, "why"))[:WHY_LONGEST]
    if role == Role.OWNER.stored and project_id == WORKSPACE and not why:
        raise FormError("why", "Say why: another Owner decides by it.")
    asked = {"people": named, "groups": (group,) if group else (), "role": None if role == NONE else role}
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


def read_default_form(state: State) -> ChangeDefaultRole:
    """Read the new default.

    Raises:
        FormError: none was chosen.
    """
    role = chosen(state, "role")
    if role not in (Role.READER.stored, Role.DEVELOPER.stored):
        raise FormError("role", "Choose a role.")
    return ChangeDefaultRole.model_validate({"role": role})


def options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Return (id, name) pairs as choices."""
    return [blocks.option(name, id_) for id_, name in found]
