"""The page of purchases at a partner: what it says, what the staff can do there, and files of reports."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.conversions.appeals import appeal
from engine.conversions.deciding import decline
from engine.conversions.file_runs import run_report_file
from engine.database import tenant_transaction
from engine.shops import ShopReference
from tests.support.signing import SHOP, id_token
from tests.support.trading import TEN_A_DOLLAR, Trading, purchase, refund

HOSTILE = '"><img src=x onerror=alert(1)>'


async def page(client: httpx.AsyncClient, path: str, locale: str = "en", status: int = 200, **more: str) -> str:
    """The page's text."""
    answer = await client.get(path, params={"shop": SHOP, "locale": locale, "id_token": id_token(), **more})
    assert answer.status_code == status, path
    return answer.text


async def test_purchases_are_shown_with_what_can_be_done_about_each(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    trading = Trading(engine, shop)
    partner = await trading.partner(hold_days=7)
    path = f"/partners/{partner.partner_id}/purchases"
    assert "Nothing here" in await page(client, path)
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    now = await trading.now()
    for number, days in ((1, 8), (2, 2), (3, 3)):
        await trading.report(partner, **purchase(number, now - timedelta(days=days), member=claim.made_code))
    await trading.report(partner, **refund(1, now, "5.00"))
    one = await trading.conversion(partner, "#3")
    assert one is not None
    async with tenant_transaction(engine, shop.program_id) as connection:
        await decline(connection, one.program_id, one.conversion_id, reason=HOSTILE, actor="staff:7")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await appeal(connection, one.program_id, one.conversion_id, said="They are new here", actor="partner:k1")

    shown = await page(client, path)
    for text in (
        "Purchases at Harbor-Coffee", "$20", "$5", "150 points", "200 points", "member number", "They are new here",
        "Appeal by the partner", "Approved by itself", "Refund reported", "Staff 7",
    ):  # fmt: skip
        assert text in shown, text
    assert HOSTILE not in shown
    assert [shown.count(f'data-settle="{kind}"') for kind in ("approve", "decline", "reverse", "accept", "uphold")] == [
        1, 1, 1, 1, 1,
    ]  # fmt: skip
    pending = await page(client, path, show="PENDING")
    assert 'data-purchase="#2"' in pending
    assert 'data-purchase="#1"' not in pending
    chinese = await page(client, path, "zh-CN", show="appealed")
    assert "维持拒绝" in chinese
    assert 'data-purchase="#2"' not in chinese
    assert "Purchases" not in await page(client, "/partners/999999/purchases", status=404)


async def test_a_file_of_reports_is_checked_started_and_told(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    trading = Trading(engine, shop)
    partner = await trading.partner()
    claim = await trading.claim(await trading.offer(partner, TEN_A_DOLLAR))
    day = (await trading.now() - timedelta(days=2)).isoformat()
    head = "kind,report_id,order,occurred_at,amount,currency,member"
    rows = [f"purchase,p-1,#1,{day},20.00,USD,{claim.made_code}", "purchase,p-2,#2,soon,1.00,USD,x"]
    content = "\n".join([head, *rows]).encode()

    async def post(path: str, content: bytes = b"", **query: str) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {id_token()}", "Content-Type": "application/octet-stream"}
        answer = await client.post(path, params=query, content=content, headers=headers)
        return answer.status_code, answer.json()

    gid = f"gid://laurel/Partner/{partner.partner_id}"
    status, checked = await post("/admin/report-files", content, partner=gid, name="march.csv")
    assert (status, checked["file"]["ready"], checked["file"]["refused"]) == (200, 1, 1)
    path = f"/partners/{partner.partner_id}/report-files"
    assert "occurred_at cannot be read" in await page(client, path)
    number = checked["file"]["id"]
    assert (await post(f"/admin/report-files/{number}/start"))[1]["file"]["state"] == "running"
    assert await run_report_file(engine, shop.program_id, number) == 1

    told = await page(client, path)
    for text in ("march.csv", "1 taken", "2 of 2", "Staff"):
        assert text in told, text
    assert (await trading.member()).available == 200
    assert 'data-purchase="#1"' in await page(client, f"/partners/{partner.partner_id}/purchases")
    refused = [
        await post("/admin/report-files", b"code\nA", partner=gid, name="codes.csv"),
        await post("/admin/report-files", content, partner="gid://laurel/Partner/999", name="march.csv"),
        await post("/admin/report-files", content, partner="gid://laurel/Offer/1", name="march.csv"),
        await post(f"/admin/report-files/{10**30}/start"),
        await post("/admin/report-files/1/eat"),
    ]
    codes = [(status, body["errors"][0]["extensions"]["code"]) for status, body in refused]
    assert [status for status, _ in codes] == [400, 400, 400, 404, 404]
    assert [code for _, code in codes][:2] == ["FILE_COLUMN_MISSING", "PARTNER_NOT_FOUND"]
    assert (await client.post("/admin/report-files")).status_code == 401
