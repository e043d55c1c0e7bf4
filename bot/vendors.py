"""Which vendor a project is of: every session carries the vendors that this installation works with.

So what is drawn from rows needs nothing but its session to speak of the provider by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlmodel import Session

from bot.providers.port import Capability, Vendor
from bot.store import projects
from bot.store.projects import Project

CARRIED = "keydesk_vendors"
COLLECTED_DOLLARS = (Capability.USAGE, Capability.MONEY)
"""What a provider has to offer, all of it, so that its days are read and dollars stand in them."""


class Vendors:
    """The vendors that this installation works with, the main account's first."""

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self._by_id = {vendor.id: vendor for vendor in vendors}

    @property
    def info(self) -> dict[str, object]:
        """What a database's sessions must carry for `vendor_of` to work there."""
        return {CARRIED: self}

    @property
    def first(self) -> Vendor:
        """The main account's."""
        return next(iter(self._by_id.values()))

    def __iter__(self) -> Iterator[Vendor]:
        return iter(self._by_id.values())

    def offering(self, *capabilities: Capability) -> list[str]:
        """Return the ids of the vendors that offer all of these."""
        return [vendor.id for vendor in self if all(vendor.offers(each) for each in capabilities)]

    def named(self, vendor_id: str) -> Vendor:
        """Return the vendor by its id, as rows store it; one that is worked with no more offers nothing."""
        return self._by_id.get(vendor_id) or Vendor(vendor_id, vendor_id, f"the console of {vendor_id}", "", "")

    def of(self, project: Project) -> Vendor:
        """Return the vendor of a project."""
        return self.named(project.provider)


def vendors_in(session: Session) -> Vendors:
    """Return the vendors that a session carries."""
    carried = session.info.get(CARRIED)
    if not isinstance(carried, Vendors):
        raise TypeError("this database was opened without the vendors of its projects")
    return carried


def vendor_of(session: Session, project: Project | str) -> Vendor:
    """Return the vendor of a project, given as its row or its id; of one that is not known, the main account's."""
    row = projects.ever(session, project) if isinstance(project, str) else project
    vendors = vendors_in(session)
    return vendors.of(row) if row is not None else vendors.first


def offering(session: Session, capability: Capability, project_ids: Iterable[str]) -> list[str]:
    """Return those of these projects whose provider offers this; where every vendor does, nothing is read for it."""
    vendors = vendors_in(session)
    able = vendors.offering(capability)
    if len(able) == len(list(vendors)):
        return list(project_ids)
    there = projects.of_providers(session, able)
    return [project_id for project_id in project_ids if project_id in there]
