"""What people type and press about accounts."""

from __future__ import annotations

from sqlmodel import Session

from bot.accounts import service, views
from bot.accounts.removing import MAIN_STAYS
from bot.accounts.service import Accounts, Loss
from bot.desk.entrance import answer
from bot.desk.service import Desk
from bot.errors import NotAllowed
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call
from bot.slack.files import send_table
from bot.slack.names import Command, Door
from bot.slack.pages import read_page
from bot.slack.web import SlackWeb
from bot.slack.words import count
from bot.store import accounts
from bot.store.database import Database


class AccountListeners:
    """Answers `/keydesk accounts` and its buttons."""

    def __init__(self, desk: Desk, database: Database, people: People, files: SlackWeb) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._files = files

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command(
                    "accounts", "list", self.list_accounts, "[words]", "Deepgram accounts", ("ls", ""), slash=False
                ),
                Command(
                    "accounts", "remove", self.remove, "<name>", "forget an account's credential", ("rm",), slash=False
                ),
            ),
            actions={"accounts.list": self.turn, "accounts.csv": self.send_table, "accounts.remove": self.remove},
            views={"accounts.remove": self.take_removal},
        )

    async def list_accounts(self, call: Call) -> None:
        """List the accounts."""
        await call.show(views.account_list(await self._read(call, call.text, 1)))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        number, words = read_page(call.value)
        await call.show_instead(views.account_list(await self._read(call, words, number)))

    async def send_table(self, call: Call) -> None:
        """Send the accounts as a file."""
        actor = await self._people.judge(call.team_id, call.user_id)
        _, words = read_page(call.value)

        def read(session: Session) -> list[tuple[object, ...]]:
            self._desk.permit(session, actor, "accounts.list")
            return service.table(session, words)

        rows = await self._database.read(read)
        comment = count(len(rows), "account")
        await send_table(self._files, call, "accounts.csv", service.TABLE_HEADER, rows, comment)

    async def remove(self, call: Call) -> None:
        """Open the form that says what goes with an account, and asks for its name."""
        opened = await call.open(views.saying("One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        loss = await self._database.read(lambda session: self._loss(session, actor, call.value or call.text))
        await opened.update(views.removal_form(loss))

    async def take_removal(self, call: Call) -> None:
        """Take in the form."""
        operation = views.read_removal_form(call.metadata, call.state)
        opened = await call.ack_update(views.saying("Removing…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        outcome = await self._desk.submit(operation, actor, call.view_id)
        said = await self._database.read(lambda session: answer(session, actor, outcome, "the account stays"))
        await opened.update(views.saying(said))

    async def _read(self, call: Call, words: str, number: int) -> Accounts:
        actor = await self._people.judge(call.team_id, call.user_id)

        def read(session: Session) -> Accounts:
            self._desk.permit(session, actor, "accounts.list")
            may_remove = self._desk.may(session, actor, "accounts.remove")
            return service.read(session, words, number, may_remove=may_remove)

        return await self._database.read(read)

    def _loss(self, session: Session, actor: Actor, wanted: str) -> Loss:
        self._desk.permit(session, actor, "accounts.remove")
        account = service.the_account(session, wanted)
        if account.id == accounts.MAIN:
            raise NotAllowed(MAIN_STAYS)
        return service.loss(session, account.id)
