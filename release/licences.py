"""docs/licences.md (`make licences`): under which licences the pinned packages stand, as their metadata says.

A licence is an SPDX expression. What a package says in older ways (``License``, classifiers) is translated by the
tables below; what says nothing, or something that is not in them, is unknown and fails, as the GPL and the AGPL do.
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import click
from license_expression import (  # type: ignore[import-untyped] # its annotations are not published
    AND,
    OR,
    ExpressionError,
    LicenseSymbol,
    get_spdx_licensing,
)
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "licences.md"
PIN = re.compile(r"^([a-z0-9-]+==[^\\\n]+)", re.MULTILINE)
UNKNOWN = "unknown"

PERMISSIVE = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MIT-CMU", "OFL-1.1", "PSF-2.0",
    }
)  # fmt: skip
"""They ask that their notice is passed on, and no more; the OFL asks besides that a font is not sold by itself."""

SPELLED = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD 2-Clause License": "BSD-2-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "PSFL": "PSF-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "SIL OFL V1.1": "OFL-1.1",
}
"""What packages write in ``License`` and in classifiers, and the SPDX identifier that they mean."""
SAYS_NOTHING = frozenset({"", "UNKNOWN", "BSD License"})
"""``BSD License``, the classifier, says neither two clauses nor three: then something else must."""

ELSEWHERE = {"colorama": "BSD-3-Clause", "httpx2-jsfetch": "BSD-3-Clause"}
"""Packages that are installed on Windows, or in a browser, alone: their metadata was read there."""


@dataclass(frozen=True)
class Judgement:
    """Why these packages may be used although their licence asks for more than its notice."""

    licence: str
    packages: tuple[str, ...]
    reason: str


JUDGED = (
    Judgement(
        "LGPL-3.0-only",
        ("psycopg", "psycopg-binary", "fpdf2"),
        "The LGPL lets a program under any licence use a library that whoever runs it may replace. Keydesk imports "
        "them unmodified from packages of their own, and nothing of them is copied into Keydesk or its wheel. Whoever "
        "passes both on together, in an image for example, passes on their licence texts too. psycopg-binary also "
        "carries C libraries that its metadata does not name: libpq, OpenSSL, Kerberos, OpenLDAP and SASL "
        "(permissive), keyutils and libxcrypt (LGPL-2.1), to which the same applies.",
    ),
    Judgement(
        "MPL-2.0",
        ("certifi", "fqdn", "hypothesis", "pathspec"),
        "The MPL covers its own files, wherever they go, and no others. These are used unmodified.",
    ),
    Judgement(
        "MPL-2.0 AND (Apache-2.0 OR MIT)",
        ("orjson",),
        "The MPL covers orjson's own files, which are used unmodified; what is compiled into them is permissive.",
    ),
)


@cache
def _parse(expression: str) -> Any:
    return get_spdx_licensing().parse(expression, validate=True)


def normal(statement: str) -> str:
    """Return the SPDX expression that a statement means, or ``unknown``."""
    try:
        return str(_parse(SPELLED.get(statement, statement)))
    except ExpressionError:
        return UNKNOWN


def stated(package: Any) -> str:
    """Return the SPDX expression of a package's metadata, or ``unknown``.

    ``License-Expression`` is the answer where it is given (PEP 639). Else ``License`` and all classifiers hold at
    once, which is the strictest reading; a classifier that ``License`` names already adds nothing.
    """
    if expression := package.get("License-Expression"):
        return normal(expression)
    text = (package.get("License") or "").strip()
    classifiers = [line.split(" :: ")[-1] for line in package.get_all("Classifier", []) if line.startswith("License")]
    said = [normal(each) for each in (text, *classifiers) if each not in SAYS_NOTHING]
    if not said or UNKNOWN in said:
        return UNKNOWN
    named = {symbol.key for symbol in _parse(said[0]).symbols}
    everything = {said[0], *(each for each in said if each not in named)}
    return normal(" AND ".join(f"({each})" for each in sorted(everything)))


def objection(name: str, licence: str) -> str | None:
    """Say why a package of this licence may not be used; None if it may."""
    if licence == UNKNOWN:
        return f"{name}: its metadata does not say which licence; see release/licences.py"
    if any((name, licence) == (each, judged.licence) for judged in JUDGED for each in judged.packages):
        return None
    return None if _is_permissive(_parse(licence)) else f"{name}: {licence} is neither permissive nor judged"


def _is_permissive(licence: Any) -> bool:
    match licence:
        case OR():
            return any(_is_permissive(each) for each in licence.args)
        case AND():
            return all(_is_permissive(each) for each in licence.args)
        case LicenseSymbol():
            return licence.key in PERMISSIVE
    return False  # a licence with an exception


def pinned(name: str) -> dict[str, Requirement]:
    """Return what `requirements/<name>.txt` pins, by name, with its marker."""
    pins = map(Requirement, PIN.findall((ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")))
    return {pin.name: pin for pin in pins}


def licence_of(pin: Requirement) -> str:
    """Return the licence of a pinned package. Raises PackageNotFoundError where it should be installed and is not."""
    try:
        return stated(metadata(pin.name))
    except PackageNotFoundError:
        if pin.marker is None or pin.marker.evaluate():
            raise
        return ELSEWHERE.get(pin.name, UNKNOWN)


def objections() -> list[str]:
    """Return what stands against each of the pinned packages."""
    found = ((name, licence_of(pin)) for name, pin in pinned("test").items())
    return [said for name, licence in found if (said := objection(name, licence)) is not None]


def page() -> str:
    """Return docs/licences.md as it should be."""
    run = pinned("run")
    tools = {name: pin for name, pin in pinned("test").items() if name not in run}
    parts = (_INTRODUCTION, _table("What runs", run), _table("What builds and tests", tools), _judged())
    return "\n\n".join(parts) + "\n"


_INTRODUCTION = """\
# Licences

Keydesk is under the [MIT licence](../LICENSE). Its wheel holds nothing that others wrote: each package comes from its
own authors, under its own licence, named here as its metadata does. PDFs embed a part of their fonts, which the SIL
Open Font License allows.

`make licences` writes this page. `make test` compares it with what is installed, and fails on the GPL, the AGPL, on a
licence that nobody judged, and on a package that does not say."""


def _table(title: str, pins: dict[str, Requirement]) -> str:
    rows = (f"| {name} | {licence_of(pin)} |" for name, pin in sorted(pins.items()))
    return "\n".join((f"## {title}", "", "| package | licence |", "|---|---|", *rows))


def _judged() -> str:
    said = (f"- **{each.licence}** ({', '.join(each.packages)}): {each.reason}" for each in JUDGED)
    return "\n".join(("## Judged one by one", "", *(textwrap.fill(each, 120, subsequent_indent="  ") for each in said)))


@click.command()
def main() -> None:
    """Write docs/licences.md, unless there is an objection."""
    if found := objections():
        raise click.ClickException("\n".join(found))
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
