"""A token that Slack no longer accepts is one alert, however many calls meet it."""

from __future__ import annotations

import contextlib

from structlog.testing import capture_logs

from bot.slack.connection import Slack
from bot.slack.web import SlackError
from tests.slack.fake_api import FakeApi


async def test_a_dead_token_is_one_alert_that_says_how_to_mend_it(api: FakeApi, slack: Slack) -> None:
    for method in ("chat.postMessage", "chat.update", "users.info"):
        api.refuse(method, "token_revoked", times=2)

    with capture_logs() as logs:
        for web in (slack.interactive, slack.background):
            for call in (web.post("C1", "words"), web.update("C1", "1.1", "words"), web.user_profile("U1")):
                with contextlib.suppress(SlackError):
                    await call

    [alert] = [line for line in logs if line["event"] == "slack.token_dead"]
    assert (alert["log_level"], alert["token"], alert["code"]) == ("error", "SLACK_BOT_TOKEN", "token_revoked")
    assert "install it again" in alert["mend"]


async def test_a_token_that_is_accepted_again_may_alert_again(api: FakeApi, slack: Slack) -> None:
    api.answers["users.info"] = [
        (200, {"ok": False, "error": "invalid_auth"}),
        (200, {"ok": True, "user": {"id": "U1"}}),
        (200, {"ok": False, "error": "account_inactive"}),
    ]

    with capture_logs() as logs:
        for _ in range(3):
            with contextlib.suppress(SlackError):
                await slack.interactive.user_profile("U1")

    assert [line["event"] for line in logs] == ["slack.token_dead", "slack.token_accepted_again", "slack.token_dead"]


async def test_another_refusal_says_nothing_of_the_token(api: FakeApi, slack: Slack) -> None:
    api.refuse("users.info", "user_not_found")

    with capture_logs() as logs, contextlib.suppress(SlackError):
        await slack.interactive.user_profile("U1")

    assert logs == []
