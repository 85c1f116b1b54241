"""The pages of programs elsewhere whose partner the shop is: what was exchanged, and the row that does not hold."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.keys import Aside, offer_keys, put_aside, renew_keys
from engine.hosts.store import NewHost, add_host, end_host, host_of, note_failure
from engine.partners.signing_store import fingerprint
from engine.settlement.statements import statement_payload
from engine.settlement.totals import KindTotal, totals_of
from engine.shops import ShopReference
from tests.plugin.test_merchant_partners import HOSTILE, page

_STATEMENT = text("""
    INSERT INTO host_statements (program_id, host_id, number, token, payload, own_root, agreed, differences)
    VALUES (:program_id, :host_id, :number, 'a.b.c', :payload, :own_root, :agreed, CAST(:differences AS jsonb))
""")
_EVENT = text("""
    INSERT INTO host_events (program_id, host_id, event_id, position, kind, reference, points, micros, payload,
        leaf_hash, token, verdict)
    VALUES (:program_id, :host_id, '8', 1, 'redeemed', 'CUP-8', 100, -1, '{}', '', 'a.b.c', 'wrong_amount')
""")
_REPORT = text("""
    INSERT INTO host_reports (program_id, host_id, report_id, kind, reference, amount_minor, currency, body, state,
        answer) VALUES (:program_id, :host_id, 'r1', 'refund', '#1001', 1250, 'USD', '{}', 'refused',
        '{"code": "TOO_OLD"}')
""")


def said(number: int) -> str:
    """What their statement says: 80 cents that they owe."""
    return statement_payload(
        partner="us", number=number, starts_at=datetime(2026, number, 1, 5, tzinfo=UTC),
        ends_at=datetime(2026, number + 1, 1, 5, tzinfo=UTC), interim=False, lines=2,
        totals=totals_of([KindTotal("redeemed", "USD", 2, 100, -80_000_000, 0)]), root=b"\xab" * 32,
        issued_at=datetime(2026, number + 1, 4, tzinfo=UTC),
    )  # fmt: skip


async def test_a_key_that_nobody_vouched_for_is_shown_beside_the_old_one_until_a_person_takes_it(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    old, new = ({"kty": "OKP", "crv": "Ed25519", "x": letter * 43} for letter in "AB")
    host = NewHost("pine", "Pine", "https://pine.example", "k" * 16, b"sealed", {"key-1": old}, {}, (), "key-1")
    async with tenant_transaction(engine, shop.program_id) as connection:
        known = await host_of(
            connection, shop.program_id, await add_host(connection, shop.program_id, host, actor="staff:7")
        )
        assert known is not None
        await offer_keys(connection, known, [{**new, "kid": "key-2", "signs": True}])
        await put_aside(connection, known, [Aside(1, "key-2", "a.b.c"), Aside(2, "key-2", "d.e.f")])
    path = f"/partners/hosts/{known.host_id}"

    waiting, chinese = await page(client, path), await page(client, path, "zh-CN")
    async with tenant_transaction(engine, shop.program_id) as connection:
        await renew_keys(connection, shop.program_id, known.host_id, [fingerprint(new)], actor="staff:8")
    taken = await page(client, path)

    assert "Records put aside until then: 2." in waiting
    for jwk in (old, new):
        groups = " ".join(re.findall("....", fingerprint(jwk)))
        assert (waiting.count(groups), taken.count(groups)) == (2, 1)
    assert f'data-fingerprints="{fingerprint(new)}"' in waiting
    assert "在此之前暂存的记录：2" in chinese
    assert "data-renew-keys" not in taken
    assert "Taken by Staff 8" in taken
    assert "Earlier keys" in taken


async def test_a_program_elsewhere_is_shown_with_its_statements_and_the_row_that_does_not_hold(
    client: httpx.AsyncClient, engine: AsyncEngine, shop: ShopReference
) -> None:
    assert "You are no other shop's partner yet." in (await page(client, "/partners/hosts")).replace("&#39;", "'")
    new = NewHost("harbor", HOSTILE, "https://harbor.example", "k" * 16, b"sealed", {}, {})
    async with tenant_transaction(engine, shop.program_id) as connection:
        host_id = await add_host(connection, shop.program_id, new, actor="staff:7")
        key = {"program_id": shop.program_id, "host_id": host_id}
        wrong = [{"problem": "altered", "event": "8"}, {"problem": "missing_there", "event": "9"}]
        for number, agreed, differences in ((1, True, []), (2, False, wrong)):
            root = bytes.fromhex("ab" * 32) if agreed else b"\xcd" * 32
            given = {"number": number, "payload": said(number), "own_root": root, "agreed": agreed}
            await connection.execute(_STATEMENT, {**key, **given, "differences": json.dumps(differences)})
        await connection.execute(_EVENT, key)
        await connection.execute(_REPORT, key)
        host = await host_of(connection, shop.program_id, host_id)
        assert host is not None
        await note_failure(connection, host, f"the host did not answer {HOSTILE}")

    listed = await page(client, "/partners/hosts")
    shown = await page(client, f"/partners/hosts/{host_id}")
    chinese = await page(client, f"/partners/hosts/{host_id}", "zh-CN")

    assert "https://harbor.example" in listed
    assert "Trouble" in listed
    for told in (
        "Statement 2", "Disputed", "CUP-8: record 8 does not come to what was agreed",
        "9: you have record 9, they have not", "Agrees with your books", "$0.80 from them", "ab" * 32, "cd" * 32,
        "#1001", "Refund", "$12.50", "TOO_OLD", "The last calls failed: 1", "Staff 7",
    ):  # fmt: skip
        assert told in shown, told
    for told in ("CUP-8：记录 8 的金额与协议不符", "与您的账目一致", "对方应付 US$0.80", "被对方拒绝的上报"):
        assert told in chinese, told
    for drawn in (listed, shown, chinese):
        assert HOSTILE not in drawn
        assert "<img" not in drawn
        assert "sealed" not in drawn

    async with tenant_transaction(engine, shop.program_id) as connection:
        await end_host(connection, shop.program_id, host_id)
    assert "Ended connections" in await page(client, "/partners/hosts")
    assert "data-end-host" not in await page(client, f"/partners/hosts/{host_id}")
    await page(client, "/partners/hosts/999999", status=404)
