"""`make release`: a commit becomes the files that people install. It changes nothing in the repository.

The wheel is built from what is committed, by the commit's time, so that whoever builds it again gets the same bytes.
Beside it stand the versions it was tested with, what it is made of (CycloneDX), and the sums of all three.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

SUMS = "SHA256SUMS"
HASH_OR_COMMENT = re.compile(r"^ +(?:--hash|#).*\n", re.MULTILINE)


class NotReady(Exception):
    """Why this commit cannot be released, and what to do."""


def make(root: Path, to: Path) -> list[Path]:
    """Write the files of a release of the commit that is checked out in `root`, all of them or none, and return them.

    Raises NotReady where the version, the changelog, the tag and the commit do not agree, or where a tool fails.
    """
    version = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    notes((root / "CHANGELOG.md").read_text(encoding="utf-8"), version)
    refuse_doubts(root, version)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        check_out(root, folder / "source")
        made = folder / "made"
        _fill(made, folder, version, built_at=int(_git(root, "log", "-1", "--format=%ct")))
        return _put(made, to)


def _fill(made: Path, folder: Path, version: str, *, built_at: int) -> None:
    source = folder / "source"
    wheel = build_wheel(source, made, built_at=built_at)
    pins = made / f"keydesk-{version}-constraints.txt"
    pins.write_text(constraints((source / "requirements" / "run.txt").read_text(encoding="utf-8")), encoding="utf-8")
    list_parts(installed(wheel, pins, folder / "environment"), source, made / f"keydesk-{version}.cdx.json")
    write_sums(made)


def _put(made: Path, to: Path) -> list[Path]:
    to.mkdir(parents=True, exist_ok=True)
    for older in (*to.glob("keydesk-*"), *to.glob(SUMS)):
        older.unlink()
    return [Path(shutil.copy(each, to)) for each in sorted(made.iterdir())]


def notes(changelog: str, version: str) -> str:
    """Return what the changelog says of a version.

    Raises NotReady unless it is the newest, has a date, and nothing waits under [Unreleased].
    """
    sections = re.split(r"^## ", changelog, flags=re.MULTILINE)[1:]
    said = {heading: body.strip() for heading, _, body in (each.partition("\n") for each in sections)}
    unreleased = said.pop("[Unreleased]", "")
    newest, text = next(iter(said.items()), ("", ""))
    if not re.fullmatch(rf"\[{re.escape(version)}\] - \d{{4}}-\d\d-\d\d", newest) or not text:
        raise NotReady(f"CHANGELOG.md: its newest section must be [{version}] - YYYY-MM-DD, and say what is new.")
    if unreleased:
        raise NotReady(f"CHANGELOG.md: move what is under [Unreleased] to [{version}].")
    return text


def refuse_doubts(root: Path, version: str) -> None:
    """Raise NotReady where there is work that is not committed, or another commit has the version's tag."""
    if _git(root, "status", "--porcelain"):
        raise NotReady("There are changes that are not committed.")
    tagged = _git(root, "tag", "--list", f"v{version}")
    if tagged and _git(root, "rev-list", "-1", tagged) != _git(root, "rev-parse", "HEAD"):
        raise NotReady(f"{tagged} is the tag of another commit: raise the version in pyproject.toml.")


def check_out(root: Path, to: Path) -> None:
    """Write what is committed into an empty folder: nothing that lies about in the working tree gets into a wheel."""
    archive = subprocess.run(
        ["git", "-c", "tar.umask=0022", "archive", "HEAD"], cwd=root, stdout=subprocess.PIPE, check=True
    )
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(to, filter="data")


def build_wheel(source: Path, to: Path, *, built_at: int) -> Path:
    """Build the wheel of a folder with the pinned setuptools; the same folder and time (Unix) give the same bytes."""
    _run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(to), str(source)),
        SOURCE_DATE_EPOCH=str(built_at),
    )
    return next(to.glob("*.whl"))


def constraints(pins: str) -> str:
    """Return pins without their hashes: pip and pipx would ask for the wheel's own hash as well."""
    return HASH_OR_COMMENT.sub("", pins).replace(" \\\n", "\n")


def installed(wheel: Path, pins: Path, environment: Path) -> Path:
    """Make an environment that holds the wheel and what it needs, and nothing else, and return its folder.

    By uv where it is present, else by venv and pip, as requirements/install does.
    """
    python = str(environment / "bin" / "python")
    wanted = ["--quiet", "--constraint", str(pins), str(wheel)]
    if uv := shutil.which("uv"):
        _run(uv, "venv", "--quiet", "--python", sys.executable, str(environment))
        _run(uv, "pip", "install", "--python", python, *wanted)
    else:
        _run(sys.executable, "-m", "venv", str(environment))
        _run(python, "-m", "pip", "install", *wanted)
        _run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "setuptools", "pip")  # they came with venv
    return environment


def list_parts(environment: Path, source: Path, to: Path) -> None:
    """Write what an environment is made of, with versions, licences and who needs whom, as CycloneDX JSON."""
    _run(
        *(sys.executable, "-m", "cyclonedx_py", "environment", str(environment)),
        *("--pyproject", str(source / "pyproject.toml"), "--output-reproducible", "--output-file", str(to)),
    )


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS of all files of a folder, as `sha256sum --check` reads it."""
    lines = [f"{hashlib.sha256(each.read_bytes()).hexdigest()}  {each.name}\n" for each in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _git(root: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=root, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def _run(*command: str, **environment: str) -> None:
    done = subprocess.run(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        raise NotReady(f"{' '.join(command)} failed:\n{done.stdout}")
