"""What each capability means as methods: whoever offers it overrides them, everybody else raises `NotOffered`.

Each is a protocol too: a room that needs one capability asks for that one. The first argument names the project, and
by it `bot.providers.registry.Providers` finds the account. All raise `bot.errors.ProviderError` in its kinds: a read
that fails is ``Unavailable``, a change that may have been made is ``Unclear``, and nothing that changes is sent twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime
from typing import Any, Literal, Protocol

from bot.errors import NotOffered
from bot.providers.billing import MOST_ORDERS, Balance, Billing, BillingFields, BillingGrouping, Purchases
from bot.providers.listed import Listed
from bot.providers.port import Capability, Vendor
from bot.providers.records import EVERY_REQUEST, LARGEST_PAGE, RequestFilter, RequestPage, RequestRecord
from bot.providers.speech_models import SpeechModel
from bot.providers.usage import NO_FILTERS, Filters, Grouping, OtherGrouping, Usage, UsageFields
from bot.providers.values import CreatedKey, Invite, Key, Member, Project


def lacking(provider: Any, capability: Capability) -> NotOffered:
    """Return the error of a provider that does not offer this."""
    vendor: Vendor = provider.vendor
    return vendor.lacks(capability)


class OffersProjects(Protocol):
    """Projects: listed and read; renamed and deleted where that is offered."""

    async def projects(self) -> Listed[Project]:
        """Return every project that the credential can see."""
        raise lacking(self, Capability.PROJECTS)

    async def project(self, project_id: str) -> Project:
        """Return one project; raise `NotFound` where it is gone, or not to be seen."""
        raise lacking(self, Capability.PROJECTS)

    async def rename_project(self, project_id: str, name: str) -> None:
        """Give a project a new name."""
        raise lacking(self, Capability.PROJECT_CHANGES)

    async def delete_project(self, project_id: str) -> None:
        """Delete a project with everything in it."""
        raise lacking(self, Capability.PROJECT_CHANGES)


class OffersKeys(Protocol):
    """Keys: listed, read, made and ended."""

    async def keys(self, project_id: str, status: Literal["active", "expired"] | None = None) -> Listed[Key]:
        """Return the keys of a project that the credential may see."""
        raise lacking(self, Capability.KEYS)

    async def key(self, project_id: str, key_id: str) -> Key:
        """Return one key, with what lists leave out; raise `NotFound` where it is gone, or not to be seen."""
        raise lacking(self, Capability.KEYS)

    async def create_key(
        self,
        project_id: str,
        *,
        comment: str,
        scopes: Iterable[str],
        tags: Iterable[str] = (),
        expiration_date: datetime | None = None,
    ) -> CreatedKey:
        """Create a key; its secret is in this answer and never told again. `Unclear`: find it by its comment."""
        raise lacking(self, Capability.KEYS)

    async def delete_key(self, project_id: str, key_id: str) -> None:
        """End a key for good; `NotFound` alone does not tell that it is gone."""
        raise lacking(self, Capability.KEYS)


class OffersMembers(Protocol):
    """Members of a project and their scopes."""

    async def members(self, project_id: str) -> Listed[Member]:
        """Return the members of a project whose role the credential may read."""
        raise lacking(self, Capability.MEMBERS)

    async def remove_member(self, project_id: str, member_id: str) -> None:
        """Take a member out of a project, which may end every key that they made there."""
        raise lacking(self, Capability.MEMBERS)

    async def member_scopes(self, project_id: str, member_id: str) -> tuple[str, ...]:
        """Return the scopes of a member of a project."""
        raise lacking(self, Capability.MEMBERS)

    async def change_member_scope(self, project_id: str, member_id: str, scope: str) -> None:
        """Give a member one scope, such as ``admin``, in place of what they have."""
        raise lacking(self, Capability.MEMBERS)


class OffersInvitations(Protocol):
    """Invitations to a project; the address is an invitation's name."""

    async def invites(self, project_id: str) -> Listed[Invite]:
        """Return the open invitations of a project."""
        raise lacking(self, Capability.INVITATIONS)

    async def send_invite(self, project_id: str, email: str, scope: str) -> None:
        """Send an invitation by e-mail."""
        raise lacking(self, Capability.INVITATIONS)

    async def delete_invite(self, project_id: str, email: str) -> None:
        """Take an invitation back."""
        raise lacking(self, Capability.INVITATIONS)


class OffersUsage(Protocol):
    """Usage per day."""

    async def usage_breakdown(
        self,
        project_id: str,
        grouping: Grouping | OtherGrouping | None = None,
        *,
        start: date | None = None,
        end: date | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Usage:
        """Return the usage per day, split by at most one dimension."""
        raise lacking(self, Capability.USAGE)

    async def usage_fields(self, project_id: str, *, start: date | None = None, end: date | None = None) -> UsageFields:
        """Return the tags, models, methods and features that occurred in a period."""
        raise lacking(self, Capability.USAGE)


class OffersMoney(Protocol):
    """What was spent per day, what is left, and what was bought."""

    async def balances(self, project_id: str) -> Listed[Balance]:
        """Return all balances of a project."""
        raise lacking(self, Capability.MONEY)

    async def billing_breakdown(
        self,
        project_id: str,
        grouping: Iterable[BillingGrouping] = (),
        *,
        start: date | None = None,
        end: date | None = None,
        accessor: str | None = None,
        deployment: str | None = None,
        tag: str | None = None,
        line_item: str | None = None,
    ) -> Billing:
        """Return the dollars spent per day, split by any of four dimensions."""
        raise lacking(self, Capability.MONEY)

    async def billing_fields(
        self, project_id: str, *, start: date | None = None, end: date | None = None
    ) -> BillingFields:
        """Return the keys, deployments, tags and line items that were billed in a period."""
        raise lacking(self, Capability.MONEY)

    async def purchases(self, project_id: str, limit: int = MOST_ORDERS) -> Purchases:
        """Return at most ``limit`` orders."""
        raise lacking(self, Capability.MONEY)


class OffersRequests(Protocol):
    """Records of single requests."""

    def requests(
        self, project_id: str, which: RequestFilter = EVERY_REQUEST, *, page_size: int = LARGEST_PAGE
    ) -> AsyncIterator[RequestRecord]:
        """Yield every matching request, newest first."""
        raise lacking(self, Capability.REQUESTS)

    async def request_page(
        self, project_id: str, which: RequestFilter = EVERY_REQUEST, *, page: int = 0, page_size: int = LARGEST_PAGE
    ) -> RequestPage:
        """Return one page of matching requests, newest first; pages count from 0."""
        raise lacking(self, Capability.REQUESTS)

    async def request(self, project_id: str, request_id: str) -> RequestRecord:
        """Return one request; while it is not ``ready``, read it again later."""
        raise lacking(self, Capability.REQUESTS)


class OffersModels(Protocol):
    """The models that a project may use."""

    async def project_models(self, project_id: str, *, include_outdated: bool = False) -> list[SpeechModel]:
        """Return the models that a project may use; ``include_outdated`` adds versions that were replaced."""
        raise lacking(self, Capability.MODELS)
