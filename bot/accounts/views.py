"""What people see of accounts."""

from __future__ import annotations

from typing import Any

from bot.accounts.operations import RemoveAccount
from bot.accounts.service import AccountLoss, Accounts
from bot.errors import FormError
from bot.slack import blocks
from bot.slack.state import State, written
from bot.slack.words import code, count, cut, escape, listed, when
from bot.spending.key_names import key_in_list
from bot.store.accounts import MAIN, Account
from bot.store.keys import Key

Block = dict[str, Any]

REMOVE = "Remove an account"
MOST_KEYS = 20
MOST_PROJECTS = 10
NAME_SHOWN = 60
PROBLEM_SHOWN = 200


def account_list(seen: Accounts) -> list[Block]:
    """Draw a page of accounts."""
    table = blocks.button("CSV by direct message", "accounts.csv", f"1:{seen.words}")
    return [
        blocks.header("Provider accounts"),
        *_rows(seen),
        blocks.context(
            f"{count(seen.page.total, 'account')} · adding one needs the machine that Keydesk runs on: "
            "`keydesk accounts add`"
        ),
        *blocks.paging("accounts.list", seen.page.number, seen.page.pages, seen.words),
        *([blocks.actions(table)] if seen.page.items else []),
    ]


def _rows(seen: Accounts) -> list[Block]:
    if seen.page.items:
        shown = [_row(account, seen) for account in seen.page.items]
        used = dict.fromkeys(account.provider for account in seen.page.items)
        vendors = [seen.vendors.named(each) for each in used]
        return [*shown, blocks.context(*[f"{escape(each.name)} offers {escape(each.offer)}" for each in vendors])]
    if seen.words:
        return [blocks.section(f"No account matches “{escape(seen.words)}”. `/keydesk accounts list` shows all.")]
    return [blocks.section("Keydesk has not asked the provider yet who it is. Look again in a minute.")]


def _row(account: Account, seen: Accounts) -> Block:
    facts = " · ".join(
        (
            escape(seen.vendors.named(account.provider).name),
            f"credential {code(account.fingerprint)}",
            f"role {escape(account.role or 'unknown')}",
            count(account.projects, "project"),
            f"theirs (customer {escape(account.customer)})" if account.customer is not None else "ours",
        )
    )
    remove = blocks.button("Remove…", "accounts.remove", account.id, style="danger")
    removable = seen.may_remove and account.id != MAIN
    return blocks.section(
        f"*{escape(account.name)}*\n{facts}\n{_health(account)}",
        accessory=remove if removable else None,
    )


def _health(account: Account) -> str:
    last = f"last answered {when(account.used_at)}" if account.used_at is not None else "never answered yet"
    if account.problem is not None:
        return f"❌ {escape(cut(account.problem, PROBLEM_SHOWN))} ({last})"
    return f"✅ {last}" if account.used_at is not None else "not asked yet"


def removal_form(loss: AccountLoss, typed: str = "", problem: str = "") -> Block:
    """Draw the form that removes an account, saying what goes with it."""
    account = loss.account
    return blocks.modal(
        "accounts.remove",
        REMOVE,
        [
            *([blocks.section(f"⚠️ *{escape(problem)}*")] if problem else []),
            blocks.section(
                f"*{escape(account.name)}* ({code(account.fingerprint)}) will be removed from Keydesk: its credential "
                f"is forgotten, and {_projects(loss)} will leave every list. Nothing changes at the provider."
            ),
            *_keys(loss),
            blocks.input_(
                f"Type {account.name} to confirm",
                "name",
                blocks.text_input("name", initial=typed, max_length=NAME_SHOWN, placeholder=account.name),
            ),
        ],
        submit="Remove",
        close="Cancel",
        private_metadata=f"{account.id}:{account.name}",
    )


def _projects(loss: AccountLoss) -> str:
    names = [f"*{escape(cut(name, NAME_SHOWN))}*" for name in loss.projects[:MOST_PROJECTS]]
    more = len(loss.projects) - len(names)
    return listed([*names, *([f"{more} more"] if more else [])]) or "no project"


def _keys(loss: AccountLoss) -> list[Block]:
    if not loss.keys:
        return [blocks.section("Keydesk made no key there that still lives.")]
    shown = [_key(key) for key in loss.keys[:MOST_KEYS]]
    more = len(loss.keys) - len(shown)
    ending = (
        f"*{count(len(loss.keys), 'live key')} that Keydesk made there can no longer be revoked from here.* Each still "
        "ends by itself; to revoke one sooner, use `/keys revoke` before, or the provider's console after."
    )
    return [blocks.section(ending), blocks.section("\n".join(shown + ([f"… and {more} more"] if more else [])))]


def _key(key: Key) -> str:
    ends = f"ends {when(key.ends_at)}" if key.ends_at is not None else "no end known"
    return f"• {key_in_list(key, NAME_SHOWN)} · {ends}"


def read_removal_form(metadata: str, state: State) -> RemoveAccount:
    """Read the submitted form.

    Raises:
        FormError: the name that was typed is not the account's.
    """
    account_id, _, name = metadata.partition(":")
    typed = written(state, "name").strip()
    if typed != name:
        raise FormError("name", f"Type {name}, exactly.")
    return RemoveAccount(account_id=account_id, name=typed)
