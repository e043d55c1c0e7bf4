"""Signed HTTP on the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier

from playground.slack.delivery import Parcel
from playground.slack.http_delivery import HttpDelivery
from playground.slack.wire import NotDelivered
from tests.playground.slack.conftest import SHORT, SIGNING_SECRET


class Receiver:
    """A request URL that keeps what came and answers as told."""

    def __init__(self) -> None:
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[], web.Response] = web.Response

    async def take(self, request: web.Request) -> web.Response:
        """Keep a request; verify the URL when asked to."""
        body = await request.read()
        self.requests.append((dict(request.headers), body))
        if body.startswith(b"{") and json.loads(body)["type"] == "url_verification":
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        return self.answer()


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def delivery(receiver: Receiver) -> AsyncIterator[HttpDelivery]:
    application = web.Application()
    application.router.add_post("/slack/events", receiver.take)
    async with TestServer(application) as server:
        url = str(server.make_url("/slack/events"))
        sender = HttpDelivery(url, SIGNING_SECRET, "token", SHORT, lambda: None)
        await sender.start()
        yield sender
        await sender.stop()


@pytest.mark.parametrize(
    ("parcel", "content_type"),
    [
        (Parcel("slash_commands", {"command": "/desk", "text": "a & b = ç"}), "application/x-www-form-urlencoded"),
        (Parcel("interactive", {"type": "block_actions", "x": "é"}), "application/x-www-form-urlencoded"),
        (Parcel("events_api", {"type": "event_callback", "event": {"type": "message"}}), "application/json"),
    ],
)
async def test_the_signature_covers_the_exact_body(
    delivery: HttpDelivery, receiver: Receiver, parcel: Parcel, content_type: str
) -> None:
    assert await delivery.deliver(parcel) == {}
    headers, body = receiver.requests[-1]
    assert headers["Content-Type"] == content_type
    verifier = SignatureVerifier(SIGNING_SECRET)
    lowered = {name.lower(): value for name, value in headers.items()}
    assert verifier.is_valid_request(body, lowered)
    assert not verifier.is_valid_request(body + b" ", lowered)


async def test_the_body_of_the_answer_is_the_ack(delivery: HttpDelivery, receiver: Receiver) -> None:
    receiver.answer = lambda: web.json_response({"response_action": "clear"})
    assert await delivery.deliver(Parcel("interactive", {"type": "view_submission"})) == {"response_action": "clear"}
    receiver.answer = lambda: web.Response(text="just words")
    assert await delivery.deliver(Parcel("slash_commands", {"command": "/desk"})) == {"text": "just words"}


@pytest.mark.parametrize(("headers", "final"), [({}, False), ({"X-Slack-No-Retry": "1"}, True)])
async def test_any_status_but_200_is_a_failure(
    delivery: HttpDelivery, receiver: Receiver, headers: dict[str, str], final: bool
) -> None:
    receiver.answer = lambda: web.Response(status=500, headers=headers)
    with pytest.raises(NotDelivered) as caught:
        await delivery.deliver(Parcel("slash_commands", {"command": "/desk"}))
    assert (caught.value.code, caught.value.final) == ("dispatch_failed", final)


async def test_a_retried_event_says_which_attempt_it_is(delivery: HttpDelivery, receiver: Receiver) -> None:
    await delivery.deliver(Parcel("events_api", {"type": "event_callback"}, 2, "http_error"))
    headers, _ = receiver.requests[-1]
    assert (headers["X-Slack-Retry-Num"], headers["X-Slack-Retry-Reason"]) == ("2", "http_error")


async def test_nobody_at_the_url_is_a_failure_until_somebody_answers(receiver: Receiver) -> None:
    sender = HttpDelivery("http://127.0.0.1:9/", SIGNING_SECRET, "token", SHORT, lambda: None)
    await sender.start()
    with pytest.raises(NotDelivered):
        await sender.deliver(Parcel("slash_commands", {"command": "/desk"}))
    assert (sender.connected, receiver.requests) == (False, [])
    await sender.stop()
