"""The routes that the storefront's widgets ask through the app proxy."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
import pytest
from limits import RateLimitItemPerHour
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.direct import DirectDatabase
from engine.shops import ShopReference, uninstall_shop
from laurel_graphql.persisted import document_id
from plugin.web import rate_limits
from plugin.web.app import LaurelApp
from tests.support.signing import OTHER_SECRET, proxy_query

PANEL = {"documentId": document_id("storefront", "panel")}


async def ask(client: httpx.AsyncClient, body: object, customer: object = 7001, **headers: str) -> httpx.Response:
    """One signed request of a widget."""
    return await client.post(f"/proxy/graphql?{proxy_query(customer)}", json=body, headers=headers)


def codes(answer: httpx.Response) -> list[str]:
    """The codes of an answer's errors."""
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def test_a_shopper_sees_their_own_balance(client: httpx.AsyncClient, shop: ShopReference) -> None:
    answer = await ask(client, PANEL)

    assert answer.status_code == 200
    assert answer.json()["data"]["me"]["balance"]["available"] == 0
    assert answer.headers["cache-control"] == "private, no-store"
    assert "set-cookie" not in answer.headers


async def test_who_is_not_logged_in_sees_the_program_only(client: httpx.AsyncClient, shop: ShopReference) -> None:
    answer = await ask(client, PANEL, customer="")

    assert answer.json()["data"]["me"] is None
    assert answer.json()["data"]["program"]["name"] == "Laurel Rewards"


@pytest.mark.parametrize(
    "query",
    [
        pytest.param(lambda: "", id="nothing"),
        pytest.param(lambda: proxy_query(7001, secret=OTHER_SECRET), id="another app's"),
        pytest.param(lambda: proxy_query(7001, at=1), id="stale"),
        pytest.param(lambda: proxy_query(-1), id="customer -1"),
        pytest.param(lambda: proxy_query(1, extra="&x=1"), id="a parameter added"),
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/proxy/graphql"), ("GET", "/proxy/changes")])
async def test_an_unsigned_request_gets_401_and_no_member_is_made(
    client: httpx.AsyncClient,
    engine: AsyncEngine,
    shop: ShopReference,
    method: str,
    path: str,
    query: Callable[[], str],
) -> None:
    answer = await client.request(method, f"{path}?{query()}", json=PANEL)

    assert answer.status_code == 401
    assert codes(answer) == ["UNAUTHENTICATED"]
    assert answer.headers["cache-control"] == "private, no-store"
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM members"))).scalar_one() == 0


@pytest.mark.parametrize(("method", "path"), [("POST", "/proxy/graphql"), ("GET", "/proxy/changes")])
async def test_an_uninstalled_shop_gets_403(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, method: str, path: str
) -> None:
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await uninstall_shop(connection, shop, triggered_at=datetime.now(UTC))

    answer = await client.request(method, f"{path}?{proxy_query(7001)}", json=PANEL)

    assert answer.status_code == 403
    assert codes(answer) == ["SHOP_NOT_INSTALLED"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/proxy/graphql"), ("PUT", "/proxy/graphql"), ("POST", "/proxy/changes")]
)
async def test_other_methods_get_405(client: httpx.AsyncClient, shop: ShopReference, method: str, path: str) -> None:
    answer = await client.request(method, f"{path}?{proxy_query(7001)}")

    assert answer.status_code == 405
    assert codes(answer) == ["METHOD_NOT_ALLOWED"]


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"null", 400), (b"5", 400), (b"[]", 400), (b"\xff", 400), (b"[" * 20_000, 400), (b"{}", 400),
     (b'{"query": "' + b" " * 40_000 + b'"}', 413)],
)  # fmt: skip
async def test_malformed_bodies_are_refused_as_json(
    client: httpx.AsyncClient, shop: ShopReference, content: bytes, status: int
) -> None:
    answer = await client.post(
        f"/proxy/graphql?{proxy_query(7001)}", content=content, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == status
    assert len(codes(answer)) == 1


async def test_a_form_of_another_site_cannot_ask(client: httpx.AsyncClient, shop: ShopReference) -> None:
    answer = await client.post(
        f"/proxy/graphql?{proxy_query(7001)}", content=json.dumps(PANEL), headers={"Content-Type": "text/plain"}
    )

    assert answer.status_code == 400


async def test_production_answers_persisted_operations_only(client: httpx.AsyncClient, shop: ShopReference) -> None:
    answer = await ask(client, {"query": "{ program { name } }"})

    assert answer.status_code == 400
    assert codes(answer) == ["PERSISTED_OPERATION_REQUIRED"]


async def test_changes_is_a_number_in_under_200_bytes(client: httpx.AsyncClient, shop: ShopReference) -> None:
    anonymous = await client.get(f"/proxy/changes?{proxy_query('')}")
    stranger = await client.get(f"/proxy/changes?{proxy_query(7001)}")
    await ask(client, PANEL)
    member = await client.get(f"/proxy/changes?{proxy_query(7001)}")

    assert [answer.json() for answer in (anonymous, stranger)] == [{"version": 0}, {"version": 0}]
    assert member.json()["version"] >= 1
    assert len(member.content) < 200
    assert member.headers["cache-control"] == "private, no-store"


async def change_balance(engine: AsyncEngine, shop: ShopReference, points: int) -> None:
    """What a commit of the ledger does to the member's row."""
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text("UPDATE members SET available = :points, version = version + 1"), {"points": points}
        )


async def test_the_cache_never_answers_for_an_older_balance(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    await ask(client, PANEL)
    for points in range(1, 6):
        await change_balance(engine, shop, points)
        first, again = await ask(client, PANEL), await ask(client, PANEL)
        assert first.json()["data"]["me"]["balance"]["available"] == points
        assert again.content == first.content


async def test_the_second_reader_is_answered_from_redis(
    client: httpx.AsyncClient, app: LaurelApp, shop: ShopReference
) -> None:
    for _ in range(2):  # the first makes the member, the second is kept
        await ask(client, PANEL)
    keys = [key async for key in app.services.redis.scan_iter("laurel:*:panel:*")]
    assert len(keys) == 1
    kept = await app.services.redis.get(keys[0])
    assert isinstance(kept, bytes)
    await app.services.redis.set(keys[0], kept.partition(b"\n")[0] + b'\n{"data":"kept"}')

    assert (await ask(client, PANEL)).json() == {"data": "kept"}
    assert (await ask(client, PANEL, customer=7002)).json() != {"data": "kept"}
    assert (await ask(client, PANEL, **{"Accept-Language": "zh-CN"})).json() != {"data": "kept"}


async def test_without_redis_everything_is_answered(
    client: httpx.AsyncClient, app: LaurelApp, shop: ShopReference
) -> None:
    assert isinstance(app.services.redis, Redis)
    app.services.redis.connection_pool.connection_kwargs["port"] = 1
    await app.services.redis.connection_pool.disconnect()

    answers = [await ask(client, PANEL) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200] * 3


@pytest.fixture
def slow_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second in which requests are counted lasts an hour: a machine may take longer than one for them."""
    monkeypatch.setattr(rate_limits, "RateLimitItemPerSecond", RateLimitItemPerHour)


@pytest.mark.usefixtures("slow_second")
async def test_more_than_the_limit_gets_429_and_others_do_not_pay_for_it(
    client: httpx.AsyncClient, app: LaurelApp, shop: ShopReference
) -> None:
    limit = app.services.settings.requests_per_second

    answers = [await client.get(f"/proxy/changes?{proxy_query(7001)}") for _ in range(limit + 1)]

    assert [answer.status_code for answer in answers] == [200] * limit + [429]
    refused = answers[-1]
    assert codes(refused) == ["RATE_LIMITED"]
    assert refused.headers["retry-after"] == "1"
    assert (await client.get(f"/proxy/changes?{proxy_query(7002)}")).status_code == 200


@pytest.mark.usefixtures("slow_second")
async def test_an_anonymous_caller_is_counted_by_the_address_that_the_last_hop_saw(
    client: httpx.AsyncClient, app: LaurelApp, shop: ShopReference
) -> None:
    limit = app.services.settings.requests_per_second
    claimed = [{"X-Forwarded-For": f"198.51.100.{number % 250}, 203.0.113.9"} for number in range(limit + 1)]

    answers = [await client.get(f"/proxy/changes?{proxy_query('')}", headers=headers) for headers in claimed]

    assert [answer.status_code for answer in answers] == [200] * limit + [429]
    other = await client.get(f"/proxy/changes?{proxy_query('')}", headers={"X-Forwarded-For": "203.0.113.10"})
    assert other.status_code == 200


async def test_an_accident_shows_a_reference_and_nothing_else(
    client: httpx.AsyncClient, shop: ShopReference, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> int:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(DirectDatabase, "member_version", broken)

    answer = await client.get(f"/proxy/changes?{proxy_query(7001)}")

    assert answer.status_code == 500
    assert codes(answer) == ["INTERNAL_ERROR"]
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
