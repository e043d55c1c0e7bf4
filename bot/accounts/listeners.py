"""What people type and press about accounts."""

from __future__ import annotations

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import workspace
from bot.accounts import service, views
from bot.accounts.operations import RemoveAccount
from bot.accounts.removing import MAIN_STAYS
from bot.accounts.service import AccountLoss
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import NotAllowed
from bot.slack.call import Call
from bot.slack.pages import read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.words import count
from bot.store import accounts
from bot.store.database import Database


class AccountListeners:
    """Answers `/keydesk accounts` and its buttons."""

    def __init__(self, desk: Desk, database: Database, exports: Exports) -> None:
        self._desk = desk
        self._database = database
        self._exports = exports

    def routes(self) -> Routes:
        """Return what this room answers to."""
        list_ = Route(self.list_accounts, "accounts.list", workspace)
        remove = Route(self.remove, "accounts.remove", workspace, window=views.REMOVE)
        removal = Route(
            self.take_removal, "accounts.remove", workspace, window=views.REMOVE, waits="Removing…", reads=_read_removal
        )
        return Routes(
            commands=(
                Command("accounts", "list", list_, "[words]", "Provider accounts", ("ls", ""), slash=False, shows=True),
                Command("accounts", "remove", remove, "<name>", "forget an account's credential", ("rm",), slash=False),
            ),
            actions={
                "accounts.list": Route(self.turn, "accounts.list", workspace, in_place=True),
                "accounts.csv": Route(self.send_table, "accounts.list", workspace),
                "accounts.remove": remove,
            },
            views={"accounts.remove": removal},
        )

    async def list_accounts(self, call: Call, access: Access) -> list[views.Block]:
        """List the accounts."""
        return await self._page(access, call.text, 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        number, words = read_page(call.value)
        return await self._page(access, words, number)

    async def send_table(self, call: Call, access: Access) -> None:
        """Send the accounts as a file."""
        _number, words = read_page(call.value)
        rows = await self._database.read(lambda session: service.table(session, words))
        comment = count(len(rows), "account")
        await self._exports.send_table(call, access, "accounts.csv", service.TABLE_HEADER, rows, comment)

    async def remove(self, call: Call, _: Access) -> views.Block:
        """Draw the form that says what goes with an account, and asks for its name."""
        return views.removal_form(await self._database.read(lambda session: _loss(session, call.value or call.text)))

    async def take_removal(self, call: Call, access: Access) -> str:
        """Take in the form."""
        outcome = await self._desk.submit(call.form, access.actor, call.view_id)
        return await self._database.read(lambda session: answer(session, access.actor, outcome, "the account stays"))

    async def _page(self, access: Access, words: str, number: int) -> list[views.Block]:
        may_remove = access.can("accounts.remove")
        return views.account_list(
            await self._database.read(lambda session: service.read(session, words, number, may_remove=may_remove))
        )


def _read_removal(call: Call) -> RemoveAccount:
    return views.read_removal_form(call.metadata, call.state)


def _loss(session: Session, wanted: str) -> AccountLoss:
    account = service.the_account(session, wanted)
    if account.id == accounts.MAIN:
        raise NotAllowed(MAIN_STAYS)
    return service.loss(session, account.id)
