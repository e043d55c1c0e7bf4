"""Operations on projects."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.bodies import json_object, text
from playground.deepgram.members import is_only_owner
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import State

PATH = "/v1/projects"
ONE = "/v1/projects/{project_id}"


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes of projects."""
    return [
        route(state, "GET", PATH, list_projects),
        route(state, "GET", ONE, get_project),
        route(state, "PATCH", ONE, rename_project),
        route(state, "DELETE", ONE, delete_project),
        route(state, "DELETE", f"{ONE}/leave", leave_project),
    ]


def list_projects(ask: Ask) -> dict[str, Any]:
    """List the projects that the caller's account is in."""
    mine = [project for project in ask.state.projects.values() if ask.caller.account_id in project.members]
    return {"projects": [{"project_id": project.project_id, "name": project.name} for project in mine]}


def get_project(ask: Ask) -> dict[str, Any]:
    """Describe one project."""
    project = ask.needs("project:read")
    return {"project_id": project.project_id, "name": project.name, "mip_opt_out": project.mip_opt_out}


def rename_project(ask: Ask) -> dict[str, Any]:
    """Change a project's name."""
    project = ask.needs("project:write")
    project.name = text(json_object(ask.raw), "name")
    return {"message": "Successfully updated project info."}


def delete_project(ask: Ask) -> dict[str, Any]:
    """Delete a project: owners only."""
    ask.state.end_project(ask.needs("project:write:destroy"))
    return {"message": "Successfully deleted project."}


def leave_project(ask: Ask) -> dict[str, Any]:
    """Take the caller's account out of the project, and its keys with it; refused for the only owner."""
    project, account_id = ask.needs("project:write"), ask.caller.account_id
    if is_only_owner(project, account_id):
        raise refusals.bad_request("The only owner cannot leave the project.")
    ask.state.remove_member(project, account_id)
    return {"message": "Successfully removed account from project."}
