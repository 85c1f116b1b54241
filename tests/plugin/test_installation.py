"""A merchant's visit: who is let in, when a token is exchanged, and that installing survives every order of arrival."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.credentials import read_credentials
from engine.database import tenant_transaction
from engine.inbox import Delivery
from engine.shops import ShopReference, find_shop, shop_facts
from plugin.background.handling import HandlerContext
from plugin.payloads import Unreadable
from plugin.web.app import LaurelApp
from plugin.web.webhooks import HANDLERS
from tests.support.shopify import FakeShopify
from tests.support.signing import OTHER_SECRET, SHOP, id_token


async def visit(client: httpx.AsyncClient, **query: str) -> httpx.Response:
    """Open the app in the admin."""
    parameters = {"embedded": "1", "shop": SHOP, "locale": "en", "id_token": id_token(), **query}
    return await client.get("/", params=parameters)


async def directory(engine: AsyncEngine) -> ShopReference | None:
    """The shop as the directory knows it."""
    async with engine.connect() as connection:
        return await find_shop(connection, SHOP)


async def known(engine: AsyncEngine) -> ShopReference:
    """The shop, which must be there."""
    shop = await directory(engine)
    assert shop is not None
    return shop


async def uninstalled(app: LaurelApp, at: datetime, body: dict[str, object] | None = None) -> None:
    """The worker handles `app/uninstalled` that was triggered at `at`."""
    services = app.services
    shop = await known(services.engine)
    delivery = Delivery(
        shop.program_id, shop.shop_id, 1, "app/uninstalled", "w", None, None, at, datetime.now(UTC), b""
    )
    async with tenant_transaction(services.engine, shop.program_id) as connection:
        context = HandlerContext(services.engine, connection, services.settings, services.redis)
        await HANDLERS["app/uninstalled"](context, delivery, {"myshopify_domain": SHOP} if body is None else body)
    services.shops.forget(SHOP)


async def test_the_first_visit_installs(client: httpx.AsyncClient, engine: AsyncEngine, shopify: FakeShopify) -> None:
    answer = await visit(client)

    assert answer.status_code == 200
    assert [asked["expiring"] for asked in shopify.token_requests] == [1]
    shop = await known(engine)
    assert shop.installed
    async with tenant_transaction(engine, shop.program_id) as connection:
        facts = await shop_facts(connection, shop.program_id, shop.shop_id)
        stored = await read_credentials(connection, shop.program_id, shop.shop_id)
    assert (facts.name, facts.currency, facts.external_id) == ("Laurel Demo", "USD", 7_100_000_001)
    assert stored is not None
    assert stored.refresh_token is not None
    assert b"shpat_" not in stored.access_token
    assert b"shprt_" not in stored.refresh_token


async def test_the_page_may_be_framed_by_its_own_shop_only(client: httpx.AsyncClient) -> None:
    answer = await visit(client)

    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"frame-ancestors https://{SHOP} https://admin.shopify.com;")
    assert "set-cookie" not in answer.headers
    first_script = answer.text[answer.text.index("<script") :].partition(">")[0]
    assert "https://cdn.shopify.com/shopifycloud/app-bridge.js" in first_script


async def test_further_visits_ask_shopify_nothing(client: httpx.AsyncClient, shopify: FakeShopify) -> None:
    for _ in range(3):
        assert (await visit(client)).status_code == 200

    assert len(shopify.token_requests) == 1
    assert len(shopify.admin_requests) == 1


async def test_two_first_visits_at_once_make_one_shop(
    client: httpx.AsyncClient, engine: AsyncEngine, shopify: FakeShopify
) -> None:
    answers = await asyncio.gather(*(visit(client) for _ in range(5)))

    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(shopify.token_requests) == 1
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM shop_directory"))).scalar_one() == 1


@pytest.mark.parametrize("token", ["", "expired", "foreign"])
async def test_a_document_without_a_good_token_is_sent_for_one(
    client: httpx.AsyncClient, engine: AsyncEngine, shopify: FakeShopify, token: str
) -> None:
    past = int(datetime.now(UTC).timestamp()) - 100
    tokens = {"expired": id_token(exp=past, nbf=past, iat=past), "foreign": id_token(OTHER_SECRET)}

    answer = await visit(client, id_token=tokens.get(token, ""))

    assert answer.status_code == 302
    place = urlsplit(answer.headers["location"])
    query = parse_qs(place.query)
    assert place.path == "/patch-id-token"
    assert "id_token" not in query
    assert query["shopify-reload"] == [f"/?embedded=1&shop={SHOP}&locale=en"]
    page = await client.get(answer.headers["location"])
    assert page.headers["content-security-policy"].startswith(f"frame-ancestors https://{SHOP} ")
    assert "app-bridge.js" in page.text
    assert shopify.token_requests == []
    assert await directory(engine) is None


@pytest.mark.parametrize("shop", ["", "evil.com", "a.myshopify.com; script-src *", "A.myshopify.com"])
async def test_a_shop_that_is_none_gets_no_frame(client: httpx.AsyncClient, shop: str) -> None:
    for path in ("/", "/patch-id-token"):
        answer = await client.get(path, params={"shop": shop})
        assert answer.status_code == 400
        assert "content-security-policy" not in answer.headers


async def test_a_fetch_with_a_stale_token_is_told_to_retry(client: httpx.AsyncClient) -> None:
    answer = await client.get("/", headers={"Authorization": "Bearer nonsense"})

    assert answer.status_code == 401
    assert answer.headers["x-shopify-retry-invalid-session-request"] == "1"


async def test_an_id_token_that_shopify_calls_stale_is_fetched_anew(
    client: httpx.AsyncClient, shopify: FakeShopify
) -> None:
    shopify.token_error = (400, {"error": "invalid_subject_token"})

    assert (await visit(client)).status_code == 302


@pytest.mark.parametrize(
    ("status", "body"), [(400, {"error": "invalid_client"}), (500, {}), (200, {}), (200, {"expires_in": "x"})]
)
async def test_when_shopify_fails_nothing_is_installed(
    client: httpx.AsyncClient, engine: AsyncEngine, shopify: FakeShopify, status: int, body: dict[str, object]
) -> None:
    shopify.token_error = (status, body)

    assert (await visit(client)).status_code == 503
    assert await directory(engine) is None


async def test_uninstall_then_return(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine, shopify: FakeShopify
) -> None:
    await visit(client)
    first = await known(engine)
    shopify.uninstall()
    await uninstalled(app, datetime.now(UTC))
    gone = await known(engine)
    async with tenant_transaction(engine, gone.program_id) as connection:
        assert await read_credentials(connection, gone.program_id, gone.shop_id) is None

    await visit(client)

    back = await known(engine)
    assert (first.installed, gone.installed, back.installed) == (True, False, True)
    assert back.program_id == first.program_id
    assert len(shopify.token_requests) == 2


async def test_news_of_an_earlier_uninstall_changes_nothing(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine, shopify: FakeShopify
) -> None:
    await visit(client)
    left_at = datetime.now(UTC)
    shopify.uninstall()
    app.services.shops.forget(SHOP)
    fresh = LaurelApp(app.services)  # the visit comes to a process that has not checked the grant lately
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=fresh), base_url="https://laurel.test") as other:
        assert (await visit(other)).status_code == 200

    await uninstalled(app, left_at)
    await uninstalled(app, left_at - timedelta(days=1))

    shop = await known(engine)
    assert shop.installed
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await read_credentials(connection, shop.program_id, shop.shop_id) is not None


async def test_uninstalled_twice_is_uninstalled_once(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine
) -> None:
    await visit(client)
    at = datetime.now(UTC) + timedelta(seconds=1)
    await uninstalled(app, at)
    await uninstalled(app, at)

    assert not (await known(engine)).installed


@pytest.mark.parametrize("body", [{}, {"shop_domain": "other.myshopify.com"}, {"customer": {"id": 1}}])
async def test_a_header_alone_uninstalls_nothing(
    client: httpx.AsyncClient, app: LaurelApp, engine: AsyncEngine, body: dict[str, object]
) -> None:
    await visit(client)
    with pytest.raises(Unreadable, match="names no shop"):
        await uninstalled(app, datetime.now(UTC) + timedelta(seconds=1), body)

    assert (await known(engine)).installed


async def test_staff_of_an_uninstalled_shop_cannot_ask(client: httpx.AsyncClient, app: LaurelApp) -> None:
    await visit(client)
    await uninstalled(app, datetime.now(UTC) + timedelta(seconds=1))

    answer = await client.post("/admin/graphql", json={}, headers={"Authorization": f"Bearer {id_token()}"})

    assert answer.status_code == 403


async def test_the_page_speaks_both_languages_and_offers_to_publish(client: httpx.AsyncClient) -> None:
    english, chinese = await visit(client), await visit(client, locale="zh-CN")

    assert "Publish program" in english.text
    assert "发布计划" in chinese.text
    assert '<html lang="zh-CN">' in chinese.text
