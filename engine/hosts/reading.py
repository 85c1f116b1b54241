"""What the staff read of a host: what was reported to it, what it said of that, and how its statements compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.hosts.checking import DISPUTED
from engine.hosts.statements import read_statement
from engine.money import MoneyError, exponent
from engine.partners.money import MICROS_MAXIMUM

ReportState = Literal["waiting", "accepted", "refused"]


@dataclass(frozen=True, slots=True)
class HostBooks:
    """Counts: reports by what became of them, and the host's events with those that we hold something against."""

    reports_waiting: int
    reports_accepted: int
    reports_refused: int
    events: int
    events_disputed: int


@dataclass(frozen=True, slots=True)
class HostReportView:
    """A report of ours; `code` says why the host refused it. Amounts are minor units."""

    report_id: str
    kind: Literal["purchase", "refund"]
    reference: str
    amount_minor: int
    currency: str
    state: ReportState
    code: str | None
    created_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class HostDue:
    """What a statement comes to in a currency, in minor units: above zero we pay, below zero the host."""

    currency: str
    due_minor: int
    to_pay_minor: int


@dataclass(frozen=True, slots=True)
class HostDifference:
    """A row that the two sides have otherwise: `missing_here` is one of the host's that we do not have.

    `kind`, `reference` and `verdict` are of our copy, None where we have none.
    """

    problem: str
    event_id: str
    kind: str | None
    reference: str | None
    verdict: str | None


@dataclass(frozen=True, slots=True)
class HostStatementView:
    """A statement of the host's with what we make of it; `own_root` is over the rows as we have them."""

    number: int
    starts_at: datetime | None
    """As the host says it: nothing is worked out from it, so it may be anything."""
    ends_at: datetime
    lines: int
    dues: tuple[HostDue, ...]
    root: bytes
    own_root: bytes
    agreed: bool
    differences: tuple[HostDifference, ...]
    received_at: datetime
    answered_at: datetime | None


_BOOKS = text("""
    SELECT count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'accepted'),
        count(*) FILTER (WHERE state = 'refused'),
        (SELECT count(*) FROM host_events WHERE program_id = :program_id AND host_id = :host_id),
        (SELECT count(*) FROM host_events WHERE program_id = :program_id AND host_id = :host_id
            AND verdict = ANY(:disputed))
    FROM host_reports WHERE program_id = :program_id AND host_id = :host_id
""")
_REPORTS = text("""
    SELECT report_id, kind, reference, amount_minor, currency, state, answer ->> 'code', created_at, answered_at
    FROM host_reports WHERE program_id = :program_id AND host_id = :host_id AND state = ANY(:states)
    ORDER BY created_at DESC, report_id DESC LIMIT :first
""")
_STATEMENTS = text("""
    SELECT number, payload, own_root, agreed, differences, received_at, answered_at FROM host_statements
    WHERE program_id = :program_id AND host_id = :host_id
    AND number < CASE WHEN CAST(:before AS integer) IS NULL THEN 2147483647 ELSE CAST(:before AS integer) END
    ORDER BY number DESC LIMIT :first
""")
_EVENTS = text("""
    SELECT event_id, kind, reference, verdict FROM host_events
    WHERE program_id = :program_id AND host_id = :host_id AND event_id = ANY(:event_ids)
""")


async def host_books(connection: AsyncConnection, program_id: int, host_id: int) -> HostBooks:
    """How much was reported and received; zeros for a host that there is not."""
    given = {"program_id": program_id, "host_id": host_id, "disputed": sorted(DISPUTED)}
    return HostBooks(*(await connection.execute(_BOOKS, given)).one())


async def host_reports_of(
    connection: AsyncConnection, program_id: int, host_id: int, states: Sequence[ReportState], first: int
) -> list[HostReportView]:
    """The newest reports in one of these states."""
    given = {"program_id": program_id, "host_id": host_id, "states": list(states), "first": first}
    return [HostReportView(*row) for row in await connection.execute(_REPORTS, given)]


async def host_statements_of(
    connection: AsyncConnection, program_id: int, host_id: int, first: int, before: int | None = None
) -> list[HostStatementView]:
    """A host's statements, newest first, from the one before number `before` on."""
    given = {"program_id": program_id, "host_id": host_id, "first": first, "before": before}
    rows = (await connection.execute(_STATEMENTS, given)).all()
    event_ids = sorted({one["event"] for row in rows for one in row.differences})
    known: dict[str, Any] = {}
    if event_ids:
        named = {"program_id": program_id, "host_id": host_id, "event_ids": event_ids}
        known = {row.event_id: row for row in await connection.execute(_EVENTS, named)}
    return [_statement(row, known) for row in rows]


def _statement(row: Any, known: dict[str, Any]) -> HostStatementView:
    said, document = read_statement(row.payload.encode()), orjson.loads(row.payload)
    return HostStatementView(
        row.number, _moment(document["cycle"].get("starts_at")), said.ends_at, said.lines,
        tuple(_dues(document.get("due"))), said.root,
        bytes(row.own_root), row.agreed,
        tuple(_difference(one["problem"], one["event"], known.get(one["event"])) for one in row.differences),
        row.received_at, row.answered_at,
    )  # fmt: skip


def _moment(said: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo is not None and 1970 <= moment.year <= 9000 else None


def _dues(said: Any) -> Iterator[HostDue]:
    """What the host says is due. Its words are checked by what they add up to, so what makes no sense is left out."""
    for one in said if isinstance(said, list) else ():
        try:
            exponent(one["currency"])
            due = HostDue(one["currency"], int(one["due_minor"]), int(one["to_pay_minor"]))
        except (MoneyError, KeyError, TypeError, ValueError):
            continue
        if max(abs(due.due_minor), abs(due.to_pay_minor)) <= MICROS_MAXIMUM:
            yield due


def _difference(problem: str, event_id: str, known: Any) -> HostDifference:
    if known is None:
        return HostDifference(problem, event_id, None, None, None)
    return HostDifference(problem, event_id, known.kind, known.reference, known.verdict)
