"""Reads recorded requests: of a project, of a key, or of a customer, who is a set of keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from sqlmodel import Session

from bot.access.access import Access
from bot.access.project_names import the_project
from bot.clock import Clock, zone_of
from bot.errors import FormError, NotUnderstood
from bot.operation import Actor
from bot.providers.ids import is_uuid
from bot.providers.provider import Provider
from bot.providers.records import RequestRecord
from bot.slack.pages import SIZE
from bot.store import keys, people
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.projects import Project
from bot.usage.model_names import ModelNames
from bot.usage.requests.merging import newest_first
from bot.usage.requests.question import MOST_KEYS, Asked, RecordsQuestion

READ_AHEAD = 100  # requests asked for at once: ten pages here are one at the provider
READ_AHEAD_EXPORT = 1000
MOST_MERGED_PAGES = 100


@dataclass(frozen=True)
class RecordsLine:
    """A request in a list: with its key as Keydesk knows it, and the name of the key's owner.

    ``tag_missing`` tells that a customer was asked for whose tag the request's record lacks, though its key has it;
    records that tell no tags at all (failed and unready ones) lack nothing.
    """

    record: RequestRecord
    key: Key | None = None
    owner: str = ""
    tag_missing: bool = False


@dataclass(frozen=True)
class RequestList:
    """One page; pages count from 1, and how many there are nobody tells."""

    question: RecordsQuestion
    project: str
    lines: tuple[RecordsLine, ...]
    number: int
    more: bool
    read_at: datetime


@dataclass(frozen=True)
class One:
    """One request in detail; ``models`` are called by their names where those are known."""

    project_id: str
    project: str
    line: RecordsLine
    models: tuple[str, ...]
    read_at: datetime


class RequestReading:
    """Puts questions about a project to the provider, for whoever has access to its requests."""

    def __init__(self, database: Database, clock: Clock, provider: Provider, model_names: ModelNames) -> None:
        self._database = database
        self._clock = clock
        self._provider = provider
        self._model_names = model_names

    async def question(self, access: Access, asked: Asked) -> RecordsQuestion:
        """Return what was asked with whole ids and fixed moments.

        Raises:
            FormError: there is no such key, customer or period.
        """
        now = self._clock.now()
        question = await self._database.read(lambda session: _resolved(session, access, asked, now))
        return await self._by_customer(question) if question.customer and not question.key else question

    async def _by_customer(self, question: RecordsQuestion) -> RecordsQuestion:
        """Find the keys that carry the tag: those known here, and those that the provider counted with it."""
        tagged = await self._database.read(lambda session: keys.tagged(session, question.project))
        known = [key_id for key_id, tags in tagged if question.customer in tags]
        counted = await self._provider.usage_breakdown(
            question.project,
            "accessor",
            start=question.start.astimezone(UTC).date(),
            end=question.end.astimezone(UTC).date(),
            filters={"tag": question.customer},
        )
        others = {bucket.accessor for bucket in counted.results if bucket.accessor and is_uuid(bucket.accessor)}
        found = [*known, *sorted(others - set(known))]
        if not found:
            raise _unknown_customer(question.customer, {tag for _, tags in tagged for tag in tags})
        return question.model_copy(update={"keys": tuple(found[:MOST_KEYS]), "left": len(found[MOST_KEYS:])})

    async def page(self, access: Access, question: RecordsQuestion, number: int) -> RequestList:
        """Return a page of what matches, newest first.

        Raises:
            NotUnderstood: so far back several keys are not put together.
            ProviderError: the provider did not answer.
        """
        read = self._merged_page if len(question.keys) > 1 else self._own_page
        records, more = await read(question, number)
        lines = await self.lines(access.actor, question, records)
        return RequestList(question, access.there.name, tuple(lines), number, more, self._clock.now())

    async def one(self, access: Access, request_id: str) -> One:
        """Return one request.

        Raises:
            NotFound: it is unknown, or older than the provider keeps.
            ProviderError: the provider did not answer.
        """
        project = access.there
        record = await self._provider.request(project.id, request_id)
        [line] = await self.lines(access.actor, None, [record])
        names = await self._model_names.read(project.id) if record.models else {}
        models = tuple(names.get(each) or each for each in record.models)
        return One(project.id, project.name, line, models, self._clock.now())

    async def every(self, question: RecordsQuestion) -> AsyncGenerator[RequestRecord]:
        """Yield all that matches, newest first, with a few pages in memory; raises what ``page`` raises."""
        ahead = max(READ_AHEAD, READ_AHEAD_EXPORT // max(1, len(question.keys)))
        async with aclosing(self._merged(question, ahead)) as records:
            async for record in records:
                yield record

    async def lines(
        self, actor: Actor, question: RecordsQuestion | None, records: list[RequestRecord]
    ) -> list[RecordsLine]:
        """Put the keys beside the requests, as Keydesk knows them."""
        ids = {record.api_key_id for record in records if record.api_key_id}
        customer = question.customer if question else ""

        def read(session: Session) -> list[RecordsLine]:
            known = keys.by_provider_ids(session, ids)
            owners = people.named(session, actor.team_id, {key.owner for key in known.values() if key.owner})
            names = {user_id: person.name for user_id, person in owners.items()}
            return [_line(record, known.get(record.api_key_id or ""), names, customer) for record in records]

        return await self._database.read(read)

    async def _own_page(self, question: RecordsQuestion, number: int) -> tuple[list[RequestRecord], bool]:
        there, place = divmod((number - 1) * SIZE, READ_AHEAD)
        which = question.narrowed("".join(question.keys))
        page = await self._provider.request_page(question.project, which, page=there, page_size=READ_AHEAD)
        until = place + SIZE
        return page.records[place:until], len(page.records) > until or not page.is_last

    async def _merged_page(self, question: RecordsQuestion, number: int) -> tuple[list[RequestRecord], bool]:
        if number > MOST_MERGED_PAGES:
            raise NotUnderstood("So far back several keys are not put together: choose a shorter period, or one key.")
        first, found = (number - 1) * SIZE, []
        async with aclosing(self._merged(question, READ_AHEAD)) as records:
            place = 0
            async for record in records:
                if place >= first:
                    found.append(record)
                place += 1
                if len(found) > SIZE:
                    break
        return found[:SIZE], len(found) > SIZE

    async def _merged(self, question: RecordsQuestion, ahead: int) -> AsyncGenerator[RequestRecord]:
        lists = [
            self._provider.requests(question.project, question.narrowed(key_id), page_size=ahead)
            for key_id in question.keys or ("",)
        ]
        async for record in newest_first(lists):
            yield record


def project_of(session: Session, actor: Actor, asked: Asked) -> Project:
    """Return the project that is named, else that of the key, else the chosen one.

    Raises:
        NotUnderstood: there is no such project (a FormError: no such key), or none is chosen.
    """
    key = _named_key(session, asked.key) if asked.key and not asked.project else None
    return the_project(session, actor, asked.project or (key.project_id if key else ""))


def _resolved(session: Session, access: Access, asked: Asked, now: datetime) -> RecordsQuestion:
    key, project = _named_key(session, asked.key) if asked.key else None, access.there
    if key is not None and key.project_id != project.id:
        raise FormError("key", f"This key is not one of {project.name}.")
    start, end = asked.period.bounds(now, zone_of(access.actor.tz))
    whole = {"project": project.id, "start": start, "end": end}
    if key is not None:
        whole |= {"key": key.provider_key_id, "keys": (key.provider_key_id,)}
    return RecordsQuestion.model_validate(asked.model_dump() | whole)


def _line(record: RequestRecord, key: Key | None, names: dict[str, str], customer: str) -> RecordsLine:
    missing = bool(customer) and record.tags is not None and customer not in record.tags
    return RecordsLine(record, key, names.get(key.owner or "", "") if key else "", tag_missing=missing)


def _named_key(session: Session, wanted: str) -> Key:
    found, total = keys.by_label(session, wanted.strip().lower(), limit=1)
    if total == 1:
        return found[0]
    if not total:
        raise FormError("key", f"Keydesk knows no key {wanted[:40]}. /keys list shows those of your project.")
    raise FormError("key", f"{total} keys start with {wanted[:40]}. Type more of the id.")


def _unknown_customer(customer: str, tags: set[str]) -> FormError:
    near = get_close_matches(customer, sorted(tags), n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    return FormError("customer", f"No key carries the tag {customer[:60]}, and none was used with it then.{meant}")
