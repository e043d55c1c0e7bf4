"""What people type and press about digests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import workspace
from bot.clock import Clock
from bot.desk.service import Desk, Held
from bot.digests import form, subscribing, views
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest, Wish
from bot.digests.reading import DigestReading
from bot.digests.schedule import last_closed
from bot.digests.service import Digest
from bot.errors import BotError, NotAllowed, NotUnderstood
from bot.operation import Actor
from bot.policy import Refuse
from bot.providers.port import Capability
from bot.slack.call import Call
from bot.slack.entering import saying
from bot.slack.files import csv_bytes
from bot.slack.pages import page_of, read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import MEMBER, Route
from bot.slack.waiting import told_if_slow
from bot.store import customers, digest_runs, digests, projects
from bot.store.database import Database
from bot.store.digests import Subscription
from bot.vendors import vendors_in

LISTED = 5
MUTED_DAYS = 7
MOST_OPTIONS = 100
MAY_READ = "digests.read"


class DigestListeners:
    """Answers `/digests` and the buttons of digests."""

    def __init__(self, desk: Desk, database: Database, clock: Clock, exports: Exports, reading: DigestReading) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._exports = exports
        self._reading = reading

    def routes(self) -> Routes:
        """Return what this room answers to."""
        subscribe = Route(self.subscribe, SubscribeToDigest.kind, workspace, window=form.TITLE)
        change = Route(self.change, ChangeDigest.kind, workspace, window=form.TITLE)
        preview = Route(self.preview, MAY_READ, workspace)
        pause = Route(self.pause, PauseDigest.kind, workspace)
        resume = Route(self.resume, PauseDigest.kind, workspace)
        end = Route(self.end, EndDigest.kind, workspace)
        list_ = Route(self.list_digests, MAY_READ, workspace)
        details = Route(self.details, MAY_READ, workspace, window=form.TITLE, waits="Reading the details…")
        return Routes(
            commands=(
                Command("digests", "subscribe", subscribe, "", "spending each morning", aliases=("new",)),
                Command("digests", "list", list_, "", "your digests; for owners all", aliases=("ls",), shows=True),
                Command("digests", "preview", preview, "", "how your digest looks now, for you alone", shows=True),
                Command("digests", "pause", pause, "", "no digest until you resume it"),
                Command("digests", "resume", resume, "", "let a paused digest come again"),
                Command("digests", "change", change, "", "where, of what and when", aliases=("edit",)),
                Command("digests", "unsubscribe", end, "", "end a digest", aliases=("end", "delete")),
            ),
            actions={
                "digests.subscribe": subscribe,
                "digests.list": Route(self.turn, MAY_READ, workspace, in_place=True),
                "digests.preview": preview,
                "digests.pause": pause,
                "digests.resume": resume,
                "digests.mute": Route(self.mute, PauseDigest.kind, workspace),
                "digests.change": change,
                "digests.end": end,
                "digests.details": details,
                "digests.export": Route(self.export, MAY_READ, workspace),
            },
            views={"digests.form": self._form_route()},
            options={
                "digests.projects": Route(self.projects_like, MEMBER, workspace),
                "digests.customers": Route(self.customers_like, MEMBER, workspace),
            },
        )

    def _form_route(self) -> Route:
        return Route(
            self.save,
            MEMBER,  # whether their role is enough says the desk, so that what they chose comes back
            workspace,
            window=form.TITLE,
            waits="Checking the channel…",
            reads=_read_form,
            back=self.save_again,
        )

    # --- the form ---

    async def subscribe(self, _: Call, access: Access) -> views.Block:
        """Draw an empty form."""
        return form.form(form.DigestForm(Wish(tz=access.actor.tz)))

    async def change(self, call: Call, access: Access) -> views.Block:
        """Draw the form of a digest."""
        actor, found = access.actor, await self._own(access.actor, call.value)
        await self._check_change(actor, found)
        wish = subscribing.wish_of(found).model_copy(update={"tz": await self._zone(actor, found.id)})
        return form.form(await self._form(actor, found.id, wish))

    async def save(self, call: Call, access: Access) -> views.Block:
        """Take in the form."""
        zone = await self._zone(access.actor, call.metadata)
        call.form = call.form.model_copy(update={"tz": zone})  # so that it comes back with the same zone, too
        text = await self._submit(_asked(call.metadata, call.view_id or "", call.form), access.actor)
        return saying(form.TITLE, f"{text} `/digests list` shows your digests, `/digests preview` one at once.")

    async def save_again(self, call: Call, actor: Actor, problem: BotError) -> views.Block:
        """Draw it again with what was chosen."""
        return form.form(replace(await self._form(actor, call.metadata, call.form), problem=problem.text))

    async def projects_like(self, call: Call, _: Access) -> list[views.Block]:
        """Offer projects whose figures can be read, from the mirror."""

        def found(session: Session) -> list[tuple[str, str]]:
            able = vendors_in(session).offering(Capability.USAGE)
            page, _ = projects.search(session, call.value.strip(), limit=MOST_OPTIONS, providers=able)
            return [(project.id, project.name) for project in page]

        return form.options(await self._database.read(found))

    async def customers_like(self, call: Call, _: Access) -> list[views.Block]:
        """Offer customers, from the catalogue."""

        def found(session: Session) -> list[tuple[str, str]]:
            page, _ = customers.search(session, call.team_id, call.value.strip(), limit=MOST_OPTIONS)
            return [(customer.tag, customer.name) for customer in page]

        return form.options(await self._database.read(found))

    # --- the list, and what its buttons do ---

    async def list_digests(self, _: Call, access: Access) -> list[views.Block]:
        """List one's own digests; for an owner those of everybody, the own ones first."""
        return await self._list(access, 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page of them."""
        return await self._list(access, read_page(call.value)[0])

    async def pause(self, call: Call, access: Access) -> str:
        """Let a digest rest."""
        return await self._put_off(call, access.actor, None)

    async def resume(self, call: Call, access: Access) -> str:
        """Let a digest come again."""
        return await self._put_off(call, access.actor, 0)

    async def mute(self, call: Call, access: Access) -> str:
        """Let a digest rest for a week."""
        return await self._put_off(call, access.actor, MUTED_DAYS)

    async def end(self, call: Call, access: Access) -> str:
        """End a digest."""
        found = await self._own(access.actor, call.value)
        return await self._submit(EndDigest(subscription_id=found.id), access.actor)

    async def _put_off(self, call: Call, actor: Actor, days: int | None) -> str:
        found = await self._own(actor, call.value)
        return await self._submit(PauseDigest(subscription_id=found.id, days=days), actor)

    # --- a digest itself ---

    async def preview(self, call: Call, access: Access) -> list[views.Block]:
        """Show, to this person alone, what the digest would say now."""
        found, now = await self._own(access.actor, call.value), self._clock.now()
        reading = self._reading.digest(found, (last_closed(now),), now)
        return views.preview(found, await told_if_slow(reading, call.tell, "Putting the digest together…"))

    async def details(self, call: Call, access: Access) -> views.Block:
        """Show the details of a posted digest."""
        return views.details_window(await self._posted(access.actor, call.value))

    async def export(self, call: Call, access: Access) -> str:
        """Send the figures of a posted digest as a file."""
        digest = await self._posted(access.actor, call.value)
        name = f"digest-{digest.days[0]}-{digest.days[-1]}.csv"
        content = csv_bytes(("split", "name", "dollars"), views.export_rows(digest))
        comment = f"Digest of {views.days_text(digest.days)} (UTC)"
        await self._exports.send(access, name, content, comment)
        return "The figures are in your direct messages with Keydesk."

    # --- reading ---

    async def _posted(self, actor: Actor, run_id: str) -> Digest:
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

    async def _list(self, access: Access, number: int) -> list[views.Block]:
        actor, may_subscribe = access.actor, access.can(SubscribeToDigest.kind)
        everybodys = actor.user_id in access.roles.owners()

        def read(session: Session) -> list[views.Block]:
            found = digests.living(session, actor.team_id, None if everybodys else actor.user_id)
            own_first = sorted(found, key=lambda each: each.owner != actor.user_id)
            reader = form.FormReader(actor.user_id, self._clock.now(), may_subscribe)
            return form.digest_list(page_of(own_first, number, LISTED), _names(session, actor.team_id), reader)

        return await self._database.read(read)

    async def _form(self, actor: Actor, subscription_id: str, wish: Wish) -> form.DigestForm:
        names = await self._database.read(lambda session: _names(session, actor.team_id))
        return form.DigestForm(wish, subscription_id, names)

    async def _zone(self, actor: Actor, subscription_id: str) -> str:
        """Return the zone in which a form's hour is meant: somebody else's digest stays in its subscriber's."""
        found = await self._database.read(lambda session: digests.get(session, subscription_id))
        return actor.tz if found is None or found.owner == actor.user_id else found.tz

    async def _check_change(self, actor: Actor, found: Subscription) -> None:
        """Refuse at the press, and not at the end of the form, who may not change this digest."""
        wanted = ChangeDigest(subscription_id=found.id, wish=subscribing.wish_of(found))
        verdict = await self._database.read(lambda session: self._desk.judge(session, wanted, actor))
        if isinstance(verdict, Refuse):
            raise NotAllowed(verdict.text)

    async def _submit(self, operation: SubscribeToDigest | ChangeDigest | PauseDigest | EndDigest, actor: Actor) -> str:
        outcome = await self._desk.submit(operation, actor)
        return "This waits for a decision." if isinstance(outcome, Held) else outcome.text


def _read_form(call: Call) -> Wish:
    return form.read_form(call.state, "UTC")


def _asked(subscription_id: str, form_id: str, wish: Wish) -> SubscribeToDigest | ChangeDigest:
    if subscription_id:
        return ChangeDigest(subscription_id=subscription_id, wish=wish)
    return SubscribeToDigest(form=form_id, wish=wish)


def _names(session: Session, team_id: str) -> Mapping[str, str]:
    named = {customer.tag: customer.name for customer in customers.everyone(session, team_id)}
    return named | projects.names_by_id(session)
