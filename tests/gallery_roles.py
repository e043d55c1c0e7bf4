"""What Keydesk shows of roles, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bot.groups import NONE_TO_CHOOSE as NO_GROUPS
from bot.roles import views
from bot.roles.operations import WHY_LONGEST, SetRole
from bot.roles.service import LOWERED_SHOWN, PAGE, RoleForm, RolePage, RoleRow
from bot.slack.pages import WORDS_LONGEST
from tests.factories import ANA, NOON, PROJECT

View = dict[str, Any]
Shown = View | list[View]
NAME = 80  # the longest name of a person, as it is kept


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield the views whose every foreign text is this one."""
    yield "roles overview", views.overview(page(text, 1000, text[:WORDS_LONGEST]))
    yield "roles form", views.set_form(form(text, text[:NAME]))


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield the views that have nothing to show, and a few others."""
    yield "roles overview · nothing", views.overview(page("ana", 0, may_change=False))
    yield "roles overview · nothing found", views.overview(page("ana", 0, "<!channel> *x*"))
    yield "roles overview · one", views.overview(page("李伟 · ليلى", 1))
    yield "roles form · empty", views.set_form(RoleForm(SetRole(), None, None, ""))
    yield (
        "roles form · no groups on this plan",
        views.set_form(RoleForm(SetRole(), None, None, "", "", NO_GROUPS, any_group=False)),
    )
    yield "roles form · groups not told", views.set_form(RoleForm(SetRole(), None, None, "", "", "Not told just now."))
    yield "roles form · default", views.default_form("developer")


def page(text: str, total: int, words: str = "", *, may_change: bool = True) -> RolePage:
    """Return a page of roles."""
    rows = tuple(row(text, number) for number in range(min(total, PAGE)))
    lowered = ((text[:NAME], "Reader"),) * min(total, LOWERED_SHOWN)
    because = f"given to you by @{text[:NAME]}"
    return RolePage("Developer", because, lowered, total, "Reader", text[:NAME], rows, total, 1, words, may_change)


def row(text: str, number: int) -> RoleRow:
    """Return a role that somebody holds; every other one in a project only."""
    project = text[:NAME] if number % 2 else None
    return RoleRow("Owner", f"@{text[:NAME]}", project, f"@{text[:NAME]}", NOON, f"person:{ANA}:{PROJECT}")


def form(text: str, name: str) -> RoleForm:
    """Return a form that came back with a problem."""
    typed = SetRole(project_id=PROJECT, people=(ANA,), groups=("S1",), role="reader", why=text[:WHY_LONGEST])
    return RoleForm(typed, ("S1", f"@{name}"), (PROJECT, name or "–"), name, text)
