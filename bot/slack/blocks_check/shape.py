"""A small language to say what a JSON value must look like; every word makes a ``Check``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.slack.blocks_check.report import Report

Check = Callable[[Any, str, Report], None]


def words(most: int, least: int = 1) -> Check:
    """A string of ``least`` to ``most`` code points."""

    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add(where, f"must be a string, not {type(value).__name__}")
        elif not least <= len(value) <= most:
            report.add(where, f"has {len(value)} characters; {least} to {most} are allowed")

    return check


def number(least: float | None = None, most: float | None = None, *, whole: bool = False) -> Check:
    """A number between two bounds, both included."""
    kinds = (int,) if whole else (int, float)

    def check(value: Any, where: str, report: Report) -> None:
        if isinstance(value, bool) or not isinstance(value, kinds):
            report.add(where, "must be a whole number" if whole else "must be a number")
        elif (least is not None and value < least) or (most is not None and value > most):
            report.add(where, f"is {value}; {least} to {most} are allowed")

    return check


def flag(value: Any, where: str, report: Report) -> None:
    """Check for true or false."""
    if not isinstance(value, bool):
        report.add(where, "must be true or false")


def one_of(*allowed: str) -> Check:
    """One of these strings."""

    def check(value: Any, where: str, report: Report) -> None:
        if value not in allowed:
            report.add(where, f"must be one of {', '.join(allowed)}")

    return check


def matching(pattern: str, example: str) -> Check:
    """A string that matches the pattern from end to end."""
    compiled = re.compile(pattern)

    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            report.add(where, f"must look like {example}")

    return check


def many(item: Check, most: int, least: int = 1) -> Check:
    """A list of ``least`` to ``most`` items."""

    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add(where, "must be a list")
            return
        if not least <= len(value) <= most:
            report.add(where, f"has {len(value)} items; {least} to {most} are allowed")
        for index, each in enumerate(value):
            item(each, f"{where}[{index}]", report)

    return check


def shape(required: Mapping[str, Check], optional: Mapping[str, Check] | None = None) -> Check:
    """An object with these keys and no others."""
    known = {**required, **(optional or {})}

    def check(value: Any, where: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add(where, "must be an object")
            return
        for key in required.keys() - value.keys():
            report.add(where, f"lacks {key}")
        for key, each in value.items():
            inner = known.get(key)
            if inner is None:
                report.add(where, f"has the unknown key {key}")
            else:
                inner(each, f"{where}.{key}", report)

    return check


def by_type(kinds: Mapping[str, Check], what: str) -> Check:
    """An object whose ``type`` says which check applies."""

    def check(value: Any, where: str, report: Report) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        inner = kinds.get(kind) if isinstance(kind, str) else None
        if inner is None:
            report.add(where, f"is of type {kind!r}, which is no {what}")
        else:
            inner(value, where, report)

    return check


def both(*checks: Check) -> Check:
    """All of these checks."""

    def check(value: Any, where: str, report: Report) -> None:
        for each in checks:
            each(value, where, report)

    return check


def exactly_one(*keys: str) -> Check:
    """An object that has one of the keys and not the others."""

    def check(value: Any, where: str, report: Report) -> None:
        if isinstance(value, dict) and sum(key in value for key in keys) != 1:
            report.add(where, f"needs exactly one of {', '.join(keys)}")

    return check


def at_least_one(*keys: str) -> Check:
    """An object that has one or more of the keys."""

    def check(value: Any, where: str, report: Report) -> None:
        if isinstance(value, dict) and not any(key in value for key in keys):
            report.add(where, f"needs one of {', '.join(keys)}")

    return check


def only_on(*surfaces: str) -> Check:
    """Whatever it is, it stands on one of these surfaces."""

    def check(_value: Any, where: str, report: Report) -> None:
        if report.surface not in surfaces:
            report.add(where, f"does not stand in a {report.surface}")

    return check


def literal(text: str) -> Check:
    """This string and no other."""
    return one_of(text)
