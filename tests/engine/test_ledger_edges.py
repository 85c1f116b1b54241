"""Corners of the ledger that the state machine's model led to, each by itself and with exact numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import pytest

from engine.applying import apply_events
from engine.events import Fact
from engine.expiry import expire_due
from engine.merging import merge_members, unmerge_members
from engine.releases import release_due
from engine.rewards.ending import cancel_redemption
from engine.rewards.redeeming import redeem
from engine.rewards.redemptions import Redemption
from engine.rewards.settling import issued, withdrawn
from tests.support.ledger_driver import Driver, refund_of, second, snapshot
from tests.support.order_model import DAY, Earning, Order, Rules

DOLLAR = Earning("dollar", Fraction(1, 100))


@pytest.fixture
def driver(database_url: str) -> Iterator[Driver]:
    driver = Driver(database_url)
    yield driver
    driver.close()


def install(driver: Driver, way: Earning = DOLLAR, members: int = 1) -> None:
    driver.install(Rules((way,)), members)


def bought(driver: Driver, number: int, cents: int, units: int = 1, *, member: int = 1, off: int = 0) -> Order:
    """An order that was paid just now."""
    driver.clock.move(second())
    return Order(number, member, member, Rules(()), driver.clock.now, cents, units, off)


def tell(driver: Driver, *facts: Fact) -> None:
    told = driver.events(list(facts))
    driver.do(lambda connection: apply_events(connection, told))


def pay(driver: Driver, order: Order, code: str | None = None) -> None:
    tell(driver, snapshot(order, driver.clock.now, code=code))


def refunded(driver: Driver, order: Order, units: int, cents: int) -> Fact:
    order.refunds.append((units, cents))
    return refund_of(900 + len(order.refunds), order, units, cents, driver.clock.now)


def ready(driver: Driver, points: int, key: str) -> Redemption:
    given = (driver.program_id, driver.shop_id, 1, driver.rewards[False], points, key)
    made: Redemption = driver.do(lambda connection: redeem(connection, *given))
    driver.do(lambda connection: issued(connection, driver.program_id, made.redemption_id, "gid://code"))
    return made


def cancel(driver: Driver, one: Redemption) -> None:
    key = (driver.program_id, driver.shop_id, 1, one.redemption_id)
    driver.do(lambda connection: cancel_redemption(connection, *key))
    driver.do(lambda connection: withdrawn(connection, driver.program_id, one.redemption_id))


def test_a_long_hold_ends_when_it_was_to_end_whatever_is_heard_of_the_order_meanwhile(driver: Driver) -> None:
    install(driver, replace(DOLLAR, hold=120 * DAY))
    order = bought(driver, 1, 1_000, 10)
    pay(driver, order)
    driver.clock.move(100 * DAY)
    tell(driver, refunded(driver, order, 1, 1_000))
    driver.clock.move(20 * DAY - second())
    driver.do(release_due)
    assert driver.numbers()[0][1] == (100, 90, 0, 0, 190)

    driver.clock.move(second())
    driver.do(release_due)
    assert driver.numbers()[0][1] == (190, 0, 0, 0, 190)
    assert driver.audit() == {}


def used_late(driver: Driver) -> Order:
    """300 points bought a code, came back, and 240 of them were held again when the first code was used for 200."""
    install(driver)
    pay(driver, bought(driver, 1, 20_000))
    late = ready(driver, 300, "late")
    cancel(driver, late)
    ready(driver, 240, "again")
    order = bought(driver, 2, 200, off=200)
    pay(driver, order, late.made_code)
    assert driver.numbers()[0][1] == (0, 0, 240, 240, 300)
    return order


def test_what_a_late_code_cost_comes_back_with_its_order_also_where_it_was_owed(driver: Driver) -> None:
    order = used_late(driver)
    tell(driver, refunded(driver, order, 1, 0))

    assert driver.numbers()[0][1] == (60, 0, 240, 0, 300)
    assert driver.audit() == {}


def test_what_was_owed_for_a_late_code_and_paid_since_comes_back_as_points(driver: Driver) -> None:
    order = used_late(driver)
    pay(driver, bought(driver, 3, 30_000))
    assert driver.numbers()[0][1] == (60, 0, 240, 0, 600)
    tell(driver, refunded(driver, order, 1, 0))

    members, lots, broken = driver.numbers()
    assert (members[1], broken) == ((360, 0, 240, 0, 600), [])
    assert lots[1, driver.clock.now + 30 * DAY] == 240
    assert driver.audit() == {}


def test_what_expired_is_found_with_its_award_whoever_else_is_in_the_batch(driver: Driver) -> None:
    install(driver, members=2)
    order = bought(driver, 1, 20_000)
    pay(driver, order)
    keys = [driver.member_key(1), driver.member_key(2)]
    merge = driver.do(lambda connection: merge_members(connection, *keys, actor="test"))
    driver.clock.move(366 * DAY)
    driver.do(expire_due)
    driver.do(lambda connection: unmerge_members(connection, driver.program_id, merge.merge_id, actor="test"))
    other = bought(driver, 2, 1_000, member=2)
    tell(driver, snapshot(other, driver.clock.now), refunded(driver, order, 1, 20_000))

    assert driver.numbers()[0] == {1: (0, 0, 0, 0, 100), 2: (110, 0, 0, 0, 110)}
    assert driver.audit() == {}
