"""Operations on models: the same ones for everybody and for each project."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.catalogue import BY_ID, MODELS
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import State

PUBLIC = "/v1/models"
OF_PROJECT = "/v1/projects/{project_id}/models"


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes of models."""
    return [
        route(state, "GET", PUBLIC, list_models),
        route(state, "GET", PUBLIC + "/{model_id}", get_model),
        route(state, "GET", OF_PROJECT, list_project_models),
        route(state, "GET", OF_PROJECT + "/{model_id}", get_project_model),
    ]


def list_models(ask: Ask) -> dict[str, Any]:
    """List the latest versions, or all of them."""
    flag = ask.query.get("include_outdated", "false")
    if flag not in {"true", "false"}:
        raise refusals.bad_query("include_outdated")
    shown = [model for model in MODELS if flag == "true" or not model.outdated]
    return {kind: [model.described() for model in shown if model.kind == kind] for kind in ("stt", "tts")}


def get_model(ask: Ask) -> dict[str, Any]:
    """Describe one version."""
    model = BY_ID.get(ask.path["model_id"].lower())
    if model is None:
        raise refusals.not_found("model")
    return model.described()


def list_project_models(ask: Ask) -> dict[str, Any]:
    """List a project's models."""
    ask.needs("project:read")
    return list_models(ask)


def get_project_model(ask: Ask) -> dict[str, Any]:
    """Describe one of a project's models."""
    ask.needs("project:read")
    return get_model(ask)
