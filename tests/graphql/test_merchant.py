"""The merchant's schema on the real database: numbers that agree with the ledger, changes that tell what they did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.privacy_requests import record_privacy_request
from engine.shops import ShopReference, install_shop
from tests.support.deliveries import store_delivery
from tests.support.facts import events, line, order, refund
from tests.support.graphql_requests import Ask

PUBLISH = """
mutation ($input: ProgramPublishInput!) { programPublish(input: $input) {
    programVersion { id version effectiveFrom definition { name purchase { rates { currencyCode } } } }
    userErrors { field message code } } }
"""
REPLAY = """
mutation ($input: ParkedEventReplayInput!) { parkedEventReplay(input: $input) {
    replayedId userErrors { code field } } }
"""


async def count_of(engine: AsyncEngine, shop: ShopReference, table: str) -> int:
    """How many rows the tenant has in a table."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def park_one(engine: AsyncEngine, shop: ShopReference, webhook_id: str = "w-1") -> None:
    """A delivery that waits for a person."""
    await store_delivery(engine, shop, "orders/paid", b"{}", webhook_id)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text("UPDATE deliveries SET state = 'parked', reason = 'line_items is missing', attempts = 1")
        )


async def test_the_overview_agrees_with_the_ledger(engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00")], customer=4711)))
        await apply_events(connection, events(shop, refund(1, 1001, "20.00")))

    data = (
        await ask_merchant(
            "{ overview { issued takenBack expired outstanding members orders parked pendingDeliveries"
            " days { day issued takenBack } } recentActivity(first: 2) { kind points orderName reason } }"
        )
    ).data

    days = data["overview"].pop("days")
    assert data["overview"] == {
        "issued": 145, "takenBack": 20, "expired": 0, "outstanding": 125, "members": 1, "orders": 1, "parked": 0,
        "pendingDeliveries": 0,
    }  # fmt: skip
    assert len(days) == 30
    assert sum(day["issued"] for day in days) == 145
    assert data["recentActivity"][0] == {
        "kind": "CLAWBACK", "points": -20, "orderName": "#1001", "reason": "Refund of order #1001",
    }  # fmt: skip
    assert len(data["recentActivity"]) == 2


@pytest.mark.parametrize("order_id", ["1001", "gid://shopify/Order/1001"])
async def test_an_order_is_explained_by_either_of_its_ids(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask, order_id: str
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00", 2, discount="10.00")], customer=4711)))

    explained = (
        await ask_merchant(
            "query ($id: ID!) { explainOrder(orderId: $id) { orderName reason reasonText programVersion rate points"
            " takenBack posted base { amount currencyCode } lines { units giftCard base { amount } } } }",
            {"id": order_id},
        )
    ).data["explainOrder"]

    assert explained == {
        "orderName": "#1001", "reason": "EARNED", "reasonText": "It earned points.", "programVersion": 1, "rate": "1",
        "points": 80, "takenBack": 0, "posted": 80, "base": {"amount": "80.00", "currencyCode": "USD"},
        "lines": [{"units": 2, "giftCard": False, "base": {"amount": "80.00"}}],
    }  # fmt: skip


async def test_an_unpaid_order_is_explained_and_an_unknown_one_is_null(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00")], customer=4711, paid=False)))

    data = (
        await ask_merchant(
            '{ unpaid: explainOrder(orderId: "1001") { reason points base { amount } }'
            ' unknown: explainOrder(orderId: "1002") { reason } }'
        )
    ).data

    assert data == {"unpaid": {"reason": "NOT_PAID", "points": 0, "base": None}, "unknown": None}


async def test_an_id_of_another_type_or_of_none_is_a_typed_error(ask_merchant: Ask) -> None:
    for order_id in (
        "", "0", "-1", "1.5", "abc", "9" * 19, "9" * 5000, "gid://shopify/Customer/1", "gid://laurel/Order/1", "1\x00",
        "gid://shopify/Order/1 OR 1=1", "１２３", "gid://shopify/Order/" + "9" * 19,
    ):  # fmt: skip
        reply = await ask_merchant("query ($id: ID!) { explainOrder(orderId: $id) { points } }", {"id": order_id})
        assert (reply.status, reply.codes) == (200, ["INVALID_ID"]), order_id[:40]


async def test_publishing_makes_the_next_version_live(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    published = (await ask_merchant(PUBLISH, {"input": {}})).data["programPublish"]

    assert published["userErrors"] == []
    assert published["programVersion"]["version"] == 2
    assert published["programVersion"]["id"] == "gid://laurel/ProgramVersion/2"
    program = (await ask_merchant("{ program { liveVersion { version } draft { revision } } }")).data["program"]
    assert program["liveVersion"] == {"version": 2}
    versions = (await ask_merchant("{ programVersions(first: 1) { version } }")).data["programVersions"]
    assert versions == [{"version": 2}]
    async with tenant_transaction(engine, shop.program_id) as connection:
        rows = await connection.execute(text("SELECT published_by FROM program_versions WHERE version = 2"))
        assert rows.scalar_one() == "staff:17"


async def test_a_version_can_be_published_for_later(ask_merchant: Ask) -> None:
    later = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)

    published = (await ask_merchant(PUBLISH, {"input": {"effectiveFrom": later.isoformat()}})).data["programPublish"]

    assert published["programVersion"]["effectiveFrom"] == later.isoformat().replace("+00:00", "Z")
    assert (await ask_merchant("{ program { liveVersion { version } } }")).data == {
        "program": {"liveVersion": {"version": 1}}
    }


async def test_a_publication_with_a_key_is_one_however_often_it_is_sent(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    answers = [
        (await ask_merchant(PUBLISH, {"input": given})).data["programPublish"]
        for given in (
            {"idempotencyKey": "a"}, {"idempotencyKey": "a"}, {"idempotencyKey": "a", "expectedRevision": 1},
            {"idempotencyKey": ""}, {"idempotencyKey": "b"},
        )
    ]  # fmt: skip

    versions = [one["programVersion"]["version"] if one["programVersion"] else None for one in answers]
    codes = [error["code"] for one in answers for error in one["userErrors"]]
    assert versions == [2, 2, None, None, 3]
    assert codes == ["IDEMPOTENCY_KEY_REUSED", "INVALID_IDEMPOTENCY_KEY"]
    assert await count_of(engine, shop, "program_versions") == 3


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"effectiveFrom": "2020-01-01T00:00:00Z"}, "effectiveFrom", "EFFECTIVE_FROM_PAST"),
        ({"expectedRevision": 999}, "expectedRevision", "DRAFT_CHANGED"),
    ],
)
async def test_a_publication_that_must_not_be_is_refused_and_changes_nothing(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask, given: dict[str, object], field: str, code: str
) -> None:
    payload = (await ask_merchant(PUBLISH, {"input": given})).data["programPublish"]

    assert payload["programVersion"] is None
    assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [(["input", field], code)]
    assert await count_of(engine, shop, "program_versions") == 1


async def test_a_time_that_is_none_is_the_request_s_mistake(ask_merchant: Ask) -> None:
    for moment in (
        "",
        "tomorrow",
        "2026-11-22",
        "2026-11-22T09:00:00",
        "9" * 4000,
        5,
        "2026-13-01",
        "0001-01-01T00:00+14:00",
    ):
        reply = await ask_merchant(PUBLISH, {"input": {"effectiveFrom": moment}})
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"]), moment


async def test_a_parked_delivery_is_seen_with_its_reason_and_replayed_once(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    await park_one(engine, shop)
    seen = (
        await ask_merchant(
            "{ parkedEvents(first: 5) { nodes { id topic reason attempts } edges { cursor } pageInfo { hasNextPage } }"
            " topicCounts { topic pending applied parked ignored } }"
        )
    ).data
    parked = seen["parkedEvents"]["nodes"][0]

    first = (await ask_merchant(REPLAY, {"input": {"id": parked["id"]}})).data["parkedEventReplay"]
    second = (await ask_merchant(REPLAY, {"input": {"id": parked["id"]}})).data["parkedEventReplay"]

    assert (parked["topic"], parked["reason"], parked["attempts"]) == ("orders/paid", "line_items is missing", 1)
    assert seen["topicCounts"] == [{"topic": "orders/paid", "pending": 0, "applied": 0, "parked": 1, "ignored": 0}]
    assert first == {"replayedId": parked["id"], "userErrors": []}
    assert second == {"replayedId": None, "userErrors": [{"code": "NOT_PARKED", "field": ["input", "id"]}]}
    assert (await ask_merchant("{ overview { parked pendingDeliveries } }")).data == {
        "overview": {"parked": 0, "pendingDeliveries": 1}
    }


async def test_another_tenant_cannot_see_or_replay_a_delivery(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    await park_one(engine, shop)
    other = await install_shop(
        engine, domain="other.myshopify.com", external_id=None, name="Other", currency="EUR", time_zone="UTC",
        scopes=[], at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    mine = (await ask_merchant("{ parkedEvents { nodes { id } } }")).data["parkedEvents"]["nodes"][0]["id"]

    theirs = (await ask_merchant("{ parkedEvents { nodes { id } } overview { parked } }", where=other)).data
    replayed = (await ask_merchant(REPLAY, {"input": {"id": mine}}, where=other)).data["parkedEventReplay"]

    assert theirs == {"parkedEvents": {"nodes": []}, "overview": {"parked": 0}}
    assert replayed["userErrors"][0]["code"] == "NOT_PARKED"
    assert (await ask_merchant("{ overview { parked } }")).data == {"overview": {"parked": 1}}


async def test_privacy_requests_are_listed_with_their_deadline(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    due = datetime(2026, 12, 22, 9, 0, tzinfo=UTC)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await record_privacy_request(
            connection, shop.program_id, shop.shop_id, kind="redact-customer", key="1", due_at=due
        )

    requests = (await ask_merchant("{ privacyRequests { kind dueAt completedAt result } }")).data["privacyRequests"]

    assert requests == [
        {"kind": "REDACT_CUSTOMER", "dueAt": "2026-12-22T09:00:00Z", "completedAt": None, "result": None}
    ]


async def test_what_one_mutation_did_stays_when_a_later_one_of_the_request_fails(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    reply = await ask_merchant(
        "mutation { programPublish(input: {}) { programVersion { version } }"
        ' parkedEventReplay(input: {id: "gid://laurel/Member/1"}) { replayedId } }'
    )

    assert (reply.status, reply.codes) == (200, ["INVALID_ID"])
    assert await count_of(engine, shop, "program_versions") == 2
