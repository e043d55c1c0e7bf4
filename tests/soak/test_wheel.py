"""A release is made of what is in this working tree, installed as people do it, and looked at: nothing is missing.

Each environment begins empty. What the wheel needs comes from wherever pip and uv are set to fetch from, or their
caches. The program that was installed then prepares a database and finds Slack and Deepgram, both emulated, well.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from playground.slack.seed import OWNERS
from release.licences import ROOT, pinned
from release.making import build_wheel, installed, make
from tests.emulated import emulated

pytestmark = pytest.mark.soak
VERSION = "7.8.9"
CHANGELOG = f"# Changelog\n\n## [Unreleased]\n\n## [{VERSION}] - 2026-12-01\n\n- Released.\n"
AS_SOMEBODY = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.com")


@dataclass(frozen=True)
class Released:
    """A repository at version 7.8.9, and the files that `make release` wrote of it."""

    source: Path
    dist: Path

    @property
    def wheel(self) -> Path:
        """The wheel."""
        return self.dist / f"keydesk-{VERSION}-py3-none-any.whl"

    @property
    def pins(self) -> Path:
        """The versions that it was tested with."""
        return self.dist / f"keydesk-{VERSION}-constraints.txt"


def run(*command: str | Path, cwd: Path = ROOT, environment: Mapping[str, str] | None = None) -> str:
    """Run a command to its end, which must be a good one, and return what it printed."""
    everything = os.environ | (environment or {})
    done = subprocess.run(command, cwd=cwd, env=everything, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """Everything that git knows or would take in, committed elsewhere as a version of its own, and released."""
    folder = tmp_path_factory.mktemp("release")
    source = folder / "source"
    for name in run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    (source / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    project = (source / "pyproject.toml").read_text(encoding="utf-8")
    old = next(line for line in project.splitlines() if line.startswith("version = "))
    (source / "pyproject.toml").write_text(project.replace(old, f'version = "{VERSION}"'), encoding="utf-8")
    for words in (("init", "--quiet"), ("add", "."), (*AS_SOMEBODY, "commit", "--quiet", "--message", "Release 7.8.9")):
        run("git", *words, cwd=source)
    make(source, folder / "dist")
    return Released(source, folder / "dist")


def test_the_wheel_is_the_bot_and_nothing_else(released: Released) -> None:
    with ZipFile(released.wheel) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = wheel.read(f"keydesk-{VERSION}.dist-info/METADATA").decode()
        licence = wheel.read(f"keydesk-{VERSION}.dist-info/licenses/LICENSE")

    tracked = run("git", "ls-files", "-z", "bot", cwd=released.source).split("\0")
    assert names == {name for name in tracked if name}
    assert "\nLicense-Expression: MIT\n" in metadata
    assert licence == (ROOT / "LICENSE").read_bytes()


def test_whoever_builds_it_again_gets_the_same_bytes(released: Released, tmp_path: Path) -> None:
    committed = int(run("git", "log", "-1", "--format=%ct", cwd=released.source))
    run("git", "clone", "--quiet", released.source, tmp_path / "clone")

    again = build_wheel(tmp_path / "clone", tmp_path, built_at=committed)

    assert again.read_bytes() == released.wheel.read_bytes()


def test_the_parts_are_listed_with_versions_and_licences(released: Released) -> None:
    told = json.loads((released.dist / f"keydesk-{VERSION}.cdx.json").read_text(encoding="utf-8"))

    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", "keydesk")
    assert told["metadata"]["component"]["version"] == VERSION
    listed = {each["name"].lower().replace("_", "-"): each["version"] for each in told["components"]}
    build_only = {"setuptools"}
    wanted = {name: pin for name, pin in pinned("run").items() if pin.marker is None or pin.marker.evaluate()}
    assert listed.keys() == wanted.keys() - build_only
    assert all(pin.specifier.contains(listed[name]) for name, pin in wanted.items() if name not in build_only)
    assert all(each.get("licenses") or each.get("purl") for each in told["components"])


def test_the_files_are_those_of_the_page_their_sums_hold_and_they_name_no_place_of_this_machine(
    released: Released,
) -> None:
    names = {each.name for each in released.dist.iterdir()}
    sums = dict(line.split("  ")[::-1] for line in (released.dist / "SHA256SUMS").read_text().splitlines())

    page = (ROOT / "docs" / "release.md").read_text(encoding="utf-8")

    assert names == sums.keys() | {"SHA256SUMS"}
    assert [name for name in names if f"| `{name.replace(VERSION, '0.2.0')}` |" not in page] == []
    run("sha256sum", "--check", "SHA256SUMS", cwd=released.dist)
    assert [name for name in names if str(ROOT).encode() in (released.dist / name).read_bytes()] == []


def by_venv(released: Released, folder: Path) -> Path:
    """Install into an environment, and return the program."""
    return installed(released.wheel, released.pins, folder / "environment") / "bin" / "keydesk"


def by_uv(released: Released, folder: Path) -> Path:
    """Install as `uv tool install` does, and return the program."""
    if (uv := shutil.which("uv")) is None:
        pytest.skip("uv is not installed here")
    places = {"UV_TOOL_DIR": str(folder / "tools"), "UV_TOOL_BIN_DIR": str(folder / "bin")}
    run(
        uv,
        "tool",
        "install",
        "--python",
        sys.executable,
        "--constraints",
        released.pins,
        released.wheel,
        environment=places,
    )
    return folder / "bin" / "keydesk"


def by_pipx(released: Released, folder: Path) -> Path:
    """Install as `pipx install` does, and return the program."""
    places = {f"PIPX_{name}": str(folder / name.lower()) for name in ("HOME", "BIN_DIR", "MAN_DIR")}
    pins = f"--pip-args=--constraint {released.pins}"
    run(sys.executable, "-m", "pipx", "install", "--python", sys.executable, pins, released.wheel, environment=places)
    return folder / "bin_dir" / "keydesk"


@pytest.mark.parametrize("install", [by_venv, by_uv, by_pipx])
async def test_what_was_installed_prepares_and_examines_an_installation(
    released: Released, tmp_path: Path, install: Callable[[Released, Path], Path]
) -> None:
    program = await asyncio.to_thread(install, released, tmp_path / "installed")
    place = tmp_path / "place"
    place.mkdir()

    async def keydesk(*words: str, **settings: str) -> tuple[int | None, str]:
        """Run the program as on a machine that has nothing else, and return its exit code and all that it printed."""
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(place), "KEYDESK_HOME": str(place / "home"), **settings}
        process = await asyncio.create_subprocess_exec(
            program, *words, cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        told, _ = await asyncio.wait_for(process.communicate(), 120)
        return process.returncode, told.decode()

    assert await keydesk("--version") == (0, f"keydesk, version {VERSION}\n")
    code, told = await keydesk("init")
    assert (code, (place / ".env").is_file(), (place / "home" / "keydesk.db").is_file()) == (0, True, True), told
    assert "Still missing in .env: SLACK_BOT_TOKEN" in told
    assert await keydesk("migrate") == (0, "The schema is current.\n")
    code, told = await keydesk("manifest")
    assert (code, told) == (0, (ROOT / "manifest.yml").read_text(encoding="utf-8"))

    async with emulated() as (slack, deepgram):
        addresses = {"SLACK_API_URL": f"{slack.state.address}/api/", "DEEPGRAM_API_URL": deepgram.url}
        code, told = await keydesk("doctor", **addresses)
        assert (code, "MEND  settings: missing in .env" in told, "Traceback" in told) == (1, True, False), told
        code, told = await keydesk(
            "doctor",
            SLACK_BOT_TOKEN="xoxb-of-the-test",
            SLACK_APP_TOKEN="xapp-of-the-test",
            DEEPGRAM_API_KEY=deepgram.credentials["admin"],
            KEYDESK_OWNERS=",".join(OWNERS),
            **addresses,
        )
        assert (code, "MEND" in told) == (0, False), told
