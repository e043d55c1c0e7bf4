"""Usage per day as values: how much was heard, spoken and read."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from bot.providers.deployments import MaybeDeployment
from bot.providers.ids import MaybeId
from bot.providers.lenient import Lenient, MaybeCount, MaybeDay, MaybeDecimal, MaybeText, Text, Texts
from bot.providers.tags import MaybeTagSet

Filters = Mapping[str, str | bool]
Grouping = Literal["accessor", "endpoint", "feature_set", "models", "method", "tags", "deployment"]
# The vendor contradicts itself: its specification names the grouping ``models``, its reference page ``model``.
OtherGrouping = Literal["model"]
NO_FILTERS: Mapping[str, str | bool] = MappingProxyType({})


class UsageBucket(Lenient):
    """What one day, or one group of one day, came to; what was not grouped by is None or empty.

    ``tags`` is a set: a request with two tags is in one bucket, so buckets may be added up but never per tag. ``odd``
    says that something of it could not be read.
    """

    start: MaybeDay = None
    end: MaybeDay = None
    hours: MaybeDecimal = None
    total_hours: MaybeDecimal = None
    agent_hours: MaybeDecimal = None
    tokens_in: MaybeCount = None
    tokens_out: MaybeCount = None
    tts_characters: MaybeCount = None
    tts_requests: MaybeCount = None
    requests: MaybeCount = None
    accessor: MaybeId = None
    endpoint: MaybeText = None
    feature_set: MaybeText = None
    models: Texts = ()
    method: MaybeText = None
    tags: MaybeTagSet = None
    deployment: MaybeDeployment = None
    odd: bool = False


class Usage(Lenient):
    """The buckets of a period, as its provider delimits it; ``units`` and ``amount`` are the length of a bucket."""

    start: MaybeDay = None
    end: MaybeDay = None
    units: MaybeText = None
    amount: MaybeDecimal = None
    results: tuple[UsageBucket, ...] = ()


class UsedModel(Lenient):
    """A model that was used."""

    model_id: Text
    name: Text = ""
    language: Text = ""
    version: Text = ""


class UsageFields(Lenient):
    """What occurred in a period and so can be filtered by."""

    tags: MaybeTagSet = None
    models: tuple[UsedModel, ...] = ()
    processing_methods: Texts = ()
    features: Texts = ()
    languages: Texts = ()
