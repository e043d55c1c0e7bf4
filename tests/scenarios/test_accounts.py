"""A customer's own account, from the command line to its last key."""

from __future__ import annotations

import asyncio

from click.testing import CliRunner, Result

from bot.__main__ import main
from bot.sealing import new_key
from bot.store import accounts, projects
from bot.store.accounts import Account
from tests.factories import NOON, add
from tests.scenarios.people import AMARA, LIWEI, MARIA
from tests.world import World, world


async def keydesk(here: World, *arguments: str, typed: str = "") -> Result:
    """Run the command line beside Keydesk, as another process would."""
    settings = here.app.settings
    environment = {
        "DATABASE_URL": settings.database_url,
        "DEEPGRAM_API_KEY": settings.deepgram_api_key.get_secret_value(),
        "DEEPGRAM_API_URL": settings.deepgram_api_url,
        "SLACK_API_URL": settings.slack_api_url,
        "KEYDESK_CLOCK_URL": f"{here.base}/clock",
        "KEYDESK_SECRET_KEY": settings.keydesk_secret_key.get_secret_value(),
    }
    return await asyncio.to_thread(CliRunner().invoke, main, arguments, input=typed, env=environment)


async def test_a_customers_account_is_added_used_and_removed(sqlite_url: str) -> None:
    async with world(sqlite_url, secret_key=new_key()) as here:
        amara, maria, liwei = await here.page(AMARA), await here.page(MARIA), await here.page(LIWEI)
        credential = here.deepgram.open_account("studio", "dubbing", "trailers")
        added = await keydesk(
            here, "accounts", "add", "--name", "studio", "--customer", "birch", typed=f"{credential}\n"
        )
        assert added.exit_code == 0, added.output
        assert "the own account of customer birch: role admin, its projects: 2" in added.output
        assert credential not in added.output
        await here.until(lambda session: projects.named(session, "dubbing") is not None)

        await maria.types("/keys request dubbing")
        await maria.reads_in_window("What is it for?")
        assert [each["description"]["text"] for each in await maria.options("trail")] == ["studio · theirs (birch)"]
        await maria.fills(purpose="subtitles", preset="speech", days="7", customer="pear", place="vault")
        await amara.presses("Approve")
        await maria.presses("Create and show my key")
        await maria.reads_in_window("emulated-")
        await maria.closes()
        project = next(each for each in here.deepgram.state.projects.values() if each.name == "dubbing")
        made = next(each for each in project.keys.values() if "keydesk:" in each.comment)
        assert here.deepgram.state.accounts[made.account_id].email == "keydesk@studio.example"

        await maria.types("/keydesk accounts remove studio")
        await maria.reads("takes the role Owner")
        await amara.types("/keydesk accounts")
        await amara.reads("theirs (customer birch)")
        await amara.presses("CSV by direct message")
        await amara.reads("the file is in your direct messages with Keydesk")
        await amara.reads("2 accounts")
        await amara.presses("Remove…")
        await amara.reads_in_window("1 live key that Keydesk made there can no longer be revoked from here")
        await amara.fills(name="studios")
        await amara.fills(name="studio")
        await amara.reads_in_window("can approve it; until then the account stays.")
        await amara.closes()
        await liwei.reads("wants Keydesk to forget the account studio.")
        await liwei.presses("Approve")
        await amara.reads("its credential is forgotten. 1 live key made there")

        await maria.types(f"/keys revoke {made.key_id[:8]}")
        await maria.presses("Revoke this key")
        await maria.reads("studio was removed from Keydesk")
        assert made.key_id in project.keys
        await amara.types("/keydesk accounts list studio")
        await amara.reads("No account matches")


async def test_with_a_bad_secret_key_the_main_account_works_and_the_others_say_why(sqlite_url: str) -> None:
    async with world(sqlite_url, secret_key="nonsense") as here:
        amara = await here.page(AMARA)
        add(here.database, Account(id="ac1", name="studio", sealed="x", fingerprint="3f2a91bc", added_at=NOON))
        here.move(hours=2)
        await amara.types("/projects show production")
        await amara.reads("production")
        await here.until(lambda session: accounts.in_trouble(session) == ["studio"])
        await here.until(lambda session: accounts.get(session, accounts.MAIN) is not None)
        await amara.types("/keydesk accounts")
        await amara.reads("cannot be unsealed")
        await amara.reads("✅ last answered")
