"""Two installations, two databases: what is bought in one shop with a number of the other's member is in both books."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from engine.database import tenant_transaction
from engine.events import Customer
from engine.hosts import reporting
from engine.hosts.store import HostRefused
from engine.partners.catalog import pause_partner
from engine.partners.payloads import leaf_hash
from engine.privacy import export_customer, redact_customer
from tests.support.facts import line, order
from tests.support.partner_calls import key_for
from tests.support.two_programs import HOST_URL, TwoPrograms, bought_with, connected, returned


async def test_a_purchase_and_its_refund_reach_both_books_and_the_statement_is_agreed(two: TwoPrograms) -> None:
    coffee, number = await connected(two)
    await two.happen(bought_with(501, number), order(502, [line("9.00")], customer=None))
    await two.meet()
    await two.happen(returned(501, "20.00"))
    await two.meet()
    await two.happen(bought_with(501, number), returned(501, "20.00"))  # told again
    await two.meet()
    assert [(kind, points) for kind, points, *_ in await two.host.books(coffee)] == [
        ("issued", 400), ("clawed_back", 200)
    ]  # fmt: skip
    reports = await two.kept("SELECT report_id, amount_minor, state FROM host_reports ORDER BY created_at, report_id")
    assert [tuple(one.values()) for one in reports] == [
        ("order-501", 4000, "accepted"), ("returned-501-2000", 2000, "accepted")
    ]  # fmt: skip

    await two.sign()
    statement = await two.statement(coffee)
    host = await two.meet()

    assert (host.failures, host.last_error, host.statements_until) == (0, None, 1)
    kept = await two.kept("SELECT kind, points, micros, verdict, statement_number FROM host_events ORDER BY position")
    assert [tuple(one.values()) for one in kept] == [
        ("issued", 400, 400_000_000, "agreed", 1), ("clawed_back", 200, -200_000_000, "agreed", 1)
    ]  # fmt: skip
    assert await two.answers(statement) == [(True, [])]
    assert (await two.kept("SELECT own_root FROM host_statements"))[0]["own_root"] == statement.root
    assert await two.breaches() == {}


async def test_the_audit_finds_what_was_changed_in_the_partners_own_copies(two: TwoPrograms) -> None:
    _, number = await connected(two)
    await two.happen(bought_with(501, number))
    await two.meet()
    await two.sign()
    await two.meet()
    assert await two.breaches() == {}
    for change, names in (
        ("UPDATE host_events SET points = points + 1", {"host-events"}),
        ("UPDATE host_orders SET returned_minor = 1", {"host-events", "host-reports"}),
        ("UPDATE partner_hosts SET statements_until = 1", {"host-events", "host-reports", "host-statements"}),
    ):
        with psycopg.connect(two.owner_url) as owner:
            owner.execute(change.encode())
        assert set(await two.breaches()) == names
    assert await two.host.breaches() == {}


async def test_an_event_that_the_host_changed_later_is_found_by_its_row(two: TwoPrograms, database_url: str) -> None:
    coffee, number = await connected(two)
    await two.happen(bought_with(501, number), bought_with(502, number), bought_with(503, number))
    await two.meet()
    await two.sign()
    await two.meet()
    with psycopg.connect(database_url) as owner:
        rows = owner.execute("SELECT event_id, payload FROM partner_events ORDER BY event_id").fetchall()
        event_id, payload = rows[1]
        altered = json.dumps({**json.loads(payload), "points": 500, "micros": "500000000"}, separators=(",", ":"))
        async with tenant_transaction(two.host.engine, two.host.program_id) as connection:
            token = (await two.app.services.desk.signer(connection, two.host.program_id))(altered.encode())
        owner.execute(
            "UPDATE partner_events SET points = 500, micros = 500000000, payload = %s, leaf_hash = %s "
            "WHERE event_id = %s", (altered, leaf_hash(altered), event_id),
        )  # fmt: skip
        owner.execute("UPDATE partner_event_signatures SET token = %s WHERE event_id = %s", (token, event_id))

    statement = await two.statement(coffee)
    await two.meet()

    assert await two.answers(statement) == [(False, [("altered", str(event_id))])]


async def test_an_order_that_was_never_reported_is_disputed(two: TwoPrograms) -> None:
    coffee, number = await connected(two)
    await two.happen(bought_with(501, number))
    await two.meet()
    now = await two.host.now()
    said = {"kind": "purchase", "report_id": "made-up", "order": "999", "amount": "5.00", "currency": "USD"}
    await two.host.report(coffee, **said, member=number, occurred_at=now.isoformat())
    await two.sign()
    statement = await two.statement(coffee)
    await two.meet()
    [made_up] = await two.kept("SELECT event_id, verdict FROM host_events WHERE reference = '999'")
    assert made_up["verdict"] == "unknown_order"
    assert await two.answers(statement) == [(False, [("altered", made_up["event_id"])])]
    assert await two.reasons(statement) == ["unknown_order"]


async def test_a_version_of_the_agreement_that_changed_afterwards_ends_the_exchange(
    two: TwoPrograms, database_url: str
) -> None:
    await connected(two)
    assert (await two.meet()).failures == 0
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE agreement_versions SET definition = jsonb_set(definition, '{buy_rate}', '\"0.02\"')")
    host = await two.meet()
    assert (host.failures, host.last_error) == (1, "version 1 of the agreement is not what it was")
    assert host.agreements["1"]["buy_rate"] == "0.01"


async def test_a_lost_answer_and_a_pause_cost_nothing(two: TwoPrograms, monkeypatch: pytest.MonkeyPatch) -> None:
    coffee, number = await connected(two)
    await two.happen(bought_with(501, number))
    answered = two.http._transport.handle_async_request

    async def lost(request: httpx.Request) -> httpx.Response:
        await answered(request)
        raise httpx.ReadError("gone")

    monkeypatch.setattr(two.http._transport, "handle_async_request", lost)
    assert (await two.meet()).last_error == "the host cannot be reached (ReadError)"
    monkeypatch.undo()
    async with tenant_transaction(two.host.engine, two.host.program_id) as connection:
        await pause_partner(connection, two.host.program_id, coffee.partner_id, expected_version=coffee.version)
    await two.happen(bought_with(502, number))
    assert (await two.meet()).failures == 0
    await two.happen(returned(501, "20.00"))
    monkeypatch.setattr(reporting, "REPORTS_AT_ONCE", 1)  # what was put off does not stand before the refund
    assert (await two.meet()).failures == 0
    reports = await two.kept("SELECT report_id, state FROM host_reports ORDER BY report_id")
    assert [tuple(one.values()) for one in reports] == [
        ("order-501", "accepted"), ("order-502", "waiting"), ("returned-501-2000", "accepted")
    ]  # fmt: skip
    assert [(kind, points) for kind, points, *_ in await two.host.books(coffee)] == [
        ("issued", 400), ("clawed_back", 200)
    ]  # fmt: skip
    with psycopg.connect(two.owner_url) as owner:
        owner.execute("UPDATE host_reports SET created_at = now() - interval '401 days' WHERE state = 'waiting'")
    await two.meet()
    [given_up] = await two.kept("SELECT state, answer FROM host_reports WHERE report_id = 'order-502'")
    assert given_up == {"state": "refused", "answer": {"code": "GIVEN_UP"}}


async def test_a_program_is_connected_by_a_good_key_at_a_public_address(two: TwoPrograms) -> None:
    coffee = await two.host.partner("harbor-coffee")
    key = (await key_for(two.host.engine, two.app.services.desk, two.host.program_id, coffee)).text
    given: dict[str, Any] = {"handle": "pine", "name": "Pine", "base_url": HOST_URL, "key": key, "actor": "tests"}
    for changes, code in (
        ({"key": "lpk_x"}, "KEY_INVALID"),
        ({"key": f"{key[:-4]}{'0000' if key[-4:] != '0000' else '1111'}"}, "KEY_REFUSED"),
        ({"base_url": "http://host.example.com"}, "ADDRESS_REFUSED"),
        ({"handle": "No!"}, "HANDLE_INVALID"),
        ({"name": ""}, "NAME_INVALID"),
        ({"code_prefixes": ["x"]}, "PREFIX_INVALID"),
    ):
        with pytest.raises(HostRefused) as refusal:
            await two.desk.add_host(two.engine, two.program_id, **{**given, **changes})
        assert refusal.value.code == code
    await two.desk.add_host(two.engine, two.program_id, **given)
    for changes, code in (({}, "ALREADY_CONNECTED"), ({"base_url": "https://other.example.com"}, "HANDLE_TAKEN")):
        with pytest.raises(HostRefused) as refusal:
            await two.desk.add_host(two.engine, two.program_id, **{**given, **changes})
        assert refusal.value.code == code


async def test_whom_an_order_named_is_forgotten_with_its_customer(two: TwoPrograms) -> None:
    coffee, number = await connected(two)
    bought = replace(bought_with(501, number), customer=Customer(77))
    await two.happen(bought)
    await two.meet()
    await two.happen(replace(bought, order_id=502, name="#502"))
    async with tenant_transaction(two.engine, two.program_id) as connection:
        told: dict[str, Any] = await export_customer(connection, two.program_id, two.shop.shop_id, 77)
        assert [one["body"]["member"] for one in told["reported_purchases"]] == [number]
        await redact_customer(connection, two.program_id, two.shop.shop_id, 77, [501, 502], datetime.now(UTC))
    await two.happen(returned(501, "20.00"))
    host = await two.meet()

    assert (host.failures, host.last_error) == (0, None)
    kept = await two.kept("SELECT o.snapshot::text || h.named::text AS said FROM orders o JOIN host_orders h "
                          "ON h.order_id = o.order_id")  # fmt: skip
    reports = await two.kept("SELECT report_id, body::text AS said, state FROM host_reports ORDER BY report_id")
    assert len(kept) == 2
    assert not any(number in one["said"] for one in [*kept, *reports])
    assert [(one["report_id"], one["state"]) for one in reports] == [
        ("order-501", "accepted"), ("returned-501-2000", "accepted")
    ]  # fmt: skip
    assert [(kind, points) for kind, points, *_ in await two.host.books(coffee)] == [
        ("issued", 400), ("clawed_back", 200)
    ]  # fmt: skip
