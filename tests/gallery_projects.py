"""What Keydesk shows of projects, with made-up values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.lookalikes import Likeness, said
from bot.projects import deletion_form
from bot.projects import views as projects
from bot.projects.contents import REASON_SHOWN
from bot.projects.deleting import KEYS_NAMED, ProjectLoss, beyond
from bot.projects.operations import NAME_LONGEST, Contents, WishedSettings
from bot.projects.service import ProjectOverview, ProjectPage, ProjectRow
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.store.projects import Project, ProjectSettings
from tests.factories import ANA, NOON, PROJECT, RAJ

View = dict[str, Any]
Shown = View | list[View]


def with_text(text: str) -> Iterator[tuple[str, Shown]]:
    """Yield the views whose every foreign text is this one."""
    yield "projects list", page_of_projects(text, text[:100])
    yield "projects overview", projects.overview(overview(text))
    yield "projects settings", projects.settings_form(overview(text))
    yield "projects rename", projects.rename_form(project(text), DEEPGRAM)
    yield "projects choosing", projects.choosing_form(projects.options([project(text)], {None: text})[0])
    yield "projects deletion", deletion_form.deletion_form(lost(text))


def with_nothing() -> Iterator[tuple[str, Shown]]:
    """Yield the views that have nothing to show, and a few others."""
    yield "projects list · nothing", page_of_projects("", total=0)
    yield "projects list · nothing found", page_of_projects("", "<!channel> *x*", total=0)
    yield (
        "projects overview · defaults",
        projects.overview(
            overview(
                "production",
                settings=ProjectSettings(project_id=PROJECT, approvers=[]),
                chosen=True,
                contents=None,
                may_change=False,
                may_rename=False,
                may_delete=False,
            )
        ),
    )
    yield (
        "projects overview · beyond our credential",
        projects.overview(overview("production", beyond_us=beyond(DEEPGRAM), account="acme")),
    )
    yield "projects deletion · nobody decides", deletion_form.deletion_form(lost("production", deciders=""))
    yield (
        "projects deletion · nothing in it",
        deletion_form.deletion_form(lost("production", keys=(), keys_total=0), ("prod", ""), "That is not its name."),
    )
    yield "projects choosing · none chosen", projects.choosing_form(None)
    alike = said("staging", Likeness("alike", "stаging"))  # with one letter of Cyrillic
    yield (
        "projects rename · looks like another",
        projects.rename_form(project("production"), DEEPGRAM, "staging", alike, "x1"),
    )
    wished = WishedSettings(
        project_id=PROJECT, approvers=(ANA,), channel="C1", recommended_days=7, most_days=30, why="raj has left"
    )
    yield (
        "projects settings · came back",
        projects.settings_form(overview("production"), wished, "You are not in that channel."),
    )
    yield "projects rename · wrong", projects.rename_form(project("production"), DEEPGRAM, "staging", "No.")


def page_of_projects(text: str, words: str = "", total: int = 300) -> list[View]:
    """Draw a page in the middle of many projects."""
    name = text[:NAME_LONGEST] or "–"
    listed = tuple(ProjectRow(f"p{number}", name, number, number == 3) for number in range(10)) if total else ()
    return projects.project_list(ProjectPage(listed, total, 2 if total else 1, 10, words, "read from Deepgram"))


def overview(text: str, **changes: Any) -> ProjectOverview:
    """Return a project at a glance, as an owner sees it."""
    settings = ProjectSettings(project_id=PROJECT, approvers=[ANA, RAJ], channel="C0APPROVE02")
    seen = ProjectOverview(
        PROJECT,
        text[:NAME_LONGEST],
        settings,
        f"@{text}",
        12,
        3,
        chosen=False,
        fresh="read just now",
        offer=f"{DEEPGRAM.name} offers {DEEPGRAM.offer}",
        contents=contents(text),
        may_request=True,
        may_list_keys=True,
        may_change=True,
        may_rename=True,
        may_delete=True,
    )
    return replace(seen, **changes)


def contents(text: str) -> Contents:
    """Return what a project holds, one figure of it unreadable."""
    return Contents(members="7", invites=f"– ({text[:REASON_SHOWN]})", balance="$3,512.35 and 12.00 hours")


def lost(text: str, **changes: Any) -> ProjectLoss:
    """Return what would go with a project."""
    name = text[:NAME_LONGEST] or "–"
    named = tuple((f"{number:08x}", f"@{name}") for number in range(KEYS_NAMED))
    return replace(ProjectLoss(PROJECT, name, contents(text), named, 5000, 3, f"@{name} and @sam", DEEPGRAM), **changes)


def project(text: str) -> Project:
    """Return a project of this name."""
    return Project(id=PROJECT, name=text[:NAME_LONGEST] or "–", read_at=NOON)
