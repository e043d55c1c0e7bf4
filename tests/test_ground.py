"""What stands under the code: pinned requirements, strict ignores, the makefile, a browser where CI runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from bot.app import unconnected
from bot.config import Settings
from bot.slack.router import join

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"^([a-z0-9-]+)==([^ ;]+)", re.MULTILINE)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((REQUIREMENTS / f"{name}.txt").read_text()))


@pytest.mark.parametrize("name", ["run", "test"])
def test_requirements_name_no_address(name: str) -> None:
    text = (REQUIREMENTS / f"{name}.txt").read_text()

    assert re.findall(r"://|--(?:extra-)?index|--find-links|--trusted|@ ", text) == []


@pytest.mark.parametrize("name", ["run", "test"])
def test_every_pin_carries_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (REQUIREMENTS / f"{name}.txt").read_text())

    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert len(entries) == len(pins(name))


def test_tests_run_on_the_versions_that_production_runs_on() -> None:
    assert pins("run").items() <= pins("test").items()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("run", PROJECT["project"]["dependencies"] + PROJECT["dependency-groups"]["build"]),
        ("run", PROJECT["build-system"]["requires"]),
        ("test", PROJECT["dependency-groups"]["test"]),
    ],
)
def test_pins_are_what_the_project_asks_for(name: str, wanted: list[str]) -> None:
    pinned = pins(name)
    asked = [Requirement(each) for each in wanted]

    assert [each.name for each in asked if not each.specifier.contains(pinned[each.name])] == []


def test_the_pinned_versions_are_the_ones_tested() -> None:
    wanted = [Requirement(each).name for each in PROJECT["project"]["dependencies"]]

    assert {name: version(name) for name in wanted} == {name: pins("run")[name] for name in wanted}


@pytest.mark.parametrize(
    ("code", "ignore"),
    [
        ("x = 1  ", "noqa"),
        ("x = 1  ", "noqa: E501"),
        ("x = 1  ", "type: ignore"),
        ("x = 1  ", "type: ignore[misc]"),
        ("", "ruff: noqa: E501 because"),
        ("", "mypy: ignore-errors"),
    ],
)
def test_a_blanket_ignore_is_found(tmp_path: Path, code: str, ignore: str) -> None:
    line = f"{code}# {ignore}"
    (tmp_path / "planted.py").write_text(f"{line}\n")

    found = subprocess.run([ROOT / ".ci" / "no-blanket-ignores", tmp_path], capture_output=True, text=True, check=False)

    assert found.returncode == 1
    assert line in found.stdout


def test_an_ignore_with_its_rule_and_its_reason_passes(tmp_path: Path) -> None:
    lines = ["x = 1  # noqa: E501 a long address", "x = 1  # type: ignore[misc] # the library has no types"]
    (tmp_path / "planted.py").write_text("\n".join(lines))

    subprocess.run([ROOT / ".ci" / "no-blanket-ignores", tmp_path], check=True)


def test_make_alone_lists_what_can_be_made() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"^ +make (\w+) ", listed, re.MULTILINE) == [
        "help", "demo", "test", "soak", "lint", "fix", "mutants", "coverage", "bench", "pins",
        "licences", "release",
    ]  # fmt: skip


@pytest.mark.parametrize("problem", ["no python", "no venv"])
def test_a_missing_part_is_said_in_one_sentence(tmp_path: Path, problem: str) -> None:
    copy = tmp_path / "requirements"
    copy.mkdir()
    shutil.copy(REQUIREMENTS / "install", copy)
    (copy / "run.txt").touch()
    stand_in = tmp_path / "python3"
    stand_in.write_text(
        "#!/bin/sh\n" + {"no python": "exit 1", "no venv": 'case "$2" in *venv*) exit 1;; esac'}[problem]
    )
    stand_in.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHON": str(stand_in)}

    told = subprocess.run([copy / "install", "run"], env=environment, capture_output=True, text=True, check=False)

    assert told.returncode == 1
    assert {"no python": "needs Python 3.11", "no venv": "apt install python3-venv"}[problem] in told.stderr
    assert "Traceback" not in told.stderr


@pytest.mark.skipif("CI" not in os.environ, reason="outside CI the browser stories are left out where there is none")
def test_ci_has_a_browser() -> None:
    assert os.environ.get("CHROMIUM") or any(map(shutil.which, BROWSERS))


def test_the_readme_names_every_setting() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert {name.upper() for name in Settings.model_fields} <= set(re.findall(r"`([A-Z_]+)`", readme))


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    names = join(unconnected().routes)
    commands = {command for verbs in names.nouns.values() for command in verbs.values()}
    named = {f"{names.slash(command.noun)} {command.verb}".rstrip() for command in commands}

    assert {command for command in named if f"`{command}" not in readme} == set()
