"""The award of one order.

Decided once by the version live when it was paid, then followed as refunds and edits change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.awards import Award, AwardKey, points_end, points_start
from engine.earning import OrderOutcome, order_outcome
from engine.events import Order
from engine.giving import earn
from engine.ledger import EffectKey, Ledger, MemberKey, PlannedTransaction
from engine.money import Money
from engine.order_facts import KnownOrder
from engine.program import ProgramVersion, version_at
from engine.taking import TakingPolicy, take_back


@dataclass(slots=True)
class OrderAward:
    """An order's award with what it is worth now, and the points between that and what was posted."""

    award: Award
    outcome: OrderOutcome
    order: Order
    starts_at: datetime
    changed_at: datetime
    """The newest thing that is known to have happened to the order: when what follows the first award occurred."""

    @property
    def member(self) -> MemberKey:
        """Whose award it is, for good."""
        return MemberKey(self.award.key.program_id, self.award.member_id)

    @property
    def difference(self) -> int:
        """What has to be posted: above zero to give, below zero to take back."""
        return self.outcome.due - self.award.posted


def order_award_key(known: KnownOrder) -> AwardKey:
    """The one key that an order's award for its purchase has."""
    return AwardKey(known.key.program_id, known.key.shop_id, "order", str(known.key.order_id), "purchase")


def order_award(
    known: KnownOrder, award: Award | None, key: AwardKey, versions: Sequence[ProgramVersion], received_at: datetime
) -> OrderAward | None:
    """What is to be posted for an order, or None while it is unpaid, nobody's, or older than the program.

    A new award has id 0 until the ledger has drawn one.
    """
    state = known.state()
    if state is None or not state.order.paid:
        return None
    starts_at = points_start(state.order.occurred_at, received_at)
    if award is None:
        live = version_at(list(versions), state.order.occurred_at)
        if live is None or known.member_id is None:
            return None
        rule = live.definition.purchase
        ends_at = points_end(starts_at, rule.expires_after_days if rule else None)
        award = Award(key, 0, live.version, known.member_id, state.order.occurred_at, ends_at, new=True)
    decided_by = next(version for version in versions if version.version == award.program_version)
    outcome = order_outcome(decided_by.definition.purchase, state)
    happened = [state.order.updated_at, *(refund.created_at for refund in state.refunds)]
    return OrderAward(award, outcome, state.order, starts_at, min(max(happened), received_at))


def post_order_award(ledger: Ledger, one: OrderAward) -> None:
    """Plan the transaction that brings what was posted to what is due."""
    award = one.award
    if award.new:
        award.award_id = ledger.new_id()
    if one.difference == 0:
        return
    gives = one.difference > 0
    planned = PlannedTransaction(
        ledger.root(one.member),
        ledger.new_id(),
        "earn" if gives else "clawback",
        one.difference,
        one.changed_at if award.revision else one.order.occurred_at,
        "program",
        award_id=award.award_id,
        program_version=award.program_version,
        detail=_detail(one),
        effect=EffectKey(award.key.shop_id, award.key.source, award.key.source_id, award.key.rule, award.revision),
    )
    if gives:
        earn(ledger, award, one.difference, planned, one.starts_at)
    else:
        take_back(ledger, award, -one.difference, planned, TakingPolicy())
    award.posted += one.difference
    award.revision += 1


def _detail(one: OrderAward) -> dict[str, str]:
    """The numbers behind a transaction, for its member and for whoever asks why; nothing personal."""
    outcome = one.outcome
    detail = {"order": one.order.name, "points": str(outcome.points), "taken_back": str(outcome.taken_back)}
    if outcome.currency:
        detail["currency"] = outcome.currency
        detail["base"] = str(Money(outcome.base, outcome.currency).decimal())
        detail["refunded"] = str(Money(outcome.refunded, outcome.currency).decimal())
        detail["rate"] = str(outcome.rate)
    return detail
