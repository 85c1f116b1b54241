"""Purchases at partners and the books with them through the merchant's API: decided, appealed, settled, paid."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import get_args

import pytest
from graphql import GraphQLEnumType
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.conversions.deciding import DecisionCode
from engine.conversions.files import check_report_file
from engine.database import tenant_transaction
from engine.offers.catalog import Offer
from engine.partners.facts import Partner
from engine.shops import ShopReference
from laurel_graphql.merchant import merchant_schema
from tests.support.graphql_changes import change, gid, refusals
from tests.support.graphql_requests import Ask
from tests.support.partner_desk import ReadableDesk
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

CONVERSION = "conversion { status reason points payment { amount } appeal { said decision note } }"


@pytest.fixture
def trading(engine: AsyncEngine, shop: ShopReference) -> Trading:
    """A program that trades."""
    return Trading(engine, shop)


async def bought(trading: Trading, partner: Partner, orders: int = 1) -> tuple[Offer, list[str]]:
    """Customer 1 bought for 20 dollars each: the offer, and the conversions' global ids in that order."""
    offer = await trading.offer(partner, TEN_A_DOLLAR)
    member, now, found = (await trading.claim(offer)).code, await trading.now(), []
    for order in range(1, orders + 1):
        answered = await trading.report(partner, **purchase(order, now - timedelta(hours=order), member=member))
        assert answered.conversion_id is not None
        found.append(gid("Conversion", answered.conversion_id))
    return offer, found


async def test_purchases_are_decided_one_at_a_time_and_appeals_with_them(trading: Trading, ask_merchant: Ask) -> None:
    partner = await trading.partner(hold_days=14)
    offer, [first, second] = await bought(trading, partner, 2)
    no = {"conversionId": second, "reason": "Bought with a staff discount"}

    approved = (await change(ask_merchant, "conversionApprove", CONVERSION, {"conversionId": first}))["conversion"]
    bare = await change(ask_merchant, "conversionDecline", CONVERSION, {**no, "reason": " "})
    declined = (await change(ask_merchant, "conversionDecline", CONVERSION, no))["conversion"]
    said = {"conversionId": second, "said": "It was full price"}
    appealed = (await change(ask_merchant, "conversionAppeal", CONVERSION, said))["conversion"]
    query = """query ($offer: ID) { conversions(offerId: $offer, appealed: true) { nodes { id reference status
        amount { amount } attributedBy partner { handle } offer { title } } }
        all: conversions(states: [APPROVED, DECLINED]) { nodes { id } } }"""
    waiting = (await ask_merchant(query, {"offer": gid("Offer", offer.offer_id)})).data
    yes = {"conversionId": second, "decision": "APPROVED", "note": "So it was"}
    decided = (await change(ask_merchant, "conversionAppealDecide", CONVERSION, yes))["conversion"]
    back = {"conversionId": first, "reason": "Came by mistake"}
    reversed_ = (await change(ask_merchant, "conversionReverse", CONVERSION, back))["conversion"]
    again = await change(ask_merchant, "conversionDecline", CONVERSION, no)
    member = await trading.member()
    theirs = await ask_merchant(
        """query ($id: ID!) { member(id: $id) { partnerPurchases { nodes { id } }
        claimedOffers { nodes { status kind memberId } } } }""",
        {"id": gid("Member", member.member_id)},
    )
    changes = await ask_merchant(
        "query ($id: ID!) { conversion(id: $id) { changes { kind status actor } } }", {"id": second}
    )

    assert (approved["status"], approved["points"]) == ("APPROVED", 200)
    assert refusals(bare) == [("REASON_INVALID", ["input", "reason"])]
    assert (declined["status"], declined["reason"], declined["points"]) == ("DECLINED", no["reason"], 0)
    assert appealed["appeal"] == {"said": "It was full price", "decision": None, "note": None}
    assert waiting["conversions"]["nodes"] == [
        {"id": second, "reference": "#2", "status": "DECLINED", "amount": {"amount": "20.00"},
         "attributedBy": "NUMBER", "partner": {"handle": "harbor-coffee"}, "offer": {"title": "Earn there"}},
    ]  # fmt: skip
    assert [one["id"] for one in waiting["all"]["nodes"]] == [second, first]
    assert (decided["status"], decided["appeal"]["decision"], decided["points"]) == ("APPROVED", "APPROVED", 200)
    assert (reversed_["status"], reversed_["reason"], reversed_["points"]) == ("REVERSED", "Came by mistake", 0)
    assert refusals(again) == [("NOT_PENDING", ["input", "conversionId"])]
    assert [one["id"] for one in theirs.data["member"]["partnerPurchases"]["nodes"]] == [second, first]
    assert theirs.data["member"]["claimedOffers"]["nodes"] == [
        {"status": "READY", "kind": "ACCRUAL", "memberId": gid("Member", member.member_id)}
    ]
    assert [(one["kind"], one["actor"]) for one in changes.data["conversion"]["changes"]] == [
        ("reported", "partner:key"), ("declined", "staff:17"), ("appealed", "staff:17"), ("approved", "staff:17"),
    ]  # fmt: skip


async def test_a_statement_says_to_the_cent_what_is_due_and_is_paid(trading: Trading, ask_merchant: Ask) -> None:
    partner, desk = await trading.partner(cycle="quarter"), ReadableDesk()
    offer, _ = await bought(trading, partner, 2)
    await trading.report(partner, **refund(2, await trading.now(), "5.00"))
    whose = {"partnerId": gid("Partner", partner.partner_id)}
    booked = {**whose, "amount": "-1.25", "currencyCode": "USD", "reason": "For the posters", "idempotencyKey": "k"}
    statement = """statement { id number lineCount root totals { kind events points amount { amount } }
        dues { due { amount currencyCode } covered { amount } toPay { amount } }
        lines(first: 2) { nodes { eventId kind points amount { amount } } pageInfo { hasNextPage } } }"""

    for _ in range(2):
        assert refusals(await change(ask_merchant, "partnerAdjust", "partner { id }", booked)) == []
    pounds = await change(ask_merchant, "partnerAdjust", "partner { id }", {**booked, "currencyCode": "GBP"})
    early = await change(ask_merchant, "statementIssue", statement, whose)
    issued = (await change(ask_merchant, "statementIssue", statement, whose, partner_desk=desk))["statement"]
    none = await change(ask_merchant, "statementIssue", statement, whose, partner_desk=desk)
    paid = {**whose, "kind": "SETTLEMENT", "amount": "2.25", "currencyCode": "USD", "reference": "Wire 1",
            "paidOn": "2026-03-02", "statementId": issued["id"]}  # fmt: skip
    payment = "payment { id kind amount { amount } reference paidOn recordedBy }"
    first = await change(ask_merchant, "partnerPaymentRecord", payment, paid)
    again = await change(ask_merchant, "partnerPaymentRecord", payment, paid)
    other = await change(ask_merchant, "partnerPaymentRecord", payment, {**paid, "amount": "2.24"})
    books = (await ask_merchant(
        """query ($id: ID!) { partner(id: $id) { statementsIssued statements { nodes { number } }
        payments { nodes { reference } } suspenseAging { age rows }
        figures { offerId claims approved declined points amount { amount } }
        runningCycle { dues { due { amount } } } suspense { nodes { problem } } } }""",
        {"id": whose["partnerId"]},
    )).data["partner"]  # fmt: skip

    assert refusals(pounds) == [("CURRENCY_INVALID", ["input", "currencyCode"])]
    assert refusals(early) == [("UNAVAILABLE", ["input"])]
    assert issued["totals"] == [
        {"kind": "ADJUSTED", "events": 1, "points": 0, "amount": {"amount": "-1.25"}},
        {"kind": "CLAWED_BACK", "events": 1, "points": 50, "amount": {"amount": "-0.50"}},
        {"kind": "ISSUED", "events": 2, "points": 400, "amount": {"amount": "4.00"}},
    ]
    assert issued["dues"] == [
        {"due": {"amount": "2.25", "currencyCode": "USD"}, "covered": {"amount": "0.00"}, "toPay": {"amount": "2.25"}}
    ]
    assert (issued["number"], issued["lineCount"], len(issued["root"])) == (1, 4, 64)
    assert [(one["kind"], one["points"]) for one in issued["lines"]["nodes"]] == [("ISSUED", 200), ("ISSUED", 200)]
    assert issued["lines"]["pageInfo"] == {"hasNextPage": True}
    assert refusals(none) == [("NOTHING_TO_SETTLE", ["input", "partnerId"])]
    assert first["payment"]["amount"] == {"amount": "2.25"}
    assert again == first
    assert refusals(other) == [("REFERENCE_USED", ["input", "reference"])]
    assert books["statementsIssued"] == 1
    assert books["statements"]["nodes"] == [{"number": 1}]
    assert books["payments"]["nodes"] == [{"reference": "Wire 1"}]
    assert books["suspense"]["nodes"] == []
    assert [one["rows"] for one in books["suspenseAging"]] == [0, 0, 0, 0]
    assert books["figures"] == [
        {"offerId": gid("Offer", offer.offer_id), "claims": 1, "approved": 2, "declined": 0, "points": 350,
         "amount": {"amount": "3.50"}},
    ]  # fmt: skip


def test_every_refusal_of_a_decision_has_a_code() -> None:
    types, known = merchant_schema.core.type_map, set[str]()
    for name in ("ConversionApprove", "ConversionDecline", "ConversionReverse"):
        codes = types[f"{name}ErrorCode"]
        assert isinstance(codes, GraphQLEnumType)
        known |= set(codes.values)

    assert set(get_args(DecisionCode)) == known


async def test_a_file_of_reports_is_started_and_tells_which_rows_had_no_effect(
    trading: Trading, ask_merchant: Ask
) -> None:
    partner = await trading.partner()
    file = io.BytesIO(b"kind,report_id,order,occurred_at\npurchase,r-1,,2026-03-01\n")
    async with tenant_transaction(trading.engine, trading.program_id) as connection:
        made = await check_report_file(
            connection, trading.program_id, partner.partner_id, file, "march.csv", actor="staff:17"
        )
    given, gives = {"reportFileId": gid("ReportFile", made.file_id)}, "reportFile { name state refused }"
    [listed] = (await ask_merchant(
        "query ($id: ID!) { partner(id: $id) { reportFiles { state rowsTotal ready problems { row problem } } } }",
        {"id": gid("Partner", partner.partner_id)},
    )).data["partner"]["reportFiles"]  # fmt: skip

    started = await change(ask_merchant, "reportFileStart", gives, given)
    canceled = await change(ask_merchant, "reportFileCancel", gives, given)
    late = await change(ask_merchant, "reportFileStart", gives, given)
    none = await change(ask_merchant, "reportFileStart", gives, {"reportFileId": gid("ReportFile", 1)})

    assert (listed["state"], listed["rowsTotal"], listed["ready"]) == ("CHECKED", 1, 0)
    assert [one["row"] for one in listed["problems"]] == [2]
    assert started["reportFile"] == {"name": "march.csv", "state": "RUNNING", "refused": 1}
    assert canceled["reportFile"]["state"] == "CANCELED"
    assert refusals(late) == [("FILE_CANCELED", ["input", "reportFileId"])]
    assert refusals(none) == [("FILE_NOT_FOUND", ["input", "reportFileId"])]


async def test_figures_are_of_days_that_there_are(trading: Trading, ask_merchant: Ask) -> None:
    partner = {"id": gid("Partner", (await trading.partner()).partner_id)}
    query = """query ($id: ID!, $first: Date, $last: Date) { partner(id: $id) {
        figures(firstDay: $first, lastDay: $last) { offerId } } }"""
    refused = [("9999-12-31", "9999-12-31"), (None, "0001-01-01"), ("2026-03-02", "2026-03-01"),
               ("2024-01-01", "2026-01-01")]  # fmt: skip

    for first, last in refused:
        reply = await ask_merchant(query, {**partner, "first": first, "last": last})
        assert reply.codes == ["BAD_USER_INPUT"], (first, last)
    assert (await ask_merchant(query, {**partner, "first": "2025-01-01", "last": "2026-02-04"})).data["partner"] == {
        "figures": []
    }
