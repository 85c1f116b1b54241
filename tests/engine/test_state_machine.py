"""The ledger against the plain model: any sequence of payments, refunds, holds and days ends in the same numbers.

Every fact is delivered a random number of times; a step may die before its commit and is then done again. After each
step the member's numbers are the model's; at the end the audit finds nothing.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from engine.applying import apply_events
from engine.audit import audit
from engine.database import create_engine, tenant_transaction
from engine.events import Fact
from engine.expiry import expire_due
from engine.ledger import InsufficientPoints, MemberKey
from engine.members import member_of_customer
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import publish
from engine.reservations import reserve, settle
from engine.sealing import seal_program
from engine.shops import install_shop
from tests.support.facts import events, line, order, refund
from tests.support.ledger_model import Model

_shops = itertools.count(1)
HELD_FOR = timedelta(days=3650)


class PowerCutError(Exception):
    """Ends a transaction before its commit."""


class LedgerMachine(RuleBasedStateMachine):
    """One member of one fresh program for each run."""

    url: str

    @initialize()
    def install(self) -> None:
        self.runner = asyncio.Runner()
        self.engine: AsyncEngine = create_engine(self.url, pool_size=2)
        self.model = Model()
        self.numbers = itertools.count(1)
        self.reservations: dict[int, int] = {}
        self.runner.run(self._install())

    async def _install(self) -> None:
        self.shop = await install_shop(
            self.engine, domain=f"machine-{next(_shops)}.myshopify.com", external_id=None, name="", currency="USD",
            time_zone="UTC", scopes=[], at=datetime.now(UTC),
        )  # fmt: skip
        async with tenant_transaction(self.engine, self.shop.program_id) as connection:
            await publish(
                connection, self.shop.program_id, default_definition(), effective_from=BEGINNING_OF_TIME, actor="test"
            )
            await member_of_customer(connection, self.shop.program_id, self.shop.shop_id, 1)

    @rule(cents=st.integers(1, 20_000), times=st.integers(1, 2), cut=st.booleans())
    def pay(self, cents: int, times: int, cut: bool) -> None:
        number = next(self.numbers)
        self._deliver(order(number, [line(f"{cents // 100}.{cents % 100:02}")]), times, cut)
        self.model.pay(number, cents)
        self._agree()

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), share=st.integers(1, 120), times=st.integers(1, 2), cut=st.booleans())
    def refund_part(self, data: st.DataObject, share: int, times: int, cut: bool) -> None:
        order_id = data.draw(st.sampled_from(sorted(self.model.orders)))
        cents = self.model.orders[order_id].cents * share // 100
        part = refund(next(self.numbers), order_id, f"{cents // 100}.{cents % 100:02}")
        self._deliver(part, times, cut)
        self.model.refund(order_id, cents)
        self._agree()

    @rule(points=st.integers(1, 300))
    def hold(self, points: int) -> None:
        number = next(self.numbers)
        if points > self.model.available:
            with pytest.raises(InsufficientPoints):
                self._do(lambda c, key: reserve(c, key, points, purpose="", actor="test", held_for=HELD_FOR))
        else:
            found: list[int] = []

            async def take(connection: AsyncConnection, key: MemberKey) -> None:
                found.append(await reserve(connection, key, points, purpose="", actor="test", held_for=HELD_FOR))

            self._do(take)
            self.reservations[number] = found[0]
            self.model.hold(number, points)
        self._agree()

    @precondition(lambda self: self.model.holds)
    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.model.holds)))
        capture = data.draw(st.integers(0, self.model.holds[number].points))
        reservation = self.reservations[number]
        self._do(lambda c, key: settle(c, key.program_id, reservation, capture=capture, actor="test"))
        self.model.settle(number, capture)
        self._agree()

    @rule(days=st.sampled_from([1, 40, 150, 365]))
    def pass_days(self, days: int) -> None:
        async def rewind(connection: AsyncConnection, key: MemberKey) -> None:
            await connection.execute(text("SET LOCAL ROLE postgres"))  # the app itself may not move an end
            for table, column in (("lots", "expires_at"), ("awards", "expires_at"), ("members", "next_expiry_at")):
                statement = f"UPDATE {table} SET {column} = {column} - :by WHERE program_id = :program_id"
                await connection.execute(text(statement), {"by": timedelta(days=days), "program_id": key.program_id})

        self._do(rewind)
        self.model.pass_days(days)
        self._agree()

    @rule()
    def sweep(self) -> None:
        self._do(lambda c, _key: expire_due(c))
        self.model.sweep()
        self._agree()

    def _deliver(self, fact: Fact, times: int, cut: bool) -> None:
        async def apply(connection: AsyncConnection, _key: MemberKey) -> None:
            await apply_events(connection, events(self.shop, *[fact] * times))

        async def die(connection: AsyncConnection, key: MemberKey) -> None:
            await apply(connection, key)
            raise PowerCutError

        if cut:
            with pytest.raises(PowerCutError):
                self._do(die)
        self._do(apply)
        self._do(apply)

    def _do(self, step: Callable[[AsyncConnection, MemberKey], Awaitable[object]]) -> None:
        async def run() -> None:
            async with tenant_transaction(self.engine, self.shop.program_id) as connection:
                member = await member_of_customer(connection, self.shop.program_id, self.shop.shop_id, 1)
                await step(connection, MemberKey(self.shop.program_id, member.member_id))

        self.runner.run(run())

    def _agree(self) -> None:
        async def compare(connection: AsyncConnection, key: MemberKey) -> None:
            found = await member_of_customer(connection, self.shop.program_id, self.shop.shop_id, 1)
            statement = text("SELECT reserved FROM members WHERE program_id = :program_id AND member_id = :member_id")
            reserved = (await connection.execute(statement, key._asdict())).scalar_one()
            assert (found.available, found.debt, found.lifetime, reserved) == (
                self.model.available, self.model.debt, self.model.lifetime, self.model.reserved,
            )  # fmt: skip

        self._do(compare)

    def teardown(self) -> None:
        async def check(connection: AsyncConnection, key: MemberKey) -> None:
            await seal_program(connection, key.program_id)
            report = await audit(connection, [key.program_id])
            assert {check.name: check.breaches for check in report.checks if check.breaches} == {}

        if hasattr(self, "runner"):
            self._do(check)
            self.runner.run(self.engine.dispose())
            self.runner.close()


def run_machine(url: str, *, examples: int, steps: int) -> None:
    """Run the machine against a database."""
    machine = type("Machine", (LedgerMachine,), {"url": url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_hundred_steps_agree_with_the_plain_model(database_url: str) -> None:
    run_machine(database_url, examples=12, steps=25)


@pytest.mark.prove
def test_ten_thousand_steps_agree_with_the_plain_model(database_url: str) -> None:
    run_machine(database_url, examples=200, steps=50)
