"""What people see of customers, and the forms of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.customers.operations import (
    CONTACT_LONGEST,
    LEAST_MARKUP,
    MOST_MARKUP,
    NAME_LONGEST,
    SaveCustomer,
    SetDefaultMarkup,
)
from bot.customers.service import Catalogue, Details, SeenTag
from bot.desk.words import storable
from bot.errors import FormError
from bot.slack import blocks
from bot.slack.pages import Page
from bot.slack.state import chosen, several, written
from bot.slack.words import code, count, cut, escape, when
from bot.store.customers import ACCOUNTS, TAG_LONGEST, Customer, is_tag

Block = dict[str, Any]

FOREIGN_SHOWN = 120
TAG_RULE = f"At most {TAG_LONGEST} characters: letters and digits first, then also blanks and . : / @ + & _ or a dash."
WHOSE = {"ours": "Our account at the provider", "theirs": "An account of their own"}


def customer_list(seen: Catalogue) -> list[Block]:
    """Draw a page of the catalogue."""
    return [
        blocks.header("Customers"),
        *([_row(customer) for customer in seen.rows] or [blocks.section(_empty(seen))]),
        blocks.context(f"{count(seen.total, 'customer')} · {_default(seen.default_markup)}"),
        *blocks.paging("customers.list", seen.number, seen.pages, seen.words),
        blocks.actions(*_list_buttons(seen)),
    ]


def details(seen: Details) -> list[Block]:
    """Draw one customer."""
    customer = seen.customer
    markup = percent(customer.markup) if customer.markup is not None else f"{percent(seen.default_markup)} (as for all)"
    fields = [
        ("Tag", code(customer.tag)),
        ("Markup", markup),
        ("Contact", escape(customer.contact) or "–"),
        ("Served from", WHOSE[customer.account_of]),
        ("Live keys", str(seen.live_keys)),
        ("Added", f"{when(customer.added_at)} by <@{customer.added_by}>"),
    ]
    archived = " · archived" if customer.state == "archived" else ""
    month = blocks.button("This month", "billing.month.customer", customer.tag)
    return [
        blocks.header(f"{customer.name}{archived}"),
        blocks.section(fields=[f"*{label}*\n{text}" for label, text in fields]),
        blocks.actions(month, *(_change_buttons(customer) if seen.may_change else [])),
    ]


def tag_list(page: Page[SeenTag], *, may_change: bool) -> list[Block]:
    """Draw the tags that are no one customer's."""
    nothing = "Every tag on a live key belongs to a customer."
    left = "a key that has no customer's tag beside it stands as unclaimed in every month"
    return [
        blocks.header("Tags without a customer"),
        *([_tag_row(seen, may_change=may_change) for seen in page.items] or [blocks.section(nothing)]),
        blocks.context(f"{count(page.total, 'tag')} · adopt those that are customers; {left}"),
        *blocks.paging("customers.tags", page.number, page.pages, "tags"),
    ]


def form(customer: Customer | SaveCustomer | None, *, new: bool, problem: str = "", asked: str = "") -> Block:
    """Draw the form of a new customer, or of one to change; its tag never changes.

    ``asked`` is the value of a box to tick where a name looks like another (see `bot.lookalikes.check`).
    """
    tag = customer.tag if customer is not None else ""
    given: Any = customer or SaveCustomer.model_construct(tag="", new=new, name="")
    markup = "" if given.markup is None else f"{given.markup.normalize():f}"
    accounts = [blocks.option(WHOSE[name], name) for name in ACCOUNTS]
    return blocks.modal(
        "customers.save",
        "New customer" if new else "Customer",
        [
            *blocks.problem(problem),
            *blocks.meant(asked),
            *([_tag_input(tag)] if new else [blocks.section(f"Tag {code(tag)}; it never changes")]),
            blocks.input_("Name", "name", blocks.text_input("name", initial=given.name, max_length=NAME_LONGEST)),
            blocks.input_(
                "Contact",
                "contact",
                blocks.text_input("contact", initial=given.contact, max_length=CONTACT_LONGEST),
                optional=True,
                hint="Who gets the statement.",
            ),
            blocks.input_("Served from", "account_of", blocks.radio("account_of", accounts, initial=given.account_of)),
            blocks.input_(
                "Markup in %", "markup", _percent_input("markup", markup), optional=True, hint="Empty: as for all."
            ),
        ],
        submit="Add customer" if new else "Save customer",
        close="Cancel",
        private_metadata="" if new else tag,
    )


def markup_form(default: Decimal, problem: str = "") -> Block:
    """Draw the form of the markup for all."""
    hint = "For every customer without a markup of its own. Months that are closed keep theirs."
    return blocks.modal(
        "customers.markup",
        "Markup for all",
        [
            *blocks.problem(problem),
            blocks.input_("Markup in %", "markup", _percent_input("markup", f"{default.normalize():f}"), hint=hint),
        ],
        submit="Save markup",
        close="Cancel",
    )


def percent(markup: Decimal) -> str:
    """Say a markup: ``+20 %``."""
    return f"{markup.normalize():+f} %"


def read_form(metadata: str, state: Mapping[str, Any]) -> SaveCustomer:
    """Read the submitted form; ``metadata`` is the tag of the customer to change, empty for a new one.

    Raises:
        FormError: a field is wrong.
    """
    tag = metadata or _typed(state, "tag")
    if not is_tag(tag):
        raise FormError("tag", TAG_RULE)
    name = _typed(state, "name")
    if not 1 <= len(name) <= NAME_LONGEST:
        raise FormError("name", f"1 to {NAME_LONGEST} characters.")
    contact = _typed(state, "contact")
    if len(contact) > CONTACT_LONGEST:
        raise FormError("contact", f"At most {CONTACT_LONGEST} characters.")
    account_of = chosen(state, "account_of")
    if account_of not in ACCOUNTS:
        raise FormError("account_of", "Choose one of these.")
    typed = _typed(state, "markup")
    markup = _read_percent(typed) if typed else None
    return SaveCustomer.model_validate(
        {
            "tag": tag,
            "new": not metadata,
            "name": name,
            "contact": contact,
            "account_of": account_of,
            "markup": markup,
            "meant": "".join(several(state, "meant"))[:64],
        }
    )


def read_markup_form(state: Mapping[str, Any]) -> SetDefaultMarkup:
    """Read the submitted markup for all.

    Raises:
        FormError: it is no such number.
    """
    return SetDefaultMarkup(percent=_read_percent(_typed(state, "markup")))


def _row(customer: Customer) -> Block:
    markup = f" · {percent(customer.markup)}" if customer.markup is not None else ""
    contact = f" · {escape(cut(customer.contact, FOREIGN_SHOWN))}" if customer.contact else ""
    own = " · own account" if customer.account_of == "theirs" else ""
    show = blocks.button("Show", "customers.show", customer.tag)
    return blocks.section(f"*{escape(customer.name)}*\n{code(customer.tag)}{markup}{contact}{own}", accessory=show)


def _empty(seen: Catalogue) -> str:
    if seen.words:
        return f"No customer matches “{escape(seen.words)}”. `/keydesk customers list` shows all."
    if seen.may_change:
        return "There is no customer yet. Add the first one, or adopt tags that your keys carry already."
    return "There is no customer yet. Owners add them with `/keydesk customers add`."


def _default(markup: Decimal) -> str:
    return f"markup {percent(markup)} unless it says otherwise" if markup else "no markup unless it says so"


def _list_buttons(seen: Catalogue) -> list[Block]:
    csv = blocks.button("Send as CSV", "customers.csv", seen.words)
    if not seen.may_change:
        return [csv]
    tags = blocks.button(f"Adopt tags ({seen.unclaimed})", "customers.tags", "1:tags")
    return [
        blocks.button("Add a customer…", "customers.add", style="primary"),
        *([tags] if seen.unclaimed else []),
        blocks.button("Markup for all…", "customers.markup"),
        csv,
    ]


def _change_buttons(customer: Customer) -> list[Block]:
    change = blocks.button("Change…", "customers.change", customer.tag)
    if customer.state == "archived":
        return [change, blocks.button("Offer again", "customers.restore", customer.tag)]
    text = "It is no longer offered for new keys. Its keys live on and are still billed to it."
    sure = blocks.confirm(f"Archive {cut(customer.name, 60)}?", text, "Archive", "Back")
    return [change, blocks.button("Archive", "customers.archive", customer.tag, confirm=sure)]


def _tag_row(seen: SeenTag, *, may_change: bool) -> Block:
    adopt = blocks.button("Adopt…", "customers.adopt", seen.tag) if may_change and seen.adoptable else None
    text = f"*{escape(cut(seen.tag, FOREIGN_SHOWN))}* · carried or used by {count(seen.keys, 'live key')}"
    return blocks.section(f"{text}{_why_not(seen)}", accessory=adopt)


def _why_not(seen: SeenTag) -> str:
    """Say why a tag cannot be adopted, in a line of its own; nothing where it can."""
    if seen.shared_by:
        named = escape(cut(" and ".join(seen.shared_by), FOREIGN_SHOWN))
        return f"\nnames several customers, {named}, and is billed to nobody: give keys the exact tag of one"
    return "" if seen.adoptable else "\nkeys made here cannot carry it: see the rule for tags"


def _tag_input(tag: str) -> Block:
    box = blocks.text_input("tag", initial=tag, max_length=TAG_LONGEST, placeholder="acme")
    return blocks.input_("Tag", "tag", box, hint=f"It goes onto the customer's keys and never changes. {TAG_RULE}")


def _percent_input(name: str, initial: str) -> Block:
    return blocks.number_input(name, decimal=True, initial=initial, least=str(LEAST_MARKUP), most=str(MOST_MARKUP))


def _read_percent(typed: str) -> Decimal:
    try:
        number = Decimal(typed.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and LEAST_MARKUP <= number <= MOST_MARKUP and number == round(number, 4)):
        raise FormError("markup", f"A number from {LEAST_MARKUP} to {MOST_MARKUP}, with at most 4 decimals.")
    return number


def _typed(state: Mapping[str, Any], name: str) -> str:
    return storable(written(state, name)).strip()
