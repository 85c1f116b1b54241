"""The pages of statements and payments: what they say, the files that come and go, and what the staff can do."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.settlement.answers import answer_statement
from engine.settlement.comparing import Difference
from engine.shops import ShopReference
from tests.support.settling import Settling, agreement
from tests.support.signing import SHOP, id_token

HOSTILE = '"><img src=x onerror=alert(1)>'
MARCH, APRIL = datetime(2024, 3, 5, 12, tzinfo=UTC), datetime(2024, 4, 5, 12, tzinfo=UTC)


async def page(client: httpx.AsyncClient, path: str, locale: str = "en", status: int = 200, **more: str) -> str:
    """The page's text."""
    answer = await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token(), **more})
    assert answer.status_code == status, path
    return answer.text


async def hand_in(
    client: httpx.AsyncClient, statement_id: int, content: str, name: str = "march.csv"
) -> httpx.Response:
    """Upload the partner's file."""
    return await client.post(
        f"/admin/statements/{statement_id}/file", params={"name": name}, content=content.encode(),
        headers={"Authorization": f"Bearer {id_token()}"},
    )  # fmt: skip


async def test_a_statement_says_what_it_comes_to_what_the_partner_said_and_what_does_not_match(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    settling = Settling(engine, shop)
    partner = await settling.partner()
    path = f"/partners/{partner}/statements"
    assert "No statements yet" in await page(client, path)
    never = await settling.record(partner, "issued", 1_333, MARCH, reference=HOSTILE)
    wrong = await settling.record(partner, "redeemed", 100, MARCH, reference="V-1")
    march = await settling.issue(partner)
    await settling.record(partner, "issued", 10, MARCH)
    async with tenant_transaction(engine, shop.program_id) as connection:
        await answer_statement(
            connection, shop.program_id, partner, 1, agreed=False, root=b"x" * 32,
            differences=[
                Difference("altered", str(wrong), 1), Difference("altered", str(never), 0, "unknown_order"),
            ], actor="partner:k1",
        )  # fmt: skip
    refused = await hand_in(client, march.statement_id, "reference,amount\nV-1,many")
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["extensions"] == {
        "code": "ROWS_INVALID", "rows": [{"row": 2, "problem": "amount-invalid"}]
    }  # fmt: skip
    matched = await hand_in(client, march.statement_id, "reference,amount\nV-1,-0.81\nA-9,5.00")
    assert matched.json()["reconciliation"] == {
        "id": matched.json()["reconciliation"]["id"], "name": "march.csv", "rowsTotal": 2, "matched": 1,
        "differences": 2, "repeated": False,
    }  # fmt: skip

    listed = await page(client, path)
    for said in (
        "Statement 1",
        "Partner disagrees",
        "Open",
        "$13.19 to you",
        "1 record since",
        "4 things do not match",
    ):
        assert said in listed, said
    one = await page(client, f"{path}/{march.statement_id}")
    for said in (
        "$13.19 to you", "$13.9965", "-$0.81", march.root.hex(), f"Record {wrong} says something else",
        f"Record {never} is about an order that the partner says it never reported",
        "1 of 2 rows match", "A-9: only with the partner", "$5.00 · row 3", "Not paid yet (USD)", 'value="13.19"',
    ):  # fmt: skip
        assert said in one, said
    assert HOSTILE not in one
    chinese = await page(client, f"{path}/{march.statement_id}", "zh-CN")
    for said in ("账单 1", "合作品牌不同意", "A-9：只在合作品牌的账上"):
        assert said in chinese, said
    assert "Everything matches" not in await page(client, f"/partners/{partner}/payments")


async def test_a_statement_is_downloaded_by_staff_alone_and_only_of_their_own_program(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    settling = Settling(engine, shop)
    partner = await settling.partner(agreement(billing="prepaid"))
    other = await settling.partner(handle="lake")
    await settling.record(other, "issued", 10, MARCH)
    statement = await settling.issue(other)
    address = f"/admin/statements/{statement.statement_id}"
    staff = {"Authorization": f"Bearer {id_token()}"}
    for ending, kind in (("csv", "text/csv"), ("jsonl", "application/jsonl"), ("xlsx", "application/vnd")):
        answer = await client.get(f"{address}.{ending}", headers=staff)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert answer.headers["content-disposition"] == f'attachment; filename="statement-1.{ending}"'
    assert (await client.get(f"{address}.csv")).status_code == 401
    for missing in (f"{address}.exe", "/admin/statements/999.csv", "/admin/statements/0.csv"):
        assert (await client.get(missing, headers=staff)).status_code == 404
    assert (await hand_in(client, 999, "reference,points\nA,1")).status_code == 404
    # A statement has its place with its own partner only.
    await page(client, f"/partners/{partner}/statements/{statement.statement_id}", status=404)
    await page(client, "/partners/999/statements", status=404)
    await page(client, "/partners/999/payments", status=404)
    shown = await page(client, f"/partners/{partner}/payments")
    for said in ("Everything matches", "No payments yet", 'data-pay="PREPAYMENT"'):
        assert said in shown, said
