"""Which channels may carry a card: ours alone, and one that the bot is in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.errors import FormError
from bot.slack.web import SlackError, SlackWeb

SHARED = "It is shared outside this workspace, so no request may be shown there."
NOT_SAID = "Slack does not say whether it is shared outside this workspace, so no request may be shown there."


def sharing_problem(channel: Mapping[str, Any]) -> str | None:
    """Return why a conversation is not certainly ours alone, or None; of a direct one Slack need not say it."""
    flags = ("is_shared", "is_ext_shared", "is_pending_ext_shared", "is_org_shared", "pending_shared")
    if any(channel.get(flag) for flag in flags):
        return SHARED
    return None if channel.get("is_im") or channel.get("is_ext_shared") is False else NOT_SAID


def channel_problem(channel: Mapping[str, Any]) -> str | None:
    """Return why cards may not go to this conversation (Slack's object of ``conversations.info``), or None."""
    sharing = sharing_problem(channel)
    if sharing == SHARED:
        return sharing
    if channel.get("is_archived"):
        return "It is archived."
    if channel.get("is_im") or channel.get("is_mpim"):
        return "It is a direct conversation; choose a channel."
    if not channel.get("is_member"):
        return "Keydesk is not in it. Invite it there first with /invite @Keydesk."
    return sharing


async def check_channel(web: SlackWeb, channel: str | None, chosen_by: str | None) -> None:
    """Check the channel that was chosen in the field “channel” of a form, if one was.

    ``chosen_by`` must be in it; None where the channel stays as it was, whoever may have chosen it.

    Raises:
        FormError: nothing of ours may be shown there, they are not in it, or Slack does not let us see it.
    """
    if channel is None:
        return
    try:
        problem = channel_problem(await web.channel(channel))
        if problem is None and chosen_by is not None and not await _is_in(web, channel, chosen_by):
            problem = "You are not in it. Join it first, or ask somebody who is in it."
    except SlackError as refused:
        raise FormError("channel", f"Keydesk could not look at this channel. {refused.verdict.words}") from None
    if problem is not None:
        raise FormError("channel", f"This channel cannot be used. {problem}")


async def _is_in(web: SlackWeb, channel: str, user_id: str) -> bool:
    async for member in web.members(channel):
        if member == user_id:
            return True
    return False
