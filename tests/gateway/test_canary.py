"""No prompt, no answer and no key is in a log line, a record, a count or an error, whatever goes wrong."""

from __future__ import annotations

import logging
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from bot.gateway.directory import Upstream
from playground.groq.faults import Fault
from tests.gateway.running import Running, limited
from tests.sdks import TRUSTS_NOBODY

PROMPT = "CANARY-of-a-prompt"
SYSTEM = {"role": "system", "content": PROMPT}
BAD: list[dict[str, Any]] = [{"max_tokens": 10**7}, {"model": 7}, {"Model": PROMPT}]


async def everything_goes_wrong(here: Running) -> list[str]:
    """Call in every way that is refused, breaks or succeeds, the canary in every place; return what was answered."""
    said: dict[str, Any] = {"messages": [SYSTEM], "user": PROMPT, "tools": [{"function": {"name": PROMPT}}]}
    answers: list[httpx.Response] = []
    for kind in ("status", "malformed", "gzip", "drop"):
        here.groq.faults.add(Fault(kind))
        answers.append(await here.post(**said))
    here.groq.faults.add(Fault("cut"))
    answers += [await here.post(**said, **more) for more in ({}, {"stream": True}, {"stream": True}, *BAD)]
    answers += [await here.post(**said, model=PROMPT), await here.post("/v1/" + PROMPT, **said)]
    here.change(upstream=Upstream("http://127.0.0.1:1", "gsk_CANARYoftheprovider"))
    answers.append(await here.post(**said))
    here.change(is_ended=True)
    answers.append(await here.post(**said))
    here.seconds.ahead += 100
    answers.append(await here.post(**said))
    async with httpx.AsyncClient(verify=TRUSTS_NOBODY) as client:
        bad = {"authorization": "Bearer CANARY-of-a-key"}
        answers.append(await client.post(f"{here.url}/v1/chat/completions", content=PROMPT, headers=bad))
    return [each.text + str(each.headers) for each in answers if each.status_code >= 400]


async def test_nothing_that_anybody_wrote_is_told(here: Running, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for noisy in ("httpx", "httpcore"):  # the tests' own client
        logging.getLogger(noisy).setLevel(logging.CRITICAL)
    with capture_logs() as logs:
        errors = await everything_goes_wrong(here)
    told = {"log": str(logs) + caplog.text, "records": str(here.records), "counts": str(here.gateway.counts)}
    secrets = [PROMPT, "The quick brown", "CANARY", here.secrets["app"], next(iter(here.organization.keys))]

    assert len(here.records) >= 12
    assert [(place, secret) for place, text in told.items() for secret in secrets if secret in text] == []
    named = [each for each in errors if here.secrets["app"] in each or "gsk_" in each or "CANARY-of-a-key" in each]
    assert named == []
    assert [each for each in errors if PROMPT in each and f"`{PROMPT}`" not in each] == []  # a model's name alone


async def test_a_failure_of_our_own_tells_its_kind_and_not_its_words(
    here: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: Any) -> Any:
        raise ValueError(PROMPT)

    here.add_key("prod", "prod", limits=limited(RPM=1))
    monkeypatch.setattr(here.relay, "carry", fail)
    with capture_logs() as logs:
        answer = await here.post(name="prod")

    assert (answer.status_code, answer.json()["error"]["code"]) == (424, "gateway_failed")
    assert PROMPT not in str(logs) + answer.text
    assert [each["error"] for each in logs if each["event"] == "gateway.failed"] == ["ValueError"]
    (record,) = await here.told()
    assert (record.status, record.cause) == (424, "gateway_failed")
