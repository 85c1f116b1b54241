"""What orders do to redemptions: the points of what was really applied are spent, refunds give them back, once.

Formulas (public): of a code for an amount, spent = half-even(points × applied / promised), at least 1 where anything
was applied, the rest comes back; of other codes all points are spent. A code that took nothing off costs nothing.
Given back in all = half-even(spent × the share of the code's discount that was refunded), and what an edit of the
order made of it less than was spent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.bulk import BulkStatement
from engine.known_orders import KnownOrder
from engine.ledger import Ledger, MemberKey
from engine.money import half_even_ratio
from engine.reservations import restore_captured, spend_again
from engine.rewards.codes import may_be_ours
from engine.rewards.moving import OpenRedemption, history_detail
from engine.rewards.redemptions import Redemption, redemption
from engine.rewards.refunded import refunded_share
from engine.rewards.states import COMPENSATED
from engine.taking import Shortfall, expire_due

_ACTOR = "program"
_CODES_MAXIMUM = 25
"""How many codes of one order are looked at: Shopify takes at most a handful."""

_FIND = BulkStatement(
    {"program_id": "bigint", "code": "text", "place": "integer", "position": "integer"},
    """SELECT g.place, g.position, r.program_id, r.redemption_id, r.member_id
    FROM given g JOIN redemptions r ON r.program_id = g.program_id AND r.code = g.code""",
)
_LOCK = BulkStatement(
    {"program_id": "bigint", "redemption_id": "bigint"},
    """SELECT r.redemption_id FROM redemptions r
    JOIN given g ON r.program_id = g.program_id AND r.redemption_id = g.redemption_id
    ORDER BY r.program_id, r.redemption_id FOR UPDATE OF r""",
)


@dataclass(frozen=True, slots=True)
class CodeUse:
    """An order that carries the code of a redemption, `position`-th among its discounts."""

    redemption_id: int
    member: MemberKey
    order: KnownOrder
    position: int


async def find_uses(connection: AsyncConnection, orders: Iterable[KnownOrder]) -> list[CodeUse]:
    """Which of these orders carry our codes. Their members have to be locked before `follow_orders`."""
    found = list(orders)
    asked = [
        (known.key.program_id, discount.code.upper(), place, position)
        for place, known in enumerate(found)
        if known.snapshot is not None
        for position, discount in enumerate(known.snapshot.discounts[:_CODES_MAXIMUM])
        if may_be_ours(discount.code)
    ]
    rows = await _FIND.run(connection, asked)
    uses = [
        CodeUse(row.redemption_id, MemberKey(row.program_id, row.member_id), found[row.place], row.position)
        for row in rows
    ]
    return sorted(uses, key=lambda use: (use.order.key, use.redemption_id))


async def follow_orders(ledger: Ledger, uses: list[CodeUse], shortfall: Mapping[int, Shortfall] | None = None) -> None:
    """Capture what was applied and give back what was refunded, as far as that was not done before.

    The uses' members have to be locked in the ledger, which the caller writes. `shortfall` says by program what
    becomes of points that a code costs again when it is used after they were given back; `debt` where it says nothing.
    """
    if not uses:
        return
    for root in sorted({ledger.root(use.member) for use in uses}):
        await ledger.load_spendable_lots(root, 0)
    rows = {(use.member.program_id, use.redemption_id) for use in uses}
    await _LOCK.run(ledger.connection, sorted(rows))
    for use in uses:
        one = await redemption(ledger.connection, use.member.program_id, use.redemption_id)
        assert one is not None, "redemptions are never deleted"
        policy = (shortfall or {}).get(one.program_id, "debt")
        await _Following(OpenRedemption(ledger, one), use, policy).follow()


@dataclass(slots=True)
class _Following:
    """One order's effect on one redemption."""

    opened: OpenRedemption
    use: CodeUse
    shortfall: Shortfall

    async def follow(self) -> None:
        """Bring the redemption to what its order says now."""
        state = self.use.order.state()
        one = self.opened.redemption
        if state is None:
            return
        if one.applied_minor is not None and not self._is_its_order(one):
            await self._note("second-use")
            return
        if not state.order.paid:
            if one.used_order_id is None or self._is_its_order(one):
                await self._unpaid(cancelled=state.order.cancelled)
            return
        if one.applied_minor is None:
            await self._capture(state.order.discounts[self.use.position].amount.shop, state.order.currency)
        await self._restore()

    def _is_its_order(self, one: Redemption) -> bool:
        return (one.used_shop_id, one.used_order_id) == (self.use.order.key.shop_id, self.use.order.key.order_id)

    async def _unpaid(self, *, cancelled: bool) -> None:
        """An order that holds the code and is not paid: it waits; canceled before it was paid, all points come back."""
        one = self.opened.redemption
        if cancelled and one.state in ("ready", "canceling", "expiring"):
            await self.opened.move("canceled", capture=0, actor=_ACTOR, **self._order(), failure="order-canceled")
        elif not cancelled and one.used_order_id is None:
            await self.opened.write(**self._order())

    async def _capture(self, applied_minor: int, currency: str) -> None:
        """Spend the points of what was applied, once."""
        one = self.opened.redemption
        points = captured_points(one, applied_minor, currency)
        changes = {**self._order(), "applied_minor": applied_minor}
        if self.use.order.customer_id != one.customer_id:
            changes["failure"] = "used-by-another-customer"
        if one.state not in COMPENSATED and one.state != "used":
            await self.opened.move("used", capture=points, actor=_ACTOR, **changes)
        elif one.state in COMPENSATED and points:
            changes["reservation_id"] = await self._spend_again(points) or one.reservation_id
            await self.opened.write(**(changes | {"failure": "used-late"}))
        else:
            await self.opened.write(**changes)

    async def _spend_again(self, points: int) -> int | None:
        """The code was used although its points had come back: they are taken again."""
        ledger, one = self.opened.ledger, self.opened.redemption
        root = ledger.root(self.use.member)
        await _load_lots(ledger, root, points)
        await expire_due(ledger, [root])
        return await spend_again(
            ledger, root, points, actor=_ACTOR, shortfall=self.shortfall, detail=history_detail(one)
        )

    async def _restore(self) -> None:
        state, one = self.use.order.state(), self.opened.redemption
        assert state is not None
        fresh = await redemption(self.opened.ledger.connection, one.program_id, one.redemption_id)
        # An order that a code took nothing off spent no points of it: those of a code that ran out stay forfeit.
        if fresh is None or not fresh.captured or not fresh.applied_minor:
            return
        share = refunded_share(state, self.use.position)
        # By the newest snapshot, whichever came first: an edit may have left less to take the discount off.
        applied = state.order.discounts[self.use.position].amount.shop
        spent = min(fresh.captured, captured_points(one, applied, state.order.currency))
        due = fresh.captured - spent + half_even_ratio(spent, share.numerator, share.denominator)
        if due <= fresh.restored:
            return
        await restore_captured(
            self.opened.ledger, one.program_id, fresh.reservation_id, restored_in_all=due, actor=_ACTOR,
            detail={**history_detail(one), "order": state.order.name},
        )  # fmt: skip

    async def _note(self, failure: str) -> None:
        if self.opened.redemption.failure is None:
            await self.opened.write(failure=failure)

    def _order(self) -> dict[str, Any]:
        key = self.use.order.key
        return {"used_shop_id": key.shop_id, "used_order_id": key.order_id}


def captured_points(one: Redemption, applied_minor: int, currency: str) -> int:
    """How many of a redemption's points an order that applied so much of it costs; see the module."""
    promised = one.promise.amount_minor
    if applied_minor <= 0:
        return 0
    if one.kind != "amount_off" or not promised or currency != one.promise.currency:
        return one.points
    return max(1, half_even_ratio(one.points, min(applied_minor, promised), promised))


async def _load_lots(ledger: Ledger, root: MemberKey, points: int) -> None:
    """Have as many lots as the points need, those among them that this transaction made."""
    await ledger.load_spendable_lots(root, points)
    lots = ledger.lots_of(root)
    loaded = {lot.lot_id for lot in lots}
    lots += [
        lot for lot in ledger.new_lots
        if (lot.program_id, lot.member_id) == root and lot.lot_id not in loaded
    ]  # fmt: skip
