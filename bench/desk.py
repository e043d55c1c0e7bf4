"""The whole of Keydesk in one process, metered, with a few listeners beside the real ones that do only the first steps.

It listens twice: ``port`` is the real floor, ``unseen`` the same without the table of deliveries already seen.
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
import time
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import event
from sqlmodel import Session

from bench.meter import meter_app
from bench.process import say, told_to_stop
from bot import logs
from bot.app import App, build, dbos_engine
from bot.config import Settings
from bot.groups import Groups
from bot.people import People
from bot.serve import run_loop
from bot.slack.call import Call
from bot.slack.dispatch import SlackApp, build_bolt
from bot.slack.guard import IsFirst
from bot.slack.http import web_app
from bot.slack.router import Command, Routes
from bot.slack.serving import listening
from bot.store import deliveries
from bot.store.decisions import Decision


async def serve(port: int) -> None:
    """Serve on ``port``, on one port more without the seen table, and the meter; until told to stop."""
    logs.set_up("ERROR")
    settings = Settings(_env_file=None)
    app = await build(settings, dbos_engine("run"))
    ready = app.rooms.status.ready
    decided: dict[str, float] = {}
    _note_decisions(decided)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(app.close)
        await app.start()
        gc.freeze()  # as `bot.serve` does
        whole, unseen = _slack_app(app, _is_first(app)), _slack_app(app, None)
        await stack.enter_async_context(listening(web_app(whole, ready), port, "127.0.0.1"))
        other = await stack.enter_async_context(listening(web_app(unseen, ready), 0, "127.0.0.1"))
        meter = await stack.enter_async_context(listening(meter_app(decided), 0, "127.0.0.1"))
        say({"port": port, "unseen": other, "meter": meter, "pid": os.getpid()})
        await told_to_stop()


def _slack_app(app: App, is_first: IsFirst | None) -> SlackApp:
    return build_bolt(
        (*app.rooms.routes, _steps(app)),
        web=app.slack.interactive,
        identity=app.identity,
        is_first=is_first,
        door=app.rooms.door,
        signing_secret=app.settings.slack_signing_secret.get_secret_value(),
    )


def _is_first(app: App) -> IsFirst:
    async def first(key: str) -> bool:
        return await app.database.write(lambda session: deliveries.first(session, key, datetime.now(UTC)))

    return first


def _steps(app: App) -> Routes:
    """Return listeners that stop after the ack, and after the identity."""
    team_id, web = app.identity.team_id, app.slack.interactive
    people = People(
        app.database, web.user_profile, team_id, Groups(app.database, partial(web.user_groups, team_id), team_id)
    )

    async def nothing(_call: Call) -> None:
        pass

    async def who(call: Call) -> None:
        await people.authenticate(call.team_id, call.user_id)

    return Routes(
        commands=(Command("bench", "ack", nothing, "", "only acks"),), actions={"bench.ack": nothing, "bench.who": who}
    )


def _note_decisions(decided: dict[str, float]) -> None:
    """Keep at which moment (Unix time) each request's decision was committed."""

    def flushed(session: Session, _context: object) -> None:
        session.info["bench"] = [row.request_id for row in session.new if isinstance(row, Decision)] or (
            session.info.get("bench", [])
        )

    def committed(session: Session) -> None:
        decided.update(dict.fromkeys(session.info.pop("bench", ()), time.time()))

    event.listen(Session, "after_flush", flushed)
    event.listen(Session, "after_commit", committed)


if __name__ == "__main__":
    run_loop(serve(int(sys.argv[1])))
