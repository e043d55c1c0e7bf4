"""The form that asks for a key, and how it is read back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.desk.words import storable
from bot.errors import FormError
from bot.keys.customer_choice import Billed, chosen_customer, customer_input, read_customer
from bot.keys.operations import PLACE_LONGEST, PRESETS, PURPOSE_LONGEST, CreateKey
from bot.slack import blocks
from bot.slack.state import State, chosen, element, written
from bot.slack.words import count, escape

Block = dict[str, Any]

TITLE = "Request a key"
USUAL_DAYS = (1, 7, 14, 30, 60, 90, 180, 365)
NOBODY_DECIDES = (
    "*Nobody could decide a request in this project*, because nobody decides their own. An owner can add an approver "
    "with `/projects settings`; or choose another project."
)


@dataclass(frozen=True)
class KeyRequestForm:
    """What the request form offers. ``project`` is (id, name) or None; ``deciders`` is empty when nobody can decide.

    ``typed`` and ``problem`` bring back what was typed, with what is wrong with it; ``purpose`` is a first draft.
    ``billed`` is the customer that is chosen so far, ``any_customer`` whether the catalogue has any.
    """

    project: tuple[str, str] | None
    recommended_days: int
    most_days: int
    deciders: str
    live_here: int
    now: datetime
    typed: CreateKey | None = None
    problem: str = ""
    purpose: str = ""
    billed: Billed | None = None
    any_customer: bool = True


def request_form(form: KeyRequestForm) -> Block:
    """Draw the form, for the project that is chosen in it."""
    typed = form.typed
    return blocks.modal(
        "keys.request",
        TITLE,
        [
            *blocks.problem(form.problem),
            _project_input(form),
            blocks.input_(
                "What is it for?",
                "purpose",
                blocks.text_input(
                    "purpose", initial=(typed or form).purpose, multiline=True, max_length=PURPOSE_LONGEST
                ),
                hint="The approver reads this, and it stays in the record. Say what breaks without it.",
            ),
            blocks.input_(
                "What may it do?",
                "preset",
                blocks.radio("preset", _presets(), initial=typed.preset if typed else "speech"),
            ),
            blocks.input_("For how long?", f"days-{form.most_days}", _days(form), hint="Counted from when you see it."),
            customer_input(form.billed, any_customer=form.any_customer),
            blocks.input_(
                "Where will it live?",
                "place",
                blocks.text_input(
                    "place",
                    initial=typed.place if typed else "",
                    max_length=PLACE_LONGEST,
                    placeholder="secret store of call-summary",
                ),
            ),
            blocks.context(*_who_decides(form)),
        ],
        submit="Ask for approval",
        close="Cancel",
    )


def _project_input(form: KeyRequestForm) -> Block:
    current = blocks.option(form.project[1], form.project[0]) if form.project is not None else None
    select = blocks.external_select("keys.request.project", initial=current, placeholder="Search a project")
    return blocks.input_("Project", "project", select, dispatch=True)


def _presets() -> list[Block]:
    return [blocks.option(preset.words, preset.name, preset.cannot.capitalize()) for preset in PRESETS.values()]


def _days(form: KeyRequestForm) -> Block:
    offered = sorted({days for days in USUAL_DAYS if days <= form.most_days} | {form.recommended_days, form.most_days})
    options = [blocks.option(_lasting(days, form), str(days)) for days in offered if days <= form.most_days]
    wanted = form.typed.days if form.typed else form.recommended_days
    return blocks.select("days", options, initial=str(min(wanted, form.most_days)))


def _lasting(days: int, form: KeyRequestForm) -> str:
    # A select's text is plain, so no date token: the day is the requester's own by way of the offset in ``now``.
    end = form.now + timedelta(days=days)
    mark = " (recommended)" if days == form.recommended_days else ""
    return f"{count(days, 'day')}, until {end:%a %d %b %Y}{mark}"


def _who_decides(form: KeyRequestForm) -> list[str]:
    if form.project is None:
        return ["Choose a project to see who decides."]
    if not form.deciders:
        return [NOBODY_DECIDES]
    lines = [f"Needs one approval from {escape(form.deciders)}. You are told here in Slack."]
    if form.live_here:
        lines.append(f"You already have {count(form.live_here, 'live key')} in this project: `/keys mine`.")
    return lines


def read_request_form(state: State) -> CreateKey:
    """Read the submitted form.

    Raises:
        FormError: a field is wrong.
    """
    customer = read_customer(chosen(state, "customer"))
    preset = chosen(state, "preset")
    if preset not in PRESETS:
        raise FormError("preset", "Choose one of these.")
    return CreateKey(
        project_id=_needed(chosen(state, "project"), "project", "Choose a project."),
        purpose=_text(state, "purpose", PURPOSE_LONGEST),
        preset=preset,
        days=_read_days(state),
        customer=customer,
        place=_text(state, "place", PLACE_LONGEST),
    )


def chosen_project(state: State) -> str:
    """Return the project that is chosen in the form so far, or an empty text."""
    return chosen(state, "project")


def typed_purpose(state: State) -> str:
    """Return the purpose that stands in the form so far."""
    return storable(written(state, "purpose"))[:PURPOSE_LONGEST]


def billed_so_far(state: State) -> Billed | None:
    """Return the customer that is chosen in the form so far."""
    return chosen_customer(element(state, "customer").get("selected_option"))


def _read_days(state: State) -> int:
    block_id = next((name for name in state if name.startswith("days-")), "days")
    text = chosen(state, block_id)
    if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 4 and 1 <= int(text) <= 3650):
        raise FormError(block_id, "Choose how long.")
    return int(text)


def _text(state: State, name: str, longest: int) -> str:
    text = _needed(storable(written(state, name)), name, "Please fill this in.")
    if len(text) > longest:
        raise FormError(name, f"At most {longest} characters.")
    return text


def _needed(text: str, name: str, complaint: str) -> str:
    if not text:
        raise FormError(name, complaint)
    return text


def options(found: Sequence[tuple[str, str, str]]) -> list[Block]:
    """Draw projects (id, name, account) as options of a select."""
    return [blocks.option(name, project_id, account or None) for project_id, name, account in found]
