"""What billing does beside its turns: links what can be linked by now, asks again, and looks for missing contracts."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.billing.asking import ask_left_alone
from engine.billing.contracts import ContractKey, lock_contract, store_contract
from engine.billing.linking import link
from engine.billing.requests import ask_still_wanted
from engine.database import transaction_time
from engine.outside_calls import ask

CONTRACT_WITHIN = "1 hour"
"""How long an order may be without the contract that it should have brought."""
_UNLINKED = text("""
    SELECT c.program_id, c.shop_id, c.contract_id FROM contracts c
    WHERE (c.plan_id IS NULL OR c.member_id IS NULL) AND c.status <> 'unknown'
    AND (c.detail ? 'product_ids' OR EXISTS (
        SELECT FROM orders o WHERE o.program_id = c.program_id AND o.shop_id = c.shop_id
        AND o.order_id = c.origin_order_id AND o.snapshot IS NOT NULL))
    AND COALESCE(CAST(c.detail ->> 'tried_at' AS timestamptz), '-infinity') < now() - interval '10 minutes'
    ORDER BY c.updated_at LIMIT :most
""")
# Orders of a plan that contracts are sold for, by whatever way they were bought: only the shop can say which.
_UNCHECKED = text(f"""
    SELECT DISTINCT f.program_id, f.shop_id, CAST(split_part(f.source_id, ':', 1) AS bigint) AS order_id
    FROM membership_facts f
    JOIN plan_versions v ON v.program_id = f.program_id AND v.plan_id = f.plan_id AND v.version = f.plan_version
    JOIN shops s ON s.program_id = f.program_id AND s.shop_id = f.shop_id AND s.uninstalled_at IS NULL
    WHERE f.kind = 'purchased' AND f.source = 'order' AND v.definition ->> 'selling_plan_id' IS NOT NULL
    AND f.recorded_at BETWEEN now() - interval '3 days' AND now() - interval '{CONTRACT_WITHIN}'
    AND NOT EXISTS (SELECT FROM contracts c WHERE c.program_id = f.program_id AND c.shop_id = f.shop_id
        AND c.origin_order_id = CAST(split_part(f.source_id, ':', 1) AS bigint))
    AND NOT EXISTS (SELECT FROM billing_attempts a WHERE a.program_id = f.program_id AND a.shop_id = f.shop_id
        AND a.order_id = CAST(split_part(f.source_id, ':', 1) AS bigint))
    AND NOT EXISTS (SELECT FROM outside_calls o WHERE o.program_id = f.program_id AND o.kind = 'contract-seek'
        AND o.object_id = CAST(split_part(f.source_id, ':', 1) AS bigint))
    LIMIT :most
""")


async def follow_up(connection: AsyncConnection, most: int = 200) -> int:
    """Do all of it once; returns how much there was."""
    done = await link_late(connection, most)
    done += await ask_left_alone(connection, most)
    done += await ask_still_wanted(connection, most)
    return done + await seek_contracts(connection, most)


async def link_late(connection: AsyncConnection, most: int = 200) -> int:
    """Link contracts whose order, or whose plan, came after them; what fits no plan is tried again after a while."""
    linked = 0
    for row in (await connection.execute(_UNLINKED, {"most": most})).all():
        contract = await lock_contract(connection, ContractKey(*row))
        if contract is None:
            continue
        after = await link(connection, contract)
        now = await transaction_time(connection)
        tried = None if after.linked else now.isoformat()
        await store_contract(connection, replace(after, updated_at=now).noting(tried_at=tried))
        linked += after.linked
    return linked


async def seek_contracts(connection: AsyncConnection, most: int = 200) -> int:
    """Have orders looked at that may have been bought by a selling plan and brought no contract in time."""
    rows = (await connection.execute(_UNCHECKED, {"most": most})).all()
    for row in rows:
        await ask(
            connection, row.program_id, row.shop_id, "contract-seek", row.order_id,
            queue=f"contract-seek:{row.order_id}",
        )  # fmt: skip
    return len(rows)
