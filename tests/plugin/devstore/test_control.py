"""The routes that scripts use instead of a browser."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.store import Store

ShopClient = tuple[httpx.AsyncClient, Store]
MUG = {"handle": "stoneware-mug", "quantity": 2}


async def _post(client: httpx.AsyncClient, name: str, **body: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post(f"/devstore/{name}", json=body)
    return answer.status_code, answer.json()


async def test_a_checkout_answers_with_the_order_and_what_the_app_is_owed(shop_client: ShopClient) -> None:
    client, store = shop_client

    status, body = await _post(client, "checkout", lines=[MUG], customer_id=CUSTOMERS[0].id, discount="WELCOME10")

    assert status == 200
    assert body["order"] == store.orders()[0]
    assert body["order"]["subtotal_price"] == "43.20"
    assert [one["topic"] for one in body["deliveries"]] == ["orders/create", "orders/paid", "orders/updated"]
    log = (await client.get("/devstore/deliveries", params={"order": body["order"]["id"]})).json()["deliveries"]
    assert [one["webhook_id"] for one in log] == [one["webhook_id"] for one in body["deliveries"]]
    assert log[0]["body"] == body["order"]


async def test_a_first_purchase_makes_the_customer_and_tells_of_them(shop_client: ShopClient) -> None:
    client, store = shop_client

    _, body = await _post(client, "checkout", lines=[MUG], new_customer=True, email="mia@example.com")

    assert body["order"]["customer"]["email"] == "mia@example.com"
    assert store.deliveries.all()[0].topic == "customers/create"


async def test_an_order_is_refunded_edited_and_cancelled(shop_client: ShopClient) -> None:
    client, _ = shop_client
    _, body = await _post(client, "checkout", lines=[MUG | {"quantity": 3}], customer_id=CUSTOMERS[0].id)
    order_id, line_id = body["order"]["id"], str(body["order"]["line_items"][0]["id"])

    _, refunded = await _post(client, "refund", order_id=order_id, lines={line_id: 1})
    _, edited = await _post(client, "edit", order_id=order_id, removals={line_id: 1})
    _, cancelled = await _post(client, "cancel", order_id=order_id)

    assert refunded["refund"]["refund_line_items"][0]["quantity"] == 1
    assert edited["order"]["line_items"][0]["current_quantity"] == 1
    assert cancelled["order"]["cancel_reason"] == "customer"


async def test_everything_is_refunded_at_once(shop_client: ShopClient) -> None:
    client, store = shop_client
    _, body = await _post(client, "checkout", lines=[MUG, {"handle": "harbor-blend"}], customer_id=CUSTOMERS[0].id)

    await _post(client, "refund", order_id=body["order"]["id"], all=True)

    assert store.orders()[0]["financial_status"] == "refunded"
    assert store.orders()[0]["current_total_price"] == "0.00"


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("checkout", {"lines": []}, 400),
        ("checkout", {"lines": [MUG], "unknown": 1}, 400),
        ("checkout", {"lines": [{"handle": "nothing"}]}, 404),
        ("checkout", {"lines": [MUG], "discount": "NOPE"}, 400),
        ("cancel", {"order_id": 1}, 404),
        ("edit", {"order_id": 1, "removals": {}}, 400),
        ("privacy", {"topic": "customers/redact"}, 400),
        ("misbehave", {"drop_ratio": 2}, 400),
        ("redeliver", {"webhook_id": "x"}, 404),
    ],
)
async def test_refusals_say_why(shop_client: ShopClient, name: str, body: dict[str, Any], status: int) -> None:
    client, store = shop_client

    answered, refusal = await _post(client, name, **body)

    assert answered == status
    assert refusal["error"]
    assert store.orders() == []


async def test_the_app_is_uninstalled_once_and_installed_again(shop_client: ShopClient) -> None:
    client, store = shop_client

    assert await _post(client, "uninstall") == (200, {"status": "uninstalled"})
    assert await _post(client, "uninstall") == (400, {"error": "The app is not installed."})
    assert await _post(client, "reinstall") == (200, {"status": "granted"})
    assert [one.topic for one in store.deliveries.all()] == ["app/uninstalled"]


async def test_customers_are_made_changed_and_asked_about(shop_client: ShopClient) -> None:
    client, store = shop_client
    _, made = await _post(client, "customers", email="leo@example.com", first_name="Leo", last_name="Park")
    customer_id = made["customer"]["id"]
    _, changed = await _post(client, "customers", id=customer_id, first_name="Leon")
    await _post(client, "checkout", lines=[MUG], customer_id=customer_id)
    await _post(client, "privacy", topic="customers/redact", customer_id=customer_id)

    assert changed["customer"]["first_name"] == "Leon"
    assert changed["customer"]["updated_at"] > made["customer"]["updated_at"]
    told = store.deliveries.all()[-1].as_json()
    assert told["topic"] == "customers/redact"
    assert told["body"]["orders_to_redact"] == [store.orders()[0]["id"]]
    assert told["body"]["customer"] == {"id": customer_id, "email": "leo@example.com", "phone": None}


async def test_the_embed_is_on_until_it_is_switched_off(shop_client: ShopClient) -> None:
    client, store = shop_client
    assert store.embed_enabled()

    assert await _post(client, "embed", enabled=False) == (200, {"enabled": False})

    assert not store.embed_enabled()
