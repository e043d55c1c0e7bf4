"""The rooms of figures: usage, billing, customers, budgets, digests, and the models that are used."""

from __future__ import annotations

from bot.assembly.ground import Ground, Part, kinds_of
from bot.billing.closing import MonthClosing
from bot.billing.closing import describe as describe_closing
from bot.billing.listeners import BillingListeners
from bot.billing.month_listeners import MonthListeners
from bot.billing.operations import CloseMonth
from bot.budgets import service as budget_service
from bot.budgets.listeners import BudgetListeners
from bot.budgets.operations import EndBudget, RaiseBudget, SetBudget
from bot.budgets.posting import AlertPosting
from bot.budgets.setting import BudgetSetting
from bot.budgets.watching import BudgetWatch
from bot.customers.changing import CustomerChanges
from bot.customers.listeners import CustomerListeners
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.digests.jobs import DigestJobs
from bot.digests.listeners import DigestListeners
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest
from bot.digests.posting import DigestPosting
from bot.digests.reading import Reading
from bot.digests.subscribing import Subscribing, owner_of
from bot.engine.port import Job
from bot.models.catalogue import Catalogue
from bot.models.listeners import ModelListeners
from bot.operation import OperationKind
from bot.usage.collecting import UsageCollection
from bot.usage.fields.listeners import FieldListeners
from bot.usage.figures.listeners import FiguresListeners
from bot.usage.figures.service import FiguresReading
from bot.usage.jobs import UsageJobs
from bot.usage.model_names import ModelNames
from bot.usage.requests.listeners import RequestListeners
from bot.usage.requests.service import RequestReading

AFTER_FIGURES = (Job("budgets.watch", "all", "figures"), Job("digests.follow", "all", "figures"))


def usage(on: Ground) -> Part:
    """Put the room of usage together, with the collection of its figures."""
    collection, names = UsageCollection(on.database, on.deepgram), ModelNames(on.deepgram, on.clock)
    jobs = UsageJobs(on.database, on.engine, on.clock, collection, AFTER_FIGURES)
    figures = FiguresReading(on.database, on.clock, collection, names)
    requests = RequestReading(on.database, on.clock, on.deepgram, names)
    fields = FieldListeners(on.clock, on.deepgram, on.exports)
    return Part(
        doors=(
            FiguresListeners(figures, on.exports).door(),
            RequestListeners(on.database, requests, on.exports).door(),
            fields.door(),
        ),
        jobs={"usage.plan": jobs.plan, "usage.collect": jobs.collect},
    )


def billing(on: Ground) -> Part:
    """Put the room of billing together."""
    closing = MonthClosing(on.database, on.clock)
    return Part(
        doors=(
            BillingListeners(on.clock, on.deepgram).door(),
            MonthListeners(on.desk, on.database, on.clock, on.exports, closing).door(),
        ),
        kinds=kinds_of(
            OperationKind(CloseMonth, describe=describe_closing, moved=closing.moved, execute=closing.execute)
        ),
    )


def customers(on: Ground) -> Part:
    """Put the room of customers together."""
    changes = CustomerChanges(on.database, on.clock)
    return Part(
        doors=(CustomerListeners(on.desk, on.database, on.exports).door(),),
        kinds=kinds_of(
            OperationKind(SaveCustomer, execute=changes.save),
            OperationKind(ArchiveCustomer, execute=changes.archive),
            OperationKind(SetDefaultMarkup, execute=changes.set_default),
        ),
    )


def budgets(on: Ground) -> Part:
    """Put the room of budgets together."""
    watch = BudgetWatch(on.database, on.engine, on.desk, on.deepgram, on.team_id)
    setting = BudgetSetting(on.desk, on.database, on.clock, on.interactive, watch)
    return Part(
        doors=(BudgetListeners(on.desk, on.database, on.clock).door(),),
        kinds=kinds_of(
            OperationKind(SetBudget, execute=setting.set),
            OperationKind(RaiseBudget, describe=budget_service.describe, execute=setting.raise_),
            OperationKind(EndBudget, execute=setting.end),
        ),
        jobs={
            "budgets.watch": watch.watch,
            "budgets.balances": watch.balances,
            "budgets.post": AlertPosting(on.database, on.engine, on.background, on.desk.matter).post,
        },
    )


def digests(on: Ground) -> Part:
    """Put the room of digests together."""
    reading, jobs = Reading(on.database, on.deepgram), DigestJobs(on.database, on.engine)
    subscribing = Subscribing(on.database, on.clock, on.interactive, on.desk.owe)
    posting = DigestPosting(on.database, on.engine, on.interactive, reading, on.desk.owe)
    return Part(
        doors=(DigestListeners(on.desk, on.database, on.clock, on.exports, reading).door(),),
        kinds=kinds_of(
            OperationKind(SubscribeToDigest, execute=subscribing.subscribe),
            OperationKind(ChangeDigest, subject_owner=owner_of, execute=subscribing.change),
            OperationKind(PauseDigest, subject_owner=owner_of, execute=subscribing.pause),
            OperationKind(EndDigest, subject_owner=owner_of, execute=subscribing.end),
        ),
        jobs={
            "digests.sweep": jobs.sweep,
            "digests.follow": jobs.follow,
            "digests.post": posting.post,
            "digests.complete": posting.complete,
        },
    )


def models(on: Ground) -> Part:
    """Put the room of models together."""
    catalogue = Catalogue(on.deepgram, on.clock)
    return Part(doors=(ModelListeners(on.clock, catalogue).door(),))
