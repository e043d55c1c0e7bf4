"""An office on the morning of a digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.digests.books import DAY, THURSDAY, office, subscription
from tests.digests.morning import spent_on


@pytest.fixture
async def here(tmp_path: Path) -> Any:
    """An office on Friday at nine: a subscription is due, Thursday and the month before it are known."""
    made = await office(tmp_path)
    made.write(lambda session: session.add(subscription()))
    spent_on(made, [THURSDAY - number * DAY for number in range(36)])
    yield made
    made.database.close()
