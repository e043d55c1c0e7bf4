"""Words as Slack reads them: escaping, mentions, moments, durations, lists.

Untrusted text stands in ``plain_text`` wherever Slack allows it. Where it must stand in mrkdwn, ``escape`` makes it
inert: what nobody can see is dropped; ``& < >`` become entities (so neither ``<!channel>`` nor ``<@U1>`` nor a
disguised link survives); each ``* _ ~ ` `` that could open or close formatting, and each ``:`` that begins the name of
an emoji, becomes a character that looks like it (Slack has no escape for them, and what its clients make of invisible
characters beside them is nowhere documented); and a word joiner (U+2060, invisible) stands before a ``>`` that would
open a quote. A path or an address that would need such a character stands in a code span instead, where nothing is
done: it is copied as it is. Characters inside a word (``call_summary_api``) are left alone, so names copy cleanly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.foreign import visible

CUT = "… (cut)"
NOTHING = "–"
_JOINER = "\u2060"
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LOOK_ALIKES = str.maketrans("*_~`", "\u2217\u02cd\u223c\u02cb")
_COLON = "\ua789"
_LIVE = re.compile("[*_~`:]")
_WORD = re.compile(r"\S+")
_JOINING = re.compile(r"(?<=[^\W_])(_+|\*+|~+)(?=[^\W_])")
_EMOJI = re.compile(r":(?=[\w+'-]+:)(?!\d\d?:\d)")  # 12:30:45 is a time
_COPIED = re.compile(r"[/\\@]|:::|\w\.\w")  # a path, an address, a file
_QUOTE = re.compile(r"^(?=[^\S\n]*&gt;)", re.MULTILINE)
_ID = re.compile(r"[A-Z0-9]{1,32}")
_OPEN_END = re.compile(r"(&[a-z]{0,3}|<[^<>]*)$")


def escape(text: str) -> str:
    """Make foreign text inert in mrkdwn; it reads the same and does nothing, and turns nothing around it."""
    text = visible(text)
    if _LIVE.search(text):
        text = _inert_words(text) if _COPIED.search(text) else _inert(text)
    return _QUOTE.sub(_JOINER, text.translate(_ENTITIES))


def names_emoji(text: str) -> bool:
    """Tell whether Slack would draw an emoji for a name in this text, such as ``:tada:``."""
    return _EMOJI.search(text) is not None


def _inert_words(text: str) -> str:
    """Make words inert; one that people copy whole stands in a code span as it is."""
    inert, parts, end = _inert(text), list[str](), 0
    for found in _WORD.finditer(text):
        word, (begins, ends) = found[0], found.span()
        if inert[begins:ends] != word and "`" not in word and _COPIED.search(word):
            parts += [inert[end:begins], f"`{word}`"]
            end = ends
    return "".join([*parts, inert[end:]])


def _inert(text: str) -> str:
    """Exchange, one for one, each marker but those that join the parts of one word, and each colon before an emoji."""
    parts = _JOINING.split(text)  # every second one joins
    parts[::2] = [part.translate(_LOOK_ALIKES) for part in parts[::2]]
    return _EMOJI.sub(_COLON, "".join(parts))


def code(text: str) -> str:
    """Show an id or a name in a code span, to be copied as it is."""
    inert = " ".join(visible(text).replace("`", "'").splitlines()).strip().translate(_ENTITIES)
    return f"`{inert or NOTHING}`"


def user(user_id: str) -> str:
    """Mention a person."""
    return f"<@{user_id}>" if _ID.fullmatch(user_id) else escape(user_id)


def channel(channel_id: str) -> str:
    """Mention a channel."""
    return f"<#{channel_id}>" if _ID.fullmatch(channel_id) else escape(channel_id)


def when(moment: datetime, form: str = "{date_short_pretty} at {time}") -> str:
    """Show a moment in each reader's own zone, with UTC for readers without dates.

    ``form`` uses Slack's date tokens: docs.slack.dev/messaging/formatting-message-text#date-formatting.
    """
    return f"<!date^{int(moment.timestamp())}^{form}|{utc(moment)}>"


def utc(moment: datetime) -> str:
    """Show a moment in UTC, for plain text."""
    return f"{moment.astimezone(UTC):%d %b %Y %H:%M} UTC"


def cut(text: str, limit: int) -> str:
    """Shorten to ``limit`` code points and say so at the end."""
    if len(text) <= limit:
        return text
    return text[: limit - len(CUT)] + CUT if limit > len(CUT) else text[:limit]


def cut_mrkdwn(text: str, limit: int) -> str:
    """Shorten mrkdwn, never in the middle of an entity, a mention or a date."""
    if len(text) <= limit:
        return text
    return _OPEN_END.sub("", text[: max(limit - len(CUT), 0)]) + CUT


_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def count(number: int, noun: str) -> str:
    """Say a number of things: ``1 day``, ``30 days``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def duration(span: timedelta) -> str:
    """Say a span in its two largest units: ``30 days``, ``1 hour 30 minutes``."""
    rest = max(int(span.total_seconds()), 0)
    parts = []
    for noun, seconds in _UNITS:
        number, rest = divmod(rest, seconds)
        if number:
            parts.append(count(number, noun))
        if len(parts) == 2 or (parts and not number):
            break
    return " ".join(parts) or "0 seconds"


def listed(items: Iterable[str], last: str = "and") -> str:
    """Join words as people do: ``@raj, @li and @ana``."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def fallback_text(blocks: Sequence[Mapping[str, Any]], limit: int = 3000) -> str:
    """Tell in one text what the blocks tell, for notifications and screen readers."""
    lines = [line for block in blocks for line in _lines(block)]
    return cut_mrkdwn("\n".join(lines), limit) or NOTHING


def _lines(block: Mapping[str, Any]) -> list[str]:
    reader = _READERS.get(str(block.get("type")))
    return reader(block) if reader else []


def _section_lines(block: Mapping[str, Any]) -> list[str]:
    return [_text(part) for part in (block.get("text"), *block.get("fields", ())) if part]


def _button_line(block: Mapping[str, Any]) -> list[str]:
    names = [_text(each["text"]) for each in block["elements"] if each.get("type") == "button"]
    return [f"[{'] ['.join(names)}]"] if names else []


def _table_lines(block: Mapping[str, Any]) -> list[str]:
    return [" | ".join(_cell(cell) for cell in row) for row in block["rows"]]


_READERS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "section": _section_lines,
    "header": lambda block: [_text(block["text"])],
    "context": lambda block: [_text(part) for part in block["elements"]],
    "input": lambda block: [_text(block["label"])],
    "image": lambda block: [_text(block)],
    "actions": _button_line,
    "table": _table_lines,
    "data_table": _table_lines,
}


def _text(part: Mapping[str, Any]) -> str:
    shown = str(part.get("alt_text" if part.get("type") == "image" else "text", ""))
    return shown if part.get("type") == "mrkdwn" else escape(shown)


def _cell(cell: Mapping[str, Any]) -> str:
    return escape(str(cell.get("text", cell.get("value", ""))))
