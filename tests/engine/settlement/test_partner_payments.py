"""Payments: recorded once, counted beforehand or against a statement, and what is open of it until it is paid."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from engine.database import tenant_transaction
from engine.partners.catalog import partner_of
from engine.settlement.payments import Payment, PaymentRefused, payments_of, record_payment
from engine.settlement.statements import Statement
from engine.settlement.suspense import SuspenseRow, suspense_of
from engine.settlement.totals import Due
from tests.support.settling import Settling, agreement

MARCH = datetime(2024, 3, 5, tzinfo=UTC)
PAID_ON = date(2024, 4, 10)


async def pay(settling: Settling, partner: int, minor: int, reference: str = "wire-1", **changes: Any) -> Payment:
    """A payment in dollars; for a statement unless it is said otherwise."""
    given: dict[str, Any] = {
        "kind": "settlement", "currency": "USD", "paid_on": PAID_ON, "actor": "staff:1", "statement_id": None
    } | changes  # fmt: skip
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        return await record_payment(
            connection, settling.program_id, partner, amount_minor=minor, reference=reference, **given
        )


async def rows_of(settling: Settling, statement: Statement, *, open_only: bool = True) -> list[SuspenseRow]:
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        return await suspense_of(
            connection, settling.program_id, statement_id=statement.statement_id, open_only=open_only
        )


async def statement_of_ten_dollars(settling: Settling, partner: int) -> Statement:
    await settling.record(partner, "adjusted", 0, MARCH, micros=1_000_000_000)
    return await settling.issue(partner)


async def test_a_statement_is_open_from_its_day_until_it_is_paid(settling: Settling) -> None:
    partner = await settling.partner()
    statement = await statement_of_ten_dollars(settling, partner)
    (unpaid,) = await rows_of(settling, statement)
    assert (unpaid.problem, unpaid.reference, unpaid.opened_at) == ("unpaid", "USD", statement.issued_at)
    assert (unpaid.ours, unpaid.theirs) == ({"currency": "USD", "minor": "1000"}, {"currency": "USD", "minor": "0"})

    first = await pay(settling, partner, 600, statement_id=statement.statement_id)

    (rest,) = await rows_of(settling, statement)
    assert (rest.problem, rest.opened_at, rest.ours["minor"], rest.theirs["minor"]) == (
        "paid_differently", statement.issued_at, "1000", "600"
    )  # fmt: skip
    # The agreement tolerates 2 cents.
    await pay(settling, partner, 398, "wire-2", statement_id=statement.statement_id)
    assert await rows_of(settling, statement) == []
    ended = await rows_of(settling, statement, open_only=False)
    assert [(row.resolution, row.note) for row in ended] == [("paid", "wire-1"), ("paid", "wire-2")]
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        known = await payments_of(connection, settling.program_id, partner, statement_id=statement.statement_id)
        older = await payments_of(connection, settling.program_id, partner, after=known[0].payment_id)
    assert [one.reference for one in known] == ["wire-2", "wire-1"]
    assert older == [first]


async def test_a_statement_that_the_program_owes_is_paid_by_an_amount_below_zero(settling: Settling) -> None:
    partner = await settling.partner()
    await settling.record(partner, "redeemed", 1_000, MARCH)
    statement = await settling.issue(partner)
    await pay(settling, partner, -810, statement_id=statement.statement_id)
    assert await rows_of(settling, statement) == []
    # Too much, and put right by another payment the other way round.
    await pay(settling, partner, -810, "wire-2", statement_id=statement.statement_id)
    assert [row.theirs["minor"] for row in await rows_of(settling, statement)] == ["-1620"]
    await pay(settling, partner, 810, "wire-3", statement_id=statement.statement_id)
    assert await rows_of(settling, statement) == []


async def test_the_same_reference_is_the_same_payment_and_never_another_one(settling: Settling) -> None:
    partner = await settling.partner()
    statement = await statement_of_ten_dollars(settling, partner)
    first = await pay(settling, partner, 1_000, statement_id=statement.statement_id)
    again = await pay(settling, partner, 1_000, statement_id=statement.statement_id, actor="staff:2")
    assert (first.repeated, again.repeated) == (False, True)
    assert again.payment_id == first.payment_id
    with pytest.raises(PaymentRefused) as refused:
        await pay(settling, partner, 1_001, statement_id=statement.statement_id)
    assert refused.value.code == "REFERENCE_USED"
    assert await settling.scalar("SELECT sum(amount_minor) FROM partner_payments") == 1_000


async def test_what_was_paid_beforehand_covers_events_and_is_given_back_in_part(settling: Settling) -> None:
    partner = await settling.partner(agreement(billing="prepaid"))
    await pay(settling, partner, 5_000, kind="prepayment")
    await settling.record(partner, "issued", 1_000, MARCH)
    await settling.record(partner, "redeemed", 100, MARCH)
    statement = await settling.issue(partner)
    # 1,050 cents less 81 cents, all of it covered.
    assert statement.totals.dues == (Due("USD", 969_000_000, 969, 969, 0),)
    assert await rows_of(settling, statement) == []
    with pytest.raises(PaymentRefused) as refused:
        await pay(settling, partner, -4_032, "back-1", kind="prepayment")
    assert refused.value.code == "PREPAID_USED_UP"
    await pay(settling, partner, -4_031, "back-1", kind="prepayment")
    async with tenant_transaction(settling.engine, settling.program_id) as connection:
        known = await partner_of(connection, settling.program_id, partner)
    assert known is not None
    assert known.prepaid_micros == 0


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"reference": ""}, "REFERENCE_INVALID"), ({"reference": "é"}, "REFERENCE_INVALID"),
    ({"reference": "x" * 101}, "REFERENCE_INVALID"), ({"minor": 0}, "AMOUNT_INVALID"),
    ({"minor": 10**15 + 1}, "AMOUNT_INVALID"), ({"paid_on": date(1999, 12, 31)}, "DATE_INVALID"),
    ({"paid_on": date(2999, 1, 1)}, "DATE_INVALID"), ({"statement_id": None}, "STATEMENT_REQUIRED"),
    ({"kind": "prepayment"}, "STATEMENT_NOT_WANTED"), ({"currency": "EUR"}, "CURRENCY_INVALID"),
    ({"statement_id": 999}, "STATEMENT_NOT_FOUND"), ({"partner": 999}, "PARTNER_NOT_FOUND"),
    ({"kind": "prepayment", "statement_id": None}, "NOT_PREPAID"),
    ({"kind": "prepayment", "statement_id": None, "minor": 10**12 + 1}, "AMOUNT_INVALID"),
]  # fmt: skip


async def test_what_is_no_payment_is_refused_and_changes_nothing(settling: Settling) -> None:
    partner = await settling.partner()
    statement = await statement_of_ten_dollars(settling, partner)
    asked: dict[str, Any] = {
        "partner": partner, "minor": 1_000, "reference": "wire-1", "statement_id": statement.statement_id
    }  # fmt: skip
    for changes, code in REFUSED:
        with pytest.raises(PaymentRefused) as refused:
            await pay(settling, **{**asked, **changes})
        assert (changes, refused.value.code) == (changes, code)
    assert await settling.scalar("SELECT count(*) FROM partner_payments") == 0


async def test_a_payment_for_another_partners_statement_is_refused(settling: Settling) -> None:
    statement = await statement_of_ten_dollars(settling, await settling.partner())
    other = await settling.partner(handle="lake")
    with pytest.raises(PaymentRefused) as refused:
        await pay(settling, other, 1_000, statement_id=statement.statement_id)
    assert refused.value.code == "STATEMENT_NOT_FOUND"
