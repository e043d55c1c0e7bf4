"""What comes in is cut where it comes in, before anybody reads it."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.people import NAME_LONGEST, read_profile
from bot.providers.lenient import TEXT_LONGEST, text_or_none
from bot.slack.bounds import LONGEST, bounded
from bot.slack.call import Call
from bot.slack.groups import read_group
from bot.slack.router import Command, Routes
from bot.slack.words import escape
from tests.patterns import seconds
from tests.slack.conftest import Desk
from tests.slack.payloads import action, command, submission, suggestion

LONG = f"a{'_' * 100_000}a"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def test_no_listener_gets_a_text_without_end(desk: Desk) -> None:
    got: list[str] = []

    async def note(call: Call) -> None:
        values = [each["value"] for block in call.state.values() for each in block.values()]
        got.extend([call.text, call.value, call.metadata, *values])
        await (call.ack(options=[]) if call.kind == "options" else call.ack())

    commands = (Command("keys", "mine", note, "", ""),)
    send = await desk.open(Routes(commands=commands, actions={"a": note}, views={"v": note}, options={"o": note}))
    long = {"values": {"why": {"why": {"type": "plain_text_input", "value": LONG}}}}
    await send(command(f"mine {LONG}", "/keys"))
    await send(action("a", LONG))
    await send(submission("v", state=long, private_metadata=LONG))
    await send(suggestion("o", LONG))
    await desk.settled()
    assert len([text for text in got if text.startswith("a_")]) == 5
    assert max(map(len, got)) <= LONGEST


async def test_no_listener_gets_what_no_database_keeps(desk: Desk) -> None:
    got: list[str] = []

    async def note(call: Call) -> None:
        values = [each["value"] for block in call.state.values() for each in block.values()]
        got.extend([call.text, call.value, call.metadata, *values])
        await (call.ack(options=[]) if call.kind == "options" else call.ack())

    send = await desk.open(Routes(actions={"a": note}, views={"v": note}, options={"o": note}))
    half = {"values": {"why": {"why": {"type": "plain_text_input", "value": "a\ud83d\x00 key \U0001f511"}}}}
    await send(action("a", "a\ud83d key \U0001f511"))
    await send(submission("v", state=half, private_metadata="a\udd11 key \U0001f511"))
    await send(suggestion("o", "a\x00 key \U0001f511"))
    await desk.settled()
    told = [text for text in got if text.startswith("a")]
    assert told == [f"a{odd} key \U0001f511" for odd in ("\ufffd", "\ufffd", "\ufffd\ufffd", "\ufffd")]


def test_a_payload_of_usual_length_is_left_alone() -> None:
    usual = command("mine")

    assert bounded(usual) is usual


def test_twelve_thousand_underscores_cost_nothing() -> None:
    assert seconds(escape, f"a{'_' * 12_000}a", 0.1) < 0.1


def test_names_are_cut_and_seen() -> None:
    person = read_profile("T1", {"id": "U1", "profile": {"display_name": f"ana\u200b\u202e{LONG}"}, "tz": LONG}, NOON)
    nobody = read_profile("T1", {"id": "U2", "profile": {"display_name": "\u200b"}, "name": "raj"}, NOON)
    group = read_group({"id": "S1", "handle": LONG, "name": "sp\u2060eech"})

    assert (person.name[:6], len(person.name), len(person.tz)) == ("anaa__", NAME_LONGEST, NAME_LONGEST)
    assert nobody.name == "raj"
    assert (len(group.handle), group.name) == (NAME_LONGEST, "speech")


def test_what_a_provider_says_has_an_end() -> None:
    assert len(text_or_none(LONG) or "") == TEXT_LONGEST
