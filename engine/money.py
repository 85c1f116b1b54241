"""Money as whole minor units with a currency, points as whole numbers. No float touches either.

The number of decimals of a currency is Babel's (CLDR), except where CLDR rounds for display only: ISO 4217 decides
then.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from functools import cache

from babel.numbers import get_currency_precision, list_currencies

POINTS_MAXIMUM = 2**53 - 1
"""The largest number of points in one balance: what a Redis score and a JavaScript number hold exactly."""

MINOR_UNITS_MAXIMUM = 10**15
"""The largest amount that is accepted, in minor units: far above any order, far below a bigint's end."""

_ISO_ZERO_DECIMAL = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "UYI",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)


class MoneyError(ValueError):
    """An amount or a currency that cannot be taken as money; the text says why and holds no personal data."""


@cache
def exponent(currency: str) -> int:
    """The number of decimals of a currency, e.g. 2 for USD, 0 for JPY, 3 for KWD.

    Raises MoneyError for a code that is not an ISO 4217 currency.
    """
    if currency not in _known_currencies():
        raise MoneyError(f"unknown currency code {currency[:8]!r}")
    if currency in _ISO_ZERO_DECIMAL:
        return 0
    return max(2, get_currency_precision(currency))


@cache
def _known_currencies() -> frozenset[str]:
    return frozenset(list_currencies())


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units of its currency."""

    minor: int
    currency: str

    def decimal(self) -> Decimal:
        """The amount in the currency's main unit, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))


def minor_units(amount: object, currency: str) -> int:
    """Take an amount as a shop sends it, a decimal text or number, as whole minor units of `currency`.

    Raises MoneyError when it is not a finite number, is negative, is too large, or has more decimals than the currency.
    """
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        raise MoneyError("an amount is not a decimal number")
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise MoneyError("an amount is not a decimal number") from None
    if not value.is_finite():
        raise MoneyError("an amount is not finite")
    if value.adjusted() > 20:
        raise MoneyError("an amount is too large")
    scaled = value.scaleb(exponent(currency))
    minor = int(scaled)
    if scaled != minor:
        raise MoneyError(f"an amount has more decimals than {currency} has")
    if minor < 0:
        raise MoneyError("an amount is negative")
    if minor > MINOR_UNITS_MAXIMUM:
        raise MoneyError("an amount is too large")
    return minor


def half_even(value: Decimal) -> int:
    """Round to a whole number, halves to the even neighbor (IEEE 754 roundTiesToEven)."""
    return int(value.to_integral_value(rounding=ROUND_HALF_EVEN))


def half_even_ratio(amount: int, numerator: int, denominator: int) -> int:
    """half-even(amount × numerator / denominator) in integers only, for amounts and numerators of 0 or more.

    Raises ValueError when the denominator is not above 0.
    """
    if denominator <= 0:
        raise ValueError("the denominator must be above 0")
    quotient, remainder = divmod(amount * numerator, denominator)
    twice = 2 * remainder
    if twice > denominator or (twice == denominator and quotient % 2 == 1):
        quotient += 1
    return quotient
