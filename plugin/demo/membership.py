"""The demo's paid membership: thirty days for each unit of the product that the demo store sells."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from engine.memberships.catalog import create_plan, plan_by_handle
from engine.memberships.definitions import Interval, PlanDefinition
from engine.perks.definitions import Content, CustomerTag, FreeShippingCode
from plugin.devstore.seed import SELLING_PLAN, SHOP, product_by_handle

HANDLE = "laurel-plus"


def demo_plan(*, test_orders: bool) -> PlanDefinition:
    """The plan; nothing in it changes what an order earns, so that the demo's points stay easy to work out."""
    product = product_by_handle(HANDLE)
    assert product is not None, "the demo store sells it"
    return PlanDefinition(
        title="Laurel Plus",
        description="Free delivery once a month, first news of every harvest, and a place at the counter.",
        terms="Each unit is thirty days. What you have not used comes back in full when you return it.",
        product_ids=(product.id,),
        product_handle=HANDLE,
        variant_ids=(product.variant_id,),
        prices={SHOP.currency: int(product.amount * 100)},
        interval=Interval(unit="month"),
        days_per_unit=30,
        selling_plan_id=SELLING_PLAN.id,
        benefits=(
            FreeShippingCode(handle="free-delivery", each="month", code_days=30),
            CustomerTag(handle="tag", tag="laurel-plus"),
            Content(
                handle="harvest-letter", title="The harvest letter",
                text="Which farms we visited this season, what we tasted, and what we bought.",
            ),
        ),
        test_orders=test_orders,
    )  # fmt: skip


async def seed_plan(connection: AsyncConnection, program_id: int, *, test_orders: bool) -> None:
    """Sell the demo's plan, unless it was ever sold."""
    if await plan_by_handle(connection, program_id, HANDLE) is None:
        await create_plan(connection, program_id, HANDLE, demo_plan(test_orders=test_orders), actor="demo")
