"""What happens to each method in Keydesk, and what a person then reads: one scene for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import delete, select

from bot.commandline import reason_of
from bot.engine.attempt import Attempt
from bot.engine.port import Job
from bot.engine.retry import FIRST_DELAYS, LATER_DELAY
from bot.errors import BotError, FormError
from bot.groups import Groups
from bot.people import People
from bot.slack.channels import check_channel
from bot.slack.files import send_file
from bot.slack.refusals import SlackError
from bot.slack.socket import socket_door
from bot.store.cards import Card
from bot.store.requests import Request
from bot.store.scheduled_jobs import ScheduledJob
from tests.factories import add, create_key, request
from tests.scenarios.forging import _interaction, _view, bring, forge_action, forge_command, heard
from tests.scenarios.people import APPROVALS, MARIA, PRIYA, YUKI
from tests.scenarios.role_walks import production
from tests.world import World

KEPT = "kept"
LATE_TRIES = (5, 23)  # the sixth and the twenty-fourth


@dataclass(frozen=True)
class Ending:
    """What a person read (the first line that is new to them), and how often it is tried."""

    read: str
    tried: str


Play = Callable[[World], Awaitable[Ending]]
PRESSED_AGAIN = "when the person tries again"


# --- people wait ---


def _told(play: Callable[[World], Awaitable[object]], user: str = YUKI) -> Play:
    """Do it as this person, and see what is new to them."""

    async def played(here: World) -> Ending:
        before = Counter(_private(here, user))
        await play(here)
        await here.app.slack_app.drain(5)
        said = list((Counter(_private(here, user)) - before).elements())
        return Ending(said[0].partition("\n")[0] if said else "nothing", PRESSED_AGAIN)

    return played


def _private(here: World, user: str) -> list[str]:
    """Return what was said to this person alone, in messages."""
    workspace = here.slack.state.workspace
    direct = workspace.direct(workspace.app.bot_user_id, user).messages.values()
    return [each.text for each in (*workspace.ephemerals, *direct) if each.ephemeral_for in (None, user)]


async def make_known(here: World) -> None:
    """Let Keydesk know the person who acts: a form opens otherwise for strangers."""
    await forge_command(here, YUKI, "/keys request")
    await here.app.slack_app.drain(5)


async def _presses_in_a_window(here: World) -> None:
    pressed = {"type": "button", "block_id": "b", "action_id": "no.such", "value": "1", "action_ts": "1.1"}
    view = _view("keys.request", {})
    given = {"view": view, "container": {"type": "view", "view_id": view["id"]}, "actions": [pressed]}
    await bring(here, "interactive", _interaction(here, YUKI, "block_actions") | given)


async def _presses_without_a_link(here: World) -> None:
    pressed = {"type": "button", "block_id": "b", "action_id": "no.such", "value": "1", "action_ts": "1.1"}
    payload = _interaction(here, YUKI, "block_actions") | {
        "container": {"type": "message", "message_ts": "1.1", "channel_id": APPROVALS, "is_ephemeral": False},
        "channel": {"id": APPROVALS, "name": "approvals"},
        "message": {"ts": "1.1", "text": "x", "type": "message"},
        "actions": [pressed],
    }
    await bring(here, "interactive", payload)


def _refused(play: Callable[[World], Awaitable[object]]) -> Play:
    """Do it; what it raises is what a person reads."""

    async def played(here: World) -> Ending:
        try:
            await play(here)
        except BotError as problem:
            return Ending(problem.text, PRESSED_AGAIN)
        except SlackError as problem:
            return Ending(reason_of(problem, here.app.settings), "at the next start")
        return Ending("nothing", PRESSED_AGAIN)

    return played


def _groups(here: World) -> Groups:
    return Groups(here.database, here.app.slack.interactive.user_groups, here.app.identity.team_id)


async def _judges(here: World) -> None:
    team = here.app.identity.team_id
    await People(here.database, here.app.slack.interactive.user_profile, team, _groups(here)).authenticate(team, MARIA)


async def _opens_sockets(here: World) -> None:
    where = here.app.settings.slack_api_url
    door = socket_door(
        here.app.slack_app, here.app.slack, app_token="xapp-of-the-test", on_silent=_nothing, api_url=where
    )
    try:
        await door.start()
    finally:
        await door.stop(1)


def _nothing() -> None:
    """Stand for the end of a process."""


async def _looks(here: World) -> Ending:
    status = here.app.rooms.status
    status._slack = None  # noqa: SLF001 as if twenty seconds had passed
    return Ending((await status.slack()).text, "every twenty seconds, while somebody looks")


# --- jobs ---


async def _tries(here: World, kind: str, ref: str) -> str:
    """Run a job as its first, sixth and twenty-fourth try; say how often it is tried."""
    first, *late = [await _again(here, Attempt(Job(kind, ref), number)) for number in (0, *LATE_TRIES)]
    if first is None:
        return "once"
    if first == KEPT:
        return "once, then kept until Slack takes something again"
    after = f"first after {first}"
    if late[0] == KEPT:
        return f"6 times, {after}; then kept until Slack takes something again"
    return f"{6 if late[0] is None else 24} times, {after}"


async def _again(here: World, attempt: Attempt) -> str | None:
    """Run one try; return after how long the next is due, that it is kept, or None where it is let go."""
    before = here.clock.now()
    await here.engine._run(attempt)  # noqa: SLF001 an attempt with a number of its own
    after = here.clock.now()
    with here.database.transaction() as session:
        found = session.exec(
            select(ScheduledJob).where(ScheduledJob.kind == attempt.job.kind, ScheduledJob.ref == attempt.job.ref)
        ).all()
        kept = any(row.job_id.endswith("@owed") for row in found)
        due = [row.due_at for row in found if row.attempt == attempt.number + 1]
        session.execute(delete(ScheduledJob).where(ScheduledJob.ref == attempt.job.ref))  # type: ignore[arg-type]  # a column
    # The delay began when the try failed, at some moment in between, however long a busy machine takes for it.
    fitting = [each for each in (*FIRST_DELAYS, LATER_DELAY) if due and due[0] - after <= each <= due[0] - before]
    return KEPT if kept else f"{fitting[0].total_seconds():.0f} s" if due else None


def _row(here: World, **changes: Any) -> str:
    project = production(here)
    now = here.clock.now()
    row = request(
        team_id=here.app.identity.team_id,
        requester=YUKI,
        project_id=project,
        operation=create_key(project_id=project).model_dump(mode="json"),
        created_at=now,
        expires_at=now + timedelta(hours=24),
        **changes,
    )
    request_id = row.id
    add(here.database, row)
    return str(request_id)


async def _rings(here: World) -> Ending:
    return Ending("nothing", await _tries(here, "desk.ring", _row(here, state="lapsed")))


async def _edits(here: World) -> Ending:
    here.slack.state.faults.waiting, faults = [], here.slack.state.faults.waiting
    ts = await here.app.slack.background.post(APPROVALS, "a card")
    here.slack.state.faults.waiting = faults
    ref = _row(here, state="cancelled", version=3)
    add(here.database, Card(request_id=ref, audience="approvers", place=APPROVALS, channel=APPROVALS, ts=ts))
    return Ending("nothing", await _tries(here, "desk.cards", ref))


async def _plans(here: World) -> Ending:
    before = len(heard(here, PRIYA))
    ref = _row(here)
    await here.engine._run(Attempt(Job("desk.cards", ref)))  # noqa: SLF001 the job by itself
    reached = len(heard(here, PRIYA)) > before
    with here.database.transaction() as session:
        session.execute(delete(ScheduledJob).where(ScheduledJob.ref == ref))  # type: ignore[arg-type]  # a column
        row = session.get(Request, ref)
        assert row is not None
        row.state = "cancelled"
    return Ending("the approvers get the card directly" if reached else "nothing", "at the reminder")


async def _checks(here: World) -> None:
    try:
        await check_channel(here.app.slack.interactive, APPROVALS, PRIYA)
    except FormError as problem:
        raise BotError(problem.text) from None


async def _sends(here: World) -> None:
    await send_file(here.app.slack.background, YUKI, "keys.csv", b"a,b\n", "Your keys")


SCENES: dict[str, tuple[str, Play]] = {
    "apps.connections.open": ("Keydesk starts with Socket Mode", _refused(_opens_sockets)),
    "auth.test": ("somebody looks at `/keydesk status`", _looks),
    "chat.postEphemeral": ("a refusal is told in the channel", _told(_presses_without_a_link)),
    "chat.postMessage": ("a job tells a lapse in direct messages", _rings),
    "chat.update": ("a card follows its request", _edits),
    "conversations.info": ("a channel is chosen in a form", _refused(_checks)),
    "conversations.members": ("a card is planned: whom does the channel reach?", _plans),
    "conversations.open": ("a job opens direct messages to tell a lapse", _rings),
    "files.completeUploadExternal": ("a CSV file is sent", _refused(_sends)),
    "files.getUploadURLExternal": ("a CSV file is sent", _refused(_sends)),
    "response_url": ("a command is answered", _told(lambda here: forge_command(here, YUKI, "/keydesk help"))),
    "upload_url": ("a CSV file is sent", _refused(_sends)),
    "usergroups.list": ("user groups are read", _refused(lambda here: _groups(here).read_now())),
    "users.info": ("a profile is read, to know who acts", _refused(_judges)),
    "views.open": ("a form is opened", _told(lambda here: forge_command(here, YUKI, "/keys request"))),
    "views.publish": (
        "somebody presses *Refresh* on the page",
        _told(lambda here: forge_action(here, YUKI, "home.refresh", "1")),
    ),
    "views.push": ("an error is shown on top of a form", _told(_presses_in_a_window)),
    "views.update": ("a waiting window is filled", _told(lambda here: forge_command(here, YUKI, "/keys request"))),
}
"""For each method: what goes on, and how to play it."""
