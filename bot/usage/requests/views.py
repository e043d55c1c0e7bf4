"""What people see of requests."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from bot.providers.port import Vendor
from bot.providers.records import RequestRecord
from bot.slack import blocks
from bot.slack.words import NOTHING, code, count, cut, escape, when
from bot.spending.key_names import key_with_owner
from bot.store.keys import short
from bot.usage.requests.form import TITLE
from bot.usage.requests.period import NAMES
from bot.usage.requests.question import MOST_KEYS, RecordsQuestion
from bot.usage.requests.service import One, RecordsLine, RequestList

Block = dict[str, Any]

NAME_SHOWN = 60
LIST_SHOWN = 200
FOREIGN_SHOWN = 500
PATH_SHOWN = 1500
FIELDS_PER_SECTION = 10
NOT_READY = "The provider has no answer to tell yet. Look again in a minute; a few requests never get one."
COST_LATE = "The provider tells no cost yet. It mostly takes a few minutes: look again then."


def request_list(found: RequestList, vendor: Vendor) -> Block:
    """Draw a page of requests; the window carries the question that it answers."""
    return blocks.modal(
        "usage.requests.list",
        TITLE,
        [
            blocks.section(f"*{escape(cut(found.project, NAME_SHOWN))}*\n{_asked(found.question)}"),
            *_rows(found),
            blocks.context(*_footnotes(found, vendor)),
            *_turning(found),
            blocks.actions(*_buttons(found)),
        ],
        close="Close",
        private_metadata=found.question.model_dump_json(),
    )


def _asked(question: RecordsQuestion) -> str:
    period = question.period
    if period.name == "dates":
        span = f"{when(question.start, '{date_short_pretty}')} to {when(question.end, '{date_short_pretty}')}"
    else:
        span = f"{NAMES[period.name].lower()}, until {when(question.end)}"
    narrowed = [question.status, question.endpoint, question.method, question.deployment]
    narrowed += [f"key {short(question.key)}"] if question.key else []
    narrowed += [f"customer {question.customer}"] if question.customer else []
    return " · ".join([span, *(escape(each) for each in narrowed if each)])


def _rows(found: RequestList) -> list[Block]:
    if found.lines:
        return [_row(line, found.question.project) for line in found.lines]
    if found.number > 1:
        return [blocks.section("That was all: there is nothing on this page.")]
    return [blocks.section("No request matches. Choose a longer period, or fewer filters; 90 days are kept.")]


def _row(line: RecordsLine, project_id: str) -> Block:
    record = line.record
    about = [size_of(record), _usd(record.cost), _one_line(", ".join(sorted(record.tags or ()))), _key(line)]
    mark = " · ⚠️ *tag missing*" if line.tag_missing else ""
    text = (
        f"*{escape(record.endpoint) or 'unknown'}* · {_outcome(record)} · {_moment(record)}{mark}\n"
        f"{' · '.join(part for part in about if part)}"
    )
    return blocks.section(text, accessory=_details_button(record, project_id))


def _details_button(record: RequestRecord, project_id: str) -> Block | None:
    if len(record.request_id) > 100:  # a button carries an id whole or not at all
        return None
    return blocks.button("Details", "usage.requests.show", f"{project_id}:{record.request_id}")


def _footnotes(found: RequestList, vendor: Vendor) -> list[str]:
    page = f"Page {found.number}, {'more may follow' if found.more else 'the last'}"
    lines = [f"{page} · read from {vendor.name} {when(found.read_at)}"]
    if len(found.question.keys) > 1:
        lines.append(f"Put together from {count(len(found.question.keys), 'key')} that carry the tag.")
    if found.question.left:
        left = count(found.question.left, "more key")
        lines.append(f"Only {MOST_KEYS} keys were asked: {left} carry the tag too. Choose one to see it.")
    if any(line.tag_missing for line in found.lines):
        lines.append("Tag missing: the key carries the customer's tag, but the record of the request does not.")
    return lines


def _turning(found: RequestList) -> list[Block]:
    number, turn = found.number, "usage.requests.turn"
    buttons = [blocks.button("Previous page", f"{turn}#previous", f"{number - 1}:")] if number > 1 else []
    buttons += [blocks.button("Next page", f"{turn}#next", f"{number + 1}:")] if found.more else []
    return [blocks.actions(*buttons)] if buttons else []


def _buttons(found: RequestList) -> list[Block]:
    change = blocks.button("Change filters", "usage.requests.change")
    export = blocks.button("CSV by direct message", "usage.requests.export")
    return [change, *([export] if found.lines or found.number > 1 else [])]


def details(one: One, vendor: Vendor) -> Block:
    """Draw one request with all that is known of it."""
    record = one.line.record
    fields = [blocks.mrkdwn(f"*{label}*\n{text}", 2000) for label, text in _parts(one) if text]
    groups = [fields[start : start + FIELDS_PER_SECTION] for start in range(0, len(fields), FIELDS_PER_SECTION)]
    message = escape(cut(record.message or "", FOREIGN_SHOWN))
    said = f"{_outcome(record)}{f': {message}' if message else ''}" if record.ready else NOT_READY
    again = blocks.button("Refresh", "usage.requests.again", f"{one.project_id}:{record.request_id[:100]}")
    return blocks.modal(
        "usage.requests.one",
        "Request",
        [
            blocks.section(f"{code(record.request_id[:100])}\n{said}"),
            *(blocks.section(fields=group) for group in groups),
            blocks.section(f"*Path*, sensitive parts hidden\n{code(cut(record.shown_path, PATH_SHOWN))}"),
            blocks.context(f"Read from {vendor.name} {when(one.read_at)}", *([COST_LATE] if record.usd == 0 else [])),
            blocks.actions(again),
        ],
        close="Close",
    )


def _parts(one: One) -> list[tuple[str, str]]:
    record = one.line.record
    known = _figures(record) if record.ready else {}
    return [
        ("Project", escape(cut(one.project, NAME_SHOWN))),
        ("Made", _moment(record)),
        ("Completed", when(record.completed) if record.completed else ""),
        ("Endpoint", escape(record.endpoint)),
        ("Method", _one_line(record.method or "")),
        ("Deployment", _one_line(record.deployment or "")),
        ("Key", _key(one.line)),
        ("Tags", _one_line(", ".join(sorted(record.tags or ()))) or NOTHING),
        ("Models", _one_line(", ".join(one.models))),
        ("Features", _one_line(", ".join(record.features))),
        ("Tier", _one_line(record.tier or "")),
        *known.items(),
        ("Cost", _usd(record.cost) or NOTHING),
    ]


def _figures(record: RequestRecord) -> Mapping[str, str]:
    seconds = {"Duration": record.duration, "Audio in all": record.total_audio, "Agent": record.agent_seconds}
    numbers = {
        "Channels": record.channels,
        "Streams": record.streams,
        "Tokens in": record.tokens_in,
        "Tokens out": record.tokens_out,
        "Characters spoken": record.tts_characters,
        "Callback attempts": record.callback_attempts,
        "Callback answered": record.callback_code,
    }
    told = {name: f"{value:f} s" for name, value in seconds.items() if value is not None}
    return told | {name: str(value) for name, value in numbers.items() if value is not None}


def size_of(record: RequestRecord) -> str:
    """Say how large a request was, in what it is counted by; empty if that is not known."""
    if record.duration is not None:
        return f"{record.duration:f} s of audio"
    if record.agent_seconds is not None:
        return f"{record.agent_seconds:f} s with an agent"
    if record.tts_characters is not None:
        return count(record.tts_characters, "character")
    if record.tokens_in is not None:
        return count(record.tokens_in + (record.tokens_out or 0), "token")
    return ""


def _outcome(record: RequestRecord) -> str:
    if not record.ready:
        return "no answer yet"
    word = {True: "succeeded", False: "failed", None: "answered"}[record.succeeded]
    return word if record.code is None else f"{word} ({record.code})"


def _moment(record: RequestRecord) -> str:
    return when(record.created, "{date_short_pretty} at {time_secs}") if record.created else NOTHING


def _key(line: RecordsLine) -> str:
    if line.key is not None:
        return escape(cut(key_with_owner(line.key.provider_key_id, line.key, line.owner), FOREIGN_SHOWN // 4))
    key_id = line.record.api_key_id
    return f"key {escape(short(key_id))} (not known here)" if key_id else "no key told"


def _usd(amount: Decimal | None) -> str:
    return "" if amount is None else f"${amount.normalize():f}"


def _one_line(text: str) -> str:
    return escape(cut(text, LIST_SHOWN))
