"""Every error that a person may read, in one tree.

BotError                      carries ``text``: what happened and what to do next
├── NotUnderstood             the words or values given make no sense here
│   └── FormError             … in one field of a form, named by ``block_id``
├── NotAllowed                this person may not do this
├── AlreadyDecided            somebody was first, or it is over; nothing changed
├── CouldNotCheck             who-may-do-this could not be read, so nothing changed
├── NoWorkspace               the bot token names no workspace, so nobody could be told from a stranger
└── ProviderError             the provider's answer, mapped once in ``bot/providers``
    ├── NotFound              404 in the provider's own words: the thing is gone, or the credential cannot see it
    ├── Conflict              409
    ├── Refused               400 and other definite refusals: asking again changes nothing
    │   └── NotOffered            the provider has nothing of the kind, so nothing was asked
    ├── CredentialsRejected   401: the credential itself is bad, or cannot be unsealed
    │   └── AccountRemoved    its account was removed from Keydesk, so there is none any more
    ├── ScopeMissing          401/403: the credential lacks a scope, named in ``scope`` if known
    ├── RateLimited           429: ``retry_after`` seconds, if the provider said
    ├── Unavailable           the call certainly had no effect: try again later
    └── Unclear               the call may or may not have happened: settle before repeating

A text is plain (no mrkdwn from outside), holds no secret, and reads the same in a message and in a modal.
"""

from __future__ import annotations


class BotError(Exception):
    """An error with the text that its user will read; ``on_record`` once it was written down where it was judged."""

    on_record = False

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NotUnderstood(BotError):
    """The words or values given make no sense here."""


class FormError(NotUnderstood):
    """One field of a submitted form is wrong; ``block_id`` names the field."""

    def __init__(self, block_id: str, text: str) -> None:
        super().__init__(text)
        self.block_id = block_id


class LooksAlike(FormError):
    """A name may deceive: it is asked again, with a box whose value is ``answer``; ticked, it is taken."""

    def __init__(self, block_id: str, text: str, answer: str) -> None:
        super().__init__(block_id, text)
        self.answer = answer


class NotAllowed(BotError):
    """This person may not do this; the text names who can."""


class AlreadyDecided(BotError):
    """Somebody was first, or it is over; the text says who and when."""


class CouldNotCheck(BotError):
    """Who may do this could not be read just now, so nothing changed."""


class NoWorkspace(BotError):
    """The bot token belongs to a whole organisation and names no workspace: Keydesk does not start."""


class ProviderError(BotError):
    """A provider answered with an error, or not at all."""

    def __init__(self, text: str, *, status: int | None = None, request_id: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.request_id = request_id


class NotFound(ProviderError):
    """The provider's own words: the thing is gone, or the credential cannot see it.

    Alone it proves no absence: before something irreversible, a whole list must lack the thing as well.
    """


class Conflict(ProviderError):
    """The provider's state forbids it."""


class Refused(ProviderError):
    """A definite refusal: asking again changes nothing."""


class NotOffered(Refused):
    """The project's provider has nothing of the kind: nothing was asked, and nothing changed."""


class CredentialsRejected(ProviderError):
    """The credential itself is bad."""


class AccountRemoved(CredentialsRejected):
    """The account was removed from Keydesk: nothing in its projects can be reached any more."""


class ScopeMissing(ProviderError):
    """The credential lacks a permission; ``scope`` names it where the provider does."""

    def __init__(
        self, text: str, *, scope: str | None, status: int | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(text, status=status, request_id=request_id)
        self.scope = scope


class RateLimited(ProviderError):
    """Too many calls; ``retry_after`` is in seconds where the provider said."""

    def __init__(
        self,
        text: str,
        *,
        retry_after: float | None = None,
        status: int | None = 429,
        request_id: str | None = None,
    ) -> None:
        super().__init__(text, status=status, request_id=request_id)
        self.retry_after = retry_after


class Unavailable(ProviderError):
    """The call certainly had no effect (no connection was made, or a read failed)."""


class Unclear(ProviderError):
    """A change may or may not have happened: settle before repeating."""
