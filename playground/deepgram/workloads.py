"""What keys are used for: kinds of requests, and what each request amounts to.

Everything is counted in whole numbers, so that parts add up to their whole: audio in ticks of 0.36 seconds (a
ten-thousandth of an hour), money in hundred-thousandths of a dollar (the smallest step in published live records).
Prices are made up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from playground.deepgram.catalogue import LATEST, Model

SECONDS_PER_TICK = 0.36
TICKS_PER_HOUR = 10_000
COST_PER_DOLLAR = 100_000
Meter = Literal["audio", "text", "characters", "agent", "none"]


class Figures(NamedTuple):
    """Whole numbers that can be added up."""

    requests: int = 0
    ticks: int = 0
    total_ticks: int = 0
    agent_ticks: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    characters: int = 0
    speeches: int = 0
    cost: int = 0

    def plus(self, other: Figures) -> Figures:
        """Return the sum."""
        return Figures(*map(int.__add__, self, other))


def sum_of(figures: Iterable[Figures]) -> Figures:
    """Return the sum of one or more."""
    return Figures(*map(sum, zip(*figures, strict=True)))


@dataclass(frozen=True, eq=False)
class Workload:
    """One kind of request; ``most`` and ``price`` are per request and per 100 units of its meter."""

    number: int
    path: str
    method: Literal["sync", "async", "streaming"]
    meter: Meter
    most: int
    price: int
    line_item: str
    line_name: str
    model: Model | None = None
    query: str = ""
    features: tuple[str, ...] = ()
    channels: int = 1
    calls_back: bool = False

    @property
    def endpoint(self) -> str:
        """Return the part of the API: "listen", "read", "speak" or "agent"."""
        return self.path.split("/")[2]

    def figures(self, size: int, *, priced: bool = True) -> Figures:
        """Return what a successful request of a size (0 to 2^24) comes to."""
        amount = 1 + (self.most * size * size >> 48)
        cost = 1 + amount * self.price // 100 if priced else 0
        if self.meter == "audio":
            return Figures(1, amount, amount * self.channels, cost=cost)
        if self.meter == "agent":
            return Figures(1, agent_ticks=amount, tokens_in=amount * 9, tokens_out=amount * 2, cost=cost)
        if self.meter == "text":
            return Figures(1, tokens_in=amount, tokens_out=1 + amount // 7, cost=cost)
        if self.meter == "characters":
            return Figures(1, characters=amount, speeches=1, cost=cost)
        return Figures(1)


_HOOK = "callback=https%3A%2F%2Fhooks.alder-finch.example%2Fin%3Ftoken%3Dnot-a-real-one"
WORKLOADS = (
    Workload(
        0, "/v1/listen", "sync", "audio", 3_000, 446, "batch::nova-3", "Nova - 3 (Batch)", LATEST["nova-3-general"],
        "model=nova-3&smart_format=true&language=en", ("punctuate", "smart_format"),
    ),
    Workload(
        1, "/v1/listen", "streaming", "audio", 9_000, 288, "streaming::nova-3", "Nova - 3 (Stream)",
        LATEST["nova-3-general"], "model=nova-3&language=multi&diarize=true&encoding=linear16&sample_rate=16000",
        ("diarize", "punctuate"), channels=2,
    ),
    Workload(
        2, "/v1/listen", "async", "audio", 20_000, 258, "batch::nova-2", "Nova - 2 (Batch)",
        LATEST["nova-2-phonecall"], f"{_HOOK}&model=nova-2-phonecall&redact=pci&keywords=Finch%3A2",
        ("keywords", "redact"), calls_back=True,
    ),
    Workload(
        3, "/v2/listen", "streaming", "none", 0, 0, "streaming::flux", "Flux (Stream)", None,
        "model=flux-general-en&encoding=linear16&sample_rate=16000",
    ),
    Workload(
        4, "/v1/read", "sync", "text", 4_000, 3, "read::sentiment", "Sentiment", None,
        "sentiment=true&summarize=true&language=en", ("sentiment", "summarize"),
    ),
    Workload(
        5, "/v1/speak", "sync", "characters", 1_200, 300, "speak::aura-2", "Aura - 2 (Speak)",
        LATEST["aura-2-thalia"], "model=aura-2-thalia-en&encoding=linear16&sample_rate=16000",
    ),
    Workload(6, "/v1/agent/converse", "streaming", "agent", 6_000, 480, "agent::standard", "Voice Agent (Standard)"),
)  # fmt: skip
_USES = ((0, 0, 1), (1, 1, 3), (2, 0), (4, 0), (5, 6, 1), (6, 5), (1,), (0, 2, 4, 5))


@cache
def uses(key_id: str) -> tuple[Workload, ...]:
    """Return what a key is used for, the same for ever; what stands there twice is done twice as often."""
    return tuple(WORKLOADS[number] for number in _USES[digest(key_id) % len(_USES)])


def digest(*parts: object) -> int:
    """Return a number of 128 bits that these parts always give, and others hardly ever."""
    text = "/".join(map(str, parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")
