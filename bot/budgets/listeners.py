"""What people type and press about budgets and alerts."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlmodel import Session

from bot import audit
from bot.access.access import Access
from bot.access.places import of_row, workspace
from bot.budgets import service, views
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.setting import keep_quiet, the_budget
from bot.clock import Clock
from bot.desk.service import Desk, Held
from bot.errors import AlreadyDecided, BotError, FormError, NotUnderstood
from bot.operation import Actor, Operation
from bot.slack.blocks import section
from bot.slack.call import Call
from bot.slack.pages import WORDS_LONGEST, read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.web import SlackError
from bot.slack.words import fallback_text, listed
from bot.store import budgets
from bot.store import people as people_rows
from bot.store.budgets import Alert, Budget
from bot.store.database import Database

LIST = ("ls", "")
SNOOZE = timedelta(days=7)
SET, RAISE = "Set a budget", "Raise a budget"
NOT_MORE = "That is not more than now. To lower it, set it anew."

log = structlog.get_logger()


class BudgetListeners:
    """Answers `/keydesk budgets` and the buttons of alerts."""

    def __init__(self, desk: Desk, database: Database, clock: Clock) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock

    def routes(self) -> Routes:
        """Return what this room answers to."""
        list_ = Route(self.list_budgets, "budgets.list", workspace)
        alerts = Route(self.list_alerts, "budgets.list", workspace)
        set_ = Route(self.ask_to_set, "budgets.set", workspace, window=SET)
        raise_ = Route(self.ask_to_raise, "budgets.raise", of_row(_of_pressed), window=RAISE)
        taken = Route(self.set, "budgets.set", workspace, window=SET, reads=_read_set, back=self.set_again)
        raised = Route(
            self.raise_, "budgets.raise", of_row(_of_form), window=RAISE, reads=_read_raise, back=self.raise_again
        )
        return Routes(
            commands=(
                Command("budgets", "list", list_, "[words]", "what is spent of each", LIST, slash=False, shows=True),
                Command("budgets", "set", set_, "", "set a budget of a month", ("new",), slash=False),
                Command("budgets", "alerts", alerts, "", "the newest alerts", slash=False, shows=True),
            ),
            actions={
                "budgets.list": Route(self.turn, "budgets.list", workspace, in_place=True),
                "budgets.set": set_,
                "budgets.alerts": Route(self.turn_alerts, "budgets.list", workspace, in_place=True),
                "budgets.row:raise": raise_,
                "budgets.row:end": Route(self.end, "budgets.end", of_row(_of_pressed)),
                "budgets.row:keys": Route(self.ask_to_end_keys, "budgets.list", of_row(_of_pressed)),
                "budgets.raise": raise_,
                "budgets.acknowledge": Route(self.acknowledge, "budgets.acknowledge", of_row(_of_alert)),
                "budgets.snooze": Route(self.snooze, "budgets.acknowledge", of_row(_of_alert)),
            },
            views={"budgets.set": taken, "budgets.raise": raised},
            options={"budgets.what": Route(self.offer, "budgets.list", workspace)},
        )

    # --- looking ---

    async def list_budgets(self, call: Call, access: Access) -> list[views.Block]:
        """List the budgets."""
        return await self._page(access, 1, call.text.strip()[:WORDS_LONGEST])

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        return await self._page(access, *read_page(call.value))

    async def _page(self, access: Access, number: int, words: str) -> list[views.Block]:
        team_id, today = access.actor.team_id, self._clock.now().date()
        rows = await self._database.read(lambda session: service.rows(session, team_id, words, today))
        return views.listed(rows, number, words, may_set=access.can("budgets.set"))

    async def list_alerts(self, _: Call, access: Access) -> list[views.Block]:
        """List the newest alerts."""
        return await self._alerts(access, 1)

    async def turn_alerts(self, call: Call, access: Access) -> list[views.Block]:
        """Show a page of alerts."""
        return await self._alerts(access, read_page(call.value)[0])

    async def _alerts(self, access: Access, number: int) -> list[views.Block]:
        team_id = access.actor.team_id
        return views.alerts(await self._database.read(lambda session: service.alerts(session, team_id, number)))

    async def offer(self, call: Call, _: Access) -> list[views.Block]:
        """Offer what may get a budget, from the local store."""
        words = call.value.strip()[:WORDS_LONGEST]
        return views.offered(await self._database.read(lambda s: service.choices(s, call.team_id, words)))

    # --- setting, raising, ending ---

    async def ask_to_set(self, _: Call, access: Access) -> views.Block:
        """Draw the form of a new budget."""
        del access
        return views.set_form()

    async def set(self, call: Call, access: Access) -> str:
        """Take in the form."""
        operation: SetBudget = call.form
        project_id = await self._database.read(lambda s: service.project_of(s, operation.scope, operation.ref))
        return await self._submit(call, operation.model_copy(update={"project_id": project_id}), access.actor)

    async def set_again(self, call: Call, _: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was typed."""
        return views.set_form(views.typed(call.state), problem.text)

    async def ask_to_raise(self, call: Call, access: Access) -> views.Block:
        """Draw the form that asks for more dollars."""
        return views.raise_form(*await self._told(call.value, access.actor))

    async def raise_(self, call: Call, access: Access) -> str:
        """Take in the wish for more dollars; somebody else decides it."""
        operation: RaiseBudget = call.form
        budget, _ = await self._told(call.metadata, access.actor)
        if operation.dollars <= budget.dollars:
            raise FormError("dollars", NOT_MORE)
        asked = {"project_id": budget.project_id, "before": budget.dollars}
        return await self._submit(call, operation.model_copy(update=asked), access.actor)

    async def raise_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again."""
        return views.raise_form(*await self._told(call.metadata, actor), problem.text)

    async def end(self, call: Call, access: Access) -> str:
        """End a budget; the menu has asked."""
        budget, _ = await self._told(call.value, access.actor)
        return await self._submit(call, EndBudget(project_id=budget.project_id, budget_id=budget.id), access.actor)

    async def ask_to_end_keys(self, call: Call, access: Access) -> list[views.Block]:
        """Lead to the room of keys, which shows who breaks."""
        return views.ask_to_end_keys(*await self._told(call.value, access.actor))

    async def _told(self, budget_id: str, actor: Actor) -> tuple[Budget, str]:
        def read(session: Session) -> tuple[Budget, str]:
            budget = the_budget(session, budget_id, actor.team_id)
            return budget, service.name_of(session, budget)

        return await self._database.read(read)

    async def _submit(self, call: Call, operation: Operation, actor: Actor) -> str:
        outcome = await self._desk.submit(operation, actor, call.view_id)
        if not isinstance(outcome, Held):
            return outcome.text
        known = await self._database.read(lambda session: people_rows.named(session, actor.team_id, outcome.deciders))
        names = listed(sorted(f"@{known[each].name}" if each in known else each for each in outcome.deciders), "or")
        return f"Asked. {names} can approve it; a direct message follows it."

    # --- alerts ---

    async def acknowledge(self, call: Call, access: Access) -> str | None:
        """Note who takes an alert on, and show it to all."""
        actor, now = access.actor, self._clock.now()

        def note(session: Session) -> tuple[Alert, str] | BotError:
            alert = _alert(session, call.value, actor)
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
            return None
        try:
            await call.web.update(alert.channel, alert.ts, fallback_text(blocks), blocks)
        except SlackError as problem:
            log.warning("budgets.alert_not_edited", alert=alert.id, why=problem.code)
            return f"Noted: you take care of it. The alert does not show it. {problem.verdict.words}"
        return None

    async def snooze(self, call: Call, access: Access) -> list[views.Block]:
        """Keep a subject quiet for a week."""
        actor, now = access.actor, self._clock.now()

        def note(session: Session) -> None:
            alert = _alert(session, call.value, actor)
            keep_quiet(session, self._desk, alert, actor, now, now + SNOOZE)

        await self._database.write(note)
        return [section(views.until(now + SNOOZE))]


def _read_set(call: Call) -> SetBudget:
    return views.read_set_form(call.state)


def _read_raise(call: Call) -> RaiseBudget:
    return views.read_raise_form(call.metadata, "", call.state)


def _of_pressed(session: Session, actor: Actor, call: Call) -> str:
    return the_budget(session, call.value, actor.team_id).project_id


def _of_form(session: Session, actor: Actor, call: Call) -> str:
    return the_budget(session, call.metadata, actor.team_id).project_id


def _of_alert(session: Session, actor: Actor, call: Call) -> str:
    return _alert(session, call.value, actor).project_id


def _alert(session: Session, alert_id: str, actor: Actor) -> Alert:
    alert = budgets.alert(session, alert_id)
    if alert is None or alert.team_id != actor.team_id:
        raise NotUnderstood("There is no such alert here. Nothing changed.")
    return alert
