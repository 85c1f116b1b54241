"""The awards of one order: one for each rule that gives points for it.

An order is decided once: by the version live when it was paid, from what was known of its member and products then.
Everything else follows from its facts alone: whatever the order of arrival, what is posted ends the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.award_posting import Source, Work
from engine.awards import AwardKey
from engine.known_orders import KnownOrder
from engine.ledger import MemberKey
from engine.program import Definition, ProgramVersion, version_at
from engine.rules.deciding import decide_order
from engine.rules.facts import DecidedFrom
from engine.rules.order_state import OrderState


@dataclass(slots=True)
class PaidOrder:
    """A paid order of a member, and the version that decides it."""

    known: KnownOrder
    state: OrderState
    version: ProgramVersion
    received_at: datetime

    @property
    def owner(self) -> MemberKey:
        """Whose order it is."""
        assert self.known.member_id is not None
        return MemberKey(self.known.key.program_id, self.known.member_id)

    @property
    def source(self) -> Source:
        """The fact that its awards are for."""
        return Source(*self.known.key[:2], "order", str(self.known.key.order_id))

    @property
    def award_keys(self) -> list[AwardKey]:
        """The keys of the awards that it may have."""
        return [AwardKey(*self.source, rule.handle) for rule in self.version.definition.order_rules]

    def work(self) -> Work:
        """What it is due now by each rule."""
        order = self.state.order
        facts = self.known.decided_from or DecidedFrom(order.occurred_at)
        happened = [order.updated_at, *(refund.created_at for refund in self.state.refunds)]
        return Work(
            self.source,
            self.owner,
            self.version,
            decide_order(self.version.definition, self.state, facts).outcomes,
            self.received_at,
            min(max(happened), self.received_at),
            "earn",
            {"order": order.name},
            self.state.fulfilled_at,
            self.state.delivered_at,
        )


def paid_order(known: KnownOrder, versions: Sequence[ProgramVersion], received_at: datetime) -> PaidOrder | None:
    """What there is to follow, or None while an order is unpaid, nobody's, or older than the program.

    Where the rules leave out what gift cards or store credit paid, an order waits until it is known how it was paid.
    """
    state = known.state()
    if state is None or not state.order.paid or known.member_id is None:
        return None
    if known.decided_version is not None:
        version = next(one for one in versions if one.version == known.decided_version)
        return PaidOrder(known, state, version, received_at)
    live = version_at(versions, state.order.occurred_at)
    if live is None or (state.order.tenders is None and asks_for_tenders(live.definition)):
        return None
    return PaidOrder(known, state, live, received_at)


def asks_for_tenders(definition: Definition) -> bool:
    """Whether any rule leaves out what gift cards or store credit paid."""
    return any(rule.exclude.gift_card_paid or rule.exclude.store_credit_paid for rule in definition.order_rules)
