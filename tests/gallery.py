"""Every view of Keydesk with made-up values: usual, empty, as long as it gets, and hostile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from bot.accounts import views as accounts
from bot.accounts.service import AccountLoss, Accounts
from bot.billing import views as billing
from bot.billing.service import Balances, Orders
from bot.home import views as home
from bot.home.check import Check
from bot.home.service import Home
from bot.keys.operations import PURPOSE_LONGEST
from bot.models import views as models
from bot.models.service import Models, ModelsWanted
from bot.policy import Role
from bot.projects.operations import NAME_LONGEST
from bot.providers.billing import Balance, Purchase
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.speech_models import SpeechModel, Voice
from bot.slack.entering import saying
from bot.slack.ladder import opening
from bot.slack.pages import Page, page_of
from bot.slack.words import escape
from bot.store.accounts import Account
from bot.vendors import Vendors
from tests import (
    gallery_budgets,
    gallery_customers,
    gallery_desk,
    gallery_digests,
    gallery_keys,
    gallery_members,
    gallery_projects,
    gallery_roles,
    gallery_usage,
)
from tests.declared import QUICK
from tests.factories import HOSTILE, NOON, PROJECT, key
from tests.gallery_desk import card

View = dict[str, Any]
Shown = View | list[View]

LONG = "Wörter und Zeichen 文字 "
TEXTS = {
    "usual": "call summaries",
    "empty": "",
    "long": LONG * 400,
    "hostile": f":tada: a\u200bb\U000e0041{HOSTILE} " * 40,
}


def page_of_accounts(text: str, typed: str = "", total: int = 30) -> list[View]:
    """Draw a page in the middle of many accounts, some of them in trouble."""
    found = [
        Account(
            id=f"ac{number}" if number else "main",
            name="a" * 40 if number else "main",
            customer="C" * 64 if number % 2 else None,
            fingerprint="3f2a91bc",
            role=None if number % 3 else "admin",
            projects=number,
            added_at=NOON,
            used_at=NOON if number % 4 else None,
            problem=text if number % 2 else None,
        )
        for number in range(total)
    ]
    return accounts.account_list(Accounts(page_of(found, 2), typed, may_remove=True, vendors=Vendors((DEEPGRAM,))))


def account_removal(text: str, count: int = 30) -> View:
    """Draw the form that removes an account with many projects and keys."""
    account = Account(id="ac1", name="studio", customer="birch", fingerprint="3f2a91bc", added_at=NOON)
    made = tuple(key(number, id=f"ky{number}", purpose=text) for number in range(count))
    return accounts.removal_form(AccountLoss(account, [text[:NAME_LONGEST] or "–"] * count, made))


def balances(text: str, count: int = 30) -> list[View]:
    """Draw the balances of a project, some of them odd."""
    units = ("usd", "hour", text, "usd")
    amounts = (Decimal("3512.34521"), Decimal(1), Decimal("-0.5"), None)
    listed = tuple(
        Balance(balance_id=f"b{n}{text}", amount=amounts[n % 4], units=units[n % 4], purchase_order_id=text or None)
        for n in range(count)
    )
    return billing.balances(Balances(PROJECT, text[:NAME_LONGEST], listed, NOON), DEEPGRAM)


def orders(text: str, count: int = 25, *, complete: bool = True) -> list[View]:
    """Draw a page in the middle of many orders."""
    listed = [
        Purchase(
            order_id=f"o{n}{text}",
            amount=Decimal(4000) if n % 3 else None,
            units="usd" if n % 2 else text,
            order_type=text or None,
            created=NOON - timedelta(days=n) if n % 4 else None,
            expiration=NOON + timedelta(days=15 - n) if n % 5 else None,
        )
        for n in range(count)
    ]
    return billing.orders(Orders(PROJECT, text[:NAME_LONGEST], page_of(listed, 2), complete, NOON), DEEPGRAM)


def model(text: str, number: int = 0) -> SpeechModel:
    """Return a model whose every foreign text is this one; those with an odd number speak."""
    speaks = number % 2 == 1
    return SpeechModel(
        model_id=f"m{number}{text}",
        kind="tts" if speaks else "stt",
        name=text,
        canonical_name=text,
        architecture=text,
        languages=("de", text) if text else (),
        version=text,
        voice=Voice(accent=text or None, tags=(text,), use_cases=(text,)) if speaks else None,
        batch=None if speaks else True,
        streaming=None if speaks else False,
    )


def page_of_models(text: str, typed: str = "", total: int = 300) -> list[View]:
    """Draw a page in the middle of many models."""
    listed = tuple(model(text, number) for number in range(10)) if total else ()
    page = Page(listed, total, 2 if total else 1, 30 if total else 1)
    seen = Models(PROJECT, text[:NAME_LONGEST], ModelsWanted(typed), page, NOON, NOON + timedelta(minutes=4), DEEPGRAM)
    return models.model_list(seen)


def page_of_home(text: str, count: int = 10) -> View:
    """Draw somebody's App Home."""
    return home.home(
        Home(
            name=text,
            role=Role.OWNER if count else Role.READER,
            project=text or None,
            quick=QUICK if count else (),
            waiting=tuple(card("waiting", text) for _ in range(count)),
            waiting_total=count * 3,
            mine=tuple(card("approved", text) for _ in range(count)),
            mine_total=count * 3,
            keys=tuple(key(number, id=f"ky{number}", purpose=text) for number in range(count)),
            keys_total=count * 9,
            drawn_at=NOON,
            vendor=DEEPGRAM if text else None,
        )
    )


@cache
def gallery() -> dict[str, Shown]:
    """Return the views, and the blocks of messages, of everything that Keydesk ever shows, by name; drawn once."""
    return dict(_drawn())


def _drawn() -> Iterator[tuple[str, Shown]]:
    for name, text in TEXTS.items():
        yield from ((f"{view} · {name}", shown) for view, shown in _with(text))
    yield "accounts list · nothing", page_of_accounts("production", total=0)
    yield "accounts list · nothing found", page_of_accounts("production", "<!channel> *x*", total=0)
    yield "accounts removal · nothing in it", account_removal("production", 0)
    yield "billing balance · nothing", balances("production", 0)
    yield "billing purchases · nothing", orders("production", 0)
    yield "billing purchases · cut by Deepgram", orders("production", 1000, complete=False)
    yield "models list · nothing", page_of_models("production", total=0)
    yield "models list · nothing found", page_of_models("production", "<!channel> *x* outdated", total=0)
    yield from gallery_budgets.with_nothing()
    yield from gallery_customers.with_nothing()
    yield from gallery_desk.with_nothing()
    yield from gallery_digests.with_nothing()
    yield from gallery_keys.with_nothing()
    yield from gallery_members.with_nothing()
    yield from gallery_projects.with_nothing()
    yield from gallery_roles.with_nothing()
    yield from gallery_usage.with_nothing()
    yield "a window that waits", opening(gallery_keys.form())
    yield "home · nothing", page_of_home("ana", 0)
    yield "home · one", page_of_home("李伟 · ليلى", 1)


def _with(text: str) -> Iterator[tuple[str, Shown]]:
    yield "a window that says a sentence", saying("Project settings", escape(text))
    yield "accounts list", page_of_accounts(text, text[:100])
    yield "accounts removal", account_removal(text)
    yield "billing balance", balances(text)
    yield "billing purchases", orders(text)
    yield "models list", page_of_models(text, text[:100])
    yield "models details, listening", models.details(model(text), text[:NAME_LONGEST], DEEPGRAM, NOON, NOON)
    yield "models details, speaking", models.details(model(text, 1), text[:NAME_LONGEST], DEEPGRAM, NOON, NOON)
    yield from gallery_budgets.with_text(text)
    yield from gallery_customers.with_text(text)
    yield from gallery_desk.with_text(text)
    yield from gallery_digests.with_text(text)
    yield from gallery_keys.with_text(text)
    yield from gallery_members.with_text(text)
    yield from gallery_projects.with_text(text)
    yield from gallery_roles.with_text(text)
    yield from gallery_usage.with_text(text)
    yield "home", page_of_home(text)
    words = text[:PURPOSE_LONGEST]
    yield (
        "status",
        home.status([Check("database", True, words), Check("worker", False, words)], [words], [DEEPGRAM], words),
    )
