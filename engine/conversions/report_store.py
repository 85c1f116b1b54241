"""Partners' reports as they came: one effect for each of a partner's own names for it, however often it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.reports import Refund, Report, body_hash, body_of, report_of_body
from engine.partners.agreements import read_agreement
from engine.partners.facts import Agreement

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


@dataclass(frozen=True, slots=True)
class Look:
    """What a report is taken by; the order's turn holds still all of it that reports change."""

    now: datetime
    partner_active: bool
    known: KnownReport | None
    agreement: Agreement | None
    """In force when it happened."""
    conversion_id: int | None
    """What was made of the order."""
    refunds_wait: bool
    """Whether refunds of the order wait for its purchase."""
    room_for_refund: bool
    """Whether the order may have one more refund."""


# Two that send one report at once wait for each other here; so do all that send reports of one order.
_WAIT = text("""
    SELECT pg_advisory_xact_lock(hashtextextended(name, :program_id)) FROM unnest(CAST(:names AS text[])) name
""")
# By itself: a statement sees what was there when it began, not what it waited for.
_LOOK = text("""
    SELECT now() AS now, p.paused_at IS NULL AND p.archived_at IS NULL AS active,
        r.state, r.refusal, r.conversion_id, r.body_hash, o.conversion_id AS of_order,
        a.version AS agreed_version, a.definition::text AS agreed, a.effective_from, a.created_at AS agreed_at,
        a.created_by AS agreed_by, others.waiting, others.refunds
    FROM partners p
    LEFT JOIN partner_reports r ON r.program_id = p.program_id AND r.partner_id = p.partner_id
        AND r.report_id = :report_id
    LEFT JOIN conversions o ON o.program_id = p.program_id AND o.partner_id = p.partner_id AND o.reference = :order
    LEFT JOIN LATERAL (
        SELECT * FROM agreement_versions e WHERE e.program_id = p.program_id AND e.partner_id = p.partner_id
        AND e.effective_from <= :at ORDER BY e.version DESC LIMIT 1
    ) a ON true,
    LATERAL (
        SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting,
            count(*) FILTER (WHERE kind = 'refund' AND state <> 'refused') AS refunds
        FROM partner_reports t
        WHERE t.program_id = p.program_id AND t.partner_id = p.partner_id AND t.reference = :order
    ) others
    WHERE p.program_id = :program_id AND p.partner_id = :partner_id
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


async def await_turn(connection: AsyncConnection, program_id: int, partner_id: int, report: Report) -> None:
    """Wait until nobody else is at this report, or at another one of its order; first the order, then the report."""
    names = [f"partner order {partner_id} {report.order}", f"partner report {partner_id} {report.report_id}"]
    await connection.execute(_WAIT, {"names": names, "program_id": program_id})


async def look(connection: AsyncConnection, program_id: int, partner_id: int, report: Report) -> Look | None:
    """What is known before a report whose turn it is is taken; None without such a partner."""
    given = {
        "program_id": program_id, "partner_id": partner_id, "report_id": report.report_id, "order": report.order,
        "at": report.occurred_at,
    }  # fmt: skip
    row = (await connection.execute(_LOOK, given)).one_or_none()
    if row is None:
        return None
    known = agreement = None
    if row.state is not None:
        known = KnownReport(row.state, row.refusal, row.conversion_id, bytes(row.body_hash) == body_hash(report))
    if row.agreed is not None:
        agreement = read_agreement(
            partner_id, row.agreed_version, row.agreed, row.effective_from, row.agreed_at, row.agreed_by
        )
    return Look(
        row.now, row.active, known, agreement, row.of_order, row.waiting > 0, row.refunds < REFUNDS_MAXIMUM
    )  # fmt: skip


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


def _answer(program_id: int, partner_id: int, answer: ReportAnswer) -> dict[str, Any]:
    return {
        "program_id": program_id, "partner_id": partner_id, "report_id": answer.report_id, "state": answer.state,
        "refusal": answer.code, "conversion_id": answer.conversion_id,
    }  # fmt: skip
