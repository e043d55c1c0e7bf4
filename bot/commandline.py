"""The commands of ``keydesk``."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import sys
from collections.abc import Iterator
from getpass import getpass

import click
import structlog
import yaml
from pydantic import SecretStr
from sqlalchemy.exc import SQLAlchemyError

from bot import logs
from bot.accounts.adding import NO_CREDENTIAL, NewAccount, add
from bot.accounts.sealed import reseal
from bot.app import app_manifest, clock_of, providers_of
from bot.config import ENV_FILE, PREFIX, BadSettings, Settings, load, strangers
from bot.doctor.examining import examine
from bot.engine.workflows import migrate as migrate_engine
from bot.errors import BotError
from bot.home.check import Check, as_json_text, as_lines
from bot.install import write_env
from bot.providers.deepgram.addresses import doubt
from bot.reconcile import NotMade, report
from bot.sealing import CannotSeal, CannotUnseal, Keyring, new_key
from bot.serve import Role, run_loop, serve
from bot.slack.web import SlackError
from bot.store import schema
from bot.store.accounts import Account
from bot.store.columns import FIRST_PROVIDER
from bot.store.database import Database


@click.group()
def commands() -> None:
    """Hold all commands; `bot.__main__` is the group that people call."""


@commands.command()
def init() -> None:
    """Write .env where it is missing, prepare the database, and say what is still needed."""
    created = write_env(ENV_FILE)
    click.echo("Wrote .env: fill it in." if created else ".env is there; it was left as it is.")
    settings = _settings()
    _migrate(settings)
    missing = settings.missing()
    for name in missing:
        click.echo(f"Still missing in .env: {name}")
    click.echo("Then run: keydesk doctor" if missing else "Nothing is missing. Now run: keydesk doctor")


@commands.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    _migrate(_settings())
    click.echo("The schema is current.")


@commands.command()
@click.option("--frozen", is_flag=True, help="After a restore: read everything, make and end nothing.")
def run(*, frozen: bool) -> None:
    """Run everything in one process, bringing the database up to date first."""
    settings = _ready_settings()
    _migrate(settings)
    _serve(settings, "run", frozen=frozen)


@commands.command()
@click.option("--frozen", is_flag=True, help="After a restore: read everything, make and end nothing.")
def web(*, frozen: bool) -> None:
    """Take in what Slack sends, and carry out jobs too (one of several processes over PostgreSQL)."""
    _serve(_replica_settings(), "web", frozen=frozen)


@commands.command()
@click.option("--frozen", is_flag=True, help="After a restore: read everything, make and end nothing.")
def worker(*, frozen: bool) -> None:
    """Carry out jobs and take in nothing (one of several processes over PostgreSQL)."""
    _serve(_replica_settings(), "worker", frozen=frozen)


@commands.command()
@click.option("--check-blocks", is_flag=True, help="Ask Slack which blocks it takes, by a message to the first owner.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def doctor(*, as_json: bool, check_blocks: bool) -> None:
    """Check the whole installation, and say how to mend each thing that is wrong."""
    try:
        with logs.silent():  # what is wrong stands in the report
            checks = asyncio.run(examine(_settings(), check_blocks=check_blocks, strangers=strangers()))
    except click.ClickException as problem:
        if not as_json:
            raise
        checks = [Check("settings", False, problem.message)]
    click.echo(as_json_text(checks) if as_json else as_lines(checks))
    sys.exit(0 if all(check.ok for check in checks) else 1)


def _checked_prefix(_: click.Context, __: click.Parameter, value: str) -> str:
    if re.fullmatch(PREFIX, value) is None:
        raise click.BadParameter("lower case letters, digits, dash and underscore, at most 16")
    return value


def _checked_url(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is not None and re.fullmatch(r"https://[^/\s]+/?", value) is None:
        raise click.BadParameter("an https address without a path, for example https://keydesk.example.com")
    return value


@commands.command()
@click.option("--prefix", default="", callback=_checked_prefix, help="Rename every slash command, for example acme-")
@click.option(
    "--url", default=None, callback=_checked_url, help="Public https address: makes the manifest of the HTTP transport."
)
def manifest(prefix: str, url: str | None) -> None:
    """Print the app manifest to paste at api.slack.com."""
    click.echo(yaml.safe_dump(app_manifest(prefix, url), sort_keys=False, allow_unicode=True), nl=False)


@commands.command()
def reconcile() -> None:
    """Compare the provider's keys with the store; changes nothing."""
    try:
        lines = asyncio.run(report(_ready_settings()))
    except NotMade as problem:
        raise click.ClickException(str(problem)) from None
    for line in lines:
        click.echo(line)


@commands.group("secret")
def secret_group() -> None:
    """Keys that seal what must be kept (KEYDESK_SECRET_KEY)."""


@secret_group.command("new")
def new_secret() -> None:
    """Print a new key for KEYDESK_SECRET_KEY; it is kept nowhere else."""
    click.echo(new_key())


@commands.group("accounts")
def accounts_group() -> None:
    """Accounts at providers beside the main one in DEEPGRAM_API_KEY; /keydesk accounts shows and removes them."""


@accounts_group.command("add")
@click.option("--name", required=True, help="How people will call it, for example studio")
@click.option("--customer", default=None, help="The tag of the customer whose own account it is; none if it is ours.")
@click.option("--provider", default=FIRST_PROVIDER, show_default=True, help="Whose account it is: a provider's name.")
def add_account(name: str, customer: str | None, provider: str) -> None:
    """Add an account; its credential comes from standard input, never from an argument."""
    settings = _settings()
    added = asyncio.run(_add(settings, NewAccount(name, customer, _typed_credential(), provider.lower())))
    whose = f", the own account of customer {added.customer}" if added.customer is not None else ""
    click.echo(
        f"Added {added.name} ({added.fingerprint}){whose}: role {added.role or 'unknown'}, its projects: ", nl=False
    )
    click.echo(f"{added.projects}. A running Keydesk shows them within a minute.")


def _typed_credential() -> SecretStr:
    try:
        return SecretStr((getpass("Credential: ") if sys.stdin.isatty() else sys.stdin.readline()).strip())
    except UnicodeDecodeError:
        raise click.ClickException(f"Not added: {NO_CREDENTIAL}") from None


@accounts_group.command("reseal")
def reseal_accounts() -> None:
    """Seal every credential anew with the first key of KEYDESK_SECRET_KEY, so that older keys can be dropped."""
    settings = _settings()
    keyring = Keyring(settings.keydesk_secret_key)
    if keyring.problem:
        raise click.ClickException(f"Nothing was sealed anew: {keyring.problem}")
    try:
        with _prepared_database(settings) as database, database.transaction() as session:
            number = reseal(session, keyring)
    except CannotUnseal as problem:
        raise click.ClickException(f"Nothing was sealed anew: {problem}") from None
    click.echo(f"Sealed anew: {number}. Only the first key in KEYDESK_SECRET_KEY is needed now.")


async def _add(settings: Settings, given: NewAccount) -> Account:
    keyring = Keyring(settings.keydesk_secret_key)
    try:
        with _prepared_database(settings) as database:
            async with contextlib.aclosing(providers_of(settings, database)) as providers:
                clock = clock_of(settings)
                await clock.refresh()
                return await add(given, database, keyring, providers, clock.now())
    except (BotError, CannotSeal) as problem:
        raise click.ClickException(f"Not added: {problem}") from None


def _settings() -> Settings:
    try:
        return load()
    except BadSettings as problem:
        raise click.ClickException(str(problem)) from None


def _ready_settings() -> Settings:
    settings = _settings()
    if missing := settings.missing():
        raise click.ClickException(f"Missing settings: {', '.join(missing)}. See README.md, or run: keydesk init")
    return settings


def _replica_settings() -> Settings:
    settings = _ready_settings()
    with _database(settings) as database:
        if database.is_sqlite:
            raise click.ClickException("web and worker share a PostgreSQL database; with SQLite use: keydesk run")
        _check_schema(database)
    return settings


def _migrate(settings: Settings) -> None:
    with _database(settings) as database:
        schema.upgrade(database)
        migrate_engine(database.engine)


@contextlib.contextmanager
def _prepared_database(settings: Settings) -> Iterator[Database]:
    """Open the database if it is there and has this program's schema; else one sentence says what to do."""
    with _database(settings) as database:
        if database.file is not None and not database.file.exists():
            raise click.ClickException(f"{database.file} is not there yet: run keydesk init")
        _check_schema(database)
        yield database


def _check_schema(database: Database) -> None:
    if not schema.is_current(database):
        raise click.ClickException("The database's schema is not this program's. Run: keydesk migrate")


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Database]:
    """Open the database; where it cannot be used, one sentence says so and no address is shown."""
    try:
        with contextlib.closing(Database(settings.database_url)) as database:
            yield database
    except (schema.NewerSchema, OSError) as problem:
        raise click.ClickException(f"The database cannot be used: {problem}") from None
    except SQLAlchemyError as problem:
        text = f"The database cannot be used ({type(problem).__name__}): check DATABASE_URL, and that it is running."
        raise click.ClickException(text) from None


def _serve(settings: Settings, role: Role, *, frozen: bool) -> None:
    logs.set_up(settings.keydesk_log_level)
    if (doubtful := doubt(settings.deepgram_api_url)) is not None:
        structlog.get_logger().warning("deepgram.address", why=doubtful)
    for doubtful in settings.doubts():
        structlog.get_logger().warning("settings.doubtful", why=doubtful)
    try:
        code = run_loop(serve(settings, role, frozen=frozen))
    except (BotError, SlackError, OSError) as problem:
        raise click.ClickException(f"Keydesk could not start: {reason_of(problem, settings)}") from None
    sys.exit(code)


def reason_of(problem: Exception, settings: Settings) -> str:
    """Say in one sentence why Keydesk could not start."""
    if isinstance(problem, TimeoutError):
        return "Slack did not answer in time. Is the network open?"
    if isinstance(problem, OSError) and problem.errno == errno.EADDRINUSE:
        return f"port {settings.port} is taken already. End what listens there, or set another PORT."
    if isinstance(problem, SlackError):
        return f"{problem.verdict.words} Slack said {problem.code} to {problem.method}."
    return str(problem) or type(problem).__name__
