"""The pages of tiers, plans and members on a real database: what they say in both languages, and writing is text."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.billing.repairs import note_order, repairs_of, settle_repair
from engine.database import tenant_transaction
from engine.members import member_of_customer
from engine.memberships.catalog import create_plan
from engine.memberships.definitions import PlanDefinition
from engine.perks.definitions import Content, CustomerTag
from engine.shops import ShopReference
from engine.tiers.definitions import TierProgram
from engine.tiers.overrides import override_tier
from engine.tiers.planning import plan_change
from engine.tiers.versions import publish_tiers
from tests.support.signing import SHOP, id_token
from tests.support.tiers import SILVER_GOLD, ladder

HOSTILE = '"><img src=x onerror=alert(1)>'
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


async def page(client: httpx.AsyncClient, path: str, locale: str = "en") -> str:
    """The page's text."""
    answer = await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token()})
    assert answer.status_code == 200, path
    return answer.text


def hostile_tiers() -> TierProgram:
    """Tiers whose every text tries to be more than text."""
    program = ladder(*SILVER_GOLD)
    perks = (
        CustomerTag(handle="tag", tag=HOSTILE[:200]),
        Content(handle="content", title=HOSTILE, text=HOSTILE),
    )
    hostile = {"name": HOSTILE, "description": HOSTILE, "perks": perks}
    return program.model_copy(update={"tiers": tuple(one.model_copy(update=hostile) for one in program.tiers)})


async def test_what_merchants_write_of_tiers_and_plans_is_text_on_every_page(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, hostile_tiers(), BEGINNING, "staff:1")
        perks = (Content(handle="content", title=HOSTILE, text=HOSTILE),)
        definition = PlanDefinition(
            title=HOSTILE, description=HOSTILE, terms=HOSTILE, prices={"USD": 900}, benefits=perks
        )
        plan = await create_plan(connection, shop.program_id, "plus", definition, actor="staff:1")
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4242)
        await override_tier(connection, shop.program_id, member.member_id, "gold", None, HOSTILE, "staff:1")
        await plan_change(connection, shop.program_id, hostile_tiers(), "staff:1")

    for path in (
        "/tiers", "/tiers/edit", "/plans", f"/plans/{plan.plan_id}", f"/plans/{plan.plan_id}/members",
        f"/members/{member.member_id}",
    ):  # fmt: skip
        shown = await page(client, path)
        assert HOSTILE not in shown, path
        assert "onerror=alert(1)" in shown, path


async def test_a_change_that_is_still_counted_shows_how_far_it_is_and_cannot_be_applied(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, ladder(*SILVER_GOLD), BEGINNING, "staff:1")
        await member_of_customer(connection, shop.program_id, shop.shop_id, 4242)
        counted = await plan_change(connection, shop.program_id, ladder(("silver", 100)), "staff:1")
        await connection.execute(
            text("UPDATE tier_plans SET state = 'counting', members_done = 0, members_total = 9000")
        )

    shown = await page(client, "/tiers")
    fragment = await page(client, f"/tiers/plans/{counted.plan_id}", "zh-CN")

    assert "0 of 9,000 members counted" in shown
    assert "Drop change" in shown
    assert 'commandFor="apply-plan" command="--show"' not in shown
    assert "已计算 0 / 9,000 位会员" in fragment
    assert "<html" not in fragment


async def test_a_change_of_tiers_that_changed_meanwhile_can_only_be_dropped(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, ladder(*SILVER_GOLD), BEGINNING, "staff:1")
        await plan_change(connection, shop.program_id, ladder(("silver", 100)), "staff:1")
    assert 'commandFor="apply-plan" command="--show"' in await page(client, "/tiers")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await publish_tiers(connection, shop.program_id, ladder(("silver", 200)), None, "staff:1")

    shown = await page(client, "/tiers")

    assert "Your tiers were changed after this was counted" in shown
    assert 'commandFor="apply-plan" command="--show"' not in shown


async def test_billing_that_is_held_is_told_on_the_first_page_and_with_the_plans(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    for path in ("/", "/plans"):
        assert "data-billing-held" not in await page(client, path)
    async with tenant_transaction(engine, shop.program_id) as connection:
        held = "UPDATE shops SET billing_held_since = '2025-03-01T12:00:00Z' WHERE shop_id = :shop_id"
        await connection.execute(text(held), {"shop_id": shop.shop_id})

    for path in ("/", "/plans"):
        shown = await page(client, path)
        assert "Billing is held since Mar 1, 2025, 07:00: 0 subscriptions" in shown
        assert "Nothing will be charged for the time in between" in shown
    assert "自 2025年3月1日, 07:00 起已停止扣款" in await page(client, "/", "zh-CN")


async def test_a_purchase_without_its_contract_waits_until_it_is_settled(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    assert "Nothing needs you" in await page(client, "/plans/repairs")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await note_order(connection, shop.program_id, shop.shop_id, 991)

    assert "Order 991" in await page(client, "/plans/repairs")
    assert 'href="/plans/repairs"' in await page(client, "/plans")
    async with tenant_transaction(engine, shop.program_id) as connection:
        (repair,) = await repairs_of(connection, shop.program_id)
        await settle_repair(connection, shop.program_id, repair.repair_id, "refunded", "staff:7")

    assert "Order 991" not in await page(client, "/plans/repairs")
    settled = await client.get("/plans/repairs", params={"shop": SHOP, "id_token": id_token(), "settled": "1"})
    assert "by Staff 7: The order was refunded" in settled.text


async def test_a_filter_that_nobody_offers_is_no_filter(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        plan = await create_plan(
            connection, shop.program_id, "plus", PlanDefinition(title="Plus", prices={"USD": 900}), actor="staff:1"
        )
    for status in ("ACTIVE", "active", HOSTILE, "'; --"):
        asked = {"shop": SHOP, "id_token": id_token(), "status": status}
        answer = await client.get(f"/plans/{plan.plan_id}/members", params=asked)
        assert answer.status_code == 200, status
        assert HOSTILE not in answer.text
        assert ("Nobody here" in answer.text) == (status == "ACTIVE")
    for tier in ("gold", "none", HOSTILE):
        answer = await client.get("/members", params={"shop": SHOP, "id_token": id_token(), "tier": tier})
        assert answer.status_code == 200, tier
        assert HOSTILE not in answer.text
