"""A submitted form, brought to a listener while Slack cannot say who submitted it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.groups import Groups
from bot.people import People
from bot.slack.call import TRAVELS, Call
from bot.slack.groups import UserGroup
from bot.slack.web import SlackUnclear
from bot.store.database import Database
from tests.factories import TEAM
from tests.fake_slack import FakeSlack

Json = dict[str, Any]


def people_unreadable(database: Database) -> People:
    """Return the door while Slack does not answer."""

    async def silent(_user_id: str) -> Mapping[str, Any]:
        raise SlackUnclear("users.info", "timeout")

    async def no_groups() -> list[UserGroup]:
        return []

    return People(database, silent, TEAM, Groups(database, no_groups, TEAM))


def submitted(user_id: str, state: Json, screen: FakeSlack, metadata: str = "") -> Call:
    """Return the call that a submitted form makes."""

    async def answer(**_: Any) -> None:
        call.context[TRAVELS].set()  # the ack was drawn at once

    view = {"id": "V1", "hash": "h1", "private_metadata": metadata}
    call = Call("view", "form", TEAM, user_id, {}, screen, answer, view=view, state=state)
    return call
