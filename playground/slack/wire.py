"""What everything on the wire is made of: JSON objects, identifiers and Slack's errors."""

from __future__ import annotations

import secrets
import string
from typing import Any

Json = dict[str, Any]

_ALPHABET = string.ascii_uppercase + string.digits


def new_id(prefix: str) -> str:
    """Return a fresh identifier in Slack's manner, such as ``V0A1B2C3D4E``."""
    return prefix + "0" + "".join(_ALPHABET[byte % len(_ALPHABET)] for byte in secrets.token_bytes(9))


class SlackError(Exception):
    """Slack refuses: ``code`` becomes ``error`` in the answer, ``details`` stand beside it."""

    def __init__(self, code: str, *messages: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.messages = list(messages)
        self.details = details

    def answer(self) -> Json:
        """Return the body of the Web API's answer."""
        body: Json = {"ok": False, "error": self.code, **self.details}
        if self.messages:
            body["response_metadata"] = {"messages": [f"[ERROR] {message}" for message in self.messages]}
        return body


class NotDelivered(Exception):
    """The bot did not take a payload: ``operation_timeout`` (no ack in time) or ``dispatch_failed``.

    ``final`` says that the bot wants no second attempt (`X-Slack-No-Retry: 1`).
    """

    def __init__(self, code: str, *, final: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.final = final
