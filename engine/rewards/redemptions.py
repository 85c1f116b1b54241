"""Redemptions as they are read: what was promised, what it cost, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.rewards.definitions import CODE_KINDS, CombinesWith, RewardDefinition, RewardKind
from engine.rewards.states import STATUS, USED_IN_SHOP, WITH_CODE, RedemptionState, RedemptionStatus


class Promise(BaseModel):
    """What a redemption gives, fixed when it was made. Amounts are in minor units of `currency`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: RewardKind
    currency: str
    amount_minor: int | None = None
    percentage: Decimal | None = None
    variant_ids: tuple[int, ...] = ()
    maximum_price_minor: int | None = None
    minimum_subtotal_minor: int | None = None
    combines_with: CombinesWith = CombinesWith()
    lasts_days: int | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """A redemption as it stands. `applied_minor` is what its order really took off, in the shop's currency."""

    program_id: int
    redemption_id: int
    shop_id: int
    customer_id: int | None
    member_id: int
    reward_id: int
    reward_version: int
    reservation_id: int
    points: int
    state: RedemptionState
    promise: Promise
    made_code: str | None
    created_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    unknown_since: datetime | None
    settled_at: datetime | None
    external_id: str | None
    used_shop_id: int | None
    used_order_id: int | None
    applied_minor: int | None
    failure: str | None
    note: str | None
    reward_handle: str
    definition: RewardDefinition
    order_name: str | None
    captured: int
    restored: int

    @property
    def status(self) -> RedemptionStatus:
        """The state as shoppers and merchants are told it."""
        return STATUS[self.state]

    @property
    def kind(self) -> RewardKind:
        """What it gives."""
        return self.promise.kind

    @property
    def code(self) -> str | None:
        """The code, only while it is good at the checkout or after it was used."""
        return self.made_code if self.state in WITH_CODE else None

    @property
    def can_cancel(self) -> bool:
        """Whether the member may take it back: a code that no order used, or what the staff did not give yet."""
        if self.kind == "manual":
            return self.state == "pending"
        unused = self.used_order_id is None and self.failure != USED_IN_SHOP
        return self.kind in CODE_KINDS and self.state == "ready" and unused


_SELECT = """SELECT r.program_id, r.redemption_id, r.shop_id, r.customer_id, r.member_id, r.reward_id, r.reward_version,
        r.reservation_id, r.points, r.state, r.value::text AS value, r.code, r.created_at, r.ready_at, r.expires_at,
        r.unknown_since, r.settled_at, r.external_id, r.used_shop_id, r.used_order_id, r.applied_minor, r.failure,
        r.note, w.handle, v.definition::text AS definition, o.name AS order_name, h.captured, h.restored
    FROM redemptions r
    JOIN rewards w ON w.program_id = r.program_id AND w.reward_id = r.reward_id
    JOIN reward_versions v ON v.program_id = r.program_id AND v.reward_id = r.reward_id AND v.version = r.reward_version
    JOIN reservations h ON h.program_id = r.program_id AND h.reservation_id = r.reservation_id
    LEFT JOIN orders o ON o.program_id = r.program_id AND o.shop_id = r.used_shop_id AND o.order_id = r.used_order_id
    WHERE r.program_id = :program_id"""
_BEFORE = "r.redemption_id < COALESCE(CAST(:before AS bigint), 9223372036854775807)"
_ONE = text(f"{_SELECT} AND r.redemption_id = :redemption_id")
_OF_MEMBER = text(f"""{_SELECT} AND r.member_id = ANY (ARRAY(
        SELECT member_id FROM members WHERE program_id = :program_id
        AND (member_id = :member_id OR merged_into = :member_id)))
    AND {_BEFORE} ORDER BY r.redemption_id DESC LIMIT :first""")
_IN_STATES = text(f"{_SELECT} AND r.state = ANY(:states) AND {_BEFORE} ORDER BY r.redemption_id DESC LIMIT :first")

_HANDED_OVER = text("""
    SELECT external_id FROM redemptions WHERE program_id = :program_id AND member_id = :member_id
    AND shop_id = :shop_id AND customer_id = :customer_id AND redemption_id <> :redemption_id
    AND created_at >= :since AND external_id IS NOT NULL
""")


async def redemption(connection: AsyncConnection, program_id: int, redemption_id: int) -> Redemption | None:
    """One redemption; None when the program has no such one."""
    key = {"program_id": program_id, "redemption_id": redemption_id}
    row = (await connection.execute(_ONE, key)).one_or_none()
    return _redemption(row) if row else None


async def redemptions_of_member(
    connection: AsyncConnection, program_id: int, member_id: int, first: int, before: int | None = None
) -> list[Redemption]:
    """A member's redemptions, newest first, from the one after `before` on; also those of members merged into them."""
    given = {"program_id": program_id, "member_id": member_id, "first": first, "before": before}
    return [_redemption(row) for row in await connection.execute(_OF_MEMBER, given)]


async def redemptions_in(
    connection: AsyncConnection, program_id: int, states: Sequence[RedemptionState], first: int,
    before: int | None = None,
) -> list[Redemption]:  # fmt: skip
    """The program's redemptions in any of these states, newest first: what a merchant has to see and settle."""
    given = {"program_id": program_id, "states": list(states), "first": first, "before": before}
    return [_redemption(row) for row in await connection.execute(_IN_STATES, given)]


async def handed_over(connection: AsyncConnection, one: Redemption) -> frozenset[str]:
    """Ids in the shop of what other redemptions of the same customer made there since a day before this one."""
    given = {
        "program_id": one.program_id, "shop_id": one.shop_id, "customer_id": one.customer_id,
        "member_id": one.member_id, "redemption_id": one.redemption_id, "since": one.created_at - timedelta(days=1),
    }  # fmt: skip
    return frozenset(row.external_id for row in await connection.execute(_HANDED_OVER, given))


def _redemption(row: Any) -> Redemption:
    values = list(row)
    values[10] = Promise.model_validate_json(row.value)
    values[24] = RewardDefinition.model_validate_json(row.definition)
    return Redemption(*values)
