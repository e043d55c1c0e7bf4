"""`/api/<method>`: from a request to an answer, in the order in which Slack refuses."""

from __future__ import annotations

import json

from aiohttp import web

from playground.slack import faulty
from playground.slack.emulation import Emulation
from playground.slack.faults import Fault
from playground.slack.web_api import auth, chat, conversations, files, people, views
from playground.slack.web_api.call import Call, Method
from playground.slack.web_api.rules import RULES, Rule
from playground.slack.wire import Json, SlackError

METHODS: dict[str, Method] = (
    auth.METHODS | chat.METHODS | conversations.METHODS | files.METHODS | people.METHODS | views.METHODS
)


def api_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return the Web API for GET and POST, with arguments in the query, a form or JSON."""

    async def answer(request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        fault = emulation.faults.take(method)
        if fault is None:
            return _answer(emulation, method, arguments)
        return await _answer_with_fault(emulation, method, arguments, fault, request)

    return [web.get("/api/{method}", answer), web.post("/api/{method}", answer)]


def _answer(emulation: Emulation, method: str, arguments: Json) -> web.Response:
    try:
        body = {"ok": True, **_run(emulation, method, arguments)}
    except SlackError as refusal:
        body = refusal.answer()
    emulation.record.call(method, arguments, body)
    wait = body.pop("retry_after", 0)
    return _too_many(wait) if wait else _json(emulation, method, body)


def _run(emulation: Emulation, method: str, arguments: Json) -> Json:
    rule, call = _rule(method), Call(emulation, arguments)
    _check_token(emulation, arguments, rule)
    limits = emulation.rate_limits
    wait = limits.wait_for(method, rule.tier)
    if method == "chat.postMessage" and not wait:
        wait = limits.wait_for_channel(call.text("channel"))
    if wait:
        raise SlackError("ratelimited", retry_after=wait)
    call.require_scope(*rule.scopes)
    return METHODS[method](call)


def _rule(method: str) -> Rule:
    if method not in METHODS:
        raise SlackError("unknown_method", req_method=method)
    return RULES[method]


def _check_token(emulation: Emulation, arguments: Json, rule: Rule) -> None:
    token = arguments.get("token")
    if not rule.needs_token:
        return
    if not token:
        raise SlackError("not_authed")
    if token not in (emulation.tokens.bot, emulation.tokens.app):
        raise SlackError("invalid_auth")
    if rule.app_token != (token == emulation.tokens.app):
        raise SlackError("not_allowed_token_type")


async def _answer_with_fault(
    emulation: Emulation, method: str, arguments: Json, fault: Fault, request: web.Request
) -> web.StreamResponse:
    if fault.kind not in faulty.WORKING:
        emulation.record.call(method, arguments, faulty.told(fault))
    return await faulty.answer(fault, request, lambda: _answer(emulation, method, arguments))


def _too_many(seconds: int) -> web.Response:
    return faulty.too_many(str(seconds))


def _json(emulation: Emulation, method: str, body: Json) -> web.Response:
    rule = RULES.get(method)
    headers = {
        "X-OAuth-Scopes": ",".join(sorted(emulation.manifest.bot_scopes)),
        "X-Accepted-OAuth-Scopes": ",".join(rule.scopes if rule else ()),
    }
    return web.json_response(body, headers=headers)


async def _arguments(request: web.Request) -> Json:
    arguments: Json = dict(request.query)
    if request.method == "POST":
        arguments |= await _body(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        arguments["token"] = token
    return arguments


async def _body(request: web.Request) -> Json:
    if request.content_type != "application/json":
        return dict(await request.post())
    try:
        body = json.loads(await request.text() or "{}")
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
