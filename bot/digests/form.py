"""The form of a digest, how it is read back, and the list of digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.digests.operations import BY, MOST_CHOSEN, SECTIONS, Wish
from bot.errors import FormError
from bot.slack import blocks
from bot.slack.pages import Page
from bot.slack.state import chosen, conversation, several
from bot.slack.words import channel, code, count, cut, escape, listed, user, when
from bot.store.digests import Subscription

Block = dict[str, Any]

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NAME_LONGEST = 40
PROBLEM_SHOWN = 200
SILENT = "Stay silent when nothing happened"


@dataclass(frozen=True)
class Form:
    """What the form shows: a wish, in whose zone, for which digest ("" is a new one), the names of what is chosen."""

    wish: Wish
    tz: str
    subscription_id: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def form(shown: Form) -> Block:
    """Draw the form."""
    wish = shown.wish
    return blocks.modal(
        "digests.form",
        "Daily digest",
        [
            *([blocks.section(blocks.plain(f"⚠️ {shown.problem}"))] if shown.problem else []),
            blocks.input_(
                "Channel",
                "channel",
                blocks.conversations_select("channel", initial=wish.channel or ""),
                optional=True,
                hint="Keydesk must be in it, and it must not be shared outside. Empty: a direct message to you.",
            ),
            _several("Projects", "projects", wish.projects, shown, "Empty: all of them."),
            _several("Customers", "customers", wish.customers, shown, "Empty: everything, whoever it is for."),
            blocks.input_(
                "On", "weekdays", blocks.checkboxes("weekdays", _weekdays(), initial=map(str, wish.weekdays))
            ),
            blocks.input_(
                "At",
                "hour",
                blocks.select("hour", _hours(), initial=str(wish.hour)),
                hint=f"Your time: {shown.tz}. It tells the provider days (UTC) that ended an hour before or earlier.",
            ),
            blocks.input_("Rows", "by", blocks.radio("by", _options(BY), initial=wish.by)),
            blocks.input_(
                "Show",
                "sections",
                blocks.checkboxes("sections", _options(SECTIONS), initial=wish.sections),
                optional=True,
            ),
            blocks.input_(
                "Quiet days",
                "silent",
                blocks.checkboxes(
                    "silent", [blocks.option(SILENT, "silent")], initial=["silent"] if wish.silent_when_empty else []
                ),
                optional=True,
            ),
        ],
        submit="Save" if shown.subscription_id else "Subscribe",
        close="Cancel",
        private_metadata=shown.subscription_id,
    )


def read_form(state: Mapping[str, Any], tz: str) -> Wish:
    """Read the submitted form, for somebody in this zone.

    Raises:
        FormError: a field is wrong.
    """
    weekdays = tuple(sorted(int(each) for each in several(state, "weekdays") if each in set("0123456")))
    if not weekdays:
        raise FormError("weekdays", "Choose at least one day.")
    hour, by = chosen(state, "hour"), chosen(state, "by")
    if hour not in {str(number) for number in range(24)}:
        raise FormError("hour", "Choose an hour.")
    return Wish(
        channel=conversation(state, "channel"),
        projects=several(state, "projects")[:MOST_CHOSEN],
        customers=several(state, "customers")[:MOST_CHOSEN],
        weekdays=weekdays,
        hour=int(hour),
        tz=tz,
        by=by if by in BY else "customer",
        sections=tuple(each for each in several(state, "sections") if each in SECTIONS),
        silent_when_empty=bool(several(state, "silent")),
    )


def saying(text: str) -> Block:
    """Draw a window that only says something (mrkdwn)."""
    return blocks.modal("digests.notice", "Daily digest", [blocks.section(text)], close="Close")


def digest_list(page: Page[Subscription], names: Mapping[str, str], reader: str) -> list[Block]:
    """Draw a page of the digests that this person may change; whose they are stands at those of others."""
    rows = [block for each in page.items for block in _listed(each, names, reader)]
    return [
        blocks.header("Digests" if any(each.owner != reader for each in page.items) else "Your digests"),
        *(rows or [blocks.section("You have none. `/digests subscribe` sends you one each morning.")]),
        blocks.context(count(page.total, "digest")),
        *blocks.paging("digests.list", page.number, page.pages),
        blocks.actions(blocks.button("Subscribe…", "digests.subscribe")),
    ]


def _listed(found: Subscription, names: Mapping[str, str], reader: str) -> list[Block]:
    place = channel(found.channel) if found.channel else "direct message"
    wanted = [cut(names.get(each, each), NAME_LONGEST) for each in (*found.projects, *found.customers)]
    scope = listed([escape(name) for name in wanted[:5]] + ([f"{len(wanted) - 5} more"] if len(wanted) > 5 else []))
    days = "every day" if len(found.weekdays) == len(WEEKDAYS) else listed(WEEKDAYS[day] for day in found.weekdays)
    next_one = "paused" if found.state == "paused" else f"next {when(found.due_at)}"
    problem = f"\n⚠️ {escape(cut(found.problem, PROBLEM_SHOWN))}" if found.problem else ""
    owner = f" · subscribed by {user(found.owner)}" if found.owner != reader else ""
    rhythm = f"{days} at {found.hour}:00 ({code(found.tz)}) · {next_one}"
    text = f"*{place}*{owner} · {scope or 'all projects'}\n{rhythm}{problem}"
    pause = ("Resume", "digests.resume") if found.state == "paused" else ("Pause", "digests.pause")
    sure = blocks.confirm("Unsubscribe?", "No digest comes of it any more.", "Unsubscribe", "Back", danger=True)
    return [
        blocks.section(text),
        blocks.actions(
            blocks.button("Preview", "digests.preview", found.id),
            blocks.button("Change…", "digests.change", found.id),
            blocks.button(*pause, found.id),
            blocks.button("Unsubscribe", "digests.end", found.id, style="danger", confirm=sure),
        ),
    ]


def options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Draw (id, name) pairs as options of a select."""
    return [blocks.option(name, id_) for id_, name in found]


def _several(label: str, name: str, wanted: Sequence[str], shown: Form, hint: str) -> Block:
    initial = options([(each, shown.names.get(each, each)) for each in wanted])
    select = blocks.multi_external_select(f"digests.{name}", initial=initial, most=MOST_CHOSEN)
    return blocks.input_(label, name, select, optional=True, hint=hint)


def _weekdays() -> list[Block]:
    return [blocks.option(name, str(number)) for number, name in enumerate(WEEKDAYS)]


def _hours() -> list[Block]:
    return [blocks.option(f"{hour:02}:00", str(hour)) for hour in range(24)]


def _options(words: Mapping[str, str]) -> list[Block]:
    return [blocks.option(text, name) for name, text in words.items()]
