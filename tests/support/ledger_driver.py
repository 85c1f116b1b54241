"""Drives the engine step by step as a shop, a worker and the staff would, under a clock that the test sets."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.audit import audit
from engine.database import create_engine, tenant_transaction
from engine.events import Event, Fact, OrderDiscount, OrderEdit, Refund
from engine.events import Order as OrderFact
from engine.ledger import MemberKey
from engine.members import member_of_customer
from engine.program import BEGINNING_OF_TIME, Definition
from engine.publishing import publish
from engine.rewards.catalog import create_reward
from engine.rewards.definitions import AmountOff, RewardDefinition, SliderCost
from engine.rules.caps import Cap
from engine.rules.definitions import RefundPolicy
from engine.rules.expiries import ExpiresAfter, ExpiresIdle
from engine.rules.holds import DaysHold, Hold, NoHold, UntilHold
from engine.rules.rule import Fixed, PerMoney, Rule
from engine.sealing import seal_program
from engine.shops import install_shop
from tests.support.clock import DatabaseClock
from tests.support.facts import amount, line, order, refund
from tests.support.order_model import Earning, Order, Rules

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
_numbers = itertools.count(1)

Step = Callable[[AsyncConnection], Awaitable[Any]]

_INVARIANTS = text("""
    WITH moved AS (
        SELECT credit_account AS account, amount FROM transfers WHERE program_id = :program_id
        UNION ALL SELECT debit_account, -amount FROM transfers WHERE program_id = :program_id
    ), sums AS (SELECT account, sum(amount) AS total FROM moved GROUP BY 1)
    SELECT 'I1 a transfer moves nothing' FROM transfers
    WHERE program_id = :program_id AND (amount <= 0 OR debit_account = credit_account)
    UNION ALL SELECT 'I2 ' || kind || ' is not the sum of its entries' FROM (
        SELECT member_id, k.kind, k.stored, k.number FROM members,
            LATERAL (VALUES ('available', available, 8), ('pending', pending, 9), ('reserved', reserved, 10),
                ('debt', -debt, 11)) AS k(kind, stored, number)
        WHERE program_id = :program_id) stored LEFT JOIN sums ON account = member_id * 16 + number
    WHERE stored.stored <> COALESCE(total, 0)
    UNION ALL SELECT 'I3 below zero' FROM members
    WHERE program_id = :program_id AND LEAST(available, pending, reserved, debt, lifetime) < 0
    UNION ALL SELECT 'I4 what is had and went is not what came' WHERE (SELECT COALESCE(sum(total), 0) FROM sums) <> 0
    UNION ALL SELECT 'I10 more taken back than given' FROM awards WHERE program_id = :program_id AND posted < 0
    UNION ALL SELECT 'I11 more restored than spent' FROM reservations
    WHERE program_id = :program_id AND (restored > captured OR captured > points)
    UNION ALL SELECT 'I12 a lot gave more than it held' FROM lots WHERE program_id = :program_id AND remaining < 0
""")
_MEMBERS = text("""
    SELECT m.member_id, m.available - COALESCE((SELECT sum(remaining) FROM lots l WHERE l.program_id = m.program_id
        AND l.member_id = m.member_id AND l.expires_at <= now()), 0) AS available, m.pending, m.reserved, m.debt,
        m.lifetime
    FROM members m WHERE m.program_id = :program_id
""")
_LOTS = text("""
    SELECT member_id, expires_at, sum(remaining) FROM lots
    WHERE program_id = :program_id AND remaining > 0 AND expires_at > now() GROUP BY 1, 2
""")


def definition_of(rules: Rules) -> Definition:
    """The program that says what the model's rules say."""
    policy = RefundPolicy(
        taking="latest_end_first" if rules.latest_first else "earliest_end_first",
        shortfall="debt" if rules.owe else "write_off",
    )
    joining = Rule(handle="sign-up", title="Joining", trigger="sign_up", formula=Fixed(points=100))
    review = Rule(handle="review", title="Review", trigger="review", formula=Fixed(points=40))
    return Definition(name="Machine", rules=(joining, review, *map(_rule_of, rules.earning)), refunds=policy)


def _rule_of(way: Earning) -> Rule:
    rate = Decimal(way.per_cent.numerator * 100) / way.per_cent.denominator
    hold: Hold = NoHold() if way.hold is None else DaysHold(days=way.hold.days)
    if way.hold is not None and way.until_sent:
        hold = UntilHold(event="fulfilled", at_most_days=way.hold.days)
    return Rule(
        handle=way.handle,
        title=way.handle,
        trigger="order_paid",
        formula=PerMoney(rates={"USD": rate}) if way.per_cent else Fixed(points=way.flat),
        caps=(Cap(handle=way.handle, period="day", points=way.day_cap),) if way.day_cap else (),
        hold=hold,
        expiry=ExpiresIdle(days=way.lives.days) if way.idle else ExpiresAfter(days=way.lives.days),
    )


class Driver:
    """One database under a clock, and one fresh program after another in it."""

    def __init__(self, url: str) -> None:
        self.clock = DatabaseClock(url, START)
        self.runner = asyncio.Runner()
        self.engine = create_engine(url, pool_size=1)

    def install(self, rules: Rules, members: int) -> None:
        """Begin a new program with so many members: customer and member numbers from 1 on."""
        self.runner.run(self._install(rules, members))

    async def _install(self, rules: Rules, members: int) -> None:
        self.shop = await install_shop(
            self.engine, domain=f"machine-{next(_numbers)}.myshopify.com", external_id=None, name="", currency="USD",
            time_zone="UTC", scopes=[], at=self.clock.now,
        )  # fmt: skip
        self.program_id, self.shop_id = self.shop.program_id, self.shop.shop_id
        self.members: dict[int, int] = {}
        self.rewards: dict[bool, int] = {}
        async with tenant_transaction(self.engine, self.program_id) as connection:
            await publish(
                connection, self.program_id, definition_of(rules), effective_from=BEGINNING_OF_TIME, actor="test"
            )
            for number in range(1, members + 1):
                found = await member_of_customer(connection, self.program_id, self.shop_id, number)
                self.members[found.member_id] = number
            for forfeit in (False, True):
                cost = SliderCost(step=3, value_per_step={"USD": 2}, minimum_points=3)
                reward = RewardDefinition(
                    title="Off", cost=cost, value=AmountOff(), code_days=60,
                    on_expiry="forfeit" if forfeit else "restore",
                )  # fmt: skip
                made = await create_reward(connection, self.program_id, f"off-{forfeit}".lower(), reward, actor="test")
                self.rewards[forfeit] = made.reward_id

    def member_id(self, number: int) -> int:
        """The engine's id of a member."""
        return next(member_id for member_id, known in self.members.items() if known == number)

    def member_key(self, number: int) -> MemberKey:
        """A member as the ledger knows them."""
        return MemberKey(self.program_id, self.member_id(number))

    def do(self, step: Step) -> Any:
        """One transaction."""

        async def run() -> Any:
            async with tenant_transaction(self.engine, self.program_id) as connection:
                return await step(connection)

        return self.runner.run(run())

    def events(self, facts: list[Fact]) -> list[Event]:
        """Facts as they come in now."""
        return [Event(self.program_id, self.shop_id, self.clock.now, fact) for fact in facts]

    def numbers(self) -> tuple[dict[int, tuple[int, ...]], dict[tuple[int, datetime], int], list[str]]:
        """Every member's numbers, what they have by its end, and which invariants are broken."""

        async def read(connection: AsyncConnection) -> Any:
            given = {"program_id": self.program_id}
            members = {
                self.members[row[0]]: tuple(map(int, row[1:])) for row in await connection.execute(_MEMBERS, given)
            }
            lots = {(self.members[row[0]], row[1]): int(row[2]) for row in await connection.execute(_LOTS, given)}
            return members, lots, [row[0] for row in await connection.execute(_INVARIANTS, given)]

        return self.do(read)  # type: ignore[no-any-return]

    def audit(self) -> dict[str, int]:
        """Breaches by check, those that have some."""

        async def check(connection: AsyncConnection) -> Any:
            await seal_program(connection, self.program_id)
            report = await audit(connection, [self.program_id])
            return {check.name: check.breaches for check in report.checks if check.breaches}

        return self.do(check)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Let go of the database."""
        self.runner.run(self.engine.dispose())
        self.runner.close()
        self.clock.close()


def cents(value: int) -> str:
    """Cents as a text in dollars."""
    return f"{value // 100}.{value % 100:02}"


def snapshot(known: Order, now: datetime, *, paid: bool = True, code: str | None = None) -> OrderFact:
    """An order as the shop shows it now."""
    gone = known.removed + sum(units for units, _ in known.refunds)
    item = line(cents(known.price), known.units, current_quantity=known.units - gone, discount=cents(known.off))
    made = order(known.number, [item], customer=known.customer, paid=paid, updated_at=now, occurred_at=known.paid_on)
    made = replace(made, fulfilled_at=known.sent_at)
    if code is None:
        return made
    lines = (replace(item, code_discounts=((0, amount(cents(known.off))),)),)
    return replace(made, lines=lines, discounts=(OrderDiscount(code, "amount", amount(cents(known.off))),))


def refund_of(number: int, known: Order, units: int, value: int, now: datetime) -> Refund:
    """A refund of units, or of money alone."""
    if units:
        return refund(number, known.number, cents(value), quantity=units, created_at=now)
    return refund(number, known.number, None, moved=[(value, "USD")], created_at=now)


def edit_of(number: int, known: Order, now: datetime) -> OrderEdit:
    """One unit is taken out of the order."""
    return OrderEdit(number, known.number, now, ((1, 1),))


def second() -> timedelta:
    """The least that passes between two steps."""
    return timedelta(seconds=1)
