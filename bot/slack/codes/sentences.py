"""The meanings that a refusal can have, and the sentences that people read.

A sentence is plain text: what Slack said, and what to do next. ``{code}`` in it becomes the code.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Meaning(StrEnum):
    """What a refusal is about."""

    LOST = "lost"
    """The message, window, trigger or link is gone, or can never be changed again."""
    CLOSED = "closed"
    """The place or the person cannot be reached by us; another may."""
    LATER = "later"
    """Nobody has to do anything: it passes."""
    OURS = "ours"
    """Keydesk sent what Slack does not take."""
    THEIRS = "theirs"
    """Somebody with power over this workspace has to change something."""
    DEAD = "dead token"
    """Slack accepts nothing from us any more."""


@dataclass(frozen=True)
class Entry:
    """One meaning with its sentence; ``unclear``: it may have been done all the same."""

    meaning: Meaning
    words: str
    unclear: bool = False


INSTALL = "Whoever installed Keydesk can mend that"


def lost(words: str) -> Entry:
    """Make an entry of this meaning."""
    return Entry(Meaning.LOST, words)


def closed(words: str) -> Entry:
    """Make an entry of this meaning."""
    return Entry(Meaning.CLOSED, words)


def theirs(words: str) -> Entry:
    """Make an entry of this meaning."""
    return Entry(Meaning.THEIRS, words)


OURS = Entry(
    Meaning.OURS,
    "Slack did not take what Keydesk sent ({code}). Trying again changes nothing: please give this code to your "
    "platform team.",
)
DEAD = Entry(
    Meaning.DEAD,
    "Slack does not accept Keydesk's token any more ({code}). Whoever installed Keydesk has to install it again at "
    "api.slack.com/apps, put the new Bot User OAuth Token into SLACK_BOT_TOKEN, and restart it.",
)
DEAD_APP_TOKEN = Entry(
    Meaning.DEAD,
    "Slack does not accept Keydesk's app-level token ({code}). Whoever installed Keydesk has to make one (xapp-…, with "
    "connections:write) under Basic Information, put it into SLACK_APP_TOKEN, and restart it.",
)
PASSING = Entry(Meaning.LATER, "Slack could not do it just now. Please try again in a few minutes.")
TROUBLE = Entry(Meaning.LATER, "Slack has trouble of its own just now. Please try again in a few minutes.", True)
TOO_MANY = Entry(Meaning.LATER, "Slack wants to hear less from Keydesk just now. Please try again in a minute.")
UNANSWERED = Entry(Meaning.LATER, "Slack did not answer. Please try again in a few minutes.", True)
UNKNOWN = Entry(
    Meaning.LATER,
    "Slack gave a reason that Keydesk does not know ({code}). Please try again in a few minutes; if it stays, give "
    "this code to your platform team.",
)
MIGRATING = Entry(
    Meaning.LATER,
    "This workspace is being moved into an organisation, and Slack lets no app work meanwhile. Please try again later.",
)

CHANNEL_GONE = closed(
    "Keydesk cannot see that channel: it is gone, or private and without Keydesk. Invite Keydesk there with /invite, "
    "or choose another channel."
)
ARCHIVED = closed("That channel is archived. Unarchive it, or choose another channel.")
NOT_IN = closed("Keydesk is not in that channel. Invite it there with /invite, or choose another channel.")
RESTRICTED = closed(
    "That channel does not take messages from apps. A workspace administrator can allow it, or choose another channel."
)
NO_CONVERSATION = closed("That conversation is of a kind that Keydesk cannot use. Choose a channel.")
NO_SUCH_PERSON = closed("Slack shows Keydesk no such person: they are gone, or not of this workspace.")
DEACTIVATED = closed("That person's account is deactivated.")
TAB_OFF = closed(f"Direct messages with Keydesk are switched off. {INSTALL}: App Home, Messages Tab.")
THREAD_CLOSED = lost("That message takes no replies any more.")
MESSAGE_GONE = lost("That message is gone, or can no longer be changed.")
PLAN_LIMIT = theirs(
    "This workspace has used up the messages that its plan allows. A workspace administrator can change the plan."
)
CONNECT = theirs("Administrators do not allow that in channels shared with other organisations.")

WINDOW_LATE = lost("Slack gives three seconds to open a window, and they had passed.")
WINDOW_USED = lost("Slack had opened a window for that press already.")
WINDOW_GONE = lost("The window was closed meanwhile.")
WINDOW_CHANGED = lost("The window shows something newer already.")
STACK_FULL = closed("Three windows are open, and Slack opens no fourth. Close one and press again.")

UPLOADS_OFF = theirs("This workspace does not allow file uploads. A workspace administrator can allow them.")
TYPE_OFF = theirs("This workspace does not allow files of that type. A workspace administrator can allow them.")
NO_SPACE = theirs("This workspace has no space left for files. A workspace administrator can make some.")
TOO_BIG = theirs(
    "This workspace does not take files of that size. Choose a shorter period, or ask a workspace administrator."
)
CHANNEL_TAKES_NO_FILE = closed("Slack does not let Keydesk put a file into that conversation.")

NOT_SLACKS = lost("The address that came with it is not Slack's, so nothing was sent there.")
LINK_USED = lost("The link to answer by is used up or expired.")
