"""At once for the last of something, on connections of their own: each gets one or is told, and the books agree."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Sequence

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import create_engine
from engine.offers.claims import Claim
from engine.offers.definitions import Budget, Code, Made, Payment, Redemption
from engine.offers.refusals import ClaimRefused, OfferRefused
from engine.shops import ShopReference
from tests.support.offers import Offering, last_fifty, made_code_offer

CONNECTIONS = 80


async def _outcomes(attempts: Sequence[Awaitable[Claim]]) -> tuple[list[Claim], Counter[str]]:
    """Who got one, and how often which refusal was told; no attempt waits for a connection, which has a time limit."""
    free = asyncio.Semaphore(CONNECTIONS)

    async def one(attempt: Awaitable[Claim]) -> Claim:
        async with free:
            return await attempt

    told = await asyncio.gather(*map(one, attempts), return_exceptions=True)
    refused = [outcome for outcome in told if isinstance(outcome, ClaimRefused)]
    won = [outcome for outcome in told if isinstance(outcome, Claim)]
    assert len(won) + len(refused) == len(attempts), [one for one in told if one not in won and one not in refused]
    return won, Counter(refusal.code.value for refusal in refused)


@pytest.fixture
async def rush(database_url: str, engine: AsyncEngine, shop: ShopReference) -> Offering:
    """The shop with a partner, and as many connections as there can be."""
    return await Offering.begin(create_engine(database_url, pool_size=CONNECTIONS), shop)


async def test_two_hundred_at_once_for_the_last_fifty_codes(rush: Offering) -> None:
    offer = await rush.offer(last_fifty(await rush.pool(50), budget=Budget(unit="claims", amount=50)))

    won, refused = await _outcomes([rush.claim(offer, customer=customer) for customer in range(1, 201)])

    assert len({claim.code for claim in won}) == len({claim.member_id for claim in won}) == len(won) == 50
    assert set(refused) <= {"SOLD_OUT", "BUDGET_USED_UP"}
    assert sum(refused.values()) == 150
    assert await rush.budget(offer) == ("exhausted", 0, 0, 50)
    assert await rush.rows("SELECT state, count(*) FROM pool_codes GROUP BY 1") == [("claimed", 50)]
    assert len(await rush.transfers(offer)) == 51
    assert await rush.breaches() == {}
    await rush.engine.dispose()


async def test_one_request_sent_many_times_at_once_is_the_one_claim_for_all_though_it_takes_the_last(
    rush: Offering,
) -> None:
    offer = await rush.offer(last_fifty(await rush.pool(1), budget=Budget(unit="claims", amount=1)))

    won, refused = await _outcomes([rush.claim(offer, customer=1 + number % 2) for number in range(40)])

    assert len({claim.claim_id for claim in won}) == 1
    assert (len(won), sum(refused.values())) == (20, 20)
    assert set(refused) <= {"SOLD_OUT", "BUDGET_USED_UP"}
    assert await rush.breaches() == {}
    await rush.engine.dispose()


async def test_fifty_codes_are_fifty_claims_though_the_budget_and_the_members_would_take_more(rush: Offering) -> None:
    offer = await rush.offer(last_fifty(await rush.pool(20), budget=Budget(unit="claims", amount=50)))

    won, refused = await _outcomes(
        [rush.claim(offer, customer=customer % 40 + 1, key=f"key-{customer}") for customer in range(120)]
    )

    assert (len(won), len({claim.code for claim in won}), len({claim.member_id for claim in won})) == (20, 20, 20)
    assert sum(refused.values()) == 100
    assert set(refused) <= {"SOLD_OUT", "MEMBER_LIMIT"}
    assert await rush.budget(offer) == ("published", 30, 0, 20)
    assert await rush.breaches() == {}
    await rush.engine.dispose()


async def test_one_member_at_once_on_many_connections_has_it_once(rush: Offering) -> None:
    offer = await rush.offer(made_code_offer())

    won, refused = await _outcomes([rush.claim(offer, key=f"key-{number}") for number in range(40)])
    same, _ = await _outcomes([rush.claim(offer, customer=2) for _ in range(40)])

    assert (len(won), refused) == (1, Counter({"MEMBER_LIMIT": 39}))
    assert len({claim.claim_id for claim in same}) == 1
    assert len(same) == 40
    assert (await rush.read(offer)).claims_made == 2
    await rush.engine.dispose()


async def test_a_budget_of_money_is_never_overdrawn_by_claims_and_voids_at_once(rush: Offering) -> None:
    gives = Code(source=Made(prefix="CUP"), payment=Payment(payer="shop", fixed_minor=70))
    offer = await rush.offer(made_code_offer(gives=gives, currency="USD", budget=Budget(unit="money", amount=1_000)))

    async def claim_and_void(customer: int) -> Claim:
        claim = await rush.claim(offer, customer=customer)
        return await rush.void(claim) if customer % 3 == 0 else claim

    won, _ = await _outcomes([claim_and_void(customer) for customer in range(1, 61)])
    ready = [claim for claim in won if claim.status == "READY"]

    state, free, held, spent = await rush.budget(offer)
    assert (free, held, spent) == (1_000 - 70 * len(ready), 70 * len(ready), 0)
    assert state == ("exhausted" if free < 70 else "published")
    assert await rush.breaches() == {}
    await rush.engine.dispose()


async def test_points_and_budget_of_vouchers_agree_after_a_rush(rush: Offering) -> None:
    for customer in range(1, 13):
        await rush.earn(500, customer=customer)
    offer = await rush.offer(
        made_code_offer(
            gives=Redemption(price=200, source=Made(prefix="CUP")), member_limit=None,
            budget=Budget(unit="points", amount=3_000),
        )
    )  # fmt: skip

    attempts = [rush.claim(offer, customer=customer % 12 + 1, key=f"key-{customer}") for customer in range(60)]
    won, refused = await _outcomes(attempts)

    balances = [(await rush.member(customer)).available for customer in range(1, 13)]
    assert len(won) == 15  # of 3,000 points; the twelve could pay for 24
    assert sum(balances) == 12 * 500 - 15 * 200
    assert min(balances) >= 100
    assert set(refused) <= {"BUDGET_USED_UP", "NOT_ENOUGH_POINTS"}
    assert await rush.budget(offer) == ("exhausted", 0, 0, 3_000)
    assert await rush.rows("SELECT count(*), sum(points), sum(micros) FROM partner_events") == [
        (15, 3_000, -2_400_000_000)
    ]
    assert await rush.breaches() == {}
    await rush.engine.dispose()


async def test_claims_voids_edits_and_closing_at_once_leave_exact_books_and_nobody_hangs(rush: Offering) -> None:
    pool = await rush.pool(60)
    offer = await rush.offer(last_fifty(pool, budget=Budget(unit="claims", amount=30)))

    async def claim_and_void(customer: int) -> Claim:
        claim = await rush.claim(offer, customer=customer)
        return await rush.void(claim, never_shown=True) if customer % 4 == 0 else claim

    async def edit(amount: int) -> None:
        with contextlib.suppress(OfferRefused):  # somebody else was first, or more was claimed
            await rush.edit(offer, last_fifty(pool, budget=Budget(unit="claims", amount=amount), total_limit=60))

    async def close_and_open() -> None:
        await rush.close(offer)
        await rush.publish(offer)

    claims = [claim_and_void(customer) for customer in range(1, 101)]
    changes = [edit(amount) for amount in range(25, 45)] + [close_and_open() for _ in range(5)]
    changing = asyncio.gather(*changes)
    won, refused = await _outcomes(claims)
    await changing
    ready = [claim for claim in won if claim.status == "READY"]
    known = await rush.read(offer)
    assert known.budget is not None
    assert known.claims_made == known.budget.spent == len(ready) == len({claim.code for claim in ready})
    assert set(refused) <= {"SOLD_OUT", "BUDGET_USED_UP", "OFFER_CLOSED"}
    assert await rush.breaches() == {}
    await rush.engine.dispose()
