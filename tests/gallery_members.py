"""The views of members and invitations, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.invites import service as invited
from bot.invites import views as invites
from bot.invites.operations import SendInvites
from bot.members import service, views
from bot.members.mirroring import EMAIL_LONGEST, NAME_LONGEST
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.roles import ROLES, limits
from bot.slack.pages import Page
from bot.slack.words import escape
from bot.store.invites import Invite
from bot.store.members import Member
from tests.factories import NOON, PROJECT, key

View = dict[str, Any]
Shown = View | list[View]
ID = "0a1b2c3d-0000-4000-8000-00000000000"


def member(text: str, number: int = 0) -> Member:
    """Return a member whose every foreign text is this one; some have no name, some no address."""
    name = text[:NAME_LONGEST]
    return Member(
        project_id=PROJECT,
        member_id=f"{ID}{number % 10}",
        email=f"{text[: EMAIL_LONGEST - 9]}@acme.com" if number % 3 else "",
        first_name=name if number % 2 else "",
        last_name=name if number % 2 else "",
        scopes=["admin"] if number % 4 else [text, "owners:write:kick"],
        read_at=NOON,
    )


def row(text: str, number: int = 0) -> service.MemberRow:
    """Return a row of the list; number 5 is Keydesk itself."""
    return service.MemberRow(member(text, number), number * 7, number == 5, number != 5, number % 2 == 1)


def members(text: str, words: str = "", total: int = 2000) -> list[View]:
    """Draw a page in the middle of many members."""
    rows = tuple(row(text, number) for number in range(min(total, 10)))
    pages = max(1, total // 10)
    page = Page(rows, total, min(2, pages), pages)
    name = text[:NAME_LONGEST] or "–"
    return views.member_list(
        service.MemberPage(PROJECT, name, words, page, "read just now", limits("admin"), DEEPGRAM, may_invite=True)
    )


def overview(text: str, number: int = 1, keys: int = 8) -> service.MemberOverview:
    """Return one member at a glance."""
    listed = tuple((key(each, purpose=text[: service.PURPOSE_SHOWN] or "–"), "") for each in range(keys))
    name = text[:NAME_LONGEST] or "–"
    return service.MemberOverview(
        row(text, number), name, listed, ROLES, f"@{name}", "read just now", "read then", limits("admin"), DEEPGRAM
    )


def invitations(text: str, words: str = "", total: int = 300) -> list[View]:
    """Draw a page in the middle of many invitations."""
    rows = tuple(
        invited.InviteRow(
            Invite(project_id=PROJECT, email=f"{number}{text[:200]}@acme.com", scope=text[:60], read_at=NOON),
            f"sent by @{escape(text[:NAME_LONGEST])}" if number % 2 else "",
            may_change=number % 3 == 0,
        )
        for number in range(min(total, 10))
    )
    page = Page(rows, total, 1, max(1, total // 10))
    name, domains = text[:NAME_LONGEST] or "–", ("acme.com", "beta.io") if total else ()
    said = limits("admin")
    shown = invited.InvitePage(PROJECT, name, words, page, domains, "read just now", said, DEEPGRAM, may_send=True)
    return invites.invite_list(shown)


def invite_form(text: str, typed: SendInvites | None = None, problem: str = "") -> View:
    """Draw the form that invites."""
    name = text[:NAME_LONGEST] or "–"
    domains = tuple(f"a{number}.example" for number in range(50)) if text else ()
    return invites.invite_form(invited.InviteForm(PROJECT, name, ROLES, domains, f"@{name}"), typed, problem)


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield every view, its every foreign text being this one."""
    cut = text[:300]
    yield "members list", members(text, text[:100])
    yield "members details", views.details(overview(text))
    yield "members scopes", views.scopes(overview(text), (text, "admin") * 40)
    yield "members removal", views.removal_form(overview(text), cut, cut)
    yield "members scope form", views.scope_form(overview(text), "admin", cut, cut)
    yield "invites list", invitations(text, text[:100])
    typed = SendInvites(project_id=PROJECT, emails=("ana@acme.com",) * 20, scope="owner", why=cut)
    yield "invites form", invite_form(text, typed, cut)


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield the views of what is empty or untouched."""
    yield "members list · nothing", members("production", total=0)
    yield "members list · nothing found", members("production", "<!channel> *x*", 0)
    yield "members details · Keydesk itself", views.details(overview("keydesk", 5, 0))
    yield "members removal · without keys", views.removal_form(overview("li", 0, 0))
    yield "invites list · nothing", invitations("production", total=0)
    yield "invites list · one", invitations("production", total=1)
    yield "invites form · untouched", invite_form("production")
    yield "invites domains · any", invites.domains_shown((), may_change=False)
    yield "invites domains form", invites.domains_form(("acme.com", "beta.io"))
    yield "invites domains form · came back", invites.domains_form((), "m1", "acme is no domain.", "beta works with us")
