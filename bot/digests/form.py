"""The form of a digest, how it is read back, and the list of digests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.digests.operations import BY, MOST_CHOSEN, SECTIONS, Wish
from bot.digests.scope import scope_of
from bot.errors import FormError
from bot.slack import blocks
from bot.slack.pages import Page
from bot.slack.state import chosen, conversation, several
from bot.slack.words import channel, code, count, cut, escape, listed, user, when
from bot.store.digests import Subscription

Block = dict[str, Any]

TITLE = "Daily digest"
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
PROBLEM_SHOWN = 200
SILENT = "Stay silent when nothing happened"


@dataclass(frozen=True)
class DigestForm:
    """What the form shows: a wish, for which digest ("" is a new one), the names of what is chosen."""

    wish: Wish
    subscription_id: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


def form(shown: DigestForm) -> Block:
    """Draw the form."""
    return blocks.modal(
        "digests.form",
        TITLE,
        [*blocks.problem(shown.problem), *_what_and_where(shown), *_when(shown), *_how(shown.wish)],
        submit="Save" if shown.subscription_id else "Subscribe",
        close="Cancel",
        private_metadata=shown.subscription_id,
    )


def _what_and_where(shown: DigestForm) -> list[Block]:
    wish = shown.wish
    hint = "Keydesk must be in it, and it must not be shared outside. Empty: a direct message to you."
    place = blocks.conversations_select("channel", initial=wish.channel or "")
    return [
        blocks.input_("Channel", "channel", place, optional=True, hint=hint),
        _several("Projects", "projects", wish.projects, shown, "Empty: all of them."),
        _several("Customers", "customers", wish.customers, shown, "Empty: everything, whoever it is for."),
    ]


def _when(shown: DigestForm) -> list[Block]:
    weekdays = blocks.checkboxes("weekdays", _weekdays(), initial=map(str, shown.wish.weekdays))
    hour = blocks.select("hour", _hours(), initial=str(shown.wish.hour))
    zone = f"Time zone: {shown.wish.tz}. It tells the provider days (UTC) that ended an hour before or earlier."
    return [blocks.input_("On", "weekdays", weekdays), blocks.input_("At", "hour", hour, hint=zone)]


def _how(wish: Wish) -> list[Block]:
    sections = blocks.checkboxes("sections", _options(SECTIONS), initial=wish.sections)
    quiet = ["silent"] if wish.silent_when_empty else []
    silent = blocks.checkboxes("silent", [blocks.option(SILENT, "silent")], initial=quiet)
    return [
        blocks.input_("Rows", "by", blocks.radio("by", _options(BY), initial=wish.by)),
        blocks.input_("Show", "sections", sections, optional=True),
        blocks.input_("Quiet days", "silent", silent, optional=True),
    ]


def read_form(state: Mapping[str, Any], tz: str) -> Wish:
    """Read the submitted form, whose hour is meant in this zone.

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


@dataclass(frozen=True)
class FormReader:
    """Who looks at a list of digests, and when."""

    user_id: str
    now: datetime
    may_subscribe: bool


def digest_list(page: Page[Subscription], names: Mapping[str, str], reader: FormReader) -> list[Block]:
    """Draw a page of the digests that this person may change; whose they are stands at those of others."""
    rows = [block for each in page.items for block in _listed(each, names, reader)]
    how = (
        "`/digests subscribe` sends you one each morning." if reader.may_subscribe else "Developers subscribe to them."
    )
    return [
        blocks.header("Digests" if any(each.owner != reader.user_id for each in page.items) else "Your digests"),
        *(rows or [blocks.section(f"You have none. {how}")]),
        blocks.context(count(page.total, "digest")),
        *blocks.paging("digests.list", page.number, page.pages),
        *([blocks.actions(blocks.button("Subscribe…", "digests.subscribe"))] if reader.may_subscribe else []),
    ]


def _listed(found: Subscription, names: Mapping[str, str], reader: FormReader) -> list[Block]:
    place = channel(found.channel) if found.channel else "direct message"
    days = "every day" if len(found.weekdays) == len(WEEKDAYS) else listed(WEEKDAYS[day] for day in found.weekdays)
    problem = f"\n⚠️ {escape(cut(found.problem, PROBLEM_SHOWN))}" if found.problem else ""
    owner = f" · subscribed by {user(found.owner)}" if found.owner != reader.user_id else ""
    rhythm = f"{days} at {found.hour}:00 ({code(found.tz)}) · {_next(found, reader.now)}"
    text = f"*{place}*{owner} · {escape(str(scope_of(found, names)))}\n{rhythm}{problem}"
    pause = ("Resume", "digests.resume") if found.state == "paused" else ("Pause", "digests.pause")
    sure = blocks.confirm("Unsubscribe?", "No digest comes of it any more.", "Unsubscribe", "Back", danger=True)
    return [
        blocks.section(text),
        blocks.actions(
            blocks.button("Preview", "digests.preview", found.id),
            *([blocks.button("Change…", "digests.change", found.id)] if reader.may_subscribe else []),
            blocks.button(*pause, found.id),
            blocks.button("Unsubscribe", "digests.end", found.id, style="danger", confirm=sure),
        ),
    ]


def _next(found: Subscription, now: datetime) -> str:
    if found.state == "paused":
        return "paused"
    muted = found.muted_until is not None and found.muted_until > now
    return (
        f"muted until {when(found.muted_until or now)}, next {when(found.due_at)}"
        if muted
        else f"next {when(found.due_at)}"
    )


def options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Draw (id, name) pairs as options of a select."""
    return [blocks.option(name, id_) for id_, name in found]


def _several(label: str, name: str, wanted: Sequence[str], shown: DigestForm, hint: str) -> Block:
    initial = options([(each, shown.names.get(each, each)) for each in wanted])
    select = blocks.multi_external_select(f"digests.{name}", initial=initial, most=MOST_CHOSEN)
    return blocks.input_(label, name, select, optional=True, hint=hint)


def _weekdays() -> list[Block]:
    return [blocks.option(name, str(number)) for number, name in enumerate(WEEKDAYS)]


def _hours() -> list[Block]:
    return [blocks.option(f"{hour:02}:00", str(hour)) for hour in range(24)]


def _options(words: Mapping[str, str]) -> list[Block]:
    return [blocks.option(text, name) for name, text in words.items()]
