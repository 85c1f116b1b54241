"""Claims of every kind: what the member gets, what it takes, what is in the way; the books exact throughout."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.offers.definitions import Accrual, Budget, Code, Exchange, Fixed, Link, Made, Payment, Redemption
from engine.offers.refusals import ClaimRefused, VoidRefused
from engine.rewards.definitions import MemberLimit
from engine.shops import install_shop
from tests.support.offers import Offering, last_fifty, made_code_offer

VOUCHER = Redemption(price=300, source=Made(prefix="CUP"), valid_days=30, worth="A cup")
EXCHANGE = Exchange(numerator=3, denominator=10, minimum_points=10, daily_points=250, unit_name="beans")


async def refused(attempt: Awaitable[object]) -> tuple[str, dict[str, Any]]:
    with pytest.raises(ClaimRefused) as refusal:
        await attempt
    return refusal.value.code.value, dict(refusal.value.details)


async def test_a_code_of_a_pool_is_the_members_and_nobody_elses(offering: Offering) -> None:
    offer = await offering.offer(last_fifty(await offering.pool(2)))

    first, second = await offering.claim(offer), await offering.claim(offer, customer=2)

    assert (first.status, first.kind, first.code, first.budget) == ("READY", "code", "HARBOR-1", 1)
    assert second.code == "HARBOR-2"
    assert await refused(offering.claim(offer, customer=3)) == ("SOLD_OUT", {})
    assert await offering.budget(offer) == ("published", 48, 0, 2)
    assert await offering.transfers(offer) == [("publish", 1, 2, 50), ("claim", 2, 4, 1), ("claim", 2, 4, 1)]
    assert await offering.breaches() == {}


async def test_a_repeat_of_the_key_is_the_same_claim_and_other_input_is_refused(offering: Offering) -> None:
    offer = await offering.offer(made_code_offer(member_limit=None))
    other = await offering.offer(made_code_offer(), handle="tea")

    first, again = await offering.claim(offer), await offering.claim(offer)

    assert again == first
    assert (await offering.read(offer)).claims_made == 1
    assert await refused(offering.claim(other)) == ("IDEMPOTENCY_KEY_REUSED", {})
    assert await refused(offering.claim(offer, key="a key")) == ("INVALID_IDEMPOTENCY_KEY", {})
    assert (await offering.claim(offer, customer=2)).claim_id != first.claim_id


async def test_what_is_in_the_way_is_told_and_takes_nothing(offering: Offering) -> None:
    now = datetime.now(UTC)
    cases = [
        (made_code_offer(starts_at=now + timedelta(days=1)), "NOT_STARTED"),
        (made_code_offer(tiers=("gold",)), "TIER_REQUIRED"),
        (made_code_offer(plans=("club",)), "PLAN_REQUIRED"),
        (made_code_offer(customer_tags=("vip",)), "TAG_REQUIRED"),
        (made_code_offer(gives=VOUCHER), "NOT_ENOUGH_POINTS"),
        (made_code_offer(gives=EXCHANGE), "QUOTE_REQUIRED"),
    ]
    await offering.earn(200)
    for place, (definition, reason) in enumerate(cases):
        offer = await offering.offer(definition, handle=f"offer-{place}")
        assert (await refused(offering.claim(offer, key=f"key-{place}", account="beans-7")))[0] == reason
    draft = await offering.draft(handle="draft")
    closed = await offering.close(await offering.offer(handle="closed"))

    assert await refused(offering.claim(draft, key="draft")) == ("OFFER_NOT_FOUND", {})
    assert await refused(offering.claim(closed, key="closed")) == ("OFFER_CLOSED", {})
    assert await offering.rows("SELECT count(*) FROM offer_claims") == [(0,)]
    assert (await offering.member()).available == 200


async def test_a_member_has_it_as_often_as_the_limit_says_and_a_void_one_does_not_count(offering: Offering) -> None:
    offer = await offering.offer(made_code_offer(member_limit=MemberLimit(count=2, period="day"), total_limit=3))
    first = await offering.claim(offer, key="1")
    await offering.claim(offer, key="2")

    limited = await refused(offering.claim(offer, key="3"))
    await offering.void(first)
    await offering.claim(offer, key="4")
    await offering.claim(offer, key="5", customer=2)

    assert limited == ("MEMBER_LIMIT", {"limit": 2, "period": "day"})
    assert (await offering.read(offer)).state == "exhausted"
    assert await refused(offering.claim(offer, key="6", customer=3)) == ("SOLD_OUT", {})
    assert await offering.breaches() == {}


async def test_a_voucher_takes_its_points_and_is_owed_to_the_partner_and_void_all_comes_back(
    offering: Offering,
) -> None:
    await offering.earn(1000)
    offer = await offering.offer(made_code_offer(gives=VOUCHER, currency="USD", member_limit=None,
        budget=Budget(unit="money", amount=500)))  # fmt: skip

    claim = await offering.claim(offer)

    assert claim.code is not None
    assert claim.code.startswith("CUP-")
    assert claim.expires_at is not None
    assert claim.expires_at - claim.created_at <= timedelta(days=30)
    assert (await offering.member()).available == 700
    assert await offering.budget(offer) == ("published", 260, 0, 240)  # 300 points at 0.8 cents
    assert await offering.rows("SELECT kind, points, micros, reference FROM partner_events") == [
        ("redeemed", 300, -240_000_000, claim.code)
    ]

    voided, again = await offering.void(claim), await offering.void(claim)

    assert (voided.status, voided.code, voided.note, again.settled_at) == ("VOID", None, "A mistake", voided.settled_at)
    assert (await offering.member()).available == 1000
    assert await offering.budget(offer) == ("published", 500, 0, 0)
    assert await offering.rows("SELECT kind, points, micros FROM partner_events ORDER BY event_id DESC LIMIT 1") == [
        ("redemption_reversed", 300, 240_000_000)
    ]
    assert await offering.breaches() == {}


async def test_an_exchange_takes_what_gives_something_and_leaves_the_rest(offering: Offering) -> None:
    await offering.earn(1000)
    offer = await offering.offer(made_code_offer(gives=EXCHANGE, member_limit=None))
    quote = await offering.quote(offer, 102)

    claim = await offering.claim(offer, quote_id=quote.quote_id, account=" beans-7 ")

    assert (quote.points, quote.gives) == (100, 30)
    assert (claim.status, claim.points, claim.gives, claim.account) == ("USED", 100, 30, "beans-7")
    assert (await offering.member()).available == 900
    assert await refused(offering.claim(offer, key="2", quote_id=quote.quote_id, account="b")) == ("QUOTE_EXPIRED", {})
    assert await refused(offering.claim(offer, key="3", quote_id=quote.quote_id)) == ("ACCOUNT_INVALID", {})
    assert await refused(offering.quote(offer, 9)) == ("POINTS_INVALID", {"minimum": 10})
    assert await refused(offering.quote(offer, 160)) == (
        "MEMBER_LIMIT", {"limit": 250, "period": "day", "unit": "points"}
    )  # fmt: skip
    assert await offering.breaches() == {}


async def test_a_quote_is_its_members_alone_and_good_for_a_minute(offering: Offering) -> None:
    await offering.earn(1000)
    await offering.earn(1000, customer=2)
    offer = await offering.offer(made_code_offer(gives=EXCHANGE, member_limit=None))
    quote, old = await offering.quote(offer, 50), await offering.quote(offer, 60)
    await offering.rows(
        "UPDATE exchange_quotes SET expires_at = now() WHERE quote_id = :quote RETURNING 1", quote=old.quote_id
    )

    assert (quote.expires_at - datetime.now(UTC)).total_seconds() <= 60
    somebody_elses = offering.claim(offer, customer=2, quote_id=quote.quote_id, account="b")
    assert await refused(somebody_elses) == ("QUOTE_EXPIRED", {})
    assert await refused(offering.claim(offer, quote_id=old.quote_id, account="b")) == ("QUOTE_EXPIRED", {})
    assert (await offering.claim(offer, quote_id=quote.quote_id, account="b")).gives == 15


async def test_a_cap_of_the_agreement_refuses_and_nothing_is_taken(offering: Offering) -> None:
    capped = [{"kind": "redeemed", "period": "month", "points": 500}]
    await offering.earn(1000)
    other = await Offering.begin(offering.engine, offering.shop, handle="capped", caps=capped)
    offer = await other.offer(made_code_offer(gives=VOUCHER, member_limit=None))

    await other.claim(offer)

    assert await refused(other.claim(offer, key="2")) == ("CAP_REACHED", {})
    assert (await other.member()).available == 700
    assert (await other.read(offer)).claims_made == 1
    assert await other.breaches() == {}


async def test_a_code_with_a_fixed_payment_holds_it_and_what_covers_no_other_closes_the_offer(
    offering: Offering,
) -> None:
    gives = Code(source=Made(prefix="HARBOR"), payment=Payment(payer="shop", fixed_minor=200))
    offer = await offering.offer(made_code_offer(gives=gives, currency="USD", budget=Budget(unit="money", amount=500)))

    await offering.claim(offer)
    second = await offering.claim(offer, customer=2)
    exhausted = await offering.budget(offer)
    told = await refused(offering.claim(offer, customer=3))
    await offering.void(second)

    assert exhausted == ("exhausted", 100, 400, 0)
    assert told == ("BUDGET_USED_UP", {})
    assert await offering.budget(offer) == ("published", 300, 200, 0)
    assert await offering.breaches() == {}


async def test_a_link_and_a_number_are_the_members_own(offering: Offering) -> None:
    link = await offering.offer(
        made_code_offer(gives=Link(url="https://harbor.example/?c={click}", points=Fixed(points=10)))
    )
    number = await offering.offer(made_code_offer(gives=Accrual(points=Fixed(points=10))), handle="number")

    links = [await offering.claim(link, customer=customer) for customer in (1, 2)]
    numbers = [await offering.claim(number, customer=customer, key="number") for customer in (1, 2)]

    assert len({claim.code for claim in [*links, *numbers]}) == 4
    assert all(claim.code and claim.code.startswith(f"{offering.program_id}-") for claim in links)
    assert await refused(offering.claim(number, key="again")) == ("MEMBER_LIMIT", {"limit": 1, "period": "ever"})


async def test_no_more_than_thirty_claims_of_a_member_in_a_minute(offering: Offering) -> None:
    offer = await offering.offer(made_code_offer(member_limit=None))
    for number in range(30):
        await offering.claim(offer, key=f"key-{number}")

    assert await refused(offering.claim(offer, key="one-more")) == ("RATE_LIMITED", {"limit": 30})
    assert (await offering.claim(offer, customer=2)).status == "READY"


async def test_a_code_that_nobody_saw_is_free_again_and_one_that_was_seen_is_dead(offering: Offering) -> None:
    offer = await offering.offer(last_fifty(await offering.pool(2)))
    first, second = await offering.claim(offer), await offering.claim(offer, customer=2)

    await offering.void(first, never_shown=True)
    await offering.void(second)
    third = await offering.claim(offer, customer=3)

    assert (first.code, third.code) == ("HARBOR-1", "HARBOR-1")
    assert await refused(offering.claim(offer, customer=4)) == ("SOLD_OUT", {})
    assert await offering.breaches() == {}


async def test_what_the_rest_of_a_budget_does_not_cover_is_told_and_less_is_given(offering: Offering) -> None:
    await offering.earn(1000)
    gives = Exchange(numerator=1, denominator=1, minimum_points=10, unit_name="beans")
    offer = await offering.offer(
        made_code_offer(gives=gives, member_limit=None, budget=Budget(unit="points", amount=300))
    )
    first, second = await offering.quote(offer, 200), await offering.quote(offer, 200)
    await offering.claim(offer, quote_id=first.quote_id, account="b")

    assert await refused(offering.claim(offer, key="2", quote_id=second.quote_id, account="b")) == (
        "BUDGET_USED_UP", {}
    )  # fmt: skip
    assert await refused(offering.quote(offer, 101)) == ("BUDGET_USED_UP", {})
    less = await offering.quote(offer, 95)
    await offering.claim(offer, key="3", quote_id=less.quote_id, account="b")
    assert await offering.budget(offer) == ("exhausted", 5, 0, 295)
    assert await offering.breaches() == {}


async def test_another_programs_offers_and_claims_do_not_exist(offering: Offering) -> None:
    offer = await offering.offer()
    claim = await offering.claim(offer)
    elsewhere = await install_shop(
        offering.engine, domain="elsewhere.myshopify.com", external_id=None, name="", currency="USD", time_zone="UTC",
        scopes=[], at=datetime.now(UTC),
    )  # fmt: skip
    other = await Offering.begin(offering.engine, elsewhere)

    assert await refused(other.claim(offer)) == ("OFFER_NOT_FOUND", {})
    assert await refused(other.quote(offer, 10)) == ("OFFER_NOT_FOUND", {})
    with pytest.raises(VoidRefused, match="CLAIM_NOT_FOUND"):
        await other.void(claim)
    assert await other.rows("SELECT 1 FROM offer_claims UNION ALL SELECT 2 FROM offers") == []
