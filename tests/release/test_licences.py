"""The licences of all that is pinned: read from what is installed, judged, and told as they are."""

from __future__ import annotations

from email.message import Message

import pytest

from release import licences
from release.licences import ELSEWHERE, JUDGED, PAGE, UNKNOWN, objection, objections, page, pinned, stated


def package(**fields: str) -> Message:
    """Return the metadata of a package that says these things; several classifiers are separated by a semicolon."""
    message = Message()
    for name, value in fields.items():
        for each in value.split(";") if name == "Classifier" else (value,):
            message[name.replace("_", "-")] = each
    return message


def test_nothing_stands_against_any_package() -> None:
    assert objections() == []


def test_the_page_says_what_is_installed() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make licences"


@pytest.mark.parametrize(
    "licence",
    [
        "GPL-2.0-only",
        "GPL-3.0-or-later",
        "AGPL-3.0-only",
        "LGPL-2.1-or-later",
        "MPL-2.0",
        "SSPL-1.0",
        "MIT AND GPL-3.0-only",
        "GPL-3.0-only OR AGPL-3.0-only",
        "GPL-2.0-only WITH Classpath-exception-2.0",
        UNKNOWN,
    ],
)
def test_a_package_under_it_is_refused_by_name(licence: str) -> None:
    assert (objection("planted", licence) or "").startswith("planted: ")


@pytest.mark.parametrize("licence", ["MIT", "MIT OR GPL-3.0-only", "Apache-2.0 AND (MIT OR AGPL-3.0-only)"])
def test_what_may_be_taken_under_a_permissive_licence_passes(licence: str) -> None:
    assert objection("planted", licence) is None


def test_a_judgement_holds_for_one_package_under_one_licence() -> None:
    assert objection("psycopg", "LGPL-3.0-only") is None
    assert objection("psycopg", "LGPL-2.1-only") is not None
    assert objection("psycopg", "GPL-3.0-only") is not None
    assert objection("planted", "LGPL-3.0-only") is not None


def test_every_judgement_is_needed_has_a_reason_and_is_never_about_the_gpl_or_agpl() -> None:
    everything = pinned("test")
    for judged in JUDGED:
        assert {licences.licence_of(everything[name]) for name in judged.packages} == {judged.licence}
        assert not judged.licence.startswith(("GPL", "AGPL"))
        assert judged.reason


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License_Expression": "MIT", "License": "GPL", "Classifier": "License :: BSD License"}, "MIT"),
        ({"License_Expression": "Whatever-1.0"}, UNKNOWN),
        ({"License": "Apache 2.0"}, "Apache-2.0"),
        ({"License": "MIT OR Apache-2.0", "Classifier": "License :: MIT License"}, "MIT OR Apache-2.0"),
        ({"License": "UNKNOWN", "Classifier": "License :: OSI Approved :: ISC License (ISCL)"}, "ISC"),
        ({"License": "BSD-3-Clause", "Classifier": "License :: OSI Approved :: BSD License"}, "BSD-3-Clause"),
        ({"License": "MIT", "Classifier": "License :: Apache Software License;License :: MIT"}, "Apache-2.0 AND MIT"),
        ({"License": "MIT", "Classifier": "License :: OSI Approved :: GNU Affero General Public License v3"}, UNKNOWN),
        ({"License": "GPL"}, "GPL-1.0-or-later"),
        ({"License": "see the file"}, UNKNOWN),
        ({"Classifier": "License :: OSI Approved :: BSD License"}, UNKNOWN),
        ({"Classifier": "Topic :: Utilities"}, UNKNOWN),
        ({}, UNKNOWN),
    ],
)  # fmt: skip
def test_what_a_package_says_is_read_strictly(fields: dict[str, str], licence: str) -> None:
    assert stated(package(**fields)) == licence


def test_only_what_this_machine_cannot_install_is_known_by_heart() -> None:
    markers = {name: pin.marker for name, pin in pinned("test").items() if name in ELSEWHERE}

    assert markers.keys() == ELSEWHERE.keys()
    assert all(marker is not None and not marker.evaluate({"sys_platform": "linux"}) for marker in markers.values())
