"""Trying a program out by GraphQL: on an order or event, on the shop's own orders; and explaining what was decided."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.rewards.defaults import seed_default_rewards
from engine.rules.re_evaluating import re_evaluate
from engine.shops import ShopReference
from tests.support.facts import events, line, order, refund
from tests.support.graphql_requests import Ask
from tests.support.programs import fixed, publish_rules, purchase

PREVIEW = """
mutation ($input: ProgramPreviewInput!) { programPreview(input: $input) {
    preview { reason reasonText points pointsNow
        rules { handle reason points derivation { base { amount currencyCode } exact rounding } }
        nearest { handle reason missed { field operator values seen seenKind } } }
    backtest { orders reallyDecided truncated pointsBefore pointsAfter gaining losing unchanged changedOrders
        byRule { handle points } topGains { difference } topLosses { difference before after orderId }
        valuePerPoint currencyCode costBefore costAfter marginBefore marginAfter
        netSales { amount currencyCode } }
    userErrors { field code } } }
"""
EXPLAIN = """
query ($id: ID!) { explain(transactionId: $id) { kind points reason actor programVersion orderId rule revision before
    due posted derivation { rule rate json desired due currencyCode
        lines { units base { amount } leftOut factor points } condition { field met seen } } missed { field } } }
"""


async def preview(ask: Ask, **given: Any) -> dict[str, Any]:
    """The payload of trying a program out."""
    payload: dict[str, Any] = (await ask(PREVIEW, {"input": given})).data["programPreview"]
    return payload


def bought(amount: str, **given: Any) -> dict[str, Any]:
    """An order of one line that nobody placed."""
    return {"lines": [{"price": {"amount": amount, "currencyCode": "USD"}} | given]}


async def save_rate(ask: Ask, rate: str) -> None:
    """Let the draft's purchases pay another rate."""
    revision = (await ask("{ programDraft { revision } }")).data["programDraft"]["revision"]
    rule = {
        "handle": "purchase", "title": "Purchases", "trigger": "ORDER_PAID",
        "formula": {"perMoney": [{"currencyCode": "USD", "pointsPerUnit": rate}]},
    }  # fmt: skip
    document = "mutation ($input: RuleUpdateInput!) { ruleUpdate(input: $input) { userErrors { message } } }"
    reply = await ask(document, {"input": {"expectedRevision": revision, "rule": rule}})
    assert reply.data["ruleUpdate"]["userErrors"] == []


async def test_the_draft_is_tried_on_an_order_that_nobody_placed(ask_merchant: Ask) -> None:
    await save_rate(ask_merchant, "2")

    draft = (await preview(ask_merchant, order=bought("45.00")))["preview"]
    live = (await preview(ask_merchant, version=1, order=bought("45.00", quantity=2)))["preview"]

    assert (draft["reason"], draft["points"], draft["pointsNow"], draft["nearest"]) == ("EARNED", 90, None, None)
    assert draft["rules"] == [
        {"handle": "purchase", "reason": "EARNED", "points": 90,
         "derivation": {"base": {"amount": "45.00", "currencyCode": "USD"}, "exact": "90", "rounding": "HALF_EVEN"}},
    ]  # fmt: skip
    assert live["points"] == 90


async def test_what_a_supposed_member_and_product_are_decides(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    vip = purchase(
        audience={"kind": "compare", "field": "member.tags", "operator": "contains", "value": "vip"},
        multipliers=[{"factor": "3", "condition": {
            "kind": "compare", "field": "product.tags", "operator": "contains", "value": "new"}}],
    )  # fmt: skip
    await publish_rules(engine, shop, vip, fixed("review", 40, "review"))

    stranger = (await preview(ask_merchant, order=bought("10.00")))["preview"]
    member = (await preview(ask_merchant, order=bought("10.00", productTags=["new"]) | {"member": {"tags": ["VIP"]}}))[
        "preview"
    ]
    reviewed = (await preview(ask_merchant, event={"source": "review"}))["preview"]

    assert (stranger["reason"], stranger["points"]) == ("AUDIENCE", 0)
    assert stranger["nearest"] == {
        "handle": "purchase", "reason": "AUDIENCE",
        "missed": [{"field": "member.tags", "operator": "CONTAINS", "values": ["vip"], "seen": [],
                    "seenKind": "TEXTS"}],
    }  # fmt: skip
    assert member["points"] == 30
    assert reviewed["points"] == 40


async def test_the_draft_is_tried_on_the_shop_s_own_orders(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await seed_default_rewards(connection, shop.program_id, "USD", actor="tests")
        placed = [order(1001, [line("45.00")], customer=4711), order(1002, [line("100.00")], customer=4712)]
        await apply_events(connection, events(shop, *placed))
        await apply_events(connection, events(shop, refund(1, 1002, "50.00")))
    await save_rate(ask_merchant, "0.5")

    tried = (await preview(ask_merchant, months=24))["backtest"]
    live = (await preview(ask_merchant, months=24, version=1, valuePerPoint="0"))["backtest"]
    one = (await preview(ask_merchant, orderId="1001"))["preview"]

    assert (tried["orders"], tried["pointsBefore"], tried["pointsAfter"]) == (2, 95, 47)
    assert (tried["gaining"], tried["losing"], tried["unchanged"], tried["changedOrders"]) == (0, 2, 0, 2)
    assert [loss["difference"] for loss in tried["topLosses"]] == [-25, -23]
    assert tried["topGains"] == []
    assert tried["byRule"] == [{"handle": "purchase", "points": 47}]
    assert (tried["valuePerPoint"], tried["currencyCode"]) == ("0.010000", "USD")
    assert (tried["costBefore"], tried["costAfter"]) == ("0.950000", "0.470000")
    assert tried["netSales"] == [{"amount": "95.00", "currencyCode": "USD"}]
    assert (tried["marginBefore"], tried["marginAfter"]) == ("0.010000", "0.004947")
    assert (live["pointsBefore"], live["pointsAfter"], live["reallyDecided"], live["unchanged"]) == (95, 95, 2, 2)
    assert (one["points"], one["pointsNow"]) == (22, 45)


WRONG: list[tuple[dict[str, Any], str]] = [
    ({}, "INVALID"),
    ({"months": 1, "orderId": "1"}, "INVALID"),
    ({"months": 0}, "INVALID"),
    ({"months": 25}, "INVALID"),
    ({"months": -1}, "INVALID"),
    ({"months": 1, "valuePerPoint": "-1"}, "INVALID"),
    ({"orderId": "1"}, "ORDER_NOT_FOUND"),
    ({"version": 99, "months": 1}, "NO_SUCH_VERSION"),
    ({"version": -1, "months": 1}, "NO_SUCH_VERSION"),
]
UNREADABLE: list[dict[str, Any]] = [
    {"order": {"lines": []}},
    {"order": {"lines": [{"price": {"amount": "1", "currencyCode": "USD"}}] * 51}},
    {"order": bought("1.00", quantity=0)},
    {"order": bought("1.00", quantity=10_001)},
    {"order": bought("-1.00")},
    {"order": bought("1.001")},
    {"order": bought("1.00", sku="\x00")},
    {"order": {"lines": [{"price": {"amount": "1", "currencyCode": code}} for code in ("USD", "EUR")]}},
    {"event": {"source": "custom:a", "fields": [{"name": "a"}]}},
]


async def test_what_cannot_be_tried_is_told(ask_merchant: Ask) -> None:
    for given, code in WRONG:
        payload = await preview(ask_merchant, **given)
        assert [error["code"] for error in payload["userErrors"]] == [code], given
        assert (payload["preview"], payload["backtest"]) == (None, None)
    for given in UNREADABLE:
        assert (await ask_merchant(PREVIEW, {"input": given})).codes == ["BAD_USER_INPUT"], given
    unknown = (await preview(ask_merchant, event={"source": "nonsense"}))["preview"]
    assert (unknown["points"], unknown["rules"]) == (0, [])


async def transactions(ask: Ask, kind: str) -> list[dict[str, Any]]:
    """The member's transactions of a kind."""
    document = "{ members(first: 1) { nodes { transactions { nodes { id kind points } } } } }"
    nodes = (await ask(document)).data["members"]["nodes"][0]["transactions"]["nodes"]
    return [node for node in nodes if node["kind"] == kind]


async def test_a_transaction_is_explained_so_that_its_points_can_be_worked_out_again(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    big = purchase(
        rate="1.5", condition={"kind": "compare", "field": "order.units", "operator": "ge", "value": "2"}
    )  # fmt: skip
    await publish_rules(engine, shop, big)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("15.00", 3)], customer=4711)))
        await apply_events(connection, events(shop, refund(1, 1001, "20.00")))
    (earned,), (back,) = await transactions(ask_merchant, "EARN"), await transactions(ask_merchant, "CLAWBACK")

    first = (await ask_merchant(EXPLAIN, {"id": earned["id"]})).data["explain"]
    second = (await ask_merchant(EXPLAIN, {"id": back["id"]})).data["explain"]

    derivation = first.pop("derivation")
    assert first == {
        "kind": "EARN", "points": 68, "reason": "Order #1001, $45.00", "actor": "program", "programVersion": 2,
        "orderId": "gid://shopify/Order/1001", "rule": "purchase", "revision": 0, "before": 0, "due": 68, "posted": 68,
        "missed": [],
    }  # fmt: skip
    assert re_evaluate(json.loads(derivation.pop("json"))) == 68
    assert derivation == {
        "rule": "purchase", "rate": "1.5", "desired": 68, "due": 68, "currencyCode": "USD",
        "lines": [{"units": 3, "base": {"amount": "45.00"}, "leftOut": None, "factor": "1", "points": 68}],
        "condition": [{"field": "order.units", "met": True, "seen": ["3"]}],
    }  # fmt: skip
    assert (second["revision"], second["before"], second["due"], second["posted"]) == (1, 68, 38, -30)
    assert second["points"] == back["points"] == -30


async def test_an_order_that_earned_nothing_says_what_was_missed_and_by_how_much(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    big = purchase(condition={"kind": "compare", "field": "order.base", "operator": "ge", "amounts": {"USD": "50"}})
    await publish_rules(engine, shop, big)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00")], customer=4711)))

    explained = (
        await ask_merchant(
            '{ explainOrder(orderId: "1001") { reason reasonText points rules { handle reason }'
            " nearest { handle missed { field operator amounts { amount currencyCode } seen } } } }"
        )
    ).data["explainOrder"]

    assert explained == {
        "reason": "CONDITION", "reasonText": "A condition of the rule was not met.", "points": 0,
        "rules": [{"handle": "purchase", "reason": "CONDITION"}],
        "nearest": {"handle": "purchase", "missed": [
            {"field": "order.base", "operator": "GE", "amounts": [{"amount": "50", "currencyCode": "USD"}],
             "seen": ["45"]}]},
    }  # fmt: skip


async def test_an_unknown_transaction_is_null(ask_merchant: Ask) -> None:
    assert (await ask_merchant(EXPLAIN, {"id": "gid://laurel/Transaction/999999"})).data == {"explain": None}
    assert (await ask_merchant(EXPLAIN, {"id": "gid://laurel/Order/1"})).codes == ["INVALID_ID"]


async def test_what_no_order_gave_is_explained_too(engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00")], customer=4711)))
    (given,) = await transactions(ask_merchant, "BONUS")

    explained = (await ask_merchant(EXPLAIN, {"id": given["id"]})).data["explain"]

    assert (explained["points"], explained["rule"], explained["orderId"]) == (100, "sign-up", None)
    assert re_evaluate(json.loads(explained["derivation"]["json"])) == 100
