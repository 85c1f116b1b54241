"""A merchant names the product of a plan as they know it; what the shop does not have, or does not tell, is said."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx
import pytest

from engine.shops import ShopReference
from plugin.merchant.products import query_of
from tests.support.shopify import FACTS, FakeShopify
from tests.support.signing import SHOP, id_token

PLUS = {
    "id": "gid://shopify/Product/821",
    "legacyResourceId": "821",
    "handle": "laurel-plus",
    "title": "Laurel Plus",
    "isGiftCard": False,
}


def answering(*nodes: dict[str, object]) -> Callable[[httpx.Request], httpx.Response]:
    """A shop whose search for products finds these."""

    def script(request: httpx.Request) -> httpx.Response:
        if "ProductOfPlan" in json.loads(request.content)["query"]:
            return httpx.Response(200, json={"data": {"products": {"nodes": list(nodes)}}})
        return httpx.Response(200, json=FACTS)

    return script


async def found(client: httpx.AsyncClient, written: str, locale: str = "en") -> dict[str, object]:
    """What the form is told."""
    answer = await client.get(
        "/plans/product", params={"shop": SHOP, "locale": locale, "id_token": id_token(), "product": written}
    )
    assert answer.status_code == 200
    told: dict[str, object] = answer.json()
    return told


@pytest.mark.parametrize(
    ("written", "query"),
    [
        ("laurel-plus", ("handle", "laurel-plus")),
        ("  Laurel-Plus ", ("handle", "laurel-plus")),
        ("https://laurel.test/products/laurel-plus?variant=7", ("handle", "laurel-plus")),
        ("https://laurel.test/collections/all/products/laurel-plus#top", ("handle", "laurel-plus")),
        ("/products/%E4%BC%9A%E5%91%98", ("handle", "会员")),
        ("821", ("id", "821")),
        ("gid://shopify/Product/821", ("id", "821")),
        ("https://admin.shopify.com/store/laurel/products/821", ("id", "821")),
        ("https://laurel.myshopify.com/admin/products/821?x=1", ("id", "821")),
        ("", None),
        ("two words", None),
        ("a\x00b", None),
        ("x" * 501, None),
        ("9" * 400, None),
        ("' OR title:*", None),
    ],
)
def test_what_a_merchant_writes_names_one_product_or_none(written: str, query: tuple[str, str] | None) -> None:
    assert query_of(written) == query


async def test_a_product_is_found_by_its_very_handle(
    client: httpx.AsyncClient, shopify: FakeShopify, shop: ShopReference
) -> None:
    shopify.script = answering({**PLUS, "handle": "laurel-plus-2", "legacyResourceId": "822"}, PLUS)

    assert await found(client, "laurel-plus") == {
        "product": {"id": "gid://shopify/Product/821", "title": "Laurel Plus", "handle": "laurel-plus"}
    }
    asked = json.loads(shopify.admin_requests[-1].content)["variables"]
    assert asked == {"query": "handle:laurel-plus"}


async def test_what_cannot_be_sold_as_a_membership_is_said_in_the_merchants_language(
    client: httpx.AsyncClient, shopify: FakeShopify, shop: ShopReference
) -> None:
    shopify.script = answering({**PLUS, "isGiftCard": True})
    assert await found(client, "laurel-plus") == {"problem": "A gift card cannot bring a membership."}
    shopify.script = answering({**PLUS, "handle": "laurel-plus-2"})
    assert await found(client, "laurel-plus") == {"problem": "Your shop has no product like this."}
    assert await found(client, "laurel-plus", "zh-CN") == {"problem": "您的店铺没有这样的产品。"}


async def test_a_shop_that_refuses_or_does_not_answer_is_told_apart_from_a_product_that_does_not_exist(
    client: httpx.AsyncClient, shopify: FakeShopify, shop: ShopReference
) -> None:
    denied = {"errors": [{"message": "no", "extensions": {"code": "ACCESS_DENIED"}}]}
    shopify.script = lambda request: httpx.Response(200, json=denied if b"ProductOfPlan" in request.content else FACTS)
    assert "may not read" in str((await found(client, "laurel-plus"))["problem"])
    shopify.script = lambda request: (
        httpx.Response(423) if b"ProductOfPlan" in request.content else httpx.Response(200, json=FACTS)
    )
    assert "did not answer" in str((await found(client, "laurel-plus"))["problem"])
