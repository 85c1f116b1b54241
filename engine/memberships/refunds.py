"""What is owed to a member who gives up the term that runs: the plan's rule over what was paid and what was used."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.memberships.benefits import saved_in
from engine.memberships.proration import refund_due
from engine.memberships.store import Membership
from engine.perks.entitlements import plan_grantor


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """What was paid for the term and not refunded yet, what its benefits were worth, what comes back: minor units."""

    currency: str
    paid_minor: int
    benefits_minor: int
    refund_minor: int


async def refund_quote(
    connection: AsyncConnection, program_id: int, member_id: int, membership: Membership, now: datetime
) -> RefundQuote | None:
    """What a cancellation now would owe; None where nothing was paid for what runs.

    The shop refunds it by its own means: nothing is paid out here.
    """
    term = membership.standing.term
    if term is None or term.currency is None or not term.paid_minor:
        return None
    paid = term.paid_minor
    grantor = plan_grantor(membership.handle)
    saved = await saved_in(connection, program_id, member_id, term.starts_at, now, grantor)
    used = saved.get(term.currency, 0)
    # Worth in another currency cannot be set off: it counts as use, and nothing is taken from the fee for it.
    benefits = used if used or not saved else 1
    due = refund_due(membership.definition.unused_refund, paid, benefits)
    return RefundQuote(term.currency, paid, used, due)
