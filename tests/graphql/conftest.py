"""Requests as the HTTP routes make them, for both schemas."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.leaderboards.keys import BoardRedis
from engine.shops import ShopReference
from laurel_graphql.context import MerchantContext, StorefrontContext
from laurel_graphql.merchant import merchant_schema
from laurel_graphql.partner_desk import PartnerDesk
from laurel_graphql.request import answer
from laurel_graphql.storefront import storefront_schema
from tests.support.graphql_requests import Ask, Reply, reply_of


@pytest.fixture
def ask_storefront(engine: AsyncEngine, shop: ShopReference) -> Ask:
    """Send a document to the storefront schema, as customer 4711 unless told otherwise."""

    async def ask(
        query: str,
        variables: dict[str, Any] | None = None,
        *,
        customer_id: int | None = 4711,
        locale: str = "en",
        where: ShopReference = shop,
        redis: BoardRedis | None = None,
    ) -> Reply:
        context = StorefrontContext(
            engine=engine, program_id=where.program_id, shop_id=where.shop_id, locale=locale, customer_id=customer_id,
            redis=redis, app_url="https://app.example",
        )  # fmt: skip
        body = json.dumps({"query": query, "variables": variables}).encode()
        return reply_of(await answer(body, schema=storefront_schema, context=context, development=True))

    return ask


@pytest.fixture
def ask_merchant(engine: AsyncEngine, shop: ShopReference) -> Ask:
    """Send a document to the merchant schema, as staff of the demo's shop unless told otherwise."""

    async def ask(
        query: str, variables: dict[str, Any] | None = None, *, where: ShopReference = shop,
        email_key: Callable[[str], bytes] | None = None, redis: BoardRedis | None = None,
        partner_desk: PartnerDesk | None = None, locale: str = "en",
    ) -> Reply:  # fmt: skip
        context = MerchantContext(
            engine=engine, program_id=where.program_id, shop_id=where.shop_id, locale=locale, staff_id="17",
            email_key=email_key, redis=redis, app_url="https://app.example", partner_desk=partner_desk,
        )  # fmt: skip
        body = json.dumps({"query": query, "variables": variables}).encode()
        return reply_of(await answer(body, schema=merchant_schema, context=context, development=True))

    return ask
