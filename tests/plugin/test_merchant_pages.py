"""The merchant's first page: complete from the server, escaped, in both languages, and the chart's geometry."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.inbox import Settlement, settle_deliveries
from engine.program import default_definition
from engine.publishing import publish
from engine.shops import ShopReference
from plugin import merchant
from plugin.merchant.chart import chart_of
from plugin.merchant.home import embed_link
from plugin.merchant.texts import TEXTS
from plugin.settings import Settings
from plugin.web.app import create_app
from tests.support.deliveries import pending_delivery
from tests.support.facts import line, order, refund
from tests.support.programs import apply, publish_rules, purchase, spend
from tests.support.shopify import FakeShopify
from tests.support.signing import API_KEY, SHOP, id_token

HOSTILE = "<img src=x onerror=alert(1)>"


async def page(client: httpx.AsyncClient, locale: str = "en") -> str:
    """The page's text."""
    answer = await client.get("/", params={"shop": SHOP, "locale": locale, "id_token": id_token()})
    assert answer.status_code == 200
    return answer.text


def test_both_languages_have_the_same_texts_with_the_same_places() -> None:
    assert TEXTS["en"].keys() == TEXTS["zh-CN"].keys()
    for key, english in TEXTS["en"].items():
        places = {part.partition("}")[0] for part in english.split("{")[1:]}
        assert places == {part.partition("}")[0] for part in TEXTS["zh-CN"][key].split("{")[1:]}, key


async def test_a_live_program_says_since_when_and_what_it_pays(client: httpx.AsyncClient, shop: ShopReference) -> None:
    text = await page(client)

    assert "Laurel Rewards is live" in text
    assert "Version 1, for every order that was ever placed" in text
    assert "1 point per 1 AUD, CAD, EUR, GBP or USD, 0.25 points per 1 PLN" in text
    assert "100 points for joining" in text
    assert "data-publish-revision" not in text
    assert "No points yet" in text


async def test_a_refund_of_spent_points_is_told_where_the_program_only_tells(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    assert "could not be taken back" not in await page(client)
    await publish_rules(engine, shop, purchase(), refunds={"shortfall": "flag"})
    await apply(engine, shop, order(10, [line("45.00")]))
    await spend(engine, shop, 30)
    await apply(engine, shop, refund(1, 10, "45.00"))

    text = await page(client)
    assert "30 points could not be taken back" in text
    assert "Order #10" in text
    assert "无法收回" in await page(client, "zh-CN")


async def test_what_a_shop_writes_is_text(client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        definition = default_definition().model_copy(update={"name": HOSTILE})
        await publish(connection, shop.program_id, definition, effective_from=None, actor="tests")

    text = await page(client)

    assert HOSTILE not in text
    assert "&lt;img src=x onerror=alert(1)&gt; is live" in text


async def test_parked_deliveries_are_shown_with_their_reason(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    delivery = await pending_delivery(engine, shop, "orders/paid", {})
    async with tenant_transaction(engine, shop.program_id) as connection:
        settlement = Settlement(
            shop.program_id, delivery.delivery_id, delivery.received_at, "parked", f"id: {HOSTILE} is missing"
        )
        await settle_deliveries(connection, [settlement])

    text = await page(client)

    assert "Needs your attention" in text
    assert f'data-replay-id="gid://laurel/ParkedEvent/{delivery.delivery_id}"' in text
    assert HOSTILE not in text


async def test_development_needs_nothing_from_shopifys_cdn(
    settings: Settings, engine: AsyncEngine, shopify: FakeShopify, shop: ShopReference
) -> None:
    development = settings.model_copy(update={"shopify_origin": "http://127.0.0.1:8001"})
    app = create_app(development, engine=engine, http=shopify.client())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as client:
        answer = await client.get("/", params={"shop": SHOP, "id_token": id_token()})
        for asset in ("app-bridge.js", "polaris.js", "polaris-fields.js", "save-bar.js", "merchant.css", "home.js"):
            assert f'"/static/{asset}"' in answer.text
            assert (await client.get(f"/static/{asset}")).status_code == 200
        missing = await client.get("/static/../pages.py")
    await app.services.close()

    assert "cdn.shopify.com" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith(f"frame-ancestors https://{SHOP} https://admin.shopify.com http://127.0.0.1:8001;")
    assert 'data-admin-origin="http://127.0.0.1:8001"' in answer.text
    assert missing.status_code == 404


def test_our_pages_keep_nothing_in_the_browser() -> None:
    for script in (Path(merchant.__file__).parent / "static").glob("*.js"):
        text = script.read_text()
        for storage in ("localStorage", "sessionStorage", "document.cookie", "indexedDB", "innerHTML ="):
            if script.name.startswith("polaris") and storage == "innerHTML =":
                continue  # its own constant templates, before anything of a page is in them
            assert storage not in text, script.name


def test_the_deep_link_names_the_embed() -> None:
    assert embed_link(SHOP, API_KEY, None) == (
        f"https://{SHOP}/admin/themes/current/editor?context=apps&template=index&activateAppId={API_KEY}/launcher"
    )


@pytest.mark.parametrize("count", [0, 1, 30])
def test_a_chart_of_quiet_days_has_no_bars(count: int) -> None:
    chart = chart_of([(date(2026, 11, 1) + timedelta(days=n), 0, 0) for n in range(count)])

    assert (chart.total, chart.most, chart.best_day) == (0, 0, None)
    assert [bar.height for bar in chart.bars] == [0] * count


def test_bars_are_as_high_as_their_day_and_never_invisible() -> None:
    days = [(date(2026, 11, 1), 1, 0), (date(2026, 11, 2), 10_000, 5), (date(2026, 11, 3), 5_000, 0)]

    chart = chart_of(days)

    assert [bar.height for bar in chart.bars] == [3, 114, 57]
    assert all(bar.y + bar.height == chart.baseline for bar in chart.bars)
    assert (chart.total, chart.most, chart.best_day) == (15_001, 10_000, date(2026, 11, 2))
