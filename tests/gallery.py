"""Every view of Keydesk with made-up values: usual, empty, as long as it gets, and hostile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.accounts import views as accounts
from bot.accounts.service import Accounts
from bot.accounts.service import Loss as AccountLoss
from bot.billing import views as billing
from bot.billing.service import Balances, Orders
from bot.desk import views as desk
from bot.desk.views import STATES, Card
from bot.home import views as home
from bot.home.check import Check
from bot.home.service import QUICK, Home
from bot.keys import request_form, service
from bot.keys import views as keys
from bot.keys.operations import PLACE_LONGEST, PURPOSE_LONGEST
from bot.keys.request_form import Form
from bot.models import views as models
from bot.models.service import Models, Wanted
from bot.operation import Description, FollowUp, Offer
from bot.policy import Role
from bot.projects import deletion_form
from bot.projects import views as projects
from bot.projects.contents import REASON_SHOWN
from bot.projects.deleting import BEYOND_US, KEYS_NAMED, Loss
from bot.projects.operations import NAME_LONGEST, Contents
from bot.projects.service import Overview, Row
from bot.projects.service import Page as ProjectPage
from bot.providers.deepgram.billing import Balance, Purchase
from bot.providers.deepgram.speech_models import SpeechModel, Voice
from bot.slack.pages import Page, page_of
from bot.slack.words import escape
from bot.store.accounts import Account
from bot.store.customers import TAG_LONGEST
from bot.store.keys import Key
from bot.store.projects import Project, ProjectSettings
from tests import gallery_customers, gallery_digests, gallery_members, gallery_roles, gallery_usage
from tests.factories import ANA, HOSTILE, NOON, PROJECT, RAJ, create_key, key

View = dict[str, Any]
Shown = View | list[View]

LONG = "Wörter und Zeichen 文字 "
TEXTS = {"usual": "call summaries", "empty": "", "long": LONG * 400, "hostile": HOSTILE * 40}
LATER = NOON + timedelta(hours=24)


def card(state: str = "waiting", text: str = "call summaries", **changes: Any) -> Card:
    """Return a card whose every foreign text is this one."""
    decided = (
        {}
        if state in ("waiting", "cancelled", "expired")
        else {"decided": f"@{text[:NAME_LONGEST]}", "decided_at": NOON}
    )
    given: dict[str, Any] = {
        "request_id": "rq0123456789abcdef",
        "version": 3,
        "state": state,
        "requester": ANA,
        "description": described(text),
        "deciders": f"@{text[:NAME_LONGEST]} and @raj",
        "created_at": NOON,
        "expires_at": LATER,
        "open_until": LATER,
        "finished_at": None if state in ("waiting", "approved", "creating") else LATER,
        "note": text if state in ("failed", "denied") else "",
        "reason": text if state == "denied" else "",
        "follow_up": follow_up(state),
    }
    return Card(**{**given, **decided, **changes})


def described(text: str, risk: str = "Low") -> Description:
    """Return a description whose every foreign text is this one."""
    pairs = tuple((f"Label {number}", escape(text[:PLACE_LONGEST])) for number in range(6))
    return Description(
        title=f"Key request · {text[:NAME_LONGEST]}",
        wish=text[:PURPOSE_LONGEST],
        why=text[:PURPOSE_LONGEST],
        fields=pairs,
        evidence=pairs,
        risk=(risk, text[:NAME_LONGEST]),
    )


def follow_up(state: str) -> FollowUp:
    """Return what the desk's rooms add to a card in this state."""
    if state == "approved":
        return FollowUp(offers=(Offer("Create and show my key", "keys.open", "rq1.2", style="primary"),))
    if state == "delivered":
        end = Offer("I'm done: end it", "keys.end", "ky1", style="danger", confirm=service.ENDING_WARNING)
        return FollowUp(fields=(("Key", "`0000abcd`"), ("Ends", "tomorrow")), offers=(end,))
    return FollowUp()


def some_keys(text: str) -> tuple[Key, ...]:
    """Return keys in every way a list meets them, each with this text."""
    given = {"purpose": text, "place": text, "customer": text or None}
    return (
        key(1, id="ky1", **given),
        key(2, id="ky2", **given, state="ending"),
        key(3, id="ky3", **given, owner=None, mint_id=None, ends_at=None, member_email=text or None),
        key(4, id="ky4", **given, ends_at=NOON - timedelta(minutes=1), preset="speech"),
    )


def page_of_keys(text: str, words: str = "", total: int = 400) -> list[View]:
    """Draw a page in the middle of many keys."""
    listed = some_keys(text) * 2 + some_keys(text)[:2] if total else ()
    drawn = tuple(Key(**{**each.model_dump(), "id": f"ky{number}"}) for number, each in enumerate(listed))
    return keys.key_list(
        service.Page(f"Keys in {text[:NAME_LONGEST]}", drawn, total, 2 if total else 1, 10, words),
        now=NOON,
        fresh="read from Deepgram just now",
        endable=frozenset({"ky0", "ky4"}),
        beyond_us=True,
        action="keys.list",
        value=f"{PROJECT}:{words}",
        refresh=True,
        names={PROJECT: text[:NAME_LONGEST]},
    )


def page_of_projects(text: str, words: str = "", total: int = 300) -> list[View]:
    """Draw a page in the middle of many projects."""
    name = text[:NAME_LONGEST] or "–"
    listed = tuple(Row(f"p{number}", name, number, number == 3) for number in range(10)) if total else ()
    return projects.project_list(ProjectPage(listed, total, 2 if total else 1, 10, words, "read from Deepgram"))


def overview(text: str, **changes: Any) -> Overview:
    """Return a project at a glance, as an owner sees it."""
    settings = ProjectSettings(project_id=PROJECT, approvers=[ANA, RAJ], channel="C0APPROVE02")
    seen = Overview(
        PROJECT,
        text[:NAME_LONGEST],
        settings,
        f"@{text}",
        12,
        3,
        chosen=False,
        fresh="read just now",
        contents=contents(text),
        may_change=True,
        may_rename=True,
        may_delete=True,
    )
    return replace(seen, **changes)


def contents(text: str) -> Contents:
    """Return what a project holds, one figure of it unreadable."""
    return Contents(members="7", invites=f"– ({text[:REASON_SHOWN]})", balance="3,512.35 USD and 12.00 hours")


def lost(text: str, **changes: Any) -> Loss:
    """Return what would go with a project."""
    name = text[:NAME_LONGEST] or "–"
    named = tuple((f"{number:08x}", f"@{name}") for number in range(KEYS_NAMED))
    return replace(Loss(PROJECT, name, contents(text), named, 5000, 3, f"@{name} and @sam"), **changes)


def project(text: str) -> Project:
    """Return a project of this name."""
    return Project(id=PROJECT, name=text[:NAME_LONGEST] or "–", read_at=NOON)


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
    return accounts.account_list(Accounts(page_of(found, 2), typed, may_remove=True))


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
    return billing.balances(Balances(PROJECT, text[:NAME_LONGEST], listed, NOON))


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
    return billing.orders(Orders(PROJECT, text[:NAME_LONGEST], page_of(listed, 2), complete, NOON))


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
    seen = Models(PROJECT, text[:NAME_LONGEST], Wanted(typed), page, NOON, NOON + timedelta(minutes=4))
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
        )
    )


def form(text: str = "production", **changes: Any) -> View:
    """Draw the form that asks for a key."""
    seen = Form((PROJECT, text or "–"), 30, 90, f"@{text} and @raj", 2, NOON)
    return request_form.request_form(replace(seen, **changes))


def secret(text: str) -> View:
    """Draw the window that shows a key."""
    wish = create_key(
        purpose=text[:PURPOSE_LONGEST] or "–", place=text[:PLACE_LONGEST] or "–", customer="c" * TAG_LONGEST
    )
    return keys.secret(key(1, id="ky1"), wish, text, "emulated-" + "0" * 40)


def gallery() -> Iterator[tuple[str, Shown]]:
    """Yield (name, view or blocks of a message) for everything that Keydesk ever shows."""
    for name, text in TEXTS.items():
        yield from ((f"{view} · {name}", shown) for view, shown in _with(text))
    for state in STATES:
        yield f"desk card, {state} · approver", desk.approver_card(card(state))
        yield f"desk card, {state} · requester", desk.requester_card(card(state))
    risky = card(description=described("x", "High"))
    yield "desk card, risky · approver", desk.approver_card(risky)
    yield "keys form · no project", form(project=None, deciders="")
    yield "keys form · nobody decides", form(deciders="")
    yield "keys form · longer than usual", form(recommended_days=45, most_days=365)
    yield "keys form · shorter than recommended", form(recommended_days=30, most_days=7)
    yield "keys list · nothing", page_of_keys("production", total=0)
    yield "keys list · nothing found", page_of_keys("production", "<!channel> *x*", total=0)
    yield "projects list · nothing", page_of_projects("", total=0)
    yield "projects list · nothing found", page_of_projects("", "<!channel> *x*", total=0)
    yield (
        "projects overview · defaults",
        projects.overview(
            overview(
                "production",
                settings=ProjectSettings(project_id=PROJECT, approvers=[]),
                chosen=True,
                contents=None,
                may_change=False,
                may_rename=False,
                may_delete=False,
            )
        ),
    )
    yield (
        "projects overview · beyond our credential",
        projects.overview(overview("production", beyond_us=BEYOND_US, account="acme")),
    )
    yield "projects deletion · nobody decides", deletion_form.deletion_form(lost("production", deciders=""))
    yield (
        "projects deletion · nothing in it",
        deletion_form.deletion_form(lost("production", keys=(), keys_total=0), ("prod", ""), "That is not its name."),
    )
    yield "projects choosing · none chosen", projects.choosing_form(None)
    yield "projects rename · wrong", projects.rename_form(project("production"), "staging", "Deepgram refused.")
    yield "accounts list · nothing", page_of_accounts("production", total=0)
    yield "accounts list · nothing found", page_of_accounts("production", "<!channel> *x*", total=0)
    yield "accounts removal · nothing in it", account_removal("production", 0)
    yield "billing balance · nothing", balances("production", 0)
    yield "billing purchases · nothing", orders("production", 0)
    yield "billing purchases · cut by Deepgram", orders("production", 1000, complete=False)
    yield "models list · nothing", page_of_models("production", total=0)
    yield "models list · nothing found", page_of_models("production", "<!channel> *x* outdated", total=0)
    yield from gallery_customers.with_nothing()
    yield from gallery_digests.with_nothing()
    yield from gallery_members.with_nothing()
    yield from gallery_roles.with_nothing()
    yield from gallery_usage.with_nothing()
    yield "home · nothing", page_of_home("ana", 0)
    yield "home · one", page_of_home("李伟 · ليلى", 1)


def _with(text: str) -> Iterator[tuple[str, Shown]]:
    yield "desk card", desk.approver_card(card(text=text))
    yield "desk card, denied", desk.requester_card(card("denied", text))
    yield "desk card, older", desk.older_card(card("approved", text))
    yield "desk details", desk.details(card("denied", text), [escape(text)] * 60)
    yield "desk deny form", desk.deny_form(card(text=text))
    yield "desk notice", desk.notice("Denied", escape(text))
    yield "keys form", form(text)
    yield "keys asked", keys.asked(text, text)
    yield "keys secret", secret(text)
    yield "keys list", page_of_keys(text, text[:100])
    yield "keys details", keys.key_details(some_keys(text)[2], text[:NAME_LONGEST], NOON, mine=True)
    yield "keys ending", keys.ask_to_end(some_keys(text)[0], text[:NAME_LONGEST], NOON)
    yield "projects list", page_of_projects(text, text[:100])
    yield "projects overview", projects.overview(overview(text))
    yield "projects settings", projects.settings_form(overview(text))
    yield "projects rename", projects.rename_form(project(text))
    yield "projects choosing", projects.choosing_form(projects.options([project(text)], {None: text})[0])
    yield "projects deletion", deletion_form.deletion_form(lost(text))
    yield "projects notice", projects.saying("Project settings", escape(text))
    yield "accounts list", page_of_accounts(text, text[:100])
    yield "accounts removal", account_removal(text)
    yield "billing balance", balances(text)
    yield "billing purchases", orders(text)
    yield "models list", page_of_models(text, text[:100])
    yield "models details, listening", models.details(model(text), text[:NAME_LONGEST], NOON, NOON)
    yield "models details, speaking", models.details(model(text, 1), text[:NAME_LONGEST], NOON, NOON)
    yield from gallery_customers.with_text(text)
    yield from gallery_digests.with_text(text)
    yield from gallery_members.with_text(text)
    yield from gallery_roles.with_text(text)
    yield from gallery_usage.with_text(text)
    yield "home", page_of_home(text)
    words = text[:PURPOSE_LONGEST]
    yield "status", home.status([Check("database", True, words), Check("worker", False, words)], [words], words)
