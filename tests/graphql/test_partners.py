"""Partners through the merchant's API: what is agreed, their keys, connections; one program's never another's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.shops import ShopReference, install_shop
from laurel_graphql.partnering import CODES
from laurel_graphql.texts import TEXTS
from tests.support.graphql_changes import change, gid, refusals
from tests.support.graphql_requests import Ask
from tests.support.partner_desk import ReadableDesk
from tests.support.trading import TEN_A_DOLLAR, Trading

AGREED = {"currency": "USD", "buyRate": "0.01", "redeemRate": "0.008", "timeZone": "America/New_York"}
PARTNER = "partner { id handle name version pausedAt archivedAt agreement { version } }"


@pytest.fixture
def trading(engine: AsyncEngine, shop: ShopReference) -> Trading:
    """A program that trades."""
    return Trading(engine, shop)


async def test_a_partner_is_made_changed_paused_and_ended(ask_merchant: Ask) -> None:
    profile = {"name": "Harbor Coffee", "website": "https://harbor.example", "about": "Coffee by the water"}
    given = {"handle": "harbor-coffee", "profile": profile, "agreement": {
        **AGREED, "billing": "PREPAID", "cycle": "WEEK", "holdDays": 14, "tolerance": "0.05",
        "caps": [{"kind": "ISSUED", "period": "MONTH", "points": 5000}], "attribution": {"click": "FIRST"},
    }}  # fmt: skip

    made = (await change(ask_merchant, "partnerCreate", PARTNER, given))["partner"]
    twice = await change(ask_merchant, "partnerCreate", PARTNER, given)
    read = {"partnerId": made["id"], "expectedVersion": made["version"]}
    changed = await change(ask_merchant, "partnerUpdate", PARTNER, {**read, "agreement": {**AGREED, "buyRate": "0.02"}})
    late = await change(ask_merchant, "partnerPause", PARTNER, read, locale="zh-CN")
    read["expectedVersion"] = changed["partner"]["version"]
    paused = (await change(ask_merchant, "partnerPause", PARTNER, read))["partner"]
    read["expectedVersion"] = paused["version"]
    resumed = (await change(ask_merchant, "partnerResume", PARTNER, read))["partner"]
    read["expectedVersion"] = resumed["version"]
    ended = (await change(ask_merchant, "partnerArchive", PARTNER, read))["partner"]
    listed = (await ask_merchant("{ partners { id } all: partners(archived: true) { id } }")).data
    [full] = (await ask_merchant("""{ partners(archived: true) { website prepaid { amount } agreements {
        version buyRate billing cycle holdDays settleDays tolerance { amount } caps { kind period points }
        attribution { windowDays click codeWins } createdBy } } }""")).data["partners"]  # fmt: skip

    assert (made["handle"], made["name"], made["agreement"]) == ("harbor-coffee", "Harbor Coffee", {"version": 1})
    assert refusals(twice) == [("HANDLE_TAKEN", ["input", "handle"])]
    assert late["userErrors"] == [
        {"field": ["input", "expectedVersion"], "message": "读取之后已有其他人作了更改。", "code": "VERSION_CONFLICT"}
    ]
    assert paused["pausedAt"] is not None
    assert resumed["pausedAt"] is None
    assert ended["archivedAt"] is not None
    assert listed == {"partners": [], "all": [{"id": made["id"]}]}
    assert full["website"] == "https://harbor.example"
    assert full["prepaid"] == {"amount": "0.00"}
    assert [one["version"] for one in full["agreements"]] == [2, 1]
    assert full["agreements"][1] == {
        "version": 1, "buyRate": "0.01", "billing": "PREPAID", "cycle": "WEEK", "holdDays": 14, "settleDays": 3,
        "tolerance": {"amount": "0.05"}, "caps": [{"kind": "ISSUED", "period": "MONTH", "points": 5000}],
        "attribution": {"windowDays": 30, "click": "FIRST", "codeWins": True}, "createdBy": "staff:17",
    }  # fmt: skip


WRONG: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"name": "Harbor", "website": "http://harbor.example"}, AGREED, ["input", "profile", "website"]),
    ({"name": ""}, AGREED, ["input", "profile", "name"]),
    ({"name": "Harbor"}, {**AGREED, "timeZone": "Mars/Olympus"}, ["input", "agreement", "timeZone"]),
    ({"name": "Harbor"}, {**AGREED, "tolerance": "0.001"}, ["input", "agreement"]),
    ({"name": "Harbor"}, {**AGREED, "buyRate": "-1"}, ["input", "agreement", "buyRate"]),
    ({"name": "Harbor"}, {**AGREED, "reportDays": 401}, ["input", "agreement", "reportDays"]),
]


async def test_what_is_wrong_is_told_by_its_place_and_changes_nothing(ask_merchant: Ask) -> None:
    for profile, agreement, place in WRONG:
        given = {"handle": "harbor", "profile": profile, "agreement": agreement}
        assert refusals(await change(ask_merchant, "partnerCreate", PARTNER, given)) == [("INVALID", place)]

    assert (await ask_merchant("{ partners(archived: true) { id } }")).data["partners"] == []


async def test_a_key_is_shown_once_and_can_be_revoked(trading: Trading, ask_merchant: Ask) -> None:
    partner, desk = await trading.partner(), ReadableDesk()
    wanted = {"partnerId": gid("Partner", partner.partner_id), "label": "Till"}
    other = await trading.partner("other")

    without = await change(ask_merchant, "partnerKeyCreate", "secret", wanted)
    made = await change(ask_merchant, "partnerKeyCreate", "secret key { keyId label }", wanted, partner_desk=desk)
    key = {"partnerId": wanted["partnerId"], "keyId": made["key"]["keyId"]}
    strange = await change(
        ask_merchant, "partnerKeyRevoke", PARTNER, {**key, "partnerId": gid("Partner", other.partner_id)}
    )
    revoked = await change(ask_merchant, "partnerKeyRevoke", "partner { keys { keyId label revokedAt } }", key)

    assert refusals(without) == [("UNAVAILABLE", ["input"])]
    assert made["secret"] == "lpk_key1_secret"
    assert made["key"] == {"keyId": "key1", "label": "Till"}
    assert refusals(strange) == [("KEY_NOT_FOUND", ["input", "keyId"])]
    [kept] = revoked["partner"]["keys"]
    assert (kept["keyId"], kept["revokedAt"] is not None) == ("key1", True)


async def test_another_program_finds_nothing_of_it(engine: AsyncEngine, trading: Trading, ask_merchant: Ask) -> None:
    partner = await trading.partner()
    offer = await trading.offer(partner, TEN_A_DOLLAR)
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=7_100_000_002, name="Other", currency="USD",
        time_zone="UTC", scopes=[], at=datetime(2026, 3, 2, tzinfo=UTC),
    )  # fmt: skip
    ids = {"p": gid("Partner", partner.partner_id), "o": gid("Offer", offer.offer_id)}
    query = """query ($p: ID!, $o: ID!) { partner(id: $p) { id } offer(id: $o) { id } partners { id }
        offers(partnerId: $p) { id } codePools(partnerId: $p) { id } suspenseRows(partnerId: $p) { nodes { id } }
        conversions(partnerId: $p) { nodes { id } } statements(partnerId: $p) { nodes { id } } }"""

    found = (await ask_merchant(query, ids, where=other)).data
    closed = await change(ask_merchant, "offerClose", "offer { id }", {"offerId": ids["o"]}, where=other)

    assert [value for value in found.values() if value not in (None, [], {"nodes": []})] == []
    assert refusals(closed) == [("OFFER_NOT_FOUND", ["input", "offerId"])]


def test_every_code_has_a_sentence_in_every_language() -> None:
    for texts in TEXTS.values():
        assert {key for key in texts if key.startswith("partners.refused.")} == {
            f"partners.refused.{code.lower()}" for code in CODES if code != "INVALID"
        }
