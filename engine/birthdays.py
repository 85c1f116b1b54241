"""Birthdays: told by the member, ahead of the day, and changed at most once a year, so that none is celebrated twice.

Only month and day are kept. Days are those of the program's zone. February 29 is celebrated on February 28 in years
without it.
"""

from __future__ import annotations

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from engine.database import transaction_time
from engine.publishing import live_version

BirthdayRefusal = Literal["INVALID_DATE", "BIRTHDAY_IS_TODAY", "BIRTHDAY_LOCKED"]
_A_LEAP_YEAR = 2000


class BirthdayRefused(Exception):  # noqa: N818  # a refusal, told to the member
    """A birthday that is not taken, with the reason; `changeable_from` where time alone mends it."""

    def __init__(self, code: BirthdayRefusal, changeable_from: date | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.changeable_from = changeable_from


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday without its year. `changeable_from` is the first day on which the member may tell another one."""

    month: int
    day: int
    changeable_from: date


def celebrated_on(month: int, day: int, year: int) -> date:
    """The day on which a birthday is celebrated in a year."""
    if (month, day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return date(year, month, day)


def changeable_from(set_on: date) -> date:
    """A year after a birthday was told: the same day of the next year, February 28 for a 29th."""
    return celebrated_on(set_on.month, set_on.day, set_on.year + 1)


async def zone_of_program(connection: AsyncConnection, program_id: int) -> ZoneInfo:
    """The zone of the program's days; UTC before the first publication."""
    live = await live_version(connection, program_id)
    return ZoneInfo(live.definition.time_zone if live else "UTC")


async def local_today(connection: AsyncConnection, program_id: int) -> date:
    """The day that it is now in the program's zone, by the database's clock."""
    zone = await zone_of_program(connection, program_id)
    return (await transaction_time(connection)).astimezone(zone).date()


async def birthday_of(connection: AsyncConnection, program_id: int, member_id: int) -> Birthday | None:
    """A member's birthday, None when they have not told it."""
    row = (
        await connection.execute(
            text(
                "SELECT birthday_month, birthday_day, birthday_set_on FROM members "
                "WHERE program_id = :program_id AND member_id = :member_id AND birthday_day IS NOT NULL"
            ),
            {"program_id": program_id, "member_id": member_id},
        )
    ).one_or_none()
    return Birthday(row[0], row[1], changeable_from(row[2])) if row else None


async def set_birthday(connection: AsyncConnection, program_id: int, member_id: int, month: int, day: int) -> None:
    """Take a member's birthday down. The one that is known already changes nothing.

    Raises BirthdayRefused for a day that no year has, for today, and within a year of the last change.
    """
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(_A_LEAP_YEAR, month)[1]:
        raise BirthdayRefused("INVALID_DATE")
    # The lock comes first: of two different birthdays told at once, the second one finds the first.
    await connection.execute(
        text("SELECT FROM members WHERE program_id = :program_id AND member_id = :member_id FOR UPDATE"),
        {"program_id": program_id, "member_id": member_id},
    )
    known = await birthday_of(connection, program_id, member_id)
    if known is not None and (known.month, known.day) == (month, day):
        return
    today = await local_today(connection, program_id)
    if known is not None and today < known.changeable_from:
        raise BirthdayRefused("BIRTHDAY_LOCKED", known.changeable_from)
    if celebrated_on(month, day, today.year) == today:
        raise BirthdayRefused("BIRTHDAY_IS_TODAY")
    await connection.execute(
        text(
            "UPDATE members SET birthday_month = :month, birthday_day = :day, birthday_set_on = :today, "
            "version = version + 1 WHERE program_id = :program_id AND member_id = :member_id"
        ),
        {"program_id": program_id, "member_id": member_id, "month": month, "day": day, "today": today},
    )
