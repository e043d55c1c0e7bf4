"""After a restore: the provider against the store, a line for each difference, and nothing changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config import Settings
from bot.providers.listed import Listed
from bot.providers.provider import Provider, ProviderKind
from bot.providers.values import Key as ProviderKey
from bot.reconcile import NotMade, compare, report
from bot.sealing import Keyring, new_key
from bot.store.accounts import Account
from bot.store.keys import Key
from bot.store.mints import MintAttempt
from playground.deepgram.server import DeepgramEmulator
from tests.factories import NOON, PROJECT, add, key, request, small_database
from tests.test_toy_provider import TOYBOX, ToyAccount, Toybox


def there(number: int, comment: str = "made elsewhere") -> ProviderKey:
    return ProviderKey(key_id=f"{number:08x}-0000-4000-8000-000000000000", project_id=PROJECT, comment=comment)


CASES: list[tuple[str, Sequence[Key], Sequence[ProviderKey], str]] = [
    ("both", [key(1)], [there(1)], ""),
    ("ended on both sides", [key(1, state="ended")], [], ""),
    ("ended here, alive there", [key(1, state="ended")], [there(1)], "has ended here and is LIVE at the provider"),
    ("alive here, gone there", [key(1)], [], "is live here and gone at the provider"),
    ("never shown", [key(1, state="making")], [there(1)], "was made here and never shown"),
    (
        "made by others",
        [],
        [there(1, "old laptop")],
        "was not made by Keydesk and is not in the store yet ('old laptop')",
    ),
    ("by a known attempt", [], [there(1, "x · keydesk:m1")], "by an attempt that is known"),
    ("by an unknown attempt", [], [there(1, "x · keydesk:m2")], "by an attempt that the store does not know"),
]


@pytest.mark.parametrize(("here", "listed", "line"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_each_difference_is_a_line(
    tmp_path: Path, here: Sequence[Key], listed: Sequence[ProviderKey], line: str
) -> None:
    database = small_database(tmp_path)
    add(database, request(id="rq1"))
    add(
        database,
        MintAttempt(id="m1", request_id="rq1", attempt=1, project_id=PROJECT, started_at=NOON, intended_at=NOON),
        *(Key(**each.model_dump()) for each in here),
    )
    with database.reading() as session:
        found = compare(session, PROJECT, Listed(listed))
    database.close()
    assert len(found) == bool(line)
    assert all(line in each for each in found)


async def test_the_report_names_projects_and_changes_nothing(tmp_path: Path) -> None:
    database = small_database(tmp_path)
    emulator = DeepgramEmulator(lambda: datetime.fromisoformat("2026-03-02T12:00:00+00:00"))
    await emulator.start()
    settings = Settings(
        _env_file=None,
        deepgram_api_key=emulator.credentials["admin"],
        deepgram_api_url=emulator.url,
        database_url=str(database.url),
    )
    lines = await report(settings)
    await emulator.stop()
    database.close()
    assert any(line.startswith("staging: key ") for line in lines)
    assert lines[-1].endswith("differences. Nothing was changed.")
    assert {call["method"] for call in emulator.calls.kept} == {"GET"}


class Keyless(ToyAccount):
    """An account at a provider that has projects, and no keys."""

    keys = Provider.keys


@pytest.mark.parametrize(
    ("kinds", "line"),
    [
        (
            (ProviderKind(TOYBOX, lambda credential: Keyless(Toybox(), credential)),),
            "playthings: keys not offered by Toybox, nothing to compare",
        ),
        ((), "account toys: NOT READ, this Keydesk does not work with toybox"),
    ],
    ids=["no keys", "a vendor unknown here"],
)
async def test_what_cannot_be_compared_is_named_and_all_else_is(
    tmp_path: Path, kinds: Sequence[ProviderKind], line: str
) -> None:
    database = small_database(tmp_path)
    emulator = DeepgramEmulator(lambda: NOON)
    url, secret = await emulator.start(), new_key()
    sealed = Keyring(SecretStr(secret)).seal(SecretStr("toy-credential"))
    add(database, Account(name="toys", provider="toybox", sealed=sealed, fingerprint="f", added_at=NOON))
    settings = Settings(
        _env_file=None,
        deepgram_api_key=emulator.credentials["admin"],
        deepgram_api_url=url,
        database_url=str(database.url),
        keydesk_secret_key=secret,
    )
    lines = await report(settings, kinds)
    await emulator.stop()
    database.close()
    assert lines.count(line) == 1
    assert any(each.startswith("staging: key ") for each in lines)
    assert lines[-1].endswith("differences. Nothing was changed.")


@pytest.mark.parametrize(
    ("path", "field", "value", "line"),
    [
        ("/keys$", "api_key_id", None, "of its keys: the provider gave nothing that can be used"),
        ("/keys$", "api_keys", None, "staging: NOT READ, the whole list of its keys"),
        ("/projects$", "project_id", "p-1", "account main: NOT READ, 9 entries of its projects"),
        ("/projects$", "projects", None, "account main: NOT READ, the whole list of its projects"),
    ],
)
async def test_what_a_list_leaves_out_is_counted_and_nobody_agrees(
    tmp_path: Path, path: str, field: str, value: object, line: str
) -> None:
    database = small_database(tmp_path)
    emulator = DeepgramEmulator(lambda: NOON)
    url = await emulator.start()
    emulator.faults.add("field", "GET", path, times=None, field=field, value=value)
    key_ = emulator.credentials["admin"]
    settings = Settings(_env_file=None, deepgram_api_key=key_, deepgram_api_url=url, database_url=str(database.url))
    lines = await report(settings)
    await emulator.stop()
    database.close()
    assert any(line in each for each in lines)
    assert "not all of what is in them" in lines[-1]


@pytest.mark.parametrize(
    "wrong",
    [{"deepgram_api_key": "a b"}, {"deepgram_api_key": ""}, {"deepgram_api_url": "http://127.0.0.1:9"}],
    ids=["an odd key", "no key", "no answer"],
)
async def test_a_report_that_cannot_be_made_says_why(tmp_path: Path, wrong: dict[str, str]) -> None:
    database = small_database(tmp_path)
    database.close()
    given = {"deepgram_api_key": "emulated-x", "database_url": str(database.url)} | wrong
    with pytest.raises(NotMade, match="The report could not be made: "):
        await report(Settings(_env_file=None, **given))  # type: ignore[arg-type] # pydantic reads the texts
