"""Routes for people and tests: what to answer, what to do wrong, and what was served. Groq has nothing of this.

``GET /control`` tells everything. ``PATCH /control/manners`` sets fields of `Manners`; ``POST`` and ``DELETE
/control/faults`` cause and end faults. ``POST /control/organizations {"limits": …}`` adds one with a key; below its id
are ``PATCH`` (``blocked``, ``limits``), ``POST …/keys`` and ``DELETE …/keys/{key}``. ``DELETE /control/models/{model}``
retires a model.
"""

from __future__ import annotations

from dataclasses import asdict, fields
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from playground.groq.faults import Fault, Faults
from playground.groq.limits import SECONDS_OF
from playground.groq.state import Manners, Organization, State

CONTROL = "/control"
_FAULT = TypeAdapter(Fault)
_MANNERS = TypeAdapter(Manners)


class Change(BaseModel):
    """What to change of an organization; ``limits``, by model and metric, replace all that were there."""

    model_config = ConfigDict(extra="forbid")
    blocked: bool | None = None
    limits: dict[str, dict[str, int]] | None = None

    def apply(self, organization: Organization) -> None:
        """Change it; ``ValueError`` for a metric that is none."""
        unknown = {metric for each in (self.limits or {}).values() for metric in each} - set(SECONDS_OF)
        if unknown:
            raise ValueError(f"no such metric: {sorted(unknown)}")
        if self.limits is not None:
            organization.limits = self.limits
        if self.blocked is not None:
            organization.blocked = self.blocked


class Control:
    """The routes by name."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    async def show(self, _: web.Request) -> web.Response:
        """Tell everything."""
        return web.json_response(_told(self._state, self._faults))

    async def set_manners(self, request: web.Request) -> web.Response:
        """Set how answers are made."""
        now = {field.name: getattr(self._state, field.name) for field in fields(Manners)}
        wished = await request.json()
        if unknown := set(wished) - set(now):
            raise ValueError(f"no such manner: {sorted(unknown)}")
        for name, value in asdict(_MANNERS.validate_python(now | wished)).items():
            setattr(self._state, name, value)
        return await self.show(request)

    async def add_fault(self, request: web.Request) -> web.Response:
        """Do something wrong from now on."""
        self._faults.add(_FAULT.validate_json(await request.read()))
        return await self.show(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Do nothing wrong any more."""
        self._faults.clear()
        return await self.show(request)

    async def add_organization(self, request: web.Request) -> web.Response:
        """Add an organization, and tell its first key."""
        change = Change.model_validate_json(await request.read() or b"{}")
        organization = Organization("")
        change.apply(organization)
        organization = self._state.add_organization(organization.limits)
        change.apply(organization)
        return web.json_response({"id": organization.id, "key": organization.new_key()})

    async def change_organization(self, request: web.Request) -> web.Response:
        """Block it, or set its limits."""
        Change.model_validate_json(await request.read()).apply(self._organization(request))
        return await self.show(request)

    async def add_key(self, request: web.Request) -> web.Response:
        """Make one more key."""
        return web.json_response({"key": self._organization(request).new_key()})

    async def revoke_key(self, request: web.Request) -> web.Response:
        """Let a key open nothing any more."""
        self._organization(request).keys.discard(request.match_info["key"])
        return await self.show(request)

    async def retire_model(self, request: web.Request) -> web.Response:
        """Take a model away."""
        self._state.models.pop(request.match_info["model"], None)
        return await self.show(request)

    def _organization(self, request: web.Request) -> Organization:
        wanted = request.match_info["organization"]
        found = next((each for each in self._state.organizations if each.id == wanted), None)
        if found is None:
            raise ValueError(f"no such organization: {wanted}")
        return found


def routes(state: State, faults: Faults) -> list[web.RouteDef]:
    """Return the control routes."""
    control = Control(state, faults)
    one = f"{CONTROL}/organizations/{{organization}}"
    return [
        web.get(CONTROL, control.show),
        web.patch(f"{CONTROL}/manners", _judged(control.set_manners)),
        web.post(f"{CONTROL}/faults", _judged(control.add_fault)),
        web.delete(f"{CONTROL}/faults", control.clear_faults),
        web.post(f"{CONTROL}/organizations", _judged(control.add_organization)),
        web.patch(one, _judged(control.change_organization)),
        web.post(f"{one}/keys", _judged(control.add_key)),
        web.delete(f"{one}/keys/{{key}}", _judged(control.revoke_key)),
        web.delete(f"{CONTROL}/models/{{model:.+}}", control.retire_model),
    ]


def _judged(handler: Handler) -> Handler:
    """Answer 400 to what a handler cannot take."""

    async def judged(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ValidationError as error:
            return web.json_response({"error": error.errors(include_url=False, include_context=False)}, status=400)
        except (ValueError, TypeError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return judged


def _told(state: State, faults: Faults) -> dict[str, Any]:
    organizations = [
        {"id": each.id, "keys": sorted(each.keys), "limits": each.limits, "blocked": each.blocked}
        for each in state.organizations
    ]
    served = [{"key": key, "model": model, **asdict(each)} for (key, model), each in state.served.items()]
    return {
        "organizations": organizations,
        "served": served,
        "refused": dict(state.refused),
        "dropped": state.dropped,
        "manners": {field.name: getattr(state, field.name) for field in fields(Manners)},
        "faults": [_FAULT.dump_python(fault, mode="json") for fault in faults.active],
        "models": list(state.models),
    }
