"""The same words, figures and buttons, drawn with blocks that every workspace takes.

Tables and charts are young (2025-11 to 2026-06): plans, roll-outs and Slack's own validator refuse them on some days.
``simpler`` says in sections what such a block tells; ``plainer`` draws a block of ours anew that Slack calls malformed;
``words_alone`` is what remains where no block is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.slack.elements import mrkdwn
from bot.slack.mending import element_mended, field_mended
from bot.slack.words import NOTHING, escape, fallback_text

Block = dict[str, Any]

BASIC = frozenset({"section", "header", "context", "actions", "divider", "input"})
LONGEST = 2_900  # of one section's text, which takes 3,000
TOGETHER = 10  # texts in one context
BUTTONS_TOGETHER = 25
_SAID = ("title", "subtitle", "caption", "label", "name", "text", "body", "subtext", "description", "alt_text")
_HELD = ("elements", "child_blocks", "tasks", "details", "output", "hero_image", "rich_text_title")


def simpler(block: Block) -> list[Block]:
    """Tell what a block tells in basic ones, buttons included; a basic block stays as it is."""
    kind = str(block.get("type"))
    return [block] if kind in BASIC else _READERS.get(kind, _anything)(block)


def plainer(block: Block) -> list[Block]:
    """Draw a block anew from its words and its controls, without whatever else stood in it."""
    return _REDRAWN.get(str(block.get("type")), simpler)(block)


def words_alone(blocks: Sequence[Block], limit: int) -> str:
    """Tell everything in one text (mrkdwn) of at most ``limit`` characters, ending visibly where it was cut."""
    plain = [shown for block in blocks for shown in simpler(block)]
    return fallback_text(plain, limit)


def sections(lines: Iterable[str]) -> list[Block]:
    """Pack lines of mrkdwn into as few sections as Slack's limit allows; nothing is left out."""
    packed: list[str] = []
    for line in (part for each in lines for part in _parts(each)):
        if packed and len(packed[-1]) + len(line) < LONGEST:
            packed[-1] += f"\n{line}"
        else:
            packed.append(line)
    return [{"type": "section", "text": mrkdwn(each)} for each in packed if each.strip()]


# --- young blocks ---


def _table(block: Block) -> list[Block]:
    rows = [" | ".join(_cell(cell) for cell in row) for row in block.get("rows") or ()]
    caption = [f"*{escape(str(block['caption']))}*"] if block.get("caption") else []
    return sections([*caption, *(f"*{row}*" for row in rows[:1]), *rows[1:]])


def _cell(cell: Any) -> str:
    if not isinstance(cell, Mapping):
        return NOTHING
    if cell.get("type") == "rich_text":
        return " ".join(_rich_lines(cell)) or NOTHING
    return escape(str(cell.get("text", cell.get("value", "")))) or NOTHING


def _chart(block: Block) -> list[Block]:
    chart = block.get("chart") or {}
    lines = [f"*{escape(str(block.get('title') or NOTHING))}*"]
    if segments := chart.get("segments"):
        return sections([*lines, _points(segments)])
    several = len(chart.get("series") or ()) > 1
    for series in chart.get("series") or ():
        name = f"{escape(str(series.get('name')))}: " if several else ""
        lines.append(name + _points(series.get("data") or ()))
    return sections(lines)


def _points(points: Iterable[Mapping[str, Any]]) -> str:
    # Figures first: beside a name that is written from right to left they would change places.
    return " · ".join(f"`{number(each.get('value'))}` {escape(str(each.get('label')))}" for each in points)


def number(value: Any) -> str:
    """Say a chart's number as it was given, to the cent at most."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return NOTHING
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def _rich_text(block: Block) -> list[Block]:
    return sections(_rich_lines(block))


def _rich_lines(block: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for part in block.get("elements") or ():
        if part.get("type") == "rich_text_list":
            lines += [f"• {_inline(each)}" for each in part.get("elements") or ()]
        else:
            lines.append(_inline(part))
    return lines


def _inline(part: Mapping[str, Any]) -> str:
    return "".join(_said_inline(each) for each in part.get("elements") or ())


def _said_inline(part: Mapping[str, Any]) -> str:
    """Say one piece of rich text; nobody is called who was not mentioned."""
    match part.get("type"):
        case "user":
            return f"<@{part.get('user_id')}>"
        case "channel":
            return f"<#{part.get('channel_id')}>"
        case "emoji":
            return f":{part.get('name')}:"
        case "date":
            return escape(str(part.get("fallback") or part.get("timestamp") or ""))
        case kind:
            named = {"link": part.get("url"), "broadcast": part.get("range"), "color": part.get("value")}
            return escape(str(part.get("text") or named.get(str(kind)) or ""))


def _container(block: Block) -> list[Block]:
    head = {key: value for key, value in block.items() if key not in ("child_blocks", "type")}
    return [*_anything(head), *(shown for child in block.get("child_blocks") or () for shown in simpler(child))]


def _carousel(block: Block) -> list[Block]:
    return [shown for card in block.get("elements") or () for shown in simpler(card)]


def _anything(block: Block) -> list[Block]:
    """Tell a block that this program knows no better: its texts in their order, and its buttons below."""
    return [*sections(_texts(block)), *_rows(list(_controls(block)))]


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    if not isinstance(part, Mapping) or "action_id" in part:
        return
    if part.get("type") == "rich_text":
        yield from _rich_lines(part)
        return
    for key in _SAID:
        yield from _said(part.get(key), part.get("type") == "mrkdwn")
    for key in _HELD:
        yield from _texts(part.get(key))


def _said(text: Any, is_mrkdwn: bool) -> Iterator[str]:
    if isinstance(text, str) and text.strip():
        yield text if is_mrkdwn else escape(text)
    elif isinstance(text, Mapping):
        yield from _texts(text)


def _controls(part: Any) -> Iterator[Block]:
    if isinstance(part, list):
        for each in part:
            yield from _controls(each)
    elif isinstance(part, Mapping) and "action_id" in part:
        yield from _as_buttons(dict(part))
    elif isinstance(part, Mapping):
        for each in part.values():
            yield from _controls(each)


def _as_buttons(element: Block) -> list[Block]:
    """Turn what stands under answers of an assistant into buttons; other elements stay."""
    if element.get("type") == "feedback_buttons":
        return [
            _button(element[f"{side}_button"], f"{element['action_id']}#{side}")
            for side in ("positive", "negative")
            if f"{side}_button" in element
        ]
    if element.get("type") == "icon_button":
        kept = {key: element[key] for key in ("confirm", "accessibility_label") if key in element}
        return [_button(element, str(element["action_id"])) | kept]
    return [element]


def _button(given: Mapping[str, Any], action_id: str) -> Block:
    valued = {"value": given["value"]} if given.get("value") else {}
    return {"type": "button", "text": given.get("text"), "action_id": action_id, **valued}


_READERS: Mapping[str, Callable[[Block], list[Block]]] = {
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "rich_text": _rich_text,
    "container": _container,
    "carousel": _carousel,
}


# --- blocks of ours that Slack calls malformed ---


def _section_redrawn(block: Block) -> list[Block]:
    said = sections(_text(part) for part in (block.get("text"), *(block.get("fields") or ())) if part)
    beside = _rows([block["accessory"]] if "action_id" in (block.get("accessory") or {}) else [])
    return [*said, *beside] or sections([NOTHING])


def _header_redrawn(block: Block) -> list[Block]:
    return sections([f"*{_text(block.get('text'))}*"])


def _context_redrawn(block: Block) -> list[Block]:
    texts = [part for each in block.get("elements") or () for part in _parts(_text(each)) if part.strip()]
    held = [texts[start : start + TOGETHER] for start in range(0, len(texts), TOGETHER)]
    return [{"type": "context", "elements": [mrkdwn(each) for each in some]} for some in held]


def _actions_redrawn(block: Block) -> list[Block]:
    return _rows(block.get("elements") or (), block.get("block_id"))


def _input_redrawn(block: Block) -> list[Block]:
    mended = field_mended(block)
    return [mended] if mended else sections([_text(block.get("label"))])


_REDRAWN: Mapping[str, Callable[[Block], list[Block]]] = {
    "section": _section_redrawn,
    "header": _header_redrawn,
    "context": _context_redrawn,
    "actions": _actions_redrawn,
    "divider": lambda _: [{"type": "divider"}],
    "input": _input_redrawn,
}


def _rows(elements: Sequence[Block], block_id: str | None = None) -> list[Block]:
    """Set buttons and menus in rows, each without what is wrong with it; the first row keeps the block's id."""
    mended = [element for each in elements if (element := element_mended(each))]
    rows: list[Block] = [
        {"type": "actions", "elements": mended[start : start + BUTTONS_TOGETHER]}
        for start in range(0, len(mended), BUTTONS_TOGETHER)
    ]
    if rows and block_id:
        rows[0]["block_id"] = block_id
    return rows


def _text(part: Any) -> str:
    """Return what a text object or an image says, as mrkdwn."""
    if not isinstance(part, Mapping):
        return escape(str(part or ""))
    said = str(part.get("text" if "text" in part else "alt_text") or "")
    return said if part.get("type") == "mrkdwn" else escape(said)


def _parts(line: str) -> list[str]:
    """Cut a long text into pieces that fit, between its lines, else between its words."""
    pieces: list[str] = []
    while len(line) > LONGEST:
        end = max(line.rfind("\n", 1, LONGEST), line.rfind(" ", LONGEST - 200, LONGEST))
        end = end if end > 0 else LONGEST
        pieces.append(line[:end])
        line = line[end:].lstrip()
    return [*pieces, line]
