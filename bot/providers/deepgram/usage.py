"""Usage per day: how much was heard, spoken and read. Days are UTC as far as is known; the newest may still change."""

from __future__ import annotations

from datetime import date
from typing import get_args

from bot.providers.deepgram.endpoints import Endpoints, project_path, report, told
from bot.providers.deepgram.filters import day_params, one_of, usage_params
from bot.providers.lenient import (
    is_odd,
    object_or_empty,
)
from bot.providers.usage import NO_FILTERS, Filters, Grouping, OtherGrouping, Usage, UsageBucket, UsageFields, UsedModel


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
