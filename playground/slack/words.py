"""What Slack shows to a person when the bot did not answer.

The command's sentence is the one people quote in public issues (bolt-python#951, Netflix/dispatch#2848); the other
sentences are this emulator's reading of the client.
"""

from __future__ import annotations

_TROUBLE = "We had some trouble connecting. Try again?"


def failed_command(command: str, code: str) -> str:
    """Return the words under a command that failed."""
    return f"{command} failed with the error “{code}”"


def unknown_command(command: str) -> str:
    """Return the words for a command that no app has."""
    return (
        f"{command} is not a valid command. In Slack, all messages that start with the “/” character are interpreted "
        "as slash commands. If you are trying to send a message and not run a command, try preceding the “/” with an "
        "empty space."
    )


def command_in_thread(command: str) -> str:
    """Return the words for a command typed in a thread."""
    return f"{command} is not supported in threads. Sorry!"


def failed_interaction(where: str, app: str, code: str) -> str:
    """Return the words beside a button, form, shortcut or menu that failed."""
    return {
        "view": _TROUBLE,
        "options": "Results were not loaded. Try again?",
    }.get(where, f"This didn’t work: {app} did not answer ({code}). Try again?")


REQUIRED = "Please complete this required field."
