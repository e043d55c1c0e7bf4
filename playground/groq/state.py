"""What the emulated Groq knows: organizations with their keys and limits, models, and what was served to whom."""

from __future__ import annotations

import secrets
import string
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from playground.groq import refusals
from playground.groq.catalogue import MODELS, Model
from playground.groq.limits import SECONDS_OF, Bucket, Charge, Cost, charge

LETTERS = string.ascii_letters + string.digits
KEY_LETTERS = 52


@dataclass
class Organization:
    """Who pays. ``limits`` are by model and metric; a metric that is not named is not limited.

    ``blocked``: its spend limit is reached.
    """

    id: str
    keys: set[str] = field(default_factory=set)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)
    blocked: bool = False
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    def new_key(self) -> str:
        """Make a key, as a person does in the console."""
        key = "gsk_" + "".join(secrets.choice(LETTERS) for _ in range(KEY_LETTERS))
        self.keys.add(key)
        return key


@dataclass
class Served:
    """What was served by one key and model: calls that were admitted, and what they took.

    ``broken`` of the streams did not come to their end; ``unsent_tokens`` of the output were never on their way then.
    """

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    audio_seconds: float = 0.0
    characters: int = 0
    broken: int = 0
    unsent_tokens: int = 0


@dataclass
class Manners:
    """How answers are made, for tests to set.

    Attributes:
        answer_tokens: how long an answer is, unless the caller allows less.
        cached_tokens: how many of the prompt's tokens come from the cache.
        assumed_output: what is reserved for an answer whose length nobody limits; None: as much as will be written.
        gives_back: whether what was reserved and not used is given back at the end.
        between_chunks: seconds between two chunks of a stream.
        flex_is_full: whether calls of the flex tier are refused.
        url_seconds: how long audio is that is given by its address: nothing is fetched.
        audio_seconds: how long uploaded audio is; None: what its header says, or a second for 16,000 bytes.
    """

    answer_tokens: int = 20
    cached_tokens: int = 0
    assumed_output: int | None = None
    gives_back: bool = True
    between_chunks: float = 0.0
    flex_is_full: bool = False
    url_seconds: float = 60.0
    audio_seconds: float | None = None


@dataclass(frozen=True)
class Caller:
    """Who calls."""

    key: str
    organization: Organization


class State(Manners):
    """Everything; ``now`` is monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        super().__init__()
        self.now = now
        self.models: dict[str, Model] = dict(MODELS)
        self.organizations: list[Organization] = []
        self.served: dict[tuple[str, str], Served] = {}
        self.refused: Counter[int] = Counter()
        self.dropped = 0
        """How many streams their client left before the end."""

    def add_organization(self, limits: Mapping[str, Mapping[str, int]] | None = None) -> Organization:
        """Add an organization with limits by model and metric."""
        given = {model: dict(each) for model, each in (limits or {}).items()}
        organization = Organization("org_" + secrets.token_hex(13), limits=given)
        self.organizations.append(organization)
        return organization

    def caller(self, authorization: str) -> Caller:
        """Return who calls with this header.

        Raises:
            Refusal: nobody's key, or one of an organization that is blocked.
        """
        scheme, _, key = authorization.partition(" ")
        found = next((each for each in self.organizations if key in each.keys), None)
        if scheme.casefold() != "bearer" or found is None:
            raise refusals.invalid_key()
        if found.blocked:
            raise refusals.blocked()
        return Caller(key, found)

    def charge(self, organization: Organization, model: str, cost: Cost) -> Charge:
        """Charge one request with what it may take at most.

        Raises:
            Refusal: some limit does not allow it; nothing was charged.
        """
        return charge(self._buckets(organization, model), cost, model, organization.id, self.now())

    def settle(self, charged: Charge, actual: Cost) -> None:
        """Correct a charge to what the request took, if that is this Groq's manner."""
        if self.gives_back:
            charged.settle(actual)

    def note(self, caller: Caller, model: str) -> Served:
        """Count one more call, and return where to write what it took."""
        served = self.served.setdefault((caller.key, model), Served())
        served.calls += 1
        return served

    def _buckets(self, organization: Organization, model: str) -> dict[str, Bucket]:
        found = {}
        for metric, limit in organization.limits.get(model, {}).items():
            new = Bucket(limit, SECONDS_OF[metric], float(limit), self.now())
            bucket = organization.buckets.setdefault((model, metric), new)
            bucket.limit = limit
            found[metric] = bucket
        return found
