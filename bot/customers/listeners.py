"""What people type and press about customers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlmodel import Session

from bot.customers import service, views
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.desk.service import Desk, Ran
from bot.errors import CouldNotCheck, FormError, LooksAlike
from bot.operation import Actor, Operation
from bot.people import People
from bot.slack.call import Call
from bot.slack.files import send_table
from bot.slack.names import Command, Door, Listener
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.web import SlackWeb
from bot.slack.words import count, escape
from bot.store import customers
from bot.store.customers import Customer
from bot.store.database import Database

T = TypeVar("T")
LIST = "whom keys are billed to"
ALIASES = ("ls", "search", "")
ONE_MOMENT = "One moment…"
CSV_HEADER = ("Tag", "Name", "Contact", "Account", "Markup %", "State", "Added")


class CustomerListeners:
    """Answers `/keydesk customers` and its buttons."""

    def __init__(self, desk: Desk, database: Database, people: People, background: SlackWeb) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._background = background

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("customers", "list", self.list_customers, "[words]", LIST, ALIASES, slash=False, words=True),
                _command("show", self.show, "<name>", "one customer", "get"),
                _command("add", self.add, "[tag]", "a new customer", "new", "create"),
                _command("change", self.change, "<name>", "its name, contact and markup", "edit", "rename"),
                _command("archive", self.archive, "<name>", "offer it no longer", "delete", "remove"),
                _command("tags", self.tags, "", "tags on keys that are no customer yet", "adopt"),
                _command("markup", self.markup, "", "the markup of all without their own"),
            ),
            actions={
                "customers.list": self.turn,
                "customers.show": self.show,
                "customers.add": self.add,
                "customers.adopt": self.add,
                "customers.change": self.change,
                "customers.archive": self.archive,
                "customers.restore": self.restore,
                "customers.tags": self.turn_tags,
                "customers.markup": self.markup,
                "customers.csv": self.send_csv,
            },
            views={"customers.save": self.save, "customers.markup": self.save_markup},
        )

    # --- looking ---

    async def list_customers(self, call: Call) -> None:
        """List the customers."""
        await call.show(await self._page(call, call.text.strip()[:WORDS_LONGEST], 1))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        number, words = read_page(call.value)
        await call.show_instead(await self._page(call, words, number))

    async def show(self, call: Call) -> None:
        """Show one customer."""
        wanted = call.text or call.value
        seen = await self._read(
            call, lambda session, actor, may: service.details(session, actor, wanted, may_change=may)
        )
        await call.show(views.details(seen))

    async def tags(self, call: Call) -> None:
        """List the tags that are no customer's."""
        await call.show(await self._tags(call, 1))

    async def turn_tags(self, call: Call) -> None:
        """Show another page of them."""
        await call.show_instead(await self._tags(call, read_page(call.value)[0]))

    async def send_csv(self, call: Call) -> None:
        """Send the whole catalogue as a file."""
        every = await self._read(call, lambda session, actor, _: customers.everyone(session, actor.team_id))
        comment = count(len(every), "customer")
        await send_table(self._background, call, "customers.csv", CSV_HEADER, map(_csv_row, every), comment)

    # --- changing ---

    async def add(self, call: Call) -> None:
        """Open the form of a new customer; of an adopted tag with that tag in it."""
        opened = await call.open(views.saying("New customer", ONE_MOMENT))
        await self._permitted(call, SaveCustomer.kind)
        tag = (call.text or call.value).strip()[: customers.TAG_LONGEST]
        draft = SaveCustomer(tag=tag, new=True, name=tag[:80]) if customers.is_tag(tag) else None
        await opened.update(views.form(draft, new=True))

    async def change(self, call: Call) -> None:
        """Open the form of a customer."""
        opened = await call.open(views.saying("Customer", ONE_MOMENT))
        actor = await self._permitted(call, SaveCustomer.kind)
        wanted = call.text or call.value
        customer = await self._database.read(lambda session: service.the_customer(session, actor, wanted))
        await opened.update(views.form(customer, new=False))

    async def markup(self, call: Call) -> None:
        """Open the form of the markup for all."""
        opened = await call.open(views.saying("Markup for all", ONE_MOMENT))
        actor = await self._permitted(call, SetDefaultMarkup.kind)
        default = await self._database.read(lambda session: customers.default_markup(session, actor.team_id))
        await opened.update(views.markup_form(default))

    async def save(self, call: Call) -> None:
        """Save the form of a customer."""
        operation = views.read_form(call.metadata, call.state)
        opened = await call.ack_update(views.saying("Customer", "Saving…"))
        try:
            text = await self._submit(call, operation)
        except (FormError, CouldNotCheck) as problem:
            # What was typed must not be lost: the form comes back with what is wrong.
            asked = problem.answer if isinstance(problem, LooksAlike) else ""
            await opened.update(views.form(operation, new=operation.new, problem=problem.text, asked=asked))
            return
        await opened.update(views.saying("Customer", escape(text)))

    async def save_markup(self, call: Call) -> None:
        """Save the markup for all."""
        operation = views.read_markup_form(call.state)
        opened = await call.ack_update(views.saying("Markup for all", "Saving…"))
        await opened.update(views.saying("Markup for all", escape(await self._submit(call, operation))))

    async def archive(self, call: Call) -> None:
        """Offer a customer no longer; the button has asked."""
        await self._archive(call, archived=True)

    async def restore(self, call: Call) -> None:
        """Offer a customer again."""
        await self._archive(call, archived=False)

    async def _archive(self, call: Call, *, archived: bool) -> None:
        actor = await self._permitted(call, ArchiveCustomer.kind)
        wanted = call.text or call.value
        customer = await self._database.read(lambda session: service.the_customer(session, actor, wanted))
        await call.tell(escape(await self._submit(call, ArchiveCustomer(tag=customer.tag, archived=archived))))

    async def _submit(self, call: Call, operation: Operation) -> str:
        actor = await self._people.judge(call.team_id, call.user_id)
        outcome = await self._desk.submit(operation, actor, call.view_id)
        return outcome.text if isinstance(outcome, Ran) else "This waits for a decision."

    async def _permitted(self, call: Call, name: str) -> Actor:
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._database.read(lambda session: self._desk.permit(session, actor, name))
        return actor

    async def _read(self, call: Call, read: Callable[[Session, Actor, bool], T]) -> T:
        """Read something for whoever may see the catalogue; the third argument tells whether they may change it."""
        actor = await self._people.judge(call.team_id, call.user_id)

        def permitted(session: Session) -> T:
            self._desk.permit(session, actor, "customers.list")
            return read(session, actor, self._desk.may(session, actor, SaveCustomer.kind))

        return await self._database.read(permitted)

    async def _page(self, call: Call, words: str, number: int) -> list[views.Block]:
        return views.customer_list(
            await self._read(
                call, lambda session, actor, may: service.page(session, actor, words, number, may_change=may)
            )
        )

    async def _tags(self, call: Call, number: int) -> list[views.Block]:
        return await self._read(
            call,
            lambda session, actor, may: views.tag_list(
                service.tag_page(session, actor.team_id, number), may_change=may
            ),
        )


def _command(verb: str, listener: Listener, usage: str, summary: str, *aliases: str) -> Command:
    return Command("customers", verb, listener, usage, summary, aliases, slash=False)


def _csv_row(customer: Customer) -> tuple[object, ...]:
    account = views.WHOSE[customer.account_of]
    named = (customer.tag, customer.name, customer.contact, account)
    return (*named, customer.markup, customer.state, f"{customer.added_at:%Y-%m-%d}")
