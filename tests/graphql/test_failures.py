"""What fails inside is told by an id that the log explains, never by a stack trace; a lost database is a 503."""

from __future__ import annotations

import asyncio
import json

import psycopg
import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.database import create_engine
from engine.shops import ShopReference
from laurel_graphql.context import StorefrontContext
from laurel_graphql.persisted import document_id
from laurel_graphql.request import answer
from laurel_graphql.storefront import storefront_schema
from laurel_graphql.types import members
from tests.support.graphql_requests import Ask, reply_of

SECRET = "password=hunter2 at /srv/laurel/engine.py"


async def test_an_unexpected_error_is_masked_by_an_id_under_which_it_is_logged(
    ask_storefront: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_arguments: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(members, "history", fail)

    with structlog.testing.capture_logs() as logs:
        reply = await ask_storefront("query Mine { me { id transactions { nodes { id } } } }")

    error = reply.body["errors"][0]
    assert (reply.status, reply.codes, error["path"]) == (200, ["INTERNAL_ERROR"], ["me", "transactions"])
    assert SECRET not in json.dumps(reply.body)
    assert [(line["error_id"], line["operation"], str(line["exc_info"])) for line in logs] == [
        (error["extensions"]["id"], "Mine", SECRET)
    ]


async def test_a_field_that_fails_beside_one_that_reads_is_no_outage_for_the_others(
    ask_storefront: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = asyncio.Event()

    async def read_slowly(connection: AsyncConnection, *_arguments: object) -> None:
        began.set()
        await connection.execute(text("SELECT pg_sleep(10)"))

    async def fail_beside(*_arguments: object) -> None:
        await began.wait()
        raise ValueError(SECRET)

    monkeypatch.setattr(members, "expiring_soon", read_slowly)
    monkeypatch.setattr(members, "memberships_read", fail_beside)

    reply = await ask_storefront("{ me { expiringNext { points } memberships { status } } program { name } }")

    assert (reply.status, reply.codes) == (200, ["INTERNAL_ERROR"])
    assert reply.body["data"] == {"me": None, "program": {"name": "Laurel Rewards"}}


async def test_an_answer_with_errors_is_not_cacheable(
    engine: AsyncEngine, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    def context() -> StorefrontContext:
        return StorefrontContext(
            engine=engine, program_id=shop.program_id, shop_id=shop.shop_id, locale="en", customer_id=4711
        )

    async def fail(*_arguments: object) -> None:
        raise ValueError(SECRET)

    body = json.dumps({"documentId": document_id("storefront", "panel")}).encode()

    good = await answer(body, schema=storefront_schema, context=context(), development=False)
    monkeypatch.setattr(members, "history", fail)
    bad = await answer(body, schema=storefront_schema, context=context(), development=False)

    assert (good.status, good.cacheable, good.operation_key) == (200, True, document_id("storefront", "panel"))
    assert (bad.status, bad.cacheable) == (200, False)


async def test_a_database_that_cannot_be_reached_is_a_503(shop: ShopReference) -> None:
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/nothing")
    context = StorefrontContext(
        engine=nowhere, program_id=shop.program_id, shop_id=shop.shop_id, locale="en", customer_id=4711
    )

    with structlog.testing.capture_logs() as logs:
        reply = reply_of(
            await answer(b'{"query": "{ me { id } }"}', schema=storefront_schema, context=context, development=True)
        )
    await nowhere.dispose()

    assert (reply.status, reply.codes, list(reply.body)) == (503, ["SERVICE_UNAVAILABLE"], ["errors"])
    assert [line["event"] for line in logs] == ["graphql_database_unavailable"]


async def test_fields_side_by_side_share_one_connection_in_turns(ask_storefront: Ask) -> None:
    fields = "{ id transactions { nodes { id } } expiring { points } }"
    document = "{ " + " ".join(f"m{n}: me {fields}" for n in range(9)) + " program { name } }"

    data = (await ask_storefront(document)).data

    assert len({data[f"m{n}"]["id"] for n in range(9)}) == 1


async def test_a_variable_of_the_wrong_type_is_the_request_s_mistake(ask_storefront: Ask) -> None:
    document = "query ($n: Int!) { me { transactions(first: $n) { nodes { id } } } }"

    for value in (1.5, "5", True, None, [1], {"a": 1}):
        reply = await ask_storefront(document, {"n": value})
        assert (reply.status, reply.codes) == (400, ["BAD_USER_INPUT"])
    for value in (0, -1, 101, 2**31, 2**63):
        reply = await ask_storefront(document, {"n": value})
        assert (reply.status, reply.codes) == (400, ["INVALID_PAGE_SIZE"])
    assert (await ask_storefront(document, {"n": 5.0})).status == 200


async def test_a_database_that_goes_away_in_the_middle_is_a_503(
    database_url: str, ask_storefront: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose_the_database(connection: AsyncConnection, *_arguments: object) -> None:
        own = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        with psycopg.connect(database_url, autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
        await connection.execute(text("SELECT 1"))

    monkeypatch.setattr(members, "history", lose_the_database)
    lost = await ask_storefront("{ me { id transactions { nodes { id } } } }")
    monkeypatch.undo()
    healed = await ask_storefront("{ me { id transactions { nodes { id } } } }")

    assert (lost.status, lost.codes, list(lost.body)) == (503, ["SERVICE_UNAVAILABLE"], ["errors"])
    assert healed.status == 200
