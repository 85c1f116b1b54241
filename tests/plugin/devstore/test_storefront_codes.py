"""Codes on their way through the storefront: links, the cart, the cart's AJAX routes, and the checkout."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from plugin.devstore.seed import CUSTOMERS, product_by_handle
from plugin.devstore.store import Store

Shop = tuple[httpx.AsyncClient, Store]
ADA, JONAS = CUSTOMERS[0].id, CUSTOMERS[1].id


def _mug() -> str:
    product = product_by_handle("stoneware-mug")
    assert product is not None
    return str(product.variant_id)


@pytest.fixture
async def visit(shop_client: Shop) -> Shop:
    """Ada's visit, with two mugs in her cart and a code of hers in the shop."""
    client, store = shop_client
    store.discounts.create(
        "LRL-FIVE", title="Five", kind="fixed_amount", value="5.00", starts_at="2026-01-01T00:00:00Z",
        customer_ids=[ADA], usage_limit=1,
    )  # fmt: skip
    await client.post("/account/login", data={"customer_id": str(ADA)})
    await client.post("/cart/add", data={"id": _mug(), "quantity": "2"})
    return client, store


def _prices(page: str) -> list[str]:
    return re.findall(r"<dd>(.*?)</dd>", page)


async def test_given_a_link_with_a_code_when_it_is_followed_then_the_cart_shows_the_price_after_it(visit: Shop) -> None:
    client, _ = visit

    answer = await client.get("/discount/lrl-five?redirect=/cart")
    page = (await client.get("/cart")).text

    assert (answer.status_code, answer.headers["location"]) == (302, "/cart")
    assert "<code>LRL-FIVE</code>" in page
    assert _prices(page) == ["$48.00", "−$5.00", "$6.00", "$49.00"]


@pytest.mark.parametrize(
    "target", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\nb"]
)
async def test_given_a_link_that_leads_away_when_it_is_followed_then_it_leads_home(visit: Shop, target: str) -> None:
    client, _ = visit

    answer = await client.get("/discount/LRL-FIVE", params={"redirect": target})

    assert (answer.status_code, answer.headers["location"]) == (302, "/")


async def test_given_a_link_before_the_log_in_when_its_customer_logs_in_then_it_counts(shop_client: Shop) -> None:
    client, store = shop_client
    store.discounts.create(
        "LRL-FIVE", title="Five", kind="fixed_amount", value="5.00", starts_at="2026-01-01T00:00:00Z",
        customer_ids=[ADA],
    )  # fmt: skip
    await client.get("/discount/LRL-FIVE")
    await client.post("/cart/add", data={"id": _mug(), "quantity": "1"})
    before = (await client.get("/cart")).text
    await client.post("/account/login", data={"customer_id": str(ADA)})

    assert "LRL-FIVE belongs to another customer" in before
    assert _prices(before)[-1] == "$30.00"
    assert _prices((await client.get("/cart")).text)[-1] == "$25.00"


async def test_given_a_code_when_it_is_entered_and_removed_then_the_cart_is_as_before(visit: Shop) -> None:
    client, store = visit

    entered = await client.post("/cart/change", data={"discount": " lrl-five ", "return_to": "/checkout"})
    with_it = (await client.get("/checkout")).text
    removed = await client.post("/cart/change", data={"remove_discount": "LRL-FIVE"})

    assert (entered.status_code, entered.headers["location"]) == (303, "/checkout")
    assert "Pay $49.00" in with_it
    assert (removed.status_code, removed.headers["location"]) == (303, "/cart")
    assert _prices((await client.get("/cart")).text) == ["$48.00", "$6.00", "$54.00"]
    assert store.cart(client.cookies["_harbor_session"]).discount_codes == ()


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("NOPE", "The discount code NOPE is not valid."),
        ("<b>x</b>", "The discount code &lt;b&gt;x&lt;/b&gt; is not valid."),
        ("LRL-FIVE", "LRL-FIVE cannot be combined with TENOFF."),
    ],
)
async def test_given_a_code_that_is_refused_when_it_is_entered_then_it_is_said_and_not_kept(
    visit: Shop, code: str, told: str
) -> None:
    client, store = visit
    await client.post("/cart/change", data={"discount": "TENOFF"})

    answer = await client.post("/cart/change", data={"discount": code})

    assert answer.status_code == 422
    assert told in answer.text
    assert store.cart(client.cookies["_harbor_session"]).discount_codes == ("TENOFF",)


async def test_given_a_link_that_cannot_be_combined_when_it_is_followed_then_the_newest_link_wins(visit: Shop) -> None:
    client, store = visit
    await client.post("/cart/change", data={"discount": "TENOFF"})

    await client.get("/discount/LRL-FIVE")

    assert store.cart(client.cookies["_harbor_session"]).discount_codes == ("LRL-FIVE",)


async def test_given_a_widget_when_it_sets_codes_then_the_answer_says_which_apply(visit: Shop) -> None:
    client, _ = visit

    async def update(**body: Any) -> Any:
        return (await client.post("/cart/update.js", json=body)).json()

    cart = await update(discount="lrl-five,NOPE,LRL-FIVE")
    assert cart["discount_codes"] == [{"code": "lrl-five", "applicable": True}, {"code": "NOPE", "applicable": False}]
    assert (cart["original_total_price"], cart["total_discount"], cart["total_price"]) == (4800, 500, 4300)
    assert cart["items"][0]["final_line_price"] == 4300
    assert (await client.get("/cart.js")).json() == cart

    assert (await update(discount=""))["discount_codes"] == []
    assert (await update(updates={_mug(): 1}))["item_count"] == 1
    form = await client.post("/cart/update.js", data={"discount": "LRL-FIVE"})
    assert form.json()["discount_codes"] == [{"code": "LRL-FIVE", "applicable": True}]


async def test_given_a_widget_when_it_adds_items_then_bad_ones_are_refused(visit: Shop) -> None:
    client, _ = visit

    good = await client.post("/cart/add.js", json={"items": [{"id": int(_mug()), "quantity": 1}]})
    bad = [
        await client.post("/cart/add.js", json={"items": [{"id": 1}]}),
        await client.post("/cart/add.js", json={"items": ["x"]}),
        await client.post("/cart/add.js", content=b"{", headers={"Content-Type": "application/json"}),
        await client.post("/cart/update.js", json={"updates": {"x": 1}}),
    ]

    assert good.json()["item_count"] == 3
    assert [answer.status_code for answer in bad] == [422] * 4
    assert bad[0].json()["description"] == "That product does not exist."
    assert (await client.get("/cart.js")).json()["item_count"] == 3


async def test_given_the_checkout_when_it_is_paid_then_the_order_and_its_page_have_the_code(visit: Shop) -> None:
    client, store = visit
    await client.get("/discount/LRL-FIVE")

    paid = await client.post("/checkout", data={})

    order = store.orders()[-1]
    assert order["discount_codes"] == [{"code": "LRL-FIVE", "amount": "5.00", "type": "fixed_amount"}]
    assert _prices((await client.get(paid.headers["location"])).text) == ["$48.00", "−$5.00", "$6.00", "$49.00"]
    used = store.discounts.by_code("LRL-FIVE")
    assert used is not None
    assert used.used_by == [ADA]


async def test_given_a_code_that_ended_since_when_it_is_paid_then_nothing_is_bought_at_the_full_price(
    visit: Shop,
) -> None:
    client, store = visit
    await client.get("/discount/LRL-FIVE")
    ended = store.discounts.by_code("LRL-FIVE")
    assert ended is not None
    store.discounts.deactivate(ended)

    answer = await client.post("/checkout", data={})

    assert answer.status_code == 422
    assert "The discount code LRL-FIVE is not valid any more." in answer.text
    assert store.orders() == []


async def test_given_credit_and_a_gift_card_when_the_checkout_offers_them_then_they_pay(visit: Shop) -> None:
    client, store = visit
    await client.post("/devstore/gift-cards", json={"amount": "15.00", "code": "HARBORCARD15"})
    await client.post("/devstore/store-credit", json={"customer_id": ADA, "amount": "7.50"})
    assert "Use store credit ($7.50)" in (await client.get("/checkout")).text

    number = {"attributes[laurel_member]": " AAAA-BBBB ", "attributes[laurel_host]": "", "attributes[No!]": "x"}
    await client.post("/checkout", data={"gift_card": "harborcard15", "store_credit": "1", **number})

    gateways = ["gift_card", "shopify_store_credit", "shopify_payments"]
    assert store.orders()[-1]["payment_gateway_names"] == gateways
    assert store.orders()[-1]["note_attributes"] == [{"name": "laurel_member", "value": "AAAA-BBBB"}]


async def test_given_an_empty_cart_when_the_checkout_is_opened_then_the_cart_is_shown(shop_client: Shop) -> None:
    client, _ = shop_client

    answer = await client.get("/checkout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")


async def test_given_chinese_when_a_code_is_refused_then_the_reason_is_chinese(visit: Shop) -> None:
    client, _ = visit
    await client.get("/zh/discount/NOPE?redirect=/zh/cart")

    page = (await client.get("/zh/cart")).text

    assert "NOPE 不是有效的折扣码。" in page
    assert "结账" in page
