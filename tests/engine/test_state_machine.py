"""The ledger against the plain model: whatever happens, in whatever order and however often it is told.

Facts are delivered one to three times, in batches of several orders; any step may die before its commit and is then
done again. After each step everybody's numbers and lots are the model's and no invariant is broken; now and then, and
at the end, the whole audit finds nothing.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from engine.adjustments import AdjustmentRefused, adjust_points
from engine.events import Fact, MemberEvent
from engine.expiry import expire_due
from engine.merging import merge_members, unmerge_members
from engine.publishing import publish
from engine.releases import release_due
from engine.rewards.ending import cancel_redemption, expire_codes
from engine.rewards.reasons import RedemptionRefused
from engine.rewards.redeeming import redeem
from engine.rewards.settling import issued, not_issued, uncertain, withdrawn
from tests.support.ledger_driver import definition_of, edit_of, snapshot
from tests.support.ledger_machine import CUSTOMERS, CUT, RULES, TIMES, LedgerMachine, run_machine
from tests.support.order_model import DAY, Hold, Rules

STEPS = int(os.environ.get("LAUREL_MACHINE_STEPS", "10000"))


class WholeMachine(LedgerMachine):
    """Every step that there is."""

    @initialize()
    def begin(self) -> None:
        self.install()

    @rule(
        bought=st.lists(st.tuples(CUSTOMERS, st.integers(1, 9_999), st.integers(1, 4), st.sampled_from([0, 2, 95])),
                        min_size=1, max_size=3),
        refunded_before=st.booleans(), unpaid_first=st.booleans(), times=TIMES, cut=CUT,
    )  # fmt: skip
    def pay(
        self, bought: list[tuple[int, int, int, int]], refunded_before: bool, unpaid_first: bool, times: int, cut: bool
    ) -> None:
        new = [self.new_order(*one) for one in bought]
        if refunded_before:
            self.tell([self.new_refund(new[0], 1, new[0].price // 2)], 1, cut=False)
        if unpaid_first:
            self.tell([snapshot(one, self.now, paid=False) for one in new], 1, cut=False)
        self.tick()
        self.tell([snapshot(one, self.now) for one in new], times, cut=cut)
        self.model.deliver(*new)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), units=st.integers(0, 2), share=st.integers(1, 110), times=TIMES, cut=CUT)
    def refund(self, data: st.DataObject, units: int, share: int, times: int, cut: bool) -> None:
        known = self.any_order(data)
        units = min(units, known.units - known.removed - sum(count for count, _ in known.refunds))
        value = known.price * max(1, units) * share // 100
        self.tell([self.new_refund(known, units, value)], times, cut=cut)
        self.follow(known)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), times=TIMES, cut=CUT)
    def edit(self, data: st.DataObject, times: int, cut: bool) -> None:
        known = self.any_order(data)
        if known.units - known.removed - sum(count for count, _ in known.refunds) < 1:
            return
        known.removed += 1
        self.remember(known, edit_of(self.number(), known, self.now))
        self.tell(self.facts[known.number][-1:], times, cut=cut)
        self.follow(known)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), times=TIMES, cut=CUT)
    def send(self, data: st.DataObject, times: int, cut: bool) -> None:
        known = self.any_order(data)
        known.sent_at = known.sent_at or self.now
        self.tell([self.show(known)], times, cut=cut)
        self.follow(known)

    @precondition(lambda self: self.model.orders)
    @rule(data=st.data(), times=TIMES)
    def tell_everything_again(self, data: st.DataObject, times: int) -> None:
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.model.orders)), min_size=1, max_size=3, unique=True))
        facts: list[Fact] = [fact for number in chosen for fact in self.facts[number]]
        self.tell(data.draw(st.permutations(facts)), times, cut=False)
        self.follow(*(self.model.orders[number] for number in chosen))

    @rule(customer=CUSTOMERS, points=st.integers(1, 200), forfeit=st.booleans(), times=TIMES, cut=CUT)
    def redeem(self, customer: int, points: int, forfeit: bool, times: int, cut: bool) -> None:
        member, points, key = self.model.root(customer), 3 * points, f"key-{self.number()}"
        reward = self.driver.rewards[forfeit]
        program, shop = self.driver.program_id, self.driver.shop_id
        if points > self.model.numbers(member)[0]:
            with pytest.raises(RedemptionRefused, match="NOT_ENOUGH_POINTS"):
                self.do(lambda c: redeem(c, program, shop, customer, reward, points, key))
            return
        for _ in range(times):
            made = self.do(lambda c: redeem(c, program, shop, customer, reward, points, key), cut=cut)
        number = self.number()
        self.redemptions[number], self.codes[number] = made.redemption_id, made.made_code
        ends = self.now.replace(microsecond=0) + 60 * DAY
        takings = self.model.spend(member, points)
        self.model.holds[number] = Hold(member, points, points // 3 * 2, ends, forfeit, takings)

    @precondition(lambda self: self.holds_in("pending"))
    @rule(data=st.data(), made=st.sampled_from([True, True, False]), unsure=st.booleans(), times=TIMES, cut=CUT)
    def the_shop_answers(self, data: st.DataObject, made: bool, unsure: bool, times: int, cut: bool) -> None:
        number = data.draw(st.sampled_from(self.holds_in("pending")))
        hold, key = self.model.holds[number], (self.driver.program_id, self.redemptions[number])
        if unsure:
            self.do(lambda c: uncertain(c, *key), cut=cut)
        for _ in range(times):
            self.do(lambda c: issued(c, *key, "gid://code") if made else not_issued(c, *key, "refused"), cut=cut)
        self.model.sweep(self.model.root(hold.member))
        if made:
            hold.state = "ready"
        else:
            self.model.settle(hold, "failed", 0)

    @precondition(lambda self: self.holds_in("ready", "used", "canceled", "expired"))
    @rule(data=st.data(), customer=CUSTOMERS, price=st.integers(1, 9_999), units=st.integers(1, 3), cut=CUT,
          share=st.sampled_from([0, 1, 50, 99, 100]), times=TIMES)  # fmt: skip
    def use_a_code(
        self, data: st.DataObject, customer: int, price: int, units: int, cut: bool, share: int, times: int
    ) -> None:
        number = data.draw(st.sampled_from(self.holds_in("ready", "used", "canceled", "expired")))
        hold, known = self.model.holds[number], self.new_order(customer, price, units, 0)
        known.off = min(hold.promised * share // 100, price * units)
        self.code_of[known.number] = number
        self.tell([self.show(known)], times, cut=cut)
        self.model.deliver(known)
        if hold.order is None:
            self.model.use(hold, known, self.owe)

    @precondition(lambda self: self.holds_in("ready"))
    @rule(data=st.data(), times=TIMES, cut=CUT)
    def cancel(self, data: st.DataObject, times: int, cut: bool) -> None:
        number = data.draw(st.sampled_from(self.holds_in("ready")))
        program, shop, one = self.driver.program_id, self.driver.shop_id, self.redemptions[number]
        # Whose points it holds: of two who were parted since, the one who stayed has what both had redeemed.
        owner = self.model.root(self.model.holds[number].member)
        for _ in range(times):
            self.do(lambda c: cancel_redemption(c, program, shop, owner, one), cut=cut)
            self.do(lambda c: withdrawn(c, program, one), cut=cut)
        self.model.sweep(self.model.root(self.model.holds[number].member))
        self.model.settle(self.model.holds[number], "canceled", 0)

    @rule(cut=CUT)
    def end_codes(self, cut: bool) -> None:
        self.do(expire_codes, cut=cut)
        for number in self.holds_in("ready"):
            hold = self.model.holds[number]
            if hold.ends <= self.now:
                one = self.redemptions[number]
                self.do(lambda c, one=one: withdrawn(c, self.driver.program_id, one), cut=cut)  # type: ignore[misc]
                self.model.sweep(self.model.root(hold.member))
                self.model.settle(hold, "expired", hold.points if hold.forfeit else 0)

    @rule(cut=CUT)
    def sweep(self, cut: bool) -> None:
        self.do(expire_due, cut=cut)
        self.model.sweep()

    @rule(cut=CUT)
    def release(self, cut: bool) -> None:
        self.do(release_due, cut=cut)
        self.model.release_due()

    @rule(customer=CUSTOMERS, points=st.integers(-300, 300).filter(bool), times=TIMES, cut=CUT)
    def adjust(self, customer: int, points: int, times: int, cut: bool) -> None:
        member, key = self.model.root(customer), f"adjust-{self.number()}"
        given: dict[str, Any] = {"points": points, "reason": "Test", "actor": "test", "idempotency_key": key}
        to = self.driver.member_id(member)
        if -points > self.model.numbers(member)[0]:
            with pytest.raises(AdjustmentRefused):
                self.do(lambda c: adjust_points(c, self.driver.program_id, to, **given))
            return
        for _ in range(times):
            self.do(lambda c: adjust_points(c, self.driver.program_id, to, **given), cut=cut)
        self.model.sweep(member)
        if points > 0:
            self.model.gift(member, points, self.now)
        else:
            self.model.spend(member, -points)

    @rule(customer=CUSTOMERS, times=TIMES, cut=CUT)
    def review(self, customer: int, times: int, cut: bool) -> None:
        self.tell([MemberEvent(customer, "review", str(self.number()), self.now)], times, cut=cut)
        self.model.gift(self.model.root(customer), 40, self.now)

    @precondition(lambda self: len(self.roots()) > 1)
    @rule(data=st.data(), cut=CUT)
    def merge(self, data: st.DataObject, cut: bool) -> None:
        giver, receiver = data.draw(st.permutations(self.roots()))[:2]
        keys = [self.driver.member_key(giver), self.driver.member_key(receiver)]
        self.merge_ids[giver, receiver] = self.do(lambda c: merge_members(c, *keys, actor="test"), cut=cut).merge_id
        self.model.merge(giver, receiver)

    @precondition(lambda self: self.model.merges)
    @rule(data=st.data(), cut=CUT)
    def unmerge(self, data: st.DataObject, cut: bool) -> None:
        undoable = [pair for pair in self.model.merges if self.model.root(pair[0]) == pair[1]]
        pair = data.draw(st.sampled_from(undoable))
        one = self.merge_ids[pair]
        self.do(lambda c: unmerge_members(c, self.driver.program_id, one, actor="test"), cut=cut)
        self.model.unmerge(*pair)

    @rule(rules=st.sampled_from(RULES))
    def change_the_rules(self, rules: Rules) -> None:
        definition = definition_of(rules)
        self.do(lambda c: publish(c, self.driver.program_id, definition, effective_from=None, actor="test"))
        self.published.append((self.now, rules))

    @rule(days=st.sampled_from([1, 13, 29, 60, 110, 364]))
    def days_pass(self, days: int) -> None:
        self.tick(days * DAY)

    @precondition(lambda self: self.ends())
    @rule(just_before=st.booleans())
    def until_the_next_end(self, just_before: bool) -> None:
        self.until(min(self.ends()), just_before)

    @invariant()
    def agrees(self) -> None:
        self.compare()


def test_a_few_hundred_steps_agree_with_the_plain_model(database_url: str) -> None:
    assert run_machine(WholeMachine, database_url, steps=300, at_a_time=30) >= 300


@pytest.mark.prove
def test_ten_thousand_steps_agree_with_the_plain_model(database_url: str) -> None:
    assert run_machine(WholeMachine, database_url, steps=STEPS) >= STEPS
