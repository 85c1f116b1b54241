"""Sending: Shopify's headers and signature, its patience, and its eight retries."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable

import httpx
import pytest

from plugin.devstore.application import App
from plugin.devstore.customer_payloads import Payload
from plugin.devstore.store import Store
from plugin.devstore.webhooks_out import RETRY_SECONDS, WebhookSender, signature
from tests.support.devstore import SECRET, Clock, Receiver

Buy = Callable[..., Payload]


@pytest.fixture
def sender(store: Store, registered_app: App, clock: Clock, receiver: Receiver) -> WebhookSender:
    client = httpx.AsyncClient(transport=httpx.MockTransport(receiver))
    return WebhookSender(registered_app, store.deliveries, client, clock, compression=1)


def test_the_signature_is_the_base64_hmac_of_the_raw_body() -> None:
    expected = base64.b64encode(hmac.new(b"hush", b'{"id":1}', hashlib.sha256).digest()).decode()

    assert signature("hush", b'{"id":1}') == expected


async def test_a_delivery_carries_all_of_shopifys_headers(
    buy: Buy, store: Store, sender: WebhookSender, receiver: Receiver
) -> None:
    order = buy({"stoneware-mug": 1})
    (created, *_) = store.deliveries.due(2e9)

    await sender.send(created)

    (request,) = receiver.requests
    assert str(request.url) == "http://app.test/webhooks"
    sent = {name: value for name, value in request.headers.items() if name.startswith("x-shopify-")}
    assert sent == {
        "x-shopify-topic": "orders/create",
        "x-shopify-hmac-sha256": signature(SECRET, created.body),
        "x-shopify-shop-domain": "laurel-demo.myshopify.com",
        "x-shopify-api-version": "2026-10",
        "x-shopify-webhook-id": created.webhook_id,
        "x-shopify-event-id": created.event_id,
        "x-shopify-triggered-at": "2026-11-22T14:30:00.000000000Z",
        "x-shopify-order-id": str(order["id"]),
    }
    assert request.content == created.body
    assert store.deliveries.all()[0].state == "delivered"


@pytest.mark.parametrize("status", [301, 401, 404, 500])
async def test_an_answer_that_is_not_2xx_is_tried_eight_times_more_with_one_id(
    buy: Buy, store: Store, sender: WebhookSender, receiver: Receiver, clock: Clock, status: int
) -> None:
    buy({"stoneware-mug": 1})
    receiver.status, receiver.headers = status, {"Location": "http://app.test/elsewhere"}
    webhook_id = store.deliveries.all()[0].webhook_id
    waits = []

    for _ in range(20):
        (delivery, *_) = [one for one in store.deliveries.all() if one.webhook_id == webhook_id]
        if delivery.state != "pending":
            break
        waits.append(delivery.due_at - clock().timestamp())
        clock.now = clock.now.fromtimestamp(delivery.due_at, clock.now.tzinfo)
        await sender.send(delivery)

    assert [round(wait) for wait in waits] == [0, *RETRY_SECONDS]
    assert sum(RETRY_SECONDS) == 4 * 3600
    assert store.deliveries.all()[0].state == "failed"
    assert {request.headers["x-shopify-webhook-id"] for request in receiver.requests} == {webhook_id}
    assert len(receiver.requests) == 9


async def test_no_answer_is_noted_and_tried_again(
    buy: Buy, store: Store, sender: WebhookSender, receiver: Receiver
) -> None:
    buy({"stoneware-mug": 1})
    receiver.failure = httpx.ConnectTimeout("too slow")

    await sender.send(store.deliveries.due(2e9)[0])

    delivery = store.deliveries.all()[0]
    assert delivery.state == "pending"
    assert [(one["status"], one["error"]) for one in delivery.attempts] == [(None, "ConnectTimeout")]


async def test_a_running_sender_delivers_what_is_owed_while_it_runs(
    buy: Buy, store: Store, sender: WebhookSender, receiver: Receiver
) -> None:
    sending = asyncio.create_task(sender.run())
    await asyncio.sleep(0)
    buy({"stoneware-mug": 1})

    await receiver.received(3)

    assert sorted(request.headers["x-shopify-topic"] for request in receiver.requests) == [
        "orders/create",
        "orders/paid",
        "orders/updated",
    ]
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_a_webhook_can_be_sent_again_by_hand(
    buy: Buy, store: Store, sender: WebhookSender, receiver: Receiver
) -> None:
    buy({"stoneware-mug": 1})
    first = store.deliveries.all()[0]
    await sender.send(first)

    assert store.deliveries.redeliver(first.webhook_id)
    assert not store.deliveries.redeliver("nobody's")
    await sender.send(store.deliveries.all()[0])

    assert [request.headers["x-shopify-webhook-id"] for request in receiver.requests] == [first.webhook_id] * 2
