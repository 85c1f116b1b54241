"""The stand-in for the admin: how it opens the app, what it tells the frame, and what the merchant does to orders."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import httpx

from plugin.devstore.id_tokens import read_id_token
from plugin.devstore.seed import CUSTOMERS, PRODUCTS
from plugin.devstore.store import Store

Shop = tuple[httpx.AsyncClient, Store]
MUG = next(product for product in PRODUCTS if product.handle == "stoneware-mug")


async def bought(client: httpx.AsyncClient, store: Store) -> int:
    """Two mugs, bought by a customer; returns the order's id."""
    await client.post("/account/login", data={"customer_id": str(CUSTOMERS[0].id)})
    await client.post("/cart/add", data={"id": str(MUG.variant_id), "quantity": "2"})
    await client.post("/checkout")
    return int(store.orders()[-1]["id"])


async def test_given_the_app_when_the_admin_opens_it_then_the_frame_has_a_token_that_is_good(shop_client: Shop) -> None:
    client, store = shop_client

    page = await client.get("/admin", params={"locale": "zh-CN"})

    source = re.search(r'<iframe[^>]* src="([^"]+)"', page.text)
    assert source is not None
    address = urlsplit(unescape(source[1]))
    query = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == "http://app.test/"
    assert (query["shop"], query["embedded"], query["locale"]) == ("laurel-demo.myshopify.com", "1", "zh-CN")
    claims = read_id_token(store.app, query["id_token"], now=store.clock())
    assert claims is not None
    assert claims["dest"] == "https://laurel-demo.myshopify.com"
    assert "frame-src http://app.test;" in page.headers["content-security-policy"]


async def test_given_the_frame_when_it_asks_for_a_token_then_each_is_new_and_good(shop_client: Shop) -> None:
    client, store = shop_client

    tokens = [(await client.post("/admin/id-token")).json()["token"] for _ in range(2)]

    assert tokens[0] != tokens[1]
    assert all(read_id_token(store.app, token, now=store.clock()) for token in tokens)


async def test_given_the_switch_when_it_is_turned_then_app_and_storefront_see_it(shop_client: Shop) -> None:
    client, store = shop_client

    async def status() -> dict[str, str]:
        (extension,) = (await client.get("/admin/extensions")).json()["extensions"]
        assert (extension["handle"], extension["type"]) == ("laurel-widgets", "theme_app_extension")
        return {one["handle"]: one["status"] for one in extension["activations"]}

    assert await status() == {"early-access": "active", "launcher": "active", "product-points": "active"}
    await client.post("/admin/themes")
    assert await status() == {"early-access": "active", "launcher": "available", "product-points": "active"}
    assert store.embed_enabled() is False
    await client.post("/admin/themes", data={"enabled": "1"})
    assert store.embed_enabled() is True


async def test_given_a_deep_link_to_the_theme_editor_when_it_is_followed_then_the_switch_is_there(
    shop_client: Shop,
) -> None:
    client, _ = shop_client

    answer = await client.get("/admin/themes/current/editor?context=apps", follow_redirects=True)

    assert "App embeds" in answer.text


async def test_given_an_order_when_a_unit_is_refunded_and_then_cancelled_then_the_order_says_so(
    shop_client: Shop,
) -> None:
    client, store = shop_client
    order_id = await bought(client, store)
    line = store.orders()[-1]["line_items"][0]["id"]

    await client.post(f"/admin/orders/{order_id}/refund", data={f"line-{line}": "1"})

    order = store.order(order_id)
    assert order is not None
    assert order["line_items"][0]["current_quantity"] == 1
    assert order["financial_status"] == "partially_refunded"
    page = (await client.get(f"/admin/orders/{order_id}")).text
    assert "1 left" in page
    await client.post(f"/admin/orders/{order_id}/cancel")
    assert "Cancelled" in (await client.get("/admin/orders")).text


async def test_given_a_refund_of_nothing_when_it_is_asked_for_then_the_page_says_so(shop_client: Shop) -> None:
    client, store = shop_client
    order_id = await bought(client, store)

    answer = await client.post(f"/admin/orders/{order_id}/refund", data={})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text


async def test_given_the_list_when_an_order_is_sent_delivered_and_cancelled_there_then_it_says_each(
    shop_client: Shop,
) -> None:
    client, store = shop_client
    order_id = await bought(client, store)
    told = []
    for action in ("fulfill", "deliver", "cancel"):
        answer = await client.post(f"/admin/orders/{order_id}/{action}", data={"return_to": "/admin/orders"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/orders")
        told += re.findall(r"badge [a-z_]*\">([^<]+)<", (await client.get("/admin/orders")).text)

    assert told == ["Paid", "Sent", "Paid", "Delivered", "Cancelled", "Delivered"]
    again = await client.post(f"/admin/orders/{order_id}/cancel", data={"return_to": "/admin/orders"})
    assert again.status_code == 422
    assert "That order is cancelled already." in again.text
    assert (await client.post(f"/admin/orders/{order_id}/explode")).headers["location"] == "/admin/orders"


async def test_given_an_order_with_a_code_and_two_payments_when_it_is_opened_then_all_of_it_is_shown(
    shop_client: Shop,
) -> None:
    client, store = shop_client
    await client.post("/devstore/gift-cards", json={"amount": "15.00", "code": "HARBORCARD15"})
    lines = [{"handle": "stoneware-mug"}]
    order = (
        await client.post(
            "/devstore/checkout", json={"lines": lines, "discount": "TENOFF", "gift_cards": ["HARBORCARD15"]}
        )
    ).json()["order"]
    await client.post("/devstore/refund", json={"order_id": order["id"], "all": True})

    page = (await client.get(f"/admin/orders/{order['id']}")).text

    sums = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page)
    assert [(re.sub(r"<.*?>|, 20.*", "", what), amount) for what, amount in sums] == [
        ("Items", "24.00"), ("Discount TENOFF", "−10.00"), ("Shipping", "6.00"), ("Total", "20.00 USD"),
        ("Gift card", "15.00 USD"), ("Card", "5.00 USD"),
        ("Refunded to card", "−5.00 USD"), ("Refunded to gift card", "−15.00 USD"),
    ]  # fmt: skip
    assert store.order(order["id"]) is not None


async def test_given_customers_when_the_list_is_read_then_it_counts_their_orders(shop_client: Shop) -> None:
    client, store = shop_client
    await bought(client, store)

    page = (await client.get("/admin/customers")).text

    assert "陈雨桐" in page
    assert re.search(r"Ada Okafor.*?<td class=\"number\">1</td>", page, re.DOTALL)


async def test_given_an_app_that_was_removed_when_the_admin_opens_it_then_it_is_granted_again(
    shop_client: Shop,
) -> None:
    client, store = shop_client
    store.uninstall_app()

    await client.get("/admin")

    assert store.installation.read().status != "uninstalled"
