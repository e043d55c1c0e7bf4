"""The bench starts and reads its options; no test asserts a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from slack_sdk.signature import SignatureVerifier

from bench import load
from bench.__main__ import main
from bench.cost import median, percentile, spread
from bench.meter import used
from bench.payloads import SIGNING_SECRET, click, command
from bench.process import child
from bench.table import Row


def test_the_bench_says_what_it_does() -> None:
    answer = CliRunner().invoke(main, ["--help"])
    assert answer.exit_code == 0
    assert "--only" in answer.output


@pytest.mark.parametrize(
    "made",
    [
        lambda: command("T1", "U1", "C1", "help"),
        lambda: click("T1", "U1", "desk.approve", "rq.1", {"channel": "C1", "ts": "1.2"}),
    ],
)
def test_its_requests_are_signed_as_slack_signs(made: Callable[[], bytes]) -> None:
    head, _, body = made().partition(b"\r\n\r\n")  # made now: Slack's verifier takes nothing older than five minutes
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert SignatureVerifier(SIGNING_SECRET).is_valid_request(body.decode(), headers)
    assert int(headers["Content-Length"]) == len(body)


async def test_the_floor_answers_signed_requests_only() -> None:
    async with child("bench.floor", SIGNING_SECRET) as slack_app:
        await load.closed_loop(slack_app["port"], [command("T1", "U1", "C1", "help")] * 3)
        assert (await load.usage(slack_app["meter"]))["cpu"] > 0
        with pytest.raises(RuntimeError, match="401"):
            await load.closed_loop(slack_app["port"], [command("T1", "U1", "C1", "help").replace(b"v0=", b"v0=0")])


async def test_a_child_that_ends_at_once_is_reported() -> None:
    with pytest.raises(RuntimeError, match="ended at its start"):
        async with child("bench.no_such_module"):
            pass


def test_a_row_says_whether_its_goal_was_reached() -> None:
    verdicts = [Row("x", value, "ms", goal).verdict for value, goal in ((1, 2), (3, 2), (None, 2), (9, None))]
    assert verdicts == ["hit", "MISSED", "not measured on this system", ""]


def test_costs_are_summed_up_by_their_middle() -> None:
    costs = [{"cpu": 1.0, "sql": 5.0}, {"cpu": 2.0, "sql": 1.0}, {"cpu": 4.0, "sql": 3.0}]
    assert median(costs) == {"cpu": 2.0, "sql": 3.0}
    assert spread(costs) == 1.0
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0


def test_a_process_knows_what_it_has_used() -> None:
    spent = used()
    assert spent["cpu"] > 0
    assert set(spent["threads"]) == {"loop", "sql", "engine"}
