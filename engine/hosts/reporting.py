"""Reports to hosts: made of orders that were marked, kept until they are answered, and then as our own evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.hosts.figures import DueReport, Reported, due_reports
from engine.hosts.store import Host
from engine.known_orders import OrderKey
from engine.money import Money
from engine.order_facts import read_orders

PUT_OFF = timedelta(minutes=10)
"""How long a report waits that the host put off."""
GIVEN_UP_AFTER = timedelta(days=400)
"""No agreement takes an older report."""
ORDERS_AT_ONCE = 200
REPORTS_AT_ONCE = 200

_DUE = text("""
    SELECT shop_id, order_id, named, currency, bought_minor, returned_minor FROM host_orders
    WHERE program_id = :program_id AND host_id = :host_id AND due
    ORDER BY shop_id, order_id LIMIT :most FOR UPDATE SKIP LOCKED
""")
_DONE = text("""
    UPDATE host_orders SET due = false, currency = :currency, bought_minor = :bought, returned_minor = :returned
    WHERE program_id = :program_id AND host_id = :host_id AND shop_id = :shop_id AND order_id = :order_id
""")
_KEEP = text("""
    INSERT INTO host_reports (program_id, host_id, report_id, kind, reference, amount_minor, currency, body)
    VALUES (:program_id, :host_id, :report_id, :kind, :reference, :amount_minor, :currency, CAST(:body AS jsonb))
    ON CONFLICT DO NOTHING
""")
# A purchase goes before its refunds, as it was made before them; what the host put off lets everything else pass.
_WAITING = text("""
    SELECT report_id, body FROM host_reports
    WHERE program_id = :program_id AND host_id = :host_id AND state = 'waiting'
        AND (put_off_at IS NULL OR put_off_at < now() - :pause)
    ORDER BY put_off_at NULLS FIRST, created_at, kind, report_id LIMIT :most
""")
_PUT_OFF = text("""
    UPDATE host_reports SET put_off_at = now()
    WHERE program_id = :program_id AND host_id = :host_id AND report_id = ANY(:report_ids) AND state = 'waiting'
""")
_GIVE_UP = text("""
    UPDATE host_reports SET state = 'refused', answer = '{"code": "GIVEN_UP"}', answered_at = now()
    WHERE program_id = :program_id AND host_id = :host_id AND state = 'waiting' AND created_at < now() - :longest
""")
_ANSWERED = text("""
    UPDATE host_reports SET state = :state, answer = CAST(:answer AS jsonb), answered_at = now()
    WHERE program_id = :program_id AND host_id = :host_id AND report_id = :report_id AND state = 'waiting'
""")


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A report that the host has not answered yet; `body` is the document that is sent."""

    report_id: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What a host said to a report."""

    report_id: str
    state: Literal["accepted", "refused"]
    answer: Mapping[str, object]


async def make_reports(connection: AsyncConnection, host: Host) -> int:
    """Turn marked orders of a host into reports; returns how many orders were looked at."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    rows = list(await connection.execute(_DUE, {**key, "most": ORDERS_AT_ONCE}))
    orders = await read_orders(connection, [OrderKey(host.program_id, row.shop_id, row.order_id) for row in rows])
    for row in rows:
        known = orders.get(OrderKey(host.program_id, row.shop_id, row.order_id))
        before = None if row.bought_minor is None else Reported(row.currency, row.bought_minor, row.returned_minor)
        reports, after = due_reports(known.state() if known else None, before)
        for report in reports:
            await connection.execute(_KEEP, {**key, **_values(report, row.named)})
        await connection.execute(
            _DONE,
            {
                **key, "shop_id": row.shop_id, "order_id": row.order_id,
                "currency": after.currency if after else None, "bought": after.bought_minor if after else None,
                "returned": after.returned_minor if after else 0,
            },
        )  # fmt: skip
    return len(rows)


def _values(report: DueReport, named: Mapping[str, str]) -> dict[str, object]:
    body: dict[str, object] = {
        "kind": report.kind,
        "report_id": report.report_id,
        "order": report.reference,
        "occurred_at": report.occurred_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "amount": str(Money(report.amount_minor, report.currency).decimal()),
        "currency": report.currency,
        **(named if report.kind == "purchase" else {}),
    }
    return {
        "report_id": report.report_id, "kind": report.kind, "reference": report.reference,
        "amount_minor": report.amount_minor, "currency": report.currency, "body": json.dumps(body),
    }  # fmt: skip


async def waiting_reports(connection: AsyncConnection, host: Host) -> list[WaitingReport]:
    """The oldest reports that were not answered, at most as many as one call takes; too old ones are given up."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    await connection.execute(_GIVE_UP, {**key, "longest": GIVEN_UP_AFTER})
    values = {**key, "pause": PUT_OFF, "most": REPORTS_AT_ONCE}
    return [WaitingReport(row.report_id, row.body) for row in await connection.execute(_WAITING, values)]


async def store_answers(
    connection: AsyncConnection, host: Host, answers: Sequence[HostAnswer], put_off: Sequence[str] = ()
) -> None:
    """Keep what a host said; what it said first stays. Reports that are `put_off` are sent again later."""
    key = {"program_id": host.program_id, "host_id": host.host_id}
    if put_off:
        await connection.execute(_PUT_OFF, {**key, "report_ids": list(put_off)})
    for one in answers:
        answer = json.dumps(dict(one.answer))
        await connection.execute(_ANSWERED, {**key, "report_id": one.report_id, "state": one.state, "answer": answer})
