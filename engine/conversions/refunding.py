"""Refunds of purchases at partners: each counts once, all together never more than the purchase, in whatever order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.conversions.posting import settle
from engine.conversions.report_store import ReportAnswer
from engine.conversions.reports import Refund, refunded_minor
from engine.conversions.store import Conversion, lock_conversion
from engine.ledger import Ledger
from engine.money import MoneyError

Applied = tuple[Conversion, list[ReportAnswer]]
"""A conversion after refunds, and what became of each of them."""


async def apply_refunds(
    connection: AsyncConnection, one: Conversion, refunds: Sequence[Refund], actor: str
) -> Applied:  # fmt: skip
    """Let refunds of an order count, the earliest first, each at its own time."""
    ledger = await Ledger.open(connection, [one.member])
    one = await lock_conversion(connection, one.program_id, one.conversion_id)
    answers = []
    for refund in sorted(refunds, key=lambda refund: (refund.occurred_at, refund.report_id)):
        after, answer = counted(one, refund)
        if after != one:
            one = await _settled(connection, after, refund.occurred_at, ledger.now, actor)
        answers.append(answer)
    return one, answers


def counted(one: Conversion, refund: Refund) -> tuple[Conversion, ReportAnswer]:
    """A conversion with one more refund, before anything is posted for it; what is refunded twice is cut off."""
    try:
        amount = refunded_minor(refund, one.currency)
    except MoneyError:
        return one, ReportAnswer(refund.report_id, "refused", code="AMOUNT_INVALID")
    left = one.amount_minor - one.refunded_minor
    all_of_it = amount is None or amount >= left
    after = replace(one, refunded_minor=one.amount_minor if amount is None else one.refunded_minor + min(amount, left))
    if all_of_it and one.counts:
        after = replace(after, state="reversed", reason="REFUNDED", approves_at=None)
    return after, ReportAnswer(refund.report_id, "applied", conversion_id=one.conversion_id)


async def _settled(
    connection: AsyncConnection, one: Conversion, refunded_at: datetime, now: datetime, actor: str
) -> Conversion:  # fmt: skip
    # What is refunded before it is approved is refunded with its approval: the books know of no purchase before.
    at = max(min(refunded_at, now), one.approved_at or refunded_at)
    return await settle(connection, one, "refunded", at=min(at, now), actor=actor)
