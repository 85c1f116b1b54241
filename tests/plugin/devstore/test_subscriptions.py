"""Subscriptions of the demo store: contracts from the checkout, charges by key, and what the scripts may do to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from plugin.devstore.checkouts import Checkout, RequestedLine
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.errors import CheckoutError, StoreError
from plugin.devstore.seed import CUSTOMERS, SELLING_PLAN, product_by_handle
from plugin.devstore.store import Store

CUSTOMER = CUSTOMERS[0].id
Run = Callable[..., dict[str, Any]]
CREATE = """mutation($id: ID!, $input: SubscriptionBillingAttemptInput!) {
  subscriptionBillingAttemptCreate(subscriptionContractId: $id, subscriptionBillingAttemptInput: $input) {
    subscriptionBillingAttempt { id idempotencyKey state { __typename } } userErrors { code field message } } }"""


def _variant() -> int:
    product = product_by_handle("laurel-plus")
    assert product is not None
    return product.variant_id


def _subscribe(store: Store, **more: Any) -> Payload:
    lines = (RequestedLine(_variant(), 1, selling_plan=True),)
    given: dict[str, Any] = {"lines": lines, "customer_id": CUSTOMER} | more
    return store.place_order(Checkout(**given))


def _webhooks(store: Store, prefix: str) -> list[tuple[str, Payload]]:
    return [
        (one.topic.removeprefix(prefix), json.loads(one.body))
        for one in store.deliveries.all()
        if one.topic.startswith(prefix)
    ]


def test_given_a_checkout_with_the_selling_plan_when_it_is_paid_then_a_contract_is_made_and_told(store: Store) -> None:
    order = _subscribe(store)

    (contract,) = store.contract_book.all()
    ((topic, body),) = _webhooks(store, "subscription_contracts/")
    assert (topic, body["id"], body["status"], body["origin_order_id"]) == (
        "create",
        contract["id"],
        "active",
        order["id"],
    )
    assert body["billing_policy"] == {"interval": "month", "interval_count": 1, "min_cycles": 1, "max_cycles": None}
    assert body["revision_id"].isdigit()
    sold = store.contract_book.sold_with(order["line_items"][0]["id"])
    assert sold == {"selling_plan_id": SELLING_PLAN.id, "name": "Monthly membership", "contract_id": contract["id"]}


def test_given_a_draft_order_when_its_line_names_the_plan_then_no_contract_follows(store: Store) -> None:
    order = _subscribe(store, source_name="shopify_draft_order")

    assert store.contract_book.all() == []
    sold = store.contract_book.sold_with(order["line_items"][0]["id"])
    assert sold is not None
    assert sold["contract_id"] is None


def test_given_a_guest_when_they_subscribe_then_the_checkout_asks_them_to_log_in(store: Store) -> None:
    with pytest.raises(CheckoutError, match="needs an account"):
        _subscribe(store, customer_id=None, email="guest@example.com")


def test_given_a_key_when_it_is_charged_twice_then_it_is_one_attempt_one_order_and_one_webhook(
    store: Store, run: Run
) -> None:
    _subscribe(store)
    (contract,) = store.contract_book.all()
    gid = f"gid://shopify/SubscriptionContract/{contract['id']}"

    answers = [run(CREATE, id=gid, input={"idempotencyKey": "laurel-1-2-1"}) for _ in range(2)]

    assert answers[0] == answers[1]
    made = answers[0]["subscriptionBillingAttemptCreate"]["subscriptionBillingAttempt"]
    assert made["state"] == {"__typename": "SubscriptionBillingAttemptPendingState"}
    assert [topic for topic, _ in _webhooks(store, "subscription_billing_attempts/")] == ["success"]
    assert [order["total_price"] for order in store.orders()] == ["9.00", "9.00"]
    read = run("query($id: ID!) { subscriptionBillingAttempt(id: $id) { state { __typename } } }", id=made["id"])
    assert read["subscriptionBillingAttempt"]["state"] == {"__typename": "SubscriptionBillingAttemptSuccessState"}


def test_given_planned_outcomes_when_charges_are_made_then_they_end_so_in_their_order(store: Store) -> None:
    _subscribe(store)
    (contract,) = store.contract_book.all()
    book = store.contract_book
    book.plan_outcomes([{"outcome": "failure", "error_code": "EXPIRED_CARD"}, {"outcome": "challenge"}])

    for number in range(3):
        book.charge(contract["id"], f"laurel-1-{number}-1")

    told = _webhooks(store, "subscription_billing_attempts/")
    assert [topic for topic, _ in told] == ["failure", "challenged", "success"]
    assert [body["error_code"] for _, body in told] == ["expired_card", None, None]
    challenged = told[1][1]["id"]
    book.confirm(challenged, passed=False)
    with pytest.raises(StoreError):
        book.confirm(challenged, passed=True)
    last, body = _webhooks(store, "subscription_billing_attempts/")[-1]
    assert (last, body["id"], body["error_code"]) == ("failure", challenged, "authentication_failed")


@pytest.mark.parametrize(("status", "code"), [("PAUSED", "CONTRACT_PAUSED"), ("CANCELLED", "CONTRACT_TERMINATED")])
def test_given_a_contract_that_stopped_when_it_is_charged_then_it_is_refused(
    store: Store, run: Run, status: str, code: str
) -> None:
    _subscribe(store)
    (contract,) = store.contract_book.all()
    store.contract_book.set_status(contract["id"], status)
    gid = f"gid://shopify/SubscriptionContract/{contract['id']}"

    answer = run(CREATE, id=gid, input={"idempotencyKey": "laurel-1-2-1"})["subscriptionBillingAttemptCreate"]

    assert answer["subscriptionBillingAttempt"] is None
    assert answer["userErrors"][0]["code"] == code
    assert len(store.orders()) == 1


def test_given_another_price_when_the_app_sets_it_then_the_next_charge_has_it(store: Store, run: Run) -> None:
    _subscribe(store)
    (contract,) = store.contract_book.all()
    document = """mutation($id: ID!, $line: ID!, $input: SubscriptionContractProductChangeInput!) {
      subscriptionContractProductChange(subscriptionContractId: $id, lineId: $line, input: $input) {
        contract { revisionId lines(first: 1) { nodes { lineDiscountedPrice { amount } } } }
        userErrors { code message } } }"""

    changed = run(
        document, id=f"gid://shopify/SubscriptionContract/{contract['id']}", line=contract["line"]["id"],
        input={"currentPrice": "4.50"},
    )["subscriptionContractProductChange"]  # fmt: skip
    store.contract_book.charge(contract["id"], "laurel-1-2-1")

    assert changed["contract"]["lines"]["nodes"] == [{"lineDiscountedPrice": {"amount": "4.5"}}]
    assert int(changed["contract"]["revisionId"]) > contract["revision"]
    assert store.orders()[-1]["total_price"] == "4.50"


async def test_given_the_controls_when_scripts_use_them_then_contracts_and_customers_can_be_looked_at(
    shop_client: tuple[httpx.AsyncClient, Store],
) -> None:
    client, store = shop_client
    lines = [{"handle": "laurel-plus", "selling_plan": True}]
    await client.post("/devstore/checkout", json={"lines": lines, "customer_id": CUSTOMER})
    (contract,) = (await client.get("/devstore/contracts")).json()["contracts"]
    number = contract["id"]
    await client.post("/devstore/contracts/outcomes", json={"outcomes": [{"outcome": "challenge"}]})
    store.contract_book.charge(number, f"laurel-{number}-2-1")
    (shown,) = (await client.get("/devstore/contracts")).json()["contracts"]
    confirmed = await client.post("/devstore/contracts/confirm", json={"attempt_id": shown["attempts"][0]["id"]})
    card = await client.post("/devstore/contracts/card", json={"contract_id": number, "month": 12, "year": 2031})
    canceled = await client.post("/devstore/contracts/cancel", json={"contract_id": number})
    again = await client.post("/devstore/contracts/activate", json={"contract_id": number})
    store.people.change_tags(99, add=["vip"])

    assert (shown["charges"], confirmed.json()["attempt"]["state"]) == ([], "succeeded")
    assert card.json()["contract"]["card"]["year"] == 2031
    assert (canceled.json()["contract"]["status"], again.status_code) == ("CANCELLED", 400)
    (after,) = (await client.get("/devstore/contracts")).json()["contracts"]
    assert [charge["key"] for charge in after["charges"]] == [f"laurel-{number}-2-1"]
    people = {one["id"]: one for one in (await client.get("/devstore/customers")).json()["customers"]}
    assert (people[99]["tags"], people[CUSTOMER]["email"]) == (["vip"], "ada.okafor@example.com")


async def test_given_the_storefront_when_the_plan_is_chosen_then_the_cart_says_so_and_the_order_brings_a_contract(
    shop_client: tuple[httpx.AsyncClient, Store],
) -> None:
    client, store = shop_client
    page = await client.get(f"/products/laurel-plus?selling_plan={SELLING_PLAN.id}")
    await client.post("/account/login", data={"customer_id": CUSTOMER})
    cart = await client.post(
        "/cart/add", data={"id": _variant(), "selling_plan": SELLING_PLAN.id}, follow_redirects=True
    )
    refused = await client.post("/cart/add", data={"id": _variant(), "selling_plan": 7})
    linked = await client.get(f"/zh/cart/{_variant()}:1?selling_plan={SELLING_PLAN.id}")
    read = (await client.get("/cart.js")).json()
    await client.post("/checkout", data={})

    assert f'value="{SELLING_PLAN.id}" checked' in page.text
    assert "every month" in cart.text
    assert refused.status_code == 422
    assert (linked.status_code, linked.headers["location"]) == (303, "/zh/checkout")
    assert [one["selling_plan_allocation"]["selling_plan"]["id"] for one in read["items"]] == [SELLING_PLAN.id]
    assert [one["customer_id"] for one in store.contract_book.all()] == [CUSTOMER]
