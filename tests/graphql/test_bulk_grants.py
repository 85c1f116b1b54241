"""Files of grants by GraphQL: checked first, started, followed, canceled; each row has its effect once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.database import tenant_transaction
from engine.files.runs import run_batch
from engine.shops import ShopReference
from tests.support.facts import events, line, order
from tests.support.graphql_requests import Ask

CHECK = """
mutation ($input: BulkGrantCheckInput!) { bulkGrantCheck(input: $input) {
    operation { id state rowsTotal rowsDone pointsTotal reason requestedBy
        totals { applied waiting refused pointsWaiting members problems { code count } }
        refusedRows { row problem message } }
    userErrors { field code } } }
"""
START = """
mutation ($input: BulkGrantStartInput!) { bulkGrantStart(input: $input) {
    operation { id state } userErrors { field code message } } }
"""
CANCEL = """
mutation ($input: BulkGrantCancelInput!) { bulkGrantCancel(input: $input) {
    operation { id state } userErrors { field code } } }
"""


async def run(ask: Ask, document: str, **given: Any) -> dict[str, Any]:
    """The payload of a mutation of these inputs."""
    (payload,) = (await ask(document, {"input": given})).data.values()
    checked: dict[str, Any] = payload
    return checked


async def test_a_file_of_grants_is_checked_started_and_followed(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        await apply_events(connection, events(shop, order(1001, [line("45.00")], customer=4711)))
    given = {"name": "grants.csv", "csv": "customer_id,points\n4711,50\n9999,10\n4711,abc\n", "reason": "Winter"}

    checked = (await run(ask_merchant, CHECK, **given))["operation"]
    again = (await run(ask_merchant, CHECK, **given))["operation"]
    started = await run(ask_merchant, START, operationId=checked["id"])
    async with tenant_transaction(engine, shop.program_id) as connection:
        await run_batch(connection, shop.program_id, int(checked["id"].rsplit("/", 1)[1]))
    followed = (
        await ask_merchant(
            "query ($id: ID!) { bulkOperation(id: $id) { state rowsDone totals { applied pointsApplied } }"
            " bulkOperations { id kind } }",
            {"id": checked["id"]},
        )
    ).data

    assert again["id"] == checked["id"]
    assert (checked["state"], checked["rowsTotal"], checked["rowsDone"], checked["pointsTotal"]) == (
        "CHECKED",
        3,
        2,
        50,
    )
    assert checked["totals"] == {
        "applied": 0, "waiting": 1, "refused": 2, "pointsWaiting": 50, "members": 1,
        "problems": [{"code": "customer-unknown", "count": 1}, {"code": "points-invalid", "count": 1}],
    }  # fmt: skip
    assert [row["row"] for row in checked["refusedRows"]] == [3, 4]
    assert checked["refusedRows"][0]["message"] == "no member is known by that"
    assert started["operation"] == {"id": checked["id"], "state": "RUNNING"}
    assert followed["bulkOperation"] == {
        "state": "FINISHED", "rowsDone": 3, "totals": {"applied": 1, "pointsApplied": 50},
    }  # fmt: skip
    assert followed["bulkOperations"] == [{"id": checked["id"], "kind": "GRANT"}]
    found = (await ask_merchant('{ members(query: "4711") { nodes { balance { available } } } }')).data["members"]
    assert found == {"nodes": [{"balance": {"available": 195}}]}


async def test_a_file_that_cannot_be_taken_is_refused_and_a_canceled_one_is_not_started(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    good = {"name": "grants.csv", "csv": "customer_id,points\n4711,50\n", "reason": "Winter"}
    for change, field, code in (
        ({"csv": ""}, "csv", "FILE_REFUSED"),
        ({"csv": "a,b\n1,2\n"}, "csv", "FILE_REFUSED"),
        ({"csv": "\x00"}, "csv", "FILE_REFUSED"),
        ({"reason": ""}, "reason", "REASON_INVALID"),
        ({"name": ""}, "name", "NAME_INVALID"),
    ):
        payload = await run(ask_merchant, CHECK, **good | change)
        assert [(error["field"], error["code"]) for error in payload["userErrors"]] == [(["input", field], code)]
    checked = (await run(ask_merchant, CHECK, **good))["operation"]["id"]
    canceled = await run(ask_merchant, CANCEL, operationId=checked)
    started = await run(ask_merchant, START, operationId=checked)
    unknown = await run(ask_merchant, START, operationId="gid://laurel/BulkOperation/99")

    assert canceled["operation"] == {"id": checked, "state": "CANCELED"}
    assert started["userErrors"] == [
        {"field": ["input", "operationId"], "code": "CANCELED", "message": "It was canceled. Hand the file in again."}
    ]
    assert [error["code"] for error in unknown["userErrors"]] == ["NOT_FOUND"]
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM transactions"))).scalar_one() == 0
