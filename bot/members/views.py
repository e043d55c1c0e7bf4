"""What people see of members, and the forms that change them."""

from __future__ import annotations

from typing import Any

from bot.desk.words import storable
from bot.errors import FormError
from bot.members.operations import WHY_LONGEST, scope_of
from bot.members.service import NO_COMMENT, MemberOverview, MemberPage, MemberRow
from bot.providers.roles import MEANINGS, ROLES
from bot.providers.values import Role
from bot.slack import blocks
from bot.slack.state import State, chosen, written
from bot.slack.words import code, count, cut, escape
from bot.spending.key_names import key_in_list
from bot.store.keys import Key
from bot.store.members import Member

Block = dict[str, Any]

SHOWN = 60
SCOPES_SHOWN = 120  # characters
SCOPES_LISTED = 40
OURSELVES = "Keydesk itself"
CONFIRM_LONGEST = 300


def member_list(seen: MemberPage) -> list[Block]:
    """Draw a page of members."""
    value = f"{seen.project_id}:{seen.words}"
    buttons = [
        blocks.button(f"Refresh from {seen.vendor.name}", "members.refresh", f"{seen.page.number}:{value}"),
        blocks.button("Invitations", "invites.list", f"1:{seen.project_id}:"),
        blocks.button("Send all as a file", "members.csv", f"1:{value}"),
    ]
    if seen.may_invite:
        buttons.insert(0, blocks.button("Invite…", "invites.form", seen.project_id, style="primary"))
    return [
        blocks.header(f"Members of {seen.project}"),
        *_rows(seen),
        blocks.context(
            f"{count(seen.page.total, 'member')}{_matching(seen.words)} · {seen.fresh}", *_said(seen.limits)
        ),
        *blocks.paging("members.list", seen.page.number, seen.page.pages, value),
        blocks.actions(*buttons),
    ]


def _rows(seen: MemberPage) -> list[Block]:
    if seen.page.items:
        return [_row(row) for row in seen.page.items]
    if seen.words:
        return [blocks.section(f"No member matches “{escape(seen.words)}”. `/members list` shows all.")]
    return [blocks.section(f"{seen.vendor.name} tells of no member in this project.")]


def _matching(words: str) -> str:
    return f" that match “{escape(words)}”" if words else ""


def _row(row: MemberRow) -> Block:
    member = row.member
    mark = f" · *{OURSELVES}*" if row.ourselves else ""
    parts = [scope_of(member.scopes), count(row.live_keys, "live key")]
    if member.email and member.email != member.label:
        parts.insert(0, escape(cut(member.email, SHOWN)))
    return blocks.section(f"*{_named(member)}*{mark}\n{' · '.join(parts)}", accessory=_menu(row))


def _menu(row: MemberRow) -> Block:
    target = f"{row.member.project_id}:{row.member.member_id}"
    options = [blocks.option("Show", f"show:{target}")]
    if row.may_scope:
        options.append(blocks.option("Change provider role…", f"scope:{target}"))
    if row.may_remove:
        options.append(blocks.option("Remove…", f"remove:{target}"))
    return blocks.overflow("members.row", options)


def details(seen: MemberOverview) -> list[Block]:
    """Draw one member."""
    member = seen.row.member
    fields = [
        f"*E-mail*\n{escape(member.email) or '–'}",
        f"*Provider role*\n{_role(member)}",
        f"*Live keys*\n{seen.row.live_keys}",
        f"*Member id*\n{code(member.member_id)}",
    ]
    ours = f"*This is {OURSELVES}*: it can be neither removed nor given another provider role here."
    buttons = _buttons(seen)
    return [
        blocks.header(f"{cut(member.label, SHOWN)} · {cut(seen.project, SHOWN)}"),
        *([blocks.section(ours)] if seen.row.ourselves else []),
        blocks.section(fields=fields),
        *([blocks.section(f"*Their live keys in this project*\n{_keys(seen)}")] if seen.keys else []),
        blocks.context(seen.fresh, *_said(seen.limits)),
        *([blocks.actions(*buttons)] if buttons else []),
    ]


def _buttons(seen: MemberOverview) -> list[Block]:
    target = f"{seen.row.member.project_id}:{seen.row.member.member_id}"
    scope = [blocks.button("Change provider role…", "members.scope", target)] if seen.row.may_scope else []
    remove = [blocks.button("Remove…", "members.remove", target, style="danger")] if seen.row.may_remove else []
    return scope + remove


def scopes(seen: MemberOverview, told: tuple[str, ...]) -> list[Block]:
    """Draw the scopes of a member as the provider told them just now."""
    member = seen.row.member
    named, nothing = told[:SCOPES_LISTED], f"{seen.vendor.name} tells of none."
    listed = "\n".join(f"• {escape(cut(scope, SHOWN))}" for scope in named) or nothing
    more = f"\nand {len(told) - SCOPES_LISTED} more" if len(told) > SCOPES_LISTED else ""
    return [
        blocks.header(f"Scopes of {cut(member.label, SHOWN)}"),
        blocks.section(listed + more),
        blocks.context(f"{escape(cut(seen.project, SHOWN))} · read from {seen.vendor.name} just now"),
    ]


def _keys(seen: MemberOverview) -> str:
    lines = [_key(key, owner) for key, owner in seen.keys]
    more = seen.row.live_keys - len(lines)
    return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])


def _key(key: Key, owner: str) -> str:
    return key_in_list(key, nothing=NO_COMMENT) + (f" · {escape(owner)}" if owner else "")


def _named(member: Member) -> str:
    return escape(cut(member.label, SHOWN))


def _role(member: Member) -> str:
    """Say the provider role, and beside it the scopes that it was told in, where those are others."""
    told = ", ".join(member.scopes)
    role = scope_of(member.scopes)
    return role if told == role else f"{role} ({escape(cut(told, SCOPES_SHOWN)) or 'no scope told'})"


def _said(text: str) -> list[str]:
    return [text] if text else []


# --- forms ---


def confirmation_of(member: Member) -> str:
    """Return what must be typed to confirm a removal."""
    return cut(member.email or member.label, CONFIRM_LONGEST)


def removal_form(seen: MemberOverview, why: str = "", problem: str = "") -> Block:
    """Draw the form that asks for a removal: first of all, what is lost with it."""
    member, live = seen.row.member, seen.row.live_keys
    lost = f"*{count(live, 'live key')} of theirs would stop working at once:*\n{_keys(seen)}" if live else NO_KEYS
    wanted = confirmation_of(member)
    return blocks.modal(
        "members.remove",
        "Remove member",
        [
            *blocks.problem(problem),
            blocks.section(f"*{_named(member)}* · {scope_of(member.scopes)} of *{escape(cut(seen.project, SHOWN))}*"),
            blocks.section(f"⚠️ {lost}"),
            blocks.context(f"Keys {seen.keys_fresh}", _who_decides(seen.deciders)),
            blocks.input_(
                "To confirm, type what stands below",
                "confirm",
                blocks.text_input("confirm", max_length=CONFIRM_LONGEST),
                hint=wanted,
            ),
            _why(why),
        ],
        submit="Ask to remove",
        close="Cancel",
        private_metadata=f"{member.project_id}:{member.member_id}:{wanted}",
    )


NO_KEYS = "They made no live key in this project, as far as Keydesk has read."


def scope_form(seen: MemberOverview, wanted: Role | None = None, why: str = "", problem: str = "") -> Block:
    """Draw the form that gives another scope; ``wanted`` is preselected."""
    member = seen.row.member
    options = [blocks.option(scope, scope, MEANINGS[scope]) for scope in seen.choices]
    return blocks.modal(
        "members.scope",
        "Change provider role",
        [
            *blocks.problem(problem),
            blocks.section(f"*{_named(member)}* · *{escape(cut(seen.project, SHOWN))}*\nNow: {_role(member)}"),
            blocks.input_("New provider role", "scope", blocks.radio("scope", options, initial=wanted or "")),
            blocks.context(f"Less takes effect at once. More has to be approved: {_who_decides(seen.deciders)}"),
            _why(why),
        ],
        submit="Change role",
        close="Cancel",
        private_metadata=f"{member.project_id}:{member.member_id}",
    )


def _who_decides(deciders: str) -> str:
    return f"{escape(deciders)} can approve it." if deciders else "Nobody could approve it: a second owner is needed."


def _why(why: str) -> Block:
    element = blocks.text_input("why", initial=why, multiline=True, max_length=WHY_LONGEST)
    return blocks.input_("Why", "why", element, optional=True, hint="Whoever approves reads it.")


def read_target(value: str) -> tuple[str, str]:
    """Read which member a button or form is about: (project id, member id)."""
    project_id, _, rest = value.partition(":")
    return project_id, rest.partition(":")[0]


def check_confirmation(metadata: str, state: State) -> None:
    """Raise FormError unless what was typed confirms the removal."""
    wanted = metadata.split(":", 2)[-1]
    typed = written(state, "confirm")
    if typed.strip().casefold() != wanted.strip().casefold():
        raise FormError("confirm", f"Type {cut(wanted, SHOWN)} exactly, or cancel.")


def read_why(state: State) -> str:
    """Read the reason that was typed."""
    return storable(written(state, "why"))[:WHY_LONGEST]


def read_scope_choice(state: State) -> Role:
    """Read the chosen scope; raise FormError without one."""
    wanted = chosen(state, "scope")
    found = next((scope for scope in ROLES if scope == wanted), None)
    if found is None:
        raise FormError("scope", "Choose one of these.")
    return found
