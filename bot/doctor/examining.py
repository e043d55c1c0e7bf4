"""Everything that `keydesk doctor` looks at, in the order in which it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp
from sqlalchemy.exc import SQLAlchemyError

from bot.config import Settings
from bot.doctor.providers import account_checks, address_check, provider_checks
from bot.doctor.slack import slack_checks
from bot.doctor.store import database_checks
from bot.home.check import Check
from bot.providers.deepgram.addresses import LOOPBACK
from bot.slack.connection import Slack, connect
from bot.store.database import Database

MOST_SKEW_SECONDS = 60.0


async def examine(settings: Settings, *, check_blocks: bool = False, strangers: Sequence[str] = ()) -> list[Check]:
    """Look at everything and return what was found.

    ``check_blocks`` sends one message to the first owner; ``strangers`` are sentences about what is no setting.
    """
    missing = settings.missing()
    try:
        database = Database(settings.database_url)
    except SQLAlchemyError:
        return [Check("database", False, "DATABASE_URL is no address of a database: correct it in .env, or empty it")]
    slack = connect(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        return [
            Check("settings", not missing, f"missing in .env: {', '.join(missing)}" if missing else "all there"),
            *[Check("settings", False, f"{each} Correct .env") for each in strangers],
            *await asyncio.to_thread(database_checks, database),
            *await slack_checks(settings, slack, database, check_blocks=check_blocks),
            address_check(settings),
            *await provider_checks(settings, database),
            *await account_checks(settings, database),
            await _clock(settings, slack),
            _health(settings),
        ]
    finally:
        await slack.close()
        database.close()


def _health(settings: Settings) -> Check:
    """Say where health is answered, and to whom its details."""
    where = "on this machine alone" if settings.host in LOOPBACK else f"on {settings.host}, to whoever reaches it"
    details = "to who has KEYDESK_HEALTH_TOKEN" if settings.keydesk_health_token.get_secret_value() else "to nobody"
    return Check("health", True, f"/healthz and /readyz are answered {where}; what is wrong is told there {details}")


async def _clock(settings: Settings, slack: Slack) -> Check:
    try:
        async with asyncio.timeout(5), slack.session.get(settings.slack_api_url + "api.test") as answer:
            theirs = parsedate_to_datetime(answer.headers["date"])
    except (TimeoutError, aiohttp.ClientError, KeyError, ValueError):
        return Check("clock", False, "could not be compared with Slack's: is the network open?")
    skew = abs((datetime.now(UTC) - theirs).total_seconds())
    mend = "" if skew <= MOST_SKEW_SECONDS else ": switch time synchronisation on, or signatures are refused"
    return Check("clock", skew <= MOST_SKEW_SECONDS, f"{skew:.0f} s away from Slack's{mend}")
