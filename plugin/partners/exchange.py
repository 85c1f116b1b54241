"""One exchange with a host: report what is due, read its signed events and statements, check them, answer.

Everything is kept as it comes, so that an exchange that breaks off goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import httpx
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.checking import DISPUTED, EventUnreadable
from engine.hosts.keys import put_aside
from engine.hosts.receiving import note_answered, store_events, store_statement, unanswered
from engine.hosts.reporting import (
    ORDERS_AT_ONCE,
    REPORTS_AT_ONCE,
    make_reports,
    store_answers,
    waiting_reports,
)
from engine.hosts.statements import read_statement
from engine.hosts.store import Host, host_of, learn_terms, note_failure, note_success
from plugin.partners.connecting import read_terms
from plugin.partners.host_answers import (
    EVENTS_PAGE,
    UntrustedError,
    event,
    listed,
    payload,
    received,
    settled,
    token_in,
)
from plugin.partners.host_client import HostCallError, HostClient
from plugin.partners.host_keys import take_keys
from plugin.partners.host_turns import Programs, call_due
from plugin.partners.keys import PartnerKeyBox
from plugin.partners.tokens import TokenRefusedError, UnknownKeyError
from plugin.sealed_box import SealedUnreadableError

EXCHANGE_SECONDS = 90.0
"""How long one exchange may take, well under its lease; the next one goes on from there."""
REPORTING_SECONDS = 30.0
"""How much of it goes into reports where many wait, so that events and statements come in all the same."""
PAGES_MAXIMUM = 50
"""How many pages one exchange reads or sends of a kind; the next one goes on from there."""
STATEMENTS_PAGE = 100
_ASK_AGAIN = frozenset(["PARTNER_PAUSED"])
"""Refusals that pass: such a report is sent again later."""

log = structlog.get_logger("laurel.hosts")


@dataclass(frozen=True, slots=True)
class Exchange:
    """Exchanges with the hosts of every program, over one process's client."""

    engine: AsyncEngine
    http: httpx.AsyncClient
    box: PartnerKeyBox

    async def run(self, programs: Programs) -> int:
        """Exchange with the hosts of these programs that are due; returns how many it were."""
        return await call_due(self.engine, programs, self._one)

    async def _one(self, program_id: int, host_id: int) -> None:
        async with tenant_transaction(self.engine, program_id) as connection:
            host = await host_of(connection, program_id, host_id)
        if host is not None:
            await self._guarded(host)

    async def _guarded(self, host: Host) -> None:
        """One host's trouble is no other's: it is noted, and tried again later."""
        problem = None
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                await self.exchange(host)
        except TimeoutError:
            problem = f"the host takes its time: stopped after {EXCHANGE_SECONDS:.0f} seconds, and goes on later"
        except (HostCallError, UntrustedError, TokenRefusedError) as error:
            problem = str(error)
        except SealedUnreadableError:
            problem = "the key cannot be opened: connect again"
        except (SQLAlchemyError, OSError) as error:
            problem = f"trouble here: {type(error).__name__}"
        except Exception as error:
            log.exception("exchange failed", host=host.host_id, program=host.program_id)
            problem = f"failed here: {type(error).__name__}"
        async with tenant_transaction(self.engine, host.program_id) as connection:
            if problem is None:
                await note_success(connection, host)
                return
            log.warning("host held up", host=host.host_id, program=host.program_id, why=problem)
            await note_failure(connection, host, problem)

    async def exchange(self, host: Host) -> None:
        """All of it with one host. Raises HostCallError, UntrustedError, SealedUnreadableError."""
        key = self.box.open_for_host(host.program_id, host.base_url, host.key_id, host.secret)
        client = HostClient(self.http, host.base_url, key)
        await self._report(host, client)
        host = await self._terms(host, client)
        await self._read(host, client)
        await self._answer(host, client)

    async def _report(self, host: Host, client: HostClient) -> None:
        for _ in range(PAGES_MAXIMUM):
            async with tenant_transaction(self.engine, host.program_id) as connection:
                if await make_reports(connection, host) < ORDERS_AT_ONCE:
                    break
        until = asyncio.get_running_loop().time() + REPORTING_SECONDS
        for _ in range(PAGES_MAXIMUM):
            async with tenant_transaction(self.engine, host.program_id) as connection:
                waiting = await waiting_reports(connection, host)
            if not waiting:
                return
            sent = {report.report_id for report in waiting}
            given = await client.send("/reports", {"reports": [report.body for report in waiting]})
            answers = [one for one in listed(given, "answers") if one.get("report_id") in sent]
            told = [settled(one) for one in answers if one.get("code") not in _ASK_AGAIN]
            put_off = sent - {one.report_id for one in told}
            async with tenant_transaction(self.engine, host.program_id) as connection:
                await store_answers(connection, host, told, sorted(put_off))
            if len(waiting) < REPORTS_AT_ONCE or asyncio.get_running_loop().time() >= until:
                return

    async def _terms(self, host: Host, client: HostClient) -> Host:
        """Learn versions of the agreement that are new. Raises UntrustedError where one that is known changed."""
        told = await read_terms(client)
        for version, known in host.agreements.items():
            # What a newer Laurel says besides is no change of what was agreed.
            if any(told.get(version, {}).get(name) != value for name, value in known.items()):
                raise UntrustedError(f"version {version} of the agreement is not what it was")
        if set(told) <= set(host.agreements):
            return host
        async with tenant_transaction(self.engine, host.program_id) as connection:
            await learn_terms(connection, host, told)
            return await host_of(connection, host.program_id, host.host_id) or host

    async def _read(self, host: Host, client: HostClient) -> None:
        """Events and statements, as far as they are signed with keys that are trusted here."""
        try:
            await self._events(host, client)
            await self._statements(host, client)
        except UnknownKeyError as unknown:
            known = await take_keys(self.engine, host, client)
            if known is not None:
                return await self._read(known, client)
            log.warning("a key waits to be taken", host=host.host_id, program=host.program_id, key=unknown.name)

    async def _events(self, host: Host, client: HostClient) -> None:
        after = host.read_until
        for _ in range(PAGES_MAXIMUM):
            page = await client.read("/events", {"after": str(after), "first": str(EVENTS_PAGE)})
            found = listed(page, "events")
            taken, aside = received(host, found, after)
            async with tenant_transaction(self.engine, host.program_id) as connection:
                verdicts = await store_events(connection, host, taken)
                if aside:
                    await put_aside(connection, host, aside)
            if any(verdict in DISPUTED for verdict in verdicts):
                log.warning(
                    "events disputed", host=host.host_id, program=host.program_id, verdicts=sorted(set(verdicts))
                )
            if aside:
                raise UnknownKeyError(aside[0].key_name)
            if len(found) < EVENTS_PAGE:
                return
            after = taken[-1].position

    async def _statements(self, host: Host, client: HostClient) -> None:
        newest = await client.read("/statements", {"first": str(STATEMENTS_PAGE)})
        numbers = [one.get("number") for one in listed(newest, "statements")]
        fresh = sorted(one for one in numbers if isinstance(one, int) and one > host.statements_until)
        if fresh and fresh[0] > host.statements_until + 1:
            fresh = list(range(host.statements_until + 1, fresh[-1] + 1))  # more than one page behind
        for number in fresh[:PAGES_MAXIMUM]:
            lines = await client.read_lines(f"/statements/{number}.jsonl")
            token = token_in(lines[0] if lines else "", "statement")
            try:
                statement = read_statement(payload(host, token))
            except EventUnreadable as error:
                raise UntrustedError(f"a statement cannot be read: {error}") from None
            rows = [event(host, token_in(line, "event")) for line in lines[1:]]
            if statement.number != number:
                raise UntrustedError("a statement has another number than it was asked for")
            async with tenant_transaction(self.engine, host.program_id) as connection:
                await store_statement(connection, host, statement, token, rows)

    async def _answer(self, host: Host, client: HostClient) -> None:
        async with tenant_transaction(self.engine, host.program_id) as connection:
            waiting = await unanswered(connection, host)
        for one in waiting:
            differences = [
                {name: each[name] for name in ("problem", "event", "reason") if each.get(name)}
                for each in one.differences
            ]
            document = {"agreed": one.agreed, "root": one.own_root.hex(), "differences": differences}
            await client.send(f"/statements/{one.number}/answer", document)
            async with tenant_transaction(self.engine, host.program_id) as connection:
                await note_answered(connection, host, one.number)
