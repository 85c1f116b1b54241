"""Purchases that are credited to codes and clicks, and the money that is paid for them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from engine.conversions.aggregates import figures_by_day, figures_in_all, summed_up
from engine.database import tenant_transaction
from engine.offers.catalog import BudgetState
from engine.offers.definitions import OfferDefinition
from engine.offers.editing import update_offer
from engine.offers.expiring import expire_due_claims
from engine.offers.publishing import close_offer, publish_offer
from engine.offers.refusals import VoidRefused
from engine.offers.voiding import void_claim
from engine.partners.definitions import AgreementDefinition
from tests.support.trading import AGREED, Trading, purchase, refund

pytestmark = pytest.mark.anyio
MADE = {"kind": "made", "prefix": "HARBOR"}


def code(**more: Any) -> dict[str, Any]:
    return {"kind": "code", "source": MADE, **more}


async def test_a_code_is_used_once_and_its_fixed_payment_moves_from_held_to_spent(trading: Trading) -> None:
    partner = await trading.partner()
    offer = await trading.offer(
        partner, code(payment={"payer": "shop", "fixed_minor": 250}, points={"kind": "fixed", "points": 40}),
        currency="USD", budget={"unit": "money", "amount": 600}, member_limit={"count": 5},
    )  # fmt: skip
    claim, _ = await trading.claim(offer, days_ago=3), await trading.claim(offer)
    day = await trading.now() - timedelta(days=2)

    await trading.report(partner, **purchase(1, day, "30.00", code=claim.made_code))
    again = await trading.report(partner, **purchase(2, day, "30.00", code=str(claim.made_code).lower()))

    assert (again.state, again.code) == ("refused", "CODE_USED")
    stands = await trading.stands(offer)
    assert stands.budget is not None
    assert (stands.budget.free, stands.budget.held, stands.budget.spent) == (100, 250, 250)
    assert (await trading.claimed(claim)).state == "used"
    assert await trading.books(partner) == [
        ("issued", 40, 40_000_000, day),
        ("payment", 0, -250_000_000, day),
    ]
    await trading.report(partner, **refund(1, day, "10.00"))
    stands = await trading.stands(offer)
    assert stands.budget is not None  # 166.67 cents are left to pay: 167 of the budget stay spent
    assert (stands.budget.free, stands.budget.spent) == (183, 167)
    assert (await trading.books(partner))[2:] == [
        ("clawed_back", 13, -13_000_000, day),
        ("payment_reversed", 0, 83_333_333, day),
    ]
    assert await trading.breaches() == {}


async def test_a_click_is_credited_with_a_percentage_by_the_rule_of_the_agreement(trading: Trading) -> None:
    last = await trading.partner("last-click", attribution={"window_days": 10})
    first = await trading.partner("first-click", attribution={"window_days": 10, "click": "first"})
    now = await trading.now()
    found = []
    for partner in (last, first):
        url = "https://harbor.example/?via={click}"
        offers = [
            await trading.offer(
                partner,
                {"kind": "link", "url": url, "payment": {"payer": "partner", "percent": percent}},
                currency="USD",
            )
            for percent in ("5", "7.5", "9")
        ]
        for number, (offer, days) in enumerate(zip(offers, (15, 8, 3), strict=True)):
            claim = await trading.claim(offer)
            click = await trading.click(claim, now - timedelta(days=days), f"{partner.handle}{number}")
        await trading.report(partner, **purchase(1, now - timedelta(days=1), "33.33", click=click))
        found.append([(kind, micros) for kind, _, micros, _ in await trading.books(partner)])

    assert found == [[("payment", 299_970_000)], [("payment", 249_975_000)]]
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        given = (trading.program_id, last.partner_id, (now - timedelta(days=9)).date(), now.date(), ZoneInfo("UTC"))
        by_day, in_all = await figures_by_day(connection, *given), await figures_in_all(connection, *given)
    assert summed_up(by_day) == in_all
    assert [(one.claims, one.clicks, one.purchases, one.micros) for one in in_all] == [
        (1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 299_970_000),
    ]  # fmt: skip
    earlier = [one for one in by_day if one.day and not one.claims]
    assert [((now.date() - one.day).days, one.clicks, one.approved) for one in earlier if one.day] == [
        (8, 1, 0), (3, 1, 0), (1, 0, 1),
    ]  # fmt: skip
    assert await trading.breaches() == {}


async def test_a_code_beats_a_click_and_a_number_stands_behind_both(trading: Trading) -> None:
    partner = await trading.partner()
    now = await trading.now()
    gives = code(points={"kind": "fixed", "points": 1})
    by_code = await trading.claim(await trading.offer(partner, gives), days_ago=2)
    link = {"kind": "link", "url": "https://harbor.example/{click}", "points": {"kind": "fixed", "points": 2}}
    by_link = await trading.claim(await trading.offer(partner, link))
    by_number = await trading.claim(
        await trading.offer(partner, {"kind": "accrual", "points": {"kind": "fixed", "points": 3}})
    )
    click = await trading.click(by_link, now - timedelta(days=3), "click1")
    named: dict[str, Any] = {"member": by_number.made_code, "click": click, "code": by_code.made_code}
    day = now - timedelta(days=1)
    before = purchase(9, now - timedelta(days=2, minutes=6), code=by_code.made_code)  # before that code was anybody's

    assert (await trading.report(partner, **before)).code == "NOT_ATTRIBUTED"
    for number in range(3):  # the code is used up by the first order
        await trading.report(partner, **purchase(number, day, **named))
        if number == 1:
            named["click"] = "somebody-elses"

    ways = [await trading.conversion(partner, f"#{number}") for number in range(3)]
    assert [(one.attributed_by, one.points) for one in ways if one is not None] == [
        ("code", 1), ("click", 2), ("number", 3),
    ]  # fmt: skip
    assert await trading.breaches() == {}


async def test_a_code_that_ended_is_good_for_what_was_bought_before_and_pays_from_what_is_free(
    trading: Trading,
) -> None:
    partner = await trading.partner()
    offer = await trading.offer(
        partner, code(payment={"payer": "shop", "fixed_minor": 250}, valid_days=5), currency="USD",
        budget={"unit": "money", "amount": 600}, member_limit={"count": 5},
    )  # fmt: skip
    first, second = await trading.claim(offer, days_ago=6), await trading.claim(offer, days_ago=6)
    now = await trading.now()
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await connection.execute(
            text("UPDATE offer_claims SET expires_at = :at WHERE program_id = :program_id"),
            {"at": now - timedelta(hours=1), "program_id": trading.program_id},
        )
        assert await expire_due_claims(connection) == 2

    late = await trading.report(partner, **purchase(1, now - timedelta(minutes=59), code=first.made_code))
    good = await trading.report(partner, **purchase(2, now - timedelta(hours=2), code=second.made_code))

    assert (late.state, late.code) == ("refused", "NOT_ATTRIBUTED")
    assert (good.state, good.code) == ("applied", None)
    stands = await trading.stands(offer)
    assert stands.budget == BudgetState("USD", 350, 0, 250)
    assert [(await trading.claimed(one)).state for one in (first, second)] == ["expired", "used"]
    assert await trading.breaches() == {}


async def test_a_voucher_that_was_used_there_gives_nothing_and_cannot_be_taken_back_any_more(trading: Trading) -> None:
    partner = await trading.partner()
    ninety = {"kind": "accrual", "points": {"kind": "fixed", "points": 90}}
    earned = await trading.claim(await trading.offer(partner, ninety))
    now = await trading.now()
    await trading.report(partner, **purchase(1, now - timedelta(days=1), member=earned.made_code))
    voucher = await trading.claim(await trading.offer(partner, {"kind": "redemption", "price": 80, "source": MADE}))

    await trading.report(partner, **purchase(2, now, code=voucher.made_code))

    one = await trading.conversion(partner, "#2")
    assert one is not None
    assert (one.state, one.points, one.payment_micros, one.attributed_by) == ("approved", 0, 0, "code")
    assert (await trading.claimed(voucher)).state == "used"
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        with pytest.raises(VoidRefused, match="NOT_VOIDABLE"):
            await void_claim(connection, trading.program_id, voucher.claim_id, reason="Wrong one", actor="staff:1")
    assert (await trading.member()).available == 10
    assert await trading.breaches() == {}


async def test_what_was_bought_before_its_offer_was_closed_is_covered_by_what_the_budget_had_and_no_more(
    trading: Trading,
) -> None:
    partner = await trading.partner()
    link = {"kind": "link", "url": "https://harbor.example/{click}", "points": {"kind": "fixed", "points": 100}}
    offer = await trading.offer(partner, link, budget={"unit": "points", "amount": 250})
    claim = await trading.claim(offer)
    day = await trading.now() - timedelta(days=1)
    click = await trading.click(claim, day - timedelta(hours=1), "click1")
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await close_offer(connection, trading.program_id, offer.offer_id, actor="tests")
    after = await trading.now()

    answers = [await trading.report(partner, **purchase(number, day, click=click)) for number in (1, 2, 3)]
    answers.append(await trading.report(partner, **purchase(4, after, click=click)))

    assert [answer.code for answer in answers] == [None, None, "BUDGET_USED_UP", "BUDGET_USED_UP"]
    stands = await trading.stands(offer)
    assert (stands.state, stands.budget) == ("closed", BudgetState("points", 0, 0, 200))
    assert await trading.breaches() == {}
    await trading.report(partner, **refund(1, day))
    again = [await trading.report(partner, **purchase(number, at, click=click)) for number, at in ((5, day), (6, day))]
    assert [answer.code for answer in again] == [None, "BUDGET_USED_UP"]
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        moved = await connection.execute(
            text("SELECT kind, debit_account, credit_account, amount FROM budget_transfers ORDER BY transfer_id")
        )
        assert [tuple(row) for row in moved] == [
            ("publish", 1, 2, 250), ("close", 2, 1, 250),
            ("conversion", 1, 2, 100), ("conversion", 2, 4, 100),
            ("conversion", 1, 2, 100), ("conversion", 2, 4, 100),
            ("return", 4, 1, 100), ("conversion", 1, 2, 100), ("conversion", 2, 4, 100),
        ]  # fmt: skip
        await publish_offer(connection, trading.program_id, offer.offer_id, actor="tests")
    stands = await trading.stands(offer)
    assert (stands.state, stands.budget) == ("exhausted", BudgetState("points", 50, 0, 200))
    assert await trading.breaches() == {}


async def test_a_percentage_is_not_paid_in_another_currency_than_the_offer_counts(trading: Trading) -> None:
    partner = await trading.partner()
    link = {"kind": "link", "url": "https://harbor.example/{click}", "payment": {"payer": "partner", "percent": "10"}}
    offer = await trading.offer(partner, link, currency="USD", budget={"unit": "money", "amount": 100_000})
    claim = await trading.claim(offer)
    now = await trading.now()
    click = await trading.click(claim, now - timedelta(hours=2), "click1")
    in_yen = AgreementDefinition.model_validate({**AGREED, "currency": "JPY", "buy_rate": "1", "redeem_rate": "1"})
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await connection.execute(  # as if its time had come
            text(
                "INSERT INTO agreement_versions (program_id, partner_id, version, definition, effective_from, "
                "created_by) VALUES (:program_id, :partner_id, 2, CAST(:definition AS jsonb), :since, 'tests')"
            ),
            {
                "program_id": trading.program_id, "partner_id": partner.partner_id,
                "definition": in_yen.model_dump_json(), "since": now - timedelta(hours=1, minutes=30),
            },
        )  # fmt: skip

    said = purchase(1, now - timedelta(hours=1), "50000", click=click) | {"currency": "JPY"}
    answer = await trading.report(partner, **said)

    assert (answer.state, answer.code) == ("refused", "CURRENCY_NOT_ACCEPTED")
    # Since the offer counts yen, a purchase from before the change cannot be paid from it either.
    definition = OfferDefinition.model_validate(
        {"title": "Earn there", "gives": link, "currency": "JPY", "budget": {"unit": "money", "amount": 5_000}}
    )
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        await update_offer(
            connection, trading.program_id, offer.offer_id, definition, expected_version=1, actor="tests"
        )
    old = await trading.report(partner, **purchase(2, now - timedelta(minutes=100), "20.00", click=click))
    assert (old.state, old.code) == ("applied", "BUDGET_USED_UP")
    assert await trading.books(partner) == []
    assert await trading.breaches() == {}
