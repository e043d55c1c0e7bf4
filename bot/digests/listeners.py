"""What people type and press about digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from bot.clock import Clock
from bot.desk.service import Desk, Held
from bot.digests import form, subscribing, views
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest, Wish
from bot.digests.reading import Reading
from bot.digests.schedule import last_closed
from bot.digests.service import Digest
from bot.errors import BotError, CouldNotCheck, FormError, NotAllowed, NotUnderstood
from bot.operation import Actor
from bot.people import People
from bot.policy import Refuse
from bot.slack.call import Call, OpenView
from bot.slack.files import csv_bytes, send_file
from bot.slack.names import Command, Door
from bot.slack.pages import page_of, read_page
from bot.slack.waiting import told_if_slow
from bot.slack.web import SlackError, SlackWeb
from bot.slack.words import escape
from bot.store import customers, digest_runs, digests, projects
from bot.store.database import Database
from bot.store.digests import Subscription

LISTED = 5
MUTED_DAYS = 7
MOST_OPTIONS = 100


class DigestListeners:
    """Answers `/digests` and the buttons of digests."""

    def __init__(
        self, desk: Desk, database: Database, people: People, clock: Clock, files: SlackWeb, reading: Reading
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._files = files
        self._reading = reading

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("digests", "subscribe", self.subscribe, "", "spending each morning", aliases=("new",)),
                Command("digests", "list", self.list_digests, "", "your digests; for owners all", aliases=("ls",)),
                Command("digests", "preview", self.preview, "", "how your digest looks now, for you alone"),
                Command("digests", "pause", self.pause, "", "no digest until you resume it"),
                Command("digests", "resume", self.resume, "", "let a paused digest come again"),
                Command("digests", "change", self.change, "", "where, of what and when", aliases=("edit",)),
                Command("digests", "unsubscribe", self.end, "", "end a digest", aliases=("end", "delete")),
            ),
            actions={
                "digests.subscribe": self.subscribe,
                "digests.list": self.turn,
                "digests.preview": self.preview,
                "digests.pause": self.pause,
                "digests.resume": self.resume,
                "digests.mute": self.mute,
                "digests.change": self.change,
                "digests.end": self.end,
                "digests.details": self.details,
                "digests.export": self.export,
            },
            views={"digests.form": self.save},
            options={"digests.projects": self.projects_like, "digests.customers": self.customers_like},
        )

    # --- the form ---

    async def subscribe(self, call: Call) -> None:
        """Open an empty form."""
        opened = await call.open(form.saying("One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._permit(actor, SubscribeToDigest.kind)
        await opened.update(form.form(form.Form(Wish(tz=actor.tz))))

    async def change(self, call: Call) -> None:
        """Open the form of a digest."""
        opened = await call.open(form.saying("One moment…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        found = await self._own(actor, call.value)
        await self._check_change(actor, found)
        wish = subscribing.wish_of(found).model_copy(update={"tz": await self._zone(actor, found.id)})
        await opened.update(form.form(await self._form(actor, found.id, wish)))

    async def save(self, call: Call) -> None:
        """Take in the form."""
        subscription_id = call.metadata
        wish = form.read_form(call.state, "UTC")
        opened = await call.ack_update(form.saying("Checking the channel…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
        except CouldNotCheck as problem:
            await self._bring_back(opened, actor, subscription_id, wish, problem)
            return
        try:
            wish = wish.model_copy(update={"tz": await self._zone(actor, subscription_id)})
            text = await self._submit(_asked(subscription_id, call.view_id or "", wish), actor)
        except (FormError, NotAllowed, CouldNotCheck) as problem:
            await self._bring_back(opened, actor, subscription_id, wish, problem)
            return
        await opened.update(form.saying(f"{text} `/digests list` shows your digests, `/digests preview` one at once."))

    async def _bring_back(
        self, opened: OpenView, actor: Actor, subscription_id: str, wish: Wish, problem: BotError
    ) -> None:
        """Show the form again with what is wrong: what was chosen must not be lost."""
        shown = await self._form(actor, subscription_id, wish)
        await opened.update(form.form(replace(shown, problem=problem.text)))

    async def projects_like(self, call: Call) -> None:
        """Offer projects, from the mirror."""

        def found(session: Session) -> list[tuple[str, str]]:
            page, _ = projects.search(session, call.value.strip(), limit=MOST_OPTIONS)
            return [(project.id, project.name) for project in page]

        known = await self._people.known(call.team_id, call.user_id)
        await call.ack(options=form.options(await self._database.read(found) if known else []))

    async def customers_like(self, call: Call) -> None:
        """Offer customers, from the catalogue."""

        def found(session: Session) -> list[tuple[str, str]]:
            page, _ = customers.search(session, call.team_id, call.value.strip(), limit=MOST_OPTIONS)
            return [(customer.tag, customer.name) for customer in page]

        known = await self._people.known(call.team_id, call.user_id)
        await call.ack(options=form.options(await self._database.read(found) if known else []))

    # --- the list, and what its buttons do ---

    async def list_digests(self, call: Call) -> None:
        """List one's own digests; for an owner those of everybody, the own ones first."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show(await self._list(actor, 1))

    async def turn(self, call: Call) -> None:
        """Show another page of them."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show_instead(await self._list(actor, read_page(call.value)[0]))

    async def pause(self, call: Call) -> None:
        """Let a digest rest."""
        await self._put_off(call, None)

    async def resume(self, call: Call) -> None:
        """Let a digest come again."""
        await self._put_off(call, 0)

    async def mute(self, call: Call) -> None:
        """Let a digest rest for a week."""
        await self._put_off(call, MUTED_DAYS)

    async def end(self, call: Call) -> None:
        """End a digest."""
        actor = await self._people.judge(call.team_id, call.user_id)
        found = await self._own(actor, call.value)
        await call.tell(escape(await self._submit(EndDigest(subscription_id=found.id), actor)))

    async def _put_off(self, call: Call, days: int | None) -> None:
        actor = await self._people.judge(call.team_id, call.user_id)
        found = await self._own(actor, call.value)
        await call.tell(escape(await self._submit(PauseDigest(subscription_id=found.id, days=days), actor)))

    # --- a digest itself ---

    async def preview(self, call: Call) -> None:
        """Show, to this person alone, what the digest would say now."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._permit(actor, "digests.read")
        found, now = await self._own(actor, call.value), self._clock.now()
        reading = self._reading.digest(found, (last_closed(now),), now)
        digest = await told_if_slow(reading, call.tell, "Putting the digest together…")
        await call.show(views.preview(found, digest))

    async def details(self, call: Call) -> None:
        """Show the details of a posted digest."""
        opened = await call.open(form.saying("Reading the details…"))
        actor = await self._people.judge(call.team_id, call.user_id)
        await opened.update(views.details_window(await self._posted(actor, call.value)))

    async def export(self, call: Call) -> None:
        """Send the figures of a posted digest as a file."""
        actor = await self._people.judge(call.team_id, call.user_id)
        digest = await self._posted(actor, call.value)
        name = f"digest-{digest.days[0]}-{digest.days[-1]}.csv"
        content = csv_bytes(("split", "name", "dollars"), views.export_rows(digest))
        try:
            await send_file(
                self._files, actor.user_id, name, content, f"Digest of {views.days_text(digest.days)} (UTC)"
            )
        except SlackError:
            await call.tell("Slack did not take the file. Please try again in a minute.")
            return
        await call.tell("The figures are in your direct messages with Keydesk.")

    # --- reading ---

    async def _posted(self, actor: Actor, run_id: str) -> Digest:
        await self._permit(actor, "digests.read")

        def told(session: Session) -> tuple[Subscription, tuple[date, ...]]:
            run = digest_runs.run(session, run_id)
            if run is None:
                raise NotUnderstood("There is no such digest any more.")
            return subscribing.the_subscription(session, run.subscription_id, actor.team_id), tuple(
                digest_runs.days_of(session, run_id)
            )

        subscription, days = await self._database.read(told)
        return await self._reading.digest(subscription, days, self._clock.now())

    async def _own(self, actor: Actor, subscription_id: str) -> Subscription:
        """Return the digest that a button named, or the only one that this person has."""

        def find(session: Session) -> Subscription:
            if subscription_id:
                return subscribing.the_subscription(session, subscription_id, actor.team_id)
            mine = digests.living(session, actor.team_id, actor.user_id)
            if len(mine) != 1:
                raise NotUnderstood(
                    "You have several digests: /digests list shows them, each with its buttons."
                    if mine
                    else "You have no digest yet: /digests subscribe."
                )
            return mine[0]

        return await self._database.read(find)

    async def _list(self, actor: Actor, number: int) -> list[views.Block]:
        def read(session: Session) -> list[views.Block]:
            everybodys = actor.user_id in self._desk.matter(session, actor.team_id, "").owners
            found = digests.living(session, actor.team_id, None if everybodys else actor.user_id)
            own_first = sorted(found, key=lambda each: each.owner != actor.user_id)
            may_subscribe = self._desk.may(session, actor, SubscribeToDigest.kind)
            reader = form.Reader(actor.user_id, self._clock.now(), may_subscribe)
            return form.digest_list(page_of(own_first, number, LISTED), _names(session, actor.team_id), reader)

        return await self._database.read(read)

    async def _form(self, actor: Actor, subscription_id: str, wish: Wish) -> form.Form:
        names = await self._database.read(lambda session: _names(session, actor.team_id))
        return form.Form(wish, subscription_id, names)

    async def _zone(self, actor: Actor, subscription_id: str) -> str:
        """Return the zone in which a form's hour is meant: somebody else's digest stays in its subscriber's."""
        found = await self._database.read(lambda session: digests.get(session, subscription_id))
        return actor.tz if found is None or found.owner == actor.user_id else found.tz

    async def _permit(self, actor: Actor, name: str) -> None:
        await self._database.read(lambda session: self._desk.permit(session, actor, name))

    async def _check_change(self, actor: Actor, found: Subscription) -> None:
        """Refuse at the press, and not at the end of the form, who may not change this digest."""
        wanted = ChangeDigest(subscription_id=found.id, wish=subscribing.wish_of(found))
        verdict = await self._database.read(lambda session: self._desk.judge(session, wanted, actor))
        if isinstance(verdict, Refuse):
            raise NotAllowed(verdict.text)

    async def _submit(self, operation: SubscribeToDigest | ChangeDigest | PauseDigest | EndDigest, actor: Actor) -> str:
        outcome = await self._desk.submit(operation, actor)
        return "This waits for a decision." if isinstance(outcome, Held) else outcome.text


def _asked(subscription_id: str, form_id: str, wish: Wish) -> SubscribeToDigest | ChangeDigest:
    if subscription_id:
        return ChangeDigest(subscription_id=subscription_id, wish=wish)
    return SubscribeToDigest(form=form_id, wish=wish)


def _names(session: Session, team_id: str) -> Mapping[str, str]:
    named = {customer.tag: customer.name for customer in customers.everyone(session, team_id)}
    return named | projects.names_by_id(session)
