"""A gateway for one test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.gateway.running import Running, running


@pytest.fixture
async def here() -> AsyncIterator[Running]:
    """A gateway with one key, whose project and organization are limited widely."""
    async with running() as found:
        found.add_key()
        yield found
