"""Programs elsewhere whose partner this one is, through the merchant's API: connected, let go, and their books."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.database import tenant_transaction
from engine.hosts.checking import HostEvent, read_event
from engine.hosts.receiving import Received, store_events, store_statement
from engine.hosts.statements import read_statement
from engine.hosts.store import host_of, learn_terms
from engine.partners.payloads import event_payload
from engine.settlement.merkle import root_of
from engine.settlement.statements import statement_payload
from engine.settlement.totals import KindTotal, totals_of
from engine.shops import ShopReference
from tests.support.graphql_changes import change, refusals
from tests.support.graphql_requests import Ask
from tests.support.partner_desk import ReadableDesk

AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
GIVEN = {
    "handle": "harbor", "name": "Harbor", "baseUrl": "https://harbor.example", "key": "lpk_a",
    "codePrefixes": ["CUP-"],
}  # fmt: skip
AGREED = {"1": {"currency": "USD", "buy_rate": "0.01", "redeem_rate": "0.008"}}


async def test_a_program_elsewhere_is_connected_and_let_go(ask_merchant: Ask) -> None:
    desk, host = ReadableDesk(), "host { id name baseUrl keyId codePrefixes endedAt }"

    made = (await change(ask_merchant, "partnerHostAdd", host, GIVEN, partner_desk=desk))["host"]
    nobody = {**GIVEN, "handle": "nobody", "baseUrl": "https://nobody.example"}
    refused = await change(ask_merchant, "partnerHostAdd", host, nobody, partner_desk=desk)
    ended = (await change(ask_merchant, "partnerHostEnd", host, {"hostId": made["id"]}))["host"]
    listed = (await ask_merchant("{ partnerHosts { id } }")).data["partnerHosts"]

    assert (made["name"], made["keyId"], made["endedAt"]) == ("Harbor", "lpk_a", None)
    assert made["codePrefixes"] == ["CUP-"]
    assert refusals(refused) == [("UNREACHABLE", ["input", "baseUrl"])]
    assert ended["endedAt"] is not None
    assert listed == [{"id": made["id"]}]


def voucher(number: int, micros: int) -> HostEvent:
    """A voucher for 100 points that a member of theirs used here, at that price."""
    payload = event_payload(
        event_id=number, kind="redeemed", partner="us", subject=None, offer="cup", points=100, micros=micros,
        currency="USD", agreement=1, reference=f"CUP-{number}", corrects=None, occurred_at=AT,
    )  # fmt: skip
    return read_event(payload.encode())


def statement(events: list[HostEvent], **said: Any) -> bytes:
    """Their statement of February over these events, with what it says besides."""
    totals = totals_of([
        KindTotal("redeemed", "USD", len(events), 100 * len(events), sum(one.micros for one in events), 0)
    ])  # fmt: skip
    payload = statement_payload(
        partner="us", number=1, starts_at=datetime(2026, 2, 1, tzinfo=UTC), ends_at=datetime(2026, 3, 1, tzinfo=UTC),
        interim=False, lines=len(events), totals=totals, root=root_of(one.leaf_hash for one in events), issued_at=AT,
    )  # fmt: skip
    return orjson.dumps({**orjson.loads(payload), **said}, option=orjson.OPT_SORT_KEYS)


async def test_a_statement_of_theirs_points_to_the_row_that_we_have_otherwise(
    engine: AsyncEngine, shop: ShopReference, ask_merchant: Ask
) -> None:
    desk = ReadableDesk()
    made = (await change(ask_merchant, "partnerHostAdd", "host { id }", GIVEN, partner_desk=desk))["host"]
    right, wrong = voucher(7, -80_000_000), voucher(8, -1)
    nonsense = [{"currency": "QQQ", "due_minor": "1", "to_pay_minor": "1"}, 5, {"currency": "USD", "due_minor": "x"},
                {"currency": "USD", "due_minor": "-80", "to_pay_minor": "-80"}]  # fmt: skip
    async with tenant_transaction(engine, shop.program_id) as connection:
        host = await host_of(connection, shop.program_id, int(made["id"].rpartition("/")[2]))
        assert host is not None
        await learn_terms(connection, host, AGREED)
        host = await host_of(connection, shop.program_id, host.host_id)
        assert host is not None
        await store_events(connection, host, [Received(1, right, "a.b.c"), Received(2, wrong, "d.e.f")])
        raw = statement([right, wrong], due=nonsense)
        await store_statement(connection, host, read_statement(raw), "g.h.i", [right, wrong])

    found = (await ask_merchant("""query ($id: ID!) { partnerHost(id: $id) {
        books { reportsWaiting events eventsDisputed } reports(states: [REFUSED]) { reference }
        statements { nodes { number startsAt lineCount agreed dues { due { amount } } root ownRoot
            differences { problem eventId kind reference verdict } } pageInfo { hasNextPage } } } }""",
        {"id": made["id"]})).data["partnerHost"]  # fmt: skip

    assert found["books"] == {"reportsWaiting": 0, "events": 2, "eventsDisputed": 1}
    assert found["reports"] == []
    [read] = found["statements"]["nodes"]
    assert (read["number"], read["lineCount"], read["agreed"]) == (1, 2, False)
    assert read["startsAt"] == "2026-02-01T00:00:00Z"
    assert read["root"] == read["ownRoot"]
    assert read["dues"] == [{"due": {"amount": "-0.80"}}]
    assert read["differences"] == [
        {"problem": "ALTERED", "eventId": "8", "kind": "redeemed", "reference": "CUP-8", "verdict": "wrong_amount"}
    ]
