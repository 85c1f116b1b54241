"""What a person has to look at: orders without a contract, contracts of no plan, charges that should not be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.contracts import ContractKey

RepairReason = Literal[
    "order_without_contract",
    "contract_without_plan",
    "contract_without_member",
    "charged_twice",
    "charged_elsewhere",
    "charged_after_end",
    "plan_archived",
]
Resolution = Literal["granted", "refunded", "contract_made", "not_ours", "nothing_to_do"]
RESOLUTIONS: tuple[Resolution, ...] = ("granted", "refunded", "contract_made", "not_ours", "nothing_to_do")


class RepairRefused(Exception):  # noqa: N818  # named for the rule, as the field names it
    """A repair was not settled, and nothing changed: REPAIR_NOT_FOUND, REPAIR_SETTLED, INVALID_RESOLUTION."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Repair:
    """One of them; a settled one says by whom and how."""

    program_id: int
    repair_id: int
    shop_id: int
    order_id: int | None
    contract_id: int | None
    reason: str
    created_at: datetime
    settled_at: datetime | None
    settled_by: str | None
    resolution: str | None


_COLUMNS = ", ".join(Repair.__dataclass_fields__)
_NOTE = text("""
    INSERT INTO membership_repairs (program_id, repair_id, shop_id, order_id, contract_id, reason)
    VALUES (:program_id, nextval('ledger_ids'), :shop_id, :order_id, :contract_id, :reason) ON CONFLICT DO NOTHING
""")
_LIST = text(f"""
    SELECT {_COLUMNS} FROM membership_repairs
    WHERE program_id = :program_id AND (settled_at IS NOT NULL) = :settled
    AND repair_id < COALESCE(CAST(:before AS bigint), 9223372036854775807) ORDER BY repair_id DESC LIMIT :first
""")
_ONE = text(f"""
    SELECT {_COLUMNS} FROM membership_repairs WHERE program_id = :program_id AND repair_id = :repair_id FOR UPDATE
""")
_SETTLE = text(f"""
    UPDATE membership_repairs SET settled_at = now(), settled_by = :actor, resolution = :resolution
    WHERE program_id = :program_id AND repair_id = :repair_id RETURNING {_COLUMNS}
""")
_PAID_FOR_NOTHING = text("""
    INSERT INTO membership_repairs (program_id, repair_id, shop_id, order_id, reason)
    SELECT :program_id, nextval('ledger_ids'), :shop_id, :order_id, 'plan_archived'
    WHERE NOT EXISTS (SELECT FROM contracts WHERE program_id = :program_id AND member_id = :member_id)
    ON CONFLICT DO NOTHING
""")
_ANSWER = text("""
    UPDATE membership_repairs SET settled_at = now(), settled_by = 'program', resolution = :resolution
    WHERE program_id = :program_id AND shop_id = :shop_id AND reason = ANY(:reasons) AND settled_at IS NULL
    AND (contract_id = :contract_id OR order_id = :order_id)
""")


async def note_repair(
    connection: AsyncConnection, key: ContractKey, reason: RepairReason, *, order_id: int | None = None
) -> None:
    """List a contract, or an order, for a person; once for each reason."""
    given = {**key._asdict(), "order_id": order_id, "reason": reason}
    await connection.execute(_NOTE, given | {"contract_id": key.contract_id})


async def note_order(connection: AsyncConnection, program_id: int, shop_id: int, order_id: int) -> None:
    """List an order that should have brought a contract and did not."""
    given = {"program_id": program_id, "shop_id": shop_id, "order_id": order_id, "contract_id": None}
    await connection.execute(_NOTE, {**given, "reason": "order_without_contract"})


async def note_archived(
    connection: AsyncConnection, program_id: int, shop_id: int, order_id: int, member_id: int
) -> None:
    """List an order that paid for a plan which is archived, once; whoever has a contract pays for its periods so."""
    given = {"program_id": program_id, "shop_id": shop_id, "order_id": order_id, "member_id": member_id}
    await connection.execute(_PAID_FOR_NOTHING, given)


async def answer_repairs(
    connection: AsyncConnection, key: ContractKey, order_id: int | None, reasons: tuple[RepairReason, ...]
) -> None:
    """Settle what has answered itself: the contract came, or its plan is known now."""
    given = {**key._asdict(), "order_id": order_id, "reasons": list(reasons), "resolution": "nothing_to_do"}
    await connection.execute(_ANSWER, given)


async def repairs_of(
    connection: AsyncConnection, program_id: int, *, settled: bool = False, first: int = 50, before: int | None = None
) -> list[Repair]:
    """What waits for a person, or what was settled; newest first, from the one after `before` on."""
    given = {"program_id": program_id, "settled": settled, "first": first, "before": before}
    return [_repair(row) for row in await connection.execute(_LIST, given)]


async def settle_repair(
    connection: AsyncConnection, program_id: int, repair_id: int, resolution: str, actor: str
) -> Repair:
    """Say how it was repaired, once. Said again it is as it was. Raises RepairRefused."""
    if resolution not in RESOLUTIONS:
        raise RepairRefused("INVALID_RESOLUTION")
    key = {"program_id": program_id, "repair_id": repair_id}
    row = (await connection.execute(_ONE, key)).one_or_none()
    if row is None:
        raise RepairRefused("REPAIR_NOT_FOUND")
    if row.settled_at is not None:
        if row.resolution == resolution:
            return _repair(row)
        raise RepairRefused("REPAIR_SETTLED")
    given = {**key, "resolution": resolution, "actor": actor[:200]}
    return _repair((await connection.execute(_SETTLE, given)).one())


def _repair(row: Any) -> Repair:
    return Repair(**row._mapping)
