"""Every error of Deepgram, mapped once.

Three families are documented: plain text, legacy ``{err_code, err_msg, request_id}`` and modern
``{category, message, details, request_id}``; the same code comes with different statuses (401 and 403), so the
code decides before the status does. A page of markup is some gateway's, whatever its status. That something is not
there, or that our key is no good or too weak, is believed in Deepgram's own words alone: routers and gateways answer
401, 403 and 404 too, in a bare word, with nothing, or with JSON of their own, and know neither keys nor projects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.bodies import beginning_parsed, plain
from bot.errors import (
    Conflict,
    CredentialsRejected,
    NotFound,
    ProviderError,
    RateLimited,
    Refused,
    ScopeMissing,
    Unavailable,
    Unclear,
)
from bot.providers.answers import VAGUE, Answer, Outcome, Trouble, is_error
from bot.providers.http import ProviderCall
from bot.providers.lenient import object_or_empty, text_or_none
from bot.providers.words import is_markup, quotable

SMALLER = "Choose a shorter period or fewer groups where you can."
LONGEST_ERROR = 10_000
MALFORMED_ID = "UUID parsing failed"  # the one 404 in plain text that is documented
_SCOPE = re.compile(r"'([a-z][a-z-]*(?::[a-z-]+)+)'")


@dataclass(frozen=True)
class Complaint:
    """What an error body says, whichever family it is of."""

    code: str
    words: str
    request_id: str | None = None


def complaint_of(text: str) -> Complaint:
    """Read an error body of any family."""
    value = beginning_parsed(text)
    if isinstance(value, str):
        return Complaint("", quotable(value))
    if value is None:
        return Complaint("", "" if is_markup(text) or text.strip() == "null" else quotable(plain(text)))
    body = {name: text_or_none(item) or "" for name, item in object_or_empty(value).items()}
    words = next((body[name] for name in ("details", "message", "err_msg", "error") if body.get(name)), "")
    code = body.get("category") or body.get("err_code") or ""
    return Complaint(code, quotable(words), quotable(body.get("request_id", "")) or None)


def error_of(call: ProviderCall, outcome: Outcome) -> ProviderError:
    """Return the error that stands for this outcome of this call."""
    if outcome is Trouble.NOT_SENT:
        return Unavailable(f"Deepgram could not be reached {_trying(call)}. Nothing changed; try again shortly.")
    if outcome is Trouble.TOO_LARGE and call.is_read:
        return Unavailable(f"Deepgram answered with more than Keydesk reads {_trying(call)}. {SMALLER}")
    if not isinstance(outcome, Answer) or _says_nothing(outcome):
        return _uncertain(call, outcome)
    return _definite(call, outcome, complaint_of(outcome.text))


def _says_nothing(answer: Answer) -> bool:
    vague = answer.status < 400 or answer.status in VAGUE or answer.status >= 500 or is_markup(answer.text)
    return vague or (answer.status in {401, 403, 404} and not _is_deepgrams_own(answer.text))


def _is_deepgrams_own(text: str) -> bool:
    """Tell whether an error is of one of Deepgram's families: a code and its words in an object, or its plain text."""
    said = object_or_empty(beginning_parsed(text))
    legacy, modern = ("err_code", "err_msg"), ("category", "message")
    return text.startswith(MALFORMED_ID) or any(
        all(isinstance(said.get(name), str) and said[name] for name in family) for family in (legacy, modern)
    )


def _uncertain(call: ProviderCall, outcome: Outcome) -> ProviderError:
    status = outcome.status if isinstance(outcome, Answer) else None
    how = f"had trouble of its own (status {status})" if (status or 0) >= 400 else "did not give a usable answer"
    if call.is_read:
        return Unavailable(f"Deepgram {how} {_trying(call)}. Try again in a minute.", status=status)
    text = (
        f"Deepgram {how} {_trying(call)}, so it may or may not have happened. "
        "Check before you repeat it; Keydesk looks again by itself where it can."
    )
    return Unclear(f"{text} {_quote(_error_within(outcome))}".strip(), status=status)


def _error_within(outcome: Outcome) -> Complaint:
    """Return the error that stands in an answer which its status calls a success."""
    if not isinstance(outcome, Answer) or not outcome.is_success or len(outcome.text) > LONGEST_ERROR:
        return Complaint("", "")
    said = object_or_empty(beginning_parsed(outcome.text))
    return complaint_of(outcome.text) if is_error(said) else Complaint("", "")


def _definite(call: ProviderCall, answer: Answer, complaint: Complaint) -> ProviderError:
    status, request_id = answer.status, complaint.request_id
    if _is_bad_credential(answer, complaint):
        text = f"Deepgram refused {call.doing}: it does not accept Keydesk's API key. An owner needs to replace it."
        return CredentialsRejected(text, status=status, request_id=request_id)
    if status in {401, 403}:
        return _scope_missing(call, answer, complaint)
    if status == 404:
        text = f"Deepgram refused {call.doing}: it does not know this, or Keydesk may not see it. Look again."
        return NotFound(text, status=status, request_id=request_id)
    if status == 429:
        text = f"Deepgram refused {call.doing}: Keydesk asks too often. Try again in a minute."
        return RateLimited(text, retry_after=answer.retry_after, request_id=request_id)
    if status == 409:
        text = f"Deepgram refused {call.doing}: it conflicts with something there. {_quote(complaint)}"
        return Conflict(text.strip(), status=status, request_id=request_id)
    text = f"Deepgram refused {call.doing}. {_quote(complaint)}"
    return Refused(text.strip(), status=status, request_id=request_id)


def _is_bad_credential(answer: Answer, complaint: Complaint) -> bool:
    if complaint.code in {"INSUFFICIENT_PERMISSIONS", "FORBIDDEN"}:
        return False
    # One report has a 400 BAD_REQUEST with these words.
    told = bool(complaint.code) and complaint.words == "Invalid credentials."
    return answer.status == 401 or complaint.code == "INVALID_AUTH" or told


def _scope_missing(call: ProviderCall, answer: Answer, complaint: Complaint) -> ScopeMissing:
    found = _SCOPE.search(complaint.words)
    scope = found[1] if found else None
    what = f"the permission {scope}" if scope else "a permission"
    text = f"Deepgram refused {call.doing}: Keydesk's key lacks {what}. Ask an owner of the Deepgram project for it."
    if scope is None:
        text = f"{text} {_quote(complaint)}".strip()
    return ScopeMissing(text, scope=scope, status=answer.status, request_id=complaint.request_id)


def _quote(complaint: Complaint) -> str:
    return f"Deepgram says: “{complaint.words}”" if complaint.words else ""


def _trying(call: ProviderCall) -> str:
    return f"while trying {call.doing}"
