"""The storefront's contract on the real database: verbatim shapes, exact numbers, and nobody else's data."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.events import Fact
from engine.shops import ShopReference, install_shop
from tests.support.facts import PAID_AT, created, events, line, order, refund
from tests.support.graphql_requests import Ask
from tests.support.programs import fixed, publish_rules, purchase

PAID = PAID_AT.isoformat().replace("+00:00", "Z")
REFUNDED = (PAID_AT + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
CONTRACT = """
query { me { balance { available pending lifetime }
             transactions(first: 20) { nodes { id kind points occurredAt reason } } } }
"""


async def happen(engine: AsyncEngine, shop: ShopReference, *facts: Fact) -> None:
    """Apply facts of the shop."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, *facts))


async def another_shop(engine: AsyncEngine) -> ShopReference:
    """A second tenant, with nothing published."""
    return await install_shop(
        engine, domain="other.myshopify.com", external_id=None, name="Other", currency="EUR", time_zone="UTC",
        scopes=[], at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


async def test_a_shopper_sees_what_came_and_went_and_why(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, created(4711), order(1001, [line("45.00")], customer=4711))
    await happen(engine, shop, refund(1, 1001, "20.00"))

    me = (await ask_storefront(CONTRACT)).data["me"]

    assert me["balance"] == {"available": 125, "pending": 0, "lifetime": 125}
    nodes = me["transactions"]["nodes"]
    assert all(re.fullmatch(r"gid://laurel/Transaction/\d+", node.pop("id")) for node in nodes)
    assert nodes[0] == {
        "kind": "CLAWBACK", "points": -20, "occurredAt": REFUNDED, "reason": "Refund of order #1001",
    }  # fmt: skip
    by_kind = {node["kind"]: node for node in nodes}
    assert by_kind["EARN"] == {
        "kind": "EARN", "points": 45, "occurredAt": PAID, "reason": "Order #1001, $45.00",
    }  # fmt: skip
    assert by_kind["BONUS"]["points"] == 100
    assert by_kind["BONUS"]["reason"] == "Thank you for joining"


async def test_reasons_and_ways_to_earn_speak_simplified_chinese(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, order(1001, [line("45.00")], customer=4711))

    data = (
        await ask_storefront(
            "{ me { transactions { nodes { reason } } } program { waysToEarn { title description } } }", locale="zh-CN"
        )
    ).data

    reasons = {node["reason"] for node in data["me"]["transactions"]["nodes"]}
    assert reasons == {"订单 #1001，US$45.00", "感谢加入会员"}
    assert data["program"]["waysToEarn"] == [
        {"title": "购买商品", "description": "购买商品每消费 US$1 可得 1 积分。"},
        {"title": "注册会员", "description": "注册账户即得 100 积分。"},
    ]


async def test_a_transaction_carries_its_order_s_numbers_typed(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, order(1001, [line("1250", currency="JPY")], customer=4711, currency="JPY"))

    nodes = (
        await ask_storefront(
            "{ me { transactions { nodes { kind orderName base { amount currencyCode } rate points } } } }"
        )
    ).data["me"]["transactions"]["nodes"]

    assert {"kind": "EARN", "orderName": "#1001", "base": {"amount": "1250", "currencyCode": "JPY"}, "rate": "0.01",
            "points": 12} in nodes  # fmt: skip
    assert {"kind": "BONUS", "orderName": None, "base": None, "rate": None, "points": 100} in nodes


async def test_nobody_logged_in_has_no_member_but_sees_the_program(ask_storefront: Ask) -> None:
    data = (await ask_storefront("{ me { id } program { name version } }", customer_id=None)).data

    assert data == {"me": None, "program": {"name": "Laurel Rewards", "version": 1}}


async def test_an_unknown_customer_becomes_a_member_without_a_bonus_and_stays_one(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    first = (await ask_storefront("{ me { id balance { available } transactions { nodes { id } } } }")).data["me"]
    second = (await ask_storefront("{ me { id } }")).data["me"]

    assert first["balance"] == {"available": 0}
    assert first["transactions"] == {"nodes": []}
    assert second["id"] == first["id"]
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM members"))).scalar_one() == 1


async def test_pages_follow_each_other_without_gap_or_repeat(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, *(order(1000 + n, [line("10.00")], customer=4711) for n in range(5)))
    document = """query ($after: String) { me { transactions(first: 4, after: $after) {
        edges { cursor node { id } } nodes { id }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }"""

    first = (await ask_storefront(document)).data["me"]["transactions"]
    second = (await ask_storefront(document, {"after": first["pageInfo"]["endCursor"]})).data["me"]["transactions"]

    assert [len(first["nodes"]), len(second["nodes"])] == [4, 2]  # five orders and the bonus
    assert [edge["node"] for edge in first["edges"]] == first["nodes"]
    assert first["pageInfo"] == {
        "hasNextPage": True, "hasPreviousPage": False,
        "startCursor": first["edges"][0]["cursor"], "endCursor": first["edges"][-1]["cursor"],
    }  # fmt: skip
    assert second["pageInfo"]["hasNextPage"] is False
    ids = [node["id"] for node in first["nodes"] + second["nodes"]]
    assert len(set(ids)) == 6
    numbers = [int(one.rsplit("/", 1)[1]) for one in ids]
    assert numbers == sorted(numbers, reverse=True)


FOREIGN_CURSORS = [
    "", "abc", "é", "\x00", "A" * 30_000, *(base64.urlsafe_b64encode(content).decode() for content in (
        b"ParkedEvent:5", b"Transaction:" + b"9" * 19, b"Transaction:-5", b"Transaction:05", b"\xff\xfe")),
]  # fmt: skip


async def test_a_cursor_that_we_did_not_make_is_an_error(ask_storefront: Ask) -> None:
    document = "query ($after: String) { me { transactions(after: $after) { nodes { id } } } }"

    for cursor in FOREIGN_CURSORS:
        reply = await ask_storefront(document, {"after": cursor})
        assert (reply.status, reply.codes) == (200, ["INVALID_CURSOR"]), cursor[:40]


async def test_what_expires_next_is_told_soonest_first(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, order(1001, [line("45.00")], customer=4711))

    expiring = (await ask_storefront("{ me { expiring(first: 1) { points expiresAt } } }")).data["me"]["expiring"]

    assert len(expiring) == 1
    assert expiring[0]["points"] == 145
    assert expiring[0]["expiresAt"] == (PAID_AT + timedelta(days=365)).isoformat().replace("+00:00", "Z")


async def test_what_the_program_would_remind_of_is_told_with_the_days_that_are_left(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=85)
    await publish_rules(engine, shop, purchase(expiry={"kind": "after", "days": 90}), time_zone="UTC")
    await happen(engine, shop, order(1001, [line("45.00")], customer=4711, occurred_at=long_ago))
    await happen(engine, shop, order(1002, [line("10.00")], customer=4711))

    me = (await ask_storefront("{ me { expiringNext { points expiresAt daysLeft } } }")).data["me"]

    assert [(one["points"], one["daysLeft"]) for one in me["expiringNext"]] == [(45, 5)]


async def test_a_tenant_sees_nothing_of_another_even_for_the_same_customer_id(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, order(1001, [line("45.00")], customer=4711))
    other = await another_shop(engine)
    mine = (await ask_storefront("{ me { id transactions { pageInfo { startCursor } } } }")).data["me"]

    theirs = await ask_storefront(
        "query ($after: String) { me { id balance { available } transactions(after: $after) { nodes { id } } }"
        " program { name } }",
        {"after": mine["transactions"]["pageInfo"]["startCursor"]},
        where=other,
    )

    assert theirs.data["me"]["id"] != mine["id"]
    assert theirs.data["me"]["balance"] == {"available": 0}
    assert theirs.data["me"]["transactions"] == {"nodes": []}
    assert theirs.data["program"] is None


async def test_one_customer_sees_nothing_of_another(
    engine: AsyncEngine, shop: ShopReference, ask_storefront: Ask
) -> None:
    await happen(engine, shop, order(1001, [line("45.00")], customer=4711))

    other = (
        await ask_storefront("{ me { balance { available } transactions { nodes { id } } } }", customer_id=4712)
    ).data

    assert other == {"me": {"balance": {"available": 0}, "transactions": {"nodes": []}}}


async def test_whoever_comes_to_the_shop_gets_the_points_of_a_visit_once_a_day(
    ask_storefront: Ask, engine: AsyncEngine, shop: ShopReference
) -> None:
    await publish_rules(engine, shop, fixed("visit", 3, "visit"))
    asked = [(await ask_storefront(CONTRACT, customer_id=1)).data["me"] for _ in range(3)]

    assert [me["balance"]["available"] for me in asked] == [3, 3, 3]
    assert [[one["kind"] for one in me["transactions"]["nodes"]] for me in asked] == [["BONUS"]] * 3
    assert (await ask_storefront(CONTRACT, customer_id=2)).data["me"]["balance"]["available"] == 3
