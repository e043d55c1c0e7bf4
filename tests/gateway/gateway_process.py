"""A gateway as a process of its own, before an address that it is given, with one key that it prints."""

from __future__ import annotations

import sys
import time

import uvloop

from bot import logs, virtual_keys
from bot.gateway import relay
from bot.gateway.app import Gateway
from bot.gateway.charging import LocalAdmission, counters_in_memory
from bot.gateway.directory import KeysInMemory, KnownKey, Upstream
from bot.gateway.records import CallRecord
from bot.gateway.serve import until_stopped
from tests.gateway.machine_clock import MachineClock


def _tell(record: CallRecord) -> None:
    print(record.status, record.cause, flush=True)  # noqa: T201 - the test reads it


async def run(upstream: str, upstream_key: str, port: int, drain_seconds: float) -> None:
    """Serve until SIGTERM."""
    logs.set_up()
    key = virtual_keys.make()
    print(key, flush=True)  # noqa: T201 - the test reads it
    keys = KeysInMemory(time.monotonic, lease_seconds=3600)
    above = Upstream(upstream, upstream_key)
    keys.replace([KnownKey(virtual_keys.hash_of(key), "key", "project", (), above)], time.monotonic())
    async with relay.session() as session:
        carrier = relay.Relay(session)
        admission = LocalAdmission(counters_in_memory(), time.monotonic)
        gateway = Gateway(keys, admission, carrier, MachineClock(), _tell)
        await until_stopped(gateway, carrier, "127.0.0.1", port, drain_seconds)


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
