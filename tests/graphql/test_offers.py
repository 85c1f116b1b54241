"""Partners' offers on the storefront: what there is, what is in the way, claims, quotes, purchases; each one's own."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.offers.refusals import ReasonCode
from engine.partners.facts import Partner
from engine.shops import ShopReference
from laurel_graphql.offer_sentences import offer_refusal_text
from laurel_graphql.refusals import Words
from laurel_graphql.storefront import storefront_schema
from laurel_graphql.types.offers import OfferReason
from tests.support.facts import events, line, order
from tests.support.graphql_requests import Ask
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

BY_RULE = {"kind": "code", "source": {"kind": "made", "prefix": "HARBOR"}}
VOUCHER = {"kind": "redemption", "price": 300, "source": {"kind": "made", "prefix": "CUP"}, "worth": "A large coffee"}
MILES = {"kind": "exchange", "numerator": 1, "denominator": 10, "minimum_points": 100, "unit_name": "miles",
         "account_hint": "Your card's number"}  # fmt: skip
LINK = {"kind": "link", "url": "https://harbor.example/?click={click}"}
OFFERS = "{ offers(first: 50) { nodes { id handle title partner { name } remaining } } }"
CLAIM = """
mutation ($input: OfferClaimInput!) { offerClaim(input: $input) {
    claim { id status kind code url points gives account offer { title kind terms worth unitName partner { name } } }
    me { balance { available } } userErrors { field message code } } }
"""
QUOTE = """
mutation ($input: OfferQuoteInput!) { offerQuote(input: $input) {
    quote { id points gives } userErrors { field message code } } }
"""


@pytest.fixture
async def trading(engine: AsyncEngine, shop: ShopReference) -> Trading:
    """A program that trades; customer 4711 has 900 points."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("800.00")], customer=4711)))
    return Trading(engine, shop)


@pytest.fixture
async def partner(trading: Trading) -> Partner:
    """Harbor Coffee."""
    return await trading.partner()


def gid(number: int) -> str:
    """The global id of an offer."""
    return f"gid://laurel/Offer/{number}"


async def claim(ask: Ask, number: int, key: str = "k-1", **given: Any) -> dict[str, Any]:
    """The payload of claiming an offer; `who` is the customer."""
    options = {"customer_id": given.pop("who")} if "who" in given else {}
    wanted = {"input": {"offerId": gid(number), "idempotencyKey": key, **given}}
    payload: dict[str, Any] = (await ask(CLAIM, wanted, **options)).data["offerClaim"]
    return payload


async def test_an_offer_is_shown_to_everybody_and_its_code_to_who_claimed_it(
    trading: Trading, partner: Partner, ask_storefront: Ask
) -> None:
    offer = await trading.offer(partner, BY_RULE, title="A free cup", budget={"unit": "claims", "amount": 2})

    [shown] = (await ask_storefront(OFFERS, customer_id=None)).data["offers"]["nodes"]
    first = await claim(ask_storefront, offer.offer_id)
    again = await claim(ask_storefront, offer.offer_id)
    twice = await claim(ask_storefront, offer.offer_id, key="k-2")
    other = await claim(ask_storefront, offer.offer_id, who=4712)
    late = await claim(ask_storefront, offer.offer_id, who=4713)

    assert shown == {
        "id": gid(offer.offer_id), "handle": offer.handle, "title": "A free cup",
        "partner": {"name": "Harbor-Coffee"}, "remaining": 2,
    }  # fmt: skip
    assert first["userErrors"] == []
    assert first["claim"]["status"] == "READY"
    assert first["claim"]["code"].startswith("HARBOR-")
    assert again == first
    assert [one["message"] for one in twice["userErrors"]] == ["You have had it as often as you can: 1."]
    assert other["claim"]["code"] not in (None, first["claim"]["code"])
    assert [(one["code"], one["field"]) for one in late["userErrors"]] == [("BUDGET_USED_UP", ["input"])]


async def test_everyone_reads_only_what_they_claimed_themselves(
    trading: Trading, partner: Partner, ask_storefront: Ask
) -> None:
    offer = await trading.offer(partner, BY_RULE)
    await claim(ask_storefront, offer.offer_id)
    query = """{ claimedOffers { nodes { code offer { id } } pageInfo { hasNextPage } }
        offers { nodes { claim { code } availability { allowed reason } } } }"""

    own = (await ask_storefront(query)).data
    another = (await ask_storefront(query, customer_id=4712)).data
    nobody = (await ask_storefront(query, customer_id=None)).data

    code = own["claimedOffers"]["nodes"][0]["code"]
    assert own["offers"]["nodes"] == [
        {"claim": {"code": code}, "availability": {"allowed": False, "reason": "MEMBER_LIMIT"}}
    ]
    assert another["claimedOffers"]["nodes"] == []
    assert another["offers"]["nodes"] == [{"claim": None, "availability": {"allowed": True, "reason": None}}]
    assert nobody["claimedOffers"] == {"nodes": [], "pageInfo": {"hasNextPage": False}}
    assert nobody["offers"]["nodes"] == [{"claim": None, "availability": {"allowed": False, "reason": "SIGNED_OUT"}}]


async def test_every_kind_says_what_it_is_and_gives_it(trading: Trading, partner: Partner, ask_storefront: Ask) -> None:
    numbers = [(await trading.offer(partner, gives)).offer_id for gives in (TEN_A_DOLLAR, VOUCHER, LINK)]
    query = """{ offers { nodes { kind price { points } exchange { unitName } worth
        earning { points rates { currencyCode points } text } } } }"""

    accrual, voucher, link = (await ask_storefront(query)).data["offers"]["nodes"]
    claims = [(await claim(ask_storefront, number, key=f"k-{number}"))["claim"] for number in numbers]

    assert accrual["earning"] == {
        "points": None, "rates": [{"currencyCode": "USD", "points": "10"}],
        "text": "10 points for every $1 that you spend on goods.",
    }  # fmt: skip
    assert (voucher["price"], voucher["worth"]) == ({"points": 300}, "A large coffee")
    assert link == {"kind": "LINK", "price": None, "exchange": None, "worth": "", "earning": None}
    assert [one["kind"] for one in claims] == ["ACCRUAL", "REDEMPTION", "LINK"]
    assert claims[0]["code"]
    assert claims[0]["url"] is None
    assert claims[1]["code"].startswith("CUP-")
    assert claims[1]["points"] == 300
    assert claims[2]["code"] is None
    assert claims[2]["url"].startswith("https://app.example/offers/out/")
    assert (await ask_storefront("{ me { balance { available } } }")).data["me"]["balance"]["available"] == 600


async def test_an_exchange_takes_what_was_quoted_once(trading: Trading, partner: Partner, ask_storefront: Ask) -> None:
    number = (await trading.offer(partner, MILES, member_limit=None)).offer_id
    asked = {"input": {"offerId": gid(number), "points": 505}}

    quote = (await ask_storefront(QUOTE, asked)).data["offerQuote"]["quote"]
    bare = await claim(ask_storefront, number, account="4242")
    nameless = await claim(ask_storefront, number, quoteId=quote["id"])
    made = await claim(ask_storefront, number, quoteId=quote["id"], account="4242")
    used = await claim(ask_storefront, number, key="k-2", quoteId=quote["id"], account="4242")
    few = (await ask_storefront(QUOTE, {"input": {"offerId": gid(number), "points": 99}})).data["offerQuote"]

    assert (quote["points"], quote["gives"]) == (500, 50)
    assert [one["code"] for one in bare["userErrors"]] == ["QUOTE_REQUIRED"]
    assert [(one["code"], one["field"]) for one in nameless["userErrors"]] == [
        ("ACCOUNT_INVALID", ["input", "account"])
    ]
    assert (made["claim"]["points"], made["claim"]["gives"], made["claim"]["account"]) == (500, 50, "4242")
    assert made["me"]["balance"]["available"] == 400
    assert [one["code"] for one in used["userErrors"]] == ["QUOTE_EXPIRED"]
    assert few["userErrors"] == [
        {"field": ["input", "points"], "message": "Choose 100 points or more.", "code": "POINTS_INVALID"}
    ]


async def test_who_is_not_logged_in_or_names_no_offer_is_told(
    trading: Trading, partner: Partner, ask_storefront: Ask
) -> None:
    offer = await trading.offer(partner, BY_RULE)

    out = await claim(ask_storefront, offer.offer_id, who=None)
    none = await claim(ask_storefront, 1)
    key = await claim(ask_storefront, offer.offer_id, key="")
    wrong = await ask_storefront(CLAIM, {"input": {"offerId": "gid://laurel/Reward/1", "idempotencyKey": "k"}})

    assert [(one["code"], one["message"]) for one in out["userErrors"]] == [("SIGNED_OUT", "Log in first.")]
    assert [(one["code"], one["field"]) for one in none["userErrors"]] == [("OFFER_NOT_FOUND", ["input", "offerId"])]
    assert [one["code"] for one in key["userErrors"]] == ["INVALID_IDEMPOTENCY_KEY"]
    assert wrong.codes == ["INVALID_ID"]


async def test_of_twenty_at_once_as_many_get_one_as_there_are(
    trading: Trading, partner: Partner, ask_storefront: Ask
) -> None:
    offer = await trading.offer(partner, BY_RULE, budget={"unit": "claims", "amount": 5})

    payloads = await asyncio.gather(*(claim(ask_storefront, offer.offer_id, who=9_000 + one) for one in range(20)))

    codes = [one["claim"]["code"] for one in payloads if one["claim"] is not None]
    assert len(set(codes)) == len(codes) == 5
    refused = [error["code"] for one in payloads for error in one["userErrors"]]
    assert refused == 15 * ["BUDGET_USED_UP"]


async def test_a_member_sees_what_purchases_at_a_partner_give_and_why_not(
    trading: Trading, ask_storefront: Ask
) -> None:
    partner = await trading.partner(hold_days=14, time_zone="UTC")
    number = (await trading.claim(await trading.offer(partner, TEN_A_DOLLAR), 4711)).code
    now = await trading.now()
    await trading.report(partner, **purchase(1, now - timedelta(days=1), member=number))
    await trading.report(partner, **purchase(2, now - timedelta(hours=1), "5.00", member=number))
    await trading.report(partner, **refund(2, now))
    query = """{ me { partnerPurchases { nodes {
        status reference amount { amount } refunded { amount } points message partner { handle } } } } }"""

    nodes = (await ask_storefront(query)).data["me"]["partnerPurchases"]["nodes"]
    others = (await ask_storefront(query, customer_id=4712)).data["me"]["partnerPurchases"]["nodes"]

    assert [(one["reference"], one["status"], one["points"]) for one in nodes] == [
        ("#2", "REVERSED", 0), ("#1", "PENDING", 200),
    ]  # fmt: skip
    assert nodes[0]["message"] == "It counts no more: The purchase was given back."
    assert nodes[1]["message"].startswith("The points come on ")
    assert nodes[1]["amount"] == {"amount": "20.00"}
    assert others == []


DETAILS: dict[str, dict[str, str | int]] = {
    "NOT_STARTED": {"starts_at": "2027-01-02T00:00:00+00:00"},
    "TIER_REQUIRED": {"tiers": "silver,gold"},
    "PLAN_REQUIRED": {"plans": "laurel-plus"},
    "MEMBER_LIMIT": {"limit": 2, "period": "month"},
    "NOT_ENOUGH_POINTS": {"needed": 300, "available": 100, "missing": 200},
    "POINTS_INVALID": {"minimum": 100, "maximum": 1000},
    "RATE_LIMITED": {"limit": 30},
}


def test_every_reason_has_a_code_and_a_sentence_in_every_language() -> None:
    words = {locale: Words(locale, ZoneInfo("UTC")) for locale in ("en", "zh-CN")}
    claiming = storefront_schema.core.type_map["OfferClaimErrorCode"].values.keys()  # type: ignore[attr-defined]
    quoting = storefront_schema.core.type_map["OfferQuoteErrorCode"].values.keys()  # type: ignore[attr-defined]

    for code in ReasonCode:
        assert code.name in claiming or code.name in quoting
        for told in words.values():
            assert "{" not in offer_refusal_text(code, DETAILS.get(code.name, {}), told)
    assert {one.name for one in OfferReason} <= {code.name for code in ReasonCode}
    assert offer_refusal_text("NOT_STARTED", DETAILS["NOT_STARTED"], words["en"]) == (
        "It can be had from January 2, 2027 on."
    )
    assert (
        offer_refusal_text("TIER_REQUIRED", DETAILS["TIER_REQUIRED"], words["zh-CN"]) == "仅限 silver, gold 等级会员。"
    )
    assert offer_refusal_text("POINTS_INVALID", {"minimum": 1, "maximum": 9}, words["en"]) == (
        "Choose from 1 point to 9 points."
    )
    assert offer_refusal_text("MEMBER_LIMIT", {"limit": 500, "period": "day", "unit": "points"}, words["en"]) == (
        "You can exchange at most 500 points a day."
    )
