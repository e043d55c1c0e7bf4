"""The page's first steps, told with the people and channels of the seed.

A step names who takes it, and what its button opens first: a channel, the app's talk, its home, or the page's
panel. A command in backticks at its beginning is offered for typing.
"""

from __future__ import annotations

from playground.slack.wire import Json

_ASKS, _DECIDES, _APPROVALS = "U0MARIA0005", "U0PRIYA0003", "C0APPROVE02"


def tour() -> list[Json]:
    """Return the steps in order: `user`, `text` (mrkdwn), and `open`, `label`, `command` where they help."""
    return [
        {
            "user": _ASKS,
            "text": f"You are <@{_ASKS}> and need a key. Send `/keys request`, find a project by typing _prod_,"
            " say what the key is for, and ask.",
            "command": "/keys request",
        },
        {
            "user": _DECIDES,
            "text": f"Somebody else decides: <@{_DECIDES}>, in <#{_APPROVALS}>. Read the card and press _Approve_.",
            "open": _APPROVALS,
        },
        {
            "user": _ASKS,
            "text": f"Be <@{_ASKS}> again. In the talk with Keydesk press _Create and show my key_:"
            " it is made while you watch, and shown once.",
            "open": "messages",
        },
        {
            "user": _ASKS,
            "text": "*Move the clock.* Ask for another key, let nobody decide, and move the clock by a day in the"
            " Playground panel: the request expires before your eyes.",
            "open": "panel",
            "command": "/keys request",
        },
        {
            "user": _DECIDES,
            "text": "*Press twice.* In the panel switch the impatient finger on, have one more request made, and"
            f" approve it in <#{_APPROVALS}>: one decision, however often you press.",
            "open": "panel",
        },
        {
            "user": _ASKS,
            "text": "*Break the provider.* Under _Trouble at Deepgram_ let the next creation of a key succeed while"
            " its answer is lost, then press _Create and show my key_: no key is left that nobody saw.",
            "open": "panel",
        },
    ]
