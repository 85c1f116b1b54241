"""Two installations, two databases: what is bought in one shop with a number of the other's member is in both books."""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from engine.applying import apply_events
from engine.audit import audit
from engine.database import create_engine, tenant_transaction
from engine.events import Customer, Fact, Order
from engine.hosts import reporting
from engine.hosts.store import Host, HostRefused, hosts_of
from engine.partners.catalog import pause_partner
from engine.partners.facts import Partner
from engine.partners.payloads import leaf_hash
from engine.privacy import export_customer, redact_customer
from engine.settlement.answers import answers_of
from engine.settlement.closing import issue_statement
from engine.settlement.statements import Statement
from engine.shops import ShopReference
from plugin.partners.desk import PartnerDesk
from plugin.partners.exchange import Exchange
from plugin.partners.keys import PartnerKeyBox
from plugin.web.app import LaurelApp
from tests.support.facts import events, line, order, refund
from tests.support.partner_calls import key_for
from tests.support.trading import TEN_A_DOLLAR, Trading

HOST_URL = "https://host.example.com"
_names = itertools.count(1)


class TwoPrograms:
    """The host, whose points are earned, and the partner, at whose shop things are bought."""

    def __init__(self, app: LaurelApp, host: Trading, shop: ShopReference, owner_url: str, key: bytes) -> None:
        self.host, self.app, self.owner_url = host, app, owner_url
        engine = create_engine(owner_url)
        self.shop, self.engine, self.program_id = shop, engine, shop.program_id
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app))
        self.desk = PartnerDesk(key, self.http, development=False)
        self.exchange = Exchange(engine, self.http, PartnerKeyBox(key))

    async def connect(self, partner: Partner, prefixes: tuple[str, ...] = ("HARBOR-",)) -> None:
        """Make the second program the host's partner."""
        key = await key_for(self.host.engine, self.app.services.desk, self.host.program_id, partner)
        await self.desk.add_host(
            self.engine, self.program_id, handle="pine", name="Harbor & Pine", base_url=HOST_URL, key=key.text,
            actor="tests", code_prefixes=prefixes,
        )  # fmt: skip

    async def happen(self, *facts: Fact) -> None:
        """Something happens in the partner's shop."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            await apply_events(connection, events(self.shop, *facts, received_at=datetime.now(UTC)))

    async def meet(self) -> Host:
        """One exchange; the host as it stands afterwards."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            await connection.execute(text("UPDATE partner_hosts SET next_call_at = now()"))
        await self.exchange.run(self._programs)
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return (await hosts_of(connection, self.program_id))[0]

    async def _programs(self) -> tuple[int, ...]:
        return (self.program_id,)

    async def kept(self, what: str) -> list[dict[str, Any]]:
        """What the partner keeps of it."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            return [dict(row._mapping) for row in await connection.execute(text(what))]

    async def breaches(self) -> dict[str, int]:
        """The invariants of the partner's books that do not hold."""
        async with tenant_transaction(self.engine, self.program_id) as connection:
            report = await audit(connection, [self.program_id])
        return {check.name: check.breaches for check in report.checks if check.breaches}

    async def sign(self) -> None:
        """The host signs what it recorded."""
        await self.app.services.desk.signers.sign_due(self.host.engine, (self.host.program_id,))

    async def statement(self, partner: Partner) -> Statement:
        """The host closes what there is."""
        async with tenant_transaction(self.host.engine, self.host.program_id) as connection:
            sign = await self.app.services.desk.signer(connection, self.host.program_id)
            return await issue_statement(connection, self.host.program_id, partner.partner_id, sign=sign, actor="tests")

    async def answers(self, statement: Statement) -> list[tuple[bool, list[tuple[str, str]]]]:
        """What the partner said of a statement, newest first."""
        async with tenant_transaction(self.host.engine, self.host.program_id) as connection:
            found = await answers_of(connection, self.host.program_id, statement.statement_id)
        return [(one.agreed, [(each.problem, each.event) for each in one.differences]) for one in found]

    async def reasons(self, statement: Statement) -> list[str | None]:
        """Why the rows of its newest answer are disputed."""
        async with tenant_transaction(self.host.engine, self.host.program_id) as connection:
            found = await answers_of(connection, self.host.program_id, statement.statement_id)
        return [one.reason for one in found[0].differences]


@pytest.fixture
async def two(
    app: LaurelApp, shop: ShopReference, engine: AsyncEngine, postgres_server: str
) -> AsyncIterator[TwoPrograms]:
    """The host is the app of the other tests; the partner has a database and an encryption key of its own."""
    name = f"laurel_second_{next(_names)}"
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE laurel_shop STRATEGY file_copy")
    # A copy of the same database: the shop has the same ids in both.
    two = TwoPrograms(
        app, Trading(engine, shop), shop, postgres_server.format(name), b"another encryption key, 32 bytes"
    )
    yield two
    await two.http.aclose()
    await two.engine.dispose()
    with psycopg.connect(postgres_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def _coffee(two: TwoPrograms, **agreed: Any) -> tuple[Partner, str]:
    """The partner at the host, connected, and the number of a member of the host's there."""
    coffee = await two.host.partner("harbor-coffee", **agreed)
    claim = await two.host.claim(await two.host.offer(coffee, TEN_A_DOLLAR), 1)
    assert claim.code is not None
    await two.connect(coffee)
    return coffee, claim.code


def _bought(order_id: int, number: str, price: str = "20.00") -> Order:
    now = datetime.now(UTC).replace(microsecond=0)
    bought = order(order_id, [line(price, 2)], customer=None, occurred_at=now, updated_at=now)
    return replace(bought, partner_notes=(("laurel_member", number),))


def _returned(order_id: int, subtotal: str) -> Fact:
    return refund(order_id * 10, order_id, subtotal, created_at=datetime.now(UTC).replace(microsecond=0))


async def test_a_purchase_and_its_refund_reach_both_books_and_the_statement_is_agreed(two: TwoPrograms) -> None:
    coffee, number = await _coffee(two)
    await two.happen(_bought(501, number), order(502, [line("9.00")], customer=None))
    await two.meet()
    await two.happen(_returned(501, "20.00"))
    await two.meet()
    await two.happen(_bought(501, number), _returned(501, "20.00"))  # told again
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
    _, number = await _coffee(two)
    await two.happen(_bought(501, number))
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
    coffee, number = await _coffee(two)
    await two.happen(_bought(501, number), _bought(502, number), _bought(503, number))
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
    coffee, number = await _coffee(two)
    await two.happen(_bought(501, number))
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


async def test_nothing_is_kept_of_what_no_pinned_key_signed(two: TwoPrograms, database_url: str) -> None:
    _, number = await _coffee(two)
    await two.happen(_bought(501, number))
    await two.meet()
    await two.sign()
    foreign = PartnerDesk(bytes(32), two.http, development=False)
    async with tenant_transaction(two.engine, two.program_id) as connection:
        forge = await foreign.signer(connection, two.program_id)
    with psycopg.connect(database_url) as owner:
        [(payload,)] = owner.execute("SELECT payload FROM partner_events").fetchall()
        owner.execute("UPDATE partner_event_signatures SET token = %s", (forge(payload.encode()),))
    host = await two.meet()
    assert host.failures == 1
    assert host.last_error == "a signature does not hold: signed with a key that is not known here"
    assert await two.kept("SELECT 1 FROM host_events") == []
    [pause] = await two.kept("SELECT next_call_at - last_call_at AS pause FROM partner_hosts")
    assert pause["pause"] == timedelta(seconds=30)


async def test_a_version_of_the_agreement_that_changed_afterwards_ends_the_exchange(
    two: TwoPrograms, database_url: str
) -> None:
    await _coffee(two)
    assert (await two.meet()).failures == 0
    with psycopg.connect(database_url) as owner:
        owner.execute("UPDATE agreement_versions SET definition = jsonb_set(definition, '{buy_rate}', '\"0.02\"')")
    host = await two.meet()
    assert (host.failures, host.last_error) == (1, "version 1 of the agreement is not what it was")
    assert host.agreements["1"]["buy_rate"] == "0.01"


async def test_a_lost_answer_and_a_pause_cost_nothing(two: TwoPrograms, monkeypatch: pytest.MonkeyPatch) -> None:
    coffee, number = await _coffee(two)
    await two.happen(_bought(501, number))
    answered = two.http._transport.handle_async_request

    async def lost(request: httpx.Request) -> httpx.Response:
        await answered(request)
        raise httpx.ReadError("gone")

    monkeypatch.setattr(two.http._transport, "handle_async_request", lost)
    assert (await two.meet()).last_error == "the host cannot be reached (ReadError)"
    monkeypatch.undo()
    async with tenant_transaction(two.host.engine, two.host.program_id) as connection:
        await pause_partner(connection, two.host.program_id, coffee.partner_id, expected_version=coffee.version)
    await two.happen(_bought(502, number))
    assert (await two.meet()).failures == 0
    await two.happen(_returned(501, "20.00"))
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
    coffee, number = await _coffee(two)
    bought = replace(_bought(501, number), customer=Customer(77))
    await two.happen(bought)
    await two.meet()
    await two.happen(replace(bought, order_id=502, name="#502"))
    async with tenant_transaction(two.engine, two.program_id) as connection:
        told: dict[str, Any] = await export_customer(connection, two.program_id, two.shop.shop_id, 77)
        assert [one["body"]["member"] for one in told["reported_purchases"]] == [number]
        await redact_customer(connection, two.program_id, two.shop.shop_id, 77, [501, 502], datetime.now(UTC))
    await two.happen(_returned(501, "20.00"))
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
