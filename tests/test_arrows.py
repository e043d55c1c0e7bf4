"""The arrows of docs/architecture.md hold, and an arrow in the wrong direction is found."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINTER = Path(sys.executable).parent / "lint-imports"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the sources, in which wrong arrows can be planted."""
    for package in ("bot", "playground", "tests", "bench", "release"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


def lint(folder: Path) -> tuple[bool, str]:
    done = subprocess.run([LINTER, "--no-logo"], cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0, " ".join((done.stdout + done.stderr).split())


def test_the_arrows_hold(copy: Path) -> None:
    kept, told = lint(copy)

    assert kept, told


PLANTED = {
    "bot/store/scheduled_jobs.py": "bot.keys.views",
    "bot/keys/jobs.py": "bot.projects.views",
    "bot/slack/words.py": "bot.store.scheduled_jobs",
    "bot/clock.py": "playground",
    "playground/clock.py": "tests.postgres",
    "bot/policy.py": "httpx",
    "bot/desk/service.py": "slack_bolt",
    "bot/desk/views.py": "sqlmodel",
    "bot/store/deliveries.py": "dbos",
    "bot/providers/deepgram/keys.py": "deepgram",
}


def test_every_wrong_arrow_is_found(copy: Path) -> None:
    for module, imported in PLANTED.items():
        with (copy / module).open("a") as file:
            file.write(f"\n\nimport {imported}\n")

    kept, told = lint(copy)

    assert not kept
    assert [arrow for arrow in map(arrow_of, PLANTED.items()) if arrow not in told] == []


def arrow_of(planted: tuple[str, str]) -> str:
    module, imported = planted
    return f"{module.removesuffix('.py').replace('/', '.')} -> {imported}"


def test_a_module_without_a_place_is_found(copy: Path) -> None:
    (copy / "bot" / "lost.py").touch()

    kept, told = lint(copy)

    assert not kept
    assert "lost" in told


GATEWAY = {"bot.desk", "bot.slack", "bot.providers", "bot.policy"}


def test_the_gateway_may_reach_the_store_and_the_ground_alone(copy: Path) -> None:
    (copy / "bot" / "gateway").mkdir(exist_ok=True)
    (copy / "bot" / "gateway" / "__init__.py").touch()
    (copy / "bot" / "gateway" / "planted.py").write_text("import bot.store.keys\nimport bot.clock\n")
    kept, told = lint(copy)
    assert kept, told

    reaching = "".join(f"import {module}\n" for module in GATEWAY)
    (copy / "bot" / "gateway" / "planted.py").write_text(reaching)
    kept, told = lint(copy)

    assert not kept
    assert [module for module in GATEWAY if f"bot.gateway.planted -> {module}" not in told] == []
