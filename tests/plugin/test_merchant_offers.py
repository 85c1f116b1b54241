"""The pages of a partner's offers and codes: what they say in both languages, in each kind's form; writing is text."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.offers.definitions import Accrual, Budget, Code, Exchange, Link, Made, Payment, PerUnit, Redemption
from engine.rewards.definitions import MemberLimit
from engine.shops import ShopReference
from tests.support.offers import Offering, last_fifty, made_code_offer
from tests.support.signing import SHOP, id_token

HOSTILE = '"><img src=x onerror=alert(1)>'


async def page(client: httpx.AsyncClient, path: str, locale: str = "en", status: int = 200) -> str:
    """The page's text."""
    answer = await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token()})
    assert answer.status_code == status, path
    return answer.text


async def test_pools_are_shown_with_what_is_left_of_them(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    offering = await Offering.begin(engine, shop)
    path = f"/partners/{offering.partner_id}/codes"
    assert "No codes yet" in await page(client, path)
    offer = await offering.offer(last_fifty(await offering.pool(3)))
    await offering.claim(offer)

    shown, chinese = await page(client, path), await page(client, path, "zh-CN")

    assert 'data-pool="codes"' in shown
    assert "<dt>Left</dt><dd>2</dd>" in shown
    assert "优惠码" in chinese
    assert 'id="page"' not in await page(client, f"/partners/{offering.partner_id}/pool-list")
    await page(client, f"/partners/{offering.partner_id + 1}/codes", status=404)


async def test_offers_are_listed_with_how_they_stand_and_what_their_budget_has_left(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    offering = await Offering.begin(engine, shop)
    path = f"/partners/{offering.partner_id}/offers"
    assert "No offers yet" in await page(client, path)
    await offering.draft(made_code_offer(title=HOSTILE), handle="draft")
    paid = Code(source=Made(prefix="CUP"), payment=Payment(payer="partner", fixed_minor=250))
    offer = await offering.offer(
        made_code_offer(gives=paid, currency="USD", budget=Budget(unit="money", amount=500), total_limit=9)
    )
    await offering.claim(offer)
    await offering.offer(made_code_offer(starts_at=datetime.now(UTC) + timedelta(days=3)), handle="soon")

    shown = await page(client, path)

    for text in ("Draft", "Published", "From ", "<dt>Held by claims</dt><dd>$2.50</dd>", "<dt>Left</dt><dd>8</dd>"):
        assert text in shown, text
    assert HOSTILE not in shown
    assert "草稿" in await page(client, path, "zh-CN")


async def test_the_form_of_each_kind_has_what_the_offer_says_and_claims_can_be_taken_back(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    offering = await Offering.begin(engine, shop)
    path = f"/partners/{offering.partner_id}/offers"
    kinds = {
        "code": (Code(source=Made(prefix="CUP"), payment=Payment(payer="shop", percent=Decimal("7.5"))), 'value="7.5"'),
        "link": (Link(url="https://harbor.example/?c={click}"), 'value="https://harbor.example/?c={click}"'),
        "accrual": (Accrual(points=PerUnit(rates={"USD": Decimal("2.5")})), 'value="2.5"'),
        "redemption": (Redemption(price=321, source=Made(prefix="CUP"), worth="A cup"), 'value="321"'),
        "exchange": (Exchange(numerator=3, denominator=8, minimum_points=16, unit_name="beans"), 'value="beans"'),
    }
    for handle, (gives, expected) in kinds.items():
        offer = await offering.draft(made_code_offer(gives=gives), handle=handle)
        shown = await page(client, f"{path}/{offer.offer_id}")
        assert expected in shown, handle
        assert "Publish" in shown
    drawn = await offering.draft(made_code_offer(artwork="builtin:flame"), handle="drawn")
    for number, chosen in ((offer.offer_id, ""), (drawn.offer_id, "builtin:flame")):
        shown = await page(client, f"{path}/{number}")
        [picture] = re.findall(r'<input type="radio" name="artwork" value="([^"]*)"[^>]* checked>', shown)
        assert picture == chosen
        assert "data-upload" in shown
    limited = await offering.offer(made_code_offer(tiers=("gold",), member_limit=MemberLimit(count=3, period="week")))
    assert 'value="gold"' in await page(client, f"{path}/{limited.offer_id}")
    assert "data-void-claim" not in await page(client, f"{path}/{limited.offer_id}")
    claimed = await offering.offer(handle="claimed")
    await offering.claim(claimed)
    shown = await page(client, f"{path}/{claimed.offer_id}", "zh-CN")
    assert shown.count("data-void-claim=") == 1
    assert "收回" in shown
    assert "CUP-" not in shown
    assert 'data-field="handle"' in await page(client, f"{path}/new")
    await page(client, f"/partners/{offering.partner_id + 1}/offers/{claimed.offer_id}", status=404)
