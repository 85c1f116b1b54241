"""`POST /webhooks`: what is stored, what is refused, and that a refusal stores nothing."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import AsyncIterator

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.direct import DirectDatabase
from engine.shops import ShopReference
from plugin.web.app import LaurelApp
from plugin.web.webhooks import BODY_MAXIMUM_BYTES
from tests.support.signing import OLD_SECRET, OTHER_SECRET, body_hmac, webhook_headers

RAW = b'{"id": 1, "total_price": "45.00"}'


async def stored(engine: AsyncEngine, shop: ShopReference) -> list[tuple[str, str, bytes]]:
    """(topic, webhook id, body) of every delivery."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(text("SELECT topic, webhook_id, body FROM deliveries ORDER BY delivery_id"))
        return [(row.topic, row.webhook_id, bytes(row.body)) for row in rows]


async def test_a_signed_delivery_is_stored_as_it_came(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    answer = await client.post("/webhooks", content=RAW, headers=webhook_headers(RAW, webhook_id="w1"))

    assert (answer.status_code, answer.content) == (200, b"")
    assert await stored(engine, shop) == [("orders/paid", "w1", RAW)]
    async with tenant_transaction(engine, shop.program_id) as connection:
        row = (
            await connection.execute(text("SELECT state, event_id, api_version, triggered_at FROM deliveries"))
        ).one()
    assert row.state == "pending"
    assert row.api_version == "2026-10"
    assert row.triggered_at.isoformat() == "2026-11-22T06:00:00+00:00"


async def test_the_same_delivery_twenty_times_at_once_is_one_row(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    headers = webhook_headers(RAW, webhook_id="same")

    answers = await asyncio.gather(*(client.post("/webhooks", content=RAW, headers=headers) for _ in range(20)))

    assert [answer.status_code for answer in answers] == [200] * 20
    assert len(await stored(engine, shop)) == 1


async def test_the_old_secret_counts_while_it_is_rotated(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    answer = await client.post("/webhooks", content=RAW, headers=webhook_headers(RAW, secret=OLD_SECRET))

    assert answer.status_code == 200
    assert len(await stored(engine, shop)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(webhook_headers(RAW, hmac_sha256=None), id="no signature"),
        pytest.param(webhook_headers(RAW, hmac_sha256=""), id="empty signature"),
        pytest.param(webhook_headers(RAW, hmac_sha256=body_hmac(b"{}")), id="of another body"),
        pytest.param(webhook_headers(RAW, secret=OTHER_SECRET), id="of another app"),
        pytest.param(webhook_headers(RAW, hmac_sha256="not base64!"), id="no base64"),
        pytest.param(webhook_headers(RAW, shop_domain=None), id="no shop"),
        pytest.param(webhook_headers(RAW, shop_domain="evil.com"), id="another host"),
        pytest.param(webhook_headers(RAW, shop_domain="laurel-demo.myshopify.com.evil.com"), id="a longer host"),
        pytest.param(webhook_headers(RAW, shop_domain="Laurel-Demo.myshopify.com"), id="upper case"),
        pytest.param(webhook_headers(RAW, shop_domain="laurel-demo.myshopify.com."), id="trailing dot"),
        pytest.param(webhook_headers(RAW, shop_domain="stranger.myshopify.com"), id="a shop that never installed"),
    ],
)
async def test_who_is_not_verified_gets_401_and_nothing_is_stored(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, headers: dict[str, str]
) -> None:
    answer = await client.post("/webhooks", content=RAW, headers=headers)

    assert answer.status_code == 401
    assert await stored(engine, shop) == []


@pytest.mark.parametrize(
    "signature_headers",
    [
        pytest.param([(b"X-Shopify-Hmac-Sha256", "é".encode())], id="UTF-8"),
        pytest.param([(b"X-Shopify-Hmac-Sha256", b"\xe9\xff")], id="Latin-1"),
        pytest.param([(b"X-Shopify-Hmac-Sha256", body_hmac(RAW).encode())] * 2, id="twice"),
        pytest.param(
            [(b"X-Shopify-Hmac-Sha256", body_hmac(RAW).encode()), (b"Shopify-Hmac-Sha256", b"other")],
            id="once in each family",
        ),
    ],
)
async def test_a_signature_that_cannot_be_one_gets_401(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, signature_headers: list[tuple[bytes, bytes]]
) -> None:
    others = [(k.encode(), v.encode()) for k, v in webhook_headers(RAW, hmac_sha256=None).items()]

    answer = await client.post("/webhooks", content=RAW, headers=[*others, *signature_headers])

    assert answer.status_code == 401
    assert await stored(engine, shop) == []


async def test_both_families_of_headers_are_read(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    headers = {name.removeprefix("X-"): value for name, value in webhook_headers(RAW, webhook_id="new").items()}

    answer = await client.post("/webhooks", content=RAW, headers=headers)

    assert answer.status_code == 200
    assert await stored(engine, shop) == [("orders/paid", "new", RAW)]


async def test_a_delivery_without_an_id_is_known_by_its_content(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    for _ in range(2):
        await client.post("/webhooks", content=RAW, headers=webhook_headers(RAW, webhook_id=None))

    assert len(await stored(engine, shop)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(webhook_headers(RAW, webhook_id="w" * 256), id="an id of 256 characters"),
        pytest.param(webhook_headers(RAW, webhook_id="w" * 10_240), id="an id of 10 kB"),
        pytest.param(webhook_headers(RAW, topic=""), id="an empty topic"),
        pytest.param(webhook_headers(RAW, "orders paid"), id="a topic with a space"),
    ],
)
async def test_malformed_headers_get_400(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, headers: dict[str, str]
) -> None:
    answer = await client.post("/webhooks", content=RAW, headers=headers)

    assert answer.status_code == 400
    assert await stored(engine, shop) == []


@pytest.mark.parametrize("name", ["Topic", "Webhook-Id", "Event-Id", "Triggered-At"])
async def test_a_header_that_comes_twice_gets_400(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, name: str
) -> None:
    headers = [*webhook_headers(RAW).items(), (f"X-Shopify-{name}", "another")]

    answer = await client.post("/webhooks", content=RAW, headers=headers)

    assert answer.status_code == 400
    assert await stored(engine, shop) == []


@pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 100_000, b'{"total_price": NaN}'])
async def test_what_is_signed_but_unreadable_is_stored_for_the_worker_to_park(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, raw: bytes
) -> None:
    answer = await client.post("/webhooks", content=raw, headers=webhook_headers(raw, "made/up", webhook_id="w"))

    assert answer.status_code == 200
    assert await stored(engine, shop) == [("made/up", "w", raw)]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH"])
async def test_other_methods_get_405(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/webhooks")

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "path",
    [
        "//webhooks",
        "/webhooks/",
        "/webhooks/../admin",
        "/./webhooks",
        "/%77ebhooks",
        "/%2e%2e/webhooks",
        "/webhooks%00",
    ],
)
async def test_other_spellings_of_the_path_get_404(app: LaurelApp, path: str) -> None:
    raw_path, status = path.encode(), []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        status.append(message.get("status"))

    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "https", "query_string": b"", "headers": [],
        "path": path.replace("%77", "w").replace("%2e", ".").replace("%00", "\0"), "raw_path": raw_path,
        "server": ("laurel.test", 443), "client": ("203.0.113.1", 1), "root_path": "",
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]

    assert status[0] == 404


async def test_a_body_over_the_cap_gets_413_before_it_is_buffered(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    chunk = b"x" * 1024 * 1024

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield chunk

    tracemalloc.start()
    answer = await client.post("/webhooks", content=endless(), headers=webhook_headers(RAW))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert answer.status_code == 413
    assert peak_bytes < 2 * BODY_MAXIMUM_BYTES
    assert await stored(engine, shop) == []


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("-1", 400),
        ("abc", 400),
        ("1e3", 400),
        ("+5", 400),
        ("٣", 400),
        ("7", 400),
        (str(BODY_MAXIMUM_BYTES + 1), 413),
        ("9" * 30, 413),
    ],
)
async def test_a_content_length_that_lies_is_refused(
    app: LaurelApp, engine: AsyncEngine, shop: ShopReference, length: str, status: int
) -> None:
    headers = [(k.lower().encode(), v.encode()) for k, v in webhook_headers(RAW).items()]
    answered = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": RAW, "more_body": False}

    async def send(message: dict[str, object]) -> None:
        answered.append(message.get("status"))

    scope = {
        "type": "http", "method": "POST", "path": "/webhooks", "raw_path": b"/webhooks", "query_string": b"",
        "headers": [*headers, (b"content-length", length.encode())],
    }  # fmt: skip
    await app(scope, receive, send)  # type: ignore[arg-type]

    assert answered[0] == status
    assert await stored(engine, shop) == []


@pytest.mark.parametrize("topic", ["customers/data_request", "customers/redact", "shop/redact"])
async def test_compliance_for_a_shop_of_which_nothing_is_held_is_done_at_once(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, topic: str
) -> None:
    answer = await client.post(
        "/webhooks", content=RAW, headers=webhook_headers(RAW, topic, shop_domain="stranger.myshopify.com")
    )

    assert answer.status_code == 200
    assert await stored(engine, shop) == []


async def test_without_postgresql_shopify_is_asked_to_come_again(
    client: httpx.AsyncClient, app: LaurelApp, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object, **__: object) -> bool:
        raise ConnectionRefusedError

    monkeypatch.setattr(DirectDatabase, "store_delivery", refused)

    answer = await client.post("/webhooks", content=RAW, headers=webhook_headers(RAW))

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
