"""The form that deletes a project: what will be lost, and the name typed to confirm it."""

from __future__ import annotations

import unicodedata
from typing import Any

from bot.desk.words import storable
from bot.errors import FormError
from bot.projects.deleting import ProjectLoss
from bot.projects.operations import WHY_LONGEST
from bot.slack import blocks
from bot.slack.state import State, written
from bot.slack.words import code, count, escape

Block = dict[str, Any]

TITLE = "Delete project"
NAME_TYPED = 200  # longer than any shown name, so that a wrong one is told rather than cut
NOBODY_DECIDES = (
    "*Nobody could approve this*: it takes a second Owner, because nobody decides their own request. "
    "Owners are added with `/keydesk roles`."
)


def deletion_form(seen: ProjectLoss, typed: tuple[str, str] = ("", ""), problem: str = "") -> Block:
    """Draw the form; ``typed`` (name, why) and ``problem`` bring back what was typed, with what is wrong with it."""
    lost = f"*{escape(seen.name)}* would be deleted at {seen.vendor.name} for good, with:"
    loses = [blocks.section(lost), *_losses(seen)]
    if not seen.deciders:
        return blocks.modal("projects.notice", TITLE, [*loses, blocks.section(NOBODY_DECIDES)], close="Close")
    name, why = typed
    return blocks.modal(
        "projects.delete",
        TITLE,
        [
            *loses,
            *blocks.problem(problem),
            blocks.input_(
                "Type the project's name to confirm",
                "name",
                blocks.text_input("name", initial=name, max_length=NAME_TYPED),
                hint=f"Exactly: {seen.name}",
            ),
            blocks.input_(
                "Why?",
                "why",
                blocks.text_input("why", initial=why, multiline=True, max_length=WHY_LONGEST),
                optional=True,
                hint="Whoever decides reads this, and it stays in the record.",
            ),
            blocks.context(f"{escape(seen.deciders)} can approve it. Until then nothing changes."),
        ],
        submit="Ask to delete",
        close="Keep it",
        private_metadata=seen.project_id,
    )


def _losses(seen: ProjectLoss) -> list[Block]:
    never_read = f"– (not read from {seen.vendor.name} yet: please look again in a minute)"
    pairs = (
        ("Live keys", str(seen.keys_total) if seen.keys_read else never_read),
        ("Members", seen.contents.members),
        ("Open invites", seen.contents.invites),
        ("Balance", seen.contents.balance),
        ("Requests that wait", str(seen.waiting)),
    )
    lines = [f"{code(label)} {escape(owner)}" for label, owner in seen.keys]
    more = seen.keys_total - len(seen.keys)
    named = [*lines, f"… and {count(more, 'more key')}"] if more > 0 else lines
    return [
        blocks.section(fields=[f"*{label}*\n{escape(text)}" for label, text in pairs]),
        *(
            [blocks.section("*Keys that stop working at once, and whose they are*\n" + "\n".join(named))]
            if named
            else []
        ),
    ]


def read_deletion_form(state: State) -> tuple[str, str]:
    """Return the name that was typed to confirm, and the reason.

    Raises:
        FormError: the name is missing, or the reason too long.
    """
    name, why = storable(written(state, "name")), storable(written(state, "why"))
    if not name:
        raise FormError("name", "Type the project's name, exactly as it stands below the field.")
    if len(why) > WHY_LONGEST:
        raise FormError("why", f"At most {WHY_LONGEST} characters.")
    return name, why


def confirms(typed: str, name: str) -> bool:
    """Tell whether the name was typed exactly; how a keyboard composes its letters makes no difference."""
    return unicodedata.normalize("NFC", typed.strip()) == unicodedata.normalize("NFC", storable(name))
