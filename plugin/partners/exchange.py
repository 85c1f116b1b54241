"""One exchange with a host: report what is due, read its signed events and statements, check them, answer.

Everything is kept as it comes, so that an exchange that breaks off goes on where it stopped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.checking import DISPUTED, EventUnreadable, HostEvent, read_event
from engine.hosts.receiving import Received, note_answered, store_events, store_statement, unanswered
from engine.hosts.reporting import (
    ORDERS_AT_ONCE,
    REPORTS_AT_ONCE,
    HostAnswer,
    make_reports,
    store_answers,
    waiting_reports,
)
from engine.hosts.statements import read_statement
from engine.hosts.store import Host, host_of, learn_terms, note_failure, note_success
from plugin.partners.connecting import read_terms
from plugin.partners.host_client import HostCallError, HostClient
from plugin.partners.host_turns import Programs, call_due
from plugin.partners.keys import PartnerKeyBox
from plugin.partners.tokens import TokenRefusedError, verified_payload
from plugin.sealed_box import SealedUnreadableError

EXCHANGE_SECONDS = 90.0
"""How long one exchange may take, well under its lease; the next one goes on from there."""
REPORTING_SECONDS = 30.0
"""How much of it goes into reports where many wait, so that events and statements come in all the same."""
PAGES_MAXIMUM = 50
"""How many pages one exchange reads or sends of a kind; the next one goes on from there."""
EVENTS_PAGE = 500
STATEMENTS_PAGE = 100
_ASK_AGAIN = frozenset(["PARTNER_PAUSED"])
"""Refusals that pass: such a report is sent again later."""

log = structlog.get_logger("laurel.hosts")


class UntrustedError(Exception):
    """What a host sent does not verify, or contradicts itself: nothing of it is kept."""


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
        except (HostCallError, UntrustedError) as error:
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
        await self._events(host, client)
        await self._statements(host, client)
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
            answers = [one for one in _listed(given, "answers") if one.get("report_id") in sent]
            settled = [_settled(one) for one in answers if one.get("code") not in _ASK_AGAIN]
            put_off = sent - {one.report_id for one in settled}
            async with tenant_transaction(self.engine, host.program_id) as connection:
                await store_answers(connection, host, settled, sorted(put_off))
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

    async def _events(self, host: Host, client: HostClient) -> None:
        after = host.read_until
        for _ in range(PAGES_MAXIMUM):
            page = await client.read("/events", {"after": str(after), "first": str(EVENTS_PAGE)})
            received = [_received(host, one) for one in _listed(page, "events")]
            positions = [one.position for one in received]
            if positions != sorted(set(positions)) or (positions and positions[0] <= after):
                raise UntrustedError("the host's events are not in their order")
            async with tenant_transaction(self.engine, host.program_id) as connection:
                verdicts = await store_events(connection, host, received)
            if any(verdict in DISPUTED for verdict in verdicts):
                log.warning(
                    "events disputed", host=host.host_id, program=host.program_id, verdicts=sorted(set(verdicts))
                )
            if len(received) < EVENTS_PAGE:
                return
            after = positions[-1]

    async def _statements(self, host: Host, client: HostClient) -> None:
        newest = await client.read("/statements", {"first": str(STATEMENTS_PAGE)})
        numbers = [one.get("number") for one in _listed(newest, "statements")]
        fresh = sorted(one for one in numbers if isinstance(one, int) and one > host.statements_until)
        if fresh and fresh[0] > host.statements_until + 1:
            fresh = list(range(host.statements_until + 1, fresh[-1] + 1))  # more than one page behind
        for number in fresh[:PAGES_MAXIMUM]:
            lines = await client.read_lines(f"/statements/{number}.jsonl")
            token = _token(lines[0] if lines else "", "statement")
            try:
                statement = read_statement(_payload(host, token))
            except EventUnreadable as error:
                raise UntrustedError(f"a statement cannot be read: {error}") from None
            rows = [_event(host, _token(line, "event")) for line in lines[1:]]
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


def _listed(document: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    listed = document.get(name)
    if not isinstance(listed, list) or len(listed) > EVENTS_PAGE or not all(isinstance(one, dict) for one in listed):
        raise HostCallError(f"the host's {name} cannot be read")
    return listed


def _settled(answer: Mapping[str, Any]) -> HostAnswer:
    kept = {name: answer.get(name) for name in ("state", "code", "message", "conversion")}
    return HostAnswer(str(answer["report_id"]), "refused" if answer.get("state") == "refused" else "accepted", kept)


def _received(host: Host, one: Mapping[str, Any]) -> Received:
    position, token = one.get("position"), one.get("token")
    if not isinstance(position, str) or not position.isdigit() or len(position) > 18 or not isinstance(token, str):
        raise UntrustedError("an event without a position or token")
    return Received(int(position), _event(host, token), token)


def _token(line: str, name: str) -> str:
    """The token in a line of a statement's file."""
    try:
        content = orjson.loads(line)
    except ValueError:
        content = None
    token = content.get(name) if isinstance(content, dict) else None
    if not isinstance(token, str):
        raise UntrustedError(f"a statement without its {name}")
    return token


def _event(host: Host, token: str) -> HostEvent:
    try:
        return read_event(_payload(host, token))
    except EventUnreadable as error:
        raise UntrustedError(f"an event cannot be read: {error}") from None


def _payload(host: Host, token: str) -> bytes:
    try:
        return verified_payload(token, host.public_keys)
    except TokenRefusedError as refusal:
        raise UntrustedError(f"a signature does not hold: {refusal}") from None
