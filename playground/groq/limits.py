"""Limits that bite: for each organization, model and metric a bucket that refills continuously.

So do the reset times in Groq's headers show it: one request of 1,000 a day comes back after 1m26.4s. That what was
reserved and not used is given back, and that a surplus is charged, is this emulator's choice; no source tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.groq import refusals
from playground.groq.refusals import duration

SECONDS_OF: Mapping[str, float] = {
    "RPM": 60,
    "RPD": 86_400,
    "TPM": 60,
    "TPD": 86_400,
    "ITPM": 60,
    "OTPM": 60,
    "ASH": 3_600,
    "ASD": 86_400,
}
"""How long the window of each metric is."""

_HAIR = 1e-6  # what arithmetic of floats may be off by


@dataclass(frozen=True)
class Cost:
    """What one request takes from the limits; cached tokens are in none of these (Groq's page of prompt caching)."""

    input_tokens: int = 0
    output_tokens: int = 0
    audio_seconds: int = 0

    def amount(self, metric: str) -> int:
        """Return what it takes of one metric."""
        if metric in {"RPM", "RPD"}:
            return 1
        if metric in {"ASH", "ASD"}:
            return self.audio_seconds
        both = self.input_tokens + self.output_tokens
        return {"ITPM": self.input_tokens, "OTPM": self.output_tokens}.get(metric, both)


@dataclass
class Bucket:
    """One limit: full at first; ``at`` is the moment, in monotonic seconds, at which ``left`` was true."""

    limit: int
    seconds: float
    left: float
    at: float

    def refill(self, now: float) -> None:
        """Bring it to this moment."""
        self.left = min(float(self.limit), self.left + max(0.0, now - self.at) * self.limit / self.seconds)
        self.at = now

    def has(self, amount: int) -> bool:
        """Return whether this amount is there."""
        return amount <= self.left + _HAIR

    def wait(self, amount: int) -> float:
        """Return after how many seconds this amount is there."""
        return max(0.0, (amount - self.left) * self.seconds / self.limit) if self.limit else 0.0


Buckets = Mapping[str, Bucket]


@dataclass
class Charge:
    """What was taken from the buckets of one model for one request."""

    buckets: Buckets
    cost: Cost

    def settle(self, actual: Cost) -> None:
        """Correct it to what the request really took; a surplus may leave less than nothing."""
        for metric, bucket in self.buckets.items():
            bucket.left += self.cost.amount(metric) - actual.amount(metric)
        self.cost = actual

    def headers(self) -> dict[str, str]:
        """Return the limit headers of an answer."""
        return limit_headers(self.buckets)


def charge(buckets: Buckets, cost: Cost, model: str, organization: str, now: float) -> Charge:
    """Take what a request costs at most, from all buckets or from none.

    Raises:
        Refusal: 413 where it can never fit, 429 where it does not fit now.
    """
    for metric, bucket in buckets.items():
        bucket.refill(now)
        if cost.amount(metric) > bucket.limit:
            raise refusals.too_large(model, organization, metric, bucket.limit, cost.amount(metric))
    for metric, bucket in buckets.items():
        amount = cost.amount(metric)
        if not bucket.has(amount):
            numbers = (bucket.limit, min(bucket.limit, int(bucket.limit - bucket.left + _HAIR)), amount)
            refused = refusals.limited(model, organization, metric, numbers, bucket.wait(amount))
            refused.headers.update(_told_beside(metric, buckets))
            raise refused
    for metric, bucket in buckets.items():
        bucket.left -= cost.amount(metric)
    return Charge(buckets, cost)


def limit_headers(buckets: Buckets) -> dict[str, str]:
    """Return the six headers: those of requests are always of a day, those of tokens of a minute."""
    found = {}
    for metric, name in (("RPD", "requests"), ("TPM", "tokens")):
        bucket = buckets.get(metric)
        if bucket is not None:
            found[f"x-ratelimit-limit-{name}"] = str(bucket.limit)
            found[f"x-ratelimit-remaining-{name}"] = str(max(0, int(bucket.left + _HAIR)))
            found[f"x-ratelimit-reset-{name}"] = duration(bucket.wait(bucket.limit))
    return found


def _told_beside(metric: str, buckets: Buckets) -> dict[str, str]:
    """Return the headers of a 429: those of tokens were absent where requests were too many (reported in 2026)."""
    if metric.startswith("R"):
        buckets = {name: bucket for name, bucket in buckets.items() if name != "TPM"}
    return limit_headers(buckets)
