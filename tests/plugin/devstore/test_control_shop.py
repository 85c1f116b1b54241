"""What scripts ask of customers, products, parcels and codes, and what they read of the store."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from plugin.devstore.seed import COLLECTION_IDS, CUSTOMERS, product_by_handle
from plugin.devstore.store import Store

Shop = tuple[httpx.AsyncClient, Store]
ADA, JONAS = CUSTOMERS[0].id, CUSTOMERS[1].id


async def _post(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(f"/devstore/{path}", json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _told(store: Store) -> list[tuple[str, Any]]:
    return [(one.topic, one.as_json()["body"]) for one in store.deliveries.all()]


async def test_given_two_customers_when_they_are_merged_then_orders_tags_and_credit_are_one(shop_client: Shop) -> None:
    client, store = shop_client
    order = (await _post(client, "checkout", lines=[{"handle": "stoneware-mug"}], customer_id=JONAS))["order"]
    await _post(client, "customers/tags", customer_id=ADA, add=["gold"])
    await _post(client, "customers/tags", customer_id=JONAS, add=["wholesale"])
    await _post(client, "store-credit", customer_id=JONAS, amount="7.50")

    assert await _post(client, "customers/merge", kept_id=ADA, removed_id=JONAS) == {"orders": 1}

    moved = store.order(order["id"])
    assert moved is not None
    assert moved["customer"]["id"] == ADA
    assert store.customer(JONAS) is None
    assert store.people.tags(ADA) == ["gold", "wholesale"]
    assert str(store.payments.available_credit(ADA)) == "7.50"
    assert _told(store)[-1] == (
        "customers/merge",
        {
            "admin_graphql_api_customer_kept_id": f"gid://shopify/Customer/{ADA}",
            "admin_graphql_api_customer_deleted_id": f"gid://shopify/Customer/{JONAS}",
            "admin_graphql_api_job_id": None,
            "status": "completed",
            "errors": [],
        },
    )


async def test_given_tags_and_consent_when_they_change_then_their_own_topics_tell_and_no_other(
    shop_client: Shop,
) -> None:
    client, store = shop_client

    assert await _post(client, "customers/tags", customer_id=4711, add=["vip", "gold"]) == {"tags": ["gold", "vip"]}
    assert await _post(client, "customers/tags", customer_id=4711, remove=["VIP"]) == {"tags": ["gold"]}
    await _post(client, "customers/consent", customer_id=ADA, subscribed=True)

    told = _told(store)
    assert [topic for topic, _ in told] == [
        "customer.tags_added", "customer.tags_removed", "customers_email_marketing_consent/update", "customers/update",
    ]  # fmt: skip
    assert told[1][1]["tags"] == ["vip"]
    assert told[1][1]["customerId"] == "gid://shopify/Customer/4711"
    assert told[2][1]["email_marketing_consent"]["state"] == "subscribed"
    assert told[2][1]["customer_id"] == ADA
    assert "tags" not in told[3][1]
    assert "email_marketing_consent" not in told[3][1]


async def test_given_a_product_when_tags_and_collections_change_then_both_are_told(shop_client: Shop) -> None:
    client, store = shop_client
    mug = product_by_handle("stoneware-mug")
    assert mug is not None

    body = await _post(client, "products", handle="stoneware-mug", tags=["double", " double "], collections=["gifts"])

    assert body["product"]["tags"] == "double"
    told = _told(store)
    assert [topic for topic, _ in told] == ["products/update", "collections/update", "collections/update"]
    assert {told[1][1]["id"], told[2][1]["id"]} == {COLLECTION_IDS["gifts"], COLLECTION_IDS[mug.collection]}
    assert store.product_book.of(mug).collections == ("gifts",)
    refused = await client.post("/devstore/products", json={"handle": "stoneware-mug", "collections": ["none"]})
    assert (refused.status_code, refused.json()) == (400, {"error": "There is no collection 'none'."})


async def test_given_an_order_when_it_is_sent_and_delivered_then_its_body_says_so(shop_client: Shop) -> None:
    client, _ = shop_client
    order = (await _post(client, "checkout", lines=[{"handle": "stoneware-mug"}], customer_id=ADA))["order"]

    sent = await _post(client, "fulfill", order_id=order["id"])
    arrived = await _post(client, "deliver", order_id=order["id"])

    assert sent["order"]["fulfillment_status"] == "fulfilled"
    assert arrived["order"]["fulfillments"][0]["shipment_status"] == "delivered"


async def test_given_used_codes_when_tests_read_them_then_each_says_who_used_it_where(shop_client: Shop) -> None:
    client, store = shop_client
    store.discounts.create(
        "LRL-1", title="Five", kind="fixed_amount", value="5.00", starts_at="2026-01-01T00:00:00Z", customer_ids=[ADA],
        usage_limit=1,
    )  # fmt: skip
    checkout = {"lines": [{"handle": "stoneware-mug"}], "customer_id": ADA, "discount": "lrl-1"}
    order = (await _post(client, "checkout", **checkout))["order"]

    discounts = (await client.get("/devstore/discounts")).json()["discounts"]

    (found,) = (one for one in discounts if one["code"] == "LRL-1")
    assert (found["uses"], found["used_by"], found["orders"]) == (1, [ADA], [order["id"]])
    assert (found["class"], found["status"], found["customers"]) == ("ORDER", "ACTIVE", [ADA])


async def test_given_what_was_done_when_the_state_is_read_then_it_counts_it(shop_client: Shop) -> None:
    client, _ = shop_client
    await _post(client, "gift-cards", amount="15.00", code="HARBORCARD15")
    await _post(client, "store-credit", customer_id=4711, amount="2.50")
    await _post(client, "checkout", lines=[{"handle": "stoneware-mug"}], customer_id=ADA)

    state = (await client.get("/devstore/state")).json()

    counted = {name: state[name] for name in ("customers", "orders", "discounts", "gift_cards", "store_credit")}
    assert counted == {"customers": 5, "orders": 1, "discounts": 2, "gift_cards": 1, "store_credit": "2.50"}
    assert state["deliveries"] == {"pending": 3}
    assert (state["admin_requests"], state["spoiled"], state["misbehavior"]["chaos"]) == (0, {}, None)


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("fulfill", {"order_id": 1}, 404),
        ("deliver", {"order_id": 1}, 404),
        ("customers/merge", {"kept_id": 5, "removed_id": 5}, 400),
        ("customers/merge", {"kept_id": 0, "removed_id": 5}, 400),
        ("customers/consent", {"customer_id": 4711, "subscribed": True}, 404),
        ("products", {"handle": "nothing"}, 404),
        ("products", {"handle": "stoneware-mug", "tags": [str(n) for n in range(251)]}, 400),
        ("gift-cards", {"amount": "-1"}, 400),
        ("gift-cards", {"amount": "NaN"}, 400),
        ("store-credit", {"customer_id": ADA, "amount": "0.001"}, 400),
        ("misbehave", {"chaos": {"ratio": 2}}, 400),
        ("misbehave", {"chaos": {"ratio": 1, "kinds": ["explode"]}}, 400),
    ],
)
async def test_given_a_body_that_cannot_be_then_it_is_refused_and_nothing_is_told(
    shop_client: Shop, path: str, body: dict[str, Any], status: int
) -> None:
    client, store = shop_client

    answer = await client.post(f"/devstore/{path}", json=body)

    assert answer.status_code == status
    assert _told(store) == []
