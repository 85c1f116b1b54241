"""The pages of partners, what is agreed with them and their keys: what they say in both languages, writing is text."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.partners.catalog import archive_partner, create_partner, pause_partner, update_partner
from engine.partners.definitions import PartnerProfile
from engine.partners.key_store import add_key, revoke_key
from engine.shops import ShopReference
from plugin.merchant.partners.agreement_words import terms_of
from plugin.merchant.words import Words
from tests.support.partners import MONTHS_AGO, Partnering, agreement, happening
from tests.support.signing import SHOP, id_token

HOSTILE = '"><img src=x onerror=alert(1)>'


async def page(client: httpx.AsyncClient, path: str, locale: str = "en", status: int = 200) -> str:
    """The page's text."""
    answer = await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token()})
    assert answer.status_code == status, path
    return answer.text


async def test_a_partner_is_shown_with_what_is_agreed_what_is_open_and_its_keys(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    assert "No partners yet" in await page(client, "/partners")
    # Given a partner with a cap, keys, something in its books, and a dearer agreement from later on
    partnering = Partnering(engine, shop)
    partner = await partnering.meet(
        billing="prepaid", hold_days=14, caps=[{"kind": "issued", "period": "month", "points": 9_000}]
    )
    agreed = await partnering.agreed(partner)
    await partnering.pay_beforehand(partner, 10_000)
    async with tenant_transaction(engine, shop.program_id) as connection:
        now = partner.created_at
        for name in ("k1", "k2"):
            await add_key(
                connection, shop.program_id, partner.partner_id, key_id=name, label=f"till {name}", secret=b"sealed",
                actor="staff:7",
            )  # fmt: skip
        await revoke_key(connection, shop.program_id, "k2")
    await partnering.record(
        agreed, happening(agreed, "issued", "1", 250, at=now), happening(agreed, "redeemed", "2", 101, at=now)
    )
    await partnering.agree(partner, at=now + timedelta(days=3_000), billing="prepaid", buy_rate="0.0125")

    # Then its page tells all of it
    shown = await page(client, f"/partners/{partner.partner_id}")
    for text in (
        "Harbor Coffee", "$0.01, for each point that members get there", "$0.008, for each point that members spend",
        "Approved after 14 days", "9,000 points given a month", "The code that was used, else the last click within 30",
        "Each month, 3 days after its end (America/New_York)", "Points for purchases there", "-$0.808",
        "$98.308", "till k1", "never used", "Staff 7", "Agreed from", "$0.0125, for each point",
    ):  # fmt: skip
        assert text in shown, text
    assert shown.count("data-revoke=") == 1
    assert "sealed" not in shown
    # And so do the list, its form, and the page in Chinese
    assert "Pays you $0.01 for a point, gets $0.008 for one that is spent there" in await page(client, "/partners")
    form = await page(client, f"/partners/{partner.partner_id}/edit")
    assert 'value="0.0125"' in form
    assert 'data-field="handle"' not in form
    later = (now + timedelta(days=3_000)).astimezone(ZoneInfo("America/New_York"))
    assert f'value="{later:%Y-%m-%d}"' in form
    chinese = await page(client, f"/partners/{partner.partner_id}", "zh-CN")
    for text in ("预付余额", "14 天后通过", "每月最多发放 9,000 积分", "收银台", "购物发放的积分"):
        assert text in chinese, text


async def test_a_partner_says_whether_it_is_paused_ended_or_not_there(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    partner = await Partnering(engine, shop).meet()
    path = f"/partners/{partner.partner_id}"
    async with tenant_transaction(engine, shop.program_id) as connection:
        await pause_partner(connection, shop.program_id, partner.partner_id, expected_version=1)
    paused = await page(client, path)
    assert "Paused: its offers cannot be claimed" in paused
    assert "Resume" in paused
    async with tenant_transaction(engine, shop.program_id) as connection:
        await archive_partner(connection, shop.program_id, partner.partner_id, expected_version=2)
    ended = await page(client, path)
    assert "This partner has ended" in ended
    assert 'id="make-key"' not in ended
    assert "Ended partners" in await page(client, "/partners")
    await page(client, "/partners/999999", status=404)
    await page(client, "/partners/999999/edit", status=404)
    new = await page(client, "/partners/new")
    assert 'value="USD"' in new
    assert 'value="America/New_York"' in new


async def test_what_merchants_write_of_partners_is_text_on_every_page(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    profile = PartnerProfile(name=HOSTILE, about=HOSTILE, website=f"https://harbor.example/{HOSTILE.replace(' ', '')}")
    async with tenant_transaction(engine, shop.program_id) as connection:
        partner = await create_partner(
            connection, shop.program_id, "harbor", profile, agreement(), actor=HOSTILE, effective_from=MONTHS_AGO
        )
        await add_key(
            connection, shop.program_id, partner.partner_id, key_id="k1", label=HOSTILE, secret=b"s", actor=HOSTILE
        )
        await update_partner(
            connection, shop.program_id, partner.partner_id, expected_version=1, actor="staff:1",
            agreement=agreement(hold_days=1),
        )  # fmt: skip
    for path in ("/partners", f"/partners/{partner.partner_id}", f"/partners/{partner.partner_id}/edit"):
        shown = await page(client, path)
        assert HOSTILE not in shown, path
        assert "<img" not in shown, path
        assert "onerror=alert(1)" in shown, path


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", ["By statement", "Each week from Monday, right after its end (UTC)", "Approved at once", "None"]),
        ("zh-CN", ["按账单结算", "每周（周一起），周期结束后立即出账（UTC）", "立即通过", "无"]),
    ],
)
def test_an_agreement_is_told_in_words(locale: str, told: list[str]) -> None:
    agreed = {
        "currency": "JPY", "buyRate": "1.5", "redeemRate": "1", "billing": "POSTPAID", "cycle": "WEEK",
        "timeZone": "UTC", "settleDays": 0, "holdDays": 0, "reportDays": 1, "caps": [],
        "attribution": {"windowDays": 1, "click": "FIRST", "codeWins": False},
        "tolerance": {"amount": "0", "currencyCode": "JPY"},
    }  # fmt: skip
    terms = [text for _, text in terms_of(agreed, Words(locale, "UTC"))]
    assert [terms[place] for place in (2, 3, 4, 7)] == told
    assert "¥1.5" in terms[0].replace("JP¥", "¥").replace("円", "¥")
