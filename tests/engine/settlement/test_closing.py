"""Statements of cycles: what is on them, their numbers, and that nothing of them ever changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.database import tenant_transaction
from engine.partners.catalog import partner_of
from engine.partners.limits import PrepaidUsedUp
from engine.settlement.payments import record_payment
from engine.settlement.statements import StatementRefused
from engine.settlement.totals import Due, KindTotal
from tests.support.settling import Settling, agreement

# As of a moment that is long past by now: nobody may agree on anything for the past.
NEXT_VERSION = text("""
    INSERT INTO agreement_versions (program_id, partner_id, version, definition, effective_from, created_by)
    SELECT program_id, partner_id, 2, definition || CAST(:change AS jsonb), :since, 'tests' FROM agreement_versions
""")


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = 2024) -> datetime:
    """A moment in UTC."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


async def test_a_month_of_trade_worked_out_by_hand(settling: Settling) -> None:
    # March 2024 of New York: from Mar 1 05:00 UTC (winter time) to Apr 1 04:00 UTC (summer time).
    partner = await settling.partner()
    before = await settling.record(partner, "issued", 1_000, at(3, 1, 4, 59))
    first = await settling.record(partner, "issued", 1_333, at(3, 1, 5, 0), reference="order-1")
    second = await settling.record(partner, "clawed_back", 333, at(3, 10, 7, 30), reference="order-1")
    third = await settling.record(partner, "redeemed", 777, at(3, 15), reference="voucher-1")
    fourth = await settling.record(partner, "payment", 0, at(3, 20), micros=-2_500_000_000, reference="order-2")
    last = await settling.record(partner, "issued", 1, at(4, 1, 3, 59))
    after = await settling.record(partner, "issued", 5_000, at(4, 1, 4, 0))

    february, march, april = await settling.close(partner)

    assert (february.starts_at, february.ends_at) == (at(2, 1, 5), at(3, 1, 5))
    assert (march.starts_at, march.ends_at) == (at(3, 1, 5), at(4, 1, 4))
    assert [one.number for one in (february, march, april)] == [1, 2, 3]
    assert await settling.events_of(february) == [before]
    assert await settling.events_of(march) == [first, second, third, fourth, last]
    assert await settling.events_of(april) == [after]
    # 1,334 × 1.05 − 333 × 1.05 − 777 × 0.81 − 2,500 = 1,400.70 − 349.65 − 629.37 − 2,500 = −2,078.32 cents.
    assert march.totals.kinds == (
        KindTotal("clawed_back", "USD", 1, 333, -349_650_000, 0),
        KindTotal("issued", "USD", 2, 1_334, 1_400_700_000, 0),
        KindTotal("payment", "USD", 1, 0, -2_500_000_000, 0),
        KindTotal("redeemed", "USD", 1, 777, -629_370_000, 0),
    )
    assert march.totals.dues == (Due("USD", -2_078_320_000, -2_078, 0, -2_078),)
    assert (february.totals.dues[0].due_minor, april.totals.dues[0].due_minor) == (1_050, 5_250)


async def test_the_end_of_the_year_and_an_autumn_hour_that_comes_twice(settling: Settling) -> None:
    partner = await settling.partner(agreement(cycle="day", time_zone="Europe/Berlin"))
    # October 27, 2024 has 25 hours in Berlin: Oct 26 22:00 UTC to Oct 27 23:00 UTC.
    summer = await settling.record(partner, "issued", 1, at(10, 26, 22))
    winter = await settling.record(partner, "issued", 1, at(10, 27, 22, 59))
    eve = await settling.record(partner, "issued", 1, at(12, 31, 22, 59))
    new_year = await settling.record(partner, "issued", 1, at(12, 31, 23, 0))

    long_day, last_day, first_day = await settling.close(partner)

    assert (long_day.starts_at, long_day.ends_at) == (at(10, 26, 22), at(10, 27, 23))
    assert await settling.events_of(long_day) == [summer, winter]
    assert (last_day.starts_at, await settling.events_of(last_day)) == (at(12, 30, 23), [eve])
    assert (first_day.starts_at, first_day.ends_at) == (at(12, 31, 23), at(1, 1, 23, year=2025))
    assert await settling.events_of(first_day) == [new_year]


async def test_what_comes_after_a_closing_is_in_the_next_statement_and_called_late(settling: Settling) -> None:
    partner = await settling.partner()
    wrong = await settling.record(partner, "issued", 1_000, at(3, 5))
    march = await settling.issue(partner)
    kept = await settling.again(march)
    late = await settling.record(partner, "issued", 100, at(3, 6))
    correction = await settling.record(partner, "adjusted", -10, at(4, 1), micros=-10_500_000, corrects=wrong)

    april = await settling.issue(partner)

    assert (april.number, april.starts_at, april.ends_at) == (2, at(4, 1, 4), at(5, 1, 4))
    assert await settling.events_of(april) == [late, correction]
    lateness = "SELECT array_agg(late ORDER BY position) FROM statement_lines WHERE statement_id = :statement_id"
    assert await settling.scalar(lateness, statement_id=april.statement_id) == [True, False]
    # 100 × 1.05 − 10.50 cents.
    assert april.totals.dues == (Due("USD", 94_500_000, 94, 0, 94),)
    assert await settling.again(march) == kept == march


async def test_what_is_late_when_all_cycles_are_closed_is_in_the_running_one(settling: Settling) -> None:
    partner = await settling.partner()
    await settling.record(partner, "issued", 1_000, at(3, 5))
    await settling.close(partner)
    late = await settling.record(partner, "issued", 100, at(3, 6))
    assert await settling.close(partner) == []
    now = await settling.issue(partner)
    assert (now.number, now.interim, await settling.events_of(now)) == (2, True, [late])


async def test_a_cycle_waits_for_late_reports_and_an_empty_one_has_no_number(settling: Settling) -> None:
    now: datetime = await settling.scalar("SELECT now()")
    definition = agreement(cycle="day", time_zone="UTC", settle_days=3)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    partner = await settling.partner(definition, since=midnight - timedelta(days=10))
    await settling.record(partner, "issued", 100, midnight - timedelta(days=8))
    waiting = await settling.record(partner, "issued", 100, midnight - timedelta(days=2, hours=1))

    (old,) = await settling.close(partner)

    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        known = await partner_of(connection, settling.program_id, partner)
    assert known is not None
    assert (old.starts_at, known.statements_issued) == (midnight - timedelta(days=8), 1)
    # All empty days that have waited long enough are passed over; the day that is waited for is closed at its time.
    assert known.closed_until == midnight - timedelta(days=3)
    assert await settling.scalar("SELECT next_closing_at FROM partners") == midnight + timedelta(days=1)
    by_hand = await settling.issue(partner)
    assert (by_hand.number, by_hand.interim) == (2, False)
    assert await settling.events_of(by_hand) == [waiting]


async def test_a_running_cycle_closed_as_it_stands_goes_on_in_the_next_number(settling: Settling) -> None:
    partner = await settling.partner()
    first = await settling.record(partner, "issued", 10, at(3, 5))
    second = await settling.record(partner, "issued", 20, at(3, 20))

    interim = await settling.issue(partner, until=at(3, 20))
    rest = await settling.issue(partner)

    assert (interim.number, interim.interim, interim.starts_at, interim.ends_at) == (1, True, at(3, 1, 5), at(3, 20))
    assert (rest.number, rest.interim, rest.starts_at, rest.ends_at) == (2, False, at(3, 20), at(4, 1, 4))
    assert [await settling.events_of(one) for one in (interim, rest)] == [[first], [second]]


async def test_a_statement_ends_in_its_own_cycle_and_has_a_line(settling: Settling) -> None:
    partner = await settling.partner()
    await settling.record(partner, "issued", 10, at(3, 5))
    for until, code in (
        (at(3, 1, 5), "UNTIL_INVALID"), (at(4, 1, 5), "UNTIL_INVALID"), (at(1, 1, year=2999), "UNTIL_INVALID"),
        (at(3, 5), "NOTHING_TO_SETTLE"),
    ):  # fmt: skip
        with pytest.raises(StatementRefused) as refused:
            await settling.issue(partner, until=until)
        assert refused.value.code == code
    assert (await settling.issue(partner)).number == 1


async def test_there_is_nothing_to_settle_without_events_or_a_partner(settling: Settling) -> None:
    partner = await settling.partner()
    for wrong, code in ((partner, "NOTHING_TO_SETTLE"), (999, "PARTNER_NOT_FOUND")):
        with pytest.raises(StatementRefused) as refused:
            await settling.issue(wrong)
        assert refused.value.code == code
    assert await settling.close(partner) == []


async def test_partners_have_numbers_and_books_of_their_own(settling: Settling) -> None:
    harbor, lake = await settling.partner(), await settling.partner(handle="lake")
    await settling.record(harbor, "issued", 10, at(3, 5))
    theirs = await settling.record(lake, "issued", 20, at(3, 6))
    (one,), (other,) = await settling.close(harbor), await settling.close(lake)
    assert (one.number, other.number) == (1, 1)
    assert await settling.events_of(other) == [theirs]


async def test_a_new_price_holds_from_its_cycle_on_and_an_old_one_for_what_was_before(settling: Settling) -> None:
    # The agreement of a later moment: recorded with the version that was in force when it happened.
    partner = await settling.partner(agreement(buy_rate=Decimal("0.01")))
    await settling.record(partner, "issued", 50, at(3, 5))
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        await connection.execute(NEXT_VERSION, {"change": '{"buy_rate": "0.02"}', "since": at(3, 10)})
    await settling.record(partner, "issued", 50, at(3, 10))
    (march,) = await settling.close(partner)
    assert march.totals.dues == (Due("USD", 150_000_000, 150, 0, 150),)


async def test_a_month_that_began_on_account_and_went_on_paid_beforehand(settling: Settling) -> None:
    # Until March 15 on account, then prepaid; 20 dollars are paid beforehand.
    partner = await settling.partner()
    await settling.record(partner, "issued", 1_333, at(3, 5))
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        await connection.execute(NEXT_VERSION, {"change": '{"billing": "prepaid"}', "since": at(3, 15)})
        await record_payment(
            connection, settling.program_id, partner, kind="prepayment", amount_minor=2_000, currency="USD",
            reference="wire-1", paid_on=at(3, 15).date(), actor="staff:1",
        )  # fmt: skip
    await settling.record(partner, "issued", 1_000, at(3, 20))
    await settling.record(partner, "redeemed", 333, at(3, 21))
    with pytest.raises(PrepaidUsedUp):
        await settling.record(partner, "issued", 1_200, at(3, 22))
    await settling.record(partner, "clawed_back", 333, at(3, 23))

    (march,) = await settling.close(partner)

    # 1,333 × 1.05 = 1,399.65 on account; 1,000 × 1.05 − 333 × 0.81 − 333 × 1.05 = 430.62 cents from what was paid.
    assert march.totals.dues == (Due("USD", 1_830_270_000, 1_830, 430, 1_400),)
    left = await settling.scalar("SELECT prepaid_micros FROM partners")
    assert left == 2_000_000_000 - 430_620_000


async def test_the_app_can_neither_change_nor_remove_what_was_issued(settling: Settling) -> None:
    for table in ("statements", "statement_lines", "partner_events", "statement_answers", "partner_payments"):
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET program_id = program_id"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                async with tenant_transaction(settling.engine, settling.program_id) as connection:
                    await connection.execute(text(statement))
