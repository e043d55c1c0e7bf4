"""Slack takes every view that Keydesk draws, and each stays as it was last looked at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.slack.blocks_check import problems_of_message, problems_of_view
from bot.slack.blocks_check.data import characters
from bot.slack.blocks_check.whole import MESSAGE_CHARACTERS
from bot.slack.router import join
from bot.slack.words import fallback_text
from tests import gallery
from tests.declared import ROOMS
from tests.gallery import Shown

BOT = Path(__file__).parents[1] / "bot"
VIEWS = gallery.gallery()
SMALL = [name for name in VIEWS if not name.endswith(("· long", "· hostile"))]


def elements(shown: Shown) -> list[dict[str, Any]]:
    blocks = shown if isinstance(shown, list) else shown["blocks"]
    return [
        element
        for block in blocks
        for element in [*block.get("elements", []), block.get("accessory", {}), block.get("element", {})]
        if "action_id" in element
    ]


NAMES = join(ROOMS.routes)
ASKS = ("button", "overflow", "external_select", "multi_external_select")  # what else stands in a form is sent with it


def test_every_view_that_a_room_draws_stands_in_the_gallery() -> None:
    drawing = [path for pattern in ("*views.py", "*form.py", "*card.py") for path in BOT.glob(f"*/**/{pattern}")]
    sources = {
        path: path.read_text(encoding="utf-8") for path in (*drawing, *(BOT.parent / "tests").glob("gallery*.py"))
    }
    for path in drawing:  # a part of another view is drawn with it
        sources[path] = re.sub(r"^def \w+", "", sources[path], flags=re.MULTILINE)
    drawn = set(re.findall(r"\w+", "\n".join(sources.values())))
    views = {f"{path.relative_to(BOT)}: {name}" for path in drawing for name in drawn_by(path) if name not in drawn}
    assert views == set()


def drawn_by(path: Path) -> list[str]:
    """Return the public functions of a module that return a view, or blocks."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.returns is not None]
    return [each.name for each in functions if "Block" in ast.unparse(each.returns or each) and each.name[0] != "_"]


def test_everything_that_can_be_pressed_is_answered() -> None:
    pressed = {part for name in SMALL for each in elements(VIEWS[name]) for part in asked_by(each)}
    assert {part for part in pressed if not is_answered(*part)} == set()


def test_every_form_that_can_be_sent_is_read() -> None:
    sent = {view["callback_id"] for view in VIEWS.values() if isinstance(view, dict) and view.get("submit")}
    assert sent - NAMES.listeners["view"].keys() == set()


def asked_by(element: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return (kind of payload, name, value) for each way in which an element asks something of us."""
    name, _, _ = element["action_id"].partition("#")
    if element["type"] not in ASKS:
        return []
    if element["type"] == "overflow":
        return [("action", name, option["value"].partition(":")[0] + ":") for option in element["options"]]
    return [("action" if element["type"] == "button" else "options", name, "")]


def is_answered(kind: str, name: str, value: str) -> bool:
    """Tell whether some room answers it."""
    return NAMES.find(kind, name) is not None or NAMES.find_wish(name, value) is not None


@pytest.mark.parametrize("name", VIEWS)
def test_slack_would_take_it(name: str) -> None:
    shown = VIEWS[name]
    if isinstance(shown, dict):
        assert problems_of_view(shown) == []
    else:
        assert problems_of_message(shown, fallback_text(shown)) == []


@pytest.mark.parametrize("name", [name for name, shown in VIEWS.items() if isinstance(shown, list)])
def test_a_message_keeps_within_what_slack_shows(name: str) -> None:
    shown = VIEWS[name]
    assert isinstance(shown, list)
    assert sum(characters(block) for block in shown) <= MESSAGE_CHARACTERS


@pytest.mark.parametrize("name", [name for name in VIEWS if name.endswith("· hostile")])
def test_nobody_is_called_by_what_others_typed(name: str) -> None:
    marked = [
        part
        for part in _mrkdwn(VIEWS[name])
        if "<!channel" in part or "<@U1>" in part or "<https://x.test" in part or "*b*" in part
    ]
    assert marked == []


@pytest.mark.parametrize("name", [name for name in VIEWS if name.endswith("· hostile")])
def test_nothing_that_others_typed_is_drawn_or_hidden(name: str) -> None:
    texts = list(_texts(VIEWS[name]))
    drawn = [re.sub("`[^`]*`", "", each["text"]) for each in texts if each["type"] == "mrkdwn"]
    assert not [text for text in drawn if ":tada:" in text]
    assert not [each for each in texts if ":tada:" in each["text"] and each.get("emoji")]
    assert not [each for each in texts if {"\u200b", "\u202e", "\U000e0041"} & set(each["text"])]
    assert all(each.get("verbatim") for each in texts if each["type"] == "mrkdwn")


@pytest.mark.parametrize("name", SMALL, ids=[name.replace(" · ", " - ") for name in SMALL])  # names of files
def test_it_looks_as_it_did(name: str, snapshot: SnapshotAssertion) -> None:
    kept = snapshot.use_extension(JSONSnapshotExtension)  # a file a view: two changes seldom meet
    again = ".venv/bin/python -m pytest tests/test_gallery.py --snapshot-update"
    assert VIEWS[name] == kept, f"{name} looks different; where that is meant: {again}"


@pytest.mark.parametrize("name", [name for name in VIEWS if name.startswith("keys secret")])
def test_the_window_with_the_secret_sends_nothing_back(name: str) -> None:
    shown = VIEWS[name]
    assert isinstance(shown, dict)
    assert elements(shown) == []
    assert not shown.keys() & {"submit", "private_metadata", "notify_on_close"}


def _mrkdwn(part: object) -> list[str]:
    if isinstance(part, list):
        return [text for each in part for text in _mrkdwn(each)]
    if not isinstance(part, dict):
        return []
    own = [part["text"]] if part.get("type") == "mrkdwn" else []
    return own + [text for each in part.values() for text in _mrkdwn(each)]


def _texts(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict):
        if part.get("type") in {"mrkdwn", "plain_text", "raw_text"}:
            yield part
        for each in part.values():
            yield from _texts(each)
