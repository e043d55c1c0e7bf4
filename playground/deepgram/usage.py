"""Operations on usage: per UTC day, in all or split by one dimension, always adding up to the requests on record.

Only successful requests are counted (this emulator's choice). A filter that it does not know is ignored, as the
vendor does: a typo gives a wrong number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable
from datetime import date
from functools import partial
from typing import Any, TypeVar

from aiohttp import web

from playground.deepgram import queries, refusals
from playground.deepgram.catalogue import READER_ID
from playground.deepgram.ledger import Kind, Ledger, Wanted
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import Project, State
from playground.deepgram.workloads import TICKS_PER_HOUR, Figures, Workload

PATH = "/v1/projects/{project_id}/usage"
Group = TypeVar("Group", bound=Hashable)
FEATURES = tuple(
    """alternatives callback callback_method channels custom_intent custom_intent_mode custom_topic custom_topic_mode
    detect_entities detect_language diarize dictation encoding extra filler_words intents keyterm keywords language
    measurements multichannel numerals paragraphs profanity_filter punctuate redact replace sample_rate search
    sentiment smart_format summarize topics utt_split utterances version""".split()  # noqa: SIM905  forty names read better so
)
GROUPINGS: dict[str, Callable[[Kind], Hashable]] = {
    "accessor": lambda kind: kind.key.key_id,
    "endpoint": lambda kind: kind.workload.endpoint,
    "feature_set": lambda kind: ",".join(kind.workload.features),
    "models": lambda kind: model_ids(kind.workload),
    "method": lambda kind: kind.workload.method,
    "tags": lambda kind: tuple(sorted(kind.key.tags)),
    "deployment": lambda _: "hosted",
}


def routes(state: State, ledger: Ledger) -> list[web.RouteDef]:
    """Return the routes of usage."""
    return [
        route(state, "GET", PATH, partial(summary, ledger)),
        route(state, "GET", PATH + "/breakdown", partial(breakdown, ledger)),
        route(state, "GET", PATH + "/fields", partial(fields, ledger)),
    ]


def summary(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Return each day's usage."""
    answer, rows = _reported(ledger, ask, None)
    return answer | {"results": [_summary_row(day, figures) for (day, _), figures in rows.items()]}


def breakdown(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Return each day's usage by at most one dimension."""
    telling = ask.state.telling_of(ask.path["project_id"])
    grouping = telling.grouping(ask.query.get("grouping"))
    if grouping is not None and grouping not in GROUPINGS:
        raise refusals.bad_query("grouping")
    answer, rows = _reported(ledger, ask, grouping)
    results = [_row(day, grouping, value, figures) for (day, value), figures in rows.items()]
    return answer | {"results": telling.with_odd_rows(results)}


def fields(ledger: Ledger, ask: Ask) -> dict[str, Any]:
    """Return what occurred in the period."""
    project = ask.needs("usage:read")
    kinds = kinds_used(ledger, project, queries.period(ask, ledger, project))
    models = {kind.workload.model.model_id: kind.workload.model for kind in kinds if kind.workload.model}
    return {
        "tags": sorted({tag for kind in kinds for tag in kind.key.tags}),
        "models": [
            {"name": one.name, "language": one.languages[0], "version": one.version, "model_id": one.model_id}
            for one in models.values()
        ],
        "processing_methods": sorted({kind.workload.method for kind in kinds}),
        "features": sorted({feature for kind in kinds for feature in kind.workload.features}),
    }


def kinds_used(ledger: Ledger, project: Project, period: queries.Period) -> list[Kind]:
    """Return the kinds of successful requests of a period."""
    kinds = {kind: None for day in period.days() for kind in ledger.sums(project, day)}
    return [kind for kind in kinds if kind.outcome == "succeeded"]


def added_up(
    ledger: Ledger, project: Project, days: list[date], wanted: Wanted, group_of: Callable[[Kind], Group]
) -> dict[tuple[date, Group], Figures]:
    """Return the figures of successful requests by day and group, in the order of days."""
    rows: dict[tuple[date, Group], Figures] = defaultdict(Figures)
    for day in days:
        for kind, figures in ledger.sums(project, day).items():
            if kind.outcome == "succeeded" and wanted(kind):
                group = (day, group_of(kind))
                rows[group] = rows[group].plus(figures)
    return rows


def used(workload: Workload) -> set[str]:
    """Return which of the features that can be filtered by a request has."""
    named = {part.partition("=")[0] for part in workload.query.split("&")}
    return (named | set(workload.features)) & set(FEATURES)


def model_ids(workload: Workload) -> tuple[str, ...]:
    """Return the models that took part."""
    if workload.model:
        return (workload.model.model_id,)
    return (READER_ID,) if workload.meter == "text" else ()


def dates(period: queries.Period) -> dict[str, Any]:
    """Return how reports tell their period."""
    return {"start": f"{period.start}", "end": f"{period.end}", "resolution": {"units": "day", "amount": 1}}


def _reported(
    ledger: Ledger, ask: Ask, grouping: str | None
) -> tuple[dict[str, Any], dict[tuple[date, Hashable], Figures]]:
    project = ask.needs("usage:read")
    period = queries.period(ask, ledger, project)
    group_of = GROUPINGS[grouping] if grouping else _all
    rows = added_up(ledger, project, period.days(), _wanted(ask), group_of)
    if grouping is None:
        rows = {(day, None): rows.get((day, None), Figures()) for day in period.days()}
    return dates(period), rows


def _all(_: Kind) -> None:
    """Put everything into one group."""


def _wanted(ask: Ask) -> Wanted:
    accessor, tag, model = ask.query.get("accessor"), ask.query.get("tag"), ask.query.get("model")
    deployment = queries.choice(ask, "deployment", {"hosted", "beta", "self-hosted"})
    endpoint = queries.choice(ask, "endpoint", {"listen", "read", "speak", "agent"})
    method = queries.choice(ask, "method", {"sync", "async", "streaming"})
    flags = {name: queries.flag(ask, name) for name in FEATURES if name in ask.query}
    wished, unwished = ({name for name, value in flags.items() if value is kind} for kind in (True, False))

    def wanted(kind: Kind) -> bool:
        has = used(kind.workload)
        return (
            accessor in {None, kind.key.key_id}
            and (tag is None or tag in kind.key.tags)
            and (model is None or model in model_ids(kind.workload))
            and deployment in {None, "hosted"}
            and endpoint in {None, kind.workload.endpoint}
            and method in {None, kind.workload.method}
            and (not wished or bool(wished & has))
            and not unwished & has
        )

    return wanted


def _summary_row(day: date, figures: Figures) -> dict[str, Any]:
    return {
        "start": f"{day}",
        "end": f"{day}",
        "hours": figures.ticks / TICKS_PER_HOUR,
        "total_hours": figures.total_ticks / TICKS_PER_HOUR,
        "requests": figures.requests,
        "tokens": {"in": figures.tokens_in, "out": figures.tokens_out},
        "tts": {"characters": figures.characters, "requests": figures.speeches},
    }


def _row(day: date, grouping: str | None, value: Hashable, figures: Figures) -> dict[str, Any]:
    group: dict[str, Any] = dict.fromkeys(GROUPINGS) | {"start": f"{day}", "end": f"{day}", "models": []}
    if grouping:
        group[grouping] = list(value) if isinstance(value, tuple) else value
    return {
        "hours": figures.ticks / TICKS_PER_HOUR,
        "total_hours": figures.total_ticks / TICKS_PER_HOUR,
        "agent_hours": figures.agent_ticks / TICKS_PER_HOUR,
        "tokens_in": figures.tokens_in,
        "tokens_out": figures.tokens_out,
        "tts_characters": figures.characters,
        "requests": figures.requests,
        "grouping": group,
    }
