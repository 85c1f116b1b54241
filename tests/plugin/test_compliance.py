"""The privacy duties, through the front door: what is exported, what is erased, and what a header alone cannot do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.members import member_of_customer
from engine.shops import ShopReference, find_shop, uninstall_shop
from plugin.background.compliance import customer_of_key
from plugin.background.handling import HandlerContext
from plugin.payloads import EmailKeys, Unreadable
from plugin.settings import Settings
from plugin.web.app import LaurelApp
from plugin.web.webhooks import HANDLERS
from tests.support.deliveries import pending_delivery
from tests.support.signing import SHOP, id_token

ADA, BEN = 7001, 7002


async def handle(app: LaurelApp, shop: ShopReference, topic: str, payload: Mapping[str, Any]) -> None:
    """The worker handles one delivery, which is in the inbox."""
    services = app.services
    delivery = await pending_delivery(services.engine, shop, topic, payload)
    async with tenant_transaction(services.engine, shop.program_id) as connection:
        context = HandlerContext(services.engine, connection, services.settings, services.redis)
        await HANDLERS[topic](context, delivery, payload)


async def rows(engine: AsyncEngine, shop: ShopReference, sql: str) -> list[Any]:
    """What a query finds, as the shop's tenant."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return list(await connection.execute(text(sql)))


@pytest.fixture
async def members(engine: AsyncEngine, settings: Settings, shop: ShopReference) -> None:
    """Two customers who are members; the first has a proven address."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        for customer in (ADA, BEN):
            await member_of_customer(connection, shop.program_id, shop.shop_id, customer)
        await connection.execute(
            text("UPDATE customers SET email_key = :key WHERE customer_id = :ada"),
            {"key": EmailKeys(settings.encryption_key_bytes()).of("ada@example.test"), "ada": ADA},
        )


def redact(**changes: Any) -> dict[str, Any]:
    """The body of `customers/redact` for Ada."""
    customer = {"id": ADA, "email": "ada@example.test", "phone": None}
    return {"shop_id": 7_100_000_001, "shop_domain": SHOP, "customer": customer, "orders_to_redact": [], **changes}


def data_request(customer: Mapping[str, Any]) -> dict[str, Any]:
    """The body of `customers/data_request`."""
    return {"shop_domain": SHOP, "customer": customer, "orders_requested": [], "data_request": {"id": 9999}}


@pytest.mark.usefixtures("members")
async def test_a_data_request_waits_for_the_merchant_until_it_is_handed_over(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    for _ in range(2):
        await handle(app, shop, "customers/data_request", data_request({"id": ADA, "email": None}))
    (request,) = await rows(
        engine, shop, "SELECT request_id, request_key, due_at - received_at AS left FROM privacy_requests"
    )
    page = await client.get("/", params={"shop": SHOP, "id_token": id_token()})
    export = await client.get(f"/privacy/{request.request_id}", headers={"Authorization": f"Bearer {id_token()}"})

    assert customer_of_key(request.request_key) == ADA
    assert timedelta(days=29) < request.left <= timedelta(days=30, seconds=5)
    assert "Privacy requests" in page.text
    assert json.loads(export.content)["customer"]["customer_id"] == ADA
    assert export.headers["cache-control"] == "private, no-store"
    done = await client.post(f"/privacy/{request.request_id}", headers={"Authorization": f"Bearer {id_token()}"})
    assert done.status_code == 204
    after = await client.get("/", params={"shop": SHOP, "id_token": id_token()})
    assert "Privacy requests" not in after.text


@pytest.mark.usefixtures("members")
async def test_an_export_is_for_staff_with_a_token_only(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    await handle(app, shop, "customers/data_request", data_request({"id": ADA}))
    (request,) = await rows(engine, shop, "SELECT request_id FROM privacy_requests")
    await client.get("/", params={"shop": SHOP, "id_token": id_token()})

    for method in ("GET", "POST"):
        bare = await client.request(method, f"/privacy/{request.request_id}", headers={"Authorization": "Bearer x"})
        missing = await client.request(
            method, "/privacy/99999999999999999999", headers={"Authorization": f"Bearer {id_token()}"}
        )
        assert (bare.status_code, missing.status_code) == (401, 404)


@pytest.mark.usefixtures("members")
async def test_a_data_request_of_an_erased_customer_is_settled_and_gives_nothing(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    await handle(app, shop, "customers/data_request", data_request({"id": ADA}))
    await handle(app, shop, "customers/redact", redact())
    await client.get("/", params={"shop": SHOP, "id_token": id_token()})
    (request,) = await rows(engine, shop, "SELECT * FROM privacy_requests WHERE kind = 'export'")

    answer = await client.get(f"/privacy/{request.request_id}", headers={"Authorization": f"Bearer {id_token()}"})

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (410, "GONE")
    assert request.completed_at is not None
    assert str(ADA) not in request.request_key.split("/")


@pytest.mark.usefixtures("members")
async def test_a_data_request_that_comes_late_does_not_name_an_erased_customer(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    await handle(app, shop, "customers/redact", redact())
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE redactions SET redacted_at = now() + interval '1 minute'"))

    await handle(app, shop, "customers/data_request", data_request({"id": ADA}))

    assert await rows(engine, shop, "SELECT request_key FROM privacy_requests WHERE kind = 'export'") == []


@pytest.mark.usefixtures("members")
async def test_erasing_a_customer_twice_erases_them_once_and_nobody_else(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    for _ in range(2):
        await handle(app, shop, "customers/redact", redact())

    assert [row.customer_id for row in await rows(engine, shop, "SELECT customer_id FROM customers")] == [BEN]
    assert (await rows(engine, shop, "SELECT count(*) FROM members"))[0][0] == 2
    assert (await rows(engine, shop, "SELECT count(*) FROM privacy_requests WHERE completed_at IS NULL"))[0][0] == 0
    assert [row.body for row in await rows(engine, shop, "SELECT body FROM deliveries")] == [None, None]


@pytest.mark.usefixtures("members")
async def test_a_customer_named_by_address_alone_is_found(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    await handle(app, shop, "customers/redact", redact(customer={"id": None, "email": "Ada@Example.test"}))

    assert [row.customer_id for row in await rows(engine, shop, "SELECT customer_id FROM customers")] == [BEN]


@pytest.mark.usefixtures("members")
async def test_an_unknown_customer_is_no_work(app: LaurelApp, engine: AsyncEngine, shop: ShopReference) -> None:
    await handle(app, shop, "customers/redact", redact(customer={"id": 1, "email": "eve@example.test"}))

    assert (await rows(engine, shop, "SELECT count(*) FROM customers"))[0][0] == 2


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("customers/redact", redact(shop_domain="other.myshopify.com")),
        ("customers/redact", redact(shop_domain=None)),
        ("customers/redact", redact(customer=None)),
        ("customers/redact", redact(customer={"id": "7001"})),
        ("customers/redact", redact(customer={"id": -1})),
        ("customers/redact", redact(orders_to_redact="all")),
        ("customers/redact", redact(orders_to_redact=[True])),
        ("customers/data_request", {"shop_domain": SHOP, "customer": {"id": ADA}}),
        ("shop/redact", {"shop_domain": "other.myshopify.com"}),
        ("shop/redact", {}),
        ("shop/redact", {"shop_domain": SHOP}),
    ],
)
async def test_a_body_that_does_not_name_its_own_shop_and_customer_is_parked(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference, topic: str, payload: dict[str, Any]
) -> None:
    with pytest.raises(Unreadable):
        await handle(app, shop, topic, payload)

    assert (await rows(engine, shop, "SELECT count(*) FROM customers"))[0][0] == 2
    assert (await rows(engine, shop, "SELECT count(*) FROM privacy_requests"))[0][0] == 0


@pytest.mark.usefixtures("members")
async def test_a_shop_that_left_is_erased(app: LaurelApp, engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await uninstall_shop(connection, shop, triggered_at=datetime.now(UTC))

    for _ in range(2):
        await handle(app, shop, "shop/redact", {"shop_id": 7_100_000_001, "shop_domain": SHOP})

    assert await rows(engine, shop, "SELECT customer_id FROM customers") == []
    assert (await rows(engine, shop, "SELECT name FROM shops"))[0].name == ""
    assert (await rows(engine, shop, "SELECT count(*) FROM members"))[0][0] == 2


@pytest.mark.usefixtures("members")
async def test_a_shop_that_came_back_is_not_erased_for_its_earlier_leaving(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE shops SET installed_at = now() + interval '1 hour'"))

    await handle(app, shop, "shop/redact", {"shop_domain": SHOP})

    assert (await rows(engine, shop, "SELECT count(*) FROM customers"))[0][0] == 2
    (note,) = await rows(engine, shop, "SELECT result FROM privacy_requests")
    assert note.result == {"ignored": "the shop has installed the app again"}


@pytest.mark.usefixtures("members")
async def test_an_erasure_that_overtook_the_uninstall_is_done_after_it(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    with pytest.raises(Unreadable):
        await handle(app, shop, "shop/redact", {"shop_domain": SHOP})
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE deliveries SET state = 'parked'"))

    await handle(app, shop, "app/uninstalled", {"id": 7_100_000_001, "myshopify_domain": SHOP})

    states = await rows(engine, shop, "SELECT state FROM deliveries WHERE topic = 'shop/redact'")
    assert [row.state for row in states] == ["pending"]


async def test_an_uninstall_of_another_shop_changes_nothing(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference
) -> None:
    for payload in ({"myshopify_domain": "other.myshopify.com"}, {"id": 1}):
        with pytest.raises(Unreadable):
            await handle(app, shop, "app/uninstalled", payload)

    async with engine.connect() as connection:
        found = await find_shop(connection, SHOP)
    assert found is not None
    assert found.installed
