"""Files over HTTP: handed in under a cap and checked, carried out by the worker, taken out as they are."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator

import httpx
import pytest
from openpyxl import Workbook
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.files.columns import FILE_MAXIMUM_BYTES
from engine.files.operations import bulk_operation, start_operation
from engine.files.rows import PROBLEMS
from engine.shops import ShopReference
from plugin.background.files import carry_out_files, forget_files
from plugin.merchant.texts import TEXTS
from plugin.payloads import EmailKeys
from plugin.settings import Settings
from tests.support.files import balances, check, members, start
from tests.support.signing import id_token

GRANT = "customer_id,points\n1,100\n2,x\n9,5\n"
QUERY = {"kind": "grant", "reason": "Thank you", "name": "gift.csv"}


def staff() -> dict[str, str]:
    return {"Authorization": f"Bearer {id_token()}"}


async def hand_in(client: httpx.AsyncClient, content: str | bytes, **query: str) -> httpx.Response:
    return await client.post("/admin/files", params={**QUERY, **query}, content=content, headers=staff())


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


async def test_a_file_is_checked_as_a_body_or_as_a_form_and_is_the_same_operation(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 2)
    first = await hand_in(client, GRANT)
    second = await client.post(
        "/admin/files",
        files={"file": ("gift.csv", GRANT)},
        data={"kind": "grant", "reason": "Thank you"},
        headers=staff(),
    )

    answer = first.json()
    assert (first.status_code, second.status_code, second.json()) == (200, 200, answer)
    assert first.headers["cache-control"] == "private, no-store"
    number = int(answer["operation"].pop("id").removeprefix("gid://laurel/BulkOperation/"))
    assert answer["operation"] == {
        "kind": "grant", "name": "gift.csv", "state": "checked", "rowsTotal": 3, "rowsDone": 2, "pointsTotal": 100,
        "reason": "Thank you",
    }  # fmt: skip
    assert answer["totals"] == {
        "applied": 0, "waiting": 1, "refused": 2, "pointsApplied": 0, "pointsWaiting": 100, "members": 1,
        "newcomers": 0, "shared": 0, "problems": {"customer-unknown": 1, "points-invalid": 1},
    }  # fmt: skip
    assert answer["refused"][0] == {
        "row": 3, "problem": "points-invalid:points", "message": "points is not a whole number that can be given",
    }  # fmt: skip
    async with tenant_transaction(engine, shop.program_id) as connection:
        found = await bulk_operation(connection, shop.program_id, number)
    assert found is not None
    assert found.requested_by == "staff:42"


async def test_a_workbook_of_new_customers_is_taken_as_a_form(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    book, file = Workbook(), io.BytesIO()
    book.worksheets[0].append(["customer_id", "points"])
    book.worksheets[0].append(["gid://shopify/Customer/5", 7])
    book.save(file)
    answer = await client.post(
        "/admin/files",
        files={"file": ("members.xlsx", file.getvalue())},
        data={"kind": "grant", "reason": "Thank you", "enroll": "true"},
        headers=staff(),
    )

    assert answer.json()["totals"]["newcomers"] == 1


async def test_customers_are_known_by_their_proven_address_in_any_spelling(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, settings: Settings
) -> None:
    await members(engine, shop, 1)
    key = EmailKeys(settings.encryption_key_bytes()).of("ada@example.test")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE customers SET email_key = :key"), {"key": key})
    answer = await hand_in(
        client,
        "email,points\n Ada@Example.TEST ,1\nаda@example.test,2\na.da@example.test,3\nnobody,4\nx@,5\na b@c.test,6\n",
    )

    assert {row["row"]: row["problem"] for row in answer.json()["refused"]} == {
        3: "look-alike", 4: "customer-unknown", 5: "customer-invalid", 6: "customer-invalid", 7: "customer-invalid",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "query", "refused"),
    [
        (b"points\n\xff\n", {}, (400, "FILE_NOT_UTF8")),
        (b"PK\x03\x04zip", {}, (400, "FILE_ZIP")),
        (b"", {}, (400, "FILE_EMPTY")),
        (GRANT.encode(), {"kind": "gift"}, (400, "MALFORMED_REQUEST")),
        (GRANT.encode(), {"reason": ""}, (400, "REASON_INVALID")),
        (GRANT.encode(), {"name": "a\0b"}, (400, "NAME_INVALID")),
        (b"x" * (FILE_MAXIMUM_BYTES + 1), {}, (413, "FILE_TOO_LARGE")),
        (b"x" * (FILE_MAXIMUM_BYTES + 100_000), {}, (413, "FILE_TOO_LARGE")),
    ],
)
async def test_a_file_that_cannot_be_taken_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference, content: bytes, query: dict[str, str],
    refused: tuple[int, str],
) -> None:  # fmt: skip
    assert code(await hand_in(client, content, **query)) == refused
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM bulk_operations"))).scalar_one() == 0


async def test_a_body_that_does_not_say_how_long_it_is_is_cut_off(
    client: httpx.AsyncClient, shop: ShopReference
) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 3 * FILE_MAXIMUM_BYTES:
            sent += 64 * 1024
            yield bytes(64 * 1024)

    answer = await client.post("/admin/files", params=QUERY, content=endless(), headers=staff())

    assert code(answer) == (413, "FILE_TOO_LARGE")


@pytest.mark.parametrize(
    ("files", "headers"),
    [
        ({"other": ("a.csv", GRANT)}, {}),
        ({"file": (None, GRANT)}, {}),
        (None, {"Content-Type": "multipart/form-data; boundary=x"}),
        (None, {"Content-Type": "multipart/form-data"}),
    ],
)
async def test_a_form_without_a_file_is_refused(
    client: httpx.AsyncClient, shop: ShopReference, files: dict[str, tuple[str | None, str]] | None,
    headers: dict[str, str],
) -> None:  # fmt: skip
    content = None if files else b"--y\r\nnonsense"
    answer = await client.post("/admin/files", files=files, content=content, headers=staff() | headers)

    assert code(answer) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
def test_every_problem_of_a_row_has_words_on_the_merchants_pages(locale: str) -> None:
    assert [code for code in PROBLEMS if f"file.problem.{code}" not in TEXTS[locale]] == []


@pytest.mark.parametrize("address", ["/admin/exports/members.csv", "/admin/files"])
async def test_only_staff_with_a_token_in_the_header_get_in(
    client: httpx.AsyncClient, shop: ShopReference, address: str
) -> None:
    method = "POST" if address.endswith("files") else "GET"
    without = await client.request(method, address, params={"id_token": id_token()})
    wrong = await client.request(method, address, headers={"Authorization": "Bearer x"})

    assert (without.status_code, wrong.status_code) == (401, 401)


async def test_started_files_are_carried_out_by_the_worker_and_old_ones_forgotten(
    engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 2)
    first = await start(engine, shop, await check(engine, shop, "customer_id,points\n1,1\n2,2\n"))
    await start(engine, shop, await check(engine, shop, "customer_id,points\n1,10\n2,20\n"))
    waits = await check(engine, shop, "customer_id,points\n1,100\n")

    settled = await carry_out_files(engine, [shop.program_id])

    assert (settled, await carry_out_files(engine, [shop.program_id])) == (4, 0)
    assert await balances(engine, shop, 2) == [11, 22]
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(text("UPDATE bulk_operations SET updated_at = now() - interval '100 days'"))
    assert await forget_files(engine, [shop.program_id]) == 5
    async with tenant_transaction(engine, shop.program_id) as connection:
        assert await bulk_operation(connection, shop.program_id, waits.operation_id) is None
        assert await bulk_operation(connection, shop.program_id, first.operation_id) is not None


async def test_a_file_that_cannot_go_on_holds_up_no_other(engine: AsyncEngine, shop: ShopReference) -> None:
    await members(engine, shop, 1)
    broken = await check(engine, shop, "customer_id,points\n1,1\n")
    good = await check(engine, shop, "customer_id,points\n1,5\n")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await connection.execute(
            text("UPDATE bulk_rows SET points = 0 WHERE operation_id = :one"), {"one": broken.operation_id}
        )
        for one in (broken, good):
            await start_operation(connection, shop.program_id, one.operation_id, actor="staff:1")

    assert await carry_out_files(engine, [shop.program_id]) == 1
    assert await balances(engine, shop, 1) == [5]


async def test_exports_are_files_of_their_kind(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    await members(engine, shop, 2)
    answer = await client.get("/admin/exports/members.csv", headers=staff())
    workbook = await client.get("/admin/exports/totals.xlsx", headers=staff())
    period = await client.get("/admin/exports/members.csv?from=2020-01-01&to=2020-12-31", headers=staff())

    assert [row["customer_id"] for row in csv.DictReader(io.StringIO(answer.text))] == ["1", "2"]
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="laurel-members.csv"'
    assert answer.headers["cache-control"] == "private, no-store"
    assert workbook.content[:2] == b"PK"
    assert len(period.text.splitlines()) == 1


@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("members.pdf", (404, "NOT_FOUND")),
        ("shops.csv", (404, "NOT_FOUND")),
        ("members", (404, "NOT_FOUND")),
        ("members.csv?from=20260101", (400, "BAD_USER_INPUT")),
        ("members.csv?to=2026-02-31", (400, "BAD_USER_INPUT")),
    ],
)
async def test_what_cannot_be_taken_out_is_refused(
    client: httpx.AsyncClient, shop: ShopReference, address: str, refused: tuple[int, str]
) -> None:
    assert code(await client.get(f"/admin/exports/{address}", headers=staff())) == refused
