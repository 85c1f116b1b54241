"""Offers as shoppers see them, clicks on links, claims that run out, and what conversions take of a budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import create_engine, tenant_transaction
from engine.offers.budget import BudgetUsedUp
from engine.offers.capturing import Spending, return_for_conversion, spend_for_conversion
from engine.offers.catalog import Offer
from engine.offers.claims import Claim, claims_of_member
from engine.offers.clicks import CLICKS_PER_DAY, Click, program_of_token, record_click
from engine.offers.definitions import Accrual, Budget, Code, Exchange, Fixed, Link, Made, Payment, PerUnit, Redemption
from engine.offers.exchanges import exchanges_of_partner
from engine.offers.exchanging import forget_quotes
from engine.offers.expiring import expire_due_claims
from engine.offers.reading import OfferView, offers_for
from engine.shops import ShopReference
from tests.support.clock import DatabaseClock
from tests.support.offers import Offering, last_fifty, made_code_offer


async def views(offering: Offering, customer: int | None = 1) -> dict[str, OfferView]:
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        found = await offers_for(connection, offering.program_id, offering.shop.shop_id, customer)
    return {view.offer.handle: view for view in found}


async def click(offering: Offering, token: str) -> Click | None:
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        return await record_click(connection, offering.program_id, token)


async def spend(offering: Offering, claim: Claim, conversion: int, points: int = 0, minor: int = 0) -> int:
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        asked = Spending(conversion, claim.claim_id, datetime.now(UTC), points, minor, "tests")
        return await spend_for_conversion(connection, offering.program_id, claim.offer_id, asked)


async def give_back(offering: Offering, offer: Offer, conversion: int, amount: int) -> None:
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        await return_for_conversion(
            connection, offering.program_id, offer.offer_id, conversion_id=conversion, amount=amount, actor="tests"
        )


async def test_a_shopper_sees_what_is_out_how_many_are_left_and_what_is_theirs(offering: Offering) -> None:
    await offering.earn(450)
    voucher = Redemption(price=300, source=Made(prefix="CUP"))
    fifty = await offering.offer(last_fifty(await offering.pool(7)), handle="last-fifty")
    await offering.offer(made_code_offer(gives=voucher, budget=Budget(unit="points", amount=1_000)), handle="cup")
    await offering.offer(made_code_offer(), handle="endless")
    await offering.offer(made_code_offer(starts_at=datetime.now(UTC) + timedelta(days=1)), handle="soon")
    await offering.draft(handle="draft")
    await offering.close(await offering.offer(handle="closed"))
    theirs = await offering.claim(fifty)

    seen, nobodys = await views(offering), await views(offering, customer=None)

    assert {handle: view.remaining for handle, view in seen.items()} == {
        "last-fifty": 6, "cup": 3, "endless": None, "soon": None
    }  # fmt: skip
    assert seen["last-fifty"].claim == theirs
    assert [reason.code for reason in seen["last-fifty"].reasons] == ["MEMBER_LIMIT"]
    assert seen["cup"].allowed
    assert [reason.code for reason in seen["soon"].reasons] == ["NOT_STARTED"]
    assert all(view.claim is None and view.reasons[0].code == "SIGNED_OUT" for view in nobodys.values())
    await offering.close(fifty)
    assert (await views(offering))["last-fifty"].claim == theirs  # what is over stays in sight of who has it
    assert "last-fifty" not in await views(offering, customer=2)


async def test_claims_are_shown_to_their_member_newest_first(offering: Offering) -> None:
    offer = await offering.offer(made_code_offer(member_limit=None))
    made = [await offering.claim(offer, key=f"key-{number}") for number in range(3)]
    await offering.claim(offer, customer=2)
    member = (await offering.member()).member_id

    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        newest = await claims_of_member(connection, offering.program_id, member, 2)
        rest = await claims_of_member(connection, offering.program_id, member, 2, newest[-1].claim_id)

    assert [claim.claim_id for claim in [*newest, *rest]] == [claim.claim_id for claim in reversed(made)]


async def test_a_click_leads_to_the_partner_with_an_id_of_its_own_as_long_as_the_offer_is_there(
    offering: Offering,
) -> None:
    offer = await offering.offer(made_code_offer(gives=Link(url="https://harbor.example/?ref={click}&from=us")))
    token = (await offering.claim(offer)).code
    assert token is not None

    clicks = [await click(offering, token) for _ in range(CLICKS_PER_DAY + 2)]

    ids = {one.click_id for one in clicks if one is not None}
    assert len(ids) == CLICKS_PER_DAY
    assert clicks[-1] is not None
    assert clicks[-1].url == f"https://harbor.example/?ref={clicks[-1].click_id}&from=us"
    assert program_of_token(token) == offering.program_id
    for other in (token[:-1] + ("a" if token[-1] != "a" else "b"), "1-2-3", "x" * 5_000, f"9{token}"):
        assert await click(offering, other) is None


async def test_a_link_whose_claim_is_void_leads_nowhere(offering: Offering) -> None:
    offer = await offering.offer(made_code_offer(gives=Link(url="https://harbor.example/{click}")))
    claim = await offering.claim(offer)
    assert claim.code is not None
    await offering.void(claim)

    assert await click(offering, claim.code) is None
    assert await offering.rows("SELECT count(*) FROM offer_clicks") == [(0,)]


async def test_a_conversion_uses_up_what_its_code_held_and_the_rest_comes_free(offering: Offering) -> None:
    gives = Code(source=Made(prefix="CUP"), payment=Payment(payer="shop", fixed_minor=200))
    offer = await offering.offer(made_code_offer(gives=gives, currency="USD", budget=Budget(unit="money", amount=450)))
    claim = await offering.claim(offer)

    spent = await spend(offering, claim, 1, minor=150)
    used = await offering.reread(claim)
    first = await offering.budget(offer)
    await give_back(offering, offer, 1, 150)
    back = await offering.budget(offer)
    with pytest.raises(BudgetUsedUp):
        await spend(offering, claim, 2, minor=451)

    assert (spent, used.status, used.budget) == (150, "USED", 0)
    assert first == ("published", 300, 0, 150)
    assert back == ("published", 450, 0, 0)
    assert await offering.budget(offer) == back


async def test_points_for_purchases_are_taken_until_the_next_would_not_be_covered(offering: Offering) -> None:
    by_amount = Accrual(points=PerUnit(rates={"USD": Decimal(2)}))
    offer = await offering.offer(made_code_offer(gives=by_amount, budget=Budget(unit="points", amount=100)))
    fixed = await offering.offer(
        made_code_offer(gives=Accrual(points=Fixed(points=60)), budget=Budget(unit="points", amount=100)), handle="60"
    )
    claim, other = await offering.claim(offer), await offering.claim(fixed, key="2")

    assert [await spend(offering, claim, 1, points=99), await spend(offering, other, 2, points=60)] == [99, 60]
    assert await offering.budget(offer) == ("published", 1, 0, 99)
    assert await offering.budget(fixed) == ("exhausted", 40, 0, 60)
    await give_back(offering, fixed, 2, 60)
    assert await offering.budget(fixed) == ("published", 100, 0, 0)
    await offering.close(offer)
    await give_back(offering, offer, 1, 99)
    assert await offering.budget(offer) == ("closed", 0, 0, 0)
    assert (await offering.transfers(offer))[-1] == ("return", 4, 1, 99)


async def test_a_claim_runs_out_with_its_days_and_what_it_held_comes_free(
    shop: ShopReference, database_url: str, engine: AsyncEngine
) -> None:
    clock = DatabaseClock(database_url, datetime(2027, 1, 4, 9, tzinfo=UTC))
    offering = await Offering.begin(create_engine(database_url), shop)
    gives = Code(source=Made(prefix="CUP"), valid_days=7, payment=Payment(payer="shop", fixed_minor=200))
    offer = await offering.offer(made_code_offer(gives=gives, currency="USD", budget=Budget(unit="money", amount=500)))
    claim, used = await offering.claim(offer), await offering.claim(offer, customer=2)
    await spend(offering, used, 1, minor=200)

    async def ended() -> int:
        async with tenant_transaction(offering.engine, offering.program_id) as connection:
            return await expire_due_claims(connection)

    clock.move(timedelta(days=7, seconds=-1))
    before = await ended()
    clock.move(timedelta(seconds=1))
    over = await offering.reread(claim)  # the round is still to come: the member is told the truth
    after, again = await ended(), await ended()

    assert (before, over.state, over.status, after, again) == (0, "ready", "EXPIRED", 1, 0)
    assert (await offering.reread(claim)).state == "expired"
    assert (await offering.reread(used)).status == "USED"
    assert await offering.budget(offer) == ("published", 300, 0, 200)
    assert (await offering.transfers(offer))[-1] == ("expire", 3, 2, 200)
    clock.close()
    await offering.engine.dispose()


async def test_a_partner_learns_which_accounts_to_credit_and_old_quotes_are_forgotten(
    shop: ShopReference, database_url: str, engine: AsyncEngine
) -> None:
    clock = DatabaseClock(database_url, datetime(2027, 1, 4, 9, tzinfo=UTC))
    offering = await Offering.begin(create_engine(database_url), shop)
    await offering.earn(500)
    gives = Exchange(numerator=1, denominator=2, minimum_points=10, unit_name="beans")
    offer = await offering.offer(made_code_offer(gives=gives, member_limit=None))
    taken, late = await offering.quote(offer, 100), await offering.quote(offer, 100)
    claim = await offering.claim(offer, quote_id=taken.quote_id, account="beans-7")
    clock.move(timedelta(days=2))

    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        forgotten = await forget_quotes(connection)
        orders = await exchanges_of_partner(connection, offering.program_id, offering.partner_id, 10)
        others = await exchanges_of_partner(connection, offering.program_id, offering.partner_id + 1, 10)

    assert late.quote_id != taken.quote_id
    assert forgotten == 2
    assert [(one.claim_id, one.account, one.points, one.gives, one.state) for one in orders] == [
        (claim.claim_id, "beans-7", 100, 50, "made")
    ]
    assert others == []
    clock.close()
    await offering.engine.dispose()
