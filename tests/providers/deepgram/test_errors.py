"""Every documented error family and every odd answer, against the error that a person reads."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from bot.providers.answers import Answer, Trouble
from bot.providers.deepgram.errors import complaint_of, error_of
from bot.providers.http import ProviderCall

READ = ProviderCall("GET", "/v1/projects", "to list the projects")
CHANGE = ProviderCall("DELETE", "/v1/projects/x/keys/y", "to delete the key")
PAGE = "\n<!DOCTYPE html><html><body>Just a moment…</body></html>"


def legacy(code: str, words: str = "") -> str:
    return json.dumps({"err_code": code, "err_msg": words, "request_id": "r-1"})


def modern(category: str, details: str = "") -> str:
    return json.dumps({"category": category, "message": "m", "details": details, "request_id": "r-1"})


DEFINITE: list[tuple[int, str, type[ProviderError]]] = [
    (400, modern("INVALID_JSON", "missing field `xxx` at line 7 column 1"), Refused),
    (400, legacy("Bad Request", "no"), Refused),
    (400, legacy("INVALID_QUERY_PARAMETER", "no"), Refused),
    (400, legacy("BAD_REQUEST", "Invalid credentials."), CredentialsRejected),
    (401, legacy("INVALID_AUTH", "Invalid credentials."), CredentialsRejected),
    (401, legacy("INSUFFICIENT_PERMISSIONS", "User does not have sufficient permissions."), ScopeMissing),
    (403, modern("INSUFFICIENT_PERMISSIONS", "Check that … the 'keys:write' scope for this project."), ScopeMissing),
    (403, legacy("FORBIDDEN", "no"), ScopeMissing),
    (400, "Invalid credentials.", Refused),
    (404, '{"err_code":"PROJECT_NOT_FOUND","err_msg":"Project not found."}', NotFound),
    (404, "UUID parsing failed: invalid length", NotFound),
    (404, modern("NOT_FOUND", "No such key."), NotFound),
    (402, legacy("ASR_PAYMENT_REQUIRED", "pay"), Refused),
    (409, modern("CONFLICT", "busy"), Conflict),
    (429, legacy("TOO_MANY_REQUESTS", "slow"), RateLimited),
    (413, "null", Refused),
    (422, '["what"]', Refused),
    (422, '{"details": {"nested": 1}, "err_code": 7}', Refused),
]
UNCERTAIN = [(500, "{}"), (503, ""), (502, PAGE), (404, PAGE), (403, PAGE), (408, ""), (302, ""), (599, "null")]
# What routers and gateways say of a thing or a key that only Deepgram knows of: none of it is Deepgram's own error.
FOREIGN = [
    "", "404 page not found\n", "default backend - 404", "Not Found", "null", "[]", "{}", '"UUID parsing failed"',
    '{"message":"no Route matched with those values","request_id":"r-1"}', '{"detail":"Not Found"}',
    '{"error":"Not Found","status":404}', '{"err_code":"","err_msg":"x"}', '{"err_code":"X"}', '{"category":null}',
    "Sorry: UUID parsing failed",
]  # fmt: skip


@pytest.mark.parametrize("call", [READ, CHANGE], ids=["read", "change"])
@pytest.mark.parametrize(("status", "body", "kind"), DEFINITE)
def test_a_definite_answer_means_the_same_for_reads_and_changes(
    call: ProviderCall, status: int, body: str, kind: type[ProviderError]
) -> None:
    error = error_of(call, Answer(status, body))
    assert type(error) is kind
    assert error.status == status


@pytest.mark.parametrize(("status", "body"), UNCERTAIN)
def test_trouble_on_the_way_leaves_a_change_unclear(status: int, body: str) -> None:
    assert type(error_of(CHANGE, Answer(status, body))) is Unclear
    assert type(error_of(READ, Answer(status, body))) is Unavailable


@pytest.mark.parametrize("status", [401, 403, 404])
@pytest.mark.parametrize("body", FOREIGN)
def test_only_deepgrams_own_words_say_that_something_is_absent_or_our_key_too_weak(status: int, body: str) -> None:
    assert type(error_of(CHANGE, Answer(status, body))) is Unclear
    assert type(error_of(READ, Answer(status, body))) is Unavailable


@pytest.mark.parametrize(("trouble", "kind"), [(Trouble.NOT_SENT, Unavailable), (Trouble.NO_ANSWER, Unclear)])
def test_only_a_change_that_was_sent_is_unclear(trouble: Trouble, kind: type[ProviderError]) -> None:
    assert type(error_of(CHANGE, trouble)) is kind
    assert type(error_of(READ, trouble)) is Unavailable


def test_the_missing_scope_is_named_to_the_reader() -> None:
    error = error_of(CHANGE, Answer(403, modern("INSUFFICIENT_PERMISSIONS", "has the 'members:write:kick' scope")))
    assert isinstance(error, ScopeMissing)
    assert error.scope == "members:write:kick"
    assert "members:write:kick" in error.text
    assert error.request_id == "r-1"


def test_a_rate_limit_says_when_to_come_back() -> None:
    error = error_of(READ, Answer(429, "", retry_after=1.5))
    assert isinstance(error, RateLimited)
    assert error.retry_after == 1.5


def test_details_are_quoted_without_what_looks_like_a_secret() -> None:
    secret = "0123456789abcdef" * 2 + "01234567"
    error = error_of(CHANGE, Answer(400, modern("X", f"bad {secret}\u202e\r\nhere")))
    assert secret not in error.text
    assert error.text.endswith("“bad [hidden] here”")


@given(st.integers(100, 599), st.one_of(st.text(), st.recursive(
    st.none() | st.text() | st.integers() | st.booleans(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["details", "category", "err_msg", "x"]), inner),
).map(json.dumps)))  # fmt: skip
def test_any_body_makes_a_bounded_plain_text(status: int, body: Any) -> None:
    error = error_of(CHANGE, Answer(status, body))
    assert len(error.text) < 500
    assert error.text.isprintable()


def test_a_bottomless_body_is_read_as_text() -> None:
    assert complaint_of("[" * 100_000).words.startswith("[[[")
