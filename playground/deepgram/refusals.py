"""The errors of the emulated Deepgram, in the three families that the vendor documents.

Two bodies are this emulator's own choice, because no source tells them: an unknown key or member (modern
``NOT_FOUND``), and an unknown path (the bare word of a router, which nobody may take for the absence of a thing).
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from aiohttp import web


class Refusal(Exception):
    """An error answer: ``body`` is a text or a JSON object."""

    def __init__(self, status: int, body: str | dict[str, Any], retry_after: str | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = {} if retry_after is None else {"Retry-After": retry_after}

    def response(self) -> web.Response:
        """Return the answer to send."""
        if isinstance(self.body, str):
            return web.Response(status=self.status, text=self.body, headers=self.headers)
        return web.json_response(self.body, status=self.status, headers=self.headers)


def _legacy(status: int, code: str, words: str) -> Refusal:
    return Refusal(status, {"err_code": code, "err_msg": words, "request_id": str(uuid4())})


def _modern(status: int, category: str, message: str, details: str) -> Refusal:
    body = {"category": category, "message": message, "details": details, "request_id": str(uuid4())}
    return Refusal(status, body)


def invalid_credentials() -> Refusal:
    """No key, an unknown key, or one that has expired."""
    return _legacy(401, "INVALID_AUTH", "Invalid credentials.")


def lacks_permission(scope: str, family: str = "modern") -> Refusal:
    """The key's power does not include ``scope``."""
    if family == "legacy":
        return _legacy(401, "INSUFFICIENT_PERMISSIONS", "User does not have sufficient permissions.")
    details = f"Check that your account has the '{scope}' scope for this project."
    return _modern(403, "INSUFFICIENT_PERMISSIONS", "Insufficient permissions.", details)


def project_not_found() -> Refusal:
    """No such project, or not one of the caller's; the documented body has no request id."""
    return Refusal(404, {"err_code": "PROJECT_NOT_FOUND", "err_msg": "Project not found."})


def malformed_id(value: str) -> Refusal:
    """An id in the path is no UUID: plain text."""
    return Refusal(404, f"UUID parsing failed: invalid length: found {len(value)}")


def not_found(what: str) -> Refusal:
    """No such thing in a project that the caller sees."""
    return _modern(404, "NOT_FOUND", "Not found.", f"No such {what}.")


def no_such_path() -> Refusal:
    """No operation has this path."""
    return Refusal(404, "Not Found")


def invalid_json(details: str) -> Refusal:
    """The body is not what the operation takes."""
    return _modern(400, "INVALID_JSON", "Invalid JSON submitted.", details)


def bad_request(words: str) -> Refusal:
    """The request makes no sense in the present state."""
    return _legacy(400, "Bad Request", words)


def bad_query(name: str) -> Refusal:
    """A query parameter has a value that it cannot have."""
    return _legacy(400, "INVALID_QUERY_PARAMETER", f"Invalid query parameter: {name}.")


def forbidden() -> Refusal:
    """The key is too weak to make a token."""
    return _legacy(403, "FORBIDDEN", "Insufficient permissions.")


def conflict() -> Refusal:
    """Something is in the way."""
    return _modern(409, "CONFLICT", "Conflict.", "The resource is being changed by another request.")


def too_many_requests(retry_after: str | None) -> Refusal:
    """Slow down."""
    refusal = _legacy(429, "TOO_MANY_REQUESTS", "Too many requests. Please try again later.")
    return Refusal(429, refusal.body, retry_after)


def server_trouble(status: int) -> Refusal:
    """The server's own failure."""
    return _modern(status, "INTERNAL_SERVER_ERROR", "Internal server error.", "Something went wrong.")
