"""Money and rounding, to the last unit: decimals of currencies, what is no amount, halves."""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, localcontext

import pytest

from engine.money import (
    MINOR_UNITS_MAXIMUM,
    Money,
    MoneyError,
    exponent,
    half_even,
    half_even_ratio,
    minor_units,
)


@pytest.mark.parametrize(
    ("currency", "decimals"), [("USD", 2), ("JPY", 0), ("KWD", 3), ("ISK", 0), ("HUF", 2), ("UYI", 0), ("XAF", 0)]
)
def test_currencies_have_the_decimals_of_iso_4217(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


def test_an_unknown_currency_is_told_by_its_first_letters() -> None:
    with pytest.raises(MoneyError, match=r"^unknown currency code 'LAURELSX'$"):
        exponent("LAURELSXYZ")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("19.99", "USD", 1_999),
        ("19.990", "USD", 1_999),
        (Decimal("0.01"), "USD", 1),
        (5, "USD", 500),
        ("5900", "JPY", 5_900),
        ("1.234", "KWD", 1_234),
        ("0", "USD", 0),
        ("1E2", "USD", 10_000),
        (str(MINOR_UNITS_MAXIMUM // 100), "USD", MINOR_UNITS_MAXIMUM),
    ],
)
def test_amounts_are_taken_as_whole_minor_units(amount: object, currency: str, minor: int) -> None:
    assert minor_units(amount, currency) == minor
    assert Money(minor, currency).decimal() == Decimal(str(amount))


@pytest.mark.parametrize(
    ("amount", "currency", "why"),
    [
        (19.99, "USD", "an amount is not a decimal number"),
        (True, "USD", "an amount is not a decimal number"),
        (None, "USD", "an amount is not a decimal number"),
        ("abc", "USD", "an amount is not a decimal number"),
        ("", "USD", "an amount is not a decimal number"),
        ("NaN", "USD", "an amount is not finite"),
        ("Infinity", "USD", "an amount is not finite"),
        ("1e400", "USD", "an amount is too large"),
        ("1e21", "USD", "an amount is too large"),
        ("1e20", "USD", "an amount is too large"),
        (str(MINOR_UNITS_MAXIMUM // 100) + ".01", "USD", "an amount is too large"),
        ("0.001", "USD", "an amount has more decimals than USD has"),
        ("0.5", "JPY", "an amount has more decimals than JPY has"),
        ("1e-400", "USD", "an amount has more decimals than USD has"),
        ("-0.01", "USD", "an amount is negative"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(amount: object, currency: str, why: str) -> None:
    with pytest.raises(MoneyError) as refused:
        minor_units(amount, currency)

    assert str(refused.value) == why


@pytest.mark.parametrize(
    ("value", "whole"), [("0.5", 0), ("1.5", 2), ("2.5", 2), ("2.51", 3), ("3.5", 4), ("-0.5", 0), ("7", 7)]
)
def test_halves_go_to_the_even_neighbor_whatever_the_thread_rounds_by(value: str, whole: int) -> None:
    with localcontext(rounding=ROUND_DOWN):
        assert half_even(Decimal(value)) == whole


@pytest.mark.parametrize(
    ("amount", "numerator", "denominator", "whole"),
    [
        (1, 1, 2, 0), (3, 1, 2, 2), (5, 1, 2, 2), (7, 1, 2, 4), (10, 1, 3, 3), (10, 2, 3, 7), (0, 5, 7, 0),
        (5, 0, 7, 0), (45, 1_500, 4_500, 15), (5, 1, 1, 5), (2, 5, 4, 2), (6, 1, 4, 2),
        (10**15, 10**15, 10**15, 10**15),
    ],
)  # fmt: skip
def test_ratios_are_rounded_half_even_in_whole_numbers(
    amount: int, numerator: int, denominator: int, whole: int
) -> None:
    assert half_even_ratio(amount, numerator, denominator) == whole


@pytest.mark.parametrize("denominator", [0, -1])
def test_a_ratio_needs_something_to_divide_by(denominator: int) -> None:
    with pytest.raises(ValueError, match=r"^the denominator must be above 0$"):
        half_even_ratio(1, 1, denominator)
