"""The form that narrows requests down, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.errors import FormError
from bot.providers.deployments import FILTERED
from bot.providers.records import ENDPOINTS, METHODS
from bot.slack import blocks
from bot.slack.state import chosen, element, written
from bot.usage.requests.period import NAMES, RecordsPeriod
from bot.usage.requests.question import UUID, Asked

Block = dict[str, Any]

TITLE = "Requests"
ANY = "any"
STATUSES = {"succeeded": "Succeeded", "failed": "Failed"}


@dataclass(frozen=True)
class RecordsForm:
    """What the form starts with: what was asked, the names of the project and the key in it, and what was wrong."""

    asked: Asked
    project: str = ""
    key: str = ""
    problem: str = ""


def request_form(form: RecordsForm) -> Block:
    """Draw the form."""
    asked = form.asked
    return blocks.modal(
        "usage.requests",
        TITLE,
        [
            *([blocks.section(blocks.plain(f"⚠️ {form.problem}"))] if form.problem else []),
            _searched("Project", "project", _known(form.project, asked.project), optional=False),
            blocks.input_("When", "period", blocks.select("period", _options(NAMES), initial=asked.period.name)),
            _day("From", "first", asked.period.first),
            _day("To", "last", asked.period.last),
            _choice("Outcome", "status", STATUSES, asked.status),
            _choice("Endpoint", "endpoint", {name: name for name in ENDPOINTS}, asked.endpoint),
            _choice("Method", "method", {name: name for name in METHODS}, asked.method),
            _choice("Deployment", "deployment", {name: name for name in FILTERED}, asked.deployment),
            _searched("Key", "key", _known(form.key, asked.key)),
            _searched("Customer", "customer", _known(asked.customer, asked.customer), "Keys that carry the tag."),
            _request_id(asked.request_id),
            blocks.context("Days are those of your own time zone. Requests are kept for 90 days."),
        ],
        submit="Show requests",
        close="Cancel",
    )


def _searched(label: str, name: str, known: Block | None, hint: str | None = None, *, optional: bool = True) -> Block:
    element = blocks.external_select(f"usage.requests.{name}", initial=known, placeholder="Type to search")
    return blocks.input_(label, name, element, optional=optional, hint=hint)


def _known(name: str, value: str) -> Block | None:
    return blocks.option(name, value) if name and value else None


def _choice(label: str, name: str, offered: Mapping[str, str], initial: str) -> Block:
    options = _options({ANY: "Any", **offered})
    return blocks.input_(label, name, blocks.select(name, options, initial=initial or ANY))


def _options(offered: Mapping[str, str]) -> list[Block]:
    return [blocks.option(words, value) for value, words in offered.items()]


def _day(label: str, name: str, day: date | None) -> Block:
    element = blocks.date_input(name, initial=day.isoformat() if day else "")
    return blocks.input_(label, name, element, optional=True, hint="Only for “From one date to another”.")


def _request_id(initial: str) -> Block:
    element = blocks.text_input("request_id", initial=initial, max_length=100)
    return blocks.input_("Request id", "request_id", element, optional=True, hint="Shows this one request.")


def read_request_form(state: Mapping[str, Any]) -> Asked:
    """Read the submitted form.

    Raises:
        FormError: a field is wrong.
    """
    project = chosen(state, "project")
    if not project:
        raise FormError("project", "Choose a project.")
    picked = {name: chosen(state, name) for name in ("key", "customer", "status", "endpoint", "method", "deployment")}
    return Asked(
        project=project,
        period=_period(state),
        request_id=_request(state),
        **{name: "" if value == ANY else value for name, value in picked.items()},
    )


def chosen_project(state: Mapping[str, Any]) -> str:
    """Return the project that is chosen in the form so far, or an empty text."""
    return chosen(state, "project")


def _request(state: Mapping[str, Any]) -> str:
    typed = written(state, "request_id").strip().lower()
    if typed and not UUID.fullmatch(typed):
        raise FormError("request_id", "A request id has 36 characters, like 0a1b2c3d-0000-4000-8000-000000000000.")
    return typed


def _period(state: Mapping[str, Any]) -> RecordsPeriod:
    name = chosen(state, "period")
    if name != "dates":
        return RecordsPeriod(name=name)
    return RecordsPeriod(name=name, first=_date(state, "first"), last=_date(state, "last"))


def _date(state: Mapping[str, Any], name: str) -> date | None:
    text = str(element(state, name).get("selected_date") or "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FormError(name, "Choose a day.") from None


def options(found: Sequence[tuple[str, str]]) -> list[Block]:
    """Draw (value, words) as options of a select."""
    return [blocks.option(words, value) for value, words in found]
