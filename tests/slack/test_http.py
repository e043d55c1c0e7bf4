"""The HTTP door against everything that is not quite a request of Slack's."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from bot.slack.connection import Slack
from bot.slack.dispatch import SlackApp, build_bolt
from bot.slack.http import MOST_BYTES, health_app, web_app
from bot.slack.router import Routes
from bot.slack.serving import listening
from bot.slack.web import Identity
from tests.slack.conftest import http_client, never_ready
from tests.slack.payloads import SECRET, action, command, encoded, signed

FORM = "application/x-www-form-urlencoded"
CANARY = "canary-in-the-body"
IDENTITY = Identity("T1", "Acme", "", "UBOT", "B1", None, frozenset())


@pytest.fixture
def slack_app(slack: Slack) -> SlackApp:
    return build_bolt([Routes()], web=slack.interactive, identity=IDENTITY, signing_secret=SECRET)


@pytest.fixture
async def client(slack_app: SlackApp) -> AsyncIterator[httpx.AsyncClient]:
    async with http_client(slack_app) as client:
        yield client


def malformed() -> dict[str, tuple[bytes, dict[str, str], int]]:
    body = f"text={CANARY}".encode()
    good = signed(body, FORM)
    no_json = f'{{"{CANARY}":'.encode()
    no_payload = f"payload=%7B{CANARY}".encode()
    no_text = b"payload=\xff\xfe" + CANARY.encode()
    no_action = encoded(action(None, value=CANARY))[0].encode()
    array = f'["{CANARY}"]'.encode()
    unknown = f"payload=%7B%22type%22%3A%22{CANARY}%22%7D".encode()
    return {
        "no headers at all": (body, {"content-type": FORM}, 401),
        "a timestamp that is no number": (body, good | {"x-slack-request-timestamp": "soon"}, 401),
        "a timestamp in other digits": (body, good | {"x-slack-request-timestamp": "١٢٣"}, 401),
        "an endless timestamp": (body, good | {"x-slack-request-timestamp": "9" * 5000}, 401),
        "an old timestamp": (body, good | {"x-slack-request-timestamp": "1"}, 401),
        "a signature that is not ASCII": (body, good | {"x-slack-signature": "v0=é"}, 401),
        "a signature of somebody else": (body, signed(body, FORM, secret="guessed"), 401),
        "a body that is not UTF-8": (no_text, signed(no_text, FORM), 400),
        "a body that is not UTF-8, unsigned": (no_text, {"content-type": FORM}, 400),
        "broken JSON": (no_json, signed(no_json, "application/json"), 400),
        "broken JSON, unsigned": (no_json, {"content-type": "application/json"}, 400),
        "a broken payload": (no_payload, signed(no_payload, FORM), 400),
        "an action without an id": (no_action, signed(no_action, FORM), 400),
        "JSON that is no object": (array, signed(array, "application/json"), 400),
        "an unknown kind": (unknown, signed(unknown, FORM), 404),
        "a body beyond all measure": (b"x" * (MOST_BYTES + 1), good, 413),
    }


@pytest.mark.parametrize("case", malformed())
async def test_a_malformed_request_is_refused_and_not_logged(
    client: httpx.AsyncClient, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    body, headers, expected = malformed()[case]
    caplog.set_level(logging.DEBUG)

    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await client.post("/slack/events", content=body, headers=raw)

    assert answer.status_code == expected
    assert CANARY not in caplog.text
    assert headers.get("x-slack-signature", "-") not in caplog.text or not headers.get("x-slack-signature")


async def test_what_nobody_signed_is_counted_in_one_line(
    client: httpx.AsyncClient, slack_app: SlackApp, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as lines:
        for body, headers, _ in malformed().values():
            unsigned = {name: value for name, value in headers.items() if name == "content-type"}
            await client.post("/slack/events", content=body, headers=unsigned)
            await client.post("/slack/events", content=body, headers=unsigned | {"x-slack-signature": "v0=00"})

    assert [(line["event"], line["count"]) for line in lines] == [("slack.noise", 1)]
    assert slack_app.noise.waiting == 2 * len(malformed()) - 1
    assert [record for record in caplog.records if record.name != "httpx"] == []


async def test_a_chunked_body_beyond_all_measure_is_refused(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    answer = await client.post("/slack/events", content=chunks(), headers=signed("", FORM))

    assert answer.status_code == 413


async def test_an_ssl_check_is_answered_by_bolt_without_a_listener(client: httpx.AsyncClient) -> None:
    answer = await client.post("/slack/events", content="ssl_check=1", headers={"content-type": FORM})

    assert (answer.status_code, answer.text) == (200, "")


async def test_the_url_verification_of_slack_is_answered(client: httpx.AsyncClient) -> None:
    body = '{"type":"url_verification","challenge":"abc"}'

    answer = await client.post("/slack/events", content=body, headers=signed(body, "application/json"))

    assert answer.json() == {"challenge": "abc"}


async def test_only_posts_are_taken(client: httpx.AsyncClient) -> None:
    assert (await client.get("/slack/events")).status_code == 405


def test_without_a_signing_secret_there_is_no_http_door(slack: Slack) -> None:
    slack_app = build_bolt([], web=slack.interactive, identity=IDENTITY)

    with pytest.raises(ValueError, match="SLACK_SIGNING_SECRET"):
        web_app(slack_app, never_ready)


async def test_health_tells_the_process_apart_from_its_surroundings() -> None:
    async with (
        listening(health_app(never_ready), 0, "127.0.0.1") as port,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client,
    ):
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
        door = await client.post("/slack/events", content=encoded(command("help"))[0])

    assert alive.status_code == 200
    assert (ready.status_code, ready.json()) == (503, {"ok": False})
    assert door.status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer guessed", "Bearer tok\u00e9n", "token"])
async def test_what_is_wrong_is_told_to_who_has_the_token_and_to_nobody_on_this_machine(
    slack_app: SlackApp, given: str
) -> None:
    transport = httpx.ASGITransport(web_app(slack_app, never_ready, "token"), client=("127.0.0.1", 9))
    async with httpx.AsyncClient(transport=transport, base_url="http://keydesk") as client:
        nobody = await client.get("/readyz", headers=[(b"authorization", given.encode())])
        owner = await client.get("/readyz", headers={"authorization": "Bearer token"})

    assert nobody.json() == {"ok": False}
    assert owner.json()["checks"] == [{"name": "database", "ok": False, "text": "no answer"}]


async def test_nobody_is_sent_where_the_host_of_a_request_says(client: httpx.AsyncClient) -> None:
    answers = [
        await client.request(method, path, headers={"host": "evil.test"})
        for method, path in (
            ("GET", "/healthz/"),
            ("GET", "/readyz/"),
            ("POST", "/slack/events/"),
            ("GET", "//evil.test"),
        )
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert not any("evil" in str(answer.headers) for answer in answers)


async def test_a_port_that_is_taken_is_refused_at_once() -> None:
    async with listening(health_app(never_ready), 0, "127.0.0.1") as port:
        with pytest.raises(OSError, match="in use"):
            async with listening(health_app(never_ready), port, "127.0.0.1"):
                pass
