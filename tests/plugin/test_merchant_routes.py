"""Every page of the merchant's app: who may see it, who may frame it, what is missing, and that writing is text."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.members import member_of_customer
from engine.program import default_definition
from engine.publishing import draft, save_draft
from engine.rewards.catalog import create_reward
from engine.rewards.definitions import FixedCost, Manual, RewardDefinition
from engine.rules.definitions import Definition
from engine.shops import ShopReference
from plugin.shopify.installation import PATCH_PATH
from tests.support.signing import SHOP, id_token

HOSTILE = '"><img src=x onerror=alert(1)>'
PAGES = (
    "/",
    "/program",
    "/program/settings",
    "/program/rules/new",
    "/program/rules/purchase",
    "/rewards",
    "/rewards/new",
    "/redemptions",
    "/tiers",
    "/tiers/edit",
    "/plans",
    "/plans/new",
    "/plans/repairs",
    "/members",
    "/import-export",
)
FRAGMENTS = ("/plans/product", "/tiers/plans/7", "/import-export/files", "/members/order-why", "/members/of-customer/7")
MISSING = (
    "/program/rules/none",
    "/program/rules/..%2f..",
    "/rewards/7",
    "/rewards/99999999999999999999",
    "/tiers/plans/7",
    "/plans/7",
    "/plans/7/members",
    "/plans/9223372036854775808",
    "/members/7",
    "/members/9223372036854775808",
    "/members/7/why/9223372036854775807",
    "/nowhere",
)


async def get(client: httpx.AsyncClient, path: str, locale: str = "en") -> httpx.Response:
    """The page, asked for as the admin asks."""
    return await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token()})


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
async def test_every_page_is_complete_and_only_the_shops_admin_may_frame_it(
    client: httpx.AsyncClient, shop: ShopReference, locale: str
) -> None:
    for path in PAGES:
        answer = await get(client, path, locale)

        assert answer.status_code == 200, path
        assert f'<html lang="{locale}">' in answer.text
        policy = answer.headers["content-security-policy"]
        assert policy.startswith(f"frame-ancestors https://{SHOP} https://admin.shopify.com; script-src 'self' ")
        assert answer.headers["cache-control"] == "private, no-store"
        for other in ("/program", "/rewards", "/redemptions", "/tiers", "/plans", "/members", "/import-export"):
            assert f'<s-link href="{other}"' in answer.text
        first_script = answer.text.index("<script")
        assert answer.text[first_script:].startswith("<script data-api-key="), path


async def test_a_page_without_a_token_asks_the_admin_for_one_and_comes_back(
    client: httpx.AsyncClient, shop: ShopReference
) -> None:
    for path in (*PAGES, *FRAGMENTS):
        answer = await client.get(path, params={"shop": SHOP, "locale": "zh-CN"})

        assert answer.status_code == 302
        target = urlsplit(answer.headers["location"])
        assert target.path == PATCH_PATH
        assert parse_qs(target.query)["shopify-reload"] == [f"{path}?shop={SHOP}&locale=zh-CN"]


async def test_no_page_is_for_strangers(client: httpx.AsyncClient, shop: ShopReference) -> None:
    for path in (*PAGES, *FRAGMENTS):
        bare = await client.get(path)
        forged = await client.get(path, headers={"Authorization": f"Bearer {id_token()[:-4]}AAAA"})

        assert bare.status_code == 400, path
        assert forged.status_code == 401, path
        assert forged.headers["x-shopify-retry-invalid-session-request"] == "1"


async def test_what_is_not_there_is_a_404_and_never_an_accident(client: httpx.AsyncClient, shop: ShopReference) -> None:
    for path in MISSING:
        answer = await get(client, path)

        assert answer.status_code == 404, path


async def test_a_hostile_search_finds_nobody_and_stays_text(client: httpx.AsyncClient, shop: ShopReference) -> None:
    for query in (HOSTILE, "1' OR '1'='1", "a\x00b", "9" * 400, "用户@例子.中国"):
        answer = await client.get("/members", params={"shop": SHOP, "id_token": id_token(), "query": query})

        assert answer.status_code == 200, query
        assert HOSTILE not in answer.text
        assert "Nobody found" in answer.text


async def test_an_order_that_nobody_knows_is_said_to_be_unknown(client: httpx.AsyncClient, shop: ShopReference) -> None:
    for order in ("", "none", "-1", "0", "9" * 23, "gid://shopify/Order/7", HOSTILE):
        answer = await client.get("/members/order-why", params={"shop": SHOP, "id_token": id_token(), "order": order})

        assert answer.status_code == 200, order
        assert "No order of this number is known here." in answer.text


async def test_what_merchants_and_shops_write_is_text_on_every_page(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        revision = (await draft(connection, shop.program_id)).revision
        await save_draft(connection, shop.program_id, _hostile(), expected_revision=revision, actor="tests")
        definition = RewardDefinition(
            title=HOSTILE, description=HOSTILE, terms=HOSTILE, cost=FixedCost(points=5), value=Manual()
        )
        reward = await create_reward(connection, shop.program_id, "hostile", definition, actor="tests")

    for path in (
        "/program",
        "/program/settings",
        "/program/rules/purchase",
        "/rewards",
        f"/rewards/{reward.reward_id}",
    ):
        answer = await get(client, path)
        assert answer.status_code == 200
        assert HOSTILE not in answer.text, path
        assert "onerror=alert(1)" in answer.text, path


def _hostile() -> Definition:
    written = default_definition().model_dump(mode="json")
    question = {"kind": "compare", "field": "order.tags", "operator": "contains", "value": HOSTILE}
    written["name"] = HOSTILE
    written["rules"][0] |= {"title": HOSTILE, "condition": question}
    return Definition.model_validate(written)


async def test_a_members_page_says_what_they_have_in_both_languages(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        member = await member_of_customer(connection, shop.program_id, shop.shop_id, 4242)

    english = await get(client, f"/members/{member.member_id}")
    chinese = await get(client, f"/members/{member.member_id}", "zh-CN")

    assert "Customer 4242" in english.text
    assert "Nothing has happened yet." in english.text
    assert "客户 4242" in chinese.text
    found = await get(client, "/members/of-customer/4242")
    assert found.json() == {"id": f"gid://laurel/Member/{member.member_id}"}
    nobody = await get(client, "/members/of-customer/42")
    assert nobody.json() == {"id": None}
