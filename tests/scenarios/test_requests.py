"""Single requests at the provider, looked for from Slack."""

from __future__ import annotations

import csv
import io

from playground.deepgram.seed import made_up_id
from tests.scenarios.people import MARIA, Person
from tests.world import World, world


async def test_requests_are_filtered_paged_shown_and_sent_as_a_file(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/projects use production")
        await maria.reads("production · yours")

        await maria.types("/usage requests failed week")
        shown = await maria.reads_in_window("Page 1, more may follow")
        assert shown.count("failed (400)") == 10
        await maria.presses("Next page")
        await maria.reads_in_window("Page 2")
        await maria.presses("Details")
        one = await maria.reads_in_window("No such model/version combination found.")
        assert "callback=[hidden]" in one or "callback" not in one
        await maria.presses("Refresh")
        await maria.closes()

        await maria.presses("CSV by direct message")
        told = await maria.reads_in_window("all that match. It is in your direct messages.")
        table = the_file(here)
        assert f"{len(table)} requests" in told
        assert {line["outcome"] for line in table} == {"failed"}
        await maria.closes()

        await maria.presses("Change filters")
        await maria.reads_in_window("Outcome")
        await maria.fills(status="any", customer="ivr", endpoint="listen", period="day")
        await maria.reads_in_window("Put together from 2 keys that carry the tag.")
        assert "customer ivr" in maria.window()
        await asked_in_vain(here, maria)


async def asked_in_vain(here: World, maria: Person) -> None:
    await maria.closes()
    for typed, told in (
        ("faild", "Did you mean failed?"),
        ("customer:nobody", "No key carries the tag nobody"),
        (made_up_id("no request"), "Not done"),
    ):
        await maria.types(f"/usage requests {typed}")
        await maria.reads_in_window(told)
        await maria.closes()
    here.deepgram.faults.add("html", "GET", "requests", times=9)
    await maria.types("/usage requests")
    await maria.reads_in_window("Outcome")
    await maria.fills(period="dates", first="2026-01-02", last="2026-01-01")
    await maria.reads_in_window("This date is before the one above.")
    await maria.fills(period="hour")
    await maria.reads_in_window("while trying to list the requests")


def the_file(here: World) -> list[dict[str, str]]:
    [file] = here.slack.state.files.by_id.values()
    return list(csv.DictReader(io.StringIO((file.content or b"").decode("utf-8-sig"))))


async def test_what_was_used_is_listed(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/usage fields production week")
        shown = await maria.reads("What production used")
        assert "*Tags* (2)\nivr · prod" in shown
        assert "nova-3 (streaming), Nova - 3 (Stream)" in shown
        await maria.presses("CSV by direct message")
        await maria.reads("The file is in your direct messages.")
        assert {line["what"] for line in the_file(here)} >= {"Tags", "Models", "Methods", "Line items"}
