"""The Admin API client against an API that throttles, fails, half answers and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from plugin.settings import Settings
from plugin.shopify import admin_client
from plugin.shopify.admin_client import AdminClient, AdminRefusedError, AdminUnreachableError, ShopUnavailableError
from plugin.shopify.token_endpoint import TokenPair
from plugin.shopify.tokens import ShopPausedError, ShopTokens
from tests.support.shopify import FACTS, FakeShopify

READ = "shop_and_installation"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the client wanted to wait each time; it does not."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("plugin.shopify.admin_client.asyncio.sleep", sleep)
    return waited


@pytest.fixture
async def admin(
    settings: Settings, engine: AsyncEngine, shop: ShopReference, shopify: FakeShopify, waits: list[float]
) -> AdminClient:
    """A client whose shop has a token that works."""
    client = shopify.client()
    tokens = ShopTokens(settings, engine, client)
    shopify.valid, shopify.refresh = "shpat_good", "shprt_good"
    await tokens.store(shop, TokenPair("shpat_good", None, "shprt_good", None, "read_orders"))
    return AdminClient(client, tokens)


def answers(*given: tuple[int, Any] | Exception) -> Callable[[httpx.Request], httpx.Response]:
    """One answer after the other, the last one again and again."""
    following: Iterator[tuple[int, Any] | Exception] = iter(given)
    last = given[-1]

    def script(_: httpx.Request) -> httpx.Response:
        answer = next(following, last)
        if isinstance(answer, Exception):
            raise answer
        status, content = answer
        return (
            httpx.Response(status, content=content)
            if isinstance(content, bytes)
            else httpx.Response(status, json=content)
        )

    return script


def throttled(requested: float, available: float, rate: float) -> dict[str, Any]:
    """A throttled answer, in Shopify's form."""
    status = {"maximumAvailable": 2000, "currentlyAvailable": available, "restoreRate": rate}
    return {
        "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
        "extensions": {"cost": {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}},
    }


async def test_a_read_gives_data(admin: AdminClient, shop: ShopReference, shopify: FakeShopify) -> None:
    answer = await admin.run(shop, READ)

    assert answer.data["shop"]["name"] == "Laurel Demo"
    (request,) = shopify.admin_requests
    assert str(request.url) == f"https://{shop.domain}/admin/api/2026-10/graphql.json"
    assert json.loads(request.content)["variables"] == {}


async def test_throttled_in_a_200_waits_as_long_as_the_bucket_needs(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify, waits: list[float]
) -> None:
    shopify.script = answers((200, throttled(900, 500, 100)), (200, FACTS))

    assert (await admin.run(shop, READ)).data["shop"]["name"] == "Laurel Demo"
    assert len(waits) == 1
    assert 4.0 <= waits[0] <= 5.1


async def test_throttled_for_ever_ends(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify, waits: list[float]
) -> None:
    shopify.script = answers((200, throttled(900, 0, 0)))

    with pytest.raises(AdminUnreachableError) as failure:
        await admin.run(shop, READ)
    assert not failure.value.may_have_happened
    assert len(waits) == 5
    assert max(waits) <= 10


@pytest.mark.parametrize(
    "trouble", [(503, {}), (429, {}), (500, b"<html>"), httpx.ReadTimeout("slow"), httpx.ConnectError("refused")]
)
async def test_a_read_is_tried_again_a_few_times(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify, trouble: tuple[int, Any] | Exception
) -> None:
    shopify.script = answers(trouble, trouble, (200, FACTS))
    assert (await admin.run(shop, READ)).data["shop"]["name"] == "Laurel Demo"

    shopify.admin_requests.clear()
    shopify.script = answers(trouble)
    with pytest.raises(AdminUnreachableError):
        await admin.run(shop, READ)
    assert len(shopify.admin_requests) == 4


@pytest.mark.parametrize(
    ("trouble", "may_have_happened"),
    [((503, {}), True), (httpx.ReadTimeout("slow"), True), ((200, b"half"), True), ((429, {}), False),
     (httpx.ConnectError("refused"), False)],
)  # fmt: skip
async def test_a_mutation_is_not_repeated_blindly(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify, monkeypatch: pytest.MonkeyPatch,
    trouble: tuple[int, Any] | Exception, may_have_happened: bool,
) -> None:  # fmt: skip
    monkeypatch.setattr(admin_client, "operation", lambda _: "mutation Spend { spend { userErrors { code } } }")
    shopify.script = answers(trouble)

    with pytest.raises(AdminUnreachableError) as failure:
        await admin.run(shop, "spend")
    assert failure.value.may_have_happened is may_have_happened
    assert len(shopify.admin_requests) == 1


async def test_partial_data_is_kept_with_its_errors(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify
) -> None:
    error = {"message": "Access denied for email field.", "extensions": {"code": "ACCESS_DENIED"}, "path": ["shop"]}
    shopify.script = answers((200, {"data": {"shop": {"name": "Kept", "email": None}}, "errors": [error]}))

    answer = await admin.run(shop, READ)

    assert answer.data["shop"]["name"] == "Kept"
    assert answer.errors == (error,)


async def test_user_errors_are_no_success(admin: AdminClient, shop: ShopReference, shopify: FakeShopify) -> None:
    errors = [{"field": ["input", "code"], "message": "Code must be unique.", "code": "TAKEN"}]
    shopify.script = answers((200, {"data": {"discountCodeBasicCreate": {"node": None, "userErrors": errors}}}))

    (error,) = (await admin.run(shop, READ)).user_errors

    assert (error.path, error.code) == (("input", "code"), "TAKEN")


async def test_errors_without_data_say_their_codes(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify
) -> None:
    shopify.script = answers((200, {"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}))

    with pytest.raises(AdminRefusedError) as failure:
        await admin.run(shop, READ)
    assert failure.value.codes == ("MAX_COST_EXCEEDED",)


@pytest.mark.parametrize(("status", "state"), [(402, "frozen"), (403, "forbidden"), (404, "gone"), (423, "locked")])
async def test_a_shop_that_cannot_be_worked_with_is_told_apart(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify, status: int, state: str
) -> None:
    shopify.script = answers((status, {}))

    with pytest.raises(ShopUnavailableError) as failure:
        await admin.run(shop, READ)
    assert failure.value.state == state
    assert len(shopify.admin_requests) == 1


async def test_a_refused_token_is_renewed_once(admin: AdminClient, shop: ShopReference, shopify: FakeShopify) -> None:
    shopify.valid = "another"

    answer = await admin.run(shop, READ)

    assert answer.data["shop"]["name"] == "Laurel Demo"
    assert len(shopify.token_requests) == 1
    assert len(shopify.admin_requests) == 2


async def test_a_shop_whose_grant_is_revoked_pauses(
    admin: AdminClient, shop: ShopReference, shopify: FakeShopify
) -> None:
    shopify.uninstall()

    for _ in range(2):
        with pytest.raises(ShopPausedError):
            await admin.run(shop, READ)
    assert len(shopify.token_requests) == 1
