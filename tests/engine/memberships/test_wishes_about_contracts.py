"""Wishes about a membership by contract: the membership follows, and so does what is charged for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.billing.contracts import Contract, ContractKey, place_contract, read_contract, store_contract
from engine.database import tenant_transaction
from engine.ledger import MemberKey
from engine.memberships.asking import Wish
from engine.memberships.catalog import Plan
from engine.memberships.changing import change_plan, quote_change
from engine.memberships.facts import MembershipFact, record_facts
from engine.memberships.joining import join
from engine.memberships.refusals import MembershipRefused
from engine.memberships.requests import cancel, options, pause, resume, withdraw_cancel
from engine.memberships.store import memberships_of
from engine.shops import ShopReference
from engine.standings import review_members
from tests.support.facts import created
from tests.support.joining import NOW, PLUS, Shopping, day

CONTRACT = 7_000
MONTHLY = PLUS.model_copy(update={"selling_plan_id": 55, "variant_ids": (77,), "minimum_cycles": 2})
GOLD = MONTHLY.model_copy(update={"prices": {"USD": 1_900}, "product_ids": (5,), "selling_plan_id": 56})


@pytest.fixture
def shopping(engine: AsyncEngine, shop: ShopReference) -> Shopping:
    return Shopping(engine, shop)


async def open_contract(connection: AsyncConnection, shopping: Shopping, plan: Plan, member_id: int) -> ContractKey:
    """A contract whose first thirty days began ten days ago."""
    key = ContractKey(plan.program_id, shopping.shop.shop_id, CONTRACT)
    known = Contract(key, "USD", "month", 1, day(-10), NOW)
    await place_contract(connection, known)
    linked = replace(
        known, status="active", price_minor=900, member_id=member_id, plan_id=plan.plan_id, plan_version=1,
        next_billing_at=day(20),
    )  # fmt: skip
    await store_contract(connection, linked.counted_from(2, day(20)))
    owner = MemberKey(plan.program_id, member_id)
    detail = {
        "contract_id": CONTRACT, "cycle": 1, "starts_at": day(-10).isoformat(), "ends_at": day(20).isoformat(),
        "amount_minor": 900, "currency": "USD",
    }  # fmt: skip
    about = (owner, plan.plan_id, 1)
    facts = [
        MembershipFact(*about, "contract_opened", key.shop_id, "contract", "7000:opened", day(-10), "program", detail),
        MembershipFact(*about, "period_paid", key.shop_id, "contract", "7000:1:paid", day(-10), "program", detail),
    ]
    assert await record_facts(connection, facts) == {owner}
    assert await record_facts(connection, facts) == set()
    await review_members(connection, [owner])
    return key


def code_of(refusal: pytest.ExceptionInfo[MembershipRefused]) -> str:
    return refusal.value.code


async def test_given_a_contract_then_wishes_change_what_is_charged(shopping: Shopping) -> None:
    plan = await shopping.sell(MONTHLY)
    await shopping.hear(created(1))
    member_id = await shopping.member()

    def wish(key: str, *, staff: bool = False) -> Wish:
        return Wish(plan.program_id, member_id, plan.plan_id, "customer", key, "asked for" if staff else "", staff)

    async with tenant_transaction(shopping.engine, plan.program_id) as connection:
        key = await open_contract(connection, shopping, plan, member_id)
        with pytest.raises(MembershipRefused) as refusal:
            await join(connection, plan.program_id, member_id, plan.plan_id)
        assert code_of(refusal) == "ALREADY_MEMBER"
        with pytest.raises(MembershipRefused) as refusal:
            await cancel(connection, wish("early"), "at_end")
        assert code_of(refusal) == "MINIMUM_CYCLES"

        held = await pause(connection, wish("pause"), None)
        assert (held.standing.state, options(held).resume, options(held).cancel) == ("paused", True, False)
        contract = await read_contract(connection, key)
        assert contract is not None
        assert (contract.status, contract.next_billing_at) == ("paused", None)
        going = await resume(connection, wish("resume"))
        contract = await read_contract(connection, key)
        assert contract is not None
        assert (contract.status, contract.next_billing_at) == ("active", going.standing.ends_at)

        ending = await cancel(connection, wish("end", staff=True), "at_end")
        assert (ending.standing.state, ending.standing.renews_at) == ("cancel_scheduled", None)
        contract = await read_contract(connection, key)
        assert contract is not None
        assert contract.cancel_at_end
        kept = await withdraw_cancel(connection, wish("keep"))
        assert (kept.standing.state, kept.standing.renews_at) == ("active", day(20))

        over = await cancel(connection, wish("over", staff=True), "now")
        assert (over.standing.state, over.standing.billed) == ("ended", False)
        contract = await read_contract(connection, key)
        assert contract is not None
        assert (contract.status, contract.next_billing_at) == ("cancelled", None)


async def test_given_another_plan_then_its_quote_is_exact_and_the_change_keeps_to_it(shopping: Shopping) -> None:
    plan, gold = await shopping.sell(MONTHLY), await shopping.sell(GOLD, "gold")
    await shopping.hear(created(1))
    member_id = await shopping.member()
    async with tenant_transaction(shopping.engine, plan.program_id) as connection:
        await open_contract(connection, shopping, plan, member_id)
        here = (connection, plan.program_id, member_id, plan.plan_id)
        quote = await quote_change(*here, gold.plan_id, None, NOW)
        assert (quote.when, quote.currency, quote.price_minor) == ("now", "USD", 1_900)
        assert (quote.proration.credit_minor, quote.proration.charge_minor) == (600, 1_267)
        assert quote.proration.due_minor == 667
        later = await quote_change(*here, gold.plan_id, "at_end", NOW)
        assert (later.when, later.effective_at, later.proration.due_minor) == ("at_end", day(20), 0)
        with pytest.raises(MembershipRefused) as refusal:
            await quote_change(*here, plan.plan_id, None, NOW)
        assert code_of(refusal) == "SAME_PLAN"
        wish = Wish(plan.program_id, member_id, plan.plan_id, "customer", "up")
        changed = await change_plan(connection, wish, gold.plan_id, "now")
        assert [one.standing.state for one in changed] == ["ended", "active"]
        assert changed[1].standing.ends_at == day(20)
        assert await change_plan(connection, wish, gold.plan_id, "now") == changed
        with pytest.raises(MembershipRefused) as refusal:
            await quote_change(connection, plan.program_id, member_id, gold.plan_id, plan.plan_id, "now", day(1))
        assert code_of(refusal) == "ONLY_AT_END"
    async with tenant_transaction(shopping.engine, plan.program_id) as connection:
        found = await memberships_of(connection, plan.program_id, member_id, day(20) - timedelta(seconds=1))
        assert found[1].standing.state == "active"
