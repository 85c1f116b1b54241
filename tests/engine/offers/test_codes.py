"""Codes of pools: many at once, a transaction that fails, what is given back, what ends; each code once."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import name_tenants, tenant_transaction
from engine.offers.codes import take_code
from engine.offers.made_codes import made_code
from engine.offers.pool_rounds import (
    STEP,
    break_off_silent_imports,
    expire_codes_of_pools,
    low_pools_to_tell,
)
from engine.offers.pools import PoolRefused, codes_left, create_pool, pools_of
from engine.shops import ShopReference
from tests.support.pools import OTHER_PARTNER, PARTNER, Pools, numbered


@pytest.fixture
async def pools(engine: AsyncEngine, shop: ShopReference) -> Pools:
    made = Pools(engine, shop)
    await made.add_partners()
    return made


class CheckoutFailedError(Exception):
    """What makes a claim roll back."""


async def test_of_two_hundred_at_once_for_fifty_codes_fifty_get_one_each_though_some_fail(pools: Pools) -> None:
    pool_id = await pools.pool(numbered(50), low_water=5)

    async def claim(claim_id: int) -> str | None:
        try:
            async with tenant_transaction(pools.engine, pools.program_id) as connection:
                code = await take_code(connection, pools.program_id, pool_id, claim_id)
                if claim_id % 7 == 0 and code is not None:
                    raise CheckoutFailedError
                return code
        except CheckoutFailedError:
            return None

    codes = [code for code in await asyncio.gather(*map(claim, range(1, 201))) if code is not None]

    assert sorted(codes) == numbered(50)
    assert await pools.states(pool_id) == {"claimed": 50}
    pool = await pools.read(pool_id)
    assert (pool.codes_left, pool.codes_added, pool.low_since is not None) == (0, 50, True)


async def test_a_claim_waits_for_the_last_code_and_gets_it_when_the_other_rolls_back(pools: Pools) -> None:
    pool_id = await pools.pool(["LAST-ONE"])

    async with pools.engine.connect() as other:
        await name_tenants(other, [pools.program_id])
        assert await take_code(other, pools.program_id, pool_id, 1) == "LAST-ONE"
        waiting = asyncio.create_task(pools.take(pool_id, 2))
        await _until_somebody_waits(pools)
        await other.rollback()

    assert await waiting == "LAST-ONE"
    assert await pools.take(pool_id, 3) is None


async def _until_somebody_waits(pools: Pools) -> None:
    async with asyncio.timeout(60):
        while True:
            async with pools.engine.connect() as watcher:
                waits = await watcher.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted"))
                if waits.scalar_one():
                    return


async def test_a_code_given_back_is_claimed_again_a_void_one_never_and_only_its_claim_can_say_so(pools: Pools) -> None:
    pool_id = await pools.pool(["CODE-A", "CODE-B"])
    first = await pools.take(pool_id, 1)
    assert first == "CODE-A"

    assert not await pools.give_back(first, 2)
    assert not await pools.give_back(first, 1, OTHER_PARTNER)
    assert await pools.give_back(first, 1)
    assert not await pools.give_back(first, 1)
    assert await pools.take(pool_id, 3) == "CODE-A"
    assert await pools.void("CODE-A", 3)
    assert not await pools.give_back("CODE-A", 3)

    assert await pools.take(pool_id, 4) == "CODE-B"
    assert await pools.take(pool_id, 5) is None
    assert await pools.states(pool_id) == {"void": 1, "claimed": 1}
    assert await pools.counted(pool_id) == 0


async def test_what_is_left_expires_with_the_pool_in_steps_and_what_was_claimed_stays(pools: Pools) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    pool_id = await pools.pool(numbered(STEP + 3), expires_at=soon)
    kept = await pools.take(pool_id, 1)
    assert kept is not None
    await pools.take(pool_id, 2)

    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        assert await expire_codes_of_pools(connection) == 0
        await connection.execute(text("UPDATE code_pools SET expires_at = now()"))
        assert await take_code(connection, pools.program_id, pool_id, 3) is None
        assert await codes_left(connection, pools.program_id, [pool_id, 999_999]) == {pool_id: 0}
        assert [await expire_codes_of_pools(connection) for _ in range(3)] == [STEP, 1, 0]

    assert await pools.states(pool_id) == {"claimed": 2, "expired": STEP + 1}
    assert await pools.counted(pool_id) == 0
    assert await pools.give_back(kept, 1)
    assert await pools.states(pool_id) == {"claimed": 1, "expired": STEP + 2}
    with pytest.raises(PoolRefused, match="nothing more is handed out"):
        await pools.send(pool_id, b"code\nLATE-1\n")


async def test_a_closed_pool_hands_out_nothing_and_is_closed_once(pools: Pools) -> None:
    pool_id = await pools.pool(numbered(3))

    closed = await pools.close(pool_id)

    assert (closed.ended, closed.codes_left, closed.codes_added) == (True, 0, 3)
    assert await pools.take(pool_id, 1) is None
    with pytest.raises(PoolRefused) as refusal:
        await pools.close(pool_id)
    assert refusal.value.code == "POOL_CLOSED"
    with pytest.raises(PoolRefused) as refusal:
        await pools.close(999_999)
    assert refusal.value.code == "POOL_NOT_FOUND"


async def test_a_pool_runs_low_as_its_mark_is_crossed_is_told_of_once_and_is_filled_up_again(pools: Pools) -> None:
    pool_id = await pools.pool(numbered(5), low_water=3)
    await pools.take(pool_id, 1)
    assert (await pools.read(pool_id)).low_since is None

    code = await pools.take(pool_id, 2)

    assert code is not None
    assert (await pools.read(pool_id)).low_since is not None
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        assert [(low.pool_id, low.codes_left) for low in await low_pools_to_tell(connection)] == [(pool_id, 3)]
        assert await low_pools_to_tell(connection) == []
    assert await pools.give_back(code, 2)
    assert (await pools.read(pool_id)).low_since is None
    await pools.take(pool_id, 3)
    await pools.send(pool_id, b"MORE-1\n")
    assert (await pools.read(pool_id)).low_since is None


async def test_the_round_marks_what_claims_could_not_see_of_each_other_but_no_pool_that_is_new(pools: Pools) -> None:
    await pools.pool()
    pool_id = await pools.pool(numbered(3), low_water=2)
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        await connection.execute(text("UPDATE pool_counts SET codes_free = codes_free - 1 WHERE codes_free > 0"))
        assert [low.pool_id for low in await low_pools_to_tell(connection)] == [pool_id]


async def test_an_import_that_nothing_comes_of_any_more_was_broken_off(pools: Pools) -> None:
    pool_id = await pools.pool(numbered(1))
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        await connection.execute(text("UPDATE pool_imports SET state = 'running'"))
        assert await break_off_silent_imports(connection) == 0
        await connection.execute(text("UPDATE pool_imports SET updated_at = now() - interval '11 minutes'"))
        assert await break_off_silent_imports(connection) == 1
    assert pool_id


async def test_pools_are_refused_with_the_reason_and_listed_newest_first(pools: Pools) -> None:
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        for change, code in (
            ({"partner_id": 9}, "PARTNER_NOT_FOUND"),
            ({"name": " "}, "INVALID"),
            ({"name": "two\nlines"}, "INVALID"),
            ({"low_water": -1}, "INVALID"),
            ({"expires_at": datetime(2026, 1, 1, tzinfo=UTC)}, "INVALID"),
        ):
            given = {"partner_id": PARTNER, "name": "Spring"} | change
            with pytest.raises(PoolRefused) as refusal:
                await create_pool(connection, pools.program_id, actor="t", **given)  # type: ignore[arg-type]
            assert refusal.value.code == code
    first = await pools.pool(partner_id=OTHER_PARTNER)
    second = await pools.pool()

    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        assert [each.pool_id for each in await pools_of(connection, pools.program_id)] == [second, first]
        assert [each.pool_id for each in await pools_of(connection, pools.program_id, OTHER_PARTNER)] == [first]
        await connection.execute(text("UPDATE partners SET archived_at = now()"))
        with pytest.raises(PoolRefused) as refusal:
            await create_pool(connection, pools.program_id, PARTNER, "Late", actor="t")
    assert refusal.value.code == "ARCHIVED"


def test_made_codes_are_the_same_each_time_and_differ_by_claim_key_and_prefix() -> None:
    code = made_code(b"k" * 32, 1, "HARBOR")

    assert code == made_code(b"k" * 32, 1, "HARBOR")
    assert re.fullmatch(r"HARBOR-[A-Z2-7]{16}", code, re.ASCII)
    assert len({code, made_code(b"k" * 32, 2, "HARBOR"), made_code(b"l" * 32, 1, "HARBOR")}) == 3
