"""The page's first steps, told with the people and channels of the seed.

A step names who takes it, and what its button opens first: a channel, the app's talk, its home, or the page's
panel. A command in backticks at its beginning is offered for typing.
"""

from __future__ import annotations

from collections.abc import Sequence

from playground.slack.wire import Json

_ASKS, _DECIDES, _OWNS = "U0MARIA0005", "U0PRIYA0003", "U0AMARA0001"
_APPROVALS, _SPEECH = "C0APPROVE02", "C0SPEECH003"

TOUR: Sequence[Json] = (
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
        "user": _DECIDES,
        "text": "*Move the clock* by a day in the Playground panel: within seconds the digest of the day comes to"
        f" <#{_SPEECH}>, and two alerts, because one key was much busier than usual.",
        "open": "panel",
    },
    {
        "user": _DECIDES,
        "text": f"Read them in <#{_SPEECH}>. Press _Details_ under the digest, _Raise…_ or _Revoke keys…_ under the"
        " alert of the budget.",
        "open": _SPEECH,
    },
    {
        "user": _DECIDES,
        "text": "Ask yourself: `/usage week by customer in all` is what was used and spent. Change period and"
        " rows with the menus beneath.",
        "command": "/usage week by customer in all",
    },
    {
        "user": _OWNS,
        "text": f"<@{_OWNS}> is an owner. `/billing month` is what each customer owes: Apple, Banana and Pear have"
        " keys in one project.",
        "command": "/billing month",
    },
    {
        "user": _OWNS,
        "text": "Choose a project with `/projects use production`: `/usage`, `/keys list` and others follow it.",
        "command": "/projects use production",
    },
    {
        "user": _OWNS,
        "text": "`/members list` shows who belongs to it at its provider. _Remove…_ says which keys die with whom.",
        "command": "/members list",
    },
    {
        "user": _OWNS,
        "text": "`/keydesk roles` shows who may do what here: an Owner, a group of Readers, everybody else.",
        "command": "/keydesk roles",
    },
    {
        "user": _OWNS,
        "text": "`/keydesk accounts` shows a second Deepgram account, a customer's own. Its projects stand beside"
        " ours; its figures never mix with ours.",
        "command": "/keydesk accounts",
    },
    {
        "user": _ASKS,
        "text": "*Let a request expire.* Ask for another key, let nobody decide, and move the clock by a day:"
        " the request expires before your eyes.",
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
)
"""The steps in order: `user`, `text` (mrkdwn), and `open` and `command` where they help."""
