"""What an order or event counts for a member's standing: spend, points, orders, reviews, referrals.

An order's worth changes when it is refunded, from the refund's own time on. Formulas (public):
- spend = B − R, at least 0, in the shop's money: see `engine.rules.order_state.net_sales`;
- points = what the rules that count for tiers gave, less what the refunds known by then take back;
- an order counts while its spend is above 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from engine.award_posting import Work
from engine.event_awards import EventClaim
from engine.order_awards import PaidOrder
from engine.rules.deciding import decide_order
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState, net_sales
from engine.rules.outcomes import RuleOutcome
from engine.tiers.activities import ORDER, TEST_ORDER, Activity, Step

REVIEW = "review"
REFERRALS = frozenset({"referral", "custom:referral"})


def order_activity(one: PaidOrder, work: Work) -> Activity:
    """What an order is worth, from its payment and from each refund on; `work` is what it is due with all of them."""
    order, refunds = one.state.order, one.state.refunds
    source = TEST_ORDER if order.test else ORDER
    moments = sorted({max(refund.created_at, order.occurred_at) for refund in refunds} | {order.occurred_at})
    granted = {rule: award.granted for rule, award in work.awards.items()}
    steps = tuple(
        _step(moment, state, _points(_outcomes(one, state) if refunds else work.outcomes, granted))
        for moment in moments
        for state in [replace(one.state, counted_until=moment)]
    )
    return Activity(one.known.key.shop_id, source, str(order.order_id), order.occurred_at, order.currency, steps)


def _step(moment: datetime, state: OrderState, points: int) -> Step:
    spend = net_sales(state)
    return Step(moment, spend_minor=spend, points=points, orders=int(spend > 0))


def _outcomes(one: PaidOrder, state: OrderState) -> Iterable[RuleOutcome]:
    facts = one.known.decided_from or DecidedFrom(state.order.occurred_at)
    return decide_order(one.version.definition, state, facts).outcomes


def event_activity(claim: EventClaim, work: Work | None) -> Activity:
    """What an event counts; also one that is worth nothing is something that the member did."""
    source, event = claim.source, claim.event
    granted = {rule: award.granted for rule, award in work.awards.items()} if work else {}
    step = Step(
        min(event.occurred_at, claim.received_at),
        points=_points(work.outcomes if work else (), granted),
        reviews=int(event.source == REVIEW),
        referrals=int(event.source in REFERRALS),
    )
    return Activity(source.shop_id, event.source, source.source_id, step.at, None, (step,))


def _points(outcomes: Iterable[RuleOutcome], granted: dict[str, int | None]) -> int:
    return sum(one.due(granted.get(one.rule.handle)) for one in outcomes if one.rule.counts_for_tier)
