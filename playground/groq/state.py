"""What the emulated Groq knows: organizations with their keys and limits, models, and what was served to whom."""

from __future__ import annotations

import secrets
import string
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playground.groq import refusals

MODELS: Mapping[str, tuple[str, int]] = {
    "openai/gpt-oss-120b": ("OpenAI", 131_072),
    "openai/gpt-oss-20b": ("OpenAI", 131_072),
    "qwen/qwen3.8-27b": ("Alibaba Cloud", 131_072),
    "groq/compound": ("Groq", 131_072),
    "whisper-large-v3": ("OpenAI", 448),
    "canopylabs/orpheus-v1-english": ("Canopy Labs", 4_000),
}
"""Each model's owner and context window, from the list of models of autumn 2026."""

SECONDS_OF: Mapping[str, float] = {"RPM": 60, "TPM": 60, "RPD": 86_400, "TPD": 86_400}
LETTERS = string.ascii_letters + string.digits


@dataclass
class Bucket:
    """One limit of one model: full at first, refilled continuously, as the reset times in Groq's headers show."""

    limit: int
    seconds: float
    left: float
    at: float

    def refill(self, now: float) -> None:
        """Bring it to this moment."""
        self.left = min(float(self.limit), self.left + (now - self.at) * self.limit / self.seconds)
        self.at = now

    def wait(self, amount: int) -> float:
        """Return after how many seconds this amount is there."""
        return max(0.0, (amount - self.left) * self.seconds / self.limit)


@dataclass
class Organization:
    """Who pays. ``limits`` are by model and metric; a metric that is not named is not limited."""

    id: str
    keys: set[str] = field(default_factory=set)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)
    blocked: bool = False
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def new_key(self) -> str:
        """Make a key, as a person does in the console."""
        key = "gsk_" + "".join(secrets.choice(LETTERS) for _ in range(52))
        self.keys.add(key)
        return key


@dataclass
class Served:
    """What was served by one key and model: calls answered with 200, and their tokens."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


class State:
    """Everything; ``now`` is monotonic seconds. Answers have ``answer_tokens``, or as many as ``max_tokens`` allows."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.organizations: list[Organization] = []
        self.served: dict[tuple[str, str], Served] = {}
        self.refused: Counter[int] = Counter()
        self.answer_tokens = 20
        self.cached_tokens = 0
        self.between_chunks = 0.0
        self.dropped = 0
        """How many streams their client left before the end."""

    def add_organization(self, limits: Mapping[str, Mapping[str, int]] | None = None) -> Organization:
        """Add an organization with limits by model and metric."""
        given = {model: dict(each) for model, each in (limits or {}).items()}
        organization = Organization("org_" + secrets.token_hex(13), limits=given)
        self.organizations.append(organization)
        return organization

    def owner(self, key: str) -> Organization:
        """Return whose key this is.

        Raises:
            Refusal: nobody's, or of an organization that is blocked.
        """
        found = next((each for each in self.organizations if key in each.keys), None)
        if found is None:
            raise refusals.invalid_key()
        if found.blocked:
            raise refusals.blocked()
        return found

    def take(self, organization: Organization, model: str, tokens: int) -> Mapping[str, str]:
        """Charge one request and its tokens, prompt and the most that it may answer; return the limit headers.

        Raises:
            Refusal: some limit does not allow it; nothing was charged.
        """
        buckets = self._buckets(organization, model)
        amounts = {metric: 1 if metric.startswith("R") else tokens for metric in buckets}
        for metric, bucket in buckets.items():
            bucket.refill(self.now())
            if amounts[metric] > bucket.limit:
                raise refusals.too_large(model, organization.id, metric, bucket.limit, amounts[metric])
        for metric, bucket in buckets.items():
            if amounts[metric] > bucket.left:
                numbers = (bucket.limit, int(bucket.limit - bucket.left), amounts[metric])
                raise refusals.limited(model, organization.id, metric, numbers, bucket.wait(amounts[metric]))
        for metric, bucket in buckets.items():
            bucket.left -= amounts[metric]
        return _headers(buckets)

    def note(self, key: str, model: str, input_tokens: int, output_tokens: int) -> None:
        """Write down what was served."""
        served = self.served.setdefault((key, model), Served())
        served.calls += 1
        served.input_tokens += input_tokens
        served.output_tokens += output_tokens
        served.cached_tokens += min(self.cached_tokens, input_tokens)

    def _buckets(self, organization: Organization, model: str) -> dict[str, Bucket]:
        found = {}
        for metric, limit in organization.limits.get(model, {}).items():
            new = Bucket(limit, SECONDS_OF[metric], float(limit), self.now())
            bucket = organization.buckets.setdefault((model, metric), new)
            bucket.limit = limit
            found[metric] = bucket
        return found


def _headers(buckets: Mapping[str, Bucket]) -> dict[str, str]:
    """Return the six headers: those of requests are always of a day, those of tokens of a minute."""
    found = {}
    for metric, name in (("RPD", "requests"), ("TPM", "tokens")):
        bucket = buckets.get(metric)
        if bucket is not None:
            found[f"x-ratelimit-limit-{name}"] = str(bucket.limit)
            found[f"x-ratelimit-remaining-{name}"] = str(int(bucket.left))
            found[f"x-ratelimit-reset-{name}"] = refusals.duration(bucket.wait(bucket.limit))
    return found
