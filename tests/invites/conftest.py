"""The room with its desk, and an admin's credential at the emulated Deepgram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.membership import Membership, membership


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Membership]:
    """The rooms of members and invitations."""
    async with membership(tmp_path) as made:
        yield made
