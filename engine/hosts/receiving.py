"""What came from a host, kept as it came: signed events with our verdict on each, and statements with our answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.hosts.checking import HostEvent, read_event, verdict_on
from engine.hosts.statements import Checked, HostStatement, OwnEvent, check_statement
from engine.hosts.store import Host

_REPORTED = text("""
    SELECT DISTINCT reference FROM host_reports WHERE program_id = :program_id AND host_id = :host_id
        AND kind = 'purchase' AND reference = ANY(:references)
""")
_GIVEN = text("""
    SELECT reference, sum(CASE kind WHEN 'issued' THEN points ELSE -points END) AS points FROM host_events
    WHERE program_id = :program_id AND host_id = :host_id AND reference = ANY(:references)
        AND kind IN ('issued', 'clawed_back') GROUP BY reference
""")
_KNOWN = text("""
    SELECT event_id FROM host_events
    WHERE program_id = :program_id AND host_id = :host_id AND event_id = ANY(:event_ids)
""")
_KEEP = text("""
    INSERT INTO host_events (program_id, host_id, event_id, position, kind, reference, points, micros, payload,
        leaf_hash, token, verdict)
    VALUES (:program_id, :host_id, :event_id, :position, :kind, :reference, :points, :micros, :payload, :leaf_hash,
        :token, :verdict)
    ON CONFLICT DO NOTHING
""")
_READ_UNTIL = text("""
    UPDATE partner_hosts SET read_until = :position
    WHERE program_id = :program_id AND host_id = :host_id AND read_until < :position
""")
_NO_LONGER_ASIDE = text("""
    DELETE FROM host_events_aside WHERE program_id = :program_id AND host_id = :host_id AND position <= :position
""")
# What no statement has, and what this one names: a row that an earlier one has, too, is found by its name.
_OWN = text("""
    SELECT event_id, leaf_hash, verdict, payload, statement_number FROM host_events
    WHERE program_id = :program_id AND host_id = :host_id AND (statement_number IS NULL OR event_id = ANY(:event_ids))
""")
_KEEP_STATEMENT = text("""
    INSERT INTO host_statements (program_id, host_id, number, token, payload, own_root, agreed, differences)
    VALUES (:program_id, :host_id, :number, :token, :payload, :own_root, :agreed, CAST(:differences AS jsonb))
    ON CONFLICT DO NOTHING
""")
_IN_STATEMENT = text("""
    UPDATE host_events SET statement_number = :number
    WHERE program_id = :program_id AND host_id = :host_id AND event_id = ANY(:event_ids) AND statement_number IS NULL
""")
_STATEMENTS_UNTIL = text("""
    UPDATE partner_hosts SET statements_until = :number
    WHERE program_id = :program_id AND host_id = :host_id AND statements_until < :number
""")
_UNANSWERED = text("""
    SELECT number, own_root, agreed, differences FROM host_statements
    WHERE program_id = :program_id AND host_id = :host_id AND answered_at IS NULL ORDER BY number LIMIT :most
""")
_ANSWERED = text("""
    UPDATE host_statements SET answered_at = now()
    WHERE program_id = :program_id AND host_id = :host_id AND number = :number AND answered_at IS NULL
""")


@dataclass(frozen=True, slots=True)
class Received:
    """An event whose signature holds, with its place in the host's order."""

    position: int
    event: HostEvent
    token: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A statement that the host has not been told of what we make of it."""

    number: int
    own_root: bytes
    agreed: bool
    differences: list[dict[str, Any]]


async def store_events(connection: AsyncConnection, host: Host, received: Sequence[Received]) -> list[str]:
    """Keep events, in the host's order, with what we hold against each; returns the verdicts on those that are new."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    references = sorted({one.event.reference for one in received if one.event.reference is not None})
    of_orders = {**key, "references": references}
    reported = {row.reference for row in await connection.execute(_REPORTED, of_orders)}
    given = {row.reference: int(row.points) for row in await connection.execute(_GIVEN, of_orders)}
    ids = [one.event.event_id for one in received]
    known = {row.event_id for row in await connection.execute(_KNOWN, {**key, "event_ids": ids})}
    rows, verdicts = [], []
    for one in received:
        event = one.event
        if event.event_id in known:
            continue
        known.add(event.event_id)
        before = given.get(event.reference or "", 0)
        verdict = verdict_on(event, host.agreements, reported, before)
        if event.reference is not None and event.kind in ("issued", "clawed_back"):
            given[event.reference] = before + (event.points if event.kind == "issued" else -event.points)
        verdicts.append(verdict)
        rows.append({
            **key, "event_id": event.event_id, "position": one.position, "kind": event.kind,
            "reference": event.reference, "points": event.points, "micros": event.micros, "payload": event.payload,
            "leaf_hash": event.leaf_hash, "token": one.token, "verdict": verdict,
        })  # fmt: skip
    if rows:
        await connection.execute(_KEEP, rows)
    if received:
        read = {**key, "position": max(one.position for one in received)}
        await connection.execute(_READ_UNTIL, read)
        await connection.execute(_NO_LONGER_ASIDE, read)
    return [str(verdict) for verdict in verdicts]


async def store_statement(
    connection: AsyncConnection, host: Host, statement: HostStatement, token: str, rows: Sequence[HostEvent]
) -> Checked:
    """Check a statement against our copies and keep it with the result. Statements are read in their order."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    ids = [row.event_id for row in rows]
    own = [_own_event(row) for row in await connection.execute(_OWN, {**key, "event_ids": ids})]
    checked = check_statement(statement, rows, own)
    values = {
        **key, "number": statement.number, "token": token, "payload": statement.payload, "own_root": checked.own_root,
        "agreed": checked.agreed, "differences": json.dumps([asdict(one) for one in checked.differences]),
    }  # fmt: skip
    await connection.execute(_KEEP_STATEMENT, values)
    await connection.execute(_IN_STATEMENT, {**key, "number": statement.number, "event_ids": ids})
    await connection.execute(_STATEMENTS_UNTIL, {**key, "number": statement.number})
    return checked


async def unanswered(connection: AsyncConnection, host: Host, most: int = 20) -> list[Unanswered]:
    """Statements whose answer the host has not taken yet, in their order."""
    rows = await connection.execute(_UNANSWERED, {"program_id": host.program_id, "host_id": host.host_id, "most": most})
    return [Unanswered(row.number, bytes(row.own_root), row.agreed, row.differences) for row in rows]


async def note_answered(connection: AsyncConnection, host: Host, number: int) -> None:
    """The host took our answer to a statement."""
    await connection.execute(_ANSWERED, {"program_id": host.program_id, "host_id": host.host_id, "number": number})


def _own_event(row: Any) -> OwnEvent:
    occurred_at: datetime = read_event(row.payload.encode()).occurred_at
    return OwnEvent(row.event_id, bytes(row.leaf_hash), row.verdict, occurred_at, row.statement_number)
