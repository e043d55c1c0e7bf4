"""A release is refused where version, changelog, tag and commit do not agree. tests/soak/test_wheel.py installs one."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from release.making import NotReady, check_out, constraints, make, notes, refuse_doubts, write_sums

CHANGELOG = """\
# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-01

### Added

- Something new.

## [0.1.0] - 2026-11-01

- All of it.
"""
MAIL = "somebody@example.com"


def git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=Somebody", "-c", f"user.email={MAIL}", *words],
        cwd=folder,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository at version 0.2.0, whose changelog tells it."""
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "keydesk"\nversion = "0.2.0"\n')
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG)
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Release 0.2.0")
    return tmp_path


def test_the_notes_are_what_the_changelog_says_of_the_version() -> None:
    assert notes(CHANGELOG, "0.2.0") == "### Added\n\n- Something new."


@pytest.mark.parametrize(
    ("changelog", "version"),
    [
        (CHANGELOG, "0.3.0"),
        (CHANGELOG, "0.1.0"),
        (CHANGELOG.replace(" - 2026-12-01", ""), "0.2.0"),
        (CHANGELOG.replace("### Added\n\n- Something new.\n", ""), "0.2.0"),
        (CHANGELOG.replace("0.2.0", "0x2.0"), "0.2.0"),
        ("# Changelog\n", "0.2.0"),
    ],
    ids=["not there", "not the newest", "no date", "nothing said", "another", "empty"],
)
def test_a_version_that_the_changelog_does_not_tell_is_not_released(changelog: str, version: str) -> None:
    with pytest.raises(NotReady, match=rf"its newest section must be \[{version}\] - YYYY-MM-DD"):
        notes(changelog, version)


def test_what_the_version_would_leave_out_is_told_first() -> None:
    with pytest.raises(NotReady, match=r"move what is under \[Unreleased\]"):
        notes(CHANGELOG.replace("[Unreleased]\n", "[Unreleased]\n\n- Forgotten.\n"), "0.2.0")


def test_only_what_is_committed_is_released(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    refuse_doubts(repository, "0.2.0")
    (repository / "left.py").touch()

    with pytest.raises(NotReady, match="not committed"):
        refuse_doubts(repository, "0.2.0")

    copy = tmp_path_factory.mktemp("copy")
    check_out(repository, copy)
    assert {each.name for each in copy.iterdir()} == {"pyproject.toml", "CHANGELOG.md"}


def test_a_version_is_one_commit(repository: Path) -> None:
    git(repository, "tag", "v0.2.0")
    refuse_doubts(repository, "0.2.0")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "One more")

    with pytest.raises(NotReady, match=r"v0\.2\.0 is the tag of another commit"):
        refuse_doubts(repository, "0.2.0")


def test_a_release_that_cannot_be_built_leaves_the_last_one(
    repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dist = tmp_path_factory.mktemp("dist")
    (dist / "keydesk-0.1.0-py3-none-any.whl").touch()
    with (repository / "pyproject.toml").open("a") as file:
        file.write('[build-system]\nrequires = ["what-nobody-wrote"]\n')
    git(repository, "commit", "--quiet", "--all", "--message", "Ask for too much")

    with pytest.raises(NotReady, match="what-nobody-wrote"):
        make(repository, dist)

    assert [each.name for each in dist.iterdir()] == ["keydesk-0.1.0-py3-none-any.whl"]


def test_pins_become_constraints_without_hashes() -> None:
    pins = (
        "uvloop==0.23.0 ; sys_platform != 'win32' \\\n    --hash=sha256:0a \\\n    --hash=sha256:0b\n    # via x\n"
        "yarl==1.24.5 \\\n    --hash=sha256:0c\n    # via\n    #   aiohttp\n"
    )

    assert constraints(pins) == "uvloop==0.23.0 ; sys_platform != 'win32'\nyarl==1.24.5\n"


def test_sums_are_what_sha256sum_reads(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"two")
    (tmp_path / "a").write_bytes(b"one")
    write_sums(tmp_path)

    one, two = (hashlib.sha256(words).hexdigest() for words in (b"one", b"two"))
    assert (tmp_path / "SHA256SUMS").read_text() == f"{one}  a\n{two}  b\n"
