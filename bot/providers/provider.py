"""A provider as Keydesk works with it: one credential there, and what is offered through it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from bot.errors import NotFound, Unavailable, Unclear
from bot.providers.offers import (
    OffersInvitations,
    OffersKeys,
    OffersMembers,
    OffersModels,
    OffersMoney,
    OffersProjects,
    OffersRequests,
    OffersUsage,
)
from bot.providers.port import Vendor
from bot.providers.values import Credential


class Provider(
    OffersProjects,
    OffersKeys,
    OffersMembers,
    OffersInvitations,
    OffersUsage,
    OffersMoney,
    OffersRequests,
    OffersModels,
):
    """One account at a vendor. A provider overrides what it offers; the rest raises `bot.errors.NotOffered`.

    ``fingerprint`` tells credentials apart.
    """

    vendor: Vendor
    fingerprint: str

    async def who_am_i(self) -> Credential:
        """Return what can be learned about the credential; every part of it may be unknown."""
        return Credential(projects=len(await self.projects()))

    async def sees_all_keys(self, project_id: str) -> bool:
        """Tell, asked for now, whether the credential is shown the keys that others made in a project.

        Where the vendor knows no roles, one credential sees as much as another. A vendor with roles says it itself:
        until it does, a key that is not found may be alive all the same.

        Raises:
            ProviderError: the provider did not say.
        """
        del project_id
        return not self.vendor.able_roles

    async def lacks_project(self, project_id: str) -> bool:
        """Tell whether a project is certainly not there any more, or not for us: the whole list lacks it.

        A list without any project proves nothing: the credential is itself of one.

        Raises:
            ProviderError: the provider did not say, or not all of it; or the account cannot be used.
        """
        listed = (await self.projects()).certain("projects")
        if not listed:
            raise Unavailable(f"{self.vendor.name} listed no project at all, so whether one is gone cannot be told.")
        return all(project.project_id != project_id for project in listed)

    async def lists_key(self, project_id: str, key_id: str) -> bool:
        """Tell whether the whole list of a project's live keys holds a key: “not found” alone proves no absence.

        Of a project that is gone, or that we are no member of any more, no key is left that we could use or end.

        Raises:
            Unclear: the provider lists the project, and does not find it.
            ProviderError: it did not say, or not all of it.
        """
        try:
            listed = (await self.keys(project_id, status="active")).certain("keys")
        except NotFound as problem:
            if not await self.lacks_project(project_id):
                raise Unclear(f"{self.vendor.name} lists this project, and does not find it.") from problem
            return False
        return any(key.key_id == key_id for key in listed)

    async def aclose(self) -> None:
        """Close the connections."""


@dataclass(frozen=True)
class ProviderKind:
    """A provider that this installation works with: its words, and how an account there is opened by a credential."""

    vendor: Vendor
    open: Callable[[SecretStr], Provider]
