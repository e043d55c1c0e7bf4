"""The table of codes against the methods that Keydesk calls, and against what a person can read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.codes.sentences import Meaning
from bot.slack.codes.table import METHODS
from bot.slack.codes.verdict import TRIES, judge, unanswered
from tests.slack.codes.listing import DONE, codes_of

BOT = Path(__file__).parents[3] / "bot"
# What takes a method, or an address, by its name.
BY_NAME = {"read", "write", "_call", "_once", "_post", "_say", "_show"}
METHOD = re.compile(r"[a-z]+\.[A-Za-z.]+|response_url|upload_url")

PAIRS = [(method, code) for method in METHODS for code in codes_of(method)]


def called() -> set[str]:
    """Find in the source every method that is called."""
    return {method for path in BOT.rglob("*.py") for method in _called_in(ast.parse(path.read_text()))}


def _called_in(tree: ast.AST) -> Iterator[str]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        first = call.args[0] if call.args else None
        if name in BY_NAME and isinstance(first, ast.Constant) and METHOD.fullmatch(str(first.value)):
            yield str(first.value)
        elif "_" in name and name != "api_call" and name in vars(AsyncWebClient):
            yield name.replace("_", ".")


def test_the_table_has_every_method_that_is_called_and_no_other() -> None:
    assert called() == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_every_sentence_is_plain_and_says_what_happened(method: str) -> None:
    for code in codes_of(method):
        words = judge(method, code).words
        assert re.fullmatch(r"[A-Z][^<>{}*`]{20,300}\.", words), (code, words)


def test_every_meaning_says_what_is_done_and_how_often_it_is_tried() -> None:
    assert set(DONE) == set(TRIES) == set(Meaning)


@pytest.mark.parametrize(
    ("method", "code", "meaning"),
    [
        ("chat.update", "is_inactive", Meaning.LOST),
        ("chat.update", "message_not_found", Meaning.LOST),
        ("chat.postMessage", "is_archived", Meaning.CLOSED),
        ("chat.postMessage", "rate_limited", Meaning.LATER),
        ("chat.postMessage", "ratelimited", Meaning.LATER),
        ("chat.postMessage", "invalid_blocks", Meaning.OURS),
        ("conversations.open", "user_disabled", Meaning.CLOSED),
        ("users.info", "user_not_visible", Meaning.CLOSED),
        ("usergroups.list", "plan_upgrade_required", Meaning.THEIRS),
        ("usergroups.list", "missing_scope", Meaning.THEIRS),
        ("views.open", "expired_trigger_id", Meaning.LOST),
        ("views.update", "hash_conflict", Meaning.LOST),
        ("views.push", "push_limit_reached", Meaning.CLOSED),
        ("response_url", "expired_url", Meaning.LOST),
        ("users.info", "token_revoked", Meaning.DEAD),
        ("chat.postMessage", "account_inactive", Meaning.DEAD),
    ],
)
def test_a_code_means_what_slack_says_of_it(method: str, code: str, meaning: Meaning) -> None:
    assert judge(method, code).meaning is meaning


def test_what_is_final_is_tried_once_and_what_passes_is_tried_for_a_day() -> None:
    for method, code in PAIRS:
        verdict = judge(method, code)
        final = verdict.meaning in (Meaning.LOST, Meaning.CLOSED, Meaning.OURS)
        assert verdict.final is final, (method, code)
        assert verdict.tries == (1 if final else 24), (method, code)


def test_an_unknown_code_is_later_and_bounded() -> None:
    verdict = judge("chat.update", "sent_by_a_new_slack")

    assert verdict.meaning is Meaning.LATER
    assert not verdict.known
    assert verdict.tries == 6
    assert "sent_by_a_new_slack" in verdict.words


def test_no_answer_is_later_and_may_have_been_done() -> None:
    assert unanswered().meaning is Meaning.LATER
    assert unanswered().unclear
