"""Two installations in one test: the host is the test's app, the partner has a database and a key of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
from sqlalchemy import text

from engine.applying import apply_events
from engine.audit import audit
from engine.database import create_engine, tenant_transaction
from engine.events import Fact, Order
from engine.hosts.store import Host, hosts_of
from engine.partners.facts import Partner
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


async def connected(two: TwoPrograms, **agreed: Any) -> tuple[Partner, str]:
    """The partner at the host, connected, and the number of a member of the host's there."""
    coffee = await two.host.partner("harbor-coffee", **agreed)
    claim = await two.host.claim(await two.host.offer(coffee, TEN_A_DOLLAR), 1)
    assert claim.code is not None
    await two.connect(coffee)
    return coffee, claim.code


def bought_with(order_id: int, number: str, price: str = "20.00") -> Order:
    """An order of 40 dollars that names a member of the host."""
    now = datetime.now(UTC).replace(microsecond=0)
    bought = order(order_id, [line(price, 2)], customer=None, occurred_at=now, updated_at=now)
    return replace(bought, partner_notes=(("laurel_member", number),))


def returned(order_id: int, subtotal: str) -> Fact:
    """Some of it given back."""
    return refund(order_id * 10, order_id, subtotal, created_at=datetime.now(UTC).replace(microsecond=0))
