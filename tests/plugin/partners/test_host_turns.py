"""Exchanges with several hosts: a slow one keeps nobody waiting, and is left in time to be gone on with later."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from engine.database import tenant_transaction
from engine.hosts.store import LEASE, Host, HostRefused, NewHost, add_host, hosts_of
from engine.partners.facts import Partner
from plugin.partners import exchange, host_turns
from plugin.partners.exchange import EXCHANGE_SECONDS, Exchange
from plugin.partners.host_client import FILE_SECONDS
from plugin.partners.keys import PartnerKeyBox
from plugin.web.app import LaurelApp
from tests.support.partner_calls import key_for
from tests.support.trading import Trading


async def connect(trading: Trading, name: str) -> None:
    """A host that is due."""
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        host = NewHost(name, name, f"https://{name}.example.com", name * 4, b"sealed", {}, {})
        await add_host(connection, trading.program_id, host, actor="tests")


async def hosts(trading: Trading) -> dict[str, Host]:
    """All hosts by their names."""
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        return {host.handle: host for host in await hosts_of(connection, trading.program_id)}


class Playing(Exchange):
    """Exchanges of which one never comes to an end, and one goes on until a third has been called."""

    third_was_called = asyncio.Event()

    async def exchange(self, host: Host) -> None:
        """By the host's name, instead of a call."""
        if host.handle == "stuck":
            await asyncio.Event().wait()
        elif host.handle == "slow":
            await self.third_was_called.wait()
        elif host.handle == "third":
            self.third_was_called.set()
        else:
            async with tenant_transaction(self.engine, host.program_id) as connection:
                third = NewHost("third", "third", "https://third.example.com", "t3", b"sealed", {}, {})
                await add_host(connection, host.program_id, third, actor="tests")


async def exchange_with_all(trading: Trading) -> int:
    """What the round does once."""

    async def programs() -> tuple[int, ...]:
        return (trading.program_id,)

    async with httpx.AsyncClient() as http:
        return await Playing(trading.engine, http, PartnerKeyBox(b"k" * 32)).run(programs)


async def test_while_a_slow_host_is_waited_for_another_that_becomes_due_is_called(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host_turns, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(exchange, "EXCHANGE_SECONDS", 10.0)
    for name in ("slow", "second"):
        await connect(trading, name)
    assert await exchange_with_all(trading) == 3
    found = await hosts(trading)
    assert {name: host.failures for name, host in found.items()} == {"slow": 0, "second": 0, "third": 0}


async def test_a_host_that_does_not_come_to_an_end_is_left_and_tried_again_after_a_pause(
    trading: Trading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "EXCHANGE_SECONDS", 0.05)
    await connect(trading, "stuck")
    assert await asyncio.wait_for(exchange_with_all(trading), 60) == 1
    stuck = (await hosts(trading))["stuck"]
    assert (stuck.failures, str(stuck.last_error)[:23]) == (1, "the host takes its time")
    assert await exchange_with_all(trading) == 0


async def test_one_program_takes_no_more_than_its_places(trading: Trading, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_turns, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(host_turns, "PROGRAM_AT_ONCE", 2)
    at_once: list[int] = []
    running = 0

    async def call(_program_id: int, _host_id: int) -> None:
        nonlocal running
        running += 1
        at_once.append(running)
        for _ in range(3):
            await hosts(trading)
        running -= 1

    async def programs() -> tuple[int, ...]:
        return (trading.program_id,)

    for number in range(5):
        await connect(trading, f"host-{number}")
    called = 0
    while begun := await host_turns.call_due(trading.engine, programs, call):
        called += begun
    assert (called, max(at_once)) == (5, 2)


async def test_a_program_is_not_its_own_host(trading: Trading, coffee: Partner, app: LaurelApp) -> None:
    key = await key_for(trading.engine, app.services.desk, trading.program_id, coffee)
    own = NewHost("own", "Own", "https://own.example.com", key.key_id, b"sealed", {}, {})
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(HostRefused) as refused:
            await add_host(connection, trading.program_id, own, actor="tests")
    assert refused.value.code == "KEY_REFUSED"


def test_an_exchange_ends_well_before_its_lease_and_has_time_for_a_file() -> None:
    assert timedelta(seconds=EXCHANGE_SECONDS) * 1.3 <= LEASE
    assert FILE_SECONDS < EXCHANGE_SECONDS
