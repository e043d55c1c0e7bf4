"""What people type and press about customers."""

from __future__ import annotations

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import workspace
from bot.customers import service, views
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.desk.service import Desk, Ran
from bot.errors import BotError, LooksAlike
from bot.operation import Actor, Operation
from bot.slack.call import Call
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.words import count
from bot.store import customers
from bot.store.customers import Customer
from bot.store.database import Database

LIST = "whom keys are billed to"
ALIASES = ("ls", "search", "")
NEW, ONE, FOR_ALL = "New customer", "Customer", "Markup for all"
SAVING = "Saving…"
CSV_HEADER = ("Tag", "Name", "Contact", "Account", "Markup %", "State", "Added")


class CustomerListeners:
    """Answers `/keydesk customers` and its buttons."""

    def __init__(self, desk: Desk, database: Database, exports: Exports) -> None:
        self._desk = desk
        self._database = database
        self._exports = exports

    def routes(self) -> Routes:
        """Return what this room answers to."""
        list_ = Route(self.list_customers, "customers.list", workspace)
        show = Route(self.show, "customers.list", workspace)
        add = Route(self.add, "customers.save", workspace, window=NEW)
        change = Route(self.change, "customers.save", workspace, window=ONE)
        archive = Route(self.archive, "customers.archive", workspace)
        tags = Route(self.tags, "customers.list", workspace)
        markup = Route(self.markup, "customers.markup", workspace, window=FOR_ALL)
        return Routes(
            commands=(
                Command("customers", "list", list_, "[words]", LIST, ALIASES, slash=False, words=True, shows=True),
                _command("show", show, "<name>", "one customer", "get", shows=True),
                _command("add", add, "[tag]", "a new customer", "new", "create"),
                _command("change", change, "<name>", "its name, contact and markup", "edit", "rename"),
                _command("archive", archive, "<name>", "offer it no longer", "delete", "remove"),
                _command("tags", tags, "", "tags on keys that are no customer yet", "adopt", shows=True),
                _command("markup", markup, "", "the markup of all without their own"),
            ),
            actions={
                "customers.list": Route(self.turn, "customers.list", workspace, in_place=True),
                "customers.show": show,
                "customers.add": add,
                "customers.adopt": add,
                "customers.change": change,
                "customers.archive": archive,
                "customers.restore": Route(self.restore, "customers.archive", workspace),
                "customers.tags": Route(self.turn_tags, "customers.list", workspace, in_place=True),
                "customers.markup": markup,
                "customers.csv": Route(self.send_csv, "customers.list", workspace),
            },
            views={"customers.save": self._saving(), "customers.markup": self._saving_markup()},
        )

    def _saving(self) -> Route:
        return Route(
            self.save, "customers.save", workspace, window=ONE, waits=SAVING, reads=_read_form, back=self.save_again
        )

    def _saving_markup(self) -> Route:
        return Route(
            self.save_markup,
            "customers.markup",
            workspace,
            window=FOR_ALL,
            waits=SAVING,
            reads=_read_markup,
            back=self.save_markup_again,
        )

    # --- looking ---

    async def list_customers(self, call: Call, access: Access) -> list[views.Block]:
        """List the customers."""
        return await self._page(access, call.text.strip()[:WORDS_LONGEST], 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        number, words = read_page(call.value)
        return await self._page(access, words, number)

    async def _page(self, access: Access, words: str, number: int) -> list[views.Block]:
        actor, may_change = access.actor, access.can("customers.save")
        return views.customer_list(
            await self._database.read(lambda s: service.page(s, actor, words, number, may_change=may_change))
        )

    async def show(self, call: Call, access: Access) -> list[views.Block]:
        """Show one customer."""
        wanted, actor, may_change = call.text or call.value, access.actor, access.can("customers.save")
        return views.details(
            await self._database.read(lambda s: service.details(s, actor, wanted, may_change=may_change))
        )

    async def tags(self, _: Call, access: Access) -> list[views.Block]:
        """List the tags that are no customer's."""
        return await self._tags(access, 1)

    async def turn_tags(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page of them."""
        return await self._tags(access, read_page(call.value)[0])

    async def _tags(self, access: Access, number: int) -> list[views.Block]:
        page = await self._database.read(lambda session: service.tag_page(session, access.actor.team_id, number))
        return views.tag_list(page, may_change=access.can("customers.save"))

    async def send_csv(self, call: Call, access: Access) -> None:
        """Send the whole catalogue as a file."""
        every = await self._database.read(lambda session: customers.everyone(session, access.actor.team_id))
        comment = count(len(every), "customer")
        await self._exports.send_table(call, access, "customers.csv", CSV_HEADER, map(_csv_row, every), comment)

    # --- changing ---

    async def add(self, call: Call, _: Access) -> views.Block:
        """Draw the form of a new customer; of an adopted tag with that tag in it."""
        tag = (call.text or call.value).strip()[: customers.TAG_LONGEST]
        draft = SaveCustomer(tag=tag, new=True, name=tag[:80]) if customers.is_tag(tag) else None
        return views.form(draft, new=True)

    async def change(self, call: Call, access: Access) -> views.Block:
        """Draw the form of a customer."""
        return views.form(await self._named(call, access), new=False)

    async def save(self, call: Call, access: Access) -> str:
        """Save the form of a customer."""
        return await self._submit(call, call.form, access)

    async def save_again(self, call: Call, _: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        operation: SaveCustomer = call.form
        asked = problem.answer if isinstance(problem, LooksAlike) else ""
        return views.form(operation, new=operation.new, problem=problem.text, asked=asked)

    async def markup(self, _: Call, access: Access) -> views.Block:
        """Draw the form of the markup for all."""
        team_id = access.actor.team_id
        return views.markup_form(await self._database.read(lambda s: customers.default_markup(s, team_id)))

    async def save_markup(self, call: Call, access: Access) -> str:
        """Save the markup for all."""
        return await self._submit(call, call.form, access)

    async def save_markup_again(self, call: Call, _: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        operation: SetDefaultMarkup = call.form
        return views.markup_form(operation.percent, problem.text)

    async def archive(self, call: Call, access: Access) -> str:
        """Offer a customer no longer; the button has asked."""
        return await self._archive(call, access, archived=True)

    async def restore(self, call: Call, access: Access) -> str:
        """Offer a customer again."""
        return await self._archive(call, access, archived=False)

    async def _archive(self, call: Call, access: Access, *, archived: bool) -> str:
        customer = await self._named(call, access)
        return await self._submit(call, ArchiveCustomer(tag=customer.tag, archived=archived), access)

    async def _named(self, call: Call, access: Access) -> Customer:
        wanted = call.text or call.value
        return await self._database.read(lambda session: service.the_customer(session, access.actor, wanted))

    async def _submit(self, call: Call, operation: Operation, access: Access) -> str:
        outcome = await self._desk.submit(operation, access.actor, call.view_id)
        return outcome.text if isinstance(outcome, Ran) else "This waits for a decision."


def _command(verb: str, route: Route, usage: str, summary: str, *aliases: str, shows: bool = False) -> Command:
    return Command("customers", verb, route, usage, summary, aliases, slash=False, shows=shows)


def _read_form(call: Call) -> SaveCustomer:
    return views.read_form(call.metadata, call.state)


def _read_markup(call: Call) -> SetDefaultMarkup:
    return views.read_markup_form(call.state)


def _csv_row(customer: Customer) -> tuple[object, ...]:
    account = views.WHOSE[customer.account_of]
    named = (customer.tag, customer.name, customer.contact, account)
    return (*named, customer.markup, customer.state, f"{customer.added_at:%Y-%m-%d}")
