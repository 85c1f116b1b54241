"""What points cost, exactly: whole millionths of a minor unit, called micros. Rounding happens once, per statement.

Above zero the partner owes the program. No float, and no rounding but in `due_minor`.
"""

from __future__ import annotations

from decimal import Decimal

from engine.money import POINTS_MAXIMUM, MoneyError, exponent

MICROS_PER_MINOR = 10**6
MICROS_MAXIMUM = 10**18
"""The largest amount of one event, either way: a trillion minor units, and sums far below a bigint's end."""


def micros_per_point(rate: Decimal, currency: str) -> int:
    """A rate in main units of money as micros. Raises MoneyError for one that is finer than a micro or below zero."""
    scaled = rate.scaleb(exponent(currency) + 6)
    micros = int(scaled)
    if micros != scaled:
        raise MoneyError(f"a rate in {currency} has at most {exponent(currency) + 6} decimals")
    if micros < 0:
        raise MoneyError("a rate is negative")
    return micros


def micros_of(points: int, rate: Decimal, currency: str) -> int:
    """Points × rate, in micros. Raises MoneyError for points out of bounds, a rate too fine, or a result too large."""
    if not 0 <= points <= POINTS_MAXIMUM:
        raise MoneyError("these are no points")
    return checked_micros(points * micros_per_point(rate, currency))


def micros_of_minor(minor: int) -> int:
    """Whole minor units as micros. Raises MoneyError for too large an amount."""
    return checked_micros(minor * MICROS_PER_MINOR)


def checked_micros(micros: int) -> int:
    """An amount that one event may have. Raises MoneyError."""
    if abs(micros) > MICROS_MAXIMUM:
        raise MoneyError("an amount is too large")
    return micros


def due_minor(micros: int) -> int:
    """A sum of micros as whole minor units, halves to the even neighbor. The one place where it is rounded."""
    quotient, remainder = divmod(micros, MICROS_PER_MINOR)
    twice = 2 * remainder
    up = twice > MICROS_PER_MINOR or (twice == MICROS_PER_MINOR and quotient % 2 == 1)
    return quotient + 1 if up else quotient


def exact_amount(micros: int, currency: str) -> Decimal:
    """Micros in the currency's main unit, exact, without zeros at its end beyond the currency's own decimals.

    To be written as `f"{amount:f}"`: plain `str` writes very small ones with an exponent.
    """
    decimals = exponent(currency)
    places = decimals + 6
    text = str(abs(micros)).rjust(places + 1, "0")
    whole, fraction = text[:-places], text[-places:]
    kept = fraction[:decimals] + fraction[decimals:].rstrip("0")
    sign = "-" if micros < 0 else ""
    return Decimal(f"{sign}{whole}.{kept}" if kept else f"{sign}{whole}")
