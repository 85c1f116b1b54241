"""What is to be reported of an order: the purchase once, then how much more of it was given back. Pure.

The amount is what the goods cost, without tax, delivery and gift cards, in the shop's money. Amounts that were reported
never change; the sum of what was given back only grows, and each step of it has a name of its own, so that working it
out again names the same reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from engine.conversions.reports import ReportKind
from engine.rules.order_state import OrderState, goods_sold, net_sales


@dataclass(frozen=True, slots=True)
class Reported:
    """What was reported of an order so far; None: nothing."""

    currency: str
    bought_minor: int
    returned_minor: int


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that is to be made."""

    report_id: str
    kind: ReportKind
    reference: str
    occurred_at: datetime
    amount_minor: int
    currency: str


def due_reports(state: OrderState | None, reported: Reported | None) -> tuple[list[DueReport], Reported | None]:
    """What is to be reported now, and what is reported then. Nothing of an order that is unpaid or a test."""
    if state is None or not state.order.paid or state.order.test:
        return [], reported
    order, reports = state.order, []
    reference = str(order.order_id)
    if reported is None:
        bought = goods_sold(state)
        if bought <= 0:
            return [], None
        reported = Reported(order.currency, bought, 0)
        reports.append(
            DueReport(f"order-{reference}", "purchase", reference, order.occurred_at, bought, order.currency)
        )
    returned = max(reported.bought_minor - net_sales(state), 0)
    if returned > reported.returned_minor and order.currency == reported.currency:
        at = max([order.occurred_at, *(refund.created_at for refund in state.refunds)])
        more = returned - reported.returned_minor
        reports.append(DueReport(f"returned-{reference}-{returned}", "refund", reference, at, more, order.currency))
        reported = Reported(reported.currency, reported.bought_minor, returned)
    return reports, reported
