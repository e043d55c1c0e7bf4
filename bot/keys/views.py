"""What people see of keys: the request form, the secret (once), lists and details; and what was typed, read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import FormError
from bot.keys.operations import (
    CUSTOMER,
    CUSTOMER_LONGEST,
    PLACE_LONGEST,
    PRESETS,
    PURPOSE_LONGEST,
    CreateKey,
)
from bot.keys.service import ENDING_WARNING, Page
from bot.slack import blocks
from bot.slack.words import code, count, cut, duration, escape, when
from bot.store.keys import Key

Block = dict[str, Any]

USUAL_DAYS = (1, 7, 14, 30, 60, 90, 180, 365)
PURPOSE_IN_LIST = 80
NOBODY_DECIDES = (
    "*Nobody could decide a request in this project*, because nobody decides their own. An owner can add an approver "
    "with `/projects settings`; or choose another project."
)


@dataclass(frozen=True)
class Form:
    """What the request form offers. ``project`` is (id, name) or None; ``deciders`` is empty when nobody can decide."""

    project: tuple[str, str] | None
    recommended_days: int
    most_days: int
    deciders: str
    live_here: int
    now: datetime


def request_form(form: Form) -> Block:
    """Draw the form, for the project that is chosen in it."""
    return blocks.modal(
        "keys.request",
        "Request a key",
        [
            _project_input(form),
            blocks.input_(
                "What is it for?",
                "purpose",
                blocks.text_input("purpose", multiline=True, max_length=PURPOSE_LONGEST),
                hint="The approver reads this, and it stays in the record. Say what breaks without it.",
            ),
            blocks.input_("What may it do?", "preset", blocks.radio("preset", _presets(), initial="speech")),
            blocks.input_("For how long?", f"days-{form.most_days}", _days(form), hint="Counted from when you see it."),
            blocks.input_(
                "Customer tag",
                "customer",
                blocks.text_input("customer", max_length=CUSTOMER_LONGEST, placeholder="acme"),
                optional=True,
                hint="Whom to bill. It cannot be changed once the key is made.",
            ),
            blocks.input_(
                "Where will it live?",
                "place",
                blocks.text_input("place", max_length=PLACE_LONGEST, placeholder="secret store of call-summary"),
            ),
            blocks.context(*_who_decides(form)),
        ],
        submit="Ask for approval",
        close="Cancel",
    )


def _project_input(form: Form) -> Block:
    chosen = blocks.option(form.project[1], form.project[0]) if form.project is not None else None
    select = blocks.external_select("keys.request.project", initial=chosen, placeholder="Search a project")
    return blocks.input_("Project", "project", select, dispatch=True)


def _presets() -> list[Block]:
    return [blocks.option(preset.words, preset.name, preset.cannot.capitalize()) for preset in PRESETS.values()]


def _days(form: Form) -> Block:
    offered = sorted({days for days in USUAL_DAYS if days <= form.most_days} | {form.recommended_days, form.most_days})
    options = [blocks.option(_lasting(days, form), str(days)) for days in offered if days <= form.most_days]
    return blocks.select("days", options, initial=str(min(form.recommended_days, form.most_days)))


def _lasting(days: int, form: Form) -> str:
    # A select's text is plain, so no date token: the day is the requester's own by way of the offset in ``now``.
    end = form.now + timedelta(days=days)
    mark = " (recommended)" if days == form.recommended_days else ""
    return f"{count(days, 'day')}, until {end:%a %d %b %Y}{mark}"


def _who_decides(form: Form) -> list[str]:
    if form.project is None:
        return ["Choose a project to see who decides."]
    if not form.deciders:
        return [NOBODY_DECIDES]
    lines = [f"Needs one approval from {escape(form.deciders)}. You are told here in Slack."]
    if form.live_here:
        lines.append(f"You already have {count(form.live_here, 'live key')} in this project: `/keys mine`.")
    return lines


def read_request_form(state: Mapping[str, Any]) -> CreateKey:
    """Read the submitted form.

    Raises:
        FormError: a field is wrong.
    """
    customer = _typed(state, "customer")
    if customer and (len(customer) > CUSTOMER_LONGEST or not CUSTOMER.fullmatch(customer)):
        raise FormError(
            "customer",
            f"Letters, digits, dot, dash and underscore, at most {CUSTOMER_LONGEST}, starting with a letter.",
        )
    preset = _chosen(state, "preset")
    if preset not in PRESETS:
        raise FormError("preset", "Choose one of these.")
    return CreateKey(
        project_id=_needed(_chosen(state, "project"), "project", "Choose a project."),
        purpose=_text(state, "purpose", PURPOSE_LONGEST),
        preset=preset,
        days=_read_days(state),
        customer=customer or None,
        place=_text(state, "place", PLACE_LONGEST),
    )


def chosen_project(state: Mapping[str, Any]) -> str:
    """Return the project that is chosen in the form so far, or an empty text."""
    return _chosen(state, "project")


def _read_days(state: Mapping[str, Any]) -> int:
    block_id = next((name for name in state if name.startswith("days-")), "days")
    text = _chosen(state, block_id)
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 4 and 1 <= int(text) <= 3650):
        raise FormError(block_id, "Choose how long.")
    return int(text)


def _text(state: Mapping[str, Any], name: str, longest: int) -> str:
    text = _needed(_typed(state, name), name, "Please fill this in.")
    if len(text) > longest:
        raise FormError(name, f"At most {longest} characters.")
    return text


def _needed(text: str, name: str, complaint: str) -> str:
    if not text:
        raise FormError(name, complaint)
    return text


def _value(state: Mapping[str, Any], block_id: str) -> Mapping[str, Any]:
    found = state.get(block_id)
    values = [value for value in found.values() if isinstance(value, Mapping)] if isinstance(found, Mapping) else []
    return values[0] if values else {}


def _typed(state: Mapping[str, Any], block_id: str) -> str:
    # PostgreSQL takes no NUL, and no lone surrogate can be stored or shown.
    text = str(_value(state, block_id).get("value") or "")
    return text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()


def _chosen(state: Mapping[str, Any], block_id: str) -> str:
    option = _value(state, block_id).get("selected_option")
    return str(option.get("value") or "") if isinstance(option, Mapping) else ""


def saying(title: str, text: str) -> Block:
    """Draw a modal that only says something."""
    return blocks.modal("keys.notice", title, [blocks.section(text)], close="Close")


def asked(project: str, deciders: str) -> Block:
    """Say that the request is on its way, and to whom."""
    text = f"Asked for a key in *{escape(project)}*. {escape(deciders)} can decide; you are told in a direct message."
    return saying("Asked", text)


def secret(key: Key, operation: CreateKey, project: str, value: str) -> Block:
    """Draw the only view that ever shows a secret.

    It has no submit, no interactive element, no metadata and no close notice, because each of those would send the
    whole view back to us (Slack echoes a view's blocks in ``view_submission``, ``view_closed`` and every action).
    """
    preset = PRESETS[operation.preset]
    ends = when(key.ends_at) if key.ends_at is not None else "–"
    return blocks.modal(
        "keys.secret",
        "Your key",
        [
            blocks.header("Copy it now: it is shown once"),
            blocks.section(f"```{value}```"),
            blocks.section(
                "Put it into your secret store as `DEEPGRAM_API_KEY`, then call Deepgram with the header\n"
                "`Authorization: Token $DEEPGRAM_API_KEY`"
            ),
            blocks.section(
                fields=[
                    f"*For*\n{escape(cut(operation.purpose, PURPOSE_IN_LIST))}",
                    f"*Project*\n{escape(project)}",
                    f"*May*\n{escape(preset.words)}; {escape(preset.cannot)}",
                    f"*Ends*\n{ends}",
                    f"*Key*\n{code(key.label)}",
                    f"*Will live in*\n{escape(operation.place)}",
                ]
            ),
            blocks.context(
                "Keydesk keeps no copy and cannot show it again. If you lose it, end it and ask for a new one."
            ),
        ],
        close="I have stored it",
    )


def key_list(
    page: Page,
    *,
    now: datetime,
    fresh: str,
    endable: frozenset[str],
    action: str,
    value: str,
    refresh: bool,
    names: Mapping[str, str],
) -> list[Block]:
    """Draw a page of keys.

    ``endable`` holds the ids of those that the reader may end, ``fresh`` says how old the list is, ``names`` names the
    projects where keys of several stand together.
    """
    again = blocks.button("Refresh from Deepgram", "keys.refresh", f"{page.number}:{value}")
    return [
        blocks.header(page.title),
        *_rows(page, now, endable, names),
        blocks.context(f"{count(page.total, 'key')} · {fresh}"),
        *blocks.paging(action, page.number, page.pages, value),
        *([blocks.actions(again)] if refresh else []),
    ]


def _rows(page: Page, now: datetime, endable: frozenset[str], names: Mapping[str, str]) -> list[Block]:
    if page.keys:
        return [_row(key, now, names.get(key.project_id, ""), mine=key.id in endable) for key in page.keys]
    nothing = f"No live key matches “{escape(page.words)}”." if page.words else "There are no live keys here."
    return [blocks.section(f"{nothing} Ask for one with `/keys request`.")]


def _row(key: Key, now: datetime, project: str, *, mine: bool) -> Block:
    options = [blocks.option("Show details", f"show:{key.id}")]
    if mine and key.state == "live":
        options.append(blocks.option("End it…", f"end:{key.id}"))
    menu = blocks.overflow(f"keys.row#{key.id}", options)
    where = f"{escape(project)} · " if project else ""
    purpose = escape(cut(key.purpose, PURPOSE_IN_LIST)) or "–"
    text = f"{code(key.label)} *{purpose}*\n{where}{_owner(key)} · {_ending(key, now)}"
    return blocks.section(text, accessory=menu)


def _owner(key: Key) -> str:
    if key.owner:
        return f"<@{key.owner}>"
    return f"not made here{f' · {escape(key.member_email)}' if key.member_email else ''}"


def _ending(key: Key, now: datetime) -> str:
    if key.state == "ending":
        return "is being ended"
    if key.ends_at is None:
        return "no end known" if not key.made_here else "–"
    return f"ends {when(key.ends_at)}" + (f" (in {duration(key.ends_at - now)})" if key.ends_at > now else "")


def key_details(key: Key, project: str, now: datetime, *, mine: bool) -> list[Block]:
    """Draw one key."""
    fields = [
        ("Key", code(key.provider_key_id)),
        ("State", f"{key.state}: {_ending(key, now)}" if key.state != "ended" else _ended(key)),
        ("Project", escape(project)),
        ("Owner", _owner(key)),
        ("May", escape(_powers(key))),
        ("Customer", escape(key.customer or ", ".join(key.tags) or "–")),
        ("Will live in", escape(key.place or "–")),
        ("Made", when(key.created_at) if key.created_at else "–"),
    ]
    found = [
        blocks.header(f"Key {key.label}"),
        blocks.section(escape(key.purpose) or "–"),
        blocks.section(fields=[f"*{label}*\n{text}" for label, text in fields]),
    ]
    if mine and key.state == "live":
        found.append(blocks.actions(end_button(key)))
    return found


def _powers(key: Key) -> str:
    preset = PRESETS.get(key.preset or "")
    return preset.words if preset is not None else ", ".join(key.scopes) or "–"


def _ended(key: Key) -> str:
    moment = f" {when(key.ended_at)}" if key.ended_at else ""
    return f"ended{moment}: {escape(key.end_reason or '–')}"


def end_button(key: Key) -> Block:
    """Draw the button that ends a key, which asks first."""
    sure = blocks.confirm(f"End key {key.label}?", ENDING_WARNING, "End it", "Back", danger=True)
    return blocks.button("End this key", "keys.end", key.id, style="danger", confirm=sure)


def ask_to_end(key: Key, project: str, now: datetime) -> list[Block]:
    """Ask before a key is ended."""
    return [
        *key_details(key, project, now, mine=False),
        blocks.section(ENDING_WARNING),
        blocks.actions(end_button(key)),
    ]


def options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Draw projects as options of a select."""
    return [blocks.option(name, project_id) for project_id, name in found]
