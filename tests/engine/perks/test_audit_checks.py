"""Each invariant of perks holds after all that happens to them, and finds what breaks it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.events import OrderDiscount
from engine.perks.audit_checks import PERK_CHECKS
from engine.perks.birthdays import give_birthday_points
from engine.perks.definitions import BirthdayPoints
from tests.support.facts import amount, line, order
from tests.support.perks import BORN_TODAY, TAG, Perking, percent

BREAKING = [
    ("UPDATE perk_deliveries SET code = NULL WHERE kind = 'percent_code'", {"perk-codes": 1}),
    ("UPDATE perk_deliveries SET used_at = NULL WHERE kind = 'percent_code'", {"perk-codes": 1}),
    ("UPDATE perk_deliveries SET state = 'revoked' WHERE kind = 'percent_code'", {"perk-codes": 1}),
    ("UPDATE benefit_entries SET grantor = 'tier:other' WHERE source = 'perk-code'", {"perk-benefits": 2}),
    ("UPDATE perk_deliveries SET used_order_id = NULL", {"perk-benefits": 1}),
    ("UPDATE perk_deliveries SET value = '{\"points\": 1}' WHERE perk = 'birthday'", {"birthday-presents": 2}),
    ("UPDATE perk_deliveries SET state = 'failed' WHERE perk = 'birthday'", {"birthday-presents": 1}),
]


async def found(connection: AsyncConnection, programs: list[int]) -> dict[str, int]:
    """The checks that find something, each with how much."""
    given = {"programs": programs}
    rows = {check.name: (await connection.execute(text(check.sql), given)).one() for check in PERK_CHECKS}
    assert rows["perk-codes"].checked == 3
    return {name: row.breaches for name, row in rows.items() if row.breaches}


async def test_given_perks_of_every_kind_when_somebody_tampers_with_them_then_it_is_found(perking: Perking) -> None:
    program_id = perking.rewarding.shop.program_id
    await perking.everybody_has(TAG, percent(), BirthdayPoints(handle="birthday", points=250))
    await perking.sql(BORN_TODAY)
    await perking.step(give_birthday_points, program_id)
    (code,) = [one.code for one in await perking.deliveries() if one.code is not None]
    bought = replace(order(5, [line("45.00")]), discounts=(OrderDiscount(code, "percent", amount("5")),))
    await perking.rewarding.apply(bought)
    assert await perking.step(found, [program_id]) == {}

    async def tampered(connection: AsyncConnection, statement: str) -> dict[str, int]:
        part = await connection.begin_nested()
        await connection.execute(text(statement))
        breaches = await found(connection, [program_id])
        await part.rollback()
        return breaches

    for statement, breaches in BREAKING:
        assert await perking.step(tampered, statement) == breaches, statement
