"""Which requests somebody looks for: as asked, and as it is put to the provider page after page."""

from __future__ import annotations

import re
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import NotUnderstood
from bot.providers.records import RequestFilter
from bot.usage.requests.period import RecordsPeriod

LONGEST = 150  # of an option's value at Slack; a provider's tag has at most 128 characters
MOST_KEYS = 50  # each key of a customer is a list of its own at the provider, and a window carries 3,000 characters
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Asked(BaseModel):
    """What was typed or chosen; an empty text means any.

    ``project`` is an id or a name, ``key`` the provider's key id or its beginning.
    """

    model_config = ConfigDict(frozen=True)

    project: str = Field(default="", max_length=LONGEST)
    period: RecordsPeriod = RecordsPeriod()
    key: str = Field(default="", max_length=LONGEST)
    customer: str = Field(default="", max_length=LONGEST)
    request_id: str = Field(default="", max_length=LONGEST)
    status: str = Field(default="", max_length=20)
    endpoint: str = Field(default="", max_length=20)
    method: str = Field(default="", max_length=20)
    deployment: str = Field(default="", max_length=20)


class RecordsQuestion(Asked):
    """The same with whole ids and fixed moments, so that pages stay what they are while requests go on.

    ``keys`` are the provider's ids of the keys to ask for (empty: all); ``left`` more carry the customer's tag.
    """

    start: datetime
    end: datetime
    keys: tuple[str, ...] = Field(default=(), max_length=MOST_KEYS)
    left: int = 0

    def narrowed(self, key_id: str = "") -> RequestFilter:
        """Return the provider's filter, for one key where one is given."""
        return RequestFilter(
            start=self.start,
            end=self.end,
            accessor=key_id or None,
            endpoint=self.endpoint or None,
            method=self.method or None,
            status=self.status or None,  # type: ignore[arg-type] # the provider judges it
            deployment=self.deployment or None,
        )


def carried(text: str) -> RecordsQuestion:
    """Read a question back from the window that carried it.

    Raises:
        NotUnderstood: another version of Keydesk wrote it.
    """
    try:
        return RecordsQuestion.model_validate_json(text)
    except ValidationError:
        raise NotUnderstood(
            "This window is from another version of Keydesk. Type /usage requests to start again."
        ) from None
