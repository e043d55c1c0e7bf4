"""What people type and press about budgets and alerts."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlmodel import Session

from bot import audit
from bot.budgets import service, views
from bot.budgets.operations import EndBudget
from bot.budgets.setting import keep_quiet, the_budget
from bot.clock import Clock
from bot.desk.service import Desk, Held
from bot.errors import AlreadyDecided, BotError, CouldNotCheck, FormError, NotUnderstood
from bot.operation import Actor, Operation
from bot.people import People
from bot.slack.call import Call
from bot.slack.names import Command, Door
from bot.slack.pages import WORDS_LONGEST, Page, read_page
from bot.slack.web import SlackError
from bot.slack.words import escape, fallback_text, listed
from bot.store import budgets
from bot.store import people as people_rows
from bot.store.budgets import Alert, Budget
from bot.store.database import Database

LIST = ("ls", "")
SNOOZE = timedelta(days=7)
ONE_MOMENT = "One moment…"

log = structlog.get_logger()


class BudgetListeners:
    """Answers `/keydesk budgets` and the buttons of alerts."""

    def __init__(self, desk: Desk, database: Database, people: People, clock: Clock) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("budgets", "list", self.list_budgets, "[words]", "what is spent of each", LIST, slash=False),
                Command("budgets", "set", self.ask_to_set, "", "set a budget of a month", ("new",), slash=False),
                Command("budgets", "alerts", self.list_alerts, "", "the newest alerts", slash=False),
            ),
            actions={
                "budgets.list": self.turn,
                "budgets.set": self.ask_to_set,
                "budgets.alerts": self.turn_alerts,
                "budgets.row": self.row,
                "budgets.raise": self.ask_to_raise,
                "budgets.acknowledge": self.acknowledge,
                "budgets.snooze": self.snooze,
            },
            views={"budgets.set": self.set, "budgets.raise": self.raise_},
            options={"budgets.what": self.offer},
        )

    # --- looking ---

    async def list_budgets(self, call: Call) -> None:
        """List the budgets."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show(await self._page(actor, 1, call.text.strip()[:WORDS_LONGEST]))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show_instead(await self._page(actor, *read_page(call.value)))

    async def list_alerts(self, call: Call) -> None:
        """List the newest alerts."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show(await self._alerts(actor, 1))

    async def turn_alerts(self, call: Call) -> None:
        """Show a page of alerts."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show_instead(await self._alerts(actor, read_page(call.value)[0]))

    async def _alerts(self, actor: Actor, number: int) -> list[views.Block]:
        def read(session: Session) -> Page[tuple[Alert, str]]:
            self._desk.permit(session, actor, "budgets.list")
            return service.alerts(session, actor.team_id, number)

        return views.alerts(await self._database.read(read))

    async def _page(self, actor: Actor, number: int, words: str) -> list[views.Block]:
        today = self._clock.now().date()

        def read(session: Session) -> tuple[list[service.Row], bool]:
            self._desk.permit(session, actor, "budgets.list")
            rows = service.rows(session, actor.team_id, words, today)
            return rows, self._desk.may(session, actor, "budgets.set")

        rows, may_set = await self._database.read(read)
        return views.listed(rows, number, words, may_set=may_set)

    # --- setting and raising ---

    async def ask_to_set(self, call: Call) -> None:
        """Open the form of a new budget."""
        opened = await call.open(views.saying("Set a budget", ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._database.read(lambda session: self._desk.permit(session, actor, "budgets.set"))
        await opened.update(views.set_form())

    async def offer(self, call: Call) -> None:
        """Offer what may get a budget, from the local store."""
        if not await self._people.known(call.team_id, call.user_id):
            await call.ack(options=[])
            return
        words = call.value.strip()[:WORDS_LONGEST]
        found = views.offered(await self._database.read(lambda s: service.choices(s, call.team_id, words)))
        await (call.ack(option_groups=found) if found else call.ack(options=[]))

    async def set(self, call: Call) -> None:
        """Take in the form."""
        operation = views.read_set_form(call.state)
        opened = await call.ack_update(views.saying("Set a budget", ONE_MOMENT))
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
            project_id = await self._database.read(lambda s: service.project_of(s, operation.scope, operation.ref))
            text = await self._submit(call, operation.model_copy(update={"project_id": project_id}), actor)
        except (FormError, CouldNotCheck) as problem:
            await opened.update(views.set_form(views.typed(call.state), problem.text))
            return
        await opened.update(views.saying("Set a budget", escape(text)))

    async def row(self, call: Call) -> None:
        """Do what was chosen in a row's menu; ending keys is asked for in the room of keys."""
        wish, _, budget_id = call.value.partition(":")
        if wish == "raise":
            await self._ask_to_raise(call, budget_id)
            return
        actor = await self._people.judge(call.team_id, call.user_id)
        budget = await self._database.read(lambda session: the_budget(session, budget_id, actor.team_id))
        if wish == "end":
            await call.tell(
                await self._submit(call, EndBudget(project_id=budget.project_id, budget_id=budget_id), actor)
            )
            return
        about = await self._database.read(lambda session: service.name_of(session, budget))
        await call.show(views.ask_to_end_keys(budget, about))

    async def ask_to_raise(self, call: Call) -> None:
        """Open the form that asks for more dollars."""
        await self._ask_to_raise(call, call.value)

    async def _ask_to_raise(self, call: Call, budget_id: str) -> None:
        opened = await call.open(views.saying("Raise a budget", ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)

        def read(session: Session) -> tuple[Budget, str]:
            budget = the_budget(session, budget_id, actor.team_id)
            self._desk.permit(session, actor, "budgets.raise", budget.project_id)
            return budget, service.name_of(session, budget)

        await opened.update(views.raise_form(*await self._database.read(read)))

    async def raise_(self, call: Call) -> None:
        """Take in the wish for more dollars; somebody else decides it."""
        budget_id = call.metadata
        operation = views.read_raise_form(budget_id, "", call.state)
        opened = await call.ack_update(views.saying("Raise a budget", ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)
        budget = await self._database.read(lambda session: the_budget(session, budget_id, actor.team_id))
        about = await self._database.read(lambda session: service.name_of(session, budget))
        if operation.dollars <= budget.dollars:
            await opened.update(views.raise_form(budget, about, "That is not more than now. To lower it, set it anew."))
            return
        asked = {"project_id": budget.project_id, "before": budget.dollars}
        try:
            text = await self._submit(call, operation.model_copy(update=asked), actor)
        except (FormError, CouldNotCheck) as problem:
            await opened.update(views.raise_form(budget, about, problem.text))
            return
        await opened.update(views.saying("Raise a budget", escape(text)))

    async def _submit(self, call: Call, operation: Operation, actor: Actor) -> str:
        outcome = await self._desk.submit(operation, actor, call.view_id)
        if not isinstance(outcome, Held):
            return outcome.text
        known = await self._database.read(lambda session: people_rows.named(session, actor.team_id, outcome.deciders))
        names = listed(sorted(f"@{known[each].name}" if each in known else each for each in outcome.deciders), "or")
        return f"Asked. {names} can approve it; a direct message follows it."

    # --- alerts ---

    async def acknowledge(self, call: Call) -> None:
        """Note who takes an alert on, and show it to all."""
        actor = await self._people.judge(call.team_id, call.user_id)
        now = self._clock.now()

        def note(session: Session) -> tuple[Alert, str] | BotError:
            alert = self._alert(session, call.value, actor)
            if not budgets.acknowledge(session, alert.id, actor.user_id, now):
                return AlreadyDecided("Somebody takes care of it already. Nothing changed.")
            audit.note(session, actor, "budgets.acknowledged", alert.subject, now, alert_id=alert.id)
            session.refresh(alert)
            return alert, service.about(session, alert)

        outcome = await self._database.write(note)
        if isinstance(outcome, BotError):
            raise outcome
        alert, about = outcome
        blocks = views.acknowledged(alert, about)
        if not (alert.channel and alert.ts):
            return
        try:
            await call.web.update(alert.channel, alert.ts, fallback_text(blocks), blocks)
        except SlackError as problem:
            log.warning("budgets.alert_not_edited", alert=alert.id, why=problem.code)
            await call.tell(f"Noted: you take care of it. The alert does not show it. {problem.verdict.words}")

    async def snooze(self, call: Call) -> None:
        """Keep a subject quiet for a week."""
        actor = await self._people.judge(call.team_id, call.user_id)
        now = self._clock.now()

        def note(session: Session) -> None:
            alert = self._alert(session, call.value, actor)
            keep_quiet(session, self._desk, alert, actor, now, now + SNOOZE)

        await self._database.write(note)
        await call.tell(views.until(now + SNOOZE))

    def _alert(self, session: Session, alert_id: str, actor: Actor) -> Alert:
        alert = budgets.alert(session, alert_id)
        if alert is None or alert.team_id != actor.team_id:
            raise NotUnderstood("There is no such alert here. Nothing changed.")
        self._desk.permit(session, actor, "budgets.acknowledge", alert.project_id)
        return alert
