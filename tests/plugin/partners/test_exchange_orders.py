"""What a partner has to credit: exchanges with it, by the account there and nothing else of anybody."""

from __future__ import annotations

import re

import httpx
import pytest
from httpx import Response

from engine.partners.facts import Partner
from plugin.partners.page import exchanges
from tests.plugin.test_merchant_partners import page as merchant_page
from tests.support.offers import Offering, made_code_offer
from tests.support.partner_calls import PartnerCalls
from tests.support.partner_pages import log_in
from tests.support.trading import Trading

EXCHANGE = {"kind": "exchange", "numerator": 1, "denominator": 2, "minimum_points": 10, "unit_name": "beans"}
CUSTOMER = 7_700_123_456_789


def read(answer: Response) -> list[tuple[str, str, int, str]]:
    return [(one["id"], one["account"], one["gives"], one["state"]) for one in answer.json()["exchanges"]]


async def test_a_partner_reads_its_exchanges_in_order_and_which_were_canceled(
    trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls
) -> None:
    offering = Offering(trading.engine, trading.shop, coffee.partner_id)
    await offering.earn(500, customer=CUSTOMER)
    offer = await offering.offer(made_code_offer(gives=EXCHANGE, member_limit=None))
    claims = []
    for number in (1, 2):
        quote = await offering.quote(offer, 100, customer=CUSTOMER)
        claims.append(
            await offering.claim(offer, CUSTOMER, f"key-{number}", quote_id=quote.quote_id, account=f"beans-{number}")
        )
    answer = await calls.read("/exchanges")
    await offering.void(claims[0])

    news = await calls.read("/exchanges", after=answer.json()["next"])
    everything = await calls.read("/exchanges")
    rest = await calls.read("/exchanges", after=news.json()["next"])

    first, second = str(claims[0].claim_id), str(claims[1].claim_id)
    assert read(answer) == [(first, "beans-1", 50, "made"), (second, "beans-2", 50, "made")]
    assert read(news) == [(first, "beans-1", 50, "canceled")]
    assert read(await calls.read("/exchanges")) == [*read(answer)[1:], *read(news)]
    assert read(everything) == [*read(answer)[1:], *read(news)]
    assert rest.json() == {"exchanges": [], "next": news.json()["next"]}
    events = await offering.rows("SELECT event_id FROM partner_events WHERE claim_id IS NOT NULL ORDER BY event_id")
    # Not the claims' ids: these are drawn before the lock in whose order claims of one partner can be seen.
    assert [answer.json()["next"], news.json()["next"]] == [str(event_id) for (event_id,) in events[1:]]
    assert (await bakery_calls.read("/exchanges")).json() == {"exchanges": [], "next": "0"}
    assert str(CUSTOMER) not in answer.text
    assert "member" not in answer.text
    assert (await calls.read("/exchanges", after=-1)).status_code == 400


async def test_people_at_the_partner_and_the_merchants_staff_see_them_newest_first(
    trading: Trading, coffee: Partner, calls: PartnerCalls, bakery_calls: PartnerCalls, client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(exchanges, "SHOWN", 2)
    offering = Offering(trading.engine, trading.shop, coffee.partner_id)
    await offering.earn(500, customer=CUSTOMER)
    offer = await offering.offer(made_code_offer(gives=EXCHANGE, member_limit=None))
    claims = []
    for number in (1, 2, 3):
        quote = await offering.quote(offer, 100, customer=CUSTOMER)
        account = f"<b>beans-{number}"
        claims.append(await offering.claim(offer, CUSTOMER, f"key-{number}", quote_id=quote.quote_id, account=account))
    await offering.void(claims[0])

    staff = await merchant_page(client, f"/partners/{coffee.partner_id}/exchanges")
    await merchant_page(client, "/partners/999999/exchanges", status=404)
    await log_in(client, calls)
    newest = (await client.get("/partner/exchanges")).text
    older = (await client.get(re.findall(r'href="(/partner/exchanges[?]before=[0-9]+)"', newest)[0])).text
    chinese = (await client.get("/partner/exchanges?locale=zh-CN")).text
    await log_in(client, bakery_calls)
    foreign = (await client.get("/partner/exchanges")).text

    assert re.findall(r"&lt;b&gt;(beans-\d)", staff) == ["beans-1", "beans-3", "beans-2"]
    assert re.findall(r"&lt;b&gt;(beans-\d)", newest) == ["beans-1", "beans-3"]
    assert "Canceled: take it back" in newest
    assert re.findall(r"&lt;b&gt;(beans-\d)", older) == ["beans-2"]
    assert "50 beans" in older
    assert "已取消：请收回" in chinese
    assert "Nobody exchanged points for yours yet." in foreign
    assert all(str(CUSTOMER) not in page for page in (staff, newest, older))
