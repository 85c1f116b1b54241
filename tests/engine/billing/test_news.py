"""News of contracts and charges in every order, and in two programs at once: one state at the end."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.billing.attempts import attempts_of
from engine.billing.contracts import Contract, ContractKey, read_contract
from engine.billing.cycles import later
from engine.billing.due import bill_due
from engine.billing.news import ContractNews, ContractReading, tell_contract
from engine.billing.repairs import RepairRefused, repairs_of, settle_repair
from engine.billing.requests import (
    ContractRefused,
    cancel_at_end,
    cancel_contract,
    keep_contract,
    pause_contract,
    resume_contract,
)
from engine.billing.rounds import link_late
from engine.billing.settling import AttemptNews, settle_attempt
from engine.billing.turns import Turn, turn
from engine.database import tenant_transaction
from engine.memberships.catalog import create_plan
from engine.memberships.definitions import PlanDefinition
from engine.memberships.store import memberships_of
from engine.shops import ShopReference

PRODUCT = 8_001
PLAN = PlanDefinition(title="Plus", product_ids=(PRODUCT,), prices={"USD": 900})
STARTED = datetime.now(UTC).replace(microsecond=0) - timedelta(days=40)
Step = Callable[[AsyncConnection, int], Awaitable[object]]


def _news(number: int, revision: int, status: str = "active", **changes: object) -> ContractNews:
    given: dict[str, object] = {
        "contract_id": number, "revision_id": revision, "status": status, "currency": "USD", "interval_unit": "month",
        "interval_count": 1, "customer_id": number, "origin_order_id": number,
    }  # fmt: skip
    return ContractNews(**given | changes)  # type: ignore[arg-type]


def _reading(product_id: int = PRODUCT) -> ContractReading:
    return ContractReading(STARTED, 900, (product_id,), (), "line", 9, "card", None)


class _Shop:
    def __init__(self, engine: AsyncEngine, shop: ShopReference) -> None:
        self.engine, self.shop = engine, shop

    async def do(self, step: Step, number: int) -> object:
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            return await step(connection, number)

    def told(self, revision: int, status: str, *, days: int) -> Step:
        async def step(connection: AsyncConnection, number: int) -> None:
            at = STARTED + timedelta(days=days)
            await tell_contract(
                connection, *self._ids(), _news(number, revision, status), at, _reading() if revision == 1 else None
            )

        return step

    def settled(self, outcome: str, *, attempt: int = 1) -> Step:
        async def step(connection: AsyncConnection, number: int) -> None:
            key = f"laurel-{number}-2-{attempt}"
            news = AttemptNews(number, outcome, key, order_id=5 if outcome == "succeeded" else None)  # type: ignore[arg-type]
            await settle_attempt(connection, *self._ids(), news, STARTED + timedelta(days=32))

        return step

    async def state(self, number: int) -> tuple[object, ...]:
        program_id, shop_id = self._ids()
        async with tenant_transaction(self.engine, program_id) as connection:
            contract = await read_contract(connection, ContractKey(program_id, shop_id, number))
            attempts = await attempts_of(connection, ContractKey(program_id, shop_id, number))
            assert contract is not None
            assert contract.member_id is not None
            (one,) = await memberships_of(connection, program_id, contract.member_id)
        standing = one.standing
        return (
            contract.status, contract.revision_id, contract.price_minor, contract.anchor_at, contract.next_cycle,
            contract.next_billing_at, [(each.cycle, each.attempt, each.state, each.order_id) for each in attempts],
            standing.state, standing.ends_at, standing.cycles, standing.billed,
        )  # fmt: skip

    def _ids(self) -> tuple[int, int]:
        return self.shop.program_id, self.shop.shop_id


@pytest.fixture
async def sold(engine: AsyncEngine, shop: ShopReference) -> _Shop:
    """A shop whose plan is sold."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await create_plan(connection, shop.program_id, "plus", PLAN, actor="tests")
    return _Shop(engine, shop)


async def _every_order(sold: _Shop, steps: list[Step]) -> list[tuple[object, ...]]:
    """The states after each order of the steps, told to a contract of its own and each step twice."""
    states = []
    for number, order in enumerate(itertools.permutations(steps), 1):
        for step in order:
            await sold.do(step, number)
            await sold.do(step, number)
        states.append(await sold.state(number))
    return states


async def test_given_outcomes_of_one_charge_in_every_order_when_all_are_told_then_success_wins_for_good(
    sold: _Shop,
) -> None:
    steps = [
        sold.told(1, "active", days=0), sold.settled("succeeded"), sold.settled("failed"), sold.settled("challenged")
    ]  # fmt: skip

    states = await _every_order(sold, steps)

    assert all(state == states[0] for state in states)
    assert states[0][4] == 3
    assert states[0][6] == [(2, 1, "succeeded", 5)]
    assert states[0][7] == "active"


async def test_given_revisions_of_a_contract_in_every_order_when_all_are_told_then_the_newest_counts(
    sold: _Shop,
) -> None:
    steps = [sold.told(1, "active", days=0), sold.told(2, "paused", days=3), sold.told(3, "cancelled", days=4)]

    states = await _every_order(sold, steps)

    assert {(state[0], state[10]) for state in states} == {("cancelled", False)}
    assert {state[5] for state in states} == {None}


async def test_given_another_attempt_that_paid_too_when_it_is_told_then_a_person_sees_the_second_charge(
    sold: _Shop,
) -> None:
    for step in (sold.told(1, "active", days=0), sold.settled("succeeded"), sold.settled("succeeded", attempt=2)):
        await sold.do(step, 1)
        await sold.do(step, 1)

    async with tenant_transaction(sold.engine, sold.shop.program_id) as connection:
        (repair,) = await repairs_of(connection, sold.shop.program_id)
    assert (repair.reason, repair.order_id, repair.contract_id) == ("charged_twice", 5, 1)
    assert (await sold.state(1))[6] == [(2, 1, "succeeded", 5), (2, 2, "dropped", 5)]


async def test_given_a_contract_of_no_plan_when_it_is_told_then_it_is_kept_listed_and_billed_by_nobody(
    sold: _Shop,
) -> None:
    program_id, shop_id = sold.shop.program_id, sold.shop.shop_id
    async with tenant_transaction(sold.engine, program_id) as connection:
        foreign = await tell_contract(connection, program_id, shop_id, _news(1, 1), STARTED, _reading(77))
        assert (foreign.linked, foreign.next_billing_at) == (False, None)
        (repair,) = await repairs_of(connection, program_id)
        assert repair.reason == "contract_without_plan"
        for resolution, code in (("dance", "INVALID_RESOLUTION"), ("not_ours", None), ("refunded", "REPAIR_SETTLED")):
            if code is None:
                settled = await settle_repair(connection, program_id, repair.repair_id, resolution, "staff:1")
                assert (settled.resolution, settled.settled_by) == ("not_ours", "staff:1")
                continue
            with pytest.raises(RepairRefused, match=code):
                await settle_repair(connection, program_id, repair.repair_id, resolution, "staff:1")
        with pytest.raises(RepairRefused, match="REPAIR_NOT_FOUND"):
            await settle_repair(connection, program_id, 1, "refunded", "staff:1")


async def test_given_a_plan_that_comes_after_its_contract_when_the_round_comes_then_it_is_linked(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    sold = _Shop(engine, shop)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await tell_contract(connection, shop.program_id, shop.shop_id, _news(1, 1), STARTED, _reading())
        await create_plan(connection, shop.program_id, "plus", PLAN, actor="tests")
        assert await link_late(connection) == 1
        assert await link_late(connection) == 0
        assert await repairs_of(connection, shop.program_id) == []

    assert (await sold.state(1))[4:6] == (2, _month_later())


def _month_later() -> datetime:
    return later(STARTED, "month", 1, ZoneInfo("America/New_York"))


async def test_given_wishes_when_they_are_told_then_they_hold_at_once_and_the_shop_is_asked(sold: _Shop) -> None:
    await sold.do(sold.told(1, "active", days=0), 1)
    ids = (sold.shop.program_id, sold.shop.shop_id, 1)
    async with tenant_transaction(sold.engine, sold.shop.program_id) as connection:
        stopped = await pause_contract(connection, *ids, None)
        assert (stopped.status, stopped.next_billing_at, stopped.wanted["status"]) == ("paused", None, "paused")
        # What the shop still says of before it heard of the wish changes nothing.
        late = await tell_contract(connection, *ids[:2], _news(1, 2), datetime.now(UTC))
        assert late.status == "paused"
        assert (await resume_contract(connection, *ids)).status == "active"
        assert (await cancel_at_end(connection, *ids)).cancel_at_end
        assert not (await keep_contract(connection, *ids)).cancel_at_end
        assert (await cancel_contract(connection, *ids)).status == "cancelled"
        assert (await cancel_contract(connection, *ids)).status == "cancelled"
        for refused in (pause_contract(connection, *ids, None), resume_contract(connection, *ids)):
            with pytest.raises(ContractRefused, match="CONTRACT_ENDED"):
                await refused
        with pytest.raises(ContractRefused, match="CONTRACT_NOT_FOUND"):
            await cancel_contract(connection, *ids[:2], 99)


async def test_given_a_contract_that_cannot_have_its_turn_when_the_round_comes_then_it_holds_up_no_other(
    sold: _Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        await sold.do(sold.told(1, "active", days=0), number)

    def troubled(contract: Contract, *rest: Any) -> Turn:
        if contract.key.contract_id == 1:
            raise ArithmeticError
        return turn(contract, *rest)

    monkeypatch.setattr("engine.billing.due.turn", troubled)
    async with tenant_transaction(sold.engine, sold.shop.program_id) as connection:
        assert await bill_due(connection) == 2
        assert await bill_due(connection) == 0
        bad = await read_contract(connection, ContractKey(sold.shop.program_id, sold.shop.shop_id, 1))
        charged = await attempts_of(connection, ContractKey(sold.shop.program_id, sold.shop.shop_id, 2))

    assert bad is not None
    assert bad.detail["trouble"] == "ArithmeticError"
    assert [(one.cycle, one.state) for one in charged] == [(2, "waiting")]
