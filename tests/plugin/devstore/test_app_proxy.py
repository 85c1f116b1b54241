"""The app proxy: its signature against Shopify's published examples, and what passes through it."""

from __future__ import annotations

from urllib.parse import parse_qsl

import httpx
import pytest

from plugin.devstore.app_proxy import proxy_signature
from plugin.devstore.seed import CUSTOMERS
from plugin.devstore.sessions import SESSION_COOKIE
from plugin.devstore.store import Store
from tests.support.devstore import SECRET, Receiver

ShopClient = tuple[httpx.AsyncClient, Store]


@pytest.mark.parametrize(
    ("customer", "expected"),
    [
        ("1", "4c68c8624d737112c91818c11017d24d334b524cb5c2b8ba08daa056f7395ddb"),
        ("", "e072b6d7e6622d85912a5214b860d3100dc1e73d9bc29f43796ac8c9ff8093cb"),
        (None, "a9718877bea71c2484f91608a7eaea1532bdf71f5c56825065fa4ccabe549ef3"),
    ],
)
def test_the_signature_is_that_of_shopifys_example(customer: str | None, expected: str) -> None:
    parameters = [
        ("extra", "1"),
        ("extra", "2"),
        ("shop", "shop-name.myshopify.com"),
        ("path_prefix", "/apps/awesome_reviews"),
        ("timestamp", "1317327555"),
    ]
    if customer is not None:
        parameters.append(("logged_in_customer_id", customer))

    assert proxy_signature("hush", parameters) == expected


async def test_a_request_is_forwarded_signed_with_who_is_logged_in(shop_client: ShopClient, receiver: Receiver) -> None:
    client, store = shop_client
    store.log_in("visit", CUSTOMERS[1].id)
    client.cookies.set(SESSION_COOKIE, "visit")

    await client.post("/apps/laurel/graphql?extra=1&extra=%20%C3%A9", json={"query": "{ me { id } }"})

    (request,) = receiver.requests
    parameters = parse_qsl(request.url.query.decode(), keep_blank_values=True)
    assert (request.method, request.url.path, request.content) == (
        "POST",
        "/proxy/graphql",
        b'{"query":"{ me { id } }"}',
    )
    assert parameters[-1] == ("signature", proxy_signature(SECRET, parameters[:-1]))
    assert parameters[:-1] == [
        ("extra", "1"),
        ("extra", " é"),
        ("shop", "laurel-demo.myshopify.com"),
        ("logged_in_customer_id", str(CUSTOMERS[1].id)),
        ("path_prefix", "/apps/laurel"),
        ("timestamp", "1795357800"),
    ]


async def test_nobody_logged_in_is_an_empty_customer_and_a_shoppers_own_claims_are_dropped(
    shop_client: ShopClient, receiver: Receiver
) -> None:
    client, _ = shop_client

    await client.get("/apps/laurel/changes?since=3&logged_in_customer_id=7&shop=evil.myshopify.com&signature=00")

    parameters = parse_qsl(receiver.requests[0].url.query.decode(), keep_blank_values=True)
    assert [value for key, value in parameters if key == "logged_in_customer_id"] == [""]
    assert [value for key, value in parameters if key == "shop"] == ["laurel-demo.myshopify.com"]
    assert len([key for key, _ in parameters if key == "signature"]) == 1


async def test_cookies_and_the_platforms_headers_pass_in_neither_direction(
    shop_client: ShopClient, receiver: Receiver
) -> None:
    client, _ = shop_client
    receiver.headers = {
        "Set-Cookie": "secret=1",
        "Server": "app",
        "X-Powered-By": "app",
        "Warning": "199",
        "Cache-Control": "private, no-store",
        "Content-Type": "application/json",
    }

    first = await client.get("/apps/laurel/changes", headers={"Cookie": "theme=dark", "X-Forwarded-For": "6.6.6.6"})
    await client.get("/apps/laurel/changes")

    assert {"set-cookie", "server", "x-powered-by", "warning"}.isdisjoint(first.headers)
    assert first.headers["cache-control"] == "private, no-store"
    assert first.headers["content-type"] == "application/json"
    for request in receiver.requests:
        assert "cookie" not in request.headers
    assert receiver.requests[0].headers["x-forwarded-for"] == "127.0.0.1"
    assert receiver.requests[0].headers["x-forwarded-host"] == "laurel-demo.myshopify.com"


async def test_an_answer_keeps_its_status_and_body(shop_client: ShopClient, receiver: Receiver) -> None:
    client, _ = shop_client
    receiver.status, receiver.content = 429, b'{"errors":[]}'

    answer = await client.get("/apps/laurel/graphql")

    assert (answer.status_code, answer.content) == (429, b'{"errors":[]}')


async def test_an_app_that_does_not_answer_is_a_bad_gateway(shop_client: ShopClient, receiver: Receiver) -> None:
    client, _ = shop_client
    receiver.failure = httpx.ConnectError("refused")

    assert (await client.get("/apps/laurel/changes")).status_code == 502


async def test_an_uninstalled_app_has_no_proxy(shop_client: ShopClient, receiver: Receiver) -> None:
    client, store = shop_client
    store.uninstall_app()

    assert (await client.get("/apps/laurel/changes")).status_code == 404
    assert receiver.requests == []
