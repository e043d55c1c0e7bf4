"""Reads recorded requests: of a project, of a key, or of a customer, who is a set of keys."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from sqlmodel import Session

from bot.clock import Clock, zone_of
from bot.desk.entrance import ProjectOf
from bot.desk.service import Desk
from bot.errors import FormError, NotUnderstood
from bot.operation import Actor
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.ids import is_uuid
from bot.providers.deepgram.request_records import RequestRecord
from bot.slack.pages import SIZE
from bot.store import keys, people, projects
from bot.store.database import Database
from bot.store.keys import Key
from bot.usage.model_names import ModelNames
from bot.usage.requests.merging import newest_first
from bot.usage.requests.question import MOST_KEYS, Asked, Question

MAY_READ = "usage.requests"
READ_AHEAD = 100  # requests asked for at once: ten pages here are one at the provider
READ_AHEAD_EXPORT = 1000
MOST_MERGED_PAGES = 100


@dataclass(frozen=True)
class Line:
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

    question: Question
    project: str
    lines: tuple[Line, ...]
    number: int
    more: bool
    read_at: datetime


@dataclass(frozen=True)
class One:
    """One request in detail; ``models`` are called by their names where those are known."""

    project_id: str
    project: str
    line: Line
    models: tuple[str, ...]
    read_at: datetime


class RequestReading:
    """Puts questions to the provider, for whoever may read requests."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        clock: Clock,
        deepgram: Deepgram,
        project_of: ProjectOf,
        model_names: ModelNames,
    ) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._deepgram = deepgram
        self._project_of = project_of
        self._model_names = model_names

    async def question(self, actor: Actor, asked: Asked) -> Question:
        """Return what was asked with whole ids and fixed moments.

        Raises:
            NotUnderstood: there is no such project, key, customer or period (a FormError where a field names it).
            NotAllowed: this person may not read requests there.
        """
        now = self._clock.now()
        question = await self._database.read(lambda session: self._resolved(session, actor, asked, now))
        return await self._by_customer(question) if question.customer and not question.key else question

    def _resolved(self, session: Session, actor: Actor, asked: Asked, now: datetime) -> Question:
        key = _named_key(session, asked.key) if asked.key else None
        project = self._project_of(session, actor, asked.project or (key.project_id if key else ""))
        self._desk.permit(session, actor, MAY_READ, project.id)
        if key is not None and key.project_id != project.id:
            raise FormError("key", f"This key is not one of {project.name}.")
        start, end = asked.period.bounds(now, zone_of(actor.tz))
        whole = {"project": project.id, "start": start, "end": end}
        if key is not None:
            whole |= {"key": key.provider_key_id, "keys": (key.provider_key_id,)}
        return Question.model_validate(asked.model_dump() | whole)

    async def _by_customer(self, question: Question) -> Question:
        """Find the keys that carry the tag: those known here, and those that Deepgram counted with it."""
        tagged = await self._database.read(lambda session: keys.tagged(session, question.project))
        known = [key_id for key_id, tags in tagged if question.customer in tags]
        counted = await self._deepgram.usage_breakdown(
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

    async def page(self, actor: Actor, question: Question, number: int) -> RequestList:
        """Return a page of what matches, newest first.

        Raises:
            NotAllowed: this person may not read requests there.
            NotUnderstood: so far back several keys are not put together.
            ProviderError: the provider did not answer.
        """
        project = await self._database.read(lambda session: self._permitted(session, actor, question.project))
        read = self._merged_page if len(question.keys) > 1 else self._own_page
        records, more = await read(question, number)
        lines = await self.lines(actor, question, records)
        return RequestList(question, project, tuple(lines), number, more, self._clock.now())

    async def one(self, actor: Actor, project_id: str, request_id: str) -> One:
        """Return one request.

        Raises:
            NotAllowed: this person may not read requests there.
            NotFound: it is unknown, or older than the provider keeps.
            ProviderError: the provider did not answer.
        """
        project = await self._database.read(lambda session: self._permitted(session, actor, project_id))
        record = await self._deepgram.request(project_id, request_id)
        [line] = await self.lines(actor, None, [record])
        names = await self._model_names.read(project_id) if record.models else {}
        models = tuple(names.get(each) or each for each in record.models)
        return One(project_id, project, line, models, self._clock.now())

    async def every(self, actor: Actor, question: Question) -> AsyncGenerator[RequestRecord]:
        """Yield all that matches, newest first, with a few pages in memory; raises what ``page`` raises."""
        await self._database.read(lambda session: self._permitted(session, actor, question.project))
        ahead = max(READ_AHEAD, READ_AHEAD_EXPORT // max(1, len(question.keys)))
        async with aclosing(self._merged(question, ahead)) as records:
            async for record in records:
                yield record

    async def lines(self, actor: Actor, question: Question | None, records: list[RequestRecord]) -> list[Line]:
        """Put the keys beside the requests, as Keydesk knows them."""
        ids = {record.api_key_id for record in records if record.api_key_id}
        customer = question.customer if question else ""

        def read(session: Session) -> list[Line]:
            known = keys.by_provider_ids(session, ids)
            owners = people.named(session, actor.team_id, {key.owner for key in known.values() if key.owner})
            names = {user_id: person.name for user_id, person in owners.items()}
            return [_line(record, known.get(record.api_key_id or ""), names, customer) for record in records]

        return await self._database.read(read)

    def _permitted(self, session: Session, actor: Actor, project_id: str) -> str:
        self._desk.permit(session, actor, MAY_READ, project_id)
        return projects.name_of(session, project_id)

    async def _own_page(self, question: Question, number: int) -> tuple[list[RequestRecord], bool]:
        there, place = divmod((number - 1) * SIZE, READ_AHEAD)
        which = question.narrowed("".join(question.keys))
        page = await self._deepgram.request_page(question.project, which, page=there, page_size=READ_AHEAD)
        until = place + SIZE
        return page.records[place:until], len(page.records) > until or not page.is_last

    async def _merged_page(self, question: Question, number: int) -> tuple[list[RequestRecord], bool]:
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

    async def _merged(self, question: Question, ahead: int) -> AsyncGenerator[RequestRecord]:
        lists = [
            self._deepgram.requests(question.project, question.narrowed(key_id), page_size=ahead)
            for key_id in question.keys or ("",)
        ]
        async for record in newest_first(lists):
            yield record


def _line(record: RequestRecord, key: Key | None, names: dict[str, str], customer: str) -> Line:
    missing = bool(customer) and record.tags is not None and customer not in record.tags
    return Line(record, key, names.get(key.owner or "", "") if key else "", tag_missing=missing)


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
