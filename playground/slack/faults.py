"""Faults on demand for the emulated Web API and the addresses it gives (`POST /faults`)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Literal, get_args

from playground.slack.wire import Json

GIVEN = frozenset({"response_url", "upload_url"})
"""Addresses that Slack gives: no methods, so a fault of every method (`*`) does not strike them."""

FaultKind = Literal["ratelimited", "http_500", "timeout_before", "timeout_after", "slow", "error"]


@dataclass
class Fault:
    """One fault of one method, or of `response_url` or `upload_url`.

    `error` answers with any code, as JSON with ``status`` (Slack refuses with 200, its hooks with 4xx too); without a
    code the status is all there is. `ratelimited` says to wait ``seconds``, or ``retry_after`` in these very words ("":
    not at all), in the header, or in the body with a ``status`` of 200.
    `slow` answers after `seconds` and takes effect then, even when the client gave up; `timeout_before` does
    nothing and drops the connection after `seconds`; `timeout_after` takes effect first, then drops it. Without
    `times` it strikes until cleared.
    """

    method: str
    kind: FaultKind
    error: str = "internal_error"
    seconds: float = 1.0
    times: int | None = 1
    status: int | None = None
    retry_after: str | None = None


FIELDS = tuple(each.name for each in fields(Fault))


@dataclass
class Faults:
    """What shall go wrong next."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, given: Json) -> Fault:
        """Add a fault as JSON describes it; ``ValueError`` when it makes no sense."""
        if given.get("kind") not in get_args(FaultKind) or not given.get("method"):
            raise ValueError(f"a fault needs a method and a kind of {', '.join(get_args(FaultKind))}")
        known = {name: given[name] for name in FIELDS if name in given}
        fault = Fault(**known)
        self.waiting.append(fault)
        return fault

    def take(self, method: str) -> Fault | None:
        """Return the fault that strikes this call, and count it."""
        struck = {method} if method in GIVEN else {method, "*"}
        fault = next((one for one in self.waiting if one.method in struck), None)
        if fault and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.waiting.remove(fault)
        return fault

    def clear(self) -> None:
        """Let everything work again."""
        self.waiting.clear()
