"""The data path stays small: it imports no store, no jobs and no Slack, however far around."""

from __future__ import annotations

import subprocess
import sys

HEAVY = {"sqlmodel", "sqlalchemy", "dbos", "slack_bolt", "slack_sdk", "starlette", "pydantic", "httpx"}


def test_the_data_path_imports_nothing_that_it_does_not_need() -> None:
    asked = "import sys, bot.gateway.app, bot.gateway.serve; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert "bot" in done.stdout.split()
    assert HEAVY & set(done.stdout.split()) == set()
