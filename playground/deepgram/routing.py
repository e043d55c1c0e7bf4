"""From an HTTP request to an operation: who calls, which project, what they may do there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiohttp import web
from multidict import MultiMapping

from playground.deepgram import refusals
from playground.deepgram.roles import Scopes
from playground.deepgram.state import Project, State, StoredKey

_UUID = re.compile(r"[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Ask:
    """One authenticated request; ``raw`` is its body."""

    state: State
    caller: StoredKey
    path: dict[str, str]
    query: MultiMapping[str]
    raw: bytes

    @property
    def project(self) -> Project:
        """Return the project of the path, if the caller is in it."""
        project = self.state.projects.get(self.path["project_id"].lower())
        if project is None or self.caller.account_id not in project.members:
            raise refusals.project_not_found()
        return project

    def needs(self, scope: str) -> Project:
        """Return the project of the path if the caller has this permission in it."""
        project = self.project
        if not self.has(scope):
            raise refusals.lacks_permission(scope, self.state.permission_family)
        return project

    def has(self, *scopes: str) -> bool:
        """Return whether the caller has all these permissions in the project of the path."""
        return self.power.issuperset(scopes)

    @property
    def power(self) -> Scopes:
        """Return what the caller may do in the project of the path."""
        return self.state.power(self.caller, self.project)


Operation = Callable[[Ask], dict[str, Any]]


def route(state: State, method: str, path: str, operation: Operation) -> web.RouteDef:
    """Serve an operation under a path; ids in the path must be UUIDs, whoever asks. An e-mail address is no id."""

    async def serve(request: web.Request) -> web.Response:
        raw = await request.read()
        try:
            caller = _caller(state, request.headers.get("Authorization", ""))
            ids = dict(request.match_info)
            for name, value in ids.items():
                if name != "email":
                    if _UUID.fullmatch(value) is None:
                        raise refusals.malformed_id(value)
                    ids[name] = str(UUID(value))  # with or without dashes, as the vendor's parser takes it
            return web.json_response(operation(Ask(state, caller, ids, request.query, raw)))
        except refusals.Refusal as refusal:
            return refusal.response()

    return web.route(method, path, serve)


def _caller(state: State, authorization: str) -> StoredKey:
    scheme, _, secret = authorization.partition(" ")
    key = state.key_of(secret.strip()) if scheme.lower() == "token" else None
    if key is None:
        raise refusals.invalid_credentials()
    return key
