"""Events that the merchant's own software reports by GraphQL: once under each id, and only what makes sense."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.shops import ShopReference
from tests.support.facts import created, events
from tests.support.graphql_requests import Ask
from tests.support.programs import fixed, publish_rules

RECORD = """
mutation ($input: EventRecordInput!) { eventRecord(input: $input) { recorded points userErrors { field code } } }
"""


async def run(ask: Ask, document: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation of these inputs."""
    (payload,) = (await ask(document, {"input": given})).data.values()
    checked: dict[str, Any] = payload
    return checked


async def test_an_event_is_reported_once_and_earns_by_its_rules(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, created(4711)))
    quiz = fixed("quiz", 30, "custom", event_name="quiz", condition={
        "kind": "compare", "field": "event.fields.score", "operator": "ge", "value": "8"})  # fmt: skip
    await publish_rules(engine, shop, quiz)
    good: dict[str, Any] = {
        "name": "quiz",
        "id": "q-1",
        "customerId": "4711",
        "fields": [{"name": "score", "number": "9"}],
    }

    first = await run(ask_merchant, RECORD, **good)
    again = await run(ask_merchant, RECORD, **good)
    low = await run(ask_merchant, RECORD, **good | {"id": "q-2", "fields": [{"name": "score", "number": "7"}]})

    assert (first["recorded"], first["points"]) == (True, 30)
    assert (again["recorded"], again["points"]) == (False, 30)
    assert (low["recorded"], low["points"]) == (True, 0)


async def test_a_report_that_must_not_be_is_refused_and_leaves_nothing(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, created(4711)))
    good: dict[str, Any] = {"name": "quiz", "id": "q-1", "customerId": "4711"}
    wrong: list[tuple[dict[str, Any], str, str]] = [
        ({"name": "No"}, "name", "INVALID_NAME"),
        ({"name": ""}, "name", "INVALID_NAME"),
        ({"id": ""}, "id", "INVALID_ID"),
        ({"id": "a\x00"}, "id", "INVALID_ID"),
        ({"id": "x" * 201}, "id", "INVALID_ID"),
        ({"occurredAt": "2999-01-01T00:00:00Z"}, "occurredAt", "INVALID_TIME"),
        ({"occurredAt": "1999-01-01T00:00:00Z"}, "occurredAt", "INVALID_TIME"),
        ({"fields": [{"name": "A b", "text": "a"}]}, "fields", "INVALID_FIELD"),
        ({"fields": [{"name": f"f{number}", "text": "a"} for number in range(21)]}, "fields", "INVALID_FIELD"),
        ({"customerId": "9999"}, "customerId", "CUSTOMER_NOT_FOUND"),
    ]
    for change, field, code in wrong:
        payload = await run(ask_merchant, RECORD, **good | {"id": "other"} | change)
        assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [(["input", field], code)]
    for fields in (
        [{"name": "score"}],
        [{"name": "score", "text": "a", "flag": True}],
        [{"name": "a", "text": "\x00"}],
    ):
        assert (await ask_merchant(RECORD, {"input": good | {"fields": fields}})).codes == ["BAD_USER_INPUT"], fields
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM member_events"))).scalar_one() == 0
