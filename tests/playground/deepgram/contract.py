"""Deepgram's published OpenAPI, with our corrections, as a judge of answers."""

from __future__ import annotations

import copy
import os
import re
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
OVERLAY = ROOT / "playground" / "deepgram" / "openapi_overlay.yml"
_SPEC = "urn:deepgram"


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or ("T" in value and datetime.fromisoformat(value).tzinfo is not None)


def vendor_file() -> Path:
    """Return where the vendor's specification is expected."""
    folder = os.environ.get("KEYDESK_VENDOR_DATA")
    return (Path(folder) if folder else ROOT.parent / "shared" / "data") / "deepgram-openapi.yml"


def load(path: Path) -> Any:
    """Read YAML, with the fast parser where there is one."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  both are safe loaders


def corrected(spec: Any, overlay: Any) -> Any:
    """Return the specification with all corrections."""
    spec = copy.deepcopy(spec)
    for correction in overlay["corrections"]:
        target = spec
        for name in correction["at"]:
            target = target[name]
        for name in correction.get("drop", ()):
            del target[name]
        target.update(correction["set"])
    spec["paths"].update(copy.deepcopy(overlay["undocumented_operations"]))
    for operations in spec["paths"].values():
        for operation in operations.values():
            for status in overlay["undocumented_statuses"]:
                operation["responses"].setdefault(status, operation["responses"]["400"])
    return spec


class Contract:
    """Judges values and answers by one specification."""

    def __init__(self, spec: Any) -> None:
        # jsonschema takes two seconds to import, in each process that runs tests.
        from jsonschema import Draft202012Validator, FormatChecker
        from referencing import Registry
        from referencing.jsonschema import DRAFT202012

        formats = FormatChecker(formats=())
        formats.checks("date-time", raises=ValueError)(_is_moment)
        registry: Registry[Any] = Registry().with_resource(_SPEC, DRAFT202012.create_resource(spec))
        self.spec = spec
        self._judge = partial(Draft202012Validator, registry=registry, format_checker=formats)

    def accepts(self, at: list[str], value: object) -> bool:
        """Return whether the schema at this place accepts a value."""
        return not self.complaints(at, value)

    def complaints(self, at: list[str], value: object) -> list[str]:
        """Return what the schema at this place has against a value."""
        pointer = "/".join(name.replace("~", "~0").replace("/", "~1") for name in at)
        schema = {"$ref": f"{_SPEC}#/{pointer}"}
        return [error.message for error in self._judge(schema).iter_errors(value)]

    def complaints_about_answer(self, method: str, path: str, status: int, value: object) -> list[str]:
        """Return what is wrong with an answer; an operation or status that is not described is wrong."""
        template = self._template(path)
        operation = self.spec["paths"].get(template, {}).get(method.lower())
        if operation is None or str(status) not in operation["responses"]:
            return [f"{method} {path} {status} is not described"]
        place = ["paths", template, method.lower(), "responses", str(status), "content", "application/json", "schema"]
        return self.complaints(place, value)

    def _template(self, path: str) -> str:
        fits = [one for one in self.spec["paths"] if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", one), path)]
        return min(fits, key=lambda one: one.count("{"), default="")
