"""Addresses, scopes and domains as people type them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotUnderstood
from bot.invites.addresses import near, read_addresses, read_domains, read_invitation, sort_out
from bot.providers.roles import ROLES

NAMES = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?", fullmatch=True)
ADDRESSES = st.builds("{}@{}.com".format, NAMES, st.sampled_from(["acme", "beta", "Acme"]))


@pytest.mark.parametrize(
    ("typed", "emails", "scope"),
    [
        ("ana@acme.com", ("ana@acme.com",), "member"),
        ("<mailto:ana@acme.com|ana@acme.com> as Admin", ("ana@acme.com",), "admin"),
        (
            "ana@acme.com, bo@acme.com;ANA@acme.com and li@acme.com",
            ("ana@acme.com", "bo@acme.com", "li@acme.com"),
            "member",
        ),
        ("owners ana@acme.com", ("ana@acme.com",), "owner"),
        ("“ana@acme.com”\nadministrator", ("ana@acme.com",), "admin"),
    ],
)
def test_an_invitation_is_read(typed: str, emails: tuple[str, ...], scope: str) -> None:
    assert read_invitation(typed) == (emails, scope)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("ana@acme.com admn", "Did you mean admin?"),
        ("ana@acme.com please", "do not understand please"),
        ("ana@acme", "ana@acme is not an e-mail address"),
        ("../x@acme.com", "is not an e-mail address"),
        ("admin", "Whom?"),
        ("", "Whom?"),
    ],
)
def test_what_makes_no_sense_is_named(typed: str, words: str) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read_invitation(typed)
    assert words in refused.value.text


@pytest.mark.parametrize(
    ("typed", "domains"),
    [
        ("acme.com", ("acme.com",)),
        ("@Acme.com, ana@beta.io\n<http://acme.com|acme.com>", ("acme.com", "beta.io")),
        ("any", ()),
        ("", ()),
    ],
)
def test_domains_are_read(typed: str, domains: tuple[str, ...]) -> None:
    assert read_domains(typed) == domains


@pytest.mark.parametrize("typed", ["acme", "acme.com any", "-.com", " ".join(f"a{n}.com" for n in range(51))])
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(NotUnderstood, match="Nothing changed"):
        read_domains(typed)


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(ADDRESSES, min_size=1, max_size=12), st.sampled_from(ROLES), st.sampled_from([" ", ", ", "\n", ";  "]))
def test_every_address_is_read_once_whatever_stands_between(emails: list[str], scope: str, between: str) -> None:
    read, wanted = read_invitation(f"{between.join(emails)} as {scope}")
    assert wanted == scope
    assert {email.casefold() for email in read} == {email.casefold() for email in emails}
    assert len({email.casefold() for email in read}) == len(read)
    assert read_addresses(between.join(emails)) == read


@settings(max_examples=settings().max_examples // 2)
@given(st.lists(ADDRESSES, max_size=10), st.lists(ADDRESSES), st.lists(ADDRESSES), st.sampled_from([(), ("acme.com",)]))
def test_each_address_is_sorted_exactly_once_and_none_is_sent_that_should_not_be(
    emails: list[str], members: list[str], invited: list[str], domains: tuple[str, ...]
) -> None:
    sorting = sort_out(emails, members, invited, domains)
    every = [*sorting.send, *sorting.members, *sorting.invited, *sorting.outside]
    assert sorted(email.casefold() for email in every) == sorted({email.casefold() for email in emails})
    for email in sorting.send:
        assert email.casefold() not in {each.casefold() for each in members + invited}
        assert not domains or email.casefold().endswith("@acme.com")


@given(st.text(max_size=300))
def test_any_text_is_borne(typed: str) -> None:
    for read in (read_invitation, read_addresses, read_domains):
        with contextlib.suppress(NotUnderstood):
            read(typed)
    near(["ana@acme.com"], typed)
