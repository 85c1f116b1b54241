"""The storefront over HTTP: pages, cart, log-in, languages, and the app's blocks in their places."""

from __future__ import annotations

import html
import json
import re

import httpx
import pytest

from plugin.devstore.seed import CUSTOMERS, PRODUCTS
from plugin.devstore.store import Store

Shop = tuple[httpx.AsyncClient, Store]
MUG = next(product for product in PRODUCTS if product.handle == "stoneware-mug")
ADA = CUSTOMERS[0]


def attributes(page: str, element: str) -> dict[str, str]:
    """The attributes of the first such element of a page."""
    opening = re.search(rf"<{element}\s([^>]*)>", page)
    assert opening is not None
    return {name: html.unescape(value or "") for name, value in re.findall(r'([\w-]+)(?:="([^"]*)")?', opening[1])}


async def test_given_the_home_page_when_it_is_read_then_everything_is_for_sale_with_its_price(
    shop_client: Shop,
) -> None:
    client, _ = shop_client

    page = await client.get("/")

    assert page.status_code == 200
    assert page.text.count('<li class="card">') == 11
    assert "$24.00" in page.text
    assert "Liquid error" not in page.text
    assert "Translation missing" not in page.text


async def test_given_any_page_when_it_is_sent_then_browsers_may_run_only_the_shops_own_files(shop_client: Shop) -> None:
    client, _ = shop_client

    page = await client.get("/")

    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "private, no-store"


async def test_given_a_guest_when_a_product_is_read_then_the_block_has_what_its_script_needs(shop_client: Shop) -> None:
    client, _ = shop_client

    page = (await client.get("/products/stoneware-mug")).text

    block = attributes(page, "laurel-product-points")
    assert block["data-price"] == "2400"
    assert block["data-variants"] == f"{MUG.variant_id}:2400"
    assert block["data-currency"] == "USD"
    assert block["data-proxy"] == "/apps/laurel"
    assert "data-member" not in block
    assert page.count("/extensions/laurel/assets/laurel-product.js") == 1
    assert page.count("/extensions/laurel/assets/laurel.js") == 1


async def test_given_a_customer_when_they_log_in_then_the_embed_knows_a_member_and_nothing_more(
    shop_client: Shop,
) -> None:
    client, _ = shop_client
    await client.post("/account/login", data={"customer_id": str(ADA.id)})

    page = (await client.get("/")).text

    embed = attributes(page, "laurel-launcher")
    assert embed["data-name"] == "Ada"
    assert "data-member" in embed
    assert str(ADA.id) not in page
    assert ADA.email not in page


async def test_given_the_embed_is_off_or_the_app_is_gone_when_pages_are_read_then_nothing_of_it_is_there(
    shop_client: Shop,
) -> None:
    client, store = shop_client
    store.set_embed_enabled(False)
    product = (await client.get("/products/stoneware-mug")).text
    assert "laurel-launcher" not in product
    assert "laurel-product-points" in product

    store.uninstall_app()

    assert "laurel" not in (await client.get("/products/stoneware-mug")).text.lower().replace("laurel plus", "")


async def test_given_a_name_that_is_markup_when_pages_are_read_then_it_is_text(shop_client: Shop) -> None:
    client, _ = shop_client
    name = '"><img src=x onerror=alert(1)>'
    person = {"first_name": name, "last_name": name, "email": "markup@example.com"}

    answer = await client.post("/account/register", data=person)
    page = (await client.get("/account")).text

    assert answer.status_code == 303
    assert "<img src=x" not in page
    assert attributes(page, "laurel-launcher")["data-name"] == name


async def test_given_a_cart_when_units_are_added_changed_and_bought_then_the_order_is_shown(shop_client: Shop) -> None:
    client, store = shop_client
    await client.post("/account/login", data={"customer_id": str(ADA.id)})
    await client.post("/cart/add", data={"id": str(MUG.variant_id), "quantity": "2"})
    await client.post("/cart/change", data={"id": str(MUG.variant_id), "quantity": "3"})
    cart = (await client.get("/cart")).text
    assert "$72.00" in cart

    bought = await client.post("/checkout")

    order = store.orders()[-1]
    assert bought.status_code == 303
    assert bought.headers["location"] == f"/account/orders/{order['token']}?thanks=1"
    page = (await client.get(bought.headers["location"])).text
    assert "Thank you, Ada" in page
    assert order["name"] in page
    assert order["customer"]["id"] == ADA.id
    assert [line["quantity"] for line in order["line_items"]] == [3]
    assert "Your cart is empty" in (await client.get("/cart")).text
    assert order["name"] in (await client.get("/account")).text


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/cart/add", {"id": "1", "quantity": "1"}),
        ("/cart/add", {"id": "none", "quantity": "1"}),
        ("/cart/add", {}),
        ("/cart/add", {"id": str(MUG.variant_id), "quantity": "-1"}),
        ("/cart/add", {"id": str(MUG.variant_id), "quantity": "9" * 30}),
        ("/cart/change", {"id": str(MUG.variant_id), "quantity": "501"}),
        ("/checkout", {}),
        ("/account/login", {"customer_id": "1"}),
        ("/account/register", {"first_name": "A", "last_name": "B", "email": ADA.email}),
    ],
)
async def test_given_a_bad_form_when_it_is_sent_then_the_page_says_what_is_wrong(
    shop_client: Shop, path: str, form: dict[str, str]
) -> None:
    client, store = shop_client

    answer = await client.post(path, data=form)

    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert store.orders() == []


async def test_given_nobody_is_logged_in_when_the_account_is_opened_then_the_log_in_page_is_next(
    shop_client: Shop,
) -> None:
    client, _ = shop_client

    answer = await client.get("/account")

    assert (answer.status_code, answer.headers["location"]) == (303, "/account/login")


async def test_given_a_log_out_when_it_is_done_then_the_cart_stays_and_the_member_is_gone(shop_client: Shop) -> None:
    client, _ = shop_client
    await client.post("/account/login", data={"customer_id": str(ADA.id)})
    await client.post("/cart/add", data={"id": str(MUG.variant_id)})

    await client.post("/account/logout")

    page = (await client.get("/cart")).text
    assert "data-member" not in page
    assert "Stoneware Mug" in page


async def test_given_chinese_when_pages_are_read_then_shop_and_blocks_are_chinese(shop_client: Shop) -> None:
    client, _ = shop_client

    page = (await client.get("/zh/products/wool-throw")).text

    assert '<html lang="zh-CN">' in page
    assert "羊毛毯" in page
    assert 'action="/zh/cart/add"' in page
    assert 'href="/products/wool-throw" lang="en"' in page
    assert attributes(page, "laurel-product-points")["data-locale"] == "zh-CN"
    assert json.loads(attributes(page, "laurel-launcher")["data-texts"])["panel.earn"] == "赚取积分"
    assert "Translation missing" not in page


@pytest.mark.parametrize("path", ["/nowhere", "/products/nothing", "/account/orders/guess", "/zh/nowhere"])
async def test_given_no_such_page_when_it_is_asked_for_then_the_shop_says_so(shop_client: Shop, path: str) -> None:
    client, _ = shop_client

    answer = await client.get(path)

    assert answer.status_code == 404
    assert "laurel-launcher" in answer.text
