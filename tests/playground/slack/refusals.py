"""What a refused call says."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def refusal(call: Awaitable[Any]) -> str:
    """Await a call that must be refused and return Slack's error code."""
    return str((await refused_answer(call))["error"])


async def refused_answer(call: Awaitable[Any]) -> dict[str, Any]:
    """Await a call that must be refused and return the whole answer."""
    with pytest.raises(SlackApiError) as caught:
        await call
    answer: dict[str, Any] = caught.value.response.data
    return answer
