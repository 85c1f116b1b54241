"""Offers drafted, published, edited and closed: budgets move by the difference, never below what is held or spent."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.database import tenant_transaction
from engine.offers.definitions import Budget, Code, Exchange, Fixed, Link, Made, Payment
from engine.offers.editing import archive_offer, create_offer, update_offer
from engine.offers.refusals import ClaimRefused, OfferRefused
from engine.partners.catalog import archive_partner, pause_partner, resume_partner
from tests.support.offers import Offering, last_fifty, made_code_offer


def claims(amount: int, **changes: Any) -> Any:
    return made_code_offer(budget=Budget(unit="claims", amount=amount), member_limit=None, **changes)


async def refused(attempt: Awaitable[object]) -> str:
    with pytest.raises(OfferRefused) as refusal:
        await attempt
    return refusal.value.code


async def test_publishing_reserves_the_budget_closing_sends_home_what_is_free_and_reopening_knows_what_was_spent(
    offering: Offering,
) -> None:
    draft = await offering.draft(claims(5))
    offer = await offering.publish(draft)
    await offering.publish(offer)
    await offering.claim(offer)
    await offering.claim(offer, key="2")

    closed = await offering.close(offer)
    await offering.close(offer)
    reopened = await offering.publish(offer)

    assert (draft.state, draft.budget) == ("draft", None)
    assert closed.budget is not None
    assert (closed.state, closed.budget.free, closed.budget.spent) == ("closed", 0, 2)
    assert reopened.budget is not None
    assert (reopened.state, reopened.budget.free, reopened.budget.spent) == ("published", 3, 2)
    assert await offering.transfers(offer) == [
        ("publish", 1, 2, 5), ("claim", 2, 4, 1), ("claim", 2, 4, 1), ("close", 2, 1, 3), ("publish", 1, 2, 3)
    ]  # fmt: skip
    assert await offering.breaches() == {}


async def test_an_edit_moves_the_difference_and_opens_or_exhausts_the_offer(offering: Offering) -> None:
    offer = await offering.offer(claims(2))
    await offering.claim(offer)
    await offering.claim(offer, key="2")
    used_up = await offering.budget(offer)

    await offering.edit(offer, claims(5))
    more = await offering.budget(offer)
    await offering.edit(offer, claims(2))
    less = await offering.budget(offer)

    assert [used_up, more, less] == [("exhausted", 0, 0, 2), ("published", 3, 0, 2), ("exhausted", 0, 0, 2)]
    assert await refused(offering.edit(offer, claims(1))) == "BUDGET_BELOW_SPENT"
    in_points = made_code_offer(gives=Code(source=Made(prefix="AA"), points=Fixed(points=5)),
        budget=Budget(unit="points", amount=100))  # fmt: skip
    assert await refused(offering.edit(offer, in_points)) == "BUDGET_UNIT_IN_USE"
    assert await refused(offering.edit(offer, made_code_offer(total_limit=2))) == "BUDGET_UNIT_IN_USE"
    assert await refused(offering.edit(offer, claims(5, total_limit=1))) == "LIMIT_BELOW_CLAIMED"
    assert (await offering.read(offer)).version == 3
    assert await offering.breaches() == {}


async def test_a_budget_may_come_go_and_change_its_unit_while_nothing_of_it_is_spent(offering: Offering) -> None:
    gives = Code(source=Made(prefix="AA"), points=Fixed(points=30))
    offer = await offering.offer(made_code_offer(gives=gives))

    await offering.edit(offer, made_code_offer(gives=gives, budget=Budget(unit="points", amount=20)))
    too_little = await offering.budget(offer)
    await offering.edit(offer, made_code_offer(gives=gives, budget=Budget(unit="claims", amount=7)))
    counted = await offering.budget(offer)
    without = await offering.edit(offer, made_code_offer(gives=gives))

    assert too_little == ("exhausted", 20, 0, 0)
    assert counted == ("published", 7, 0, 0)
    assert (without.state, without.budget) == ("published", None)
    assert await offering.breaches() == {}


async def test_what_is_voided_after_the_offer_closed_goes_home(offering: Offering) -> None:
    offer = await offering.offer(claims(5))
    claim = await offering.claim(offer)
    await offering.close(offer)

    await offering.void(claim)

    assert await offering.budget(offer) == ("closed", 0, 0, 0)
    assert (await offering.transfers(offer))[-1] == ("void", 4, 1, 1)
    assert await offering.breaches() == {}


async def test_of_two_edits_at_once_the_second_is_refused_and_the_kind_is_for_good(offering: Offering) -> None:
    offer = await offering.offer()
    await offering.edit(offer, made_code_offer(title="Two coffees"))

    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        late = update_offer(connection, offering.program_id, offer.offer_id, made_code_offer(), expected_version=1,
            actor="tests")  # fmt: skip
        assert await refused(late) == "VERSION_CONFLICT"
    assert await refused(offering.edit(offer, made_code_offer(gives=Link(url="https://a.example/{click}")))) == (
        "KIND_CHANGED"
    )
    assert (await offering.read(offer)).definition.title == "Two coffees"


async def test_what_does_not_fit_its_partner_is_refused(offering: Offering) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    payment = Payment(payer="shop", fixed_minor=100)
    cases = [
        (last_fifty(1), "POOL_NOT_FOUND"),
        (made_code_offer(artwork="builtin:nothing-like-it"), "ARTWORK_NOT_FOUND"),
        (made_code_offer(artwork="artwork:1"), "ARTWORK_NOT_FOUND"),
        (made_code_offer(currency="EUR", gives=Code(source=Made(prefix="AA"), payment=payment)), "CURRENCY_MISMATCH"),
    ]
    for definition, code in cases:
        assert await refused(offering.draft(definition)) == code
    other = await Offering.begin(offering.engine, offering.shop, handle="other")
    assert await refused(other.draft(last_fifty(await offering.pool(1)))) == "POOL_NOT_FOUND"
    assert await refused(offering.offer(made_code_offer(ends_at=yesterday), handle="over")) == "ENDED"
    await offering.draft()
    assert await refused(offering.draft()) == "HANDLE_TAKEN"
    assert await refused(offering.draft(handle="No Such!")) == "HANDLE_INVALID"


async def test_offers_of_a_partner_who_is_paused_or_archived_cannot_be_claimed(offering: Offering) -> None:
    offer = await offering.offer(made_code_offer(member_limit=None))
    partner = (offering.program_id, offering.partner_id)
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        await pause_partner(connection, *partner, expected_version=1)
    with pytest.raises(ClaimRefused, match="OFFER_CLOSED"):
        await offering.claim(offer)
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        await resume_partner(connection, *partner, expected_version=2)
    assert (await offering.claim(offer)).status == "READY"
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        await archive_partner(connection, *partner, expected_version=3)
    with pytest.raises(ClaimRefused, match="OFFER_CLOSED"):
        await offering.claim(offer, key="2")
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        more = create_offer(connection, *partner, "more", made_code_offer(), actor="tests")
        assert await refused(more) == "PARTNER_ARCHIVED"


async def test_an_archived_offer_is_over_for_good_but_its_codes_stay(offering: Offering) -> None:
    offer = await offering.offer(claims(5))
    claim = await offering.claim(offer)
    async with tenant_transaction(offering.engine, offering.program_id) as connection:
        await archive_offer(connection, offering.program_id, offer.offer_id, expected_version=1, actor="tests")

    with pytest.raises(ClaimRefused, match="OFFER_NOT_FOUND"):
        await offering.claim(offer, key="2")
    assert await refused(offering.publish(offer)) == "ARCHIVED"
    assert (await offering.reread(claim)).status == "READY"
    assert await offering.budget(offer) == ("closed", 0, 0, 1)
    assert await offering.breaches() == {}


NO_GAIN = {"kind": "exchange", "numerator": 1, "denominator": 100, "minimum_points": 99, "unit_name": "beans"}
NUMBER = {"kind": "accrual", "points": {"kind": "fixed", "points": 1}}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"budget": {"unit": "money", "amount": 5}}, "needs a currency"),
        ({"budget": {"unit": "points", "amount": 5}}, "needs points"),
        ({"currency": "USD", "budget": {"unit": "money", "amount": 5}}, "needs a payment"),
        ({"gives": {"kind": "link", "url": "http://harbor.example/{click}"}}, "https"),
        ({"gives": {"kind": "link", "url": "https://harbor.example/"}}, "once"),
        ({"gives": {"kind": "link", "url": "https://{click}.example/"}}, "host"),
        ({"gives": NO_GAIN}, "give nothing"),
        ({"gives": NUMBER, "member_limit": None}, "limit is one"),
        ({"starts_at": "2026-01-02T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}, "ends before"),
        ({"terms": "x" * 5_001}, "5000"),
    ],
)
def test_an_offer_that_makes_no_sense_is_no_offer(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        made_code_offer(**changes)


def test_an_exchange_takes_the_fewest_points_that_give_as_much() -> None:
    exchange = Exchange(numerator=3, denominator=10, minimum_points=4, unit_name="beans")

    for points in range(4, 2_000):
        gives = exchange.gives(points)
        taken = exchange.takes(gives)
        assert taken <= points
        assert exchange.gives(taken) == gives
        assert exchange.gives(taken - 1) == gives - 1
