"""Partners' reports as they came: one effect for each of a partner's own names for it, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.reports import Refund, Report, body_hash, body_of, report_of_body

ReportState = Literal["applied", "waiting", "refused"]
Via = Literal["api", "file"]
REFUNDS_MAXIMUM = 200
"""The most refunds of one order."""


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """What became of a report. `repeated`: it was sent before, and this time changed nothing.

    `code` says why it is refused or, of an applied one, by which limit its conversion was declined at once.
    """

    report_id: str
    state: ReportState
    repeated: bool = False
    code: str | None = None
    conversion_id: int | None = None


@dataclass(frozen=True, slots=True)
class KnownReport:
    """A report that came before, as it stands."""

    state: ReportState
    refusal: str | None
    conversion_id: int | None
    same: bool
    """Whether it says the same as the one that came now."""


# Two that send one report at once wait for each other here; so do all that send reports of one order.
_WAIT = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, :program_id))")
_KNOWN = text("""
    SELECT state, refusal, conversion_id, body_hash FROM partner_reports
    WHERE program_id = :program_id AND partner_id = :partner_id AND report_id = :report_id
""")
_KEEP = text("""
    INSERT INTO partner_reports (program_id, partner_id, report_id, kind, reference, body, body_hash, via, state,
        refusal, conversion_id, occurred_at, actor)
    VALUES (:program_id, :partner_id, :report_id, :kind, :reference, CAST(:body AS jsonb), :body_hash, :via, :state,
        :refusal, :conversion_id, :occurred_at, :actor)
    ON CONFLICT (program_id, partner_id, report_id) DO UPDATE
    SET state = EXCLUDED.state, refusal = EXCLUDED.refusal, conversion_id = EXCLUDED.conversion_id
""")
_SETTLE = text("""
    UPDATE partner_reports SET state = :state, refusal = :refusal, conversion_id = :conversion_id
    WHERE program_id = :program_id AND partner_id = :partner_id AND report_id = :report_id
""")
_WAITING = text("""
    SELECT body FROM partner_reports WHERE program_id = :program_id AND partner_id = :partner_id
    AND reference = :reference AND state = 'waiting' ORDER BY occurred_at, report_id LIMIT :most
""")
_REFUNDS = text("""
    SELECT count(*) FROM partner_reports WHERE program_id = :program_id AND partner_id = :partner_id
    AND reference = :reference AND kind = 'refund' AND state <> 'refused'
""")


async def await_turn(connection: AsyncConnection, program_id: int, partner_id: int, report: Report) -> None:
    """Wait until nobody else is at this report, or at another one of its order; first the order, then the report."""
    for name in (f"partner order {partner_id} {report.order}", f"partner report {partner_id} {report.report_id}"):
        await connection.execute(_WAIT, {"name": name, "program_id": program_id})


async def known_report(
    connection: AsyncConnection, program_id: int, partner_id: int, report: Report
) -> KnownReport | None:
    """What became of the report of this id, None where it is new."""
    given = {"program_id": program_id, "partner_id": partner_id, "report_id": report.report_id}
    row = (await connection.execute(_KNOWN, given)).one_or_none()
    if row is None:
        return None
    return KnownReport(row.state, row.refusal, row.conversion_id, bytes(row.body_hash) == body_hash(report))


async def keep_report(
    connection: AsyncConnection, program_id: int, partner_id: int, report: Report, answer: ReportAnswer, *, via: Via,
    actor: str,
) -> None:  # fmt: skip
    """Keep a report with its answer. One that was refused before and says the same has this answer from now on."""
    body = orjson.dumps(body_of(report), option=orjson.OPT_SORT_KEYS).decode()
    await connection.execute(
        _KEEP,
        {
            **_answer(program_id, partner_id, answer), "kind": report.kind, "reference": report.order, "body": body,
            "body_hash": body_hash(report), "via": via, "occurred_at": report.occurred_at, "actor": actor,
        },
    )  # fmt: skip


async def settle_waiting(
    connection: AsyncConnection, program_id: int, partner_id: int, answers: Sequence[ReportAnswer]
) -> None:
    """Note what became of refunds that waited for their purchase."""
    for answer in answers:
        await connection.execute(_SETTLE, _answer(program_id, partner_id, answer))


async def waiting_refunds(
    connection: AsyncConnection, program_id: int, partner_id: int, order: str
) -> list[Refund]:  # fmt: skip
    """The refunds of an order that came before its purchase, in the order in which they happened."""
    given = {"program_id": program_id, "partner_id": partner_id, "reference": order, "most": REFUNDS_MAXIMUM}
    found = [report_of_body(row.body) for row in await connection.execute(_WAITING, given)]
    return [report for report in found if isinstance(report, Refund)]


async def has_room_for_refund(connection: AsyncConnection, program_id: int, partner_id: int, order: str) -> bool:
    """Whether an order may have one more refund."""
    given = {"program_id": program_id, "partner_id": partner_id, "reference": order}
    count: int = (await connection.execute(_REFUNDS, given)).scalar_one()
    return count < REFUNDS_MAXIMUM


def _answer(program_id: int, partner_id: int, answer: ReportAnswer) -> dict[str, Any]:
    return {
        "program_id": program_id, "partner_id": partner_id, "report_id": answer.report_id, "state": answer.state,
        "refusal": answer.code, "conversion_id": answer.conversion_id,
    }  # fmt: skip
