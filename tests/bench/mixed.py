"""Mixed events applied, from stored deliveries to a committed ledger, against the same `pgbench` as `applying`.

Of a hundred deliveries 59 or 60 are paid orders, 10 orders told again, 12 refunds of a unit, 12 new customers, 5 edits
and 2 orders that use a code which its owner redeemed before. `LAUREL_BENCH_EVENTS` says how many there are.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg

from engine.applying import apply_events
from engine.audit import run_audit
from engine.database import create_engine, tenant_transaction
from engine.rewards.catalog import create_reward
from engine.rewards.definitions import AmountOff, FixedCost, RewardDefinition
from engine.rewards.redeeming import redeem
from engine.rewards.settling import issued
from tests.bench.applying import bare_transactions, drain
from tests.bench.results import Result
from tests.bench.stage import Stage
from tests.support.facts import events, line, order
from tests.support.payloads import application_payload, body_of, customer_payload, line_payload, order_payload
from tests.support.refund_payloads import refund_line_payload, refund_payload

EVENTS = int(os.environ.get("LAUREL_BENCH_EVENTS", "100000"))
CUSTOMERS = 5_000
FIRST_ORDER, FIRST_BUYER, FIRST_SIGN_UP = 70_000_000_000, 80_000_000_000, 90_000_000_000
FIRST_OWNER = 85_000_000_000
_PATTERN = ("order",) * 3 + ("sign-up", "order", "refund")
"""What comes after what; every tenth is told again, every sixteenth an edit, every fiftieth uses a code."""

Delivery = tuple[str, dict[str, Any]]


def measure(stage: Stage) -> list[Result]:
    """Events a second by one draining process, and transactions a second of the reference."""
    codes = asyncio.run(_redeem_codes(stage, EVENTS // 50))
    _store(stage, codes)
    seconds = asyncio.run(drain(stage, EVENTS))
    reference = bare_transactions(stage)
    report = run_audit(stage.postgres.owner_url, stage.shop.program_id)
    assert report.breaches == 0, [check for check in report.checks if check.breaches]
    what = f"{EVENTS:,} mixed events applied, one worker"
    return [Result(what, "/s", EVENTS / seconds, reference, "≥ 1.0 ×, then 2 ×")]


async def _redeem_codes(stage: Stage, count: int) -> list[str]:
    """Codes that are ready to be used, each of another customer."""
    engine, shop = create_engine(stage.postgres.application_url), stage.shop
    now, codes = datetime.now(UTC), []
    async with tenant_transaction(engine, shop.program_id) as connection:
        definition = RewardDefinition(title="5 off", cost=FixedCost(points=500), value=AmountOff(amounts={"USD": 500}))
        reward = await create_reward(connection, shop.program_id, "bench-five-off", definition, actor="bench")
    for first in range(0, count, 200):
        owners = range(FIRST_OWNER + first, FIRST_OWNER + min(count, first + 200))
        bought = [order(owner, [line("450.00")], customer=owner) for owner in owners]
        async with tenant_transaction(engine, shop.program_id) as connection:
            await apply_events(connection, events(shop, *bought, received_at=now))
        for owner in owners:
            async with tenant_transaction(engine, shop.program_id) as connection:
                key = (shop.program_id, shop.shop_id, owner, reward.reward_id, None, f"bench-{owner}")
                made = await redeem(connection, *key)
                await issued(connection, shop.program_id, made.redemption_id, None)
            codes.append(made.made_code or "")
    await engine.dispose()
    return codes


def _store(stage: Stage, codes: list[str]) -> None:
    with psycopg.connect(stage.postgres.owner_url, autocommit=True) as owner, owner.cursor() as cursor:
        with cursor.copy("COPY deliveries (program_id, shop_id, webhook_id, topic, body) FROM STDIN") as copy:
            for number, (topic, payload) in enumerate(_deliveries(codes)):
                row = (stage.shop.program_id, stage.shop.shop_id, f"mixed-{number}", topic, body_of(payload))
                copy.write_row(row)
        owner.execute("ANALYZE deliveries")


def _deliveries(codes: list[str]) -> Iterator[Delivery]:
    for number in range(EVENTS):
        if number % 50 == 0 and number // 50 < len(codes):
            yield "orders/paid", _order_with_code(number, codes[number // 50])
        elif number % 10 == 9:
            yield "orders/updated", _order(_earlier_order(number, 7))
        elif number % 16 == 15:
            yield "orders/edited", _edit(number, _earlier_order(number, 40))
        else:
            yield _usual(number)


def _usual(number: int) -> Delivery:
    kind = _PATTERN[number % len(_PATTERN)]
    if kind == "sign-up":
        return "customers/create", customer_payload(FIRST_SIGN_UP + number, f"new{number}@example.com")
    if kind == "refund":
        refunded = refund_line_payload(11, "22.50", quantity=1)
        return "refunds/create", refund_payload(number + 1, FIRST_ORDER + _earlier_order(number, 100), [refunded])
    return "orders/paid", _order(number)


def _earlier_order(number: int, distance: int) -> int:
    """The number of a delivery, at least so far back, that was an order without a code."""
    found = max(0, number - distance) // 6 * 6 + 1
    while found % 50 == 0 or found % 10 == 9 or found % 16 == 15 or _PATTERN[found % 6] != "order":
        found += 1
    return found


def _buyer(number: int) -> dict[str, Any]:
    return customer_payload(FIRST_BUYER + number % CUSTOMERS, f"c{number % CUSTOMERS}@example.com")


def _order(number: int) -> dict[str, Any]:
    return order_payload(FIRST_ORDER + number, [line_payload(11, "22.50", 2)], customer=_buyer(number))


def _order_with_code(number: int, code: str) -> dict[str, Any]:
    return order_payload(
        FIRST_ORDER + number,
        [line_payload(11, "22.50", 2, discounts=["5.00"])],
        customer=_buyer(number),
        total="40.00",
        discount_applications=[application_payload("discount_code", code=code)],
        discount_codes=[{"code": code, "amount": "5.00", "type": "fixed_amount"}],
    )


def _edit(number: int, earlier: int) -> dict[str, Any]:
    edit = {
        "id": number,
        "order_id": FIRST_ORDER + earlier,
        "created_at": "2026-11-21T11:00:00-05:00",
        "committed_at": "2026-11-21T11:00:00-05:00",
        "line_items": {"additions": [], "removals": [{"id": 11, "delta": 1}]},
    }
    return {"order_edit": edit}
