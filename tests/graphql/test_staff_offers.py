"""Partners' offers through the merchant's API: written, published, changed, closed; claims without their codes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference
from tests.support.graphql_changes import change, gid, refusals
from tests.support.graphql_requests import Ask
from tests.support.trading import Trading

OFFER = "offer { id version state handle kind budget { unit currencyCode total free spent } partner { handle } }"


@pytest.fixture
def trading(engine: AsyncEngine, shop: ShopReference) -> Trading:
    """A program that trades."""
    return Trading(engine, shop)


def code_offer(pool_id: str, **said: Any) -> dict[str, Any]:
    """An offer of codes of a pool for which the partner pays."""
    payment = {"payer": "PARTNER", "fixed": {"amount": "2.50", "currencyCode": "USD"}}
    return {
        "title": "A free cup", "terms": "One each", "artwork": "builtin:gift",
        "gives": {"code": {"source": {"poolId": pool_id}, "payment": payment}},
        "budget": {"money": {"amount": "25.00", "currencyCode": "USD"}}, **said,
    }  # fmt: skip


async def test_an_offer_is_written_published_changed_closed_and_ended(trading: Trading, ask_merchant: Ask) -> None:
    partner = gid("Partner", (await trading.partner()).partner_id)
    pool = (await change(
        ask_merchant, "codePoolCreate", "codePool { id name codesLeft lowWater }",
        {"partnerId": partner, "name": "Spring", "lowWater": 10},
    ))["codePool"]  # fmt: skip
    given = {"partnerId": partner, "handle": "last-fifty", "offer": code_offer(pool["id"])}

    draft = (await change(ask_merchant, "offerCreate", OFFER, given))["offer"]
    live = (await change(ask_merchant, "offerPublish", OFFER, {"offerId": draft["id"]}))["offer"]
    read = {"offerId": draft["id"], "expectedVersion": live["version"]}
    bigger = code_offer(pool["id"], budget={"money": {"amount": "30.00", "currencyCode": "USD"}})
    changed = (await change(ask_merchant, "offerUpdate", OFFER, {**read, "offer": bigger}))["offer"]
    late = await change(ask_merchant, "offerUpdate", OFFER, {**read, "offer": bigger})
    closed = (await change(ask_merchant, "offerClose", OFFER, {"offerId": draft["id"]}))["offer"]
    shut = (await change(ask_merchant, "codePoolClose", "codePool { ended }", {"codePoolId": pool["id"]}))["codePool"]
    read["expectedVersion"] = closed["version"]
    ended = await change(ask_merchant, "offerArchive", "offer { archivedAt }", read)
    [listed] = (await ask_merchant("""{ offers(archived: true) { artwork { name } terms gives { source { poolId }
        payment { payer fixed { amount } percent } earning { text } } memberLimit { count period }
        claims { nodes { id } } } }""")).data["offers"]  # fmt: skip

    assert pool == {"id": pool["id"], "name": "Spring", "codesLeft": 0, "lowWater": 10}
    assert draft == {
        "id": draft["id"], "version": 1, "state": "DRAFT", "handle": "last-fifty", "kind": "CODE",
        "budget": {"unit": "MONEY", "currencyCode": "USD", "total": "25.00", "free": "25.00", "spent": "0.00"},
        "partner": {"handle": "harbor-coffee"},
    }  # fmt: skip
    assert live["state"] == "PUBLISHED"
    assert changed["budget"]["free"] == "30.00"
    assert refusals(late) == [("VERSION_CONFLICT", ["input", "expectedVersion"])]
    assert closed["state"] == "CLOSED"
    assert shut == {"ended": True}
    assert ended["offer"]["archivedAt"] is not None
    assert listed == {
        "artwork": {"name": "gift"}, "terms": "One each", "claims": {"nodes": []},
        "gives": {"source": {"poolId": pool["id"]}, "earning": None,
                  "payment": {"payer": "PARTNER", "fixed": {"amount": "2.50"}, "percent": None}},
        "memberLimit": {"count": 1, "period": "EVER"},
    }  # fmt: skip


async def test_an_offer_that_cannot_be_is_refused_by_its_place(trading: Trading, ask_merchant: Ask) -> None:
    partner = gid("Partner", (await trading.partner()).partner_id)
    exchange = {"numerator": 1, "denominator": 10, "unitName": "miles"}
    pounds = {"money": {"amount": "1.00", "currencyCode": "GBP"}}
    cases: list[tuple[dict[str, Any], str, list[str]]] = [
        (code_offer(gid("CodePool", 1)), "POOL_NOT_FOUND", ["input", "offer", "gives", "source", "poolId"]),
        (code_offer(gid("CodePool", 1), budget=pounds), "INVALID", ["input", "offer"]),
        ({"title": "Miles", "gives": {"exchange": exchange, "link": {"url": "https://a.example/{click}"}}}, "INVALID",
         ["input", "offer"]),
        ({"title": "Link", "gives": {"link": {"url": "javascript:alert(1)"}}}, "INVALID",
         ["input", "offer", "gives", "link", "url"]),
        ({"title": "Miles", "gives": {"exchange": {**exchange, "minimumPoints": 10}}, "budget": pounds},
         "CURRENCY_MISMATCH", ["input", "offer", "currency"]),
        ({"title": "Cup", "gives": {"code": {"source": {"prefix": "no"}}}}, "INVALID",
         ["input", "offer", "gives", "code", "source", "prefix"]),
        ({"title": "Earn", "gives": {"accrual": {"points": {"points": -1}}}}, "INVALID",
         ["input", "offer", "gives", "accrual", "points", "points"]),
        ({"title": "Link", "gives": {"link": {"url": "https://a.example/{click}", "points": {"points": 1}}},
          "budget": {"claims": 0}}, "INVALID", ["input", "offer", "budget"]),
    ]  # fmt: skip

    for offer, code, place in cases:
        given = {"partnerId": partner, "handle": "one", "offer": offer}
        assert refusals(await change(ask_merchant, "offerCreate", OFFER, given)) == [(code, place)]


async def test_what_is_over_is_told_by_what_it_is_about(trading: Trading, ask_merchant: Ask) -> None:
    offer = await trading.offer(await trading.partner(), {"kind": "code", "source": {"kind": "made", "prefix": "CUP"}})
    read = {"offerId": gid("Offer", offer.offer_id), "expectedVersion": offer.version}
    claim = {"claimId": gid("OfferClaim", (await trading.claim(offer)).claim_id), "reason": " "}

    await change(ask_merchant, "offerArchive", OFFER, read)
    again = await change(ask_merchant, "offerArchive", OFFER, read)
    bare = await change(ask_merchant, "offerClaimVoid", "claim { id }", claim)

    assert refusals(again) == [("ARCHIVED", ["input", "offerId"])]
    assert refusals(bare) == [("REASON_INVALID", ["input", "reason"])]


async def test_a_claim_is_taken_back_without_its_code_being_shown(trading: Trading, ask_merchant: Ask) -> None:
    offer = await trading.offer(await trading.partner(), {"kind": "code", "source": {"kind": "made", "prefix": "CUP"}})
    made = await trading.claim(offer)
    given = {"claimId": gid("OfferClaim", made.claim_id), "reason": "Given by mistake"}

    voided = await change(ask_merchant, "offerClaimVoid", "claim { status note offer { handle } }", given)
    unknown = await change(ask_merchant, "offerClaimVoid", "claim { id }", {**given, "claimId": gid("OfferClaim", 1)})
    shown = await ask_merchant("query ($id: ID!) { offer(id: $id) { claims { nodes { id code } } } }", {
        "id": gid("Offer", offer.offer_id)})  # fmt: skip

    assert voided["claim"] == {"status": "VOID", "note": "Given by mistake", "offer": {"handle": offer.handle}}
    assert refusals(unknown) == [("CLAIM_NOT_FOUND", ["input", "claimId"])]
    assert shown.status == 400
