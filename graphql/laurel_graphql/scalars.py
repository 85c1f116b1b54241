"""The scalars of both schemas: exact numbers, aware times, and codes, each checked where it comes in."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from strawberry.types.scalar import ScalarDefinition

from engine.money import POINTS_MAXIMUM, MoneyError, exponent

Points = NewType("Points", int)
CurrencyCode = NewType("CurrencyCode", str)
LocalDateTime = NewType("LocalDateTime", datetime)
"""A wall-clock time without a zone: whose zone it is, the field says."""

_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_DECIMAL_WORDS = 'A decimal number is written as text, such as "12.50", at most 15 digits before the point, 6 after.'


def _points(value: object) -> int:
    """A whole number that JavaScript holds exactly; 5.0 is one, 1.5, true and "5" are none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -POINTS_MAXIMUM <= value <= POINTS_MAXIMUM:
        raise ValueError("Points are a whole number of at most 2^53 - 1.")
    return value


def _decimal(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError(_DECIMAL_WORDS)
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValueError(_DECIMAL_WORDS) from None


def _decimal_text(value: Decimal) -> str:
    return format(value, "f")


def _currency(value: object) -> str:
    try:
        exponent(value if isinstance(value, str) else "")
    except MoneyError:
        raise ValueError("A currency is an ISO 4217 code, such as USD.") from None
    return str(value)


def _moment(value: object) -> datetime:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("A time is written in ISO 8601.")
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else _without_zone()
    except (ValueError, OverflowError):
        raise ValueError("A time is written in ISO 8601 with its zone, such as 2026-11-22T09:00:00Z.") from None


def _without_zone() -> datetime:
    raise ValueError("no zone")


def _moment_text(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def _local(value: object) -> datetime:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) <= 40 else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise ValueError("A wall-clock time is written in ISO 8601 without a zone, such as 2026-11-22T09:00:00.")
    return moment


def _day(value: object) -> date:
    if not isinstance(value, str) or len(value) != 10:
        raise ValueError("A day is written as YYYY-MM-DD.")
    return date.fromisoformat(value)


SCALARS: dict[object, ScalarDefinition] = {
    Points: strawberry.scalar(
        name="Points",
        description="A whole number of points from −(2^53 − 1) to 2^53 − 1. Balances and prices are 0 or more; what a "
        "transaction did is signed.",
        serialize=_points,
        parse_value=_points,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency by its ISO 4217 code, such as `USD`.",
        serialize=str,
        parse_value=_currency,
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number as text, such as `"29.99"`: at most 15 digits before the point, 6 after. '
        "Whole numbers are taken as numbers too, floats never.",
        serialize=_decimal_text,
        parse_value=_decimal,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment in ISO 8601, in UTC, such as `2026-11-22T09:00:00Z`. Input in other zones is converted; "
        "a time without a zone is refused.",
        serialize=_moment_text,
        parse_value=_moment,
    ),
    LocalDateTime: strawberry.scalar(
        name="LocalDateTime",
        description="A wall-clock time in ISO 8601 without a zone, such as `2026-11-22T09:00:00`.",
        serialize=datetime.isoformat,
        parse_value=_local,
    ),
    date: strawberry.scalar(
        name="Date", description="A day as `YYYY-MM-DD`.", serialize=date.isoformat, parse_value=_day
    ),
}
