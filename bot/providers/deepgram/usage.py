"""Usage per day: how much was heard, spoken and read. Days are UTC as far as is known; the newest may still change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal, get_args

from bot.providers.deepgram.deployments import MaybeDeployment
from bot.providers.deepgram.endpoints import Endpoints, project_path, report, told
from bot.providers.deepgram.filters import Filters, day_params, one_of, usage_params
from bot.providers.deepgram.ids import MaybeId
from bot.providers.deepgram.tags import MaybeTagSet
from bot.providers.lenient import (
    Lenient,
    MaybeCount,
    MaybeDay,
    MaybeDecimal,
    MaybeText,
    Text,
    Texts,
    is_odd,
    object_or_empty,
)

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
    """The buckets of a period, as Deepgram delimits it; ``units`` and ``amount`` are the length of a bucket."""

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


class UsageReports(Endpoints):
    """The endpoints under ``/v1/projects/{project_id}/usage``."""

    async def usage(
        self, project_id: str, *, start: date | None = None, end: date | None = None, filters: Filters = NO_FILTERS
    ) -> Usage:
        """Return the summary; Deepgram itself recommends the breakdown instead.

        Raises:
            NotUnderstood: a filter is unknown (Deepgram would ignore it), or the period ends before it starts.
        """
        params = usage_params(start, end, filters)
        return await usage_of(
            await self._transport.read(f"{project_path(project_id)}/usage", "to read the usage", params=params)
        )

    async def usage_breakdown(
        self,
        project_id: str,
        grouping: Grouping | OtherGrouping | None = None,
        *,
        start: date | None = None,
        end: date | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Usage:
        """Return the usage per day, split by at most one dimension.

        Raises:
            NotUnderstood: a filter or the grouping is unknown, or the period ends before it starts.
        """
        params = usage_params(start, end, filters)
        if grouping is not None:
            params["grouping"] = one_of(grouping, (*get_args(Grouping), *get_args(OtherGrouping)), "grouping")
        path = f"{project_path(project_id)}/usage/breakdown"
        return await usage_of(await self._transport.read(path, "to read the usage", params=params))

    async def usage_fields(self, project_id: str, *, start: date | None = None, end: date | None = None) -> UsageFields:
        """Return the tags, models, methods and features that occurred in a period.

        Raises:
            NotUnderstood: the period ends before it starts.
        """
        path = f"{project_path(project_id)}/usage/fields"
        read = await self._transport.read(path, "to read what was used", params=day_params(start, end))
        body = told(read, UsageFields.model_fields, "what was used")
        models = body.get("models")
        used = [_used_model_of(entry) for entry in (models if isinstance(models, list) else [])]
        return UsageFields.model_validate(body | {"models": tuple(model for model in used if model)})


async def usage_of(body: dict[str, object]) -> Usage:
    """Read a summary or a breakdown.

    Raises:
        Unavailable: it has no list of results; that is not the same as no usage.
    """
    return Usage.model_validate(await report(body, bucket_of))


def bucket_of(value: object) -> UsageBucket:
    """Read one result: flat with a ``grouping`` (breakdown), or with ``tokens`` and ``tts`` (summary)."""
    body = object_or_empty(value)
    tokens, tts = object_or_empty(body.get("tokens")), object_or_empty(body.get("tts"))
    nested = {
        "tokens_in": tokens.get("in"),
        "tokens_out": tokens.get("out"),
        "tts_characters": tts.get("characters"),
        "tts_requests": tts.get("requests"),
    }
    told = nested | body | object_or_empty(body.get("grouping"))
    if told.get("models") is None and isinstance(told.get("model"), str):
        told["models"] = [told["model"]]
    bucket = UsageBucket.model_validate(told | {"odd": False})
    return bucket.model_copy(update={"odd": True}) if is_odd(told, bucket) else bucket


def _used_model_of(value: object) -> UsedModel | None:
    model = UsedModel.model_validate({"model_id": None} | object_or_empty(value))
    return model if model.model_id else None
