"""Where a request ran: on which of the vendor's deployments.

Live records write ``hosted:us`` for the hosted deployment of a region; the specification knows ``hosted`` alone, and
its list of billing fields ``dedicated`` as well.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from bot.providers.lenient import text_or_none

DEPLOYMENTS = ("hosted", "beta", "self-hosted", "dedicated")
FILTERED = DEPLOYMENTS[:3]  # what the specification lets requests be narrowed to


def deployment_or_none(value: object) -> str | None:
    """Return a deployment without its region: “hosted” of ``hosted:us``. One that nobody knows yet stays as told."""
    text = text_or_none(value)
    return None if text is None else text.partition(":")[0].strip()


MaybeDeployment = Annotated[str | None, BeforeValidator(deployment_or_none)]
