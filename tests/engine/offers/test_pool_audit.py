"""The audit of pools: clean after codes went every way, and each kind of tampering is found."""

from __future__ import annotations

import asyncio

import psycopg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.offers.pool_audit import POOL_CHECKS
from engine.offers.pool_rounds import expire_codes_of_pools, low_pools_to_tell
from engine.shops import ShopReference
from tests.support.pools import PARTNER, Pools, as_file, numbered

TAMPERING = {
    "UPDATE pool_counts SET codes_free = codes_free + 1 WHERE part = 3": {"pool-counts"},
    "DELETE FROM pool_counts WHERE part = 3": {"pool-counts"},
    "UPDATE pool_codes SET claim_id = 9 WHERE state = 'free'": {"pool-codes-claimed"},
    "UPDATE offer_claims SET state = 'used' WHERE state = 'void'": {"pool-codes-claimed", "claims-from-pools"},
    "UPDATE offer_claims SET code = 'OTHER' WHERE claim_id = 1": {"pool-codes-claimed", "claims-from-pools"},
    "DELETE FROM offer_claims WHERE claim_id = 1": {"pool-codes-claimed"},
    "UPDATE code_pools SET partner_id = 9": {"pools-of-partners"},
}


async def breaches(pools: Pools) -> dict[str, int]:
    """The checks that found something."""
    found = {}
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        for check in POOL_CHECKS:
            row = (await connection.execute(text(check.sql), {"programs": [pools.program_id]})).one()
            if row.breaches:
                found[check.name] = row.breaches
    return found


async def every_way(pools: Pools) -> None:
    """Codes that are free, claimed, void and expired, with their claims of one offer."""
    pool_id, closed = await pools.pool(numbered(6)), await pools.pool(numbered(3, 100))
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        await connection.execute(
            text("""INSERT INTO offer_versions (program_id, offer_id, version, definition, created_by)
                VALUES (:program, 1, 1, '{"gives": {"source": {"kind": "pool"}}}', 't')"""),
            {"program": pools.program_id},
        )
    for claim_id, pool in enumerate((pool_id, pool_id, pool_id, closed), 1):
        code = await pools.take(pool, claim_id)
        async with tenant_transaction(pools.engine, pools.program_id) as connection:
            await connection.execute(
                text("""INSERT INTO offer_claims (program_id, claim_id, offer_id, offer_version, partner_id,
                    agreement_version, member_id, shop_id, kind, state, code)
                    VALUES (:program, :claim, 1, 1, :partner, 1, 1, 1, 'code', :state, :code)"""),
                {
                    "program": pools.program_id, "claim": claim_id, "partner": PARTNER, "code": code,
                    "state": "void" if claim_id in (2, 3) else "ready",
                },
            )  # fmt: skip
    assert await pools.void("CODE-0000002", 2)
    assert await pools.give_back("CODE-0000003", 3)
    await pools.take(pool_id, 5)
    await pools.give_back("CODE-0000003", 5)
    await pools.close(closed)
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        assert await expire_codes_of_pools(connection) == 2


async def test_codes_that_went_every_way_leave_the_audit_clean_and_tampering_is_found(
    engine: AsyncEngine, shop: ShopReference, database_url: str
) -> None:
    pools = Pools(engine, shop)
    await pools.add_partners()
    await every_way(pools)
    assert await breaches(pools) == {}

    for tampering, expected in TAMPERING.items():
        with psycopg.connect(database_url) as owner:
            owner.execute(tampering.encode())
            found = {check.name for check in POOL_CHECKS if _breaches(owner, check.sql, pools.program_id)}
            owner.rollback()
        assert found == expected, tampering


def _breaches(owner: psycopg.Connection[tuple[int, ...]], sql: str, program_id: int) -> int:
    row = owner.execute(sql.replace(":programs", f"ARRAY[{program_id}]").encode()).fetchone()
    assert row is not None
    return row[1]


async def test_takers_returns_imports_rounds_and_a_closing_at_once_never_miscount(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    pools = Pools(engine, shop)
    await pools.add_partners()
    pool_id = await pools.pool(numbered(40), low_water=20)
    taken: dict[int, str] = {}

    async def claim(claim_id: int) -> None:
        code = await pools.take(pool_id, claim_id)
        if code is None:
            return
        if claim_id % 3 == 0:
            assert await pools.give_back(code, claim_id)
        elif claim_id % 3 == 1:
            assert await pools.void(code, claim_id)
        else:
            taken[claim_id] = code

    async def look_after() -> None:
        for _ in range(5):
            async with tenant_transaction(pools.engine, pools.program_id) as connection:
                await low_pools_to_tell(connection)
                await expire_codes_of_pools(connection)

    more = [pools.send(pool_id, as_file(numbered(30, first))) for first in (30, 45)]
    await asyncio.gather(*more, *map(claim, range(60)), look_after())
    closing = asyncio.gather(*map(claim, range(60, 90)), look_after(), pools.close(pool_id), return_exceptions=True)
    assert [each for each in await closing if isinstance(each, BaseException)] == []
    await look_after()

    states = await pools.states(pool_id)
    assert states["claimed"] == len(taken) == len(set(taken.values()))
    assert sum(states.values()) == 74
    assert "free" not in states
    assert await pools.counted(pool_id) == 0
    assert "pool-counts" not in await breaches(pools)
