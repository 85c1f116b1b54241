"""What the ledger's state machine is made of: the engine and the model side by side, and how they are compared."""

from __future__ import annotations

import contextlib
import itertools
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.applying import apply_events
from engine.events import Fact
from engine.events import Order as OrderFact
from tests.support.ledger_driver import Driver, Step, refund_of, second, snapshot
from tests.support.ledger_model import Model
from tests.support.order_model import DAY, Earning, Order, Rules

AUDIT_EVERY = 10
MEMBERS = 3
CUSTOMERS = st.integers(1, MEMBERS)
TIMES = st.integers(1, 3)
CUT = st.booleans()


def _rules(dollar: str, parcel: str, patience: str | None, thanks: int, **policy: bool) -> Rules:
    ways = [
        Earning("dollar", Fraction(dollar) / 100),
        Earning("parcel", Fraction(parcel) / 100, lives=180 * DAY, hold=60 * DAY, until_sent=True),
        Earning("thanks", flat=thanks, day_cap=70, lives=120 * DAY, idle=True),
    ]
    if patience is not None:
        ways.insert(2, Earning("patience", Fraction(patience) / 100, lives=40 * DAY, hold=120 * DAY))
    return Rules(tuple(ways), **policy)


RULES = [
    _rules("1", "0.5", "0.25", 30),
    _rules("2.5", "0.333", None, 45, latest_first=False),
    _rules("0.1", "1", "0.7", 10, owe=False),
]
"""Versions of the program that come and go."""


class PowerCutError(Exception):
    """Ends a transaction before its commit."""


class LedgerMachine(RuleBasedStateMachine):
    """A fresh program for each run, with three members; the steps are a subclass's."""

    driver: ClassVar[Driver]
    steps: ClassVar[list[int]]

    def install(self) -> None:
        """Begin with nothing but members."""
        self.driver.install(RULES[0], MEMBERS)
        self.began = False
        self.model = Model(self.driver.clock.now)
        self.published = [(self.driver.clock.now - 10_000 * DAY, RULES[0])]
        self.numbers = itertools.count(1)
        self.facts: dict[int, list[Fact]] = {}
        self.code_of: dict[int, int] = {}
        self.codes: dict[int, str] = {}
        self.redemptions: dict[int, int] = {}
        self.merge_ids: dict[tuple[int, int], int] = {}

    @property
    def now(self) -> datetime:
        """The database's now."""
        return self.driver.clock.now

    @property
    def owe(self) -> bool:
        """Whether the live version lets members owe what they have not."""
        return self.published[-1][1].owe

    def number(self) -> int:
        """A number that nothing else has."""
        return next(self.numbers)

    def tick(self, by: timedelta | None = None) -> None:
        """Let time pass, at least a second."""
        self.driver.clock.move(second() if by is None else by)
        self.model.now = self.now

    def until(self, moment: datetime, just_before: bool) -> None:
        """Let time pass until a moment, or until its last microsecond before."""
        self.tick(max(second(), moment - self.now - timedelta(microseconds=just_before)))

    def ends(self) -> list[datetime]:
        """When points end that somebody has."""
        return [lot.ends for lot in self.model.lots if lot.remaining and lot.ends > self.now + second()]

    def do(self, step: Step, *, cut: bool = False) -> Any:
        """One step; with `cut` its transaction is lost first, and the step done again."""

        async def dies(connection: AsyncConnection) -> None:
            await step(connection)
            raise PowerCutError

        if cut:
            with contextlib.suppress(PowerCutError):
                self.driver.do(dies)
        return self.driver.do(step)

    def tell(self, facts: list[Fact], times: int, *, cut: bool) -> None:
        """Deliver facts, each so many times in one batch and all of them once more."""
        for fact in facts:
            if isinstance(fact, OrderFact):
                self.facts.setdefault(fact.order_id, []).append(fact)
        batch = self.driver.events([fact for fact in facts for _ in range(times)])
        self.do(lambda connection: apply_events(connection, batch), cut=cut)
        if times > 1:
            self.do(lambda connection: apply_events(connection, batch))

    def remember(self, known: Order, fact: Fact) -> None:
        """A fact of an order, to be told again."""
        self.facts.setdefault(known.number, []).append(fact)

    def new_order(self, customer: int, price: int, units: int, days_ago: int) -> Order:
        """An order that the shop took; nobody was told of it yet."""
        paid_on = self.now - days_ago * DAY
        rules = [rules for since, rules in self.published if since <= paid_on][-1]
        known = Order(self.number(), customer, self.model.root(customer), rules, paid_on, price, units)
        self.model.orders[known.number] = known
        return known

    def new_refund(self, known: Order, units: int, value: int) -> Fact:
        """The shop gave something back."""
        known.refunds.append((units, value))
        fact = refund_of(self.number(), known, units, value, self.now)
        self.remember(known, fact)
        return fact

    def show(self, known: Order) -> Fact:
        """An order as the shop shows it now, a moment after what happened to it last."""
        self.tick()
        code = self.codes[self.code_of[known.number]] if known.number in self.code_of else None
        return snapshot(known, self.now, code=code)

    def follow(self, *orders: Order) -> None:
        """What the model does with facts of orders that are known, and with the codes that they used."""
        self.model.deliver(*orders)
        for known in sorted(orders, key=lambda known: known.number):
            for hold in self.model.holds.values():
                if hold.order is known:
                    self.model.restore(hold, known)

    def any_order(self, data: st.DataObject) -> Order:
        """One of the orders."""
        return self.model.orders[data.draw(st.sampled_from(sorted(self.model.orders)))]

    def holds_in(self, *states: str) -> list[int]:
        """Redemptions in these states, in the order of their numbers."""
        return [number for number, hold in self.model.holds.items() if hold.state in states]

    def roots(self) -> list[int]:
        """Members who were not merged into another."""
        return [member for member in range(1, MEMBERS + 1) if self.model.root(member) == member]

    def compare(self) -> None:
        """Everybody's numbers and lots are the model's; no invariant is broken."""
        found, lots, broken = self.driver.numbers()
        assert found == {member: self.model.numbers(member) for member in range(1, MEMBERS + 1)}
        expected: dict[tuple[int, datetime], int] = {}
        for lot in self.model.lots:
            if lot.remaining and lot.ends > self.now:
                expected[lot.member, lot.ends] = expected.get((lot.member, lot.ends), 0) + lot.remaining
        assert lots == expected
        assert broken == []
        if self.began:
            self.steps.append(1)
        if len(self.steps) % AUDIT_EVERY == 0:
            assert self.driver.audit() == {}
        self.began = True
        self.tick()

    def teardown(self) -> None:
        if hasattr(self, "model"):
            assert self.driver.audit() == {}


def run_machine(machine: type[LedgerMachine], url: str, *, steps: int, at_a_time: int = 50) -> int:
    """Run a machine against a fresh database until so many steps held, in programs of `at_a_time`; returns how many."""
    driver = Driver(url)
    held: list[int] = []
    ready = type("Machine", (machine,), {"driver": driver, "steps": held})
    try:
        while len(held) < steps:
            chosen = settings(
                max_examples=min(100, -(-(steps - len(held)) // at_a_time)), stateful_step_count=at_a_time,
                deadline=None, database=None, phases=[Phase.generate, Phase.shrink],
                suppress_health_check=list(HealthCheck),
            )  # fmt: skip
            run_state_machine_as_test(ready, settings=chosen)
    finally:
        driver.close()
    return len(held)
