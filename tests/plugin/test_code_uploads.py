"""Codes over HTTP: taken in while they arrive, by staff, into a pool of their own program."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.offers.import_progress import imports_of
from engine.shops import ShopReference
from plugin.background.pools import look_after_pools
from plugin.web import code_uploads
from plugin.web.app import LaurelApp
from tests.support.pools import Pools, as_file, numbered
from tests.support.signing import id_token


@pytest.fixture
async def pools(engine: AsyncEngine, shop: ShopReference) -> Pools:
    made = Pools(engine, shop)
    await made.add_partners()
    return made


async def send(
    client: httpx.AsyncClient, pool: int | str, content: bytes | AsyncIterator[bytes], **headers: str
) -> httpx.Response:
    return await client.post(
        "/admin/codes",
        params={"pool": f"gid://laurel/CodePool/{pool}", "name": "codes.csv"},
        content=content,
        headers={"Authorization": f"Bearer {id_token()}"} | headers,
    )


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


async def test_a_body_is_taken_in_as_it_arrives_and_the_answer_tells_what_became_of_it(
    client: httpx.AsyncClient, pools: Pools
) -> None:
    pool_id = await pools.pool()

    async def pieces() -> AsyncIterator[bytes]:
        whole = as_file([*numbered(30), "no code", "CODE-0000001"])
        for first in range(0, len(whole), 50):
            yield whole[first : first + 50]

    answer = await send(client, pool_id, pieces())

    made = answer.json()["import"]
    number = int(made.pop("id").removeprefix("gid://laurel/PoolImport/"))
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, no-store")
    assert made == {
        "name": "codes.csv", "state": "finished", "rowsAdded": 30, "rowsRepeated": 1, "rowsRefused": 1,
        "problems": [{"row": 32, "problem": "characters"}],
    }  # fmt: skip
    async with tenant_transaction(pools.engine, pools.program_id) as connection:
        (kept,) = await imports_of(connection, pools.program_id, pool_id)
    assert (kept.import_id, kept.created_by) == (number, "staff:42")
    assert await pools.counted(pool_id) == 30


async def test_what_cannot_be_taken_in_is_refused_and_what_came_before_stays(
    client: httpx.AsyncClient, pools: Pools, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool_id = await pools.pool()
    assert code(await send(client, "x", b"code\n")) == (400, "INVALID_ID")
    assert code(await send(client, 999_999, b"code\n")) == (400, "POOL_NOT_FOUND")
    assert code(await send(client, pool_id, b"a,b\n")) == (400, "FILE_NO_CODE_COLUMN")
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert code(await send(client, pool_id, b"--x", **form)) == (415, "MALFORMED_REQUEST")
    monkeypatch.setattr(code_uploads, "FILE_MAXIMUM_BYTES", 100_000)
    assert code(await send(client, pool_id, b"x" * 100_001)) == (413, "FILE_TOO_LARGE")

    async def endless() -> AsyncIterator[bytes]:
        for first in range(1, 30_000, 1_000):
            yield "".join(f"{each}\n" for each in numbered(1_000, first)).encode()

    assert code(await send(client, pool_id, endless())) == (413, "FILE_TOO_LARGE")
    assert await pools.counted(pool_id) == 5_000

    async def stuck() -> AsyncIterator[bytes]:
        yield b"code\nLATE-1\n"
        await asyncio.Event().wait()

    monkeypatch.setattr(code_uploads, "UPLOAD_SECONDS", 0.05)
    assert code(await send(client, pool_id, stuck())) == (408, "MALFORMED_REQUEST")
    await pools.close(pool_id)
    assert code(await send(client, pool_id, b"code\n")) == (400, "POOL_CLOSED")


async def test_only_staff_with_a_token_in_the_header_get_in_and_only_so_many_at_once(
    client: httpx.AsyncClient, app: LaurelApp, pools: Pools, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool_id = await pools.pool()
    assert (await client.post("/admin/codes", params={"id_token": id_token()})).status_code == 401
    assert (await send(client, pool_id, b"code\n", Authorization="Bearer x")).status_code == 401
    assert (await client.get("/admin/codes")).status_code == 405
    route = next(route for route in app.routes if getattr(route, "path", "") == "/admin/codes")
    uploads: code_uploads.CodeUploads = route.endpoint.__self__  # type: ignore[attr-defined]
    for _ in range(code_uploads.AT_ONCE):
        await uploads._running.acquire()

    answer = await send(client, pool_id, b"code\nLATE-1\n")

    assert answer.status_code == 429
    assert await pools.counted(pool_id) == 0


async def test_the_worker_expires_what_has_ended_and_tells_once_of_what_runs_low(pools: Pools) -> None:
    closed, low = await pools.pool(numbered(3)), await pools.pool(numbered(2, 100), low_water=2)
    await pools.close(closed)

    with structlog.testing.capture_logs() as logs:
        async with tenant_transaction(pools.engine, pools.program_id) as connection:
            assert [await look_after_pools(connection) for _ in range(2)] == [3, 0]

    assert logs == [
        {"event": "codes run low", "log_level": "warning", "program": 1, "pool": low, "name": "Spring", "left": 2}
    ]
    assert await pools.states(closed) == {"expired": 3}
