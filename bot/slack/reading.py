"""Reads what an answer of Slack's must carry; one without it says nothing, though the call may have been done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.slack.groups import UserGroup, read_group
from bot.slack.refusals import SlackUnclear

Answer = Mapping[str, Any]


def incomplete(method: str) -> SlackUnclear:
    """Return what is raised of an answer that lacks what it must carry."""
    return SlackUnclear(method, "incomplete_answer")


def object_of(method: str, answer: Answer, name: str) -> Answer:
    """Return the object of this name; raise SlackUnclear where there is none."""
    found = answer.get(name)
    if not isinstance(found, Mapping):
        raise incomplete(method)
    return found


def list_of(method: str, answer: Answer, name: str) -> Sequence[Any]:
    """Return the list of this name, which may be empty; raise SlackUnclear where there is none."""
    found = answer.get(name)
    if not isinstance(found, list):
        raise incomplete(method)
    return found


def text_of(method: str, answer: Answer, name: str) -> str:
    """Return the text of this name, such as an id; raise SlackUnclear where there is none."""
    found = answer.get(name)
    if not isinstance(found, str) or not found:
        raise incomplete(method)
    return found


def view_of(method: str, answer: Answer) -> tuple[str, str]:
    """Return the id and the hash of the view in an answer; raise SlackUnclear where there is none."""
    view = object_of(method, answer, "view")
    return text_of(method, view, "id"), text_of(method, view, "hash")


def groups_of(method: str, answer: Answer) -> list[UserGroup]:
    """Return the user groups in an answer; raise SlackUnclear where one has no id: it would seem to be gone."""
    found = list_of(method, answer, "usergroups")
    if not all(isinstance(each, Mapping) and each.get("id") for each in found):
        raise incomplete(method)
    return [read_group(each) for each in found]


def next_page(answer: Answer) -> str:
    """Return where the next page begins, or "" if this is the last one."""
    more = answer.get("response_metadata")
    return str(more.get("next_cursor") or "") if isinstance(more, Mapping) else ""
