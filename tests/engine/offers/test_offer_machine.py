"""Budgets and claims against a plain model: claimed, used, voided, run out, edited, closed, with the power cut at will.

After every step the offer's row is what the model says, and no invariant of the audit is broken.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import create_engine, tenant_transaction
from engine.offers.budget import BudgetUsedUp
from engine.offers.capturing import Spending, return_for_conversion, spend_for_conversion
from engine.offers.catalog import Offer
from engine.offers.claiming import claim_offer
from engine.offers.definitions import Accrual, Budget, Code, Made, OfferDefinition, Payment, PerUnit, Redemption
from engine.offers.editing import update_offer
from engine.offers.expiring import expire_due_claims
from engine.offers.publishing import close_offer, publish_offer
from engine.offers.refusals import ClaimRefused, OfferRefused, VoidRefused
from engine.offers.voiding import void_claim
from engine.program import BEGINNING_OF_TIME, default_definition
from engine.publishing import publish
from engine.shops import install_shop
from tests.conftest import SHOP_DOMAIN
from tests.support.clock import DatabaseClock
from tests.support.offer_model import KINDS, PAYMENT, PRICE, VOUCHER_MINOR, Kind, ModelClaim, ModelOffer
from tests.support.offers import Offering, made_code_offer

MADE = Made(prefix="CUP")
GIVES = {
    "counted": Code(source=MADE, valid_days=1),
    "paid": Code(source=MADE, valid_days=1, payment=Payment(payer="partner", fixed_minor=PAYMENT)),
    "voucher": Redemption(price=PRICE, source=MADE, valid_days=1),
    "earning": Accrual(points=PerUnit(rates={"USD": Decimal(1)})),
}
UNITS = {"counted": "claims", "paid": "money", "voucher": "money", "earning": "points"}
START = datetime(2027, 1, 4, 9, tzinfo=UTC)
CUSTOMERS = st.integers(1, 5)
CUT = st.booleans()
STEPS = int(os.environ.get("LAUREL_OFFER_MACHINE_STEPS", "5000"))
_numbers = itertools.count(1)

Step = Callable[[AsyncConnection], Awaitable[Any]]


class PowerCutError(Exception):
    """Ends a transaction before its commit."""


class World:
    """One database under a clock, with a partner; each run has an offer and customers of its own."""

    def __init__(self, url: str) -> None:
        self.clock = DatabaseClock(url, START)
        self.runner = asyncio.Runner()
        self.engine = create_engine(url, pool_size=1)
        self.offering = self.runner.run(self._begin())
        self.program_id = self.offering.program_id

    async def _begin(self) -> Offering:
        shop = await install_shop(
            self.engine, domain=SHOP_DOMAIN, external_id=None, name="", currency="USD", time_zone="UTC", scopes=[],
            at=self.clock.now,
        )  # fmt: skip
        async with tenant_transaction(self.engine, shop.program_id) as connection:
            definition = default_definition()
            await publish(connection, shop.program_id, definition, effective_from=BEGINNING_OF_TIME, actor="tests")
        return await Offering.begin(self.engine, shop)

    def do(self, step: Step, *, cut: bool = False) -> Any:
        """One step; with `cut` its transaction is lost first, and the step done again."""
        if cut:
            with contextlib.suppress(PowerCutError):
                self.runner.run(self._do(step, cut=True))
        return self.runner.run(self._do(step, cut=False))

    async def _do(self, step: Step, *, cut: bool) -> Any:
        async with tenant_transaction(self.engine, self.program_id) as connection:
            done = await step(connection)
            if cut:
                raise PowerCutError
            return done

    def close(self) -> None:
        """Let go of everything."""
        self.runner.run(self.engine.dispose())
        self.runner.close()
        self.clock.close()


class OfferMachine(RuleBasedStateMachine):
    """One offer and five customers, of whom two have points."""

    world: ClassVar[World]

    @initialize(kind=st.sampled_from(KINDS), things=st.integers(1, 6), limit=st.none() | st.integers(1, 6))
    def begin(self, kind: Kind, things: int, limit: int | None) -> None:
        self.run_number, self.kind, self.keys = next(_numbers), kind, itertools.count(1)
        amount = things * {"counted": 1, "paid": PAYMENT, "voucher": VOUCHER_MINOR, "earning": 60}[kind] + 7 * (
            things % 2
        )
        self.model = ModelOffer(kind, amount, limit)
        self.world.clock.move(START - self.world.clock.now)  # nobody's points end in a run
        offering, run = self.world.offering, self.world.runner.run
        for number in (1, 2):
            run(offering.earn(1_000, customer=self.customer(number)))
        self.points = {number: 1_000 if number < 3 else 0 for number in range(1, 6)}
        self.offer: Offer = run(offering.offer(self.definition(), handle=f"offer-{self.run_number}"))

    def customer(self, number: int) -> int:
        return self.run_number * 10 + number

    def definition(self) -> OfferDefinition:
        budget = Budget.model_validate({"unit": UNITS[self.kind], "amount": self.model.amount})
        return made_code_offer(
            gives=GIVES[self.kind], currency="USD", budget=budget, total_limit=self.model.limit,
            **({} if self.kind == "earning" else {"member_limit": None}),
        )  # fmt: skip

    def in_state(self, *states: str) -> list[ModelClaim]:
        return [claim for claim in self.model.claims if claim.state in states]

    @rule(number=CUSTOMERS, cut=CUT, again=st.booleans())
    def claim(self, number: int, cut: bool, again: bool) -> None:
        expected = self.model.expected(self.points[number])
        if not expected and self.kind == "earning" and any(c.customer == number for c in self.model.claimed):
            expected = "MEMBER_LIMIT"
        key, shop = f"key-{next(self.keys)}", self.world.offering.shop
        made: set[int] = set()

        async def step(connection: AsyncConnection) -> int:
            claim = await claim_offer(
                connection, shop.program_id, shop.shop_id, self.customer(number), self.offer.offer_id, key
            )
            return claim.claim_id

        told = ""
        for _ in range(2 if again else 1):
            try:
                made.add(self.world.do(step, cut=cut and not made))
            except ClaimRefused as refusal:
                told = refusal.code.value
        assert told == expected
        if told:
            return
        assert len(made) == 1
        self.model.claim(made.pop(), number)
        self.points[number] -= PRICE if self.kind == "voucher" else 0

    @precondition(lambda self: self.model.claims)
    @rule(data=st.data(), cut=CUT)
    def void(self, data: st.DataObject, cut: bool) -> None:
        claim = data.draw(st.sampled_from(self.model.claims))
        refusable, told = claim.state in ("used", "expired"), ""
        try:
            self.world.do(
                lambda c: void_claim(c, self.world.program_id, claim.claim_id, reason="No", actor="tests"), cut=cut
            )
        except VoidRefused as refusal:
            told = refusal.code
        assert told == ("NOT_VOIDABLE" if refusable else "")
        if told:
            return
        if claim.state == "ready" and self.kind == "voucher":
            self.points[claim.customer] += PRICE
        claim.state = "void"

    @precondition(lambda self: self.kind != "voucher" and self.in_state("ready", "expired", "used"))
    @rule(data=st.data(), amount=st.integers(1, 260), late=st.booleans(), cut=CUT)
    def convert(self, data: st.DataObject, amount: int, late: bool, cut: bool) -> None:
        claim = data.draw(st.sampled_from(self.in_state("ready", "expired", "used")))
        number, takes = next(_numbers), 0 if self.kind == "counted" else amount
        step = self._spend(claim.claim_id, number, amount, late=late)
        if not self.model.covers(claim, takes, late=late):
            with pytest.raises(BudgetUsedUp):
                self.world.do(step)
            return
        assert self.world.do(step, cut=cut) == takes
        self.model.convert(number, claim, takes)

    def _spend(self, claim_id: int, number: int, amount: int, *, late: bool) -> Step:
        """Of a purchase of now, or, with `late`, of one from before everything that happened to the offer."""
        at = START - timedelta(days=1) if late else self.world.clock.now
        asked = Spending(number, claim_id, at, amount, amount, "tests")
        return lambda connection: spend_for_conversion(
            connection, self.world.program_id, self.offer.offer_id, asked
        )  # fmt: skip

    @precondition(lambda self: any(self.model.conversions.values()))
    @rule(data=st.data(), share=st.integers(1, 100), cut=CUT)
    def give_back(self, data: st.DataObject, share: int, cut: bool) -> None:
        spent = {number: amount for number, amount in self.model.conversions.items() if amount}
        number = data.draw(st.sampled_from(sorted(spent)))
        amount = max(1, spent[number] * share // 100)
        self.world.do(
            lambda c: return_for_conversion(
                c, self.world.program_id, self.offer.offer_id, conversion_id=number, amount=amount, actor="tests"
            ),
            cut=cut,
        )
        self.model.conversions[number] -= amount

    @rule(by=st.integers(-500, 500), limit=st.none() | st.integers(1, 6), cut=CUT)
    def edit(self, by: int, limit: int | None, cut: bool) -> None:
        before = (self.model.amount, self.model.limit)
        self.model.amount, self.model.limit = max(1, self.model.amount + by), limit
        known = self.world.runner.run(self.world.offering.read(self.offer))
        new, told = self.definition(), ""
        try:
            self.world.do(
                lambda c: update_offer(
                    c, self.world.program_id, self.offer.offer_id, new, expected_version=known.version, actor="tests"
                ),
                cut=cut,
            )
        except OfferRefused as refusal:
            told = refusal.code
        over = limit is not None and len(self.model.claimed) > limit
        below = self.model.amount < self.model.held + self.model.spent
        assert told == ("LIMIT_BELOW_CLAIMED" if over else "BUDGET_BELOW_SPENT" if below else "")
        if told:
            self.model.amount, self.model.limit = before

    @rule(cut=CUT)
    def close(self, cut: bool) -> None:
        self.world.do(lambda c: close_offer(c, self.world.program_id, self.offer.offer_id, actor="tests"), cut=cut)
        self.model.out = False

    @rule(cut=CUT)
    def publish(self, cut: bool) -> None:
        self.world.do(lambda c: publish_offer(c, self.world.program_id, self.offer.offer_id, actor="tests"), cut=cut)
        self.model.out = True

    @rule(cut=CUT)
    def a_day_passes(self, cut: bool) -> None:
        self.world.clock.move(timedelta(days=1))
        self.world.do(lambda c: expire_due_claims(c), cut=cut)
        for claim in self.in_state("ready"):
            claim.state = "ready" if self.kind == "earning" else "expired"

    @invariant()
    def agrees(self) -> None:
        self.world.clock.move(timedelta(minutes=2))
        model, offering = self.model, self.world.offering
        found = self.world.runner.run(offering.budget(self.offer))
        assert found == (model.state, model.free, model.held, model.spent)

    def teardown(self) -> None:
        if hasattr(self, "model"):
            breaches = self.world.runner.run(self.world.offering.breaches())
            # Its conversions have no rows, and nobody signs its events.
            assert breaches.keys() <= {"offer-budgets-used", "partner-signatures"}
            balances = [self.world.runner.run(self.world.offering.member(self.customer(n))).available for n in (1, 2)]
            assert balances == [self.points[1], self.points[2]]


def _assert_agreement(url: str, *, runs: int, steps: int) -> None:
    world = World(url)
    machine = type("Machine", (OfferMachine,), {"world": world})
    chosen = settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, database=None,
        phases=[Phase.generate, Phase.shrink], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    try:
        run_state_machine_as_test(machine, settings=chosen)
    finally:
        world.close()


def test_a_few_hundred_steps_agree_with_the_plain_model(database_url: str) -> None:
    _assert_agreement(database_url, runs=12, steps=25)


@pytest.mark.prove
def test_thousands_of_steps_agree_with_the_plain_model(database_url: str) -> None:
    _assert_agreement(database_url, runs=STEPS // 50, steps=50)
