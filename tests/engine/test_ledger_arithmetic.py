"""What giving, taking and holding plan: exact transfers, lots and balances, without a database."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.accounts import ProgramAccount
from engine.giving import earn, earn_held, release, repay
from engine.holding import capture, give_back, hold, restore
from engine.lots import Taking, next_expiry, plan_spending, plan_taking_back, plan_taking_expired
from engine.taking import TakingPolicy, expire_due, spend, take_back
from tests.support.planning import ANA, BEN, FIRST_ID, NOW, award, balances, entry, ledger, lot, moves

DAY = timedelta(days=1)
SOON = NOW + 30 * DAY


def left(*lots: object) -> list[int]:
    return [getattr(one, "remaining") for one in lots]  # noqa: B009


async def test_points_are_earned_into_a_lot_of_the_award_and_from_its_start() -> None:
    made, planned = ledger(lot(1, 10)), entry()
    await made.draw_ids(1)
    earn(made, award(3, idle_days=90), 45, planned, NOW - DAY, NOW + 100 * DAY)

    assert moves(planned) == [("issued", "available 7", 45)]
    assert (planned.points, planned.award_id, planned.takings) == (45, 3, [])
    assert balances(made) == (55, 0, 0, 0, 545)
    (new,) = made.new_lots
    assert (new.lot_id, new.member_id, new.award_id, new.transaction_id) == (FIRST_ID, 7, 3, 900)
    assert (new.program_id, new.quantity, new.remaining, new.expired, new.idle_days) == (1, 45, 45, 0, 90)
    assert (new.available_at, new.expires_at) == (NOW - DAY, NOW + 100 * DAY)
    assert made.planned == [planned]
    assert made.holdings[ANA].changed
    assert made.holdings[ANA].next_expiry_at == NOW + 100 * DAY


@pytest.mark.parametrize(("debt", "repaid", "debt_left"), [(0, 0, 0), (1, 1, 0), (45, 45, 0), (46, 45, 1)])
async def test_what_is_owed_is_paid_back_from_what_is_earned_first(debt: int, repaid: int, debt_left: int) -> None:
    made, planned = ledger(debt=debt), entry()
    await made.draw_ids(1)
    earn(made, award(3), 45, planned, NOW, NOW + 100 * DAY)

    transfers = [("issued", "available 7", 45)] + ([("available 7", "debt 7", repaid)] if repaid else [])
    assert moves(planned) == transfers
    assert planned.takings == ([(FIRST_ID, repaid)] if repaid else [])
    assert balances(made) == (45 - repaid, 0, 0, debt_left, 545)
    assert (made.new_lots[0].quantity, made.new_lots[0].remaining) == (45, 45 - repaid)
    assert planned.points == 45


def test_paying_back_says_how_much_it_paid() -> None:
    made, planned = ledger(debt=20), entry()

    assert repay(made, planned, 30) == 20
    assert repay(made, planned, 10) == 0
    assert (made.holdings[ANA].debt, moves(planned)) == (0, [("available 7", "debt 7", 20)])


async def test_held_points_are_seen_and_not_spendable_until_they_are_released() -> None:
    made, given, freed, one = ledger(debt=5, pending=2), entry(), entry(), award(3, held=2)
    await made.draw_ids(1)
    earn_held(made, one, 45, given)

    assert moves(given) == [("issued", "pending 7", 45)]
    assert (given.points, given.award_id, one.held, made.new_lots) == (45, 3, 47, [])
    assert balances(made) == (0, 47, 0, 5, 545)

    release(made, one, freed, NOW + 10 * DAY)
    assert moves(freed) == [("pending 7", "available 7", 47), ("available 7", "debt 7", 5)]
    assert (freed.points, freed.award_id, one.held, freed.takings) == (0, 3, 0, [(FIRST_ID, 5)])
    assert balances(made) == (42, 0, 0, 0, 545)
    (new,) = made.new_lots
    assert (new.quantity, new.remaining, new.available_at, new.expires_at) == (47, 42, NOW, NOW + 10 * DAY)
    assert made.planned == [given, freed]


def test_a_refund_takes_held_points_then_its_own_lots_then_what_expired_then_others() -> None:
    own, spent, ending, lasting = lot(1, 5, 50, award=3), lot(2, 0, -1, award=3, expired=7), lot(4, 10, 20), lot(5, 10)
    made, planned, one = ledger(own, spent, ending, lasting, pending=9), entry(), award(3, held=4)
    take_back(made, one, 20, planned, TakingPolicy())

    assert moves(planned) == [
        ("pending 7", "issued", 4),
        ("expired", "issued", 7),
        ("available 7", "issued", 9),
    ]
    assert planned.takings == [(1, 5), (5, 4)]
    assert (left(own, spent, ending, lasting), spent.expired) == ([0, 0, 10, 6], 0)
    assert balances(made) == (16, 5, 0, 0, 480)
    assert (planned.award_id, planned.points, planned.detail, one.held) == (3, -13, {"posted": "-20"}, 0)
    assert set(made.touched_lots) == {(1, 1), (1, 2), (1, 5)}
    assert made.planned == [planned]


def test_a_refund_stops_where_it_has_enough() -> None:
    own, other = lot(1, 5, award=3), lot(2, 10)
    made, planned, one = ledger(own, other, pending=6), entry(), award(3, held=6)
    take_back(made, one, 4, planned, TakingPolicy())

    assert (moves(planned), planned.takings) == ([("pending 7", "issued", 4)], [])
    assert (left(own, other), one.held, made.holdings[ANA].pending, planned.points) == ([5, 10], 2, 2, -4)

    again = entry()
    take_back(made, one, 5, again, TakingPolicy())
    assert moves(again) == [("pending 7", "issued", 2), ("available 7", "issued", 3)]
    assert (left(own, other), set(made.touched_lots), again.points) == ([2, 10], {(1, 1)}, -5)


def test_a_refund_takes_from_others_those_that_end_first_where_the_program_says_so() -> None:
    ending, lasting, for_good = lot(4, 10, 20), lot(5, 10), lot(6, 10, None)
    made, planned = ledger(ending, lasting, for_good), entry()
    take_back(made, award(3), 12, planned, TakingPolicy("earliest_end_first"))

    assert (left(ending, lasting, for_good), planned.takings) == ([0, 8, 10], [(4, 10), (5, 2)])


@pytest.mark.parametrize(
    ("shortfall", "account", "debt", "points"),
    [("debt", "debt 7", 13, -20), ("write_off", "written_off", 0, -7), ("flag", "written_off", 0, -7)],
)
def test_what_no_lot_can_pay_follows_the_policy(shortfall: str, account: str, debt: int, points: int) -> None:
    made, planned = ledger(lot(1, 7, award=3)), entry()
    policy = TakingPolicy(shortfall=shortfall)  # type: ignore[arg-type]
    take_back(made, award(3), 20, planned, policy)

    assert moves(planned) == [("available 7", "issued", 7), (account, "issued", 13)]
    assert balances(made) == (0, 0, 0, debt, 480)
    assert planned.points == points
    assert planned.detail == {"posted": "-20", "shortfall": "13", "shortfall_policy": shortfall}


def test_what_is_owed_grows() -> None:
    made, planned = ledger(debt=5), entry()
    take_back(made, award(3), 3, planned, TakingPolicy())

    assert (made.holdings[ANA].debt, planned.points) == (8, -3)


def test_spending_takes_the_earliest_end_first_and_says_from_where() -> None:
    later, first = lot(1, 10, 50), lot(2, 10, 20)
    made, planned = ledger(later, first), entry()
    takings = spend(made, planned, 13, ProgramAccount.REDEEMED)

    assert [(one.lot.lot_id, one.quantity) for one in takings] == [(2, 10), (1, 3)]
    assert (moves(planned), planned.takings) == ([("available 7", "redeemed", 13)], [(2, 10), (1, 3)])
    assert (planned.points, balances(made), planned.detail) == (-13, (7, 0, 0, 0, 500), {})


@pytest.mark.parametrize(("shortfall", "debt", "points"), [("debt", 3, -13), ("write_off", 0, -10), ("flag", 0, -10)])
def test_spending_more_than_there_is_follows_the_policy(shortfall: str, debt: int, points: int) -> None:
    made, planned = ledger(lot(1, 10)), entry()
    spend(made, planned, 13, ProgramAccount.REDEEMED, shortfall)  # type: ignore[arg-type]

    assert (planned.points, balances(made)) == (points, (0, 0, 0, debt, 500))
    assert sum(points for _, credited, points in moves(planned) if credited == "redeemed") == 13
    assert planned.detail == {"shortfall": "3", "shortfall_policy": shortfall}


def test_spending_owes_the_rest_unless_told_otherwise() -> None:
    made, planned = ledger(), entry()
    spend(made, planned, 13, ProgramAccount.REDEEMED)

    assert (moves(planned), made.holdings[ANA].debt) == ([("debt 7", "redeemed", 13)], 13)


async def test_each_lot_that_is_due_expires_on_its_own_instant_in_its_own_entry() -> None:
    at_once, tomorrow, over, empty = lot(1, 5, 0), lot(2, 6, 1), lot(3, 7, -2, award=9, expired=1), lot(4, 0, -1)
    theirs = lot(5, 8, -1, owner=BEN)
    made = ledger(at_once, tomorrow, over, empty, theirs)
    await expire_due(made, [BEN, ANA])

    assert [(one.key, one.points, one.kind, one.award_id, one.corrects, one.actor) for one in made.planned] == [
        (ANA, -5, "expire", 1, 101, "program"),
        (ANA, -7, "expire", 9, 103, "program"),
        (BEN, -8, "expire", 5, 105, "program"),
    ]
    assert [one.occurred_at for one in made.planned] == [NOW, NOW - 2 * DAY, NOW - DAY]
    assert [one.transaction_id for one in made.planned] == [FIRST_ID, FIRST_ID + 1, FIRST_ID + 2]
    assert moves(made.planned[1]) == [("available 7", "expired", 7)]
    assert made.planned[1].takings == [(3, 7)]
    assert (left(at_once, tomorrow, over), at_once.expired, over.expired) == ([0, 6, 0], 5, 8)
    assert (made.holdings[ANA].available, made.holdings[BEN].available) == (6, 0)
    assert made.drawn == 3


def test_a_hold_moves_points_from_what_can_be_spent_to_what_is_reserved() -> None:
    first, second = lot(1, 10, 10), lot(2, 10, 20)
    made, planned = ledger(first, second, reserved=1), entry()

    assert hold(made, planned, plan_spending([first, second], 15)) == 15
    assert moves(planned) == [("available 7", "reserved 7", 15)]
    assert (planned.points, balances(made), left(first, second)) == (-15, (5, 0, 16, 0, 500), [0, 5])


def test_a_capture_spends_what_was_reserved() -> None:
    made, planned = ledger(reserved=15), entry()
    capture(made, planned, 9)

    assert moves(planned) == [("reserved 7", "redeemed", 9)]
    assert (planned.points, balances(made), made.planned) == (0, (0, 0, 6, 0, 500), [planned])


async def test_points_that_come_back_go_to_their_own_lots_while_those_last() -> None:
    lasting, for_good, ending = lot(1, 0, 30), lot(2, 3, None), lot(3, 1, 29, award=8, idle_days=90)
    made, planned = ledger(lasting, for_good, ending, reserved=20), entry()
    origin = [Taking(for_good, 4), Taking(lasting, 5), Taking(ending, 6)]
    await give_back(made, planned, origin, 13, SOON)

    assert moves(planned) == [("reserved 7", "available 7", 13)]
    assert (left(lasting, for_good, ending), balances(made)) == ([5, 7, 1], (17, 0, 7, 0, 500))
    (new,) = made.new_lots
    assert (new.lot_id, new.award_id, new.quantity, new.remaining) == (FIRST_ID, 8, 4, 4)
    assert (new.program_id, new.member_id, new.transaction_id, new.idle_days) == (1, 7, 900, 90)
    assert (new.available_at, new.expires_at, planned.points) == (NOW, SOON, 13)
    assert (set(made.touched_lots), made.drawn) == ({(1, 1), (1, 2)}, 4)


async def test_spent_points_come_back_and_what_is_owed_is_paid_from_them_first() -> None:
    lasting, moved = lot(1, 0, 40), lot(2, 0, 50, owner=BEN, award=8)
    made, planned = ledger(lasting, moved, debt=3), entry()
    await restore(made, planned, [Taking(moved, 5), Taking(lasting, 5)], 10, SOON)

    assert moves(planned) == [("redeemed", "available 7", 10), ("available 7", "debt 7", 3)]
    assert (left(lasting, moved), balances(made), planned.points) == ([2, 0], (7, 0, 0, 0, 500), 10)
    (new,) = made.new_lots
    assert (new.member_id, new.award_id, new.remaining, new.expires_at) == (7, 8, 5, NOW + 50 * DAY)


async def test_what_came_from_no_lot_comes_back_into_one_of_its_own() -> None:
    own = lot(1, 0, 40, idle_days=90)
    made, planned = ledger(own), entry()
    await restore(made, planned, [Taking(own, 4)], 10, SOON)

    (new,) = made.new_lots
    assert (new.award_id, new.idle_days, new.quantity, new.remaining) == (None, None, 6, 6)
    assert (new.lot_id, new.expires_at, new.available_at) == (FIRST_ID, SOON, NOW)
    assert (left(own), balances(made)) == ([4], (10, 0, 0, 0, 500))


async def test_nothing_comes_back_to_lots_when_all_of_it_was_owed() -> None:
    own = lot(1, 0, 40)
    made, planned = ledger(own, debt=10, reserved=10), entry()
    await give_back(made, planned, [Taking(own, 10)], 10, SOON)

    assert moves(planned) == [("reserved 7", "available 7", 10), ("available 7", "debt 7", 10)]
    assert (left(own), made.touched_lots, made.new_lots, balances(made)) == ([0], {}, [], (0, 0, 0, 0, 500))


def test_the_order_of_spending_is_end_then_start_then_number() -> None:
    early, late, for_good, same = lot(4, 5, 10), lot(1, 5, 20), lot(2, 5, None), lot(3, 5, 10)
    younger = lot(0, 5, 10)
    younger.available_at = NOW + DAY
    taken = plan_spending([for_good, late, early, younger, same], 22)

    assert [(one.lot.lot_id, one.quantity) for one in taken] == [(3, 5), (4, 5), (0, 5), (1, 5), (2, 2)]
    assert plan_spending([early], 0) == []
    assert [one.quantity for one in plan_spending([early, same], 6)] == [5, 1]


def test_taking_back_goes_by_the_end_as_wished() -> None:
    early, late = lot(4, 5, 10), lot(1, 5, 20)

    assert [one.lot.lot_id for one in plan_taking_back([early, late], 9, latest_first=True)] == [1, 4]
    assert [one.lot.lot_id for one in plan_taking_back([late, early], 9, latest_first=False)] == [4, 1]


def test_what_expired_is_taken_up_to_what_did() -> None:
    first, none, second = lot(1, 9, -3, expired=4), lot(2, 9, -2), lot(3, 9, -1, expired=4)

    assert [(one.lot.lot_id, one.quantity) for one in plan_taking_expired([second, none, first], 6)] == [(1, 4), (3, 2)]


def test_a_lot_is_due_from_its_end_on_while_it_holds_something() -> None:
    assert lot(1, 1, 0).due(NOW)
    assert not lot(1, 1, 0).due(NOW - timedelta(microseconds=1))
    assert not lot(1, 0, 0).due(NOW)
    assert not lot(1, 1, None).due(NOW)


def test_the_next_end_is_that_of_the_first_lot_that_holds_something() -> None:
    assert next_expiry([lot(1, 1, 9), lot(2, 1, 5), lot(3, 0, 1), lot(4, 1, None)]) == NOW + 5 * DAY
    assert next_expiry([lot(3, 0, 1), lot(4, 1, None)]) is None
