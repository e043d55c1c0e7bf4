"""What people see of invitations, and the forms that send them."""

from __future__ import annotations

from typing import Any

from bot.desk.words import storable
from bot.errors import FormError, NotUnderstood
from bot.invites.addresses import read_addresses, read_domains
from bot.invites.operations import MOST_AT_ONCE, WHY_LONGEST, ChangeInviteDomains, SendInvites
from bot.invites.service import InviteForm, InvitePage, InviteRow
from bot.providers.roles import MEANINGS, ROLES
from bot.providers.values import Role
from bot.slack import blocks
from bot.slack.state import State, chosen, written
from bot.slack.words import count, cut, escape, listed

Block = dict[str, Any]

SHOWN = 60
ADDRESSES_LONGEST = 3000
DOMAINS_SHOWN = 300
VALUE_LONGEST = 150  # of a menu's option, by Slack's reference; a longer address has no menu


def invite_list(seen: InvitePage) -> list[Block]:
    """Draw a page of open invitations."""
    value = f"{seen.project_id}:{seen.words}"
    buttons = [
        blocks.button(f"Refresh from {seen.vendor.name}", "invites.refresh", f"{seen.page.number}:{value}"),
        blocks.button("Members", "members.list", f"1:{seen.project_id}:"),
        blocks.button("Send all as a file", "invites.csv", f"1:{value}"),
    ]
    if seen.may_send:
        buttons.insert(0, blocks.button("Invite…", "invites.form", seen.project_id, style="primary"))
    total = f"{count(seen.page.total, 'open invitation')}" + (
        f" that match “{escape(seen.words)}”" if seen.words else ""
    )
    notes = [f"{total} · {seen.fresh}", allowed(seen.domains), *([seen.limits] if seen.limits else [])]
    return [
        blocks.header(f"Invitations to {seen.project}"),
        *_rows(seen),
        blocks.context(*notes),
        *blocks.paging("invites.list", seen.page.number, seen.page.pages, value),
        blocks.actions(*buttons),
    ]


def allowed(domains: tuple[str, ...]) -> str:
    """Say whose addresses may be invited (mrkdwn)."""
    if not domains:
        return "Addresses at any domain may be invited."
    return f"Only addresses at {escape(cut(listed(domains, 'or'), DOMAINS_SHOWN))} may be invited."


def _rows(seen: InvitePage) -> list[Block]:
    if seen.page.items:
        return [_row(row) for row in seen.page.items]
    if seen.words:
        return [blocks.section(f"No open invitation matches “{escape(seen.words)}”. `/members invites` shows all.")]
    return [blocks.section("No invitation is open. Whoever accepted one is among the members.")]


def _row(row: InviteRow) -> Block:
    parts = [escape(cut(row.invite.scope, SHOWN)) or "provider role not told", *([row.sent] if row.sent else [])]
    text = f"*{escape(row.invite.email)}*\n{' · '.join(parts)}"
    menu = _menu(row) if row.may_change else None
    return blocks.section(text, accessory=menu)


def _menu(row: InviteRow) -> Block | None:
    target = f"{row.invite.project_id}:{row.invite.email}"
    options = (("Send again", f"resend:{target}"), ("Take back", f"cancel:{target}"))
    if any(len(value) > VALUE_LONGEST for _, value in options):
        return None
    sure = blocks.confirm(
        "Are you sure?", "Both take this invitation back: its link ends. Sending again mails a new one.", "Yes", "Back"
    )
    return blocks.overflow("invites.row", [blocks.option(*each) for each in options], confirm=sure)


def domains_shown(domains: tuple[str, ...], *, may_change: bool) -> list[Block]:
    """Draw whose addresses may be invited."""
    change = [blocks.actions(blocks.button("Change…", "invites.domains"))] if may_change else []
    return [
        blocks.header("Who may be invited"),
        blocks.section(allowed(domains)),
        blocks.context("This holds for every project. Invitations that are open already stay."),
        *change,
    ]


# --- forms ---


def invite_form(seen: InviteForm, typed: SendInvites | None = None, problem: str = "") -> Block:
    """Draw the form that invites; ``typed`` and ``problem`` bring back what was typed, with what is wrong with it."""
    options = [blocks.option(scope, scope, MEANINGS[scope] + _approval(scope)) for scope in seen.choices]
    emails = "\n".join(typed.emails) if typed else ""
    approves = f"{escape(seen.deciders)} can approve admins and owners." if seen.deciders else NOBODY
    return blocks.modal(
        "invites.form",
        "Invite",
        [
            *blocks.problem(problem),
            blocks.section(f"To *{escape(cut(seen.project, SHOWN))}*"),
            blocks.input_(
                "E-mail addresses",
                "emails",
                blocks.text_input("emails", initial=emails, multiline=True, max_length=ADDRESSES_LONGEST),
                hint=f"One or several, at most {MOST_AT_ONCE}, a line each or with commas.",
            ),
            blocks.input_(
                "As", "scope", blocks.radio("scope", options, initial=typed.scope if typed else seen.choices[0])
            ),
            blocks.context(allowed(seen.domains), approves),
            blocks.input_(
                "Why",
                "why",
                blocks.text_input("why", initial=typed.why if typed else "", multiline=True, max_length=WHY_LONGEST),
                optional=True,
                hint="Whoever approves reads it.",
            ),
        ],
        submit="Invite",
        close="Cancel",
        private_metadata=seen.project_id,
    )


def _approval(scope: Role) -> str:
    return "" if scope == "member" else "; needs one approval"


NOBODY = "Nobody could approve admins and owners: a second owner is needed."


def read_invite_form(project_id: str, state: State) -> SendInvites:
    """Read the form that invites.

    Raises:
        FormError: a field is wrong.
    """
    emails = _addresses(written(state, "emails"))
    wanted = chosen(state, "scope")
    scope = next((role for role in ROLES if role == wanted), None)
    if scope is None:
        raise FormError("scope", "Choose one of these.")
    why = storable(written(state, "why"))[:WHY_LONGEST]
    return SendInvites(project_id=project_id, emails=emails, scope=scope, why=why)


def _addresses(typed: str) -> tuple[str, ...]:
    try:
        emails = read_addresses(typed)
    except NotUnderstood as problem:
        raise FormError("emails", problem.text) from None
    if len(emails) > MOST_AT_ONCE:
        raise FormError("emails", f"At most {MOST_AT_ONCE} at once; these are {len(emails)}.")
    return emails


def domains_form(domains: tuple[str, ...], mark: str = "", problem: str = "", why: str = "") -> Block:
    """Draw the form that sets the allowed domains; ``mark`` tells those that are saved from later ones."""
    element = blocks.text_input(
        "domains", initial="\n".join(domains), multiline=True, max_length=ADDRESSES_LONGEST, placeholder="acme.com"
    )
    hint = "A line each. Empty: any domain. A part of a domain, such as eu.acme.com, has to be named itself."
    return blocks.modal(
        "invites.domains",
        "Who may be invited",
        [
            *blocks.problem(problem),
            blocks.input_("Allowed domains", "domains", element, optional=True, hint=hint),
            blocks.input_(
                "Why?",
                "why",
                blocks.text_input("why", initial=why, multiline=True, max_length=WHY_LONGEST),
                optional=True,
                hint="More domains wait for another Owner, who reads this; fewer do not.",
            ),
        ],
        submit="Save",
        close="Cancel",
        private_metadata=mark,
    )


def read_domains_form(mark: str, state: State) -> ChangeInviteDomains:
    """Read the form of allowed domains; raise FormError for what is no domain."""
    try:
        why = storable(written(state, "why"))[:WHY_LONGEST]
        return ChangeInviteDomains(domains=read_domains(written(state, "domains")), seen=mark, why=why)
    except NotUnderstood as problem:
        raise FormError("domains", problem.text) from None
